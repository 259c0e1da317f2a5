"""Errors for users, one class per exit code.

Every message is worded in the catalogue (``workbench.messages``) in Vietnamese and English: what
was found, where, what was expected and what to do. Nothing here prints or exits.
"""

from __future__ import annotations

from workbench.messages import say


class WorkbenchError(Exception):
    """A failure explained in the user's language.

    Args:
        key: Entry of the wording catalogue, ``"<file>.<entry>"``.
        **values: Values of the placeholders in the text.
    """

    exit_code = 1

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        """Return the message in the current language."""
        return say(self.key, **self.values)


class UsageProblem(WorkbenchError):
    """The command was asked for something that does not exist: a unit, a period, a folder."""

    exit_code = 2


class InputRejected(WorkbenchError):
    """A file, a source profile or a reference table cannot be read as what it claims to be."""

    exit_code = 3


class RuleFailed(WorkbenchError):
    """The data broke a rule of the project: a key, a promise, an audit or a limit."""

    exit_code = 4


class OutputBusy(WorkbenchError):
    """Another run holds the output, or it cannot be written."""

    exit_code = 5
