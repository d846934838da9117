Attribute VB_Name = "xlwings_udfs"
' Made by `python -m udfs.vba.modules` from the functions: change nothing here.
' What differs from what xlwings makes, and why: udfs/vba/wrappers.py.
Option Explicit
#Const App = "Microsoft Excel" 'Adjust when using outside of Excel
Function AHP_CONSISTENCY(comparisons)
Attribute AHP_CONSISTENCY.VB_Description = "Consistency ratio CR of pairwise comparisons (method, section 2)"
Attribute AHP_CONSISTENCY.VB_ProcData.VB_Invoke_Func = " \n14"
    AHP_CONSISTENCY = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        AHP_CONSISTENCY = CellValue(XLPy.CallUDF("udfs.excel", "AHP_CONSISTENCY", Array(comparisons), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        AHP_CONSISTENCY = CellValue(XLPy.CallUDF("udfs.excel", "AHP_CONSISTENCY", Array(comparisons)))
        Exit Function
    #End If
failed:
    AHP_CONSISTENCY = CVErr(xlErrValue)
End Function

Function AHP_WEIGHTS(comparisons)
Attribute AHP_WEIGHTS.VB_Description = "Weights from pairwise comparisons, n x 1; an error when the consistency ratio exceeds 0.10 (method, section 2)"
Attribute AHP_WEIGHTS.VB_ProcData.VB_Invoke_Func = " \n14"
    AHP_WEIGHTS = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        AHP_WEIGHTS = CellValue(XLPy.CallUDF("udfs.excel", "AHP_WEIGHTS", Array(comparisons), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        AHP_WEIGHTS = CellValue(XLPy.CallUDF("udfs.excel", "AHP_WEIGHTS", Array(comparisons)))
        Exit Function
    #End If
failed:
    AHP_WEIGHTS = CVErr(xlErrValue)
End Function

Function COBB_DOUGLAS_FIT(output, capital, labour, Optional method, Optional all_years, Optional first, Optional last)
Attribute COBB_DOUGLAS_FIT.VB_Description = "Cobb-Douglas production function, 8 x 1: alpha, beta, ln A, R^2, standard errors of ln A, alpha and beta, condition number (method, section 6)"
Attribute COBB_DOUGLAS_FIT.VB_ProcData.VB_Invoke_Func = " \n14"
    COBB_DOUGLAS_FIT = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        COBB_DOUGLAS_FIT = CellValue(XLPy.CallUDF("udfs.excel", "COBB_DOUGLAS_FIT", Array(output, capital, labour, method, all_years, first, last), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        COBB_DOUGLAS_FIT = CellValue(XLPy.CallUDF("udfs.excel", "COBB_DOUGLAS_FIT", Array(output, capital, labour, method, all_years, first, last)))
        Exit Function
    #End If
failed:
    COBB_DOUGLAS_FIT = CVErr(xlErrValue)
End Function

Function FUZZY_SCORE(ballots, weights, grade_scores, Optional operator, Optional measure)
Attribute FUZZY_SCORE.VB_Description = "Fuzzy evaluation of one or more sectors: score, number of the grade, or validity, m x 1 (method, section 2)"
Attribute FUZZY_SCORE.VB_ProcData.VB_Invoke_Func = " \n14"
    FUZZY_SCORE = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        FUZZY_SCORE = CellValue(XLPy.CallUDF("udfs.excel", "FUZZY_SCORE", Array(ballots, weights, grade_scores, operator, measure), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        FUZZY_SCORE = CellValue(XLPy.CallUDF("udfs.excel", "FUZZY_SCORE", Array(ballots, weights, grade_scores, operator, measure)))
        Exit Function
    #End If
failed:
    FUZZY_SCORE = CVErr(xlErrValue)
End Function

Function IIE_CHECK(flows, output, value_added, Optional final_use, Optional imports, Optional other_inputs, Optional discrepancy)
Attribute IIE_CHECK.VB_Description = "Checks of an input-output table, 3 x 3: largest difference, tolerance, TRUE if it holds; columns balance, rows balance, productive (method, section 1)"
Attribute IIE_CHECK.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_CHECK = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_CHECK = CellValue(XLPy.CallUDF("udfs.excel", "IIE_CHECK", Array(flows, output, value_added, final_use, imports, other_inputs, discrepancy), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_CHECK = CellValue(XLPy.CallUDF("udfs.excel", "IIE_CHECK", Array(flows, output, value_added, final_use, imports, other_inputs, discrepancy)))
        Exit Function
    #End If
failed:
    IIE_CHECK = CVErr(xlErrValue)
End Function

Function IIE_DIRECT_VA(value_added, codes, direct_codes, scores)
Attribute IIE_DIRECT_VA.VB_Description = "Direct value added of the base year, sum of S*N (method, section 3)"
Attribute IIE_DIRECT_VA.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_DIRECT_VA = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_DIRECT_VA = CellValue(XLPy.CallUDF("udfs.excel", "IIE_DIRECT_VA", Array(value_added, codes, direct_codes, scores), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_DIRECT_VA = CellValue(XLPy.CallUDF("udfs.excel", "IIE_DIRECT_VA", Array(value_added, codes, direct_codes, scores)))
        Exit Function
    #End If
failed:
    IIE_DIRECT_VA = CVErr(xlErrValue)
End Function

Function IIE_EMPLOYMENT(value_added, gdp, labour)
Attribute IIE_EMPLOYMENT.VB_Description = "Employment carried by value added, Z / (GDP / L), 10,000 persons, in the shape of value_added (method, section 8)"
Attribute IIE_EMPLOYMENT.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_EMPLOYMENT = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_EMPLOYMENT = CellValue(XLPy.CallUDF("udfs.excel", "IIE_EMPLOYMENT", Array(value_added, gdp, labour), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_EMPLOYMENT = CellValue(XLPy.CallUDF("udfs.excel", "IIE_EMPLOYMENT", Array(value_added, gdp, labour)))
        Exit Function
    #End If
failed:
    IIE_EMPLOYMENT = CVErr(xlErrValue)
End Function

Function IIE_EXPECTED_WAGE(wages, all_years, targets, Optional data_until)
Attribute IIE_EXPECTED_WAGE.VB_Description = "Expected wage from the three years before, sections x years (method, section 8)"
Attribute IIE_EXPECTED_WAGE.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_EXPECTED_WAGE = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_EXPECTED_WAGE = CellValue(XLPy.CallUDF("udfs.excel", "IIE_EXPECTED_WAGE", Array(wages, all_years, targets, data_until), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_EXPECTED_WAGE = CellValue(XLPy.CallUDF("udfs.excel", "IIE_EXPECTED_WAGE", Array(wages, all_years, targets, data_until)))
        Exit Function
    #End If
failed:
    IIE_EXPECTED_WAGE = CVErr(xlErrValue)
End Function

Function IIE_EXTRAPOLATE(values, all_years, targets, Optional method, Optional window, Optional data_until, Optional weights, Optional addition, Optional addition_year, Optional measure)
Attribute IIE_EXTRAPOLATE.VB_Description = "Extrapolation by weighted growth or a linear trend; or marks of what is estimated (method, section 5)"
Attribute IIE_EXTRAPOLATE.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_EXTRAPOLATE = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_EXTRAPOLATE = CellValue(XLPy.CallUDF("udfs.excel", "IIE_EXTRAPOLATE", Array(values, all_years, targets, method, window, data_until, weights, addition, addition_year, measure), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_EXTRAPOLATE = CellValue(XLPy.CallUDF("udfs.excel", "IIE_EXTRAPOLATE", Array(values, all_years, targets, method, window, data_until, weights, addition, addition_year, measure)))
        Exit Function
    #End If
failed:
    IIE_EXTRAPOLATE = CVErr(xlErrValue)
End Function

Function IIE_INDIRECT_FLOW(flows, output, value_added, codes, direct_codes, scores, Optional import_treatment, Optional imports, Optional exports)
Attribute IIE_INDIRECT_FLOW.VB_Description = "Indirect value added of each sector by the direct sector that brings it about, n x m, in the unit of the table; rows add up to LEONTIEF_CONTRIB (method, section 4)"
Attribute IIE_INDIRECT_FLOW.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_INDIRECT_FLOW = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_INDIRECT_FLOW = CellValue(XLPy.CallUDF("udfs.excel", "IIE_INDIRECT_FLOW", Array(flows, output, value_added, codes, direct_codes, scores, import_treatment, imports, exports), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_INDIRECT_FLOW = CellValue(XLPy.CallUDF("udfs.excel", "IIE_INDIRECT_FLOW", Array(flows, output, value_added, codes, direct_codes, scores, import_treatment, imports, exports)))
        Exit Function
    #End If
failed:
    IIE_INDIRECT_FLOW = CVErr(xlErrValue)
End Function

Function IIE_INDIRECT_VA(flows, output, value_added, codes, direct_codes, scores, Optional import_treatment, Optional imports, Optional exports)
Attribute IIE_INDIRECT_VA.VB_Description = "Indirect value added of the base year (method, section 4)"
Attribute IIE_INDIRECT_VA.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_INDIRECT_VA = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_INDIRECT_VA = CellValue(XLPy.CallUDF("udfs.excel", "IIE_INDIRECT_VA", Array(flows, output, value_added, codes, direct_codes, scores, import_treatment, imports, exports), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_INDIRECT_VA = CellValue(XLPy.CallUDF("udfs.excel", "IIE_INDIRECT_VA", Array(flows, output, value_added, codes, direct_codes, scores, import_treatment, imports, exports)))
        Exit Function
    #End If
failed:
    IIE_INDIRECT_VA = CVErr(xlErrValue)
End Function

Function IIE_INTERVAL(flows, output, value_added, codes, direct_codes, ballots, weights, grade_scores, scores, sector_sections, section_list, rate_base, section_va, Optional technology, Optional error, Optional draws, Optional seed, Optional operator, Optional import_treatment, Optional imports, Optional exports, Optional measure, Optional sector3, Optional province_gdp, Optional primary_error, Optional secondary_error, Optional tertiary_error, Optional membership, Optional region_list, Optional labour, Optional forecast_gdp, Optional gdp_error, Optional labour_error, Optional basis, Optional wages)
Attribute IIE_INTERVAL.VB_Description = "Interval of one year's results: sections, provinces, regions or employment x mean, deviation, 5, 50, 95 %; formulas that differ in measure alone share their draws (method, section 12)"
Attribute IIE_INTERVAL.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_INTERVAL = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_INTERVAL = CellValue(XLPy.CallUDF("udfs.excel", "IIE_INTERVAL", Array(flows, output, value_added, codes, direct_codes, ballots, weights, grade_scores, scores, sector_sections, section_list, rate_base, section_va, technology, error, draws, seed, operator, import_treatment, imports, exports, measure, sector3, province_gdp, primary_error, secondary_error, tertiary_error, membership, region_list, labour, forecast_gdp, gdp_error, labour_error, basis, wages), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_INTERVAL = CellValue(XLPy.CallUDF("udfs.excel", "IIE_INTERVAL", Array(flows, output, value_added, codes, direct_codes, ballots, weights, grade_scores, scores, sector_sections, section_list, rate_base, section_va, technology, error, draws, seed, operator, import_treatment, imports, exports, measure, sector3, province_gdp, primary_error, secondary_error, tertiary_error, membership, region_list, labour, forecast_gdp, gdp_error, labour_error, basis, wages)))
        Exit Function
    #End If
failed:
    IIE_INTERVAL = CVErr(xlErrValue)
End Function

Function IIE_MULTIPLIER(output, capital, labour, fit, Optional measure)
Attribute IIE_MULTIPLIER.VB_Description = "Technology multiplier tau by year (1 in the first) or Solow's residual gamma, in the orientation of output (method, section 6)"
Attribute IIE_MULTIPLIER.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_MULTIPLIER = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_MULTIPLIER = CellValue(XLPy.CallUDF("udfs.excel", "IIE_MULTIPLIER", Array(output, capital, labour, fit, measure), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_MULTIPLIER = CellValue(XLPy.CallUDF("udfs.excel", "IIE_MULTIPLIER", Array(output, capital, labour, fit, measure)))
        Exit Function
    #End If
failed:
    IIE_MULTIPLIER = CVErr(xlErrValue)
End Function

Function IIE_PROVINCE_VA(gdp, sector_value_added)
Attribute IIE_PROVINCE_VA.VB_Description = "The nation's value added allocated to provinces, provinces x years (method, section 7)"
Attribute IIE_PROVINCE_VA.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_PROVINCE_VA = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_PROVINCE_VA = CellValue(XLPy.CallUDF("udfs.excel", "IIE_PROVINCE_VA", Array(gdp, sector_value_added), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_PROVINCE_VA = CellValue(XLPy.CallUDF("udfs.excel", "IIE_PROVINCE_VA", Array(gdp, sector_value_added)))
        Exit Function
    #End If
failed:
    IIE_PROVINCE_VA = CVErr(xlErrValue)
End Function

Function IIE_REGION_SUM(values, membership, region_list)
Attribute IIE_REGION_SUM.VB_Description = "Values of provinces summed by region, regions x years (method, section 7)"
Attribute IIE_REGION_SUM.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_REGION_SUM = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_REGION_SUM = CellValue(XLPy.CallUDF("udfs.excel", "IIE_REGION_SUM", Array(values, membership, region_list), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_REGION_SUM = CellValue(XLPy.CallUDF("udfs.excel", "IIE_REGION_SUM", Array(values, membership, region_list)))
        Exit Function
    #End If
failed:
    IIE_REGION_SUM = CVErr(xlErrValue)
End Function

Function IIE_SECTION_EMPLOYMENT(value_added, total, wages, jobs, Optional basis, Optional gdp, Optional labour)
Attribute IIE_SECTION_EMPLOYMENT.VB_Description = "Employment by section and year, 10,000 persons; empty where wages are not given (method, section 8)"
Attribute IIE_SECTION_EMPLOYMENT.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_SECTION_EMPLOYMENT = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_SECTION_EMPLOYMENT = CellValue(XLPy.CallUDF("udfs.excel", "IIE_SECTION_EMPLOYMENT", Array(value_added, total, wages, jobs, basis, gdp, labour), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_SECTION_EMPLOYMENT = CellValue(XLPy.CallUDF("udfs.excel", "IIE_SECTION_EMPLOYMENT", Array(value_added, total, wages, jobs, basis, gdp, labour)))
        Exit Function
    #End If
failed:
    IIE_SECTION_EMPLOYMENT = CVErr(xlErrValue)
End Function

Function IIE_SECTION_VA(base, rate_base, section_va, Optional multipliers)
Attribute IIE_SECTION_VA.VB_Description = "Value added by section and year, sections x years (method, section 5)"
Attribute IIE_SECTION_VA.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_SECTION_VA = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_SECTION_VA = CellValue(XLPy.CallUDF("udfs.excel", "IIE_SECTION_VA", Array(base, rate_base, section_va, multipliers), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_SECTION_VA = CellValue(XLPy.CallUDF("udfs.excel", "IIE_SECTION_VA", Array(base, rate_base, section_va, multipliers)))
        Exit Function
    #End If
failed:
    IIE_SECTION_VA = CVErr(xlErrValue)
End Function

Function IIE_WHY(cell, Optional language)
Attribute IIE_WHY.VB_Description = "Why a cell shows what it shows: of a number the arithmetic and the cells in it; an error is followed to the cell where it begins, with what to do"
Attribute IIE_WHY.VB_ProcData.VB_Invoke_Func = " \n14"
    IIE_WHY = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IIE_WHY = CellValue(XLPy.CallUDF("udfs.excel", "IIE_WHY", Array(cell, language), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IIE_WHY = CellValue(XLPy.CallUDF("udfs.excel", "IIE_WHY", Array(cell, language)))
        Exit Function
    #End If
failed:
    IIE_WHY = CVErr(xlErrValue)
End Function

Function IO_COEFFICIENTS(flows, output)
Attribute IO_COEFFICIENTS.VB_Description = "Technical coefficients A, n x n (method, section 1)"
Attribute IO_COEFFICIENTS.VB_ProcData.VB_Invoke_Func = " \n14"
    IO_COEFFICIENTS = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IO_COEFFICIENTS = CellValue(XLPy.CallUDF("udfs.excel", "IO_COEFFICIENTS", Array(flows, output), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IO_COEFFICIENTS = CellValue(XLPy.CallUDF("udfs.excel", "IO_COEFFICIENTS", Array(flows, output)))
        Exit Function
    #End If
failed:
    IO_COEFFICIENTS = CVErr(xlErrValue)
End Function

Function IO_CROSSCHECK(flows, output, value_added, codes, direct_codes, scores, Optional measure, Optional import_treatment, Optional imports, Optional exports)
Attribute IO_CROSSCHECK.VB_Description = "The industry by other methods, sector by sector, in the unit of the table: methods, n x 4 (direct, union, extraction, paper), or the steps between them, n x 5 (method, section 11)"
Attribute IO_CROSSCHECK.VB_ProcData.VB_Invoke_Func = " \n14"
    IO_CROSSCHECK = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IO_CROSSCHECK = CellValue(XLPy.CallUDF("udfs.excel", "IO_CROSSCHECK", Array(flows, output, value_added, codes, direct_codes, scores, measure, import_treatment, imports, exports), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IO_CROSSCHECK = CellValue(XLPy.CallUDF("udfs.excel", "IO_CROSSCHECK", Array(flows, output, value_added, codes, direct_codes, scores, measure, import_treatment, imports, exports)))
        Exit Function
    #End If
failed:
    IO_CROSSCHECK = CVErr(xlErrValue)
End Function

Function IO_LINKAGES(flows, output, value_added, Optional measure, Optional import_treatment, Optional imports, Optional exports)
Attribute IO_LINKAGES.VB_Description = "Backward or forward linkage (mean 1), output or value-added multiplier of each sector, n x 1 (method, section 1)"
Attribute IO_LINKAGES.VB_ProcData.VB_Invoke_Func = " \n14"
    IO_LINKAGES = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        IO_LINKAGES = CellValue(XLPy.CallUDF("udfs.excel", "IO_LINKAGES", Array(flows, output, value_added, measure, import_treatment, imports, exports), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        IO_LINKAGES = CellValue(XLPy.CallUDF("udfs.excel", "IO_LINKAGES", Array(flows, output, value_added, measure, import_treatment, imports, exports)))
        Exit Function
    #End If
failed:
    IO_LINKAGES = CVErr(xlErrValue)
End Function

Function KENDALL_W(ratings)
Attribute KENDALL_W.VB_Description = "Kendall's coefficient of concordance W, 0 (none) to 1 (full agreement) (method, section 2)"
Attribute KENDALL_W.VB_ProcData.VB_Invoke_Func = " \n14"
    KENDALL_W = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        KENDALL_W = CellValue(XLPy.CallUDF("udfs.excel", "KENDALL_W", Array(ratings), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        KENDALL_W = CellValue(XLPy.CallUDF("udfs.excel", "KENDALL_W", Array(ratings)))
        Exit Function
    #End If
failed:
    KENDALL_W = CVErr(xlErrValue)
End Function

Function LEONTIEF_CONTRIB(flows, output, value_added, codes, direct_codes, scores, Optional measure, Optional import_treatment, Optional imports, Optional exports)
Attribute LEONTIEF_CONTRIB.VB_Description = "Contribution of each sector in the base year, n x 1, in the unit of the table: indirect or direct value added, induced output delta Y or ratio lambda (method, section 4)"
Attribute LEONTIEF_CONTRIB.VB_ProcData.VB_Invoke_Func = " \n14"
    LEONTIEF_CONTRIB = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        LEONTIEF_CONTRIB = CellValue(XLPy.CallUDF("udfs.excel", "LEONTIEF_CONTRIB", Array(flows, output, value_added, codes, direct_codes, scores, measure, import_treatment, imports, exports), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        LEONTIEF_CONTRIB = CellValue(XLPy.CallUDF("udfs.excel", "LEONTIEF_CONTRIB", Array(flows, output, value_added, codes, direct_codes, scores, measure, import_treatment, imports, exports)))
        Exit Function
    #End If
failed:
    LEONTIEF_CONTRIB = CVErr(xlErrValue)
End Function

Function LEONTIEF_INVERSE(flows, output)
Attribute LEONTIEF_INVERSE.VB_Description = "Leontief inverse L = (I - A)^-1, n x n (method, section 1)"
Attribute LEONTIEF_INVERSE.VB_ProcData.VB_Invoke_Func = " \n14"
    LEONTIEF_INVERSE = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        LEONTIEF_INVERSE = CellValue(XLPy.CallUDF("udfs.excel", "LEONTIEF_INVERSE", Array(flows, output), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        LEONTIEF_INVERSE = CellValue(XLPy.CallUDF("udfs.excel", "LEONTIEF_INVERSE", Array(flows, output)))
        Exit Function
    #End If
failed:
    LEONTIEF_INVERSE = CVErr(xlErrValue)
End Function

Function LINEAR_EXTRAPOLATE(values, all_years, targets, Optional window)
Attribute LINEAR_EXTRAPOLATE.VB_Description = "Linear extrapolation: values given are kept, later years lie on the least-squares line of the last years"
Attribute LINEAR_EXTRAPOLATE.VB_ProcData.VB_Invoke_Func = " \n14"
    LINEAR_EXTRAPOLATE = CVErr(xlErrNA)
    If Not MayAskPython() Then Exit Function
    #If App = "Microsoft Excel" Then
        On Error GoTo failed
        LINEAR_EXTRAPOLATE = CellValue(XLPy.CallUDF("udfs.excel", "LINEAR_EXTRAPOLATE", Array(values, all_years, targets, window), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        LINEAR_EXTRAPOLATE = CellValue(XLPy.CallUDF("udfs.excel", "LINEAR_EXTRAPOLATE", Array(values, all_years, targets, window)))
        Exit Function
    #End If
failed:
    LINEAR_EXTRAPOLATE = CVErr(xlErrValue)
End Function

