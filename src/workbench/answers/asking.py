"""A question as it was put: what was asked about, as typed and as looked up.

An answer keeps it, so that it can be asked again about something else, traced to its dossiers and
counted anew from the stored tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asking:
    """A question as it was put.

    Args:
        ask: Puts the question; takes what is asked about by name.
        book: The book that was asked.
        given: What was asked about, as typed; defaults are not among it.
        scope: The same as looked up, with the unit and profile of the part that was asked.
        lookups: How the book looks up what is asked about, by parameter: ``period``, ``unit`` …
    """

    ask: Callable[..., Any]
    book: Any
    given: Mapping[str, Any]
    scope: Mapping[str, Any]
    lookups: Mapping[str, str]

    def again(self, **changed: Any) -> Any:
        """Put the question again, about something else.

        Raises:
            UsageProblem: There is no such unit, period, profile or rate.
        """
        return self.ask(**{**self.given, **changed})
