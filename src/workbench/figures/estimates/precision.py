"""How exactly a figure is kept: to twelve decimals, the same on every processor.

Exponentials, logarithms and the functions of distributions come from the system's own library,
which differs in the last digit between processors. No office is ever judged by that digit: what
is decided or written is rounded first.
"""

from __future__ import annotations

import polars as pl

_DECIMALS = 12


def rounded(*columns: str) -> pl.Expr:
    """Return the columns rounded to ``_DECIMALS``; a negative zero becomes zero.

    >>> pl.DataFrame({"x": [0.1 + 0.2, -1e-15]}).select(rounded("x"))["x"].to_list()
    [0.3, 0.0]
    """
    figures = pl.col(*columns).round(_DECIMALS)
    # adding zero would do, but is optimised away
    return pl.when(figures == 0).then(figures.abs()).otherwise(figures)
