"""How large a delivered file may grow before it is refused: the defence against bombs.

A packed file says little about what it unpacks to, so bytes are counted while they are unpacked
and the reading stops at the limit, not after it. The limits are far above any register's export
(a year of a province's steps is some hundred megabytes) and far below a machine's memory.
"""

from __future__ import annotations

UNPACKED_BYTES = 4 << 30
"""A gzipped text or log may unpack to 4 GiB; more is delivered in several files."""

WORKBOOK_BYTES = 1 << 30
"""All parts of a workbook together may unpack to 1 GiB, about a sheet full to Excel's last row."""

RATIO = 200
"""Unpacked bytes per packed byte. Registers reach 10 to 60, a bomb 1,000."""

RATIO_FROM = 64 << 20
"""Below 64 MiB the ratio does not matter: so little harms nobody."""

WORKBOOK_PARTS = 10_000
"""Parts of a workbook; a register has about ten."""

SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384
"""The last row and column that Excel itself has."""

SHEET_CELLS = 32_000_000
"""Cells of the rectangle that a sheet spans: two far corners must not cost a world of blanks."""

CELL_LENGTH = 32_767
"""Characters in a cell: the most that Excel holds."""

LINE_BYTES = 1 << 20
"""Bytes of one row of a text file, line breaks in quoted cells included."""

XML_DEPTH = 16
"""Attributes inside attributes of an event log; real logs nest two or three deep."""


def is_bomb(unpacked: int, packed: int, most: int = UNPACKED_BYTES) -> bool:
    """Say whether so many bytes out of so many are too many.

    >>> is_bomb(10_000_000, 1_000), is_bomb(100_000_000, 100_000), is_bomb(5 << 30, 1 << 30)
    (False, True, True)
    """
    return unpacked > most or (unpacked > RATIO_FROM and unpacked > RATIO * packed)
