"""One unit's late dossiers over two denominators, beside each other where a unit is named."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from workbench.answers.answer import Claim, claim
from workbench.answers.phrasing import listed, measures_of
from workbench.answers.questions import Scope
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.messages import say


def two_rates_claims(
    run: Run, scope: Scope, units: Collection[str], names: Mapping[str, str]
) -> tuple[Claim, ...]:
    """Return the claim that says why a unit is named with two fractions on different pages.

    Units without overdue dossiers in their hands have one fraction, and are not named.
    """
    pairs = []
    for unit in sorted(units, key=lambda unit: names[unit]):
        measures = measures_of(run, Scope(scope.period, unit, scope.profile), scope.period)
        shares = [measures.get(rate) for rate in ("late_done", "late_or_overdue")]
        resolved, judged = (
            numerals.fraction(share["numerator"], share["denominator"]) if share else ""
            for share in shares
        )
        if resolved and judged and resolved != judged:
            words = {"unit": names[unit], "resolved": resolved, "judged": judged}
            pairs.append(say("fairness.two_rates_unit", **words))
    return (claim(say("fairness.two_rates", units=listed(pairs)), 1),) if pairs else ()
