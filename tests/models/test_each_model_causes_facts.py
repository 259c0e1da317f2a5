"""Each model of ``explain/causes`` on what a dossier and its log say, on a few rows."""

from __future__ import annotations

RULES = (
    "fewest_peers",
    "usual_share",
    "long_share",
    "extreme_share",
    "cell_size",
    "least_difference",
    "false_share",
    "late_click",
    "chain_gap",
    "chain_size",
    "queue_correlation",
    "weekday_share",
    "bunch_excess",
    "bunch_errors",
    "paper_share",
    "one_day",
    "unlogged_share",
    "session_wait",
    "session_size",
    "session_share",
)


def test_units_that_a_dossier_or_a_step_names_are_numbered_and_no_name_is_none(model_test) -> None:
    model_test(
        "explain/cause_units",
        given={
            "cause_dossiers": "dossier_no  unit_id\n1  U2\n2  U3",
            "steps": "dossier_id  step_no  unit_id\nA  1  U2\nA  2  -\nB  1  U1",
        },
        expect="unit_id  unit_no\nU1  1\nU2  2\nU3  3",
    )


def test_each_limit_is_the_reviewed_number_of_its_name(model_test) -> None:
    rows = [f"{name}  {number}" for number, name in enumerate(RULES, start=1)]
    numbers = "  ".join(str(number) for number in range(1, len(RULES) + 1))
    model_test(
        "explain/cause_limits",
        given={"cause_rules": "\n".join(["rule_id  value", *rows, "other  99"])},
        expect="  ".join(RULES) + "\n" + numbers,
    )


def test_each_cause_has_its_place_and_its_parts(model_test) -> None:
    model_test(
        "explain/cause_list",
        given={
            "reference_causes": """
                cause       place  parts          is_artefact
                record_lag  3      record synced  yes
                queue       2      queue          no
                nothing     1      -              no
            """
        },
        expect="""
            cause       cause_no  is_artefact
            nothing     1         no
            queue       2         no
            record_lag  3         yes
        """,
    )


def test_terms_fall_into_bands_and_only_judged_dossiers_have_a_row(model_test, dong_thap) -> None:
    allowed = {1: 57599, 2: 57600, 3: 144000, 4: 288000, 5: 576000, 6: 575999}
    model_test(
        "explain/cause_dossiers",
        variables={"profile": "p"},
        given={
            "dossiers": "\n".join(
                [
                    "received_on = 2022-01-04",
                    "time_zone = Asia/Ho_Chi_Minh",
                    "snapshot_at = 2022-01-31 00:30",
                    "received_at = 2022-01-04 08:00",
                    "dossier_id",
                    *"12345678",
                ]
            ),
            "dossier_calendars": "\n".join(
                [
                    dong_thap.strip(),
                    "end_second = 2022-01-05 08:00",
                    "dossier_id  dossier_no",
                    *(f"{number}  {number}" for number in range(1, 9)),
                ]
            ),
            "outcomes": "\n".join(
                [
                    "state = open",
                    "dossier_id  profile  outcome  allowed_seconds  slack_seconds",
                    *(f"{n}  p  open_overdue  {seconds}  -{n}" for n, seconds in allowed.items()),
                    "7  p  on_time  -  5",
                    "8  p  open_in_time  57600  5",
                    "1  q  late  57600  -99",
                ]
            ),
        },
        expect="""
            dossier_no  term_band  overrun_seconds  is_late  ended_on    quarter_no
            1           1          1                yes      2022-01-31  8089
            2           2          2                yes      2022-01-31  8089
            3           3          3                yes      2022-01-31  8089
            4           4          4                yes      2022-01-31  8089
            5           5          5                yes      2022-01-31  8089
            6           4          6                yes      2022-01-31  8089
            7           5          0                no       2022-01-31  8089
        """,
    )


def test_time_after_a_paper_another_record_or_the_clock_is_in_working_time(
    model_test, dong_thap
) -> None:
    model_test(
        "explain/cause_dossiers",
        variables={"profile": "p"},
        given={
            "dossiers": """
                received_on = 2022-01-04
                received_at = 2022-01-04 08:00
                snapshot_at = 2022-01-31 17:00
                time_zone = Asia/Ho_Chi_Minh
                dossier_id  paper_result_on
                A           2022-01-05
                B           -
                C           -
                D           -
                E           2022-01-03
            """,
            "dossier_calendars": dong_thap
            + """
                end_second = 2022-01-06 10:00
                is_open = no
                dossier_id  dossier_no
                A           1
                B           2
                C           3
                D           4
                E           5
            """,
            "due_dates": """
                dossier_id  due_class       due_credited_at
                B           calendar_error  2022-01-06 17:00
                C           missing         2022-01-06 17:00
            """,
            "other_records": """
                dossier_id  source  counted_source  kept_by  counted_kept_by  differs  ended_at
                C           o       p               office   portal           yes      2022-01-06T09
                D           p       o               portal   office           yes      2022-01-05
            """,
            "outcomes": """
                profile = p
                outcome = late
                state = resolved
                slack_seconds = -5
                due_at_used = 2022-01-05 17:00
                dossier_id  ended_at_used
                A           2022-01-06 10:00
                B           2022-01-06 10:00
                C           2022-01-06 10:00
                D           2022-01-06 14:30
                E           2022-01-06 10:00
            """,
        },
        # a mere date means the end of its day: of D from the 6th, 7:00, on
        expect="""
            dossier_no  after_paper_seconds  due_error_seconds  after_other_seconds  is_other_shown
            1           3h                   0                  0                    no
            2           0                    8h                 0                    no
            3           0                    0                  1h                   yes
            4           0                    0                  3h                   no
            5           0                    0                  0                    no
        """,
    )


def test_a_holder_hands_nothing_over_between_two_steps_of_his_own(model_test) -> None:
    model_test(
        "explain/cause_steps",
        given={
            "cause_dossiers": "dossier_no  dossier_id  unit_id\n1  A  U1",
            "cause_units": "unit_id  unit_no\nU1  1",
            "steps": """
                step_kind = work
                unit_id = U1
                dossier_id  step_no  step  holder_id  arrived_at     started_at     finished_at
                A           1        s     H1         2022-01-04T08  2022-01-04T08  2022-01-04T09
                A           2        s     H1         2022-01-04T09  2022-01-04T09  2022-01-04T10
                A           3        t     H2         2022-01-04T10  -              2022-01-04T11
                A           4        t     -          2022-01-04T11  2022-01-04T11  2022-01-04T12
                A           5        s     -          2022-01-04T12  -              -
                B           1        s     H1         2022-01-04T08  -              2022-01-04T09
            """,
        },
        # of s two in three ended ones have a start, of t one in two, which is not most
        expect="""
            step_no  step_code  is_waiting  last_second       holder_no  is_same_holder
            1        1          no          2022-01-04 09:00  1          no
            2        1          no          2022-01-04 10:00  1          yes
            3        2          no          2022-01-04 11:00  2          no
            4        2          no          2022-01-04 12:00  -          no
            5        1          yes         2022-01-04 12:00  -          no
        """,
    )


def test_a_step_without_a_unit_is_its_holders_usual_units_else_the_dossiers(model_test) -> None:
    model_test(
        "explain/cause_steps",
        given={
            "cause_dossiers": "dossier_no  dossier_id  unit_id\n1  A  U3",
            "cause_units": "unit_id  unit_no\nU1  1\nU2  2\nU3  3",
            "steps": """
                step_kind = work
                arrived_at = 2022-01-04T08
                dossier_id  step_no  step  unit_id  holder_id  started_at     finished_at
                A           1        s     U1       H          2022-01-04T08  2022-01-04T09
                A           2        s     -        H          -              2022-01-04T10
                A           3        s     -        I          2022-01-04T10  -
                A           4        s     -        -          -              -
                B           1        s     U2       H          2022-01-04T08  2022-01-04T09
                B           2        s     U2       H          2022-01-04T09  2022-01-04T10
                B           3        s     U2       -          2022-01-04T10  2022-01-04T11
            """,
        },
        # H occurs twice at U2, once at U1, where it stays; I occurs at no unit
        expect="""
            step_no  unit_no  has_arrival  has_start  has_finish
            1        1        yes          yes        yes
            2        2        yes          no         yes
            3        3        yes          yes        no
            4        3        yes          no         no
        """,
    )


def test_norms_cannot_be_met_where_time_within_them_passes_what_the_term_allows(
    model_test,
) -> None:
    model_test(
        "explain/infeasible_norms",
        given={
            "cause_limits": "fewest_peers  one_day\n20  8h",
            "cause_dossiers": """
                dossier_no  dossier_id  is_late  allowed_seconds  due_error_seconds  paused_seconds
                1           A           yes      8h               2h                 1h
                2           B           yes      10h              0                  0
                3           C           yes      1h               0                  0
                4           D           no       8h               0                  0
            """,
            "ledger": """
                dossier_id  step_no  kind   norm_source  norm_seconds  work_seconds
                A           1        work   regulated    4h            6h
                A           2        queue  regulated    6h            2h
                A           2        work   regulated    6h            4h
                A           2        pause  regulated    6h            9h
                A           3        work   learned      9h            9h
                B           1        work   regulated    10h           12h
                C           1        work   regulated    9h            8h30min
                D           1        work   regulated    9h            9h
            """,
        },
        # A may take 8 + 2 - 1 hours and spent 4 and 6 of its norms; no term is less than a day
        expect="""
            dossier_no  norm_seconds  allowed_seconds  over_seconds
            1           10h           9h               1h
            3           9h            8h               30min
        """,
    )


def test_a_typed_reason_is_known_by_its_code_or_label_and_never_norms(model_test) -> None:
    model_test(
        "explain/typed_reasons",
        given={
            "cause_taxonomy": """
                code  label_vi  label_en  cause
                A1    Chờ       Wait      queue
                A2    Chậm      Slow      slow_work
                A3    Định mức  Norms     norms_too_long
            """,
            "cause_dossiers": "\n".join(
                [
                    "dossier_no  dossier_id  is_late",
                    "1  A  yes",
                    "2  B  yes",
                    "3  C  no",
                    "4  D  yes",
                ]
            ),
            "dossiers": """
                dossier_id  late_reason
                A           CHỜ
                B           a2
                C           a2
                D           norms
            """,
        },
        expect="dossier_no  cause\n1  queue\n2  slow_work",
    )
