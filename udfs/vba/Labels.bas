Attribute VB_Name = "Labels"
Option Explicit
Option Private Module

' Made by `python -m udfs.vba.modules` from the catalogue of texts: change nothing here.

' The text of the ribbon for a key, in the language of Excel.
Public Function TextOf(ByVal Key As String) As String
    Select Case Key
        Case "model.label": TextOf = InLanguage("6A21 578B", "Model")
        Case "support.label": TextOf = InLanguage("652F 6301", "Support")
        Case "recalculate_all.label": TextOf = InLanguage("5168 90E8 91CD 65B0 8BA1 7B97", "Recalculate all")
        Case "recalculate_all.screentip": TextOf = InLanguage("5168 90E8 91CD 65B0 8BA1 7B97", "Recalculate all")
        Case "recalculate_all.supertip": TextOf = InLanguage("5148 68C0 67E5 8F93 5165 FF0C 518D 91CD 65B0 8BA1 7B97 5168 90E8 51FD 6570 FF0C 5E76 5728 0020 0041 0062 006F 0075 0074 0020 8868 8BB0 4E0B 65F6 95F4 3001 7248 672C 548C 8F93 5165 6458 8981 3002 8F93 5165 6709 8BEF 65F6 9009 4E2D 8BE5 5355 5143 683C 5E76 8BF4 660E 539F 56E0 3002", "Checks the inputs, recalculates every function and stamps time, version and input hash on the sheet About. On bad input it selects the cell and says why.")
        Case "check_inputs.label": TextOf = InLanguage("68C0 67E5 8F93 5165", "Check inputs")
        Case "check_inputs.screentip": TextOf = InLanguage("68C0 67E5 8F93 5165", "Check inputs")
        Case "check_inputs.supertip": TextOf = InLanguage("53EA 68C0 67E5 FF0C 4E0D 8BA1 7B97 FF1A 9009 4E2D 7B2C 4E00 5904 9519 8BEF FF0C 5E76 8BF4 660E 5982 4F55 6539 6B63 3002", "Checks only, computes nothing: selects the first error and says how to mend it.")
        Case "import_io_table.label": TextOf = InLanguage("5BFC 5165 6295 5165 4EA7 51FA 8868 2026", "Import IO table" & ChrW(8230))
        Case "import_io_table.screentip": TextOf = InLanguage("5BFC 5165 6295 5165 4EA7 51FA 8868", "Import an input-output table")
        Case "import_io_table.supertip": TextOf = InLanguage("4ECE 5B98 65B9 6587 4EF6 6216 53E6 4E00 5DE5 4F5C 7C3F 8BFB 53D6 90E8 95E8 76F8 540C 7684 6295 5165 4EA7 51FA 8868 FF0C 6838 5BF9 540E 5199 5165 0020 0049 004F 005F 0054 0061 0062 006C 0065 0020 8868 FF1B 90E8 95E8 4E0D 540C 65F6 8BF7 7528 547D 4EE4 0020 0069 0069 0065 0063 006F 006E 0020 0069 006D 0070 006F 0072 0074 002D 0069 006F 3002", "Takes an input-output table with the same sectors from an official file or another workbook, checks it and writes it to the sheet IO_Table; for other sectors use the command iiecon import-io.")
        Case "explain_cell.label": TextOf = InLanguage("89E3 91CA 5355 5143 683C", "Explain cell")
        Case "explain_cell.screentip": TextOf = InLanguage("89E3 91CA 5355 5143 683C", "Explain the cell")
        Case "explain_cell.supertip": TextOf = InLanguage("8BF4 660E 5F53 524D 5355 5143 683C 5982 4F55 5F97 51FA FF1B 4E3A 9519 8BEF 503C 65F6 8BF4 660E 539F 56E0 548C 6539 6B63 529E 6CD5 3002", "Tells how the active cell came about; for an error value, why it is there and what to do.")
        Case "restart_python.label": TextOf = InLanguage("91CD 542F 0020 0050 0079 0074 0068 006F 006E", "Restart Python")
        Case "restart_python.screentip": TextOf = InLanguage("91CD 542F 0020 0050 0079 0074 0068 006F 006E", "Restart Python")
        Case "restart_python.supertip": TextOf = InLanguage("7ED3 675F 5E76 91CD 65B0 542F 52A8 8BA1 7B97 51FD 6570 7684 0020 0050 0079 0074 0068 006F 006E 3002 5347 7EA7 7A0B 5E8F 3001 66F4 6539 8BBE 7F6E 6216 51FD 6570 4E0D 518D 54CD 5E94 4E4B 540E 4F7F 7528 3002", "Ends the Python behind the functions and starts a new one: after an update, a change of settings, or when functions no longer answer.")
        Case "help.label": TextOf = InLanguage("5E2E 52A9", "Help")
        Case "help.screentip": TextOf = InLanguage("5E2E 52A9", "Help")
        Case "help.supertip": TextOf = InLanguage("8F6C 5230 51FD 6570 8BF4 660E 3002 4E0D 9700 8981 0020 0050 0079 0074 0068 006F 006E 3002", "Goes to the description of the functions. Needs no Python.")
        Case "message.working": TextOf = InLanguage("6B63 5728 8BA1 7B97 2026", "Working" & ChrW(8230))
        Case "message.restarting": TextOf = InLanguage("6B63 5728 91CD 542F 0020 0050 0079 0074 0068 006F 006E 2026", "Restarting Python" & ChrW(8230))
        Case "message.restarted": TextOf = InLanguage("0050 0079 0074 0068 006F 006E 0020 5DF2 91CD 65B0 542F 52A8", "Python has been restarted")
        Case "message.no_python": TextOf = InLanguage("65E0 6CD5 542F 52A8 0020 0050 0079 0074 0068 006F 006E 3002 8BF7 5728 547D 4EE4 884C 8FD0 884C 0020 0069 0069 0065 0063 006F 006E 0020 0064 006F 0063 0074 006F 0072 FF0C 6309 5176 63D0 793A 5904 7406 FF1B 9996 6B21 4F7F 7528 8BF7 5148 8FD0 884C 0020 0069 0069 0065 0063 006F 006E 0020 0069 006E 0073 0074 0061 006C 006C 002D 0065 0078 0063 0065 006C 3002", "Python cannot be started. Run iiecon doctor in a command line and do what it says; before the first use, run iiecon install-excel.")
    End Select
End Function
