"""Score the drafts of ``sources inspect`` on the headers of thirty public registers.

``public_headers.csv`` has the column names of registers of sixteen countries (facts, with their
source), what each column is, and a shape for its values, which are made up here: a date so many
days after reception (``?``: none in open rows; ``+``: later where the end is late), numbers, words.
A role with ``?`` may be taken but need not be; a column without a role must feed no field. Right
are the roles found in a column that has them; wrong are those missed and those given to another.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from workbench.ingest import inspect
from workbench.ingest.fields import is_extra

HEADERS = Path(__file__).with_name("public_headers.csv")
_ROWS = 30
_NAMES = ("Ana Silva", "John Smith", "Nguyễn Văn An", "Marie Dupont", "Jan Kowalski", "Li Wei")
_TEXTS = ("Lorem ipsum dolor sit amet", "consectetur adipiscing elit", "sed do eiusmod tempor")
_SAME = {"procedure_id": "procedure_name", "submitted_at": "received_at"}


def registers(half: str) -> dict[str, list[Mapping[str, str]]]:
    """Return the columns of each register of one half: ``learned`` or ``unseen``."""
    columns = defaultdict(list)
    with HEADERS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["half"] == half:
                columns[row["register"]].append(row)
    return columns


def score(
    columns: Sequence[Mapping[str, str]], reference: Path, folder: Path
) -> tuple[int, list[str]]:
    """Return how many roles of a register are right, and those that are wrong."""
    path = folder / "register.csv"
    path.write_text(_table(columns), encoding="utf-8")
    found = {
        field: proposal.header
        for proposal in inspect(path, reference).proposals
        if proposal.is_mapped
        for field in proposal.targets
        if not is_extra(field)
    }
    return _compare(columns, found)


def table_row(name: str, columns: Sequence[Mapping[str, str]], right: int, wrong: int) -> str:
    """Return the row of the docs about one register."""
    first = columns[0]
    return f"| {name} | {first['country']} | {first['half']} | {right} | {right + wrong} |"


def _compare(
    columns: Sequence[Mapping[str, str]], found: Mapping[str, str]
) -> tuple[int, list[str]]:
    """Return how many roles are right, and those that are not."""
    allowed = defaultdict(set)
    for column in columns:
        role = column["role"].removesuffix("?")
        allowed[_SAME.get(role, role)].add(column["header"])
    required = {c["role"] for c in columns if c["role"] and not c["role"].endswith("?")}
    hits, misses = 0, []
    given = defaultdict(set)
    for field, header in found.items():
        given[_SAME.get(field, field)].add(header)
    for role in sorted(required):
        if given[role] & allowed[role]:
            hits += 1
        else:
            misses.append(f"{role} is {sorted(allowed[role])}, found {sorted(given[role])}")
    for role, headers in sorted(given.items()):
        if role not in required and not headers <= allowed[role]:
            misses.append(f"{role} is none of {sorted(headers)}")
    return hits, misses


def _table(columns: Sequence[Mapping[str, str]]) -> str:
    chance = random.Random(columns[0]["register"])  # noqa: S311
    start = dt.datetime(2022, 3, 1, 8)  # noqa: DTZ001
    rows = [[column["header"] for column in columns]]
    for number in range(_ROWS):
        received = start + dt.timedelta(days=number // 2, minutes=37 * (number % 13))
        state = chance.choices(("open", "late", "done"), (2, 2, 8))[0]
        cells = _cells(columns, number, received, chance, state)
        rows.append(list(cells))
    return "\n".join("\t".join(row) for row in rows) + "\n"


def _cells(
    columns: Sequence[Mapping[str, str]],
    number: int,
    received: dt.datetime,
    chance: random.Random,
    state: str,
) -> Iterator[str]:
    is_open = state == "open"
    for column in columns:
        shape, _, rest = column["values"].partition(" ")
        kind, ends = shape.removesuffix("?"), shape.endswith("?")
        if kind == "date":
            days, _, form = rest.partition(" ")
            ends = days.endswith("?")
            later = 0 if days.strip("-0123") == "" else chance.randint(-1, 2) / 4
            later += 60 if state == "late" and days[-1] in "?+" else 0
            at = received + dt.timedelta(days=int(days.rstrip("?+")) + later)
            yield "" if ends and is_open else at.strftime(form)
        elif ends and is_open:
            yield ""
        elif kind in ("word", "state"):
            words = rest.split("|")
            yield words[0 if is_open else 1] if kind == "state" else chance.choice(words)
        else:
            yield _single(kind, rest, number, chance)


def _single(kind: str, rest: str, number: int, chance: random.Random) -> str:
    if kind == "id":
        return rest.format(number + 1)
    if kind == "count":
        return str(number + 1)
    if kind == "number":
        amount = float(rest) * chance.uniform(0.8, 1.2)
        return f"{amount:.4f}" if "." in rest else f"{amount:.0f}"
    if kind == "time":
        return f"{chance.randint(7, 18):02d}:{chance.randint(0, 59):02d}"
    return {"name": chance.choice(_NAMES), "text": chance.choice(_TEXTS), "none": ""}[kind]


def main() -> None:
    """Print the table of the docs; what is wrong goes to the error stream."""
    reference = Path(__file__).parents[3] / "data" / "reference"
    totals = []
    with tempfile.TemporaryDirectory() as folder:
        for half in ("learned", "unseen"):
            right, everything = 0, 0
            for name, columns in registers(half).items():
                hits, misses = score(columns, reference, Path(folder))
                right, everything = right + hits, everything + hits + len(misses)
                sys.stdout.write(table_row(name, columns, hits, len(misses)) + "\n")
                sys.stderr.writelines(f"{name}: {miss}\n" for miss in misses)
            totals.append(f"{half}: {right} of {everything} ({100 * right / everything:.1f} %)")
    sys.stdout.write("; ".join(totals) + "\n")


if __name__ == "__main__":
    main()
