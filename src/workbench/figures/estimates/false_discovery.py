"""How many alarms are false when many questions are asked at once.

Hundreds of cells are tested in every briefing; at 5 % each, healthy units would be named every
time. The functions here turn p-values into statements about the whole family.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_SMALLEST = 1e-300
_LARGEST = 0.95


def q_values_of_named(p_values: ArrayLike, nameable: ArrayLike, chances: ArrayLike) -> Floats:
    """Return q-values where a rule beside the test says which cells may be named at all.

    Args:
        p_values: One per cell.
        nameable: Whether the rule (say, at least one late too many) lets it be named.
        chances: Chance of each healthy cell to pass the rule; 1 everywhere, with every cell
            nameable, gives the q-values of Benjamini and Hochberg.

    The false names expected at a threshold are those of cells that pass test and rule, and a
    healthy cell does both no more often than either; the cells named are those that did. Counting
    cells that could hardly be named as if they could would hide the sick ones.

    Source: Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, 289-300; Gilbert (2005), Applied
    Statistics 54, 143-158; Heyse (2011), in Recent Advances in Biostatistics, 43-58 (false
    discovery rates that use what each test can attain).

    >>> [round(float(q), 3) for q in q_values_of_named([0.01, 0.04], [True, True], [1.0, 0.001])]
    [0.011, 0.021]
    """
    values, able = np.asarray(p_values, dtype=np.float64), np.asarray(nameable, dtype=bool)
    reach = np.sort(np.asarray(chances, dtype=np.float64))
    order = np.argsort(values, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(reach)])
    below = np.searchsorted(reach, values[order], side="left")
    false = sums[below] + values[order] * (reach.size - below)
    named = np.maximum(np.cumsum(able[order]), 1)
    smallest = np.minimum.accumulate((false / named)[::-1])[::-1]
    adjusted = np.empty(values.size)
    adjusted[order] = np.minimum(smallest, 1.0)
    return adjusted


def combined_p(*p_values: ArrayLike) -> Floats:
    """Return one p-value from several tests of the same question, whatever ties them together.

    The Cauchy combination: strong evidence of one test is kept, and no assumption is made about
    how the tests hang together. A test that sees nothing, p = 1, does not wipe out what another
    sees: larger ones count as 0.95.

    Source: Liu and Xie (2020), J. Am. Stat. Assoc. 115, 393-402; Fang, Chang, Park and Tseng
    (2023), Statistica Sinica 33, 1115-1142 (truncated).

    >>> round(float(combined_p(0.04, 0.04)), 6)
    0.04
    >>> round(float(combined_p(0.001, 1.0)), 4)
    0.002
    """
    chances = [np.clip(np.asarray(p, dtype=np.float64), _SMALLEST, _LARGEST) for p in p_values]
    mean = np.mean([1 / np.tan(np.pi * p) for p in chances], axis=0)
    # 1/2 - arctan(mean)/pi is the same angle, but loses its digits where evidence is strong
    return np.asarray(np.arctan2(1.0, mean) / np.pi)
