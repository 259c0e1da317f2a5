"""Answer whether the hour of the due stamps matters: outcomes by the profile and by the stamps.

Where a source prints the hour at which a result is due, a profile that judges by day or half-day is
a choice; the headline names it and the number of dossiers that the hour itself would change.
"""

from __future__ import annotations

import datetime as dt

from workbench.answers.answer import Claim, claim
from workbench.answers.phrasing import inline, measures_of
from workbench.answers.questions import Scope
from workbench.answers.run import Run
from workbench.clock.lateness import CHOICES, lateness_profiles
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import say

DAY_END = dt.time(23, 59)
"""A stamp from this minute on is a date only: due at the end of its day."""
_LATE = ("late", "open_overdue")
_FREE = ("granularity", "early_before", "early_needs")
"""Settings in which a profile may differ from its counterpart without moving a late dossier."""


def compare_with_stamps(run: Run, scope: Scope) -> tuple[Claim, ...]:
    """Return which profile judged, and how many dossiers the due stamps as written would change.

    Nothing where no due stamp of the unit has an hour, or where the rule takes stamps as written.
    """
    stamped = find_instant_profile(run, scope.profile)
    if not stamped or not _has_hours(run, scope.unit):
        return ()
    by_rule, by_stamp = (
        measures_of(run, Scope(scope.period, scope.unit, profile), scope.period)
        for profile in (scope.profile, stamped)
    )
    counts = {
        side: [int(rows[name]["numerator"]) if name in rows else 0 for name in _LATE]
        for side, rows in (("rule", by_rule), ("stamp", by_stamp))
    }
    # a dossier late by day is late by the instant too: counts differ by the dossiers that change
    changed = sum(abs(a - b) for a, b in zip(counts["rule"], counts["stamp"], strict=True))
    text = say(
        "briefing.headline_stamps" if changed else "briefing.headline_stamps_same",
        rule=inline(run.profile_label(scope.profile).split(":")[0]),
        late=numerals.count(counts["rule"][0]),
        overdue=numerals.count(counts["rule"][1]),
        stamped_late=numerals.count(counts["stamp"][0]),
        stamped_overdue=numerals.count(counts["stamp"][1]),
        n=numerals.count(changed),
        stamped=stamped,
    )
    return (claim(text, key=True),)


def find_instant_profile(run: Run, profile: str) -> str:
    """Return the profile with the same settings that judges by the due instant, or nothing."""
    listed = lateness_profiles(run.reference / "profiles")
    rows = listed.filter(profile=profile)
    if rows.is_empty() or rows["granularity"][0] == "instant" or rows["due"][0] != "issued":
        return ""
    shared = [name for name in CHOICES if name not in _FREE]
    twins = listed.filter(granularity="instant").join(rows.select(shared), on=shared, how="semi")
    computed = set(run.measures["profile"].unique())
    return next((name for name in twins["profile"].sort() if name in computed), "")


def _has_hours(run: Run, unit: str) -> bool:
    """Return whether a due stamp of a unit has an hour."""
    dossiers = run.dossiers if unit == EVERYTHING else run.dossiers.filter(unit_id=unit)
    return bool((dossiers["due_at"].dt.time() < DAY_END).any())
