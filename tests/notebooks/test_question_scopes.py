"""Every question answers for the unit, the period and the profile it was asked about, or refuses.

The questions are read off the book, so that a new one is asked like the others. What it was asked
about must show: the answer changes with it. Answers that cannot change are listed with the reason.
"""

from __future__ import annotations

import inspect
import re
import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from workbench.answers import Answer, Book, open_book
from workbench.answers.answer import Claim, claim
from workbench.answers.causes import causes as ask_causes
from workbench.answers.frames import Excerpt
from workbench.answers.questions import question, remember_answers
from workbench.answers.run import Run
from workbench.core.errors import UsageProblem

COMPUTED, OTHER = "wb_strict", "wb_legal"
"""Profile of the results, and one that judges some dossiers of the sample otherwise."""
SCOPE: dict[str, tuple[str, str]] = {
    "unit": ("SD-VH", "SD-P1"),
    "period": ("2022-H1", "2021-H2"),
    "profile": (COMPUTED, OTHER),
}
GIVEN: dict[str, dict[str, str]] = {
    "dossier": {"dossier_id": ""},
    "compare_groups": {"by": "channel_in", "within": ""},
    "official.form": {"name": "II.06a"},
    "trace": {"target": "late/2022-H1"},
    "procedure_sheet": {"procedure": "P1"},
    "gap": {"other": "SD-YT"},  # a pair that the stage did not compute
}
"""Further arguments that a question needs."""
REFUSED = {
    *("causes", "causes_by_unit", "causes_over_time", "reality"),
    *("fair_units", "cells", "gap", "whatif", "late_list"),
    "late_without_apology",
    *("watch", "reliability", "cohorts", "interventions"),
    *("procedure_sheet", "oldest"),
}
"""Questions about what was computed under one profile."""
WITHOUT = {
    "excluded": {"unit", "period", "profile"},  # rows of the files, before any dossier is judged
    "findings": {"unit", "period", "profile"},  # rows that rules flagged, all units side by side
    "interventions": {"unit", "period"},  # units and dates stand in the list of changes
    "reliability": {"unit", "period"},  # one forecast for the whole register
    "oldest": {"period"},  # open dossiers are those of the snapshot
    "paper_dates": {"profile"},  # closings beside the dates on papers, whether late or not
    "procedure_sheet": {"unit"},  # all units that handle it, side by side
    "watch": {"period"},  # open dossiers are those of the snapshot
    "control": {"period"},  # all months
    "cohorts": {"period"},  # all cohorts
    "dossier": {"unit", "period"},  # one dossier
    "overview": {"unit", "period", "profile"},  # what is here, before anything is asked
    "moved_due_dates": {"period", "profile"},  # dossiers running on a day, by the calendars alone
    "trace": {"unit", "period"},  # both are in the id of the figure
    "causes_by_unit": {"unit"},  # all units side by side
    "durations": {"profile"},  # days to the end, whether late or not
    "evidence": {"unit", "period", "profile"},  # stamps that the exports of each source have
    "waiting": {"profile"},  # what steps waited for, whether late or not
    "clock.due_dates": {"profile"},  # dates against terms, whether late or not
    "clock.pauses": {"profile"},
    "clock.receptions": {"profile"},
    "clock.norms": {"profile"},
}
"""What a question cannot be asked about, and why it need not be."""
ALIKE = {
    ("rhythm.clicks", "profile"),  # when steps were clicked, whether late or not
    ("rhythm.signing_days", "profile"),
    ("official.index_766", "profile"),  # judged by the profile of the software it simulates
    ("interventions", "profile"),  # nothing is recorded in the sample
    *(("official.criteria", scope) for scope in SCOPE),  # none is entered as shipped
    ("moved_due_dates", "unit"),  # no day was announced while the sample ran
}
"""Answers that may be asked about something they do not depend on."""
UNREAD = {
    # of dossiers, rows of exports, causes and other measures, which are traced as well
    "trace": {"steps", "pauses", "quarantine", "late_dossiers", "late_causes", "cell_tests"}
    | {"counted_dossiers"},
    "interventions": {"cause_cells", "unit_measures"},  # nothing is recorded in the sample
    "headline": {"outcomes"},  # the exports of the sample say when they were taken
    "summary": {"outcomes"},
    # no export of the sample records apologies, no day was announced while it ran
    "late_without_apology": {"dossiers"},
    "moved_due_dates": {"due_dates_known_on"},
}
"""Tables that a question declares and does not read in the sample, and why."""

LISTS = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "book_page.py"))
PARTS = LISTS["parts"]()
"""Questions that lead to further ones, and where these stand."""


def parameters(signature: inspect.Signature) -> set[str]:
    return set(signature.parameters) & set(SCOPE)


def opened_with(part: str) -> set[str]:
    return parameters(inspect.signature(getattr(Book, part)))


DECLARED = dict(LISTS["answering"](Book)) | {
    f"{part}.{name}": question
    for part, kind in PARTS.items()
    for name, question in LISTS["answering"](kind)
}
QUESTIONS = {
    name: parameters(question.signature) | (opened_with(part) if part else set())
    for name, question in DECLARED.items()
    for part in [name.rpartition(".")[0]]
}
EACH_QUESTION = pytest.mark.parametrize("question", sorted(QUESTIONS))


class Asked:
    """Asks a question once per scope, and notes the tables that each question read."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.read: dict[str, set[str]] = {}
        self._answers: dict[tuple[str, ...], Answer] = {}

    def __call__(self, question: str, **about: str) -> Answer:
        """``asked("whatif", unit="SD-VH")`` -> answer."""
        scope = {name: SCOPE[name][0] for name in QUESTIONS[question]} | about
        key = (question, *sorted(scope.items()))
        if key not in self._answers:
            with noted(self.read.setdefault(question, set())):
                self._answers[key] = put(self.book, question, GIVEN.get(question, {}) | scope)
        return self._answers[key]


@contextmanager
def noted(read: set[str]) -> Iterator[None]:
    """Note which tables questions look up."""
    look_up, check = Excerpt.__getattr__, Excerpt._check

    def looked_up(excerpt: Excerpt, name: str) -> object:
        read.add(name)
        return look_up(excerpt, name)

    def checked(excerpt: Excerpt, table: str) -> None:
        read.add(table)
        check(excerpt, table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Excerpt, "__getattr__", looked_up)
        patch.setattr(Excerpt, "_check", checked)
        yield


@pytest.fixture(scope="module")
def asked(small_project) -> Asked:
    """The small project's questions, in English."""
    return Asked(open_book(small_project.root, language="en"))


def put(book: Book, question: str, about: dict[str, str]) -> Answer:
    """Put a question to the book, or to the part of it that answers it."""
    part, _, name = question.rpartition(".")
    asked = book
    if part:
        opened = {n: about.pop(n) for n in opened_with(part) & set(about)}
        asked = getattr(book, part)(**opened)
    answer: Answer = getattr(asked, name)(**about)
    return answer


def content(answer: Answer) -> str:
    """Everything an answer says, but for its title and captions, which may name the scope only."""
    texts = [one.text for one in answer.claims]
    rows = [str(row) for row in answer.listing.rows] if answer.listing else []
    frame = answer.frame.write_csv() if answer.frame.width and _is_flat(answer.frame) else ""
    return "\n".join([*texts, *rows, frame, *(content(more) for more in answer.then)])


def _is_flat(frame: pl.DataFrame) -> bool:
    return not any(kind.is_nested() for kind in frame.dtypes)


@EACH_QUESTION
def test_a_question_can_be_asked_about_whatever_it_depends_on(question):
    assert set(SCOPE) - QUESTIONS[question] <= WITHOUT.get(question, set())


@pytest.mark.parametrize("name", sorted(SCOPE))
@EACH_QUESTION
def test_an_answer_changes_with_what_is_asked_about(asked, question, name):
    if name not in QUESTIONS[question] or (question, name) in ALIKE:
        return
    if name == "profile" and question in REFUSED:
        with pytest.raises(UsageProblem, match=f"under the lateness profile «{COMPUTED}»"):
            asked(question, profile=OTHER)
        return
    first, second = SCOPE[name]
    assert content(asked(question, **{name: first})) != content(asked(question, **{name: second}))


@EACH_QUESTION
def test_an_answer_claims_no_more_than_the_declared_evidence(asked, question):
    assert asked(question).evidence_level <= DECLARED[question].level


JUDGED = re.compile(
    r"(tăng|giảm|trễ) rõ|rõ rệt|Cả khoảng|ngẫu nhiên cho phép|vượt mức|nếu không có"
)
"""Words of a sentence that judges by an interval, or says what would have been."""


def all_claims(answer: Answer) -> list[Claim]:
    return [*answer.claims, *(one for more in answer.then for one in all_claims(more))]


@EACH_QUESTION
def test_a_judgement_is_never_called_mere_counting(asked, question):
    judged = [c for c in all_claims(asked(question)) if JUDGED.search(c.text)]
    assert all(one.level >= 2 for one in judged)


def test_the_level_of_a_claim_is_always_chosen():
    assert inspect.signature(claim).parameters["level"].default is inspect.Parameter.empty


@EACH_QUESTION
def test_a_frame_holds_no_other_unit_than_the_one_asked_about(asked, question):
    """A question that sets a unit off among the others has them all."""
    among = {"compare_units", "fair_units", "official.rates"}
    answer = asked(question)
    if "unit" not in QUESTIONS[question] or question in among or "unit_id" not in answer.frame:
        return
    assert set(answer.frame["unit_id"].drop_nulls()) <= {SCOPE["unit"][0], "*"}


@EACH_QUESTION
def test_a_question_that_names_no_profile_is_answered_under_that_of_the_results(asked, question):
    if "profile" not in QUESTIONS[question]:
        return
    assert content(asked(question, profile="")) == content(asked(question))


@pytest.mark.parametrize("question", ["watch", "cohorts", "reliability", "interventions"])
def test_a_forecast_and_an_effect_name_the_profile_they_were_computed_under(asked, question):
    assert "under the lateness profile «By appointed day" in asked(question).denominators


def test_a_summary_never_mixes_two_profiles(asked):
    own, other = (asked("summary", unit="*", profile=p) for p in (COMPUTED, OTHER))
    shared_out = [claim.text for claim in own.claims if "29 late dossiers" in claim.text]
    assert shared_out, own.sentence()
    text = " ".join(claim.text for claim in other.claims)
    assert "29 late" not in text
    assert f"under «{COMPUTED}» only" in text
    late = [answer.tiles[0].note.split(" dossiers")[0] for answer in (own, other)]
    assert late == ["29/71", "27/71"], own.tiles
    assert (len(own.tiles), len(other.tiles)) == (3, 2)
    assert other.listing is None


def test_verdicts_under_another_profile_are_counted_under_it(asked):
    frame = asked("verdicts", profile=OTHER).frame
    late = dict(frame.select("unit_id", "n_late").iter_rows())
    assert late == {"*": 27, "SD-VH": 22}


def test_a_page_asks_a_question_once_and_a_book_elsewhere_as_often_as_it_is_asked(small_book):
    asked = {"unit": "*", "period": "2022-H1"}
    assert small_book.headline(**asked) is not small_book.headline(**asked)
    english = open_book(small_book.home, language="en")
    with remember_answers():
        first = small_book.headline(**asked)
        assert small_book.headline("2022-H1") is first
        assert small_book.headline("2022-H1", unit="SD-P1") is not first
        assert small_book.headline("2021-H2") is not first
        assert small_book.compare_units("2022-H1") is not first
        assert english.headline("2022-H1") is not first
    assert small_book.headline(**asked) is not first


def test_past_risks_are_forecast_from_the_places_dossiers_had_reached(small_book):
    assert small_book.counted_passages(min(small_book.dossiers["received_on"])).height > 0


def test_a_question_cannot_read_a_table_that_it_does_not_declare(small_book):
    @question("steps")
    def undeclared(run: Run) -> int:
        return run.steps.height + run.outcomes.height

    with pytest.raises(AttributeError, match="outcomes is not among the tables"):
        undeclared(small_book)


@EACH_QUESTION
def test_a_question_declares_no_table_that_it_does_not_read(asked, question):
    for which in (0, 1):
        scope = {name: SCOPE[name][which] for name in QUESTIONS[question]}
        asked(question, **(scope | ({"profile": COMPUTED} if "profile" in scope else {})))
    assert set(DECLARED[question].tables) - UNREAD.get(question, set()) <= asked.read[question]


def test_a_question_within_another_reads_no_more_than_that_one_declares(small_book):
    @question("measures")
    def wider(run: Run) -> Answer:
        return ask_causes(run, "2022-H1")

    with pytest.raises(AttributeError, match="cause_cells"):
        wider(small_book)


def test_the_book_shows_what_each_question_takes(small_book):
    given = str(inspect.signature(small_book.causes))
    assert given.startswith("(period: 'PeriodLabel', *, unit: 'UnitId' = '*'")
    assert "explain" in str(inspect.getdoc(small_book.causes))
    assert {name for name in DECLARED if "." not in name} <= set(dir(small_book))
