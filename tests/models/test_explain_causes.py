"""Each cause fires on its evidence, and on nothing else: small registers through clock and causes.

Most registers hold a crowd of ordinary dossiers at other units, so that there is something usual
to compare with, and one or a few odd ones.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.core.vocabulary import PERIOD_KINDS, periods_between
from workbench.ingest.fields import OTHER_RECORDS

DAY = dt.timedelta(days=1)
MONDAY = dt.datetime(2022, 3, 7, 0, tzinfo=dt.UTC)
"""07:00 in Vietnam, when offices open."""

TABLES = ("causes", "late_dossiers", "cause_cells")
STEPS = ("intake", "assign", "work", "sign", "record")
STAMPS = {
    "intake": (0, 0.1, 0.3),
    "assign": (0.5, 0.8, 0.9),
    "work": (1, 1.5, 5),
    "sign": (5.2, 6, 6.1),
    "record": (6.2, 6.4, 6.5),
}
"""Ordinary office hours after reception: when each step came, began and ended."""


def at(hours: float, start: dt.datetime = MONDAY) -> dt.datetime:
    """So many office hours (8 a day, closed at noon and at weekends) after a Monday's opening."""
    days, rest = divmod(hours, 8)
    weeks, days = divmod(int(days), 5)
    noon = dt.timedelta(hours=2) if rest > 4.5 else dt.timedelta(0)
    return start + DAY * (7 * weeks + days) + dt.timedelta(hours=rest) + noon


def case_of(name: str, *, unit: str = "U0", start: int = 0, changed=(), due: float = 16, **fields):
    """A dossier and its steps: the ordinary stamps, those after a change moved by its hours.

    ``changed`` holds (step, which stamp, hours): from that stamp on everything is later.
    """
    stamps = {step: list(STAMPS[step]) for step in STEPS}
    for step, which, hours in changed:
        for later in STEPS[STEPS.index(step) :]:
            first = which if later == step else 0
            for n in range(first, 3):
                stamps[later][n] += hours
    first = MONDAY + 7 * DAY * start
    steps = [
        {
            "dossier_id": name,
            "step_no": n,
            "step": step,
            "step_kind": step,
            "unit_id": unit,
            "holder_id": f"{unit}-{step}",
            "arrived_at": at(stamps[step][0], first),
            "started_at": at(stamps[step][1], first),
            "finished_at": at(stamps[step][2], first),
        }
        for n, step in enumerate(STEPS, start=1)
    ]
    dossier = {
        "dossier_id": name,
        "unit_id": unit,
        "received_at": first,
        "due_at": at(due - 0.1, first),
        "resolved_at": steps[-1]["finished_at"],
        **fields,
    }
    return dossier, steps


def crowd(number: int = 40):
    """Ordinary dossiers at two other units, a few each week."""
    return [case_of(f"C{n:03d}", unit=f"V{n % 2}", start=n % 6) for n in range(number)]


@pytest.fixture(scope="session")
def explained(run_clock, warehouses, calendars):
    """Run clock and causes on the dossiers of a test: ``explained(cases, pauses) -> tables``."""
    return explainer(run_clock, warehouses, calendars)


def explainer(run_clock, warehouses, calendars):
    def run(cases, pauses=(), *, facts=None, wanted=TABLES, profile="wb_strict"):
        dossiers, steps = _frames(cases)
        clocked = run_clock(
            dossiers,
            steps,
            list(pauses),
            tables=("outcomes", "ledger", "due_dates", "dossier_calendars"),
        )
        with warehouses() as warehouse:
            warehouse.keep("calendar_days", calendars.days)
            for name, frame in {
                **clocked,
                "dossiers": dossiers,
                "steps": steps,
                "other_records": pl.DataFrame(schema=OTHER_RECORDS),
                "periods": _periods(dossiers),
                **(facts or {}),
            }.items():
                warehouse.add_frame(name, frame)
            warehouse.set("profile", profile)
            warehouse.build("explain", wanted=wanted)
            return {name: warehouse.frame(name) for name in wanted}

    return run


INSTANT = pl.Datetime("us", "UTC")
DOSSIER = {
    "dossier_id": pl.String,
    "source": pl.String,
    "unit_id": pl.String,
    "procedure_id": pl.String,
    "channel_in": pl.String,
    "channel_out": pl.String,
    "submitted_at": INSTANT,
    "received_at": INSTANT,
    "due_at": INSTANT,
    "due_first_at": INSTANT,
    "resolved_at": INSTANT,
    "returned_at": INSTANT,
    "paper_result_on": pl.Date,
    "late_reason": pl.String,
    "lateness_excluded": pl.String,
    "status": pl.String,
    "snapshot_at": INSTANT,
    "calendar_id": pl.String,
    "time_zone": pl.String,
    "term_value": pl.Int64,
    "term_unit": pl.String,
}
STEP = {
    "dossier_id": pl.String,
    "step_no": pl.Int64,
    "step": pl.String,
    "step_kind": pl.String,
    "unit_id": pl.String,
    "holder_id": pl.String,
    "arrived_at": INSTANT,
    "started_at": INSTANT,
    "finished_at": INSTANT,
    "norm_seconds": pl.Int64,
}
HOUSE = {
    "source": "test",
    "unit_id": "U0",
    "procedure_id": "P1",
    "channel_in": "counter",
    "status": "resolved",
    "snapshot_at": dt.datetime(2022, 6, 30, 10, tzinfo=dt.UTC),
    "calendar_id": "vn_dong_thap",
    "time_zone": "Asia/Ho_Chi_Minh",
}


def _frames(cases):
    dossiers = [{**HOUSE, **dossier} for dossier, _ in cases]
    steps = [step for _, its in cases for step in its]
    frame = pl.DataFrame([{c: d.get(c) for c in DOSSIER} for d in dossiers], DOSSIER, orient="row")
    local = pl.col("received_at").dt.convert_time_zone(HOUSE["time_zone"]).dt.date()
    return (
        frame.with_columns(local.alias("received_on")),
        pl.DataFrame([{c: s.get(c) for c in STEP} for s in steps], STEP, orient="row"),
    )


def _periods(dossiers):
    days = dossiers["received_on"].sort().to_list()
    rows = [
        (str(p), kind, p.starts_on, p.ends_on)
        for kind in PERIOD_KINDS
        for p in periods_between(days[0], max(days[-1], dt.date(2022, 6, 30)), kind)
    ]
    return pl.DataFrame(rows, schema=["period", "kind", "starts_on", "ends_on"], orient="row")


def causes_of(tables, name="X"):
    return {r["cause"]: r for r in tables["causes"].filter(dossier_id=name).iter_rows(named=True)}


def verdict(tables, name="X"):
    return tables["late_dossiers"].filter(dossier_id=name).row(0, named=True)


ODD = {
    "intake_delay": [("intake", 1, 20)],
    "portal_transfer": [("assign", 0, 20)],
    "assignment_wait": [("assign", 1, 20)],
    "queue": [("work", 1, 20)],
    "slow_work": [("work", 2, 20)],
    "signature_wait": [("sign", 1, 20)],
    "record_lag": [("record", 1, 20)],
}


@pytest.mark.parametrize("cause", ODD)
def test_time_lost_at_one_place_has_one_cause(explained, cause):
    tables = explained([*crowd(), case_of("X", changed=ODD[cause])])
    found = causes_of(tables)
    assert set(found) == {cause}
    assert found[cause]["but_for"]
    assert found[cause]["late_share"] == 1
    assert verdict(tables)["dominant_cause"] == cause
    assert tables["late_dossiers"].height == 1


def test_a_transfer_that_keeps_the_rule_is_nobodys_fault(explained):
    late = case_of("X", changed=[("assign", 0, 6)], due=8)
    found = causes_of(explained([*crowd(), late]))
    assert set(found) == {"unexplained"}


def test_a_transfer_after_the_cut_off_has_until_the_first_hour_of_the_next_day(explained):
    """Handed over at 16:18, on the next desk at 07:24, or at 08:54 of the next morning."""
    in_time = case_of("X", changed=[("intake", 0, 7), ("assign", 0, 0.9)], due=8)
    broken = case_of("X", changed=[("intake", 0, 7), ("assign", 0, 2.4)], due=8)
    assert "portal_transfer" not in causes_of(explained([*crowd(), in_time]))
    assert causes_of(explained([*crowd(), broken]))["portal_transfer"]["grade"] == "A"


def test_waits_for_a_signing_day_are_batching(explained):
    """Six dossiers wait for the one day on which the leader signs; nothing is signed between."""
    waiting = [case_of(f"X{n}", changed=[("sign", 1, 30)]) for n in range(6)]
    tables = explained([*crowd(), *waiting])
    assert set(tables["late_dossiers"]["dominant_cause"]) == {"batching"}


def test_waits_between_which_others_were_signed_are_no_signing_days(explained):
    waiting = [case_of(f"X{n}", changed=[("sign", 1, 20)]) for n in range(6)]
    signed = [case_of(f"S{n}", changed=[("intake", 0, 2 + 4 * n)], due=40) for n in range(6)]
    tables = explained([*crowd(), *waiting, *signed])
    assert set(tables["late_dossiers"]["dominant_cause"]) == {"signature_wait"}


def test_a_wait_behind_slow_work_is_slow_work(explained):
    slow = [
        case_of(f"X{n}", changed=[("work", 1, 12), ("work", 2, 20)], start=n % 6) for n in range(12)
    ]
    tables = explained([*crowd(), *slow])
    assert set(tables["late_dossiers"]["dominant_cause"]) == {"slow_work"}


def test_a_stopped_clock_is_no_cause(explained):
    """Sixteen hours for a supplement, the due date moved by them: the record is why."""
    late = case_of("X", changed=[("work", 2, 16), ("record", 1, 20)], due=32)
    pause = {
        "dossier_id": "X",
        "pause_no": 1,
        "reason": "supplement",
        "paused_at": at(2),
        "resumed_at": at(18),
    }
    assert set(causes_of(explained([*crowd(), late], [pause]))) == {"record_lag"}


def test_a_due_date_set_too_early_is_its_own_cause(explained):
    early = case_of("X", changed=[("work", 2, 0.2)], due=0.1, term_value=2, term_unit="working_day")
    dossier, steps = early
    dossier["due_at"] = at(0) - dt.timedelta(hours=16)
    tables = explained([*crowd(), (dossier, steps)])
    found = causes_of(tables)
    assert found["due_date_error"]["but_for"]
    assert found["due_date_error"]["grade"] == "A"
    assert verdict(tables)["reality"] == "record_only"


def test_signed_in_time_and_clicked_late_is_late_on_record_only(explained):
    tables = explained([*crowd(), case_of("X", changed=ODD["record_lag"])])
    assert verdict(tables)["reality"] == "record_only"
    assert causes_of(tables)["record_lag"]["grade"] == "A"


def test_a_result_on_paper_in_time_is_late_on_record_only_whatever_the_log_says(explained):
    paper = case_of("X", changed=[("sign", 1, 20)], paper_result_on=dt.date(2022, 3, 7))
    tables = explained([*crowd(), paper])
    assert verdict(tables)["reality"] == "record_only"
    assert verdict(tables)["dominant_cause"] == "record_lag"


def test_signature_and_record_clicked_together_leave_it_undecidable(explained):
    dossier, steps = case_of("X", changed=[("sign", 1, 20)])
    steps[4]["arrived_at"] = steps[3]["finished_at"] + dt.timedelta(seconds=2)
    steps[4]["started_at"] = steps[3]["finished_at"] + dt.timedelta(seconds=15)
    steps[4]["finished_at"] = steps[3]["finished_at"] + dt.timedelta(seconds=35)
    dossier["resolved_at"] = steps[4]["finished_at"]
    tables = explained([*crowd(), (dossier, steps)])
    assert verdict(tables)["reality"] == "undecidable"
    assert causes_of(tables)["record_lag"]["grade"] == "B"
    assert "signature_wait" not in causes_of(tables)


def test_time_in_no_log_is_blamed_on_no_unit(explained):
    dossier, steps = case_of("X")
    dossier["resolved_at"] = at(40)
    steps = [s for s in steps if s["step"] in ("intake", "assign")]
    tables = explained([*crowd(), (dossier, steps)])
    assert set(causes_of(tables)) == {"unexplained"}
    assert verdict(tables)["reality"] == "undecidable"


def test_finish_stamps_alone_do_not_separate_waiting_from_working(explained):
    def bare(case):
        dossier, steps = case
        return dossier, [{**s, "arrived_at": None, "started_at": None} for s in steps]

    tables = explained([bare(case) for case in (*crowd(), case_of("X", changed=ODD["queue"]))])
    assert set(causes_of(tables)) == {"unexplained"}


def test_a_typed_reason_is_a_claim_and_never_more(explained):
    late = case_of("X", changed=[("assign", 0, 6)], due=8, late_reason="B5")
    found = causes_of(explained([*crowd(), late]))
    assert (found["queue"]["grade"], found["queue"]["evidence"].split("|")[0]) == ("C", "claim")
    proven = case_of("X", changed=ODD["portal_transfer"], late_reason="B5")
    assert "queue" not in causes_of(explained([*crowd(), proven]))


def test_steps_within_norms_that_add_up_beyond_the_term_accuse_the_norms(explained):
    """Twelve hours of norms for a term of eight: every step kept its own, the dossier is late."""
    dossier, steps = case_of("X", changed=[("work", 2, 6)], due=8)
    norms = {"intake": 0.5, "assign": 0.5, "work": 12, "sign": 0.9, "record": 0.3}
    steps = [{**step, "norm_seconds": int(norms[step["step"]] * 3600)} for step in steps]
    wide = [
        case_of(f"W{n:03d}", unit="V2", start=n % 6, changed=[("work", 2, 8)]) for n in range(60)
    ]
    found = causes_of(explained([*wide, (dossier, steps)]))
    assert found["norms_too_long"]["excess_seconds"] > 0
    assert set(found) <= {"norms_too_long", "unexplained"}


def test_without_others_to_compare_with_no_unit_is_blamed(explained):
    tables = explained([case_of("X", changed=ODD["queue"])])
    assert set(causes_of(tables)) == {"unexplained"}


def test_of_two_causes_that_each_suffice_the_larger_one_is_named(explained):
    """Twenty hours beside twenty-four: five elevenths and six."""
    both = [*ODD["portal_transfer"], ("work", 2, 24)]
    tables = explained([*crowd(), case_of("X", changed=both)])
    found = causes_of(tables)
    assert {c: (found[c]["late_share"], found[c]["grade"]) for c in found} == {
        "portal_transfer": (pytest.approx(5 / 11), "A"),
        "slow_work": (pytest.approx(6 / 11), "B"),
    }
    assert found["slow_work"]["late_seconds"] >= found["portal_transfer"]["late_seconds"]
    assert verdict(tables)["dominant_cause"] == "slow_work"


def test_a_cell_counts_all_judged_dossiers_and_has_causes_where_they_took_something(explained):
    tables = explained([*crowd(), case_of("X", changed=ODD["queue"])])
    cells = tables["cause_cells"].filter(period="2022-H1")
    all_of = cells.filter(unit_id="U0", cause="*").row(0, named=True)
    assert (all_of["n_dossiers"], all_of["n_late"], all_of["late_share"]) == (1, 1, 1.0)
    others = cells.filter(pl.col("unit_id") != "U0", cause="*")
    assert others["n_dossiers"].sum() == 40
    assert others["late_share"].sum() == 0
    queued = cells.filter(cause="queue").select("unit_id", "n_dossiers", "n_extreme")
    assert queued.rows() == [("U0", 1, 1)]
