"""The first screen of a briefing: four numbers and the key claims of every later section.

It states nothing that a later section does not show with its table.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.answers import (
    adjusted_units,
    causes,
    headline,
    period_change,
    quality,
    time_use,
    units,
    whatif,
)
from workbench.answers.answer import Answer, claim
from workbench.answers.phrasing import measures_of, values_of
from workbench.answers.questions import (
    PROFILE,
    AnyProfile,
    PeriodLabel,
    Scope,
    UnitId,
    question,
)
from workbench.answers.run import Run
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say

PARTS = (
    headline.headline,
    period_change.compare_periods,
    units.compare_units,
    causes.causes,
    adjusted_units.cells,
    whatif.whatif,
    time_use.slowest_steps,
    quality.excluded,
)
"""Questions whose key claims stand in the summary."""


@question(*dict.fromkeys(t for part in PARTS for t in part.tables), level=3)
def summary(
    run: Run,
    period: PeriodLabel,
    *,
    against: str = "",
    unit: UnitId = EVERYTHING,
    profile: AnyProfile = PROFILE,
) -> Answer:
    """What should one know first? The key claims of the answers below, and four numbers.

    Under another profile than that of the results, causes are left out with a note.

    Raises:
        UsageProblem: Unit, period or profile is unknown.
    """
    scope = Scope(period, unit, profile)
    answers = _answers(run, scope, against)
    now = measures_of(run, scope, scope.period)
    claims = [c for answer in answers for c in answer.claims if c.key]
    if scope.profile != run.result_profile:
        words = {"asked": scope.profile, "computed": run.result_profile}
        claims.append(claim(say("why.other_profile", **words), key=True))
    return Answer(
        title=say("briefing.summary_title"),
        claims=tuple(claims),
        frame=compare.headline(
            run.measures, period=scope.period, profile=scope.profile, unit_id=scope.unit
        ),
        denominators=say("briefing.levels"),
        tiles=headline.tiles(now),
        values=values_of(row for name, row in now.items() if name in headline.TILES),
    )


def _answers(run: Run, scope: Scope, against: str) -> Iterator[Answer]:
    about = {"unit": scope.unit, "profile": scope.profile}
    yield headline.headline(run, scope.period, against=against, **about)
    yield period_change.compare_periods(run, scope.period, against=against, **about)
    yield units.compare_units(run, scope.period, **about)
    if scope.profile == run.result_profile:
        yield causes.causes(run, scope.period, **about)
        yield adjusted_units.cells(run, scope.period, **about)
        yield whatif.whatif(run, scope.period, **about)
    yield time_use.slowest_steps(run, scope.period, **about)
    yield quality.excluded(run)
