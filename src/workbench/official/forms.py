"""The official forms as data: their columns, the counters of each, and their identities.

``data/reference/forms/forms.csv`` lists the forms, one file per form its columns. A column adds
counters of the table ``counts``; its identities are written as the forms print them
(``3 = 4 + 5 + 6``), each beside the counters that legitimately stand between the two sides. A
form that names a column or counter that does not exist is refused.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from workbench.core.errors import InputRejected, UsageProblem

COUNTERS = (
    "in_play",
    "carried",
    "received",
    "received_online",
    "received_counter",
    "received_post",
    "received_other",
    "channel_known",
    "online_full",
    "online_part",
    "online_rest",
    "online_known",
    "online_processed",
    "reception_known",
    "received_within_8h",
    "done",
    "early",
    "on_time",
    "late",
    "unknown",
    "late_reappointed",
    "late_as_appointed",
    "late_unrecorded",
    "done_returned",
    "done_not_returned",
    "withdrawn",
    "rejected",
    "open_total",
    "open_in_time",
    "open_overdue",
    "open_unknown",
    "waiting",
    "active_in_time",
    "active_overdue",
    "active_unknown",
    "overdue_reappointed",
    "overdue_as_appointed",
    "overdue_unrecorded",
    "fell_due",
    "fell_due_in_time",
    "progress_in_time",
    "returned",
    "returned_by_post",
    "returned_online",
    "returned_counter",
)
"""What the table ``counts`` counts."""

LABEL_COLUMNS = 2
"""The first columns of every form number and name the row; the figures follow."""


@dataclass(frozen=True)
class Identity:
    """``left`` = the sum of ``right`` (column numbers), up to the counters that explain a gap."""

    left: int
    right: tuple[int, ...]
    explained_by: tuple[str, ...]

    def __str__(self) -> str:
        """Return the identity as the forms print it."""
        return f"{self.left} = {' + '.join(map(str, self.right))}"


@dataclass(frozen=True)
class FormColumn:
    """One column of a form: its headings, the counters it adds up, or why it stays empty.

    ``unknown_when`` is a counter: where it is above zero the column is undecidable, and is empty.
    ``rate`` holds the column numbers of a share's numerator and denominator.
    """

    number: int
    key: str
    header: dict[str, str]
    group: dict[str, str]
    counters: tuple[str, ...]
    unknown_when: str
    rate: tuple[tuple[int, ...], tuple[int, ...]] | None
    absent: dict[str, str]


@dataclass(frozen=True)
class Form:
    """An official form: title, columns, identities, and what one of its rows stands for."""

    name: str
    rows_by: str
    title: dict[str, str]
    columns: tuple[FormColumn, ...]
    identities: tuple[Identity, ...]
    source: str
    verified: str

    @property
    def figures(self) -> tuple[FormColumn, ...]:
        """The columns after number and name of the row."""
        return self.columns[LABEL_COLUMNS:]

    @classmethod
    def read(cls, name: str, reference: Path) -> Form:
        """Read a form by its name: ``II.06a``, ``07a/BTP`` or ``opencps20``.

        Raises:
            UsageProblem: There is no such form.
            InputRejected: The form names a column or counter that does not exist.

        >>> from workbench.core.project import shipped
        >>> form = Form.read("II.06a", shipped().reference)
        >>> len(form.columns), str(form.identities[0])
        (13, '3 = 4 + 5 + 6')
        """
        folder = reference / "forms"
        listed = {row["form"]: row for row in _rows(folder / "forms.csv")}
        if name not in listed:
            raise UsageProblem("official.no_form", form=name, known=", ".join(listed))
        entry = listed[name]
        rows = _rows(folder / entry["file"])
        form = cls(
            name=name,
            rows_by=entry["rows"],
            title=_both(entry, "title"),
            columns=tuple(_column(row) for row in rows),
            identities=tuple(i for row in rows for i in _identities(row)),
            source=entry["source"],
            verified=entry["verified"],
        )
        _check(form, entry["file"])
        return form


def form_names(reference: Path) -> tuple[str, ...]:
    """Return the names of the forms that can be filled."""
    return tuple(row["form"] for row in _rows(reference / "forms" / "forms.csv"))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _both(row: dict[str, str], name: str) -> dict[str, str]:
    return {language: row[f"{name}_{language}"] for language in ("vi", "en")}


def _column(row: dict[str, str]) -> FormColumn:
    above, _, below = row["rate"].partition("/")
    return FormColumn(
        number=int(row["col"]),
        key=row["key"],
        header=_both(row, "header"),
        group=_both(row, "group"),
        counters=_terms(row["counters"]),
        unknown_when=row["unknown_when"],
        rate=(_numbers(above), _numbers(below)) if below else None,
        absent=_both(row, "absent"),
    )


def _identities(row: dict[str, str]) -> list[Identity]:
    written = [part for part in row["identities"].split(";") if part.strip()]
    explained = row["explained_by"].split(";")
    explained += [""] * (len(written) - len(explained))
    breaches = []
    for text, counters in zip(written, explained, strict=False):
        left, _, right = text.partition("=")
        breaches.append(Identity(int(left), _numbers(right), _terms(counters)))
    return breaches


def _terms(text: str) -> tuple[str, ...]:
    return tuple(term.strip() for term in text.split("+") if term.strip())


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(term) for term in _terms(text))


def _check(form: Form, file: str) -> None:
    columns = [c for column in form.columns for c in (*column.counters, column.unknown_when) if c]
    columns += [c for identity in form.identities for c in identity.explained_by]
    numbers = {column.number for column in form.columns}
    used = {n for identity in form.identities for n in (identity.left, *identity.right)}
    used |= {n for c in form.columns if c.rate for side in c.rate for n in side}
    wrong = [*sorted(set(columns) - set(COUNTERS)), *map(str, sorted(used - numbers))]
    if wrong:
        raise InputRejected("official.bad_form", file=file, wrong=", ".join(wrong))
