"""The reference page REFERENCE.md, made from the registry: `python -m udfs.reference` writes it."""

from __future__ import annotations

from pathlib import Path

from udfs import FUNCTIONS
from udfs.registry import Function

PAGE = Path(__file__).with_name("REFERENCE.md")
HEAD = """# 函数参考 Function reference

由函数登记表生成，请勿手改 *(made from the registry by `python -m udfs.reference`)*。

方括号中的参数可省略；省略选项时取第一个。向量可以是一行或一列。空单元格、文本和错误值在各程序中同样处理：
缺数为 `#VALUE!`，参数中的错误值原样传出，整列引用为 `#VALUE!`，未知代码或选项为 `#N/A`，
无解为 `#NUM!`。`=IIE_WHY(单元格)` 说明原因。

*Arguments in brackets may be left out; an option then takes its first choice. A vector may stand in
a row or a column. Blank cells, text and error values are treated alike in every program: a missing
number gives `#VALUE!`, an error among the arguments is passed on, a whole column gives `#VALUE!`,
an unknown code or option `#N/A`, a problem without a solution `#NUM!`. `=IIE_WHY(cell)` says why.*
"""


def page() -> str:
    """The text of the page."""
    functions = sorted(FUNCTIONS.values(), key=lambda f: f.name)
    return "\n".join([HEAD, *(_section(function) for function in functions)])


def _section(function: Function) -> str:
    lines = [
        f"## {function.name}", "",
        f"`={function.usage}`", "",
        function.about("zh"), "",
        f"*{function.about('en')}*", "",
        "| 参数 argument | 含义 | meaning | 单位 unit |", "|---|---|---|---|",
    ]  # fmt: skip
    for argument in function.arguments:
        name = f"[{argument.name}]" if argument.optional else argument.name
        unit = argument.unit("en")
        choices = ", ".join(f"`{choice}`" for choice in argument.choices)
        meanings = [function.meaning(argument, language) for language in ("zh", "en")]
        lines.append(f"| `{name}` | {' | '.join(meanings)} | {choices or unit} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
