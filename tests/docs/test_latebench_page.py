"""The manual shows the bench's figures as they were measured, and on seeds never tuned on."""

from __future__ import annotations

from pathlib import Path

from workbench.latebench.page import SCORES, render
from workbench.latebench.run import REPORTED_SEEDS, TUNING_SEEDS

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "manual"


def test_the_page_is_what_the_scores_say():
    scores = (MANUAL / "latebench" / SCORES).read_text(encoding="utf-8")
    assert (MANUAL / "latebench.md").read_text(encoding="utf-8") == render(scores)


def test_the_reported_seeds_are_not_those_of_tuning():
    first = (MANUAL / "latebench" / SCORES).read_text(encoding="utf-8").splitlines()[0]
    measured = {int(seed) for seed in first.removeprefix("# seeds: ").split(", ")}
    assert measured <= set(REPORTED_SEEDS)
    assert not set(REPORTED_SEEDS) & set(TUNING_SEEDS)
