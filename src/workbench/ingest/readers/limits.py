"""Size limits of delivered files: the defence against decompression bombs.

Every reader and the listing of files take their limits from here. The size of a packed file says
little about its content, so bytes are counted while they are unpacked and reading stops at the
limit. The limits are far above any export (a year of a province's steps is some hundred megabytes)
and far below a machine's memory.
"""

from __future__ import annotations

UNPACKED_BYTES = 4 << 30
"""A gzipped text or log may unpack to 4 GiB; more is delivered in several files."""

WORKBOOK_BYTES = 1 << 30
"""All parts of a workbook together may unpack to 1 GiB, about a sheet full to Excel's last row."""

RATIO = 200
"""Unpacked bytes per packed byte. Registers reach 10 to 60, a bomb 1,000."""

RATIO_FROM = 64 << 20
"""Below 64 MiB the ratio does not matter: so little does no harm."""

WORKBOOK_PARTS = 10_000
"""Parts of a workbook; an export has about ten."""

PAYLOAD_BYTES = 512 << 20
"""A JSON file is parsed as a whole; Python objects take up to ten times its size."""

PAYLOAD_VALUES = 30_000_000
"""Values of a JSON file: an empty object takes two bytes there and sixty-four in memory."""

FILES = 10_000
"""Files of one delivery."""

SHEETS = 500
"""Sheets of a workbook; each is read even where all of them share one part."""

SHEET_ROWS, COLUMNS = 1_048_576, 16_384
"""The last row and column that Excel itself has; no other format has more columns."""

SHEET_CELLS = 32_000_000
"""Cells of the rectangle that a sheet spans: two far corners must not cost a world of blanks.

Also the cells of all sheets of a workbook together."""

TABLE_CELLS = 500_000_000
"""Cells of the table of a JSON file or an event log: records with different keys span a rectangle
as well. A province's year of steps is some hundred million cells."""

SHEET_TEXT = 2 << 30
"""Bytes of text in the cells of a workbook: a long shared text counts as often as it is shown."""

SHEET_FACTS = 4_000_000
"""Cells of a sheet that are errors, formulas without a value or numbers too long, and rows of its
merged cells: each of them costs what a whole row costs."""

CELL_LENGTH = 32_767
"""Characters in a cell: the most that Excel holds."""

LINE_BYTES = 1 << 20
"""Bytes of one row of a text file, line breaks in quoted cells included."""

XML_DEPTH = 16
"""Attributes inside attributes of an event log; real logs nest two or three deep."""

JSON_DEPTH = 64
"""Objects and lists inside one another in a JSON file; real payloads nest five or six deep."""


def is_bomb(unpacked: int, packed: int, most: int = UNPACKED_BYTES) -> bool:
    """Return whether so many bytes out of so many are too many.

    >>> is_bomb(10_000_000, 1_000), is_bomb(100_000_000, 100_000), is_bomb(5 << 30, 1 << 30)
    (False, True, True)
    """
    return unpacked > most or (unpacked > RATIO_FROM and unpacked > RATIO * packed)
