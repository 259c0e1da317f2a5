"""Which causes the log of each source distinguishes: what its steps lack, in a sentence.

Accounting (evidence level 1): how many steps have each stamp, and steps of work a holder. Which
cause needs which stamps stands in the list of causes; what fewer than half of the steps have counts
as lacking. Missing evidence is no evidence that a cause did not act.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Row, count, table, text
from workbench.answers.questions import question
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.core.cause_list import STAMPS, describe_indistinct, describe_without_holders
from workbench.messages import say

_COUNTS = {stamp: f"n_{stamp.removesuffix('_at')}" for stamp in STAMPS}
"""The column that counts the steps that have a stamp."""


@question("source_stamps")
def evidence(run: Run) -> Answer:
    """Which causes does the log of each source distinguish, and which not?"""
    rows = list(run.source_stamps.sort("source").iter_rows(named=True))
    lacking = tuple(indistinct_claims(run))
    key = "evidence.complete" if rows else "evidence.no_dossiers"
    return Answer(
        title=say("evidence.title"),
        claims=lacking or (claim(say(key), 1),),
        frame=run.source_stamps,
        denominators=say("evidence.denominators"),
        listing=table(
            say("evidence.caption"),
            rows,
            [
                text("evidence.source", lambda row: _source_title(run, row)),
                count("evidence.dossiers", "n_dossiers"),
                count("evidence.steps", "n_steps"),
                count("evidence.arrived", "n_arrived"),
                count("evidence.started", "n_started"),
                count("evidence.finished", "n_finished"),
            ],
        )
        if rows
        else None,
    )


def _source_title(run: Run, row: Row) -> str:
    """Return the title of a source whose profile is shipped; its name where it is the user's."""
    profile = run.reference / "sources" / f"{row['source']}.toml"
    if not profile.is_file():
        return str(row["source"])
    return str(tomllib.loads(profile.read_text(encoding="utf-8"))[f"title_{run.language}"])


def indistinct_claims(run: Run) -> Iterator[Claim]:
    """Yield claims for each source whose log does not distinguish some causes, or hardly does."""
    for row in run.source_stamps.sort("source").iter_rows(named=True):
        given = [
            stamp for stamp, number in _COUNTS.items() if 2 * row[number] >= row["n_steps"] > 0
        ]
        lacking = {
            stamp: _describe(stamp, row[_COUNTS[stamp]], row["n_steps"])
            for stamp in STAMPS
            if stamp not in given
        }
        if sentence := describe_indistinct(_source_title(run, row), given, lacking):
            yield claim(sentence, 1)
        if 2 * row["n_with_holder"] < row["n_works"]:
            holder = _describe("holder", row["n_with_holder"], row["n_works"])
            yield claim(describe_without_holders(_source_title(run, row), holder), 1)


def _describe(stamp: str, number: int, n_steps: int) -> str:
    words = say(f"evidence.{stamp}")
    if not number:
        return words
    return say("evidence.sometimes", stamp=words, share=numerals.percent(number / n_steps))
