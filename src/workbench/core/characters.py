r"""Characters that no text of an export, a page or a terminal should include.

Control characters come with what is pasted (a vertical tab is a line break of Word) or are put
there to deceive: an escape sequence moves the cursor of a terminal, a direction override shows a
name backwards. Text of exports loses them when it lands (``workbench.ingest``); pictures, pages
and messages are cleaned once more on their way out, because tables may be older than that rule.

The patterns are written for Python and for Polars alike.
"""

from __future__ import annotations

import re
from typing import Any

INVISIBLE = (
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""Characters without a width, marks of direction among them: a text with them reads the same and
compares as another, or reads as another."""

ESCAPES = (
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"
    "|(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\\\|\x9c)"
    "|\x1b[ -/]*[0-~]"
)
"""Whole sequences that a terminal acts on."""

BREAKS = "[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]"
"""Control characters that part lines or columns: a space stands for them."""

CONTROLS = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]"
"""Control characters but tab and the ends of lines; XML, and so a picture, allows hardly any."""

_ESCAPES, _BREAKS, _CONTROLS = (re.compile(p) for p in (ESCAPES, BREAKS, CONTROLS))
_UNSAFE = re.compile(f"{CONTROLS}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain_text(text: str) -> str:
    r"""Return a text without control characters, escape sequences and marks of direction.

    Tabs and ends of lines stay; a control character that parts lines becomes a space.

    >>> plain_text("Phòng\x0bA \x1b[31mđỏ\x1b[0m \u202eB")
    'Phòng A đỏ B'
    """
    if not _UNSAFE.search(text):
        return text
    spaced = _BREAKS.sub(" ", _ESCAPES.sub("", text))
    return _UNSAFE.sub("", spaced)


def plain_values(value: Any) -> Any:
    """Return nested lists and dictionaries, such as the specification of a chart, in plain text."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, dict):
        return {plain_values(key): plain_values(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(inner) for inner in value]
    return value
