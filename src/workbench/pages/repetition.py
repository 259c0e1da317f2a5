"""Leave out of a page the sentences of notes that stand on it already.

Two tables of one kind explain their columns in the same words, and a rule that the foot of every
page states is stated by the answers too. A reader meets each once. Claims stay as they are: two
with the same words are about two tables.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

_NOTE = re.compile(r'\n?<p class="note">(?P<text>[^<]*)</p>')
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z]|«)")
_REASON = "–"
"""The begin of a note that explains a dash of the table above it."""
_BRIEF = 40
"""A sentence of fewer characters stays: it says of what a share is taken."""


def without_repetitions(notebook: Any, foot: Sequence[str], folded: int) -> Any:
    """Return an executed notebook without the notes that are on its page already.

    Args:
        notebook: The executed notebook; it is not changed.
        foot: The lines below the page.
        folded: A table with more rows than this is folded; what only stands in it is not counted
            as read.
    """
    fresh = copy.deepcopy(notebook)
    read = {sentence for line in foot for sentence in _sentences(line)}
    for cell in fresh.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                is_folded = output.get("metadata", {}).get("rows", 0) > folded
                so_far = set(read) if is_folded else read
                data["text/html"] = _say_once(str(data["text/html"]), so_far)
    return fresh


def _say_once(fragment: str, read: set[str]) -> str:
    """Return a fragment without sentences read before; add its sentences to them."""

    def note_once(match: re.Match[str]) -> str:
        if match["text"].startswith(_REASON):
            return match[0]
        fresh = [s for s in _sentences(match["text"]) if len(s) < _BRIEF or s not in read]
        read.update(fresh)
        text = " ".join(fresh)
        return f'\n<p class="note">{text}</p>' if text else ""

    return _NOTE.sub(note_once, fragment)


def _sentences(text: str) -> list[str]:
    """Return the sentences of a note.

    >>> _sentences("Giờ làm việc. Ô đậm: nhiều hồ sơ, 1.200 giờ.")
    ['Giờ làm việc.', 'Ô đậm: nhiều hồ sơ, 1.200 giờ.']
    """
    return [sentence.strip() for sentence in _SENTENCE_END.split(text)]
