"""Had transfers kept to the rule: desks, signing sessions and the dossier's own end, by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from workbench.clock import Calendars
from workbench.figures.whatif import TransferLog, whatif_transfer_rule
from workbench.figures.whatif.queue_replay import (
    Desk,
    gains,
    imputed_service_times,
    misfit,
    service_times,
)
from workbench.figures.whatif.sessions import Sessions, Signatures, Signer, following, read_habit

HOUR = 3_600
DAY = 8 * HOUR
FIRST = dt.datetime(2022, 1, 3, tzinfo=dt.UTC)


def hours(*values: float) -> np.ndarray:
    return np.array([round(value * HOUR) for value in values], dtype=np.int64)


def desk(arrived, started, officer=None, quarter=None) -> Desk:
    same = np.zeros(len(arrived), dtype=np.int64)
    return Desk(
        hours(*arrived),
        hours(*started),
        same if officer is None else np.array(officer),
        same if quarter is None else np.array(quarter),
    )


BUSY = desk([0, 1, 2, 30], [0, 5, 9, 30])
"""One officer: two dossiers wait for the one before, the last comes long after."""


def test_an_officer_is_known_to_be_busy_where_the_next_dossier_waited():
    known, most = service_times(BUSY)
    assert known.tolist() == [5 * HOUR, 4 * HOUR, -1, -1]
    assert most.tolist() == [5 * HOUR, 4 * HOUR, 21 * HOUR, -1]


def test_a_short_wait_is_no_sign_of_a_busy_officer():
    known, _ = service_times(desk([0, 8], [0, 10]))
    assert known.tolist() == [-1, -1]


def test_unknown_times_follow_their_size_and_end_by_the_next_start():
    """Known: 5 h and 4 h at size 1, median 4.5. A size of 2 is 9 h, of 6 no more than 21 h."""
    assert (
        imputed_service_times(BUSY, np.array([1.0, 1, 2, 1]))[2:].tolist() == hours(9, 4.5).tolist()
    )
    assert imputed_service_times(BUSY, np.array([1.0, 1, 6, 1]))[2] == 21 * HOUR


def test_a_quarter_that_knows_enough_has_a_proportion_of_its_own():
    """Slow in the second quarter: 3 h each in the first, 6 h in the second."""
    first, second = [3 * i for i in range(7)], [100 + 6 * i for i in range(7)]
    arrived = [0.0] * 7 + [90.0] * 7
    arrived[0], arrived[7] = 0.0, 100.0
    line = desk(arrived, first + second, quarter=[0] * 7 + [1] * 7)
    assert imputed_service_times(line, np.ones(14))[[6, 13]].tolist() == hours(3, 6).tolist()


def test_the_size_that_known_times_follow_misses_less():
    assert misfit(BUSY, np.array([5.0, 4, 1, 1])) == pytest.approx(0)
    assert misfit(BUSY, np.ones(4)) == pytest.approx(np.log(5 / 4) ** 2 / 2)


SERVICE_TIMES = hours(5, 4, 1, 1)


def test_who_comes_sooner_to_a_busy_desk_gains_nothing_and_to_a_free_one_all():
    none = np.zeros(4, dtype=np.int64)
    assert gains(BUSY, SERVICE_TIMES, none).tolist() == [0, 0, 0, 0]
    sooner = none.copy()
    sooner[2] = HOUR // 2
    assert gains(BUSY, SERVICE_TIMES, sooner).tolist() == [0, 0, 0, 0]
    sooner = none.copy()
    sooner[3] = 10 * HOUR
    assert gains(BUSY, SERVICE_TIMES, sooner)[3] == 10 * HOUR


def test_who_overtakes_holds_the_others_up():
    """The third comes before the second: starts at 5, is done at 6; the second starts then."""
    sooner = np.array([0, 0, round(1.5 * HOUR), 0])
    assert gains(BUSY, SERVICE_TIMES, sooner).tolist() == hours(0, -1, 4, 0).tolist()


def test_who_waited_for_one_that_now_came_sooner_gains_without_any_transfer():
    """The first comes and goes five hours sooner: the second, untouched, is served at once."""
    sooner = np.array([5 * HOUR, 0, 0, 0])
    assert gains(BUSY, SERVICE_TIMES, sooner).tolist() == hours(5, 4, 4, 0).tolist()


def test_waits_that_no_queue_gives_are_not_run_again():
    odd = desk([0, 1, 2], [40, 80, 120])
    assert gains(odd, hours(1, 1, 1), np.zeros(3, dtype=np.int64)) is None


def sessions_of(days: int, every: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """A dossier each morning, signed at 3.6 h or, every few days, at the next set day's 3.6 h."""
    came = np.arange(1, days) * DAY + HOUR
    day = -(-(came // DAY) // every) * every
    return came, day * DAY + round(3.6 * HOUR) + np.arange(days - 1) % 5 * 60


CALENDAR_DAYS = np.repeat(np.arange(200), 2) * DAY


def sooner(habit: Signer, came: int, signed: int, *asked: int) -> list[int]:
    """By how much sooner a signature is given that is asked for so much sooner."""
    one = Signatures(*(np.array([value]) for value in (0, came, signed, 0)))
    sessions = Sessions([habit], one)
    return [sessions.sooner(np.array([0]), np.array([s])).item() for s in asked]


def test_a_signer_with_set_times_signs_at_the_next_one_and_keeps_the_place_in_the_pile():
    came, signed = sessions_of(40)
    habit = read_habit(came, signed, np.zeros(39, dtype=np.int64), CALENDAR_DAYS)
    # came at 1 h of day 10, signed at 3.6 h; 90 minutes sooner is the day before after its session
    asked = (HOUR // 2, 3 * HOUR, 6 * HOUR)
    assert sooner(habit, 10 * DAY + HOUR, signed[9], *asked) == [0, 0, DAY]
    assert not habit.skips


def test_a_signer_who_skips_days_signs_in_the_sessions_of_the_log():
    came, signed = sessions_of(60, every=4)
    habit = read_habit(came, signed, np.zeros(59, dtype=np.int64), CALENDAR_DAYS)
    assert habit.skips == {0}
    # came on day 18, signed on day 20; on day 17 it would still be signed on day 20
    assert sooner(habit, 18 * DAY + HOUR, signed[17], DAY, 3 * DAY) == [0, 4 * DAY]


def test_a_signer_without_set_times_lets_everyone_wait_as_before():
    came = np.arange(1, 60) * DAY + HOUR
    signed = came + np.arange(59) * 431 % (6 * HOUR)
    habit = read_habit(came, signed, np.zeros(59, dtype=np.int64), CALENDAR_DAYS)
    assert not len(habit.sessions)
    assert sooner(habit, came[3], signed[3], HOUR) == [HOUR]


def test_signers_side_by_side_keep_to_their_own_sessions():
    """One signs daily, one at any time, one every fourth day, one is asked after its last one."""
    (came, daily), (_, rare) = sessions_of(60), sessions_of(60, every=4)
    signed = [daily, came + np.arange(59) * 431 % (6 * HOUR), rare]
    quarter = np.zeros(59, dtype=np.int64)
    habits = [read_habit(came, given, quarter, CALENDAR_DAYS) for given in signed]
    number = np.repeat(np.arange(3), 59)
    all_of_them = Sessions(
        habits, Signatures(number, np.tile(came, 3), np.concatenate(signed), np.tile(quarter, 3))
    )
    asked = np.tile([0, DAY, 3 * DAY, -80 * DAY], 3)
    rows = np.repeat([17, 59 + 17, 118 + 17], 4)
    found = all_of_them.sooner(rows, asked).reshape(3, 4)
    expected = [
        sooner(habit, came[17], given[17], *asked[:4])
        for habit, given in zip(habits, signed, strict=True)
    ]
    assert found.tolist() == expected
    # far past the last session that the log shows of the one who skips, none is known
    assert found[2].tolist() == [0, 0, 4 * DAY, -80 * DAY]
    assert all_of_them.known().reshape(3, 59)[:, 0].tolist() == [True, False, True]


def test_where_papers_are_signed_as_they_come_no_session_is_waited_for():
    """All of a day's clicks at its end: the signature follows its arrival within a minute."""
    signed = np.arange(1, 60) * DAY - 600
    habit = read_habit(signed - 60, signed, np.zeros(59, dtype=np.int64), CALENDAR_DAYS)
    assert not len(habit.sessions)


def test_too_few_signatures_show_no_habit():
    came, signed = sessions_of(10)
    assert not len(read_habit(came, signed, np.zeros(9, dtype=np.int64), CALENDAR_DAYS).sessions)


def test_after_the_last_session_none_is_known():
    assert following(np.array([10, 20]), np.array([10, 11, 21])).tolist() == [10, 20, -1]


def stamps(rows, *names: str) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=list(names), orient="row")
    instants = [n for n in names if n.endswith("_at")]
    return frame.with_columns(
        (pl.lit(FIRST) + pl.duration(seconds=pl.col(n) * HOUR)).dt.cast_time_unit("us").alias(n)
        for n in instants
    )


KEY = ("dossier_id", "step_no")


def log_of(cuts, visits=(), overruns=(), signed=()) -> TransferLog:
    """Unit U, one officer h, a calendar that is always open; hours from the first day."""
    served = [
        (d, 2, "U", "P", "always", "h", came, began, length) for d, came, began, length in visits
    ]
    visit = ("unit_id", "procedure_id", "calendar_id", "holder_id", "arrived_at", "started_at")
    schema = {
        **dict.fromkeys(
            ("dossier_id", "unit_id", "procedure_id", "calendar_id", "holder_id"), pl.String
        ),
        "step_no": pl.Int64,
        "arrived_at": pl.Datetime("us", "UTC"),
        "started_at": pl.Datetime("us", "UTC"),
        "served_seconds": pl.Int64,
    }
    empty = pl.DataFrame(schema=schema)
    frame = stamps(served, *KEY, *visit, "served_seconds").cast(schema) if served else empty
    names = (*KEY, "unit_id", "holder_id", "calendar_id", "arrived_at", "started_at")
    signings = stamps([(d, 3, "U", "chair", "always", *at) for d, *at in signed], *names)
    return TransferLog(
        pl.DataFrame(
            [(d, n, round(h * HOUR)) for d, n, h in cuts],
            schema={"dossier_id": pl.String, "step_no": pl.Int64, "avoidable_seconds": pl.Int64},
            orient="row",
        ),
        frame,
        signings if signed else empty.select(signings.columns),
        pl.DataFrame(
            [(d, "U", dt.date(2022, 1, 20), round(h * HOUR)) for d, h in overruns],
            schema={
                **dict.fromkeys(("dossier_id", "unit_id"), pl.String),
                "ended_on": pl.Date,
                "overrun_seconds": pl.Int64,
            },
            orient="row",
        ),
    )


@pytest.fixture(scope="module")
def calendars(reference_dir) -> Calendars:
    return Calendars.read(reference_dir / "calendars")


def saved(log: TransferLog, calendars: Calendars) -> tuple:
    found = whatif_transfer_rule(log, calendars, scenario="x").filter(
        pl.col("unit_id") == "U", pl.col("period") == "2022-Q1"
    )
    assert set(found["method"]) <= {"steps_rerun"}
    return found.select("n_late", "n_touched", "n_saved").row(0)


def test_without_a_log_of_desks_and_signatures_later_steps_move_forward_by_as_much(calendars):
    log = log_of([("A", 2, 3), ("A", 3, 1), ("B", 2, 3)], (), [("A", 4), ("B", 3.01), ("C", 1)])
    assert saved(log, calendars) == (3, 2, 1)


VISITS = [("A", 0, 0, 18_000), ("B", 1, 5, 14_400), ("C", 2, 9, 3_600), ("D", 30, 30, 3_600)]
"""The desk BUSY: A kept its officer busy for 5 h, B for 4 h."""


def test_a_busy_desk_eats_up_what_a_transfer_gains(calendars):
    """C comes half an hour sooner and still waits for B; D finds an empty queue."""
    log = log_of([("C", 2, 0.5), ("D", 2, 0.5)], VISITS, [("C", 0.1), ("D", 0.5)])
    assert saved(log, calendars)[2] == 1


def test_a_desk_of_mere_dates_shows_no_queue(calendars):
    """Days apart all: C, half an hour sooner, gains it though the log has it behind B."""
    dated = [("A", 0, 0, 18_000), ("B", 24, 72, 14_400), ("C", 48, 96, 3_600)]
    log = log_of([("C", 2, 0.5)], dated, [("C", 0.5)])
    assert saved(log, calendars) == (1, 1, 1)
    timed = [(d, came + 1, began + 1, length) for d, came, began, length in dated]
    log = log_of([("C", 2, 0.5)], timed, [("C", 0.5)])
    assert saved(log, calendars)[2] == 0


def test_a_dossier_never_transferred_late_is_saved_where_those_before_it_came_sooner(calendars):
    log = log_of([("A", 2, 5), ("B", 2, 0)], VISITS, [("B", 4), ("C", 4.01)])
    assert saved(log, calendars) == (2, 2, 1)


def test_a_signature_moves_by_whole_sessions(calendars):
    """The chair signs at ten every day: an hour sooner helps only who came at half past ten."""
    daily = [(f"S{n}", 24 * n + 1, 24 * n + 10) for n in range(30)]
    signed = [*daily, ("A", 50, 58), ("B", 58.5, 82)]
    cuts = [("A", 2, 1), ("B", 2, 1)]
    assert saved(log_of(cuts, (), [("A", 1), ("B", 24)], signed), calendars)[2] == 1
    assert saved(log_of(cuts, (), [("A", 1), ("B", 24.01)], signed), calendars)[2] == 0


def test_bounds_are_wider_where_readings_disagree_and_stay_within_the_touched(calendars):
    """Without the queue C gains its half hour: that reading saves it, the others do not."""
    sure = whatif_transfer_rule(
        log_of([("D", 2, 1)], VISITS, [("D", 1)]), calendars, scenario="x"
    ).row(0, named=True)
    assert (sure["n_saved"], sure["lower"], sure["upper"]) == (1, 0.5, 1.0)
    split = whatif_transfer_rule(
        log_of([("C", 2, 0.5)], VISITS, [("C", 0.1)]), calendars, scenario="x"
    ).row(0, named=True)
    assert (split["n_saved"], split["lower"], split["upper"]) == (0, 0.0, 1.0)
    assert split["evidence_level"] == 3


def test_a_dossier_that_no_log_lets_live_again_is_in_doubt_by_a_day_of_work(calendars):
    """Moved by 30 hours, unsure by 8: A and B might go either way, C and D not."""
    cuts = [(d, 2, 30) for d in "ABCD"]
    late = [("A", 30), ("B", 31), ("C", 21), ("D", 39)]
    row = whatif_transfer_rule(log_of(cuts, (), late), calendars, scenario="x").row(0, named=True)
    assert (row["n_saved"], row["n_touched"]) == (2, 4)
    assert row["upper"] == pytest.approx(2 + 1.96 * (2 / 4) ** 0.5 + 0.5)


def test_a_log_without_transfers_gives_no_row_and_one_without_a_delay_a_zero(calendars):
    late = [("A", 1), ("B", 2)]
    assert whatif_transfer_rule(log_of([], VISITS, late), calendars, scenario="x").is_empty()
    log = log_of([("A", 2, 0)], VISITS, late)
    assert saved(log, calendars) == (2, 0, 0)
    elsewhere = log_of([("C", 2, 3)], VISITS, late)
    assert whatif_transfer_rule(elsewhere, calendars, scenario="x").is_empty()


def test_with_nothing_late_there_is_no_row(calendars):
    assert whatif_transfer_rule(log_of([]), calendars, scenario="x").is_empty()
