"""Compare every table of two revisions row by row, under its own key.

Equal bytes are equal tables and are not read; of the others memory holds the rows that differ.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import polars.selectors as cs
import pyarrow.parquet as pq

from workbench.warehouse.differences import differing_rows

NUMBERED = ("source_file", "source_sheet", "source_row")
"""Identify a landed row, which no SQL model describes."""
_DOSSIER = "dossier_id"
_SNAPSHOT = "snapshot_at"
"""Differs for every dossier as soon as a later export stands, and says nothing of any."""
PSEUDONYMS = ("holder_id",)
"""Columns of pseudonyms: another key, or one account renamed, changes them in every row of a person
and corrects none."""
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
        changed: Rows on both sides of which another column differs.
        columns: Columns that differ, each with the number of rows, most rows first.
        all_columns: Every column of either side, in order.
        left_columns: Columns that only the left side has.
        right_columns: Columns that only the right side has.
        dossiers: Ids of the dossiers whose rows differ in more than their place in an export, its
            snapshot and renamed pseudonyms, where the key begins with them.
        renamed: Pseudonyms that another one replaces in all rows, with the number of those rows.
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
    heights = _height(left), _height(right)
    schemas = [pl.read_parquet_schema(file) if file else {} for file in (left, right)]
    names = [set(schema) for schema in schemas]
    both = sorted(names[0] & names[1] if left and right else names[0] | names[1])
    wanted = tuple(key or NUMBERED)
    used = wanted if set(wanted) <= set(both) else ()
    others = [c for c in both if c not in used] if used else []
    as_text = [c for c in both if schemas[0].get(c) != schemas[1].get(c)]
    left_only, right_only = differing_rows(left, right, both, as_text)
    joined = _paired((_without_lists(left_only), _without_lists(right_only)), used or both)
    if not used:
        # without a key two rows that meet are one and the same
        joined = joined.filter(pl.col("change") != "changed")
    changed = joined.filter(pl.col("change") == "changed")
    renames = {
        name: _renames(changed, name, left, right)
        for name in PSEUDONYMS
        if left and right and name in others
    }
    for file, rows_of_side in ((left, left_only), (right, right_only)):
        if file and is_narrowed:
            replace_table(file, rows_of_side)
    differing = {c: changed.select(_differs(c).sum()).item() for c in others}
    rows = dict(joined["change"].value_counts().iter_rows())
    return TableChange(
        table=table,
        key=used,
        left_rows=heights[0],
        right_rows=heights[1],
        added=rows.get("appeared", 0),
        removed=rows.get("disappeared", 0),
        changed=changed.height,
        columns=tuple(
            sorted(((c, n) for c, n in differing.items() if n), key=lambda p: (-p[1], p[0]))
        ),
        all_columns=tuple(sorted(names[0] | names[1])),
        left_columns=tuple(sorted(names[0] - names[1])) if right else (),
        right_columns=tuple(sorted(names[1] - names[0])) if left else (),
        dossiers=_dossiers(joined, used, others, renames),
        renamed=(
            sum(pairs.height for pairs in renames.values()),
            sum(int(pairs["rows"].sum()) for pairs in renames.values()),
        ),
        values=_values(_as_text(joined.head(NAMED_ROWS)), used or both, others),
    )


def replace_table(file: Path, rows: pl.DataFrame) -> None:
    """Write rows in the place of a table of a side; what a link there leads to stays as it is."""
    file.unlink()
    rows.write_parquet(file)


def _height(file: Path | None) -> int | None:
    return None if file is None else int(pq.read_metadata(file).num_rows)


def _differs(column: str) -> pl.Expr:
    return pl.col(column).ne_missing(pl.col(f"{column}:right"))


def _without_lists(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with lists as text: they are compared as a whole."""
    lists = [name for name, kind in rows.schema.items() if isinstance(kind, pl.List)]
    return rows.with_columns(
        pl.col(name).list.eval(pl.element().cast(pl.String)).list.join("; ") for name in lists
    )


def _paired(sides: tuple[pl.DataFrame, pl.DataFrame], key: Sequence[str]) -> pl.DataFrame:
    """Join rows under their key; of rows that are wholly alike the first meets the first."""
    left, right = sides
    on = list(key)
    if any(side.select(pl.struct(key).is_duplicated().any()).item() for side in sides):
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
    """Return the pseudonyms that are gone, each with the new one that most of its rows have now.

    A new one replaces one old one only; ``rows`` is the number of rows in which it does.
    """
    now = f"{name}:right"
    pairs = changed.filter(_differs(name)).group_by(name, now).agg(pl.len().alias("rows"))
    pairs = pairs.drop_nulls().sort(pl.col("rows") * -1, name, now)
    gone, new = (values_of(file, name) for file in (right, left))
    pairs = pairs.filter(~pl.col(name).is_in(gone), ~pl.col(now).is_in(new))
    return pairs.unique(name, keep="first", maintain_order=True).unique(
        now, keep="first", maintain_order=True
    )


def values_of(file: Path, name: str) -> list[str]:
    """Return the values of a column of a table, each once, in no order."""
    values = pl.scan_parquet(file).select(pl.col(name).drop_nulls().unique()).collect()
    return values[name].to_list()


def _dossiers(
    joined: pl.DataFrame,
    key: Sequence[str],
    others: Sequence[str],
    renames: Mapping[str, pl.DataFrame],
) -> pl.Series:
    if key[:1] != (_DOSSIER,):
        return pl.Series(_DOSSIER, [], pl.String)
    differs = []
    for name in others:
        if name in renames:
            pair, known = [name, f"{name}:right"], f"{name}:renamed"
            pairs = renames[name].select(*pair, pl.lit(value=True).alias(known))
            joined = joined.join(pairs, on=pair, how="left")
            differs.append(_differs(name) & pl.col(known).is_null())
        elif name not in (*NUMBERED, _SNAPSHOT):
            differs.append(_differs(name))
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
