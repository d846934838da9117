Attribute VB_Name = "Answers"
Option Explicit
Option Private Module

' What a formula may ask of Python, and what it shows for the answer.

' Whether formulas can ask at all: on a Mac there is no server for them.
Public Function MayAskPython() As Boolean
    #If Mac Then
        MayAskPython = False
    #Else
        MayAskPython = True
    #End If
End Function

' An error value for an answer that names one, so that sums over it fail too; other answers as they are.
Public Function CellValue(ByVal Answer As Variant) As Variant
    CellValue = Answer
    If VarType(Answer) = vbString Then
        If ErrorNumber(Answer) <> 0 Then CellValue = CVErr(ErrorNumber(Answer))
    End If
End Function

' Excel's number of an error value, 0 for any other text. Older Excels lack names for the last ones.
Private Function ErrorNumber(ByVal Text As String) As Long
    Select Case Text
        Case "#NULL!": ErrorNumber = 2000
        Case "#DIV/0!": ErrorNumber = 2007
        Case "#VALUE!": ErrorNumber = 2015
        Case "#REF!": ErrorNumber = 2023
        Case "#NAME?": ErrorNumber = 2029
        Case "#NUM!": ErrorNumber = 2036
        Case "#N/A": ErrorNumber = 2042
        Case "#GETTING_DATA": ErrorNumber = 2043
        Case "#SPILL!": ErrorNumber = 2045
        Case "#CONNECT!": ErrorNumber = 2046
        Case "#BLOCKED!": ErrorNumber = 2047
        Case "#UNKNOWN!": ErrorNumber = 2048
        Case "#FIELD!": ErrorNumber = 2049
        Case "#CALC!": ErrorNumber = 2050
    End Select
End Function
