"""What a briefing is written as, beside its page: each format is one folder here.

A format is a package with ``write(document) -> bytes``, called by the ending of its file. Adding
one adds a folder: nothing else names them. The same document gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules

from workbench.pages.document import Grid, Heading, Part
from workbench.pages.office_text import office_parts
from workbench.pages.page import Page

HTML = "html"
LIVE = "live"
"""A page over all periods and units, beside the briefings and not a layout of one of them."""


@dataclass(frozen=True)
class Document:
    """A briefing to lay out.

    Args:
        page: Heading, title and footer.
        parts: What the briefing shows, from top to bottom.
        annexes: Tables of the pages beside it, each once; formats for print leave them out.
        office_text: What the office wrote itself, by place (``pages.office_text``); empty for a
            place that is left for it, nothing at all where the document is no report.
        office_text_file: Where that text is kept.
    """

    page: Page
    parts: tuple[Part, ...]
    annexes: tuple[Grid, ...] = ()
    office_text: Mapping[str, str] = field(default_factory=dict)
    office_text_file: str = ""

    @property
    def report(self) -> tuple[Part, ...]:
        """What it shows with the office's own text, which stands before the annex."""
        is_annex = (isinstance(p, Heading) and p.is_annex for p in self.parts)
        annex = next((n for n, begins in enumerate(is_annex) if begins), len(self.parts))
        return (*self.parts[:annex], *office_parts(self.office_text), *self.parts[annex:])


def known_formats() -> tuple[str, ...]:
    """Return the formats that a briefing can be laid out in.

    >>> known_formats()
    ('html', 'docx', 'pdf', 'xlsx')
    """
    return (HTML, *sorted(module.name for module in iter_modules(__path__)))


def lacking_library(name: str) -> str:
    """Return the library that a format needs and this installation lacks, or nothing."""
    if name in (HTML, LIVE):
        return ""
    try:
        import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as missing:
        return str(missing.name)
    return ""


def write_document(document: Document, name: str) -> bytes:
    """Return the file of a document in one of the formats that have a folder here."""
    write: Callable[[Document], bytes] = import_module(f"{__name__}.{name}").write
    return write(document)
