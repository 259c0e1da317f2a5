"""Why dossiers are late: where their time went, and which causes the lateness is put down to.

The causes themselves come from the models of ``pipelines/explain``; here their tables are read
for people: shares with denominators and intervals, and the evidence in words.
"""

from __future__ import annotations

from workbench.figures.causes.evidence import evidence_text, reality_label
from workbench.figures.causes.shares import causes_by_unit, realities, shapley_values
from workbench.figures.causes.time_use import slowest_steps, time_use

__all__ = [
    "causes_by_unit",
    "evidence_text",
    "realities",
    "reality_label",
    "shapley_values",
    "slowest_steps",
    "time_use",
]
