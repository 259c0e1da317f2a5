"""Numbers with honest intervals, from counts and small arrays: nothing here reads data.

Every figure comes as an ``Estimate`` (value, lower, upper, numerator, denominator, method) or as
arrays with the same parts, so that none travels without them. Each function names the paper it
follows and is tested against numbers published elsewhere. The modules say what they answer;
shares, used everywhere, stand here as well.
"""

from workbench.figures.estimates.shares import (
    Z_95,
    Estimate,
    count,
    difference,
    quartiles,
    wilson,
    wilson_many,
)

__all__ = ["Z_95", "Estimate", "count", "difference", "quartiles", "wilson", "wilson_many"]
