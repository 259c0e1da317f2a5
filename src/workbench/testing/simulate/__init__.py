"""A synthetic one-stop register of Sa Đéc-like size, with known causes of lateness.

``simulate`` writes the messy exports an office would send, and beside them the truth about every
injected cause. Everything follows from the seed and the reference tables: same seed, same bytes.
Nothing here knows how causes are found, and nothing that finds causes may read the truth.
"""

from __future__ import annotations

from workbench.testing.simulate.sample import SNAPSHOT, HalfYear, Summary, simulate

__all__ = ["SNAPSHOT", "HalfYear", "Summary", "simulate"]
