"""A report on another industry: its name everywhere, that of the white paper's nowhere."""

import re
from dataclasses import replace

import pytest

from iiecon import ModelInputs, run_model, world
from iiecon.inputs import Industry
from iiecon.report import report
from tests.report.cases import NASTY
from tests.report.reading import Page, WordFile

LOW = Industry("低空经济", "low-altitude economy")
OLD = re.compile("工业互联网|industrial internet", re.IGNORECASE)
# The institute and its white paper, credited as sources.
CREDITED = (
    "中国工业互联网研究院",
    "China Academy of Industrial Internet",
    "《中国工业互联网产业经济发展白皮书（2021年）》",
    "China Industrial Internet Economy White Paper (2021)",
)
TITLES = {"zh": "低空经济产业经济测算报告", "en": "The low-altitude economy: a measurement"}
NAMES = {"zh": LOW.name_zh, "en": LOW.name_en}


def texts(inputs: ModelInputs, extension: str, language: str) -> list[str]:
    made = report(run_model(inputs), extension, language, world=world.countries()).data
    return Page.of(made).texts if extension == ".html" else WordFile(made).texts


@pytest.mark.usefixtures("blank_charts")
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("extension", [".html", ".docx"])
def test_a_report_names_the_industry_that_is_measured(
    inputs: ModelInputs, extension: str, language: str
) -> None:
    def naming(text: str) -> bool:
        for source in CREDITED:
            text = text.replace(source, "")
        return bool(OLD.search(text))

    shipped = texts(inputs, extension, language)
    other = texts(replace(inputs, industry=LOW), extension, language)
    assert sum(map(naming, shipped)) > 20
    assert [text for text in other if naming(text)] == []
    assert other[0] == TITLES[language]
    assert sum(NAMES[language] in text for text in other) > 20


@pytest.mark.usefixtures("blank_charts")
def test_countries_are_compared_in_the_papers_industry_only(inputs: ModelInputs) -> None:
    assert "国际比较" in texts(inputs, ".html", "zh")
    assert "国际比较" not in texts(replace(inputs, industry=LOW), ".html", "zh")


@pytest.mark.usefixtures("blank_charts")
@pytest.mark.parametrize("extension", [".html", ".docx"])
@pytest.mark.parametrize("name", [NASTY, '=HYPERLINK("x")', "{year} {0} %d"])
def test_a_name_is_text_whatever_its_signs(inputs: ModelInputs, extension: str, name: str) -> None:
    industry = Industry(name[:40], name[:40])
    found = texts(replace(inputs, industry=industry), extension, "zh")
    assert found[0] == f"{name[:40]}产业经济测算报告"
    assert f"三次产业的{name[:40]}增加值" in " ".join(found)
