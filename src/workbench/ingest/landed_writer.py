"""Write landed tables while exports are read: rows come in order, memory holds one row group.

The columns of a table follow from the profiles before a row is read, so the first row can be
written before the last is seen. Only the numbering of variants looks at a whole file: of each row
two digests are kept, and the rare rows that need another number are renumbered at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
import pyarrow.parquet as pq

from workbench.ingest.fields import FIELDS, NUMBERS, POSITION, TABLES, is_extra, is_instant
from workbench.ingest.profile import FileLayout

_ROW_GROUP = 122_880
_KEY = (POSITION[0], POSITION[2])
_VARIED = ("dossier_id", POSITION[2])


def _landed_schema(kind: str, extras: Iterable[str] = ()) -> dict[str, pl.DataType]:
    """Return the columns of a landed table in their order, with the extras of its sources."""
    numbers = NUMBERS.get(kind, ())
    names = ("dossier_id", "source", *FIELDS[kind][1:], *sorted(extras), *numbers, *POSITION)
    whole = (*numbers, POSITION[2])
    return {name: pl.Int64() if name in whole else pl.String() for name in names}


def _extras_of(parts: Iterable[FileLayout], kind: str) -> set[str]:
    """Name the extra columns that parts feed in one landed table."""
    fed = [
        target
        for part in parts
        for target in (
            *(t for to in part.columns.values() for t in to),
            *part.from_text,
            *part.from_name,
            *part.constants,
            *part.date_with_time,
        )
    ]
    return {target.field for target in fed if target.table == kind and is_extra(target.field)}


class Tables:
    """The four landed tables of one ingest, open for writing.

    Rows are to be added in the order of the files, and within a file in that of its sheets.
    """

    def __init__(self, folder: Path, parts: Sequence[FileLayout], *, applicants: bool) -> None:
        self._tables = {}
        self._writer = ThreadPoolExecutor(1, "writer")
        for kind, name in TABLES.items():
            extras = _extras_of(parts, kind)
            if applicants and kind == "dossier":
                extras.add("x_applicant_key")
            schema = _landed_schema(kind, extras)
            self._tables[kind] = _Table(folder / f"{name}.parquet", schema, self._writer)

    def __enter__(self) -> Self:
        """Open for use in a ``with`` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the waiting rows and close the files."""
        with self._writer:
            for table in self._tables.values():
                table.close()

    def add(self, kind: str, frame: pl.DataFrame) -> None:
        """Add rows of a kind."""
        self._tables[kind].add(frame)

    def renumber(self, numbers: pl.DataFrame) -> None:
        """Give steps written with number 1 the numbers of ``Variants``, after closing."""
        if not numbers.is_empty():
            self._tables["step"].renumber(numbers)

    @property
    def heights(self) -> list[int]:
        """Rows of dossiers, steps, pauses and papers."""
        return [table.height for table in self._tables.values()]


class _Table:
    """One Parquet file that grows by row groups of one size, written while the next one fills."""

    def __init__(
        self, path: Path, schema: dict[str, pl.DataType], thread: ThreadPoolExecutor
    ) -> None:
        self.height = 0
        self._thread, self._written = thread, Future[None]()
        self._written.set_result(None)
        self._path, self._none = path, pl.DataFrame(schema=schema)
        self._waiting = self._none
        self._writer = self._open(path)

    def _open(self, path: Path) -> pq.ParquetWriter:
        """Open a file for writing; only values that repeat are worth a dictionary."""
        repeated = [c for c in self._none.columns if not (c in _VARIED or is_instant(c))]
        return pq.ParquetWriter(
            path,
            _arrow(self._none).schema,
            compression="zstd",
            use_dictionary=repeated,
            write_statistics=False,
        )

    def add(self, frame: pl.DataFrame) -> None:
        """Write full row groups, keep the rest waiting."""
        full_frame = pl.concat([self._none, frame], how="diagonal").select(self._none.columns)
        self._waiting = pl.concat([self._waiting, full_frame])
        while self._waiting.height >= _ROW_GROUP:
            self._write(self._waiting.head(_ROW_GROUP))
            self._waiting = self._waiting.slice(_ROW_GROUP)

    def close(self) -> None:
        """Write the last row group."""
        if self._waiting.height:
            self._write(self._waiting)
        self._waiting = self._none
        try:
            self._written.result()
        finally:
            self._writer.close()

    def renumber(self, numbers: pl.DataFrame) -> None:
        """Write the file again with the variant numbers of some rows."""
        fresh = self._path.with_suffix(".renumbered")
        with pq.ParquetFile(self._path) as old, self._open(fresh) as new:
            for group in range(old.num_row_groups):
                frame = pl.DataFrame(old.read_row_group(group))
                joined = frame.update(numbers, on=list(_KEY), how="left")
                new.write_table(_arrow(joined.select(self._none.columns)))
        fresh.replace(self._path)

    def _write(self, frame: pl.DataFrame) -> None:
        self._written.result()
        self._written = self._thread.submit(self._write_group, frame)
        self.height += frame.height

    def _write_group(self, frame: pl.DataFrame) -> None:
        self._writer.write_table(_arrow(frame), row_group_size=_ROW_GROUP)


def _arrow(frame: pl.DataFrame) -> Any:
    return frame.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())


class Variants:
    """Number the rows of one long file that agree in all mapped columns and differ in others.

    Keeps twenty-four bytes per row instead of the rows.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: list[pl.DataFrame] = []

    def add(self, rows: pl.DataFrame, whole: pl.DataFrame) -> None:
        """Add landed rows and the rows of the file that they come from."""
        mapped = rows.select(pl.exclude(*POSITION))
        self._seen.append(
            pl.DataFrame(
                {
                    "mapped": mapped.hash_rows(),
                    "whole": whole.drop("source_row").hash_rows(),
                    "source_row": rows["source_row"],
                }
            )
        )

    def numbers(self) -> pl.DataFrame:
        """Return the rows whose number is not 1: by first appearance in the file."""
        empty = {"mapped": pl.UInt64, "whole": pl.UInt64, "source_row": pl.Int64}
        seen = pl.concat([pl.DataFrame(schema=empty), *self._seen])
        digests = seen["mapped"].sort()
        twice = digests.filter(digests == digests.shift(1)).unique()
        alike = seen.filter(pl.col("mapped").is_in(twice.implode()))
        first = pl.col("source_row").min().over("mapped", "whole")
        numbered = alike.with_columns(first.rank("dense").over("mapped").alias("variant_no"))
        return numbered.filter(pl.col("variant_no") > 1).select(
            pl.lit(self._name).alias(_KEY[0]),
            pl.col(_KEY[1]),
            pl.col("variant_no").cast(pl.Int64),
        )
