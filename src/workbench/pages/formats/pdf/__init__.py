"""A briefing as a PDF with a reading order: set by Typst, with the font of the charts.

A4 upright, wide tables on pages lying on their side, page numbers from page 2 on, charts as
vectors with a text for those who cannot see them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from workbench.charts import FONTS
from workbench.messages import say
from workbench.pages.document import Grid, Heading, Numbers, Part, Picture, Text
from workbench.pages.formats import Document
from workbench.pages.page import Page

_WIDE = 10
_TEMPLATE = Path(__file__).with_name("briefing.typ")


def write(document: Document) -> bytes:
    """Return the document as a PDF file."""
    with TemporaryDirectory(prefix="workbench-pdf-") as folder:
        here = Path(folder)
        parts = list(_parts(document.report, here))
        content = {"page": _heading(document.page), "parts": parts}
        text = json.dumps(content, ensure_ascii=False)
        (here / "content.json").write_text(text, encoding="utf-8")
        (here / "briefing.typ").write_bytes(_TEMPLATE.read_bytes())
        return bytes(
            typst.compile(
                here / "briefing.typ",
                root=here,
                font_paths=[FONTS],
                ignore_system_fonts=True,
                format="pdf",
                timestamp=0,
            )
        )


def _heading(page: Page) -> dict[str, object]:
    return {
        "language": page.language,
        "title": page.title,
        "about": page.about,
        "agency": [line.upper() for line in page.agency],
        "nation": say("briefing.nation").upper(),
        "motto": say("briefing.motto"),
        "dated": page.dated,
        "marks": [*([say("briefing.synthetic")] if page.synthetic else []), *page.marks],
        "foot": list(page.foot),
        "annex": say("briefing.annex"),
    }


def _parts(parts: tuple[Part, ...], folder: Path) -> Iterator[dict[str, object]]:
    """Return parts as plain data; pictures become files beside them."""
    for number, part in enumerate(parts):
        if isinstance(part, Heading):
            yield {"kind": "heading", "text": part.text, "annex": part.is_annex}
        elif isinstance(part, Text):
            yield {"kind": part.kind, "text": part.text}
        elif isinstance(part, Numbers):
            yield {"kind": "numbers", "tiles": [list(tile) for tile in part.tiles]}
        elif isinstance(part, Picture):
            path = folder / f"picture-{number}.svg"
            path.write_text(part.svg, encoding="utf-8")
            about = {"caption": part.caption, "alt": part.description}
            yield {"kind": "picture", "path": path.name, **about}
        else:
            yield _grid(part)


def _grid(grid: Grid) -> dict[str, object]:
    if grid.is_folded:
        words = {"caption": grid.caption, "rows": len(grid.rows)}
        return {"kind": "note", "text": say("briefing.in_workbook", **words)}
    return {
        "kind": "table",
        "caption": grid.caption,
        "columns": list(grid.columns),
        "rows": [list(row) for row in grid.rows],
        "numbers": list(grid.numbers),
        "wide": len(grid.columns) > _WIDE,
        "prose": grid.is_prose,
    }
