"""A page as a sequence of parts that every format can lay out: what its answers showed.

Parts come from the outputs of the executed notebook, so that a Word document, a PDF and a workbook
say what the HTML page says, whoever wrote the notebook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any, Literal

from workbench.core.characters import plain_text

TextKind = Literal["text", "lead", "item", "note", "code"]
_KINDS: dict[str, TextKind] = {"lead": "lead", "note": "note"}
_SILENT = {"svg", "style", "script"}


@dataclass(frozen=True)
class Heading:
    """The heading of a section; ``is_annex`` where it belongs to the matter for analysts."""

    text: str
    anchor: str = ""
    is_annex: bool = False


@dataclass(frozen=True)
class Text:
    """A paragraph, the sentence above all others, an item of a list, or a note."""

    text: str
    kind: TextKind = "text"


@dataclass(frozen=True)
class Numbers:
    """Large numbers: label, number and note of each."""

    tiles: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Picture:
    """A chart as SVG, with its caption and what it shows in words."""

    svg: str
    caption: str
    description: str


@dataclass(frozen=True)
class Grid:
    """A table: caption, headings, rows of texts, and which columns hold numbers.

    ``is_prose`` where its cells are sentences, ``is_folded`` where a page shows it on demand.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]
    is_prose: bool = False
    is_folded: bool = False


Part = Heading | Text | Numbers | Picture | Grid


def parts_of(notebook: Any, folded: int) -> tuple[Part, ...]:
    """Return the parts of an executed notebook, cells for analysts in the lab left out.

    Args:
        notebook: The executed notebook.
        folded: A table with more rows than this is folded.
    """
    return tuple(part for part in _parts(notebook, folded))


def _parts(notebook: Any, folded: int) -> Iterator[Part]:
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "analyst" in tags or cell.cell_type != "code":
            continue
        for output in cell.outputs:
            for part in _of_output(output):
                if isinstance(part, Heading):
                    yield replace(part, is_annex="annex" in tags)
                elif isinstance(part, Grid):
                    yield replace(part, is_folded=len(part.rows) > folded)
                else:
                    yield part


def _of_output(output: Any) -> list[Part]:
    if output.output_type == "stream":
        return [Text(plain_text(output.text), "code")]
    data = output.get("data", {})
    if "image/svg+xml" in data:
        caption = output.get("metadata", {}).get("caption", "")
        return [Picture(data["image/svg+xml"], caption, data.get("text/plain", caption))]
    if "text/html" in data:
        return parse_fragment(str(data["text/html"]))
    return [Text(plain_text(str(data.get("text/plain", ""))), "code")]


def parse_fragment(html: str) -> list[Part]:
    """Return the parts of a fragment of a page.

    >>> parse_fragment("<h2 id='a'>Trễ</h2><p class='lead'>81 hồ sơ</p>")
    [Heading(text='Trễ', anchor='a', is_annex=False), Text(text='81 hồ sơ', kind='lead')]
    """
    reader = _Fragment()
    reader.feed(html)
    reader.close()
    return reader.parts


@dataclass
class _Open:
    """A table that is being read."""

    is_prose: bool
    caption: str = ""
    columns: list[str] = field(default_factory=list)
    numbers: list[bool] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    is_head: bool = False


class _Fragment(HTMLParser):
    """Reads headings, paragraphs, items, large numbers and tables."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[Part] = []
        self._text: list[str] = []
        self._anchor = ""
        self._kind: TextKind = "text"
        self._table: _Open | None = None
        self._tiles: list[list[str]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a part; what is open stays open."""
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag in _SILENT:
            self._silent += 1
        elif tag in ("h1", "h2", "h3", "p", "li", "caption", "th", "td", "dt", "pre"):
            self._text, self._anchor = [], given.get("id", "")
            self._kind = next((_KINDS[c] for c in classes if c in _KINDS), "text")
        elif tag == "table":
            self._table = _Open("prose" in classes)
        elif tag == "span" and "level" in classes:
            self._text.append("[")
        if self._table is not None and tag in ("thead", "tbody"):
            self._table.is_head = tag == "thead"
        if self._table is not None and tag == "tr" and not self._table.is_head:
            self._table.rows.append([])
        if self._table is not None and tag == "th" and self._table.is_head:
            self._table.numbers.append("number" in classes)
        if tag == "dd":
            self._text = []
        if tag == "span" and self._tiles and "level" not in classes:
            self._tiles[-1].append("".join(self._text).strip())
            self._text = []

    def handle_data(self, data: str) -> None:
        """Collect the text of the part that is open."""
        if not self._silent:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Finish a part."""
        if tag in _SILENT:
            self._silent -= 1
            return
        if tag == "span" and "[" in self._text:
            self._text.append("]")
        if self._table is not None:
            self._end_in_table(tag, self._table)
        elif tag in ("h1", "h2", "h3"):
            self.parts.append(Heading(self._taken(), self._anchor))
        elif tag in ("p", "li", "pre"):
            text = self._taken()
            kind: TextKind = {"li": "item", "pre": "code"}.get(tag, self._kind)  # type: ignore[assignment]
            if text:
                self.parts.append(Text(text, kind))
        elif tag == "dt":
            self._tiles.append([self._taken()])
        elif tag == "dd":
            self._tiles[-1].append(self._taken())
        elif tag == "dl":
            tiles = tuple((t[0], t[1], t[2]) for t in self._tiles if len(t) == 3)
            self.parts.append(Numbers(tiles))
            self._tiles = []

    def _end_in_table(self, tag: str, table: _Open) -> None:
        if tag == "caption":
            table.caption = self._taken()
        elif tag in ("th", "td") and table.is_head:
            table.columns.append(self._taken())
        elif tag in ("th", "td") and table.rows:
            table.rows[-1].append(self._taken())
        elif tag == "table":
            grid = Grid(
                table.caption,
                tuple(table.columns),
                tuple(tuple(row) for row in table.rows),
                tuple(table.numbers),
                table.is_prose,
            )
            self.parts.append(grid)
            self._table = None

    def _taken(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text = []
        return plain_text(text)
