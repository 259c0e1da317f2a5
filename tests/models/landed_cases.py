"""Landed rows of many tests cleaned at once: each test's are sources and dossiers of their own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl
import pytest

Row = dict[str, object]
KINDS = ("dossier", "step", "pause")
OF_FILES = ("masks", "repairs")
BY_FILE = ("files", "snapshots")


@dataclass(frozen=True)
class Case:
    """Arguments of the fixture ``clean`` for one test."""

    dossiers: list[Row]
    steps: list[Row] = field(default_factory=list)
    pauses: list[Row] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of_test(cls, item: pytest.Function) -> Case:
        """Read the marker ``landed``; an argument may be a function of the test's parameters."""
        marker = item.get_closest_marker("landed")
        if marker is None:
            raise ValueError(f"{item.name} asks for cleaned tables and is not marked landed(...)")
        names = ("dossiers", "steps", "pauses")
        given = dict(zip(names, marker.args, strict=False)) | marker.kwargs
        given = {name: call_with_params(value, item) for name, value in given.items()}
        rows = {name: list(given.pop(name, ())) for name in names}
        return cls(**rows, facts=given)


def call_with_params(value: object, item: pytest.Function) -> object:
    """Return a marker's argument, or what it returns for the parameters of the test."""
    if not callable(value):
        return value
    return value(
        **{name: item.callspec.params[name] for name in inspect.signature(value).parameters}
    )


class CleanedCase(Mapping[str, pl.DataFrame]):
    """Rows of one case in the tables of all, under the names that the case gave."""

    def __init__(self, tables: Mapping[str, pl.DataFrame], prefix: str) -> None:
        self.tables = tables
        self.prefix = prefix

    def __getitem__(self, name: str) -> pl.DataFrame:
        table = self.tables[name]
        own = "source_file" if "source_file" in table.columns else "dossier_id"
        rows = table.filter(pl.col(own).str.starts_with(self.prefix))
        return rows.with_columns(pl.col(pl.String).str.replace_all(self.prefix, "", literal=True))

    def __iter__(self) -> Iterable[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


def clean_cases(
    clean: Callable[..., Mapping[str, pl.DataFrame]], cases: Mapping[str, Case]
) -> dict[str, CleanedCase]:
    """Clean cases by name in one register; no rule compares dossiers of two sources and numbers.

    Unlisted names are put into one spelling across sources: cases of those need other names.
    """
    rows: dict[str, list[Row]] = {f"{kind}s": [] for kind in KINDS}
    facts: dict[str, object] = {name: [] for name in OF_FILES} | {name: {} for name in BY_FILE}
    prefixes = {name: f"{number:03d}⟩" for number, name in enumerate(cases)}
    for name, case in cases.items():
        own = _own_rows(case, prefixes[name])
        for kind, added in own.items():
            rows[kind] += added
        _add_facts(facts, case, prefixes[name], own)
    tables = clean(rows["dossiers"], rows["steps"], rows["pauses"], **facts)
    made = {name: tables[name] for name in tables}
    return {name: CleanedCase(made, prefix) for name, prefix in prefixes.items()}


def _own_rows(case: Case, prefix: str) -> dict[str, list[Row]]:
    """Return a case's rows in sources, files and dossiers of its own."""
    own = {}
    for kind in KINDS:
        places = [
            {"source": "test", "source_file": f"{kind}s.csv", "dossier_id": "A", "source_row": n}
            for n in range(2, 2 + len(getattr(case, f"{kind}s")))
        ]
        given = getattr(case, f"{kind}s")
        full = [{**place, **row} for place, row in zip(places, given, strict=True)]
        own[f"{kind}s"] = [_prefixed(row, prefix) for row in full]
    return own


def _prefixed(row: Row, prefix: str) -> Row:
    names = ("source", "source_file", "dossier_id", "x_applicant_key")
    renamed = {name: f"{prefix}{row[name]}" for name in names if row.get(name) is not None}
    return row | renamed


def _add_facts(
    facts: dict[str, object], case: Case, prefix: str, own: dict[str, list[Row]]
) -> None:
    """Add what a case says of its files, which names those of its own rows alone."""
    of_all = {name: v for name, v in case.facts.items() if name not in (*OF_FILES, *BY_FILE)}
    for name in OF_FILES:
        facts[name] += [_prefixed(row, prefix) for row in case.facts.get(name, ())]
    files = case.facts.get("files", {})
    for file in {str(row["source_file"]) for rows in own.values() for row in rows}:
        facts_of_file = {"source": "test", **of_all, **files.get(file.removeprefix(prefix), {})}
        facts["files"][file] = _prefixed(facts_of_file, prefix)
    facts["snapshots"] |= {f"{prefix}{f}": at for f, at in case.facts.get("snapshots", {}).items()}
