"""The sheets of charts: the nation, the sections, provinces and regions.

Each has its charts at the top, which are printed, and below them the cells that the charts draw:
plain formulas on the named ranges of the other sheets.
"""

from __future__ import annotations

from collections.abc import Callable

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook.chart_data import FIRST_YEAR, Formula, Grid, YearData, absolute, label
from iiecon.workbook.chart_ranks import Ranked
from iiecon.workbook.charts import BLUE, GREEN, GREY, ORANGE, Chart, Series
from iiecon.workbook.input_sheets import new_sheet
from iiecon.workbook.layout import Block, Role, Sheet
from iiecon.workbook.wording import part, say

CHOICE = 6  # the row where an analyst chooses what is drawn
TOP = 7  # the first row of charts


def _sheet(name: str, columns: int, width: float) -> Sheet:
    """An output sheet of narrow, equal columns, which charts cover."""
    sheet = new_sheet(name, output=True)
    # Charts name no industry: their titles are texts that follow no cell in every program.
    owner = 'INDUSTRY_ZH&" / "&INDUSTRY_EN&"  "&SCORES_SOURCE'
    sheet.formulas(5, 1, 1, 1, lambda r, c: owner, role="label")
    sheet.widths = dict.fromkeys(range(1, columns + 1), width)
    sheet.freeze = (1, 1)
    return sheet


def _of(name: str) -> Formula:
    return lambda k: f"INDEX({name},1,{k})"


def _marked(name: str) -> Formula:
    return lambda k: f'INDEX({name},1,{k})="e"'


def _ratio(part: str, whole: str) -> Formula:
    return lambda k: f'IFERROR(INDEX({part},1,{k})/INDEX({whole},1,{k}),"")'


def _choice(sheet: Sheet, key: str, name: str, value: str | int, choices: str) -> None:
    """A cell with a list to choose from, beside what it is for."""
    sheet.text(CHOICE, 1, label(f"label.{key}"))
    sheet.blocks.append(Block(CHOICE, 6, 1, 1, "input", name, [[value]], choices_from=choices))


# --- The nation


def national_charts(inputs: ModelInputs) -> Sheet:
    """The nation by year: size and growth, share of GDP, structure, employment, three sectors."""
    sheet, grid = _sheet("Charts", 18, 8.5), Grid(TOP, 20, 6, 3)
    end = grid.below(6)
    sheet.print_areas = (absolute(1, 1, end - 1, 18),)
    data = YearData(sheet, end, len(inputs.options.years), grid)
    sections, total = _marked("SECTIONS_MARK"), _of("NATIONAL_VA")

    data.begin("value_added", sections)
    data.draw([*data.columns("total", total, BLUE), *data.growth(total)], "money", "share")
    data.begin("share_of_gdp", lambda k: f"OR({sections(k)},INDEX(GDP_ESTIMATED,1,{k})>0)")
    data.draw(data.columns("share_of_gdp", _of("NATIONAL_SHARE"), BLUE, "share"), "fine_share")
    data.begin("structure", sections)
    parts = _parts(data, _of("NATIONAL_DIRECT"), _of("NATIONAL_INDIRECT"))
    data.draw(parts, "money", stacked=True)
    data.begin("indirect_to_direct", sections)
    data.draw(_structure(data), "share", "rate")
    data.begin("jobs", _marked("EMPLOYMENT_MARK"))
    data.draw(_national_jobs(data), "people", "share", stacked=True)
    data.begin("sectors3", sections)
    data.draw(_three_sectors(data), "money", overlap=50, tall_labels=True)
    return sheet


def _parts(data: YearData, direct: Formula, indirect: Formula) -> list[Series]:
    return [
        *data.columns("part_direct", direct, BLUE),
        *data.columns("part_indirect", indirect, ORANGE),
    ]


def _structure(data: YearData) -> list[Series]:
    part = _ratio("NATIONAL_INDIRECT", "NATIONAL_VA")
    times = _ratio("NATIONAL_INDIRECT", "NATIONAL_DIRECT")
    return [
        *data.columns("indirect_share", part, ORANGE, "share"),
        *data.line("indirect_to_direct", times, "rate"),
    ]


def _national_jobs(data: YearData) -> list[Series]:
    """Direct and indirect; of a year without wages only the sum is known."""
    jobs, direct = _of("NATIONAL_JOBS"), _of("NATIONAL_JOBS_DIRECT")
    return [
        *_parts(data, direct, _of("NATIONAL_JOBS_INDIRECT")),
        *data.columns("jobs_undivided", lambda k: f'IF({direct(k)}="",{jobs(k)},"")', GREY),
        *data.growth(jobs),
    ]


def _three_sectors(data: YearData) -> list[Series]:
    colours = {"primary": GREEN, "secondary": BLUE, "tertiary": ORANGE}
    found: list[Series] = []
    for i, (key, colour) in enumerate(colours.items(), start=1):
        found += data.columns(key, lambda k, n=i: f"INDEX(SECTORS3_TOTAL,{n},{k})", colour)  # type: ignore[misc]
    return found


# --- Sections


def section_charts(inputs: ModelInputs) -> Sheet:
    """One section of choice, then all sections as small multiples on a page of their own."""
    sheet, count = _sheet("Section_Charts", 20, 7.7), len(inputs.sections)
    large = Grid(TOP, 20, 20, 1)
    small = Grid(large.below(2) + 1, 11, 4, 5)
    page, end = small.top - 1, small.below(count)
    _all_sections_title(sheet, page, "label")
    sheet.print_areas = (absolute(1, 1, page - 1, 20), absolute(page, 1, end - page, 20))
    _choice(sheet, "choose_section", "CHART_SECTION", _first_direct(inputs), "SECTION_CODES")
    data = YearData(sheet, end + 2, len(inputs.options.years), large)
    _chosen_section(sheet, data, end + 1)
    _all_sections(sheet, data.row, small, inputs)
    return sheet


def _first_direct(inputs: ModelInputs) -> str:
    """The section of the first direct sector: there both direct and indirect parts are seen."""
    place = inputs.sector_codes.index(inputs.experts.codes[0])
    return inputs.sector_sections[place]


def _estimated_section(number: str) -> Formula:
    """Whether the value added of a section, by its number, is an estimate in the k-th year."""
    return lambda k: f"OR(INDEX(SECTION_ESTIMATED,{number},{k})>0,INDEX(TAU_ESTIMATED,{k},1)>0)"


def _chosen_section(sheet: Sheet, data: YearData, row: int) -> None:
    """Value added and employment of the chosen section; the first one if there is none such."""
    owner, number = absolute(row, 1), absolute(row, FIRST_YEAR)
    name = "INDEX(SECTION_NAMES,{number},{language})"
    chinese, english = (name.format(number=number, language=i) for i in (1, 2))
    sheet.formulas(row, 1, 1, 1, lambda r, c: chinese, role="data")
    sheet.formulas(
        row, FIRST_YEAR, 1, 1, lambda r, c: "IFERROR(MATCH(CHART_SECTION,SECTION_CODES,0),1)",
        role="data",
    )  # fmt: skip
    sheet.formulas(CHOICE, 7, 1, 1, lambda r, c: f'{chinese}&" "&{english}', role="label")

    def of(table: str) -> Formula:
        return lambda k: f"INDEX({table},{number},{k})"

    total = of("SECTION_TOTAL")
    data.begin("section_value_added", _estimated_section(number), owner)
    series = _parts(data, of("SECTION_DIRECT"), of("SECTION_INDIRECT"))
    data.draw([*series, *data.growth(total)], "money", "share", stacked=True)
    data.begin("section_jobs", _marked("EMPLOYMENT_MARK"), owner)
    direct, indirect = (_or_blank(of(f"SECTION_JOBS_{part}")) for part in ("DIRECT", "INDIRECT"))
    series = _parts(data, direct, indirect)
    data.draw(series, "people", stacked=True)


def _or_blank(value: Formula) -> Formula:
    """A cell without a value stays so: a formula would make it zero."""
    return lambda k: f'IF({value(k)}="","",{value(k)})'


def _all_sections(sheet: Sheet, row: int, grid: Grid, inputs: ModelInputs) -> None:
    """Total value added of every section, each chart on its own scale."""
    years = len(inputs.options.years)
    top = row + 2
    starts = [FIRST_YEAR + i * years for i in range(3)]
    _all_sections_title(sheet, top - 1, "data")
    count = len(inputs.sections)

    def name(r: int, c: int) -> str:
        number = r - top + 1
        return f'INDEX(SECTION_CODES,{number})&" "&INDEX(SECTION_NAMES,{number},1)'

    def year(r: int, c: int) -> str:
        k = c - starts[0] + 1
        estimated = _estimated_section(str(r - top + 1))(k)
        return f'INDEX(YEARS,1,{k})&IF({estimated}," e","")'

    def part(start: int, estimated: bool) -> Callable[[int, int], str]:
        def formula(r: int, c: int) -> str:
            k = c - start + 1
            mark, value = a1(r, starts[0] + k - 1), f"INDEX(SECTION_TOTAL,{r - top + 1},{k})"
            shown = ('""', value) if not estimated else (value, '""')
            return f'IF(RIGHT({mark})="e",{shown[0]},{shown[1]})'

        return formula

    sheet.formulas(top, 1, count, 1, name, role="data")
    sheet.formulas(top, starts[0], count, years, year, role="data")
    sheet.formulas(top, starts[1], count, years, part(starts[1], False), "", "whole", "data")
    sheet.formulas(top, starts[2], count, years, part(starts[2], True), "", "whole", "data")
    for i, section in enumerate(inputs.sections):
        cells = [absolute(top + i, start, 1, years) for start in starts]
        own = absolute(top + i, 1)
        series = [Series(own, cells[1], BLUE), Series(own, cells[2], BLUE, light=True)]
        names = (f"{section.code} {section.name_zh}", section.name_en)
        sheet.charts.append(Chart(names, grid.place(i), cells[0], series, "money", small=True))


def _all_sections_title(sheet: Sheet, row: int, role: Role) -> None:
    chinese, english = (part("label.all_sections", language) for language in ("zh", "en"))
    say(sheet, row, 1, chinese, (" ", "zh"), english, role=role)


# --- Provinces and regions


def region_charts(inputs: ModelInputs) -> Sheet:
    """Provinces and regions in a year of choice, each ranked; growth in this year and the next."""
    sheet = _sheet("Region_Charts", 20, 7.7)
    grid = Grid(TOP, 20, 20, 1)
    page, end = grid.below(2), grid.below(4)
    sheet.print_areas = (absolute(1, 1, page - 1, 20), absolute(page, 1, end - page, 20))
    _choice(sheet, "choose_year", "CHART_YEAR", inputs.options.years[-2:][0], "YEARS")
    _drawn_years(sheet, end + 1)
    top, count = end + 5, len(inputs.provinces)
    value = Ranked(sheet, top, 1, count, "PROVINCE_VA", "PROVINCE_NAMES", "PROVINCES_MARK")
    value.draw(
        "province_value_added", grid.place(0), value.columns("value_added_of", BLUE), "money"
    )
    jobs = Ranked(sheet, top, 11, count, "PROVINCE_JOBS", "PROVINCE_NAMES", "EMPLOYMENT_MARK")
    series = [*jobs.columns("jobs_of", GREEN), jobs.growth_points("growth_of")]
    jobs.draw("province_jobs", grid.place(1), series, "people", "share")
    top, count = top + count + 3, len(inputs.regions)
    region = Ranked(sheet, top, 1, count, "REGION_VA", "REGION_NAMES", "PROVINCES_MARK")
    series = [
        *region.columns("value_added_of", BLUE),
        region.share_points("share_of", "REGION_PRODUCT"),
    ]
    region.draw("region_value_added", grid.place(2), series, "money", "fine_share")
    region.draw("region_growth", grid.place(3), region.growth_columns("growth_of"), "share")
    return sheet


def _drawn_years(sheet: Sheet, row: int) -> None:
    """The number of the chosen year, the last one if there is none such, and of the two years
    whose growth is compared.
    """
    count = "COLUMNS(YEARS)"
    numbers = {
        "CHART_YEAR_NO": f"IFERROR(MATCH(CHART_YEAR,YEARS,0),{count})",
        "CHART_GROWTH_NO": f"MAX(1,MIN(CHART_YEAR_NO,{count}-1))",
        "CHART_GROWTH_NEXT": f"MIN(CHART_GROWTH_NO+1,{count})",
    }
    for i, (name, formula) in enumerate(numbers.items()):
        sheet.text(row + i, 1, label(f"label.{name.lower()}"), role="data")
        sheet.formulas(row + i, 9, 1, 1, lambda r, c, x=formula: x, name, "whole", "data")  # type: ignore[misc]
