"""Each cause fires on its evidence, and on nothing else: small registers, clocked and explained."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from models.explained_cases import Case, at, case_of, causes_of, crowd, verdict

register = pytest.mark.register
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
@register(lambda cause: [*crowd(), case_of("X", changed=ODD[cause])])
def test_time_lost_at_one_place_has_one_cause(tables, cause):
    causes = causes_of(tables)
    assert set(causes) == {cause}
    assert causes[cause]["but_for"]
    assert causes[cause]["late_share"] == 1
    assert verdict(tables)["dominant_cause"] == cause
    assert tables["late_dossiers"].height == 1


@register([*crowd(), case_of("X", changed=[("assign", 0, 6)], due=8)])
def test_a_transfer_that_keeps_the_rule_is_nobodys_fault(tables):
    assert set(causes_of(tables)) == {"unexplained"}


@pytest.mark.parametrize(("hours", "grade"), [(0.9, None), (2.4, "A")])
@register(
    lambda hours: [
        *crowd(),
        case_of("X", changed=[("intake", 0, 7), ("assign", 0, hours)], due=8),
    ]
)
def test_a_transfer_after_the_cut_off_has_until_the_first_hour_of_the_next_day(
    tables, hours, grade
):
    """Handed over at 16:18, on the next desk at 07:24, or at 08:54 of the next morning."""
    assert tables["late_dossiers"].height == 1
    assert causes_of(tables).get("portal_transfer", {}).get("grade") == grade


@register([*crowd(), *(case_of(f"X{n}", changed=[("sign", 1, 30)]) for n in range(6))])
def test_waits_for_a_signing_day_are_batching(tables):
    """Six dossiers wait for the one day on which the leader signs; nothing is signed between."""
    assert tables["late_dossiers"].height == 6
    assert set(tables["late_dossiers"]["dominant_cause"]) == {"batching"}


@register(
    [
        *crowd(),
        *(case_of(f"X{n}", changed=[("sign", 1, 20)]) for n in range(6)),
        *(case_of(f"S{n}", changed=[("intake", 0, 2 + 4 * n)], due=40) for n in range(6)),
    ]
)
def test_waits_between_which_others_were_signed_are_no_signing_days(tables):
    assert tables["late_dossiers"].height == 6
    assert set(tables["late_dossiers"]["dominant_cause"]) == {"signature_wait"}


@register(
    [
        *crowd(),
        *(
            case_of(f"X{n}", changed=[("work", 1, 12), ("work", 2, 20)], start=n % 6)
            for n in range(12)
        ),
    ]
)
def test_a_wait_behind_slow_work_is_slow_work(tables):
    assert tables["late_dossiers"].height == 12
    assert set(tables["late_dossiers"]["dominant_cause"]) == {"slow_work"}


@register(
    [*crowd(), case_of("X", changed=[("work", 2, 16), ("record", 1, 20)], due=32)],
    pauses=[
        {
            "dossier_id": "X",
            "pause_no": 1,
            "reason": "supplement",
            "paused_at": at(2),
            "resumed_at": at(18),
        }
    ],
)
def test_a_stopped_clock_is_no_cause(tables):
    """Sixteen hours for a supplement, the due date moved by them: the record is why."""
    assert set(causes_of(tables)) == {"record_lag"}


DUE_TOO_EARLY = case_of(
    "X",
    changed=[("work", 2, 0.2)],
    term_value=2,
    term_unit="working_day",
    due_at=at(0) - dt.timedelta(hours=16),
)


@register([*crowd(), DUE_TOO_EARLY])
def test_a_due_date_set_too_early_is_its_own_cause(tables):
    causes = causes_of(tables)
    assert causes["due_date_error"]["but_for"]
    assert causes["due_date_error"]["grade"] == "A"
    assert verdict(tables)["reality"] == "record_only"


@register([*crowd(), case_of("X", changed=ODD["record_lag"])])
def test_signed_in_time_and_clicked_late_is_late_on_record_only(tables):
    assert verdict(tables)["reality"] == "record_only"
    assert causes_of(tables)["record_lag"]["grade"] == "A"


@register([*crowd(), case_of("X", changed=[("sign", 1, 20)], paper_result_on=dt.date(2022, 3, 7))])
def test_a_result_on_paper_in_time_is_late_on_record_only_whatever_the_log_says(tables):
    assert verdict(tables)["reality"] == "record_only"
    assert verdict(tables)["dominant_cause"] == "record_lag"


def clicked_together():
    dossier, steps = case_of("X", changed=[("sign", 1, 20)])
    steps[4]["arrived_at"] = steps[3]["finished_at"] + dt.timedelta(seconds=2)
    steps[4]["started_at"] = steps[3]["finished_at"] + dt.timedelta(seconds=15)
    steps[4]["finished_at"] = steps[3]["finished_at"] + dt.timedelta(seconds=35)
    return {**dossier, "resolved_at": steps[4]["finished_at"]}, steps


@register([*crowd(), clicked_together()])
def test_signature_and_record_clicked_together_leave_it_undecidable(tables):
    assert verdict(tables)["reality"] == "undecidable"
    assert causes_of(tables)["record_lag"]["grade"] == "B"
    assert "signature_wait" not in causes_of(tables)


@register([*crowd(), ({**case_of("X")[0], "resolved_at": at(40)}, case_of("X")[1][:2])])
def test_time_in_no_log_is_blamed_on_no_unit(tables):
    assert set(causes_of(tables)) == {"unexplained"}
    assert verdict(tables)["reality"] == "undecidable"


def bare(case):
    dossier, steps = case
    return dossier, [{**s, "arrived_at": None, "started_at": None} for s in steps]


@register([bare(case) for case in (*crowd(), case_of("X", changed=ODD["queue"]))])
def test_finish_stamps_alone_do_not_separate_waiting_from_working(tables):
    assert set(causes_of(tables)) == {"unexplained"}


@register(
    [
        *crowd(),
        case_of("X", changed=[("assign", 0, 6)], due=8, late_reason="B5"),
        case_of("PROVEN", changed=ODD["portal_transfer"], late_reason="B5"),
    ]
)
def test_a_typed_reason_is_a_claim_and_never_more(tables):
    causes = causes_of(tables)
    assert (causes["queue"]["grade"], causes["queue"]["evidence"].split("|")[0]) == ("C", "claim")
    assert set(causes_of(tables, "PROVEN")) == {"portal_transfer"}


NORMS = {"intake": 0.5, "assign": 0.5, "work": 12, "sign": 0.9, "record": 0.3}


def with_norms(case):
    dossier, steps = case
    return dossier, [{**s, "norm_seconds": int(NORMS[s["step"]] * 3600)} for s in steps]


@register(
    [
        *(
            case_of(f"W{n:03d}", unit="V2", start=n % 6, changed=[("work", 2, 8)])
            for n in range(60)
        ),
        with_norms(case_of("X", changed=[("work", 2, 6)], due=8)),
    ]
)
def test_steps_within_norms_that_add_up_beyond_the_term_accuse_the_norms(tables):
    """Twelve hours of norms for a term of eight: every step kept its own, the dossier is late."""
    causes = causes_of(tables)
    assert causes["norms_too_long"]["excess_seconds"] > 0
    assert set(causes) <= {"norms_too_long", "unexplained"}


def test_without_others_to_compare_with_no_unit_is_blamed(explain):
    alone = explain(Case([case_of("X", changed=ODD["queue"])]))
    assert set(causes_of(alone)) == {"unexplained"}


@register([*crowd(), case_of("X", changed=[*ODD["portal_transfer"], ("work", 2, 24)])])
def test_of_two_causes_that_each_suffice_the_larger_one_is_named(tables):
    """Twenty hours beside twenty-four: five elevenths and six."""
    causes = causes_of(tables)
    assert {c: (causes[c]["late_share"], causes[c]["grade"]) for c in causes} == {
        "portal_transfer": (pytest.approx(5 / 11), "A"),
        "slow_work": (pytest.approx(6 / 11), "B"),
    }
    assert causes["slow_work"]["late_seconds"] >= causes["portal_transfer"]["late_seconds"]
    assert verdict(tables)["dominant_cause"] == "slow_work"


@register([*crowd(), case_of("X", changed=ODD["queue"])])
def test_a_cell_counts_all_judged_dossiers_and_has_causes_where_they_took_something(tables):
    cells = tables["cause_cells"].filter(period="2022-H1")
    all_of = cells.filter(unit_id="U0", cause="*").row(0, named=True)
    assert (all_of["n_dossiers"], all_of["n_late"], all_of["late_share"]) == (1, 1, 1.0)
    others = cells.filter(pl.col("unit_id") != "U0", cause="*")
    assert others["n_dossiers"].sum() == 40
    assert others["late_share"].sum() == 0
    queued = cells.filter(cause="queue").select("unit_id", "n_dossiers", "n_extreme")
    assert queued.rows() == [("U0", 1, 1)]
