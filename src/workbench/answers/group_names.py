"""Names of groups and of the columns that make them, in the reader's language.

A frame keeps ids and codes; a sentence or a table shows what they mean. A column of the source's
own, and a value that no list knows, are shown as they are.
"""

from __future__ import annotations

from workbench.answers.run import Run
from workbench.core import numerals
from workbench.messages import catalogue, say

_CODED = ("channel_in", "channel_out", "status", "applicant_kind")
_MONTH_LENGTH = 2


def column_name(column: str) -> str:
    """Return what a column of the dossiers is, in words.

    >>> from workbench.messages import use_language
    >>> with use_language("en"):
    ...     column_name("channel_in"), column_name("x_district")
    ('channel of reception', 'district')
    """
    known = catalogue("group_columns")
    return say(f"group_columns.{column}") if column in known else column.removeprefix("x_")


def group_name(run: Run, column: str, value: str) -> str:
    """Return the name of a group: of a unit, a channel, a quarter or a month.

    Args:
        run: Its list of units.
        column: The column that makes the groups.
        value: The group, as the frame has it.
    """
    if column == "unit_id":
        return run.unit_name(value)
    if column == "received_quarter" and value[:4].isdigit():
        return numerals.period(value)
    if column == "received_month" and len(value) == _MONTH_LENGTH and value.isdigit():
        return say("group_columns.month", month=int(value))
    if column in _CODED and value in catalogue("labels"):
        return say(f"labels.{value}")
    return value
