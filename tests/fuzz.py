"""Random damage to files that the readers take, of bytes and of structure.

Run as `python -m tests.fuzz --seconds 300 --seed 1`. Prints how many damaged files were tried, how
many were read, how many refused with a message, and how many went wrong: another exception, a
warning, more than 10 seconds or 1 GiB. A file that went wrong is kept, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import re
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from iiecon import InputError, default_inputs, read_io_table, run_model
from iiecon.audit.publication import read_publication
from iiecon.countries import read_scores
from iiecon.readers.rows import read_rows
from iiecon.readers.yearbooks import read_yearbook
from iiecon.replication.package import Origin, package_files, zipped
from iiecon.replication.read import read_package
from iiecon.spreadsheet.calculator import Calculator, FileBook, patched_parts
from iiecon.spreadsheet.package import FileProblem, Package
from iiecon.workbook.read import load_inputs
from tests.conftest import ROOT
from tests.readers.bureau import page, random_table, written
from tests.spreadsheet.test_package import minimal_parts
from tests.yearbook_files import Rows, save
from udfs import FUNCTIONS

SLOW = 10.0
MEMORY = 2**30
Read = Callable[[Path], object]
Damage = Callable[[bytes, random.Random], bytes]
TOKENS = [
    *(b"<", b">", b"&", b"&#0;", b"&x;", b"]]>", b"<!--", b"<!DOCTYPE a>", b"\0", b"\xff\xfe"),
    *(b"\xef\xbb\xbf", b'"', b"'", b",", b";", b"\t", b"\n", b"\r", b"\r\n", b",,,,,,", b"-1"),
    *(b"0", b"1E400", b"-1E308", b"1e-400", b"99999999999999999999", b"1048577", b"NaN", b"inf"),
    *(b"XFD1048576", b"A0", b"#REF!", b"#N/A", b"=1/0", b"1_0", b"TRUE", b"{", b"}", b"null"),
    *(s.encode() for s in ("１", "合计", "①", "GO", "TII", "2017年", "单位：亿元", "北京", "𠀀")),
    *(s.encode("gb18030") for s in ("合计", "单位")),
    *(b"x" * 200_000, b"(" * 2000, b"9" * 400),
]
PLAIN = [token for token in TOKENS if not set(token) & set(b'<&"')]


def changed_bytes(content: bytes, draw: random.Random) -> bytes:
    """Some bytes changed, cut out, doubled or put in."""
    data = bytearray(content)
    for _ in range(draw.choice((1, 1, 1, 2, 5, 20))):
        i, j = sorted(draw.randrange(len(data) + 1) for _ in range(2))
        j = min(j, i + draw.choice((1, 4, 50, 5000)))
        match draw.randrange(6):
            case 0:
                data[i:j] = b""
            case 1:
                data[i:i] = data[i:j]
            case 2:
                data[i : i + 1] = bytes([draw.randrange(256)])
            case 3:
                data[i:i] = draw.choice(TOKENS)
            case 4:
                data[i:j] = draw.choice(TOKENS)
            case _:
                data[i : i + 1] = bytes(b ^ (1 << draw.randrange(8)) for b in data[i : i + 1])
    return bytes(data)


def cut(content: bytes, draw: random.Random) -> bytes:
    """The end lost."""
    return content[: draw.randrange(len(content) + 1)]


def changed_lines(content: bytes, draw: random.Random) -> bytes:
    """Lines and the cells between commas exchanged, doubled, lost or overwritten."""
    lines = [line.split(b",") for line in content.split(b"\n")]
    for _ in range(draw.choice((1, 1, 2, 5))):
        line, other = draw.randrange(len(lines)), draw.randrange(len(lines))
        cell = draw.randrange(len(lines[line]))
        match draw.randrange(6):
            case 0 if len(lines) > 1:
                del lines[line]
            case 1:
                lines.insert(other, list(lines[line]))
            case 2:
                lines[line], lines[other] = lines[other], lines[line]
            case 3:
                lines[line][cell] = draw.choice(TOKENS)
            case 4:
                lines[line].insert(cell, b"")
            case _:
                lines[line][cell] = draw.choice(lines[other])
    return b"\n".join(b",".join(line) for line in lines)


ATTRIBUTE = re.compile(rb'"[^"<>]{0,40}"|>[^<>]{1,40}<')


def changed_markup(content: bytes, draw: random.Random) -> bytes:
    """Values of attributes and texts of elements changed, the markup sound."""
    places = list(ATTRIBUTE.finditer(content))
    for place in sorted(draw.sample(places, min(len(places), draw.choice((1, 2, 8)))), key=_end):
        value = draw.choice([*PLAIN, draw.choice(places)[0][1:-1]])
        start, end = place.span()
        content = content[: start + 1] + value + content[end - 1 :]
    return content


def _end(match: re.Match[bytes]) -> int:
    return -match.end()


@dataclass(frozen=True)
class Seed:
    """A sound file, how it is read, and how it may be damaged."""

    name: str
    content: bytes
    read: Read
    damages: tuple[Damage, ...] = (changed_bytes, cut)
    weight: float = 1.0


def in_members(damage: Damage) -> Damage:
    """The same to one member of a zip archive, which is packed soundly again."""

    def damaged(content: bytes, draw: random.Random) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = draw.choice([name for name, part in parts.items() if part])
        parts[name] = damage(parts[name], draw)
        if draw.random() < 0.05:
            del parts[draw.choice(list(parts))]
        return packed(parts)

    return damaged


def packed(parts: Mapping[str, bytes | str]) -> bytes:
    """A zip archive of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


IN_ZIP = (changed_bytes, cut, *map(in_members, (changed_bytes, changed_markup, cut)))
IN_TEXT = (changed_bytes, changed_lines, changed_lines, cut)
SHEET = """<worksheet><dimension ref="A1:D9"/><sheetData><row r="1"><c r="A1"><v>2</v></c>
<c r="B1" t="s"><v>0</v></c><c r="C1"><f>SUM(A1:A3)*rate</f><v>4</v></c><c r="D1" t="b"><v>1</v></c>
</row><row r="2"><c r="A2"><f t="shared" ref="A2:A4" si="0">A1+1</f><v>3</v></c>
<c r="B2" t="inlineStr"><is><t>text</t></is></c><c r="C2" t="e"><v>#N/A</v></c></row>
<row r="3"><c r="A3"><f t="shared" si="0"/><v>4</v></c>
<c r="B3" cm="1"><f t="array" ref="B3:C4">A1:B2*{1,2;3,4}</f><v>2</v></c></row>
<row r="5"><c r="A5"><f>IFERROR(INDEX(A1:C4,2,1),"none")&amp;TEXT(A1,"0.00")</f></c>
<c r="B5"><f>AHP_CONSISTENCY({1,2;0.5,1})</f></c><c r="C5"><f>Last!A1+1</f></c></row>
</sheetData></worksheet>"""


def small_book() -> bytes:
    """A workbook of two sheets with every kind of cell."""
    return packed({**minimal_parts(), "xl/worksheets/sheet1.xml": SHEET})


def calculate(path: Path) -> object:
    """Read a workbook, evaluate it, patch it, and read the result again."""
    package = Package.read(path)
    book = FileBook.from_package(package)
    done = Calculator(book, FUNCTIONS).calculate()
    again = package.replaced(patched_parts(package, book, done)).to_bytes()
    return FileBook.from_package(Package.from_bytes(path, again))


def wages() -> Rows:
    """A yearbook table of two years."""
    inputs = default_inputs()
    years = [2017, 2018]
    rows: Rows = [["行业 平均工资（元）", *years]]
    for section, values in zip(inputs.sections, inputs.wages.values, strict=True):
        rows.append([section.name_zh, *(float(values[inputs.wages.years.index(y)]) for y in years)])
    return rows


def a_package() -> bytes:
    """The replication package of the shipped inputs."""
    results = run_model(default_inputs())
    return zipped(package_files(results, Origin(), []))


def seeds() -> list[Seed]:
    """One file of every kind that is read."""
    table = page(random_table(5, 2012))
    found = []
    with tempfile.TemporaryDirectory() as folder:
        kinds = ((".xlsx", IN_ZIP), (".xls", (changed_bytes, cut)), (".csv", IN_TEXT))
        for ending, damages in kinds:
            path = written(Path(folder) / f"io{ending}", table)
            found.append(Seed(path.name, path.read_bytes(), read_io_table, damages))
            path = save(wages(), Path(folder) / f"wages{ending}")
            found.append(Seed(path.name, path.read_bytes(), read_yearbook, damages))
    published = (ROOT / "python/iiecon/data/published_figures.csv").read_bytes()
    scores = b"industry,score\n061,0.5\n26,0.25\n"
    flags = b"code,name\n001,a\n002,b\n"
    return [
        *found,
        Seed("book.xlsx", small_book(), calculate, IN_ZIP, 3),
        Seed("published.csv", published, read_publication, IN_TEXT),
        Seed("scores.csv", scores, read_scores, IN_TEXT),
        Seed("rows.csv", flags, lambda path: read_rows(path, ("code", "name")), IN_TEXT, 0.5),
        Seed("package.zip", a_package(), read_package,
             (changed_bytes, cut, *map(in_members, (changed_bytes, changed_lines, cut))), 0.3),
        Seed("m.xlsm", (ROOT / "IIEconModel.xlsm").read_bytes(), load_inputs, IN_ZIP, 0.1),
    ]  # fmt: skip


class Slow(BaseException):
    """A file took too long."""


def _too_slow(_: int, __: FrameType | None) -> None:
    raise Slow(f"> {SLOW:.0f} s")


@contextlib.contextmanager
def limited_time() -> Iterator[None]:
    """Stop what takes too long, where the system can."""
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGALRM, _too_slow)
    signal.setitimer(signal.ITIMER_REAL, SLOW)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def outcome(read: Read, path: Path) -> str:
    """What became of one file: "read", "refused", or what went wrong."""
    try:
        with limited_time(), warnings.catch_warnings():
            warnings.simplefilter("error")
            read(path)
    except (InputError, FileProblem) as refusal:
        return "refused" if str(refusal).strip() else "a refusal without a word"
    except KeyboardInterrupt:
        raise
    except BaseException:
        return traceback.format_exc()
    return "read"


@dataclass
class Fuzzer:
    """Damages seeds one after another; the same seed gives the same files."""

    seed: int
    keep: Path
    counts: Counter[str] = field(
        default_factory=lambda: Counter(tried=0, read=0, refused=0, wrong=0)
    )

    def run(self, cases: float, seconds: float) -> None:
        """Try so many files, or for so long."""
        until, sources = time.monotonic() + seconds, seeds()
        with tempfile.TemporaryDirectory() as folder:
            for case in self._numbers(cases):
                if time.monotonic() > until:
                    return
                self._try(case, sources, Path(folder))

    def _numbers(self, cases: float) -> Iterator[int]:
        case = 0
        while case < cases:
            yield case
            case += 1

    def _try(self, case: int, sources: list[Seed], folder: Path) -> None:
        draw = random.Random(f"{self.seed} {case}")
        (source,) = draw.choices(sources, [s.weight for s in sources])
        damage = draw.choice(source.damages)
        path = folder / source.name
        path.write_bytes(damage(source.content, draw))
        told = outcome(source.read, path)
        self.counts["tried"] += 1
        self.counts[told if told in self.counts else "wrong"] += 1
        if told not in self.counts:
            self.keep.mkdir(parents=True, exist_ok=True)
            kept = self.keep / f"{self.seed}-{case}-{source.name}"
            kept.write_bytes(path.read_bytes())
            print(f"{kept}:\n{told}", file=sys.stderr)


def main() -> int:
    """Run the fuzzer; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--cases", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--keep", type=Path, default=Path(tempfile.gettempdir()) / "iiecon-fuzz",
        help="where files that went wrong are kept",
    )  # fmt: skip
    given = parser.parse_args()
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    fuzzer = Fuzzer(given.seed, given.keep)
    fuzzer.run(given.cases, given.seconds)
    print(json.dumps(fuzzer.counts))
    return 1 if fuzzer.counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
