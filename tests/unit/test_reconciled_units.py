"""Why crude rates, fair comparison and named cells may single out different units, and why."""

from __future__ import annotations

import pytest

from workbench.answers.adjusted_units import _reconciled

NAMES = {"A": "Unit A", "B": "Unit B"}
REST = {
    "unit_id": "B",
    "n_dossiers": 900,
    "n_late": 90,
    "peered": 1.0,
    "standing": "within",
    "crude_lower": 0.08,
    "ratio": 0.9,
    "ratio_lower": 0.8,
    "ratio_upper": 1.1,
    "funnel_upper": 1.9,
}


def unit(**said: object) -> dict[str, object]:
    return REST | {"unit_id": "A", "n_dossiers": 100, "n_late": 20, "crude_lower": 0.14} | said


@pytest.mark.parametrize(
    ("row", "named", "reasons"),
    [
        (unit(ratio=1.1, ratio_lower=0.8), (), ["mix of dossiers is harder"]),
        (unit(ratio=1.87, ratio_lower=1.63), (), ["differ by as much among themselves"]),
        (unit(crude_lower=0.05), ("A",), ["though not apart as a whole"]),
        (unit(standing="above"), (), ["though no cause is named"]),
        (unit(standing="above"), ("A",), []),
        (unit(crude_lower=0.05), (), []),
        (unit(n_dossiers=20, ratio_lower=1.63), ("A",), []),
        (unit(peered=0.2, ratio_lower=1.63), ("A",), []),
    ],
)
def test_each_disagreement_has_its_reason(row, named, reasons):
    texts = [claim.text for claim in _reconciled([row, REST], NAMES, frozenset(named))]
    assert len(texts) == len(reasons)
    assert all(
        reason in text and "Unit A" in text for reason, text in zip(reasons, texts, strict=True)
    )
