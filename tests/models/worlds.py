"""Other worlds explained together: each lives in a year of one register, by its own units.

Units are compared with others of the same quarter and procedure, so worlds of different years and
procedures meet only in how much units differ and in the share of false alarms that is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from models.other_world import Office, Register, without, write
from workbench.clock import Calendar
from workbench.figures.compare import cells as judge_cells

YEARS = range(2019, 2027)
"""The years of the calendar after each of which there is another one."""
NAMES = ("dossier_id", "unit_id", "procedure_id", "holder_id", "source")
Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class World:
    """An office, the columns its log lacks, and what else is changed in its register."""

    office: Office
    missing: tuple[str, ...] = ()
    change: Callable[[Register], Register] | None = None


class Explained(NamedTuple):
    """What is said of a world's dossiers, and what is true."""

    tables: Tables
    register: Register
    office: Office


class Worlds(Mapping[str, Explained]):
    """Worlds by name, explained so many at once as there are years, when one is asked for."""

    def __init__(
        self,
        worlds: Mapping[str, World],
        explain: Callable[[Register], Tables],
        calendar: Calendar,
    ) -> None:
        self.worlds = worlds
        self.explain = explain
        self.calendar = calendar
        self.explained: dict[str, Explained] = {}

    def __getitem__(self, name: str) -> Explained:
        if name not in self.explained:
            names = list(self.worlds)
            first = names.index(name) // len(YEARS) * len(YEARS)
            self._explain(names[first : first + len(YEARS)])
        return self.explained[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.worlds)

    def __len__(self) -> int:
        return len(self.worlds)

    def _explain(self, names: list[str]) -> None:
        years = dict(zip(names, YEARS, strict=False))
        offices = {name: replace(self.worlds[name].office, year=years[name]) for name in names}
        registers = {name: self._write(self.worlds[name], offices[name]) for name in names}
        prefixes = {name: f"{number}⟩" for number, name in enumerate(names)}
        together = Register(
            pl.concat(_prefixed(registers[name].dossiers, prefixes[name]) for name in names),
            pl.concat(_prefixed(registers[name].steps, prefixes[name]) for name in names),
            pl.concat(registers[name].truth for name in names),
        )
        tables = self.explain(together)
        for name in names:
            own = _tables_of(tables, prefixes[name])
            self.explained[name] = Explained(own, registers[name], offices[name])

    def _write(self, world: World, office: Office) -> Register:
        written = write(office, self.calendar)
        if world.change is not None:
            written = world.change(written)
        return without(written, *world.missing)


def with_named(tables: Tables) -> Tables:
    """Add the named cells of quarters."""
    judged = judge_cells(tables["cause_cells"], kind="quarter")
    return tables | {"named": judged.filter("flagged")}


def _prefixed(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    names = [name for name in NAMES if name in frame.columns]
    return frame.with_columns((prefix + pl.col(name)).alias(name) for name in names)


def _tables_of(tables: Tables, prefix: str) -> Tables:
    """Return a world's rows under its own names, and the cells that are named among them alone."""
    units = tables["cause_units"].filter(pl.col("unit_id").str.starts_with(prefix))
    own = {}
    for name, table in tables.items():
        if "dossier_id" in table.columns:
            rows = table.filter(pl.col("dossier_id").str.starts_with(prefix))
        elif "unit_id" in table.columns:
            rows = table.filter(pl.col("unit_id").str.starts_with(prefix))
        else:
            rows = table.join(units, on="unit_no", how="semi")
        own[name] = rows.with_columns(pl.col(pl.String).str.replace_all(prefix, "", literal=True))
    return with_named(own)
