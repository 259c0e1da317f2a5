"""How many independent dossiers are correlated ones worth? The design effect of a share.

Dossiers signed in one session, or delayed by one outage, are late together. A share of them varies
more than one of independent dossiers, by a factor that the register itself shows: how far lateness
gathers on days and weeks within its months.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

_FEW_CLUSTERS = 30
"""Clusters of a unit that weigh as much as what all units show together."""


@dataclass(frozen=True)
class Clusters:
    """Sums over the clusters of one group, say the days of a unit's month.

    Of the dossiers n and the late ones l of each: ``squares`` is the sum of n * n, ``products``
    that of n * l, ``late_squares`` that of l * l.
    """

    number: int
    dossiers: int
    late: int
    squares: int
    products: int
    late_squares: int

    @property
    def size(self) -> float:
        """How many dossiers the cluster of a dossier has on average, itself included."""
        return self.squares / self.dossiers

    @property
    def excess(self) -> tuple[float, float]:
        """What clusters vary beyond independent dossiers, and what they would at correlation 1."""
        if self.number < 2:
            return 0.0, 0.0
        n, share, free = self.dossiers, self.late / self.dossiers, self.dossiers - self.size
        seen = self.late_squares - 2 * share * self.products + share**2 * self.squares
        # of one dossier; the second part is what the share itself took from the first
        variance = share * (1 - share) + seen / (n * free)
        return seen - variance * free, variance * free * (self.size - 1)


def correlations(units: Iterable[Iterable[Clusters]]) -> list[float]:
    """Return the correlation of lateness within the clusters of each unit, never below nought.

    Args:
        units: The groups of each unit, each with a level of its own: its months.

    A unit of few clusters is drawn to what all units show together, by the clusters it has.

    Source: analysis of variance estimator for unequal clusters, Donner (1986), International
    Statistical Review 54, 67-82.

    >>> together = Clusters(4, 20, 10, 100, 50, 50)  # four days of five: all late or none
    >>> [round(x, 6) for x in correlations([[together]])]
    [1.0]
    """
    sums = [_summed(groups) for groups in units]
    excess, whole = (fsum(part[i] for part in sums) for i in (1, 2))
    common = excess / whole if whole > 0 else 0.0
    return [min(max(_shrink(*part, common), 0.0), 1.0) for part in sums]


def _summed(groups: Iterable[Clusters]) -> tuple[float, float, float]:
    parts = [(float(group.number), *group.excess) for group in groups]
    number, excess, whole = (fsum(part[i] for part in parts) for i in range(3))
    return number, excess, whole


def _shrink(number: float, excess: float, whole: float, common: float) -> float:
    correlation = excess / whole if whole > 0 else common
    return (number * correlation + _FEW_CLUSTERS * common) / (number + _FEW_CLUSTERS)


def design_effect(correlation: float, clusters: Clusters) -> float:
    """Return the variance of a share over that of as many independent dossiers, at least 1.

    Source: Kish (1965), Survey Sampling, section 5.4.

    >>> design_effect(1.0, Clusters(4, 20, 10, 100, 50, 50))
    5.0
    """
    return 1 + correlation * (clusters.size - 1)
