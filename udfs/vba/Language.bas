Attribute VB_Name = "Language"
Option Explicit
Option Private Module

' Texts in the language of Excel. VBA source is ASCII, so Chinese is given as code points.

Private Const InterfaceLanguage As Long = 2 ' msoLanguageIDUI
Private Const PrimaryLanguage As Long = &H3FF ' the part of a language number without its region
Private Const Chinese As Long = 4

' The Chinese text of these code points (hexadecimal, with blanks between) in a Chinese Excel, else the
' English one.
Public Function InLanguage(ByVal CodePoints As String, ByVal English As String) As String
    If IsChinese() Then
        InLanguage = FromCodePoints(CodePoints)
    Else
        InLanguage = English
    End If
End Function

Private Function IsChinese() As Boolean
    Dim Settings As Object, Number As Long
    On Error Resume Next ' where Excel does not tell its language the text is English
    Set Settings = Application.LanguageSettings
    Number = Settings.LanguageID(InterfaceLanguage)
    IsChinese = ((Number And PrimaryLanguage) = Chinese)
End Function

Private Function FromCodePoints(ByVal CodePoints As String) As String
    Dim CodePoint As Variant
    For Each CodePoint In Split(CodePoints, " ")
        FromCodePoints = FromCodePoints & ChrW(CLng("&H" & CodePoint))
    Next CodePoint
End Function
