"""Compare every table of two revisions row by row, under its own key.

Equal bytes are equal tables and are not read; of the others memory holds the rows that differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import polars.selectors as cs

from workbench.review.file_rows import (
    file_height,
    keep_rows,
    rows_at,
    survey_keys,
    without_lists,
)
from workbench.review.paired_rows import PSEUDONYMS, PairedRows, find_renames, pair_rows
from workbench.warehouse.differences import differing_rows

NUMBERED = ("source_file", "source_sheet", "source_row")
"""Identify a landed row, which no SQL model describes."""
_DOSSIER = "dossier_id"
_SNAPSHOT = "snapshot_at"
"""Differs for every dossier as soon as a later export stands, and says nothing of any."""
NAMED_ROWS = 200
"""Rows of a table of which every changed value is kept; all are counted."""


@dataclass(frozen=True)
class TableChange:
    """How the rows of one table differ between two revisions.

    Attributes:
        table: Name of the table.
        key: Columns that identify a row; empty where rows are compared whole.
        left_rows: Rows on the left; nothing where that side has no such table.
        right_rows: Rows on the right.
        added: Rows whose key only the right side has.
        removed: Rows whose key only the left side has.
        changed: Rows on both sides of which another column differs, in more than pseudonyms that
            were renamed.
        columns: Columns that differ, each with the number of rows, most rows first.
        all_columns: Every column of either side, in order.
        left_columns: Columns that only the left side has.
        right_columns: Columns that only the right side has.
        dossiers: Ids of the dossiers whose rows differ in more than their place in an export and
            its snapshot, where the key begins with them.
        renamed: Pseudonyms that another one replaces, with the number of their rows: another key,
            or one account renamed, changes every row of a person and corrects none.
        values: One row per changed value of the first ``NAMED_ROWS`` rows in the order of the key:
            ``row`` (its key as text), ``change``, ``column``, ``left`` and ``right`` as text. An
            added or removed row has one line and no column.
    """

    table: str
    key: tuple[str, ...]
    left_rows: int | None
    right_rows: int | None
    added: int
    removed: int
    changed: int
    columns: tuple[tuple[str, int], ...]
    all_columns: tuple[str, ...]
    left_columns: tuple[str, ...]
    right_columns: tuple[str, ...]
    dossiers: pl.Series
    renamed: tuple[int, int]
    values: pl.DataFrame

    @property
    def n_rows(self) -> int:
        """Rows that differ in any way."""
        return self.added + self.removed + self.changed

    @property
    def has_other_columns(self) -> bool:
        """Whether the table itself or one of its columns exists on one side only."""
        one_sided = self.left_rows is None or self.right_rows is None
        return one_sided or bool(self.left_columns or self.right_columns)


def compare_tables(
    pairs: Mapping[str, tuple[Path | None, Path | None]],
    keys: Mapping[str, Sequence[str]],
    narrowed: Collection[str] = (),
) -> tuple[TableChange, ...]:
    """Compare tables whose files differ, ordered by name.

    Args:
        pairs: The Parquet file of each side by table; nothing where a side has no such table.
        keys: The key of each table that has one, as the header of its SQL model says.
        narrowed: Tables of which both files then keep the rows that differ only, in the columns
            of both sides: millions that are alike need not be joined afterwards.
    """
    return tuple(
        compare_table(table, *pairs[table], keys.get(table, ()), is_narrowed=table in narrowed)
        for table in sorted(pairs)
    )


def compare_table(
    table: str,
    left: Path | None,
    right: Path | None,
    key: Sequence[str],
    *,
    is_narrowed: bool = False,
) -> TableChange:
    """Compare one table of two revisions; a column that one side lacks is named, not compared.

    Without its whole key a table is compared row by row, every column together. Where the table
    ``is_narrowed``, its files keep the rows that differ only.
    """
    schemas = [pl.read_parquet_schema(file) if file else {} for file in (left, right)]
    names = [set(schema) for schema in schemas]
    both = sorted(names[0] & names[1] if left and right else names[0] | names[1])
    wanted = tuple(key or NUMBERED)
    used = wanted if set(wanted) <= set(both) else ()
    others = [c for c in both if c not in used] if used else []
    as_text = [c for c in both if schemas[0].get(c) != schemas[1].get(c)]
    rows = None
    if used and left and right and not {*used} & {*as_text}:
        paired = pair_rows(left, right, used, others, as_text)
        if paired:
            rows = _of_pairs(paired, (left, right), used, as_text)
            if is_narrowed:
                _keep_moved(paired, (left, right), both)
    if rows is None:
        rows = _of_whole_rows(left, right, used or both, others, as_text, is_narrowed=is_narrowed)
    return TableChange(
        table=table,
        key=used,
        left_rows=file_height(left) if left else None,
        right_rows=file_height(right) if right else None,
        all_columns=tuple(sorted(names[0] | names[1])),
        left_columns=tuple(sorted(names[0] - names[1])) if right else (),
        right_columns=tuple(sorted(names[1] - names[0])) if left else (),
        **vars(rows),
    )


@dataclass(frozen=True)
class _RowChanges:
    """What of a change two tables say row by row; see ``TableChange``."""

    added: int
    removed: int
    changed: int
    columns: tuple[tuple[str, int], ...]
    dossiers: pl.Series
    renamed: tuple[int, int]
    values: pl.DataFrame


def _of_pairs(
    pairs: PairedRows, files: tuple[Path, Path], key: Sequence[str], as_text: Sequence[str]
) -> _RowChanges:
    """Say what differs in paired rows, of which only those that are shown are read whole."""
    left, right = files
    is_changed = pairs.moved_in(pairs.moved)
    is_other = pairs.moved_in(pairs.moved.keys() - {*NUMBERED, _SNAPSHOT})
    changed, other = (_both(pairs.left[rows], pairs.removed) for rows in (is_changed, is_other))
    shown, names = survey_keys(left, changed, other, key, NAMED_ROWS)
    came, names_right = survey_keys(right, pairs.added, pairs.added, key, NAMED_ROWS)
    partners = pairs.right[np.searchsorted(pairs.left, np.setdiff1d(shown, pairs.removed))]
    dossiers = pl.concat([names, names_right]).unique().sort()
    columns = sorted(pairs.moved)
    texts = cs.by_name({*columns} & {*as_text}).cast(pl.String)
    sides = (
        without_lists(rows_at(file, positions, [*key, *columns])).with_columns(texts)
        for file, positions in ((left, shown), (right, _both(partners, came)))
    )
    joined = _with_old_names(_paired(sides, key), pairs.renames)
    return _RowChanges(
        added=len(pairs.added),
        removed=len(pairs.removed),
        changed=int(is_changed.sum()),
        columns=_most_first({name: int(moved.sum()) for name, moved in pairs.moved.items()}),
        dossiers=dossiers if key[0] == _DOSSIER else pl.Series(_DOSSIER, [], pl.String),
        renamed=_renamings(pairs.renames),
        values=_values(_as_text(joined.head(NAMED_ROWS)), key, columns),
    )


def _keep_moved(pairs: PairedRows, files: tuple[Path, Path], columns: Sequence[str]) -> None:
    """Leave in both files the rows that differ only."""
    is_changed = pairs.moved_in(pairs.moved)
    keep_rows(files[0], _both(pairs.left[is_changed], pairs.removed), columns)
    keep_rows(files[1], _both(pairs.right[is_changed], pairs.added), columns)


def _both(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.sort(np.concatenate([some, others]))


def _of_whole_rows(
    left: Path | None,
    right: Path | None,
    key: Sequence[str],
    others: Sequence[str],
    as_text: Sequence[str],
    *,
    is_narrowed: bool,
) -> _RowChanges:
    """Say what differs in rows of which a side has one more; those are read whole.

    Without ``others`` the key is the whole row.
    """
    rows_of_sides = differing_rows(left, right, [*key, *others], as_text)
    left_only, right_only = (without_lists(rows) for rows in rows_of_sides)
    joined = _paired((left_only, right_only), key)
    is_changed = pl.col("change") == "changed"
    renames = {
        name: _renames(joined.filter(is_changed), name, left, right)
        for name in PSEUDONYMS
        if left and right and name in others
    }
    joined = _with_old_names(joined, renames)
    # without another column two rows that meet are one and the same
    joined = joined.filter(~is_changed | pl.any_horizontal(False, *map(_differs, others)))
    changed = joined.filter(is_changed)
    for file, rows in zip((left, right), rows_of_sides, strict=True):
        if file and is_narrowed:
            replace_table(file, rows)
    counts = dict(joined["change"].value_counts().iter_rows())
    return _RowChanges(
        added=counts.get("appeared", 0),
        removed=counts.get("disappeared", 0),
        changed=changed.height,
        columns=_most_first({c: changed.select(_differs(c).sum()).item() for c in others}),
        dossiers=_dossiers(joined, key if others else (), others),
        renamed=_renamings(renames),
        values=_values(_as_text(joined.head(NAMED_ROWS)), key, others),
    )


def _most_first(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(((c, n) for c, n in counts.items() if n), key=lambda p: (-p[1], p[0])))


def _renamings(renames: Mapping[str, pl.DataFrame]) -> tuple[int, int]:
    frames = renames.values()
    return sum(f.height for f in frames), sum(int(f["rows"].sum()) for f in frames)


def _with_old_names(joined: pl.DataFrame, renames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Write the old pseudonym in the place of the new one that replaces it on the right."""
    for name, pairs in renames.items():
        now = f"{name}:right"
        if now in joined.columns:
            known = pairs.select(pl.col("left").alias(name), pl.col("right").alias(now), known=True)
            joined = joined.join(known, on=[name, now], how="left", maintain_order="left")
            value = pl.when("known").then(name).otherwise(now).alias(now)
            joined = joined.with_columns(value).drop("known")
    return joined


def replace_table(file: Path, rows: pl.DataFrame) -> None:
    """Write rows in the place of a table of a side; what a link there leads to stays as it is."""
    file.unlink()
    rows.write_parquet(file)


def _differs(column: str) -> pl.Expr:
    return pl.col(column).ne_missing(pl.col(f"{column}:right"))


def _paired(sides: Iterable[pl.DataFrame], key: Sequence[str]) -> pl.DataFrame:
    """Join rows under their key; of rows that are wholly alike the first meets the first."""
    left, right = sides
    on = list(key)
    if any(s.select(pl.struct(key).is_duplicated().any()).item() for s in (left, right)):
        copy = pl.int_range(pl.len()).over(key).alias("copy")
        left, right = (side.with_columns(copy) for side in sides)
        on.append("copy")
    paired = left.with_columns(on_left=True).join(
        right.with_columns(on_right=True),
        on=on,
        how="full",
        coalesce=True,
        nulls_equal=True,
        suffix=":right",
    )
    change = (
        pl.when(pl.col("on_left").is_null())
        .then(pl.lit("appeared"))
        .when(pl.col("on_right").is_null())
        .then(pl.lit("disappeared"))
        .otherwise(pl.lit("changed"))
    )
    return paired.with_columns(change=change).sort(key)


def _renames(changed: pl.DataFrame, name: str, left: Path, right: Path) -> pl.DataFrame:
    """Return the pseudonyms that are gone, each with the new one that replaces it."""
    now = f"{name}:right"
    pairs = changed.filter(_differs(name)).group_by(name, now).agg(pl.len().alias("rows"))
    return find_renames(pairs.rename({name: "left", now: "right"}), name, left, right)


def _dossiers(joined: pl.DataFrame, key: Sequence[str], others: Sequence[str]) -> pl.Series:
    if key[:1] != (_DOSSIER,):
        return pl.Series(_DOSSIER, [], pl.String)
    differs = (_differs(name) for name in others if name not in (*NUMBERED, _SNAPSHOT))
    more = pl.any_horizontal(pl.col("change") != "changed", *differs)
    return joined.filter(more)[_DOSSIER].unique().sort()


def _as_text(joined: pl.DataFrame) -> pl.DataFrame:
    return joined.cast({~cs.by_name("on_left", "on_right", require_all=False): pl.String})


def _values(joined: pl.DataFrame, key: Sequence[str], others: Sequence[str]) -> pl.DataFrame:
    row = pl.concat_str(pl.col(key).fill_null(""), separator=" · ").alias("row")
    nothing = pl.lit(None, pl.String)
    whole = joined.filter(pl.col("change") != "changed")
    changed = joined.filter(pl.col("change") == "changed")
    frames = [whole.select(row, "change", column=nothing, left=nothing, right=nothing)]
    frames += [
        changed.filter(_differs(name)).select(
            row,
            "change",
            column=pl.lit(name),
            left=pl.col(name),
            right=pl.col(f"{name}:right"),
        )
        for name in others
    ]
    return pl.concat(frames).sort("row", "column", maintain_order=True)
