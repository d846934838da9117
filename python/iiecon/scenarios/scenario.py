"""What a scenario says, apart from the file it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from iiecon import catalogue
from iiecon.assumed import AssumedGrowth
from iiecon.findings import Finding, InputError

How = Literal["value", "add", "factor"]
# Who takes the difference when flows change: output stays as it is, value added of the buying
# sector gives way, and in the supplier's row final use or imports. "exact": nobody, the changes
# must cancel out.
Balance = Literal["final_use", "imports", "exact"]


@dataclass(frozen=True)
class Amount:
    """A number in place of the old one, added to it, or times it."""

    how: How
    number: float

    def __str__(self) -> str:
        form = {"value": "= {:.6g}", "add": "{:+.6g}", "factor": "× {:.6g}"}[self.how]
        return form.format(self.number)

    def of(self, old: float) -> float:
        """The number that takes the place of the old one."""
        if self.how == "value":
            return self.number
        return old + self.number if self.how == "add" else old * self.number


@dataclass(frozen=True)
class CellChange:
    """What sector `buyer` uses of sector `supplier`, by their codes; amounts in 亿元."""

    supplier: str
    buyer: str
    amount: Amount


@dataclass(frozen=True)
class Scenario:
    """Named changes to a model's inputs.

    `scores`: by the code of a scored sector, or by the letter of a section for all of them in it.
    `cells` of the input-output table, kept in `balance`. `growth`: assumed for years after the
    base year. `source` names it in messages.
    """

    name: str
    source: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str | int] = field(default_factory=dict)
    scores: Mapping[str, Amount] = field(default_factory=dict)
    cells: tuple[CellChange, ...] = ()
    balance: Balance | None = None
    growth: tuple[AssumedGrowth, ...] = ()

    @property
    def title(self) -> str:
        """What it is about, Chinese first; its name where no title is given."""
        return " / ".join(dict.fromkeys(t for t in self.titles.values() if t)) or self.name

    def changes(self) -> Iterator[tuple[str, str]]:
        """Each change: its key in the file, and what it says."""
        for name, value in self.options.items():
            yield f"options.{name}", str(value)
        for code, amount in self.scores.items():
            yield f"scores.{code}", str(amount)
        for cell in self.cells:
            yield f"io.{cell.supplier} → {cell.buyer} ({self.balance})", str(cell.amount)
        for assumed in self.growth:
            yield f"growth.{assumed.year}.{assumed.series}", f"{assumed.growth:+.6g}"

    def place(self, key: str) -> str:
        """A key of its file, as messages name it."""
        return f"{self.source or self.name}: {key}"


def wrong(place: str, key: str, **values: object) -> InputError:
    """A scenario that cannot be used: `place` names the file and the key in it."""
    return InputError([Finding("error", key, values, place)])


def unknown(place: str, name: str, known: Mapping[str, str] | Iterable[str]) -> InputError:
    """A name that is not known, with the known ones that look most like it, or all of them.

    `known`: the names, or what to show for each of them.
    """
    from iiecon.readers.names import compact, nearest

    titles = dict(known) if isinstance(known, Mapping) else {name: name for name in known}
    spellings = {compact(text): code for code, title in titles.items() for text in (title, code)}
    near = nearest(name, spellings, titles)
    said = phrase("near" if near else "known", names="、".join(near or titles.values()))
    return wrong(place, "scenario_unknown", name=name, near=said)


def phrase(key: str, **values: object) -> catalogue.Phrase:
    """A text of scenarios that follows the language around it."""
    return catalogue.Phrase(f"scenario.{key}", values)
