"""Units and periods side by side: pure functions on small Polars frames.

Each function takes frames and returns a frame whose figures carry numerator, denominator,
interval and evidence level. A difference whose interval holds zero is no finding, and the frames
carry what a reader needs to see that. Nothing here reads files or knows a language.
"""

from workbench.figures.compare.adjusted import (
    PEERED,
    contradictions,
    count_strata,
    standings,
    units_adjusted,
)
from workbench.figures.compare.cell_limits import common_rises, same_kind, without_peers
from workbench.figures.compare.cell_tests import CELLS, cells, companions_by_cause
from workbench.figures.compare.durations import medians, turned
from workbench.figures.compare.eventual import breach_risks, curve, eventual
from workbench.figures.compare.gap_decomposition import (
    GAPS,
    PEERS,
    Side,
    comparison_name,
    describe_gap,
    gaps,
)
from workbench.figures.compare.groups import groups_alike
from workbench.figures.compare.headline_rates import (
    SENSITIVE,
    SIDE_BY_SIDE_COUNTS,
    SIDE_BY_SIDE_RATES,
    change,
    changes,
    headline,
    sensitivity,
    sure_bounds,
    unit_effects,
    units_side_by_side,
    with_and_without_suspects,
)
from workbench.figures.compare.interventions import (
    OutcomeCounts,
    interrupted,
    intervention,
    late_outcome,
    rate_outcome,
    worse_units,
)
from workbench.figures.compare.present_scope import (
    Succession,
    cells_in_present_scope,
    dossiers_in_present_scope,
    in_present_scope,
    read_successions,
)
from workbench.figures.compare.rate_series import (
    BaselinePeriods,
    changed,
    charted,
    series,
    shares_by_kind,
)
from workbench.figures.compare.risk_calibration import (
    calibrate_risks,
    past_days,
    past_lists,
    variance_of_lists,
)
from workbench.figures.estimates.breach_risk import predicted_number

__all__ = [
    "CELLS",
    "GAPS",
    "PEERED",
    "PEERS",
    "SENSITIVE",
    "SIDE_BY_SIDE_COUNTS",
    "SIDE_BY_SIDE_RATES",
    "BaselinePeriods",
    "OutcomeCounts",
    "Side",
    "Succession",
    "breach_risks",
    "calibrate_risks",
    "cells",
    "cells_in_present_scope",
    "change",
    "changed",
    "changes",
    "charted",
    "common_rises",
    "companions_by_cause",
    "comparison_name",
    "contradictions",
    "count_strata",
    "curve",
    "describe_gap",
    "dossiers_in_present_scope",
    "eventual",
    "gaps",
    "groups_alike",
    "headline",
    "in_present_scope",
    "interrupted",
    "intervention",
    "late_outcome",
    "medians",
    "past_days",
    "past_lists",
    "predicted_number",
    "rate_outcome",
    "read_successions",
    "same_kind",
    "sensitivity",
    "series",
    "shares_by_kind",
    "standings",
    "sure_bounds",
    "turned",
    "unit_effects",
    "units_adjusted",
    "units_side_by_side",
    "variance_of_lists",
    "with_and_without_suspects",
    "without_peers",
    "worse_units",
]
