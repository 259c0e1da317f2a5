"""The official figures of a period: forms, conventions, rates side by side, index groups.

Everything is counted once in ``counts`` (SQL); here small tables are added up, formatted
and checked. A cell without a source stays empty with a reason, and every figure has its lateness
profile, reporting convention, numerator and denominator.

Names are looked up on first use: a pipeline stage that needs the conventions alone pays for
nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.official.conventions import Conventions
    from workbench.official.filling import FilledForm, Names, fill
    from workbench.official.forms import Form, form_names
    from workbench.official.half_year import HalfYearReport, half_year_report
    from workbench.official.index766 import Simulated766, band, simulate_766, version_766
    from workbench.official.metrics import rates_side_by_side, read_metrics, totals
    from workbench.official.par_index import cheapest_first, evaluate, read_criteria
    from workbench.official.workbook import Letterhead, write_form

_HOMES = {
    "conventions": ("Conventions",),
    "filling": ("FilledForm", "Names", "fill"),
    "forms": ("Form", "form_names"),
    "half_year": ("HalfYearReport", "half_year_report"),
    "index766": ("Simulated766", "band", "simulate_766", "version_766"),
    "metrics": ("rates_side_by_side", "read_metrics", "totals"),
    "par_index": ("cheapest_first", "evaluate", "read_criteria"),
    "workbook": ("Letterhead", "write_form"),
}
__all__ = [
    "Conventions",
    "FilledForm",
    "Form",
    "HalfYearReport",
    "Letterhead",
    "Names",
    "Simulated766",
    "band",
    "cheapest_first",
    "evaluate",
    "fill",
    "form_names",
    "half_year_report",
    "rates_side_by_side",
    "read_criteria",
    "read_metrics",
    "simulate_766",
    "totals",
    "version_766",
    "write_form",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"workbench.official.{module}"), name)
    raise AttributeError(f"module 'workbench.official' has no attribute {name!r}")
