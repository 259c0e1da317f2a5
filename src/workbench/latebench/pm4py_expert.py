"""What an expert does with PM4Py: one performance graph per cell, in business hours.

Run by a Python that has PM4Py, never imported here: ``python pm4py_expert.py LOG CELLS OUT``.
LOG holds case, activity, stamp (civil time without a zone) and cell; CELLS holds cell and
is_late_above (its late rate is above the average). An edge whose mean time in a cell is at least
1.5 times that of the whole log is named where the cell is above the average.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

_MORE = 1.5
_MORNING, _NOON, _AFTER_NOON, _EVENING = 7 * 3600, 41_400, 48_600, 17 * 3600
SLOTS = [
    (day * 86_400 + opens, day * 86_400 + closes)
    for day in range(5)
    for opens, closes in ((_MORNING, _NOON), (_AFTER_NOON, _EVENING))
]
"""Office hours from Monday to Friday, in seconds of the week; PM4Py knows no make-up Saturdays."""


def main(log_file: str, cells_file: str, out_file: str) -> None:
    """Write cell, from and to of every edge named."""
    pd: Any = import_module("pandas")
    log = pd.read_parquet(log_file)
    above = pd.read_parquet(cells_file)
    whole = _graph(log)
    rows = []
    for cell in above.loc[above["is_late_above"], "cell"]:
        part = _graph(log[log["cell"] == cell])
        for edge, mean in part.items():
            if whole.get(edge, 0) > 0 and mean >= _MORE * whole[edge]:
                rows.append((cell, *edge))
    pd.DataFrame(rows, columns=["cell", "from", "to"]).astype(str).to_parquet(out_file)


def _graph(log: Any) -> dict[tuple[str, str], float]:
    pm4py: Any = import_module("pm4py")
    frame = pm4py.format_dataframe(
        log.copy(), case_id="case", activity_key="activity", timestamp_key="stamp"
    )
    graph = pm4py.discover_performance_dfg(
        frame, business_hours=True, business_hour_slots=SLOTS, perf_aggregation_key="mean"
    )[0]
    return {edge: v["mean"] if isinstance(v, dict) else v for edge, v in graph.items()}


if __name__ == "__main__":
    main(*sys.argv[1:4])
