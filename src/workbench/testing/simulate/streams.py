"""One random stream per mechanism, one draw per dossier.

A mechanism (how long a transfer waits, whether a supplement is asked for) owns a stream named
after it, and dossier number ``i`` always takes draw ``i``. So switching one cause off, or adding
a mechanism, leaves every other draw as it was: the *same* dossiers are simulated again.

Only uniform draws are taken and turned into other laws here, because their bits are what NumPy
promises to keep between versions.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Numbers = npt.NDArray[np.floating]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Streams:
    """The streams of one run: a seed and how many dossiers draw from each.

    >>> bool((Streams(7, 3).uniform("transfer") == Streams(7, 5).uniform("transfer")[:3]).all())
    True
    """

    seed: int
    size: int

    def uniform(self, mechanism: str) -> Numbers:
        """Return one number in [0, 1) per dossier, always the same for a mechanism."""
        key = np.random.SeedSequence(self.seed, spawn_key=(zlib.crc32(mechanism.encode()),))
        return np.random.Generator(np.random.PCG64(key)).random(self.size)

    def chance(self, mechanism: str, probability: Numbers | float) -> Flags:
        """Say for each dossier whether something of this probability happens to it."""
        happens: Flags = self.uniform(mechanism) < probability
        return happens

    def lognormal(self, mechanism: str, median: Numbers | float, sigma: float) -> Whole:
        """Return whole seconds, at least 1, of a lognormal law with this median (seconds)."""
        values = median * np.exp(sigma * ndtri(self.uniform(mechanism)))
        seconds: Whole = np.maximum(values, 1).astype(np.int64)
        return seconds

    def exponential(self, mechanism: str, mean: Numbers | float) -> Whole:
        """Return whole seconds of an exponential law with this mean (seconds)."""
        seconds: Whole = (-np.log1p(-self.uniform(mechanism)) * mean).astype(np.int64)
        return seconds

    def pick(self, mechanism: str, weights: Numbers) -> Whole:
        """Return one index per dossier, drawn with these weights.

        ``weights`` is one row for everybody, or one row per dossier; rows need not sum to 1.
        """
        ladder = np.cumsum(np.atleast_2d(weights), axis=1)
        height = self.uniform(mechanism) * ladder[:, -1]
        steps: Whole = (ladder <= height[:, None]).sum(axis=1)
        return steps
