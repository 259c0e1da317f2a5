"""An analyst's own query over stored tables: read only, and closed to every other file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from workbench.core.environment import processors
from workbench.core.errors import UsageProblem

_MEMORY = "2GB"


def run_query(sql: str, files: Mapping[str, Path], zone: str) -> pl.DataFrame:
    """Return the rows of one query over stored tables; nothing is ever written.

    Args:
        sql: One ``select`` statement that names tables.
        files: File of each table by name.
        zone: Time zone in which instants are read and returned.

    Raises:
        UsageProblem: It is not one query, a column is an interval, or DuckDB refuses it; then the
            message is DuckDB's.
    """
    folders = sorted({str(path.parent.resolve()) for path in files.values()})
    with duckdb.connect(config={"threads": processors(), "memory_limit": _MEMORY}) as connection:
        connection.execute("set allowed_directories = ?", [folders])
        connection.execute("set enable_external_access = false")
        connection.execute("set TimeZone = ?", [zone])
        for name, path in files.items():
            connection.from_parquet(str(path.resolve())).create_view(name)
        connection.execute("set lock_configuration = true")
        try:
            kinds = [statement.type for statement in duckdb.extract_statements(sql)]
            # to explain a statement with analyze runs it, and may write beside the tables
            if kinds != [duckdb.StatementType.SELECT]:
                raise UsageProblem("lab.not_one_query", n=len(kinds))
            answer = connection.sql(sql)
            for column, kind in zip(answer.columns, answer.types, strict=True):
                if kind == duckdb.sqltypes.INTERVAL:
                    raise UsageProblem("lab.interval_column", column=column)
            rows: pl.DataFrame = answer.pl()
        except duckdb.Error as problem:
            raise UsageProblem("lab.query_refused", why=_in_one_line(str(problem))) from None
    return rows


def _in_one_line(text: str) -> str:
    r"""Return DuckDB's message without the quoted query and the marks below it.

    >>> _in_one_line('Catalog Error: No table a!\nDid you mean "b"?\n\nLINE 1: from a\n     ^')
    'Catalog Error: No table a! Did you mean "b"?'
    >>> _in_one_line("Permission Error: Cannot access a file")
    'Permission Error: Cannot access a file.'
    """
    sentence = " ".join(text.partition("\n\nLINE")[0].split())
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
