"""The notebooks of a project as a page of links, each with a picture of what it shows."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from pathlib import Path

from workbench.messages import catalogue, say

_PICTURES = Path(__file__).parents[1] / "assets" / "lab" / "pictures"
_OWN = "own"
_FIRST = (
    "briefing",
    "compare_units",
    "compare_periods",
    "causes",
    "watch",
    "one_dossier",
    "whatif",
    "waiting",
    "unit",
    "procedure",
    "one_page",
    "quality",
    "official",
    "published",
)
"""The shipped notebooks in the order in which questions come up; those of the office follow."""
_START = "start"
_COLUMNS = 3


@dataclass(frozen=True)
class NotebookLink:
    """One notebook: its name, its title, and what it answers."""

    name: str
    title: str
    about: str


@dataclass(frozen=True)
class NotebookList:
    """The notebooks of a project, as links from a notebook beside them or in ``data``."""

    links: tuple[NotebookLink, ...]

    def html(self) -> str:
        """Return the notebooks as a grid of pictures and links."""
        cells = [_card(link) for link in self.links]
        rows = [cells[n : n + _COLUMNS] for n in range(0, len(cells), _COLUMNS)]
        body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
        return f"<h2>{escape(say('lab.notebooks_title'))}</h2><table><tbody>{body}</tbody></table>"

    def __str__(self) -> str:
        """Return the notebooks for a terminal, one a line."""
        return "\n".join(f"{link.name}: {link.title} – {link.about}" for link in self.links)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": str(self)}


def list_notebooks(folder: Path) -> NotebookList:
    """Return the notebooks of a folder, titled in the current language.

    Args:
        folder: Folder of notebooks; the title of one that is not shipped is its first heading.
    """
    names = {path.stem: path for path in sorted(folder.glob("*.ipynb")) if path.stem != _START}
    order = [name for name in _FIRST if name in names]
    order += [name for name in names if name not in _FIRST]
    return NotebookList(tuple(_link(name, names[name]) for name in order))


def _link(name: str, path: Path) -> NotebookLink:
    if f"notebook_{name}" in catalogue("lab"):
        return NotebookLink(name, say(f"lab.notebook_{name}"), say(f"lab.about_{name}"))
    return NotebookLink(name, notebook_heading(path) or name, say("lab.about_own"))


def notebook_heading(path: Path) -> str:
    """Return the first heading of a notebook; nothing where it has none."""
    for cell in json.loads(path.read_text(encoding="utf-8")).get("cells", []):
        if cell.get("cell_type") == "markdown":
            for line in "".join(cell.get("source", "")).splitlines():
                if line.startswith("# "):
                    return line.removeprefix("# ").strip()
    return ""


def _card(link: NotebookLink) -> str:
    picture = _PICTURES / f"{link.name}.svg"
    image = picture if picture.is_file() else _PICTURES / f"{_OWN}.svg"
    data = b64encode(image.read_bytes()).decode("ascii")
    target = escape(f"../notebooks/{link.name}.ipynb", quote=True)
    return (
        '<td style="text-align: left; vertical-align: top; padding: 12px">'
        f'<a href="{target}"><img src="data:image/svg+xml;base64,{data}" alt="" width="96" '
        f'height="64"></a><br><a href="{target}"><b>{escape(link.title)}</b></a>'
        f"<br>{escape(link.about)}</td>"
    )
