"""What leaves the office: no cell of 1 to 4 stands in any written file, nor follows from them.

The oracle knows nothing of how cells were withheld: it reads the written pages, sets up what a
reader knows (sums over units and parts, counts are not negative) and asks a linear programme how
small and how large each small cell could still be.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from workbench.answers import Book, open_book
from workbench.answers.publication_record import read_record
from workbench.answers.published import publish
from workbench.messages import say, use_language
from workbench.pages import Outputs, folder_name, publish_briefings

PERIODS = ("2022-H1", "2021-H1")
COUNTS = (
    *("received", "resolved", "early", "on_time", "late", "unknown"),
    *("withdrawn", "rejected", "open_overdue"),
)
SUMS = (
    ("resolved", ("early", "on_time", "late", "unknown")),
    ("judged", ("early", "on_time", "late")),
    ("late_or_overdue", ("late", "open_overdue")),
    ("judged_or_overdue", ("judged", "open_overdue")),
    ("received", ("known", "unknown")),
    ("known", ("online", "offline")),
    ("returned", ("post", "elsewhere")),
)
RATES = {
    "late_done": ("late", "judged"),
    "late_or_overdue": ("late_or_overdue", "judged_or_overdue"),
    "online_in": ("online", "known"),
    "post_out": ("post", "returned"),
}
FRACTION = re.compile(r"(?<![\d/.])(\d[\d.]*)/(\d[\d.]*)(?![\d/])")
PERCENT = re.compile(r"(\d+,\d)(?=%|–\d+,\d%)")

Cell = tuple[str, str, str]


class Tables(HTMLParser):
    """The cells of every table of a page, row by row, and all of its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.text: list[str] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += [value or "" for name, value in attrs if name in ("aria-label", "title")]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = []

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None:
            self.text.append(data)
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.tables[-1][-1].append("".join(self._cell).strip())
            self._cell = None


@dataclass(frozen=True)
class Written:
    """The written folders of a publication, and the book they were made of."""

    book: Book
    folders: dict[str, Path]

    def pages(self) -> dict[str, Tables]:
        found = {}
        for unit, folder in self.folders.items():
            found[unit] = Tables()
            found[unit].feed((folder / "briefing.html").read_text(encoding="utf-8"))
        return found

    def texts(self) -> str:
        """Everything a reader of the files can see, notebooks' charts and outputs included."""
        texts = [" ".join(page.text) for page in self.pages().values()]
        for folder in self.folders.values():
            texts += [
                p.read_text(encoding="utf-8") for p in folder.iterdir() if p.suffix != ".html"
            ]
        return "\n".join(texts)


@pytest.fixture(scope="module")
def written(small_project, tmp_path_factory) -> Written:
    # what was published is recorded in the project
    home = tmp_path_factory.mktemp("publishing") / "project"
    shutil.copytree(small_project.root, home)
    book = open_book(home, language="vi")
    out = tmp_path_factory.mktemp("published")
    outputs = Outputs(out, ("html", "live"))
    units = {unit: folder_name(unit, is_public=True) for unit in ("*", "SD-VH")}
    for unit in units:
        publish_briefings(book, period=PERIODS[0], against=PERIODS[1], unit=unit, out=outputs)
    return Written(book, {u: out / PERIODS[0] / name for u, name in units.items()})


def truth(book: Book) -> dict[Cell, int]:
    """Every cell as the measures have it, nothing withheld."""
    rows = book.measures.filter(
        pl.col("profile") == "wb_strict",
        pl.col("procedure_id") == "*",
        pl.col("channel_in") == "*",
        pl.col("period").is_in(PERIODS),
    )
    columns = ("unit_id", "period", "measure", "numerator", "denominator")
    counts = {(u, p, m): (k, n or 0) for u, p, m, k, n in rows.select(columns).rows()}
    cells: dict[Cell, int] = {}
    for unit in ("*", *book.units()):
        for period in PERIODS:
            own = {n: counts.get((unit, period, n), (0, 0))[0] for n in COUNTS}
            own["online"], own["known"] = counts.get((unit, period, "online_in"), (0, 0))
            own["post"], own["returned"] = counts.get((unit, period, "post_out"), (0, 0))
            own["judged"] = own["early"] + own["on_time"] + own["late"]
            own["late_or_overdue"] = own["late"] + own["open_overdue"]
            own["judged_or_overdue"] = own["judged"] + own["open_overdue"]
            own["unknown"] = own["received"] - own["known"]
            own["offline"] = own["known"] - own["online"]
            own["elsewhere"] = own["returned"] - own["post"]
            cells |= {(unit, period, name): value for name, value in own.items()}
    return cells


def number(text: str) -> int | None:
    return int(text.replace(".", "")) if re.fullmatch(r"[\d.]+", text) else None


def read_cells(written: Written) -> dict[Cell, int]:
    """Every count that the tables of the pages give, named by what its row and column say."""
    book = written.book
    names = {book.unit_name(unit): unit for unit in ("*", *book.units())}
    found: dict[Cell, int | None] = {}
    with use_language("vi"):
        measures = {say(f"briefing.{name}"): name for name in (*COUNTS, *RATES)}
    for unit, page in written.pages().items():
        figures, units, change = page.tables
        for row in figures[1:]:
            for period, text in zip(PERIODS, row[1::2], strict=True):
                found |= table_counts(unit, period, measures[row[0]], text)
        heads = [measures.get(head, "") for head in units[0]]
        for row in units[1:]:
            for head, text in zip(heads[1:], row[1:], strict=True):
                found |= table_counts(names[row[0]], PERIODS[0], head, text) if head else {}
        for row in change[1:]:
            for period, text in zip(reversed(PERIODS), row[1:3], strict=True):
                found |= table_counts(names[row[0]], period, "late_or_overdue", text)
    return {cell: value for cell, value in found.items() if value is not None}


def table_counts(unit: str, period: str, name: str, text: str) -> dict[Cell, int | None]:
    if name not in RATES:
        return {(unit, period, name): number(text)}
    pair = FRACTION.search(text)
    values = [number(part) for part in pair.groups()] if pair else [None, None]
    return {(unit, period, part): n for part, n in zip(RATES[name], values, strict=True)}


def equations(cells: dict[Cell, int], known: dict[Cell, int]) -> tuple[np.ndarray, np.ndarray]:
    """What a reader knows: published values, parts that add up, units that add up."""
    place = {cell: n for n, cell in enumerate(cells)}
    lines: list[tuple[dict[int, float], float]] = [({place[c]: 1.0}, v) for c, v in known.items()]
    for unit, period in {(u, p) for u, p, _ in cells}:
        for total, parts in SUMS:
            line = {place[unit, period, part]: 1.0 for part in parts}
            lines.append((line | {place[unit, period, total]: -1.0}, 0.0))
    units = {u for u, _, _ in cells} - {"*"}
    for period, name in {(p, n) for _, p, n in cells}:
        line = {place[unit, period, name]: 1.0 for unit in units}
        lines.append((line | {place["*", period, name]: -1.0}, 0.0))
    matrix = np.zeros((len(lines), len(cells)))
    for n, (line, _) in enumerate(lines):
        matrix[n, list(line)] = list(line.values())
    return matrix, np.array([value for _, value in lines])


def worked_out(cells: dict[Cell, int], known: dict[Cell, int]) -> list[Cell]:
    """Return the cells of 1 to 4 that what is known leaves a single value."""
    matrix, values = equations(cells, known)
    found = []
    for n, (cell, value) in enumerate(cells.items()):
        if 0 < value < 5:
            goal = np.eye(len(cells))[n]
            least, most = (
                linprog(sign * goal, A_eq=matrix, b_eq=values, bounds=(0, 5000)).fun * sign
                for sign in (1, -1)
            )
            if most - least < 1:
                found.append(cell)
    return found


def test_what_the_pages_show_is_true(written) -> None:
    true, known = truth(written.book), read_cells(written)
    assert len(known) > 40
    assert {cell: true[cell] for cell in known} == known


def test_no_small_cell_stands_on_a_page_or_can_be_worked_out_from_all_of_them(written) -> None:
    true, known = truth(written.book), read_cells(written)
    small = [cell for cell, value in true.items() if 0 < value < 5]
    assert len(small) > 10, "the small project has something to hide"
    assert not set(small) & set(known)
    assert worked_out(true, known) == []


def test_the_oracle_sees_a_cell_that_only_itself_was_left_out(written) -> None:
    true = truth(written.book)
    naive = {cell: value for cell, value in true.items() if not 0 < value < 5}
    assert worked_out(true, naive) != []


def test_sentences_charts_and_notebooks_hold_no_count_or_share_beside_the_tables(written) -> None:
    table_cells = [c for p in written.pages().values() for t in p.tables for r in t for c in r]
    shown = {pair for cell in table_cells for pair in FRACTION.findall(cell)}
    shares = {share for cell in table_cells for share in PERCENT.findall(cell)}
    text = re.sub(r"\d{2}/\d{2}/\d{4}", "", written.texts())
    assert set(FRACTION.findall(text)) <= shown
    assert set(PERCENT.findall(text)) <= shares


def test_the_data_inside_charts_are_those_of_units_that_may_be_shown(written) -> None:
    known = read_cells(written)
    names = {written.book.unit_name(u): u for u in written.book.units()}
    drawn = []
    for folder in written.folders.values():
        notebook = json.loads((folder / "briefing.ipynb").read_text(encoding="utf-8"))
        outputs = [o.get("data", {}) for c in notebook["cells"] for o in c.get("outputs", [])]
        specs = [v for o in outputs for kind, v in o.items() if "vegalite" in kind]
        drawn += [row for spec in specs for row in rows_of(spec)]
    pair = RATES["late_or_overdue"]
    shown_units = {u for u in names.values() if all((u, PERIODS[0], c) in known for c in pair)}
    assert {names[row["name"]] for row in drawn} == shown_units
    for row in drawn:
        unit = names[row["name"]]
        above, below = (known[unit, PERIODS[0], cell] for cell in RATES["late_or_overdue"])
        assert row["value"] == pytest.approx(100 * above / below)


def rows_of(spec: object) -> list[dict[str, object]]:
    """Every row of data anywhere inside a chart."""
    if isinstance(spec, list):
        return [row for part in spec for row in rows_of(part)]
    if not isinstance(spec, dict):
        return []
    return [spec] if "note" in spec else [row for part in spec.values() for row in rows_of(part)]


def test_a_published_folder_holds_the_published_page_alone(written) -> None:
    for folder in written.folders.values():
        assert {p.name for p in folder.iterdir()} == {"briefing.html", "briefing.ipynb"}
        page = (folder / "briefing.html").read_text(encoding="utf-8")
        assert "cb01" not in page
        assert "‹ 5 | ẩn" in page
        assert 'href="quality.html"' not in page


def test_which_unit_is_set_off_changes_nothing_that_is_withheld(small_project) -> None:
    book = open_book(small_project.root, language="en")
    publication = publish(book, PERIODS[0], against=PERIODS[1])
    frames = [publication.units(unit).frame for unit in ("*", "SD-VH")]
    assert frames[0].equals(frames[1])
    assert "suppressed" in f"{publication.units()}"


def test_without_an_earlier_period_a_publication_says_so(small_project) -> None:
    book = open_book(small_project.root, language="en")
    publication = publish(book, "2021-H1")
    assert publication.against == ""
    assert "–" not in publication.change().title
    assert publication.cells["period"].unique().to_list() == ["2021-H1"]


def test_small_counts_of_units_hide_no_headline_of_all_together(small_project) -> None:
    """One unit has two dossiers, three have few open and overdue: smaller partners protect them."""
    cells = publish(open_book(small_project.root), "2022-H1").cells
    assert cells["open_overdue"].null_count() == 3
    whole = cells.filter(unit_id="*")
    for name in ("received", "resolved", "late", "judged", "open_overdue"):
        assert whole[name].null_count() == 0, name


def test_the_published_live_page_holds_what_was_published_and_nothing_else(written) -> None:
    folder = written.folders["*"].parents[1] / "live.published"
    html = (folder / "index.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])
    assert (data["cells"], data["months"], data["procedures"]) == ([], [], [])
    labels = [period["label"] for period in data["periods"]]
    units = {-1: "*", **dict(enumerate(data["units"]))}
    ids = {written.book.unit_name(u): u for u in written.book.units()} | {"*": "*"}
    carried = {
        (ids[units[row["unit"]]], labels[row["period"]], name): value
        for row in data["published"]
        for name, value in row.items()
        if name not in ("unit", "period", "rule")
    }
    record = read_record(written.book.home)
    key = ("unit_id", "period", "measure", "value")
    assert carried == {row[:3]: row[3] for row in record.select(key).iter_rows()}
    assert None in carried.values()
    assert not any(value and value < 5 for value in carried.values())
