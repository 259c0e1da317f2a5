"""Briefings: the same bytes twice, nothing that runs or fetches, and never half a result."""

from __future__ import annotations

import datetime as dt
import html
import json
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import polars as pl
import pytest
from filelock import FileLock

from notebooks.document_texts import claims_under_headings, texts_of
from workbench.answers import open_book
from workbench.core.errors import OutputBusy, RuleFailed, UsageProblem
from workbench.messages import use_language
from workbench.pages import run_notebook, write_briefings
from workbench.pages.document import Grid, Heading, Picture, Text, parts_of
from workbench.pages.folders import folder_name
from workbench.pages.formats import Document, lacking_library
from workbench.pages.jobs import NOTEBOOKS
from workbench.pages.office_text import PLACES, office_text_path
from workbench.pages.page import FOLDED, Page

UNIT = "<script>alert(1)</script>"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture(scope="module")
def briefed(small_book, tmp_path_factory) -> Path:
    """The briefing of all units together, in Vietnamese."""
    out = tmp_path_factory.mktemp("briefed") / "briefings"
    pages = write_briefings(small_book, period="2022-H1", out=out)
    assert pages == [out / "2022-H1" / "all" / "briefing.html"]
    return pages[0].parent


@pytest.fixture(scope="module")
def briefed_unit(small_project, tmp_path_factory) -> Path:
    """The briefing of the unit whose name is markup, in English, against an earlier half-year."""
    out = tmp_path_factory.mktemp("unit") / "briefings"
    book = open_book(small_project.root, language="en")
    pages = write_briefings(book, period="2022-H1", against="2021-H2", unit=UNIT, out=out)
    return pages[0].parent


@pytest.fixture
def bench(small_project, tmp_path) -> Path:
    """A copy of the small project whose notebooks may be changed."""
    root = tmp_path / "bench"
    shutil.copytree(small_project.root, root)
    return root


class Tags(HTMLParser):
    """Every tag of a page with the names of its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, [name for name, _ in attrs]))


def write_notebook(path: Path, *cells: str) -> None:
    """Write a notebook that takes the usual parameters and runs ``cells``."""
    names = ("period", "against", "unit", "language", "profile", "data")
    parameters = nbformat.v4.new_code_cell("\n".join(f'{name} = ""' for name in names))
    parameters.metadata.tags = ["parameters"]
    notebook = nbformat.v4.new_notebook(
        cells=[parameters, *(nbformat.v4.new_code_cell(c) for c in cells)],
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "p"}},
    )
    nbformat.write(notebook, path)


# what is written --------------------------------------------------------------------------


def test_each_notebook_becomes_a_page_and_an_executed_notebook(briefed):
    assert sorted(p.name for p in briefed.iterdir()) == sorted(
        f"{name}.{kind}" for name in NOTEBOOKS for kind in ("html", "ipynb")
    )


def _change_a_page(root: Path) -> None:
    page = root / "data" / "briefings" / "2022-H1" / "all" / "causes.html"
    page.write_text("changed by hand", encoding="utf-8")


def _remove_the_pages(root: Path) -> None:
    shutil.rmtree(root / "data" / "briefings" / "2022-H1" / "all")


def _change_a_notebook(root: Path) -> None:
    write_notebook(root / "notebooks" / "causes.ipynb", "2 + 2")


def _change_a_fact(root: Path) -> None:
    with (root / "data" / "reference" / "units.csv").open("a", encoding="utf-8") as units:
        units.write("\n")


def _change_a_table(root: Path) -> None:
    table = root / "data" / "results" / "watchlist.parquet"
    pl.read_parquet(table).head(0).write_parquet(table)


def _open_a_page_in_the_lab(root: Path) -> None:
    copies = root / "data" / "briefings" / "2022-H1" / "all" / ".ipynb_checkpoints"
    copies.mkdir()
    (copies / "causes-checkpoint.ipynb").write_text("{}", encoding="utf-8")


def _damage_the_record(root: Path) -> None:
    (root / "data" / "briefings" / ".pages.json").write_text("{", encoding="utf-8")


def _write_office_text(root: Path) -> None:
    path = office_text_path(root, "2022-H1")
    path.parent.mkdir()
    path.write_text('tasks = "Tăng cường <b>một</b> người."\n', encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "n_made"),
    [
        (lambda _: None, 0),
        (_write_office_text, len(NOTEBOOKS)),
        (_change_a_page, len(NOTEBOOKS)),
        (_remove_the_pages, len(NOTEBOOKS)),
        (_change_a_notebook, len(NOTEBOOKS)),
        (_change_a_fact, len(NOTEBOOKS)),
        (_change_a_table, len(NOTEBOOKS)),
        (_open_a_page_in_the_lab, len(NOTEBOOKS)),
        (_damage_the_record, len(NOTEBOOKS)),
    ],
)
def test_pages_are_made_again_only_when_something_behind_them_changed(bench, change, n_made):
    for name in NOTEBOOKS:
        write_notebook(bench / "notebooks" / f"{name}.ipynb", "1 + 1")
    made: list[str] = []
    out = bench / "data" / "briefings"
    trees = []
    for step in (lambda _: None, change):
        made.clear()
        step(bench)
        book = open_book(bench, language="vi")
        write_briefings(book, period="2022-H1", out=out, progress=made.append)
        trees.append(tree(out / "2022-H1"))
    assert len(made) == n_made
    # the same bytes in the same place, unless what the page says was changed
    says_else = (_change_a_notebook, _change_a_table, _write_office_text)
    assert (trees[0] == trees[1]) == (change not in says_else)
    paragraph = "<p>Tăng cường &lt;b&gt;một&lt;/b&gt; người.</p>"
    pages = [name for name, page in trees[1].items() if paragraph.encode() in page]
    assert pages == (["all/briefing.html"] if change is _write_office_text else [])


def test_pages_of_another_question_are_made_beside_those_there_are(bench):
    for name in NOTEBOOKS:
        write_notebook(bench / "notebooks" / f"{name}.ipynb", "1 + 1")
    out, made = bench / "data" / "briefings", []
    book = open_book(bench, language="en")
    for unit in ("all", UNIT, "all", UNIT):
        write_briefings(book, period="2022-H1", unit=unit, out=out, progress=made.append)
    assert len(made) == 2 * len(NOTEBOOKS)
    write_briefings(book, period="2022-H1", against="2021-H2", out=out, progress=made.append)
    assert len(made) == 3 * len(NOTEBOOKS)


def test_a_page_runs_nothing_and_fetches_nothing(briefed, briefed_unit):
    for page in (*briefed.glob("*.html"), *briefed_unit.glob("*.html")):
        text = page.read_text(encoding="utf-8")
        tags = Tags(text)
        assert "script" not in {tag for tag, _ in tags.seen}
        assert [n for _, attrs in tags.seen for n in attrs if n.startswith("on")] == []
        assert "default-src 'none'" in text
        addresses = set(re.findall(r"https?://[^\s\"'<>)]+", text))
        assert {a for a in addresses if "w3.org/" not in a} == set()
        fetched = re.findall(r"(?:src|href)=\"([^\"]+)\"", text)
        assert all(
            re.fullmatch(r"\w+\.html|(briefing\.html)?#[\w-]+", target) for target in fetched
        )
        assert all(u.startswith("url(data:font/woff2") for u in re.findall(r"url\([^#].{20}", text))


def test_every_chart_has_a_caption_a_description_and_its_table_on_the_page(briefed):
    text = (briefed / "briefing.html").read_text(encoding="utf-8")
    figures = re.findall(r"<figure>.*?</figure>", text, re.S)
    assert len(figures) == 10
    for figure in figures:
        assert re.search(r'<svg role="img" aria-label="[^"]{20,}"', figure)
        assert re.search(r"<figcaption>.{10,}</figcaption>", figure, re.S)
    assert text.count("<caption>") == 14


def test_the_page_says_whose_it_is_what_it_rests_on_and_that_it_is_synthetic(briefed, small_book):
    text = (briefed / "briefing.html").read_text(encoding="utf-8")
    assert '<html lang="vi">' in text
    assert text.count("DỮ LIỆU MÔ PHỎNG") == 2
    assert "Toàn bộ đơn vị · 6 tháng đầu năm 2022 · so với 6 tháng đầu năm 2021" in text
    assert "17 giờ 00, ngày 30 tháng 6 năm 2022" in text
    assert small_book.fingerprint in text
    provenance = re.search(r'<meta name="provenance" content="([^"]*)">', text)
    made_from = json.loads(html.unescape(provenance[1]))
    assert made_from["data"] == small_book.fingerprint
    assert (made_from["period"], made_from["unit"]) == ("2022-H1", "*")
    notebook = nbformat.read(briefed / "briefing.ipynb", as_version=4)
    assert notebook.metadata["workbench"] == made_from
    assert "Theo ngày hẹn: trước ngày hẹn là trước hạn" in text
    for page in NOTEBOOKS[1:]:
        assert f'href="{page}.html"' in text


def test_a_units_page_bears_the_units_name_as_text_and_sets_its_row_off(briefed_unit):
    assert briefed_unit.name == folder_name(UNIT, language="en", against="2021-H2")
    text = (briefed_unit / "briefing.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; · H1 2022" in text
    assert "H2 2021" in text
    units = (briefed_unit / "compare_units.html").read_text(encoding="utf-8")
    assert re.search(r'<tr class="marked">\s*<th scope="row"[^>]*>&lt;script', units)


def test_an_executed_notebook_holds_no_time_version_warning_or_path(briefed, briefed_unit):
    for path in (*briefed.glob("*.ipynb"), *briefed_unit.glob("*.ipynb")):
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        assert notebook.metadata.language_info == {"name": "python"}
        assert "papermill" not in notebook.metadata
        assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)
        assert [cell.id for cell in notebook.cells] == [
            f"c{n:03d}" for n in range(len(notebook.cells))
        ]
        outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
        assert {o.output_type for o in outputs} == {"display_data"}
        assert str(briefed.parents[2]) not in text


def test_parameters_are_written_as_a_person_would(briefed, small_project, tmp_path):
    notebook = nbformat.read(briefed / "briefing.ipynb", as_version=4)
    injected = next(
        c for c in notebook.cells if "injected-parameters" in c.metadata.get("tags", [])
    )
    assert injected.source.splitlines() == [
        'period = "2022-H1"',
        'against = "2021-H1"',
        'unit = "*"',
        'language = "vi"',
        'profile = "wb_strict"',
        'data = ""',
    ]


# what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"unit": "SD-P11"}, "«SD-P11»"),
        ({"period": "2031-H1"}, "«2031-H1»"),
        ({"against": "2019-H1"}, "«2019-H1»"),
    ],
)
def test_what_cannot_be_briefed_is_refused_before_anything_runs(
    small_project, tmp_path, asked, message
):
    book = open_book(small_project.root, language="en")
    with pytest.raises(UsageProblem, match=message):
        write_briefings(book, **{"period": "2022-H1", "out": tmp_path / "out", **asked})
    assert list(tmp_path.iterdir()) == []


def test_a_failing_notebook_is_named_with_cell_and_error_and_the_old_pages_stay(bench):
    out = bench / "data" / "briefings"
    for name in NOTEBOOKS:
        write_notebook(bench / "notebooks" / f"{name}.ipynb", "1 + 1")
    book = open_book(bench, language="en")
    write_briefings(book, period="2022-H1", out=out)
    before = tree(out)
    write_notebook(bench / "notebooks" / "causes.ipynb", "1 + 1", "1 / 0", "'not reached'")
    with pytest.raises(RuleFailed, match=r"«causes».*cell 4: ZeroDivisionError") as problem:
        write_briefings(book, period="2022-H1", out=out)
    assert problem.value.exit_code == 4
    half_run = out / "stopped.ipynb"
    assert str(half_run) in str(problem.value)
    cells = json.loads(half_run.read_text(encoding="utf-8"))["cells"]
    failing = next(n for n, cell in enumerate(cells) if cell["source"] == "1 / 0")
    assert cells[failing]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert "papermill-error-cell" in cells[failing - 1]["source"]
    assert [cell["outputs"] for cell in cells[failing + 1 :]] == [[]]
    assert {name: page for name, page in tree(out).items() if name != half_run.name} == before

    write_notebook(bench / "notebooks" / "causes.ipynb", "1 + 1")
    write_briefings(book, period="2022-H1", out=out)
    assert not half_run.exists()


def test_a_notebook_that_asks_for_what_does_not_exist_says_so_in_plain_words(bench):
    asks = "import workbench as wb", "wb.open(data, language='en').headline('2031-H1')"
    write_notebook(bench / "notebooks" / "odd.ipynb", *asks)
    with pytest.raises(RuleFailed, match="cell 4: No dossier in the period «2031-H1»"):
        run_notebook(bench / "notebooks" / "odd.ipynb", {"data": str(bench)}, home=bench)


def test_a_second_run_at_once_is_refused_without_waiting(small_book, tmp_path):
    out = tmp_path / "briefings"
    with (
        FileLock(tmp_path / ".briefings.lock"),
        pytest.raises(OutputBusy, match="briefings") as problem,
    ):
        write_briefings(small_book, period="2022-H1", out=out)
    assert problem.value.exit_code == 5
    assert not out.exists()


def test_a_folder_that_cannot_be_written_is_reported(small_book, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputBusy):
        write_briefings(small_book, period="2022-H1", out=tmp_path / "file" / "briefings")


# the page of an analyse folder ------------------------------------------------------------


def test_the_environment_is_as_before_after_a_run(briefed, small_project):
    assert not Path.cwd().is_relative_to(small_project.root)
    assert "IPYTHONDIR" not in os.environ
    assert os.environ.get("WORKBENCH_PROJECT") != str(small_project.root)
    assert json.loads((briefed / "causes.ipynb").read_text(encoding="utf-8"))["nbformat"] == 4


@pytest.mark.parametrize("page", sorted(set(NOTEBOOKS) - {"official", "quality"}))
def test_a_vietnamese_reader_meets_no_id_and_sentences_as_offices_write_them(
    briefed, page, unofficial
):
    parts = parts_of(nbformat.read(briefed / f"{page}.ipynb", as_version=4), FOLDED)
    decimals: set[int] = set()
    for part in parts:
        shown = "" if isinstance(part, Picture) else str(part)
        assert unofficial.findall(shown) == [], shown
        if isinstance(part, Heading):
            decimals = set()
        if isinstance(part, Text):
            assert part.text[:1] == part.text[:1].upper(), part.text
            decimals |= {len(d) for d in re.findall(r"\d,(\d+)%", part.text)}
            assert len(decimals) <= 1, part.text


def test_a_claim_stands_once_in_the_whole_set_and_a_note_once_on_a_page(briefed):
    claims = []
    for name in NOTEBOOKS:
        page = (briefed / f"{name}.html").read_text(encoding="utf-8")
        paragraphs = re.findall(r'<p(?: class="note")?>([^<–][^<]*)</p>', page)
        sentences = [s for p in paragraphs for s in re.split(r"(?<=[.!?])\s+(?=[^\W\d_a-z])", p)]
        assert all(sentences.count(s) == 1 for s in sentences if len(s) > 40), name
        # the page for a chairman is the head of the briefing on a sheet of its own
        claims += claims_under_headings(page) if name != "one_page" else []
    assert len(claims) > 30
    assert sorted(claims) == sorted(set(claims))


@pytest.mark.parametrize("form", ["docx", "pdf", "xlsx"])
def test_documents_are_worded_as_the_pages_are(briefed, form, unofficial, monkeypatch):
    """What a format adds of its own (cover, notes, places for the office) is worded so as well."""
    if lacking_library(form):
        pytest.skip(f"the library of {form} is not installed here")
    all_parts = parts_of(nbformat.read(briefed / "briefing.ipynb", as_version=4), FOLDED)
    parts = tuple(part for part in all_parts if not isinstance(part, Picture))
    page = Page(
        *("vi", "Bản tóm tắt", "Toàn bộ đơn vị", ("UBND Phường 1",), "", True, "0", "{}", ()),
        snapshot_at=dt.datetime(2022, 6, 30, 10),  # noqa: DTZ001 (documents keep no zone)
    )
    file = office_text_path(Path(), "2022-H1").name
    document = Document(page, parts, (), dict.fromkeys(PLACES, ""), file)
    with use_language("vi"):
        texts = texts_of(document, form, monkeypatch)
    words = " ".join(texts)
    tables = [part for part in parts if isinstance(part, Grid)]
    assert all(" ".join(grid.caption.split()) in words for grid in tables)
    for text in texts:
        assert unofficial.findall(text) == [], text
        shares = {len(d) for d in re.findall(r"\d,(\d+)%", text)}
        assert len(shares) <= 1, text
