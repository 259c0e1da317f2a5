"""The approved hours of each step: how an office splits a procedure's limit.

Same-day matters follow a published process for copies (2 h intake, 3 h work, 2 h signature,
1 h result); longer ones give each of the other steps a small part and the officer the rest. The
parts add up to the limit.
"""

from __future__ import annotations

from workbench.testing.simulate.scenario import Procedure

_SAME_DAY = (2.0, 0.0, 3.0, 0.0, 2.0, 1.0, 0.0)
_SHARES = (0.06, 0.04, 0.0, 0.20, 0.15, 0.05, 0.0)
_MOST = (4.0, 4.0, 0.0, 40.0, 24.0, 4.0, 0.0)
_WORK, _OPINION = 2, 3
_HOURS_A_DAY = 8


def step_norms(procedure: Procedure) -> tuple[float, ...]:
    """Return the hours of intake, assign, work, opinion, sign, record and return (0: no norm)."""
    if procedure.same_day:
        return _SAME_DAY
    limit = procedure.working_days * _HOURS_A_DAY
    parts = [
        min(max(round(share * limit * 2) / 2, 0.5), most) if share else 0.0
        for share, most in zip(_SHARES, _MOST, strict=True)
    ]
    if not procedure.opinion:
        parts[_OPINION] = 0.0
    parts[_WORK] = limit - sum(parts)
    return tuple(parts)
