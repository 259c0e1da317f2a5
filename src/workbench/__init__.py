"""Which offices and periods are late with people's applications, by how much, and why.

``import workbench as wb`` is the analyst's entry: ``wb.open()`` reads the results of the
project in the current folder, ``wb.open("DIR")`` those of a ``workbench analyse`` folder.
Names are looked up on first use, so that a pipeline stage never pays for charts or notebooks.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

# jsonschema would compile 35 grammars through this optional package at every start (1.3 s CPU).
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
# numpy and scipy would each start threads for matrices, of which we have none (0.5 s CPU).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:
    from workbench.answers import Book, open_book, publish
    from workbench.core.vocabulary import Period

__version__ = "0.1.0"
__all__ = ["Book", "Period", "__version__", "open", "open_book", "publish", "testing"]

_HOMES = {
    "Book": "workbench.answers",
    "open_book": "workbench.answers",
    "open": "workbench.answers",
    "Period": "workbench.core.vocabulary",
    "publish": "workbench.answers",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name == "testing":
        return import_module("workbench.testing")
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), "open_book" if name == "open" else name)


def __dir__() -> list[str]:
    """Names a user may ask for."""
    return sorted(__all__)
