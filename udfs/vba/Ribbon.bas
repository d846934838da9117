Attribute VB_Name = "Ribbon"
Option Explicit

' The tab of the ribbon. Its buttons run the functions of the Python module udfs.actions.

Public Sub OnRecalculateAll(control As IRibbonControl)
    RunAction "recalculate_all"
End Sub

Public Sub OnCheckInputs(control As IRibbonControl)
    RunAction "check_inputs"
End Sub

Public Sub OnImportIoTable(control As IRibbonControl)
    RunAction "import_io_table"
End Sub

Public Sub OnExplainCell(control As IRibbonControl)
    RunAction "explain_cell"
End Sub

' A new Python: it reads its settings and its modules again.
Public Sub OnRestartPython(control As IRibbonControl)
    On Error GoTo failed
    Application.StatusBar = TextOf("message.restarting")
    #If Mac Then
        ' Each call starts a Python of its own there.
    #Else
        KillPy
    #End If
    If RunPython("import udfs.excel") <> -1 Then
        Application.StatusBar = TextOf("message.restarted")
        Application.Wait Now + TimeSerial(0, 0, 2)
    End If
    Application.StatusBar = False
    Exit Sub
failed:
    SayHowToRepair Err.Description
End Sub

' Needs no Python.
Public Sub OnHelp(control As IRibbonControl)
    Dim Wanted As Variant, Sheet As Worksheet
    For Each Wanted In Array("Functions", "About")
        For Each Sheet In ThisWorkbook.Worksheets
            If Sheet.Name = Wanted Then
                Application.Goto Sheet.Range("A1"), True
                Exit Sub
            End If
        Next Sheet
    Next Wanted
End Sub

Public Sub RibbonLabel(control As IRibbonControl, ByRef returnedVal As Variant)
    returnedVal = TextOf(control.ID & ".label")
End Sub

Public Sub RibbonScreentip(control As IRibbonControl, ByRef returnedVal As Variant)
    returnedVal = TextOf(control.ID & ".screentip")
End Sub

Public Sub RibbonSupertip(control As IRibbonControl, ByRef returnedVal As Variant)
    returnedVal = TextOf(control.ID & ".supertip")
End Sub

' RunPython shows the errors of Python itself; those that come here say that Python did not start.
Private Sub RunAction(ByVal Action As String)
    On Error GoTo failed
    Application.StatusBar = TextOf("message.working")
    RunPython "import udfs.actions; udfs.actions." & Action & "()"
    Application.StatusBar = False
    Exit Sub
failed:
    SayHowToRepair Err.Description
End Sub

Private Sub SayHowToRepair(ByVal Reason As String)
    Application.StatusBar = False
    ShowError "", TextOf("message.no_python") & vbCrLf & vbCrLf & Reason
End Sub
