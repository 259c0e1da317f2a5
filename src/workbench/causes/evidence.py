"""What a cause is called, and what speaks for it, in words a person can check.

Models write evidence as ``key|number|number``, never a person's name; here it becomes a sentence.
"""

from __future__ import annotations

from workbench.wording import say


def cause_label(cause: str) -> str:
    """Return what people call a cause.

    >>> from workbench.wording import use_language
    >>> with use_language("en"):
    ...     cause_label("queue")
    'waiting in a queue, overload'
    """
    return say(f"causes.{cause}")
