"""Terms and due dates: days counted as the law counts them, each dossier by the rule of its day."""

from __future__ import annotations

import datetime as dt
import shutil
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.clock import Calendars
from workbench.core.errors import RuleFailed
from workbench.messages import use_language

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def term(received: str, value: int, unit: str, due: str = "", **more: object) -> dict[str, object]:
    issued = {"due_at": at(due)} if due else {}
    ends = {"term_value": value, "term_unit": unit, "resolved_at": at(received)}
    return {"dossier_id": "A", "received_at": at(received), **ends, **issued, **more}


DUE = [
    ("a working day is counted from the day after", "2022-01-04 08:00", 1, "working_day", "01-05"),
    ("Tet is passed over", "2022-01-28 08:00", 1, "working_day", "02-07"),
    ("calendar days end where they end", "2022-01-04 08:00", 10, "calendar_day", "01-14"),
    ("a last day at Tet rolls on", "2022-01-21 08:00", 10, "calendar_day", "02-07"),
    ("a month ends on the same day of the next", "2022-03-15 08:00", 1, "calendar_month", "04-15"),
    ("or on its last day", "2022-03-31 08:00", 3, "calendar_month", "06-30"),
    ("a short February too", "2022-01-31 08:00", 1, "calendar_month", "02-28"),
    ("a month that ends on a Saturday rolls on", "2022-03-16 08:00", 1, "calendar_month", "04-18"),
    ("minutes are those of the office", "2022-01-04 16:30", 510, "minute", "01-05"),
    ("same day before three", "2022-01-04 14:59", 1, "same_day", "01-04"),
    ("same day from three on is the next day", "2022-01-04 15:00", 1, "same_day", "01-05"),
    ("same day on a Friday afternoon is Monday", "2022-01-07 15:30", 1, "same_day", "01-10"),
    ("same day on a Saturday is Monday", "2022-01-08 09:00", 1, "same_day", "01-10"),
    ("a working day from a Saturday is Monday", "2022-01-08 09:00", 1, "working_day", "01-10"),
]


MAKE_UP = [
    ("it is a working day", "2025-04-25 08:00", 1, "working_day", "2025-04-26 17:00"),
    ("a late same day moves to it", "2025-04-25 15:00", 1, "same_day", "2025-04-26 17:00"),
    ("same day on it is itself", "2025-04-26 09:00", 1, "same_day", "2025-04-26 17:00"),
    ("its hours count", "2025-04-25 16:00", 2, "hour", "2025-04-26 08:00"),
    ("its pair is off", "2025-04-29 08:00", 3, "calendar_day", "2025-05-05 17:00"),
]
CLASSES = [
    ("the date the term gives", "2022-01-04 08:00", 4, "2022-01-10 17:00", "agrees", None),
    ("five days of Tet taken for work", "2022-01-26 08:00", 5, "2022-02-02 17:00", None, 3),
    ("one holiday taken for work", "2022-04-08 08:00", 3, "2022-04-13 17:00", None, 1),
    ("weekend taken for work", "2022-01-04 08:00", 5, "2022-01-09 17:00", None, 2),
    ("a day too few", "2022-01-04 08:00", 4, "2022-01-07 17:00", "shorter", None),
    ("a day too many", "2022-01-04 08:00", 4, "2022-01-11 17:00", "longer", None),
    ("a make-up Saturday left out", "2025-04-25 08:00", 1, "2025-04-28 17:00", None, -1),
]
NOT_THE_TERMS = [
    ("a day beyond the term", {"due_at": at("2022-01-11 17:00")}, ["longer"]),
    ("a weekend taken for work", {"due_at": at("2022-01-09 17:00")}, ["shorter"]),
    ("the date of the term", {"due_at": at("2022-01-10 17:00")}, []),
    ("an hour of the right day", {"due_at": at("2022-01-10 10:00")}, []),
    (
        "a date that was moved",
        {"due_at": at("2022-01-20 17:00"), "due_first_at": at("2022-01-10 17:00")},
        [],
    ),
    ("no date", {}, []),
]


@pytest.fixture(scope="module")
def examples(run_clock) -> dict[str, pl.DataFrame]:
    """One register in which each example is a dossier of its own, called by its sentence."""
    terms = [
        *((name, term(since, value, unit)) for name, since, value, unit, _ in (*DUE, *MAKE_UP)),
        *(
            (name, term(since, value, "working_day", due))
            for name, since, value, due, *_ in CLASSES
        ),
        *(
            (name, term("2022-01-04 08:00", 4, "working_day", **due))
            for name, due, _ in NOT_THE_TERMS
        ),
    ]
    rows = [row | {"dossier_id": name} for name, row in terms]
    return run_clock(rows, tables=("due_dates", "due_findings"))


@pytest.mark.parametrize(("sentence", "day"), [(name, day) for name, *_, day in DUE])
def test_a_term_ends_at_closing_time_of_its_last_day(examples, sentence, day):
    due = examples["due_dates"].filter(dossier_id=sentence)
    assert due["due_recomputed_at"].to_list() == [at(f"2022-{day} 17:00")]


@pytest.mark.parametrize(("sentence", "due"), [(name, due) for name, *_, due in MAKE_UP])
def test_a_make_up_saturday_counts_and_the_day_it_makes_up_for_does_not(examples, sentence, due):
    found = examples["due_dates"].filter(dossier_id=sentence)
    assert found["due_recomputed_at"].to_list() == [at(due)]


def test_around_the_clock_abroad_every_day_counts_and_a_day_ends_at_local_midnight(run_clock):
    rome = ZoneInfo("Europe/Rome")
    received = dt.datetime(2022, 3, 26, 12, tzinfo=rome)
    resolved = dt.datetime(2022, 3, 27, 12, tzinfo=rome)
    abroad = {"calendar_id": "always", "time_zone": "Europe/Rome"}
    row = {"dossier_id": "A", "received_at": received, "resolved_at": resolved, **abroad}
    tables = run_clock([{**row, "term_value": 1, "term_unit": "calendar_day"}])
    last_second = dt.datetime(2022, 3, 27, 23, 59, 59, tzinfo=rome)
    assert tables["due_dates"]["due_recomputed_at"].to_list() == [last_second]
    assert set(tables["outcomes"]["used_seconds"]) == {23 * 3600}


def test_a_term_that_changed_judges_each_dossier_by_the_rule_of_its_own_day(run_clock):
    names = ("register", "procedure_id", "term_value", "term_unit", "valid_from", "valid_to")
    rules = [
        ("test", "*", "5", "working_day", None, "2022-01-31"),
        ("test", "*", "2", "working_day", "2022-02-01", None),
    ]
    terms = pl.DataFrame(rules, schema=dict.fromkeys(names, pl.String), orient="row")
    rows = [
        {"dossier_id": day, "received_at": at(f"2022-{day} 08:00"), "resolved_at": at(ended)}
        for day, ended in (("01-10", "2022-01-17 10:00"), ("02-14", "2022-02-17 10:00"))
    ]
    tables = run_clock(rows, facts={"terms": terms})
    due = tables["due_dates"]["due_recomputed_at"].to_list()
    assert due == [at("2022-01-17 17:00"), at("2022-02-16 17:00")]
    legal = tables["outcomes"].filter(profile="wb_legal")
    assert legal["outcome"].to_list() == ["on_time", "late"]


def test_eight_working_hours_from_ten_end_at_ten_the_next_day(run_clock):
    due = run_clock([term("2022-01-04 10:00", 8, "hour")])["due_dates"]
    assert due["due_recomputed_at"].to_list() == [at("2022-01-05 10:00")]


@pytest.mark.parametrize(("sentence", "name", "off"), [(one[0], *one[-2:]) for one in CLASSES])
def test_an_issued_date_is_classed_against_the_term(examples, sentence, name, off):
    row = examples["due_dates"].row(by_predicate=pl.col("dossier_id") == sentence, named=True)
    assert (row["due_class"], row["days_off"]) == (name or "calendar_error", off)


def test_a_last_day_on_a_holiday_not_rolled_on_is_a_calendar_error(run_clock):
    due = term("2022-01-21 08:00", 10, "calendar_day", "2022-01-31 17:00")
    row = run_clock([due])["due_dates"].row(0, named=True)
    assert (row["due_class"], row["days_off"]) == ("calendar_error", 7)


def test_missing_moved_and_incomparable_dates_are_distinguished(run_clock):
    moved = {"due_at": at("2022-01-20 17:00"), "due_first_at": at("2022-01-10 17:00")}
    rows = [
        {**term("2022-01-04 08:00", 4, "working_day"), "dossier_id": "missing"},
        {**term("2022-01-04 08:00", 4, "working_day"), **moved, "dossier_id": "reappointed"},
        {
            **term("2022-01-04 08:00", 4, "working_day", "2022-01-10 17:00"),
            "term_unit": None,
            "dossier_id": "not_comparable",
        },
    ]
    due = run_clock(rows)["due_dates"]
    assert due["due_class"].to_list() == due["dossier_id"].to_list()


def test_pauses_that_are_over_move_the_due_day_by_whole_working_days(run_clock):
    pause = {"dossier_id": "A", "pause_no": 1, "reason": "tax"}
    stood = {**pause, "paused_at": at("2022-01-05 10:00"), "resumed_at": at("2022-01-06 11:00")}
    promised = term("2022-01-04 08:00", 4, "working_day", "2022-01-12 17:00")
    dossier = {**promised, "resolved_at": at("2022-01-12 10:00")}
    row = run_clock([dossier], pauses=[stood])["due_dates"].row(0, named=True)
    assert row["due_recomputed_at"] == at("2022-01-10 17:00")
    assert row["due_credited_at"] == at("2022-01-12 17:00")
    assert row["due_class"] == "agrees"


def test_saturday_reception_is_in_order_since_july_2025_and_starts_the_clock_on_monday(run_clock):
    rows = [
        {"dossier_id": name, "received_at": at(stamp), "resolved_at": at("2025-07-31 10:00")}
        for name, stamp in (
            ("before", "2025-06-28 08:00"),
            ("later", "2025-07-12 08:00"),
            ("lunch", "2025-07-14 12:00"),
            ("noon", "2025-07-12 14:00"),
            ("work", "2025-07-14 08:00"),
        )
    ]
    starts = run_clock(rows, tables=("clock_starts",))["clock_starts"]
    assert starts["received_when"].to_list() == [
        *("closed", "reception_hours", "closed", "closed", "clock_hours")
    ]
    assert starts["clock_starts_at"].to_list() == [
        at("2025-06-30 07:00"),
        at("2025-07-14 07:00"),
        at("2025-07-14 13:30"),
        at("2025-07-14 07:00"),
        at("2025-07-14 08:00"),
    ]


def test_utc_and_local_stamps_give_the_same_clock(run_clock):
    local = {
        "dossier_id": "A",
        "received_at": at("2022-01-04 08:00"),
        "due_at": at("2022-01-10 17:00"),
        "resolved_at": at("2022-01-11 07:30"),
    }
    utc = {k: v.astimezone(dt.UTC) if isinstance(v, dt.datetime) else v for k, v in local.items()}
    for table, frame in run_clock([local]).items():
        assert frame.equals(run_clock([utc])[table])


def test_a_unit_keeps_the_calendar_of_the_day(run_clock, reference_dir, tmp_path):
    folder = shutil.copytree(reference_dir / "calendars", tmp_path / "calendars")
    with (folder / "unit_calendars.csv").open("a", encoding="utf-8") as lines:
        lines.write("U1,vn_epar,2022-01-01,2022-06-30,test,no\n")
    rows = [
        {**term(f"2022-{day} 08:00", 1, "working_day"), "dossier_id": day}
        for day in ("06-29", "07-04")
    ]
    due = run_clock(rows, calendars=Calendars.read(folder))["due_dates"]
    assert due["due_recomputed_at"].to_list() == [at("2022-06-30 16:00"), at("2022-07-05 17:00")]


@pytest.mark.parametrize("missing", ["unit_id", "calendar_id", "time_zone"])
@pytest.mark.parametrize(("language", "word"), [("vi", "múi giờ"), ("en", "time zone")])
def test_a_dossier_without_unit_calendar_or_zone_stops_the_clock(
    run_clock, missing, language, word
):
    row = {"dossier_id": "A-7", "received_at": at("2022-01-04 08:00")}
    whole = {**row, "dossier_id": "A-6", "resolved_at": at("2022-01-05 08:00")}
    with use_language(language):
        with pytest.raises(RuleFailed) as refused:
            run_clock([whole, {**row, missing: None}])
        message = str(refused.value)
    assert "A-7" in message
    assert word in message


@pytest.mark.parametrize(
    ("sentence", "classes"), [(name, found) for name, _, found in NOT_THE_TERMS]
)
def test_a_due_date_that_its_term_does_not_give_is_a_finding(examples, sentence, classes):
    found = examples["due_findings"].filter(dossier_id=sentence)
    assert found["message_en"].str.extract(r"\((\w+)\)$").to_list() == classes
    assert set(found["rule_id"]) <= {"D13"}


def test_how_far_a_due_date_may_be_off_is_a_limit_of_its_own(run_clock, reference_dir):
    limits = pl.read_csv(reference_dir / "behaviour_limits.csv", infer_schema=False)
    loose = limits.with_columns(
        pl.when(pl.col("limit_id") == "due_tolerance")
        .then(pl.lit("1"))
        .otherwise("value")
        .alias("value")
    )
    row = term("2022-01-04 08:00", 4, "working_day", "2022-01-11 17:00")
    found = run_clock([row], tables=("due_findings",), facts={"behaviour_limits": loose})
    assert found["due_findings"].is_empty()
