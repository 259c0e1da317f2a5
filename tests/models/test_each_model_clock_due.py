"""The due instant that a term gives, on a few rows worked out by hand from the Civil Code's rule.

Offices close at 17:00. Tuesday 4 January 2022 follows a day off; the 8th and 9th are a weekend; the
new year keeps offices closed from Monday 31 January to Friday 4 February.
"""

from __future__ import annotations


def cases(dong_thap: str, rows: dict[str, str], terms: dict[str, str]) -> dict[str, str]:
    """Return the given tables for dossiers by number: when received, and their terms."""
    names = list(rows)
    calendars = ["dossier_id  dossier_no  start_second  received_on"]
    dossiers = ["time_zone = Asia/Ho_Chi_Minh", "dossier_id"]
    stated = ["is_procedure_term = no", "dossier_no  term_value  term_unit"]
    for number, name in enumerate(names, start=1):
        calendars.append(f"{name}  {number}  {rows[name]}  {rows[name][:10]}")
        dossiers.append(name)
        if name in terms:
            stated.append(f"{number}  {terms[name]}")
    return {
        "dossier_calendars": dong_thap.replace("is_clocked = yes\n", "") + "\n".join(calendars),
        "dossiers": "\n".join(dossiers),
        "applied_terms": "\n".join(stated),
    }


def test_the_day_of_reception_is_not_counted_and_days_off_are_passed_over(
    model_test, dong_thap
) -> None:
    received = {
        "A": "2022-01-04T08",
        "B": "2022-01-07T08",
        "C": "2022-01-08T08",
        "D": "2022-01-28T08",
        "E": "2022-01-04T08",
        "F": "2022-01-08T08",
    }
    days = {"A": 3, "B": 1, "C": 1, "D": 1, "E": 0, "F": 0}
    terms = {name: f"{count}  working_day" for name, count in days.items()}
    model_test(
        "clock/due_dates",
        given=cases(dong_thap, received, terms),
        expect="""
            dossier_id  due_recomputed_at  due_credited_at   due_class  lacks_days
            A           2022-01-07 17:00   2022-01-07 17:00  missing    no
            B           2022-01-10 17:00   2022-01-10 17:00  missing    no
            C           2022-01-10 17:00   2022-01-10 17:00  missing    no
            D           2022-02-07 17:00   2022-02-07 17:00  missing    no
            E           2022-01-04 17:00   2022-01-04 17:00  missing    no
            F           2022-01-10 17:00   2022-01-10 17:00  missing    no
        """,
    )


def test_a_last_day_off_rolls_on_and_a_month_ends_on_its_number_or_last_day(
    model_test, dong_thap
) -> None:
    received = {
        "A": "2022-01-04T08",
        "B": "2022-01-04T08",
        "C": "2022-01-31T08",
        "D": "2022-02-15T08",
        "E": "2022-01-01T08",
    }
    terms = {
        "A": "3  calendar_day",
        "B": "4  calendar_day",
        "C": "1  calendar_month",
        "D": "1  calendar_month",
        "E": "1  calendar_month",
    }
    model_test(
        "clock/due_dates",
        given=cases(dong_thap, received, terms),
        expect="""
            dossier_id  due_recomputed_at
            A           2022-01-07 17:00
            B           2022-01-10 17:00
            C           2022-02-28 17:00
            D           2022-03-15 17:00
            E           2022-02-07 17:00
        """,
    )


def test_a_same_day_term_from_fifteen_oclock_on_is_due_the_next_working_day(
    model_test, dong_thap
) -> None:
    received = {
        "A": "2022-01-04 14:59:59",
        "B": "2022-01-04 15:00",
        "C": "2022-01-07 15:00",
        "D": "2022-01-08 08:00",
        "E": "2022-01-08 16:00",
    }
    model_test(
        "clock/due_dates",
        given=cases(dong_thap, received, dict.fromkeys(received, "1  same_day")),
        expect="""
            dossier_id  due_recomputed_at
            A           2022-01-04 17:00
            B           2022-01-05 17:00
            C           2022-01-10 17:00
            D           2022-01-10 17:00
            E           2022-01-10 17:00
        """,
    )


def test_hours_are_counted_in_office_hours_and_end_at_a_closing_not_at_the_next_opening(
    model_test, dong_thap
) -> None:
    received = {
        "A": "2022-01-04 10:00",
        "B": "2022-01-04 10:00",
        "C": "2022-01-04 16:00",
        "D": "2022-01-04 07:00",
        "E": "2022-01-08 10:00",
    }
    terms = {"A": "2  hour", "B": "90  minute", "C": "2  hour", "D": "8  hour", "E": "30  minute"}
    model_test(
        "clock/due_dates",
        given=cases(dong_thap, received, terms),
        expect="""
            dossier_id  due_recomputed_at
            A           2022-01-04 14:00
            B           2022-01-04 11:30
            C           2022-01-05 08:00
            D           2022-01-04 17:00
            E           2022-01-10 07:30
        """,
    )


def test_pauses_that_are_over_move_a_due_day_by_whole_working_days_rounded_up(
    model_test, dong_thap
) -> None:
    received = dict.fromkeys("ABCDEFG", "2022-01-04 10:00")
    terms = dict.fromkeys("ABCDFG", "1  working_day") | {"E": "2  hour"}
    model_test(
        "clock/due_dates",
        given=cases(dong_thap, received, terms)
        | {
            "pause_spells": """
                restarts = no
                to_second = 2022-01-04 16:00
                dossier_no  work_seconds  is_unended
                1           1             no
                2           8h            no
                3           8h            no
                3           1             no
                4           8h            yes
                5           30min         no
                6           -             no
                6           8h            no
            """,
        },
        expect="""
            dossier_id  due_recomputed_at  due_credited_at
            A           2022-01-05 17:00   2022-01-06 17:00
            B           2022-01-05 17:00   2022-01-06 17:00
            C           2022-01-05 17:00   2022-01-07 17:00
            D           2022-01-05 17:00   2022-01-05 17:00
            E           2022-01-04 14:00   2022-01-04 14:30
            F           2022-01-05 17:00   -
            G           2022-01-05 17:00   2022-01-05 17:00
        """,
    )


def test_a_pause_that_restarts_begins_the_term_anew_when_it_ends(model_test, dong_thap) -> None:
    received = dict.fromkeys("ABCD", "2022-01-04 10:00")
    terms = dict.fromkeys("ACD", "1  working_day") | {"B": "1  hour"}
    model_test(
        "clock/due_dates",
        given=cases(dong_thap, received, terms)
        | {
            "pause_spells": """
                dossier_no  to_second         work_seconds  restarts  is_unended
                1           2022-01-05 10:00  8h            no        no
                1           2022-01-06 10:00  8h            yes       no
                1           2022-01-07 10:00  8h            no        no
                2           2022-01-06 10:00  8h            yes       no
                3           2022-01-06 10:00  8h            yes       yes
                4           2022-01-05 10:00  8h            yes       no
                4           2022-01-06 10:00  8h            yes       no
            """,
        },
        # of A only the pause after the last restart moves the due day
        expect="""
            dossier_id  due_recomputed_at  due_credited_at
            A           2022-01-07 17:00   2022-01-10 17:00
            B           2022-01-06 11:00   2022-01-06 11:00
            C           2022-01-05 17:00   2022-01-05 17:00
            D           2022-01-07 17:00   2022-01-07 17:00
        """,
    )


def dated(given: dict[str, str], issued: str) -> dict[str, str]:
    """Return the given tables with due dates that the offices issued."""
    return given | {"dossiers": f"time_zone = Asia/Ho_Chi_Minh\n{issued}"}


def test_an_issued_day_that_counts_days_off_is_an_error_of_the_calendar(
    model_test, dong_thap
) -> None:
    received = {
        "A": "2022-01-28T08",
        "B": "2022-01-28T08",
        "C": "2022-01-28T08",
        "D": "2022-01-28T08",
        "E": "2022-01-10T08",
        "F": "2022-01-10T08",
        "G": "2022-01-28T08",
        "H": "2022-01-04T08",
        "I": "2022-01-04T08",
        "J": "2022-01-10T08",
        "K": "2024-05-02T08",
        "L": "2024-05-02T08",
    }
    terms = dict.fromkeys(received, "5  working_day")
    terms |= dict.fromkeys("HI", "4  calendar_day") | {"J": "4  working_day"}
    terms |= dict.fromkeys("KL", "2  working_day")
    issued = """
        dossier_id  due_at            due_first_at
        A           2022-02-11 08:00  -
        B           2022-02-04 17:00  2022-02-04 17:00
        C           2022-02-10 17:00  -
        D           2022-02-14 17:00  -
        E           2022-01-14 17:00  -
        F           2022-01-15 17:00  -
        G           2022-02-04 17:00  2022-02-03 17:00
        H           2022-01-08 17:00  -
        I           2022-01-07 17:00  -
        J           2022-01-15 17:00  -
        K           2024-05-06 17:00  -
        L           2024-05-07 17:00  -
    """
    model_test(
        "clock/due_dates",
        given=dated(cases(dong_thap, received, terms), issued),
        # five working days from 28 January end on 11 February, from 10 January on the 17th; four
        # on Friday the 14th, a day before J; Saturday 4 May 2024 was made up, which K left out
        expect="""
            dossier_id  due_class       days_off
            A           agrees          -
            B           calendar_error  5
            C           calendar_error  1
            D           longer          -
            E           shorter         -
            F           calendar_error  1
            G           reappointed     -
            H           calendar_error  2
            I           shorter         -
            J           longer          -
            K           calendar_error  -1
            L           longer          -
        """,
    )


def test_an_issued_date_agrees_with_the_term_or_with_the_term_and_its_pauses(
    model_test, dong_thap
) -> None:
    received = dict.fromkeys("ABCDEF", "2022-01-04 10:00")
    terms = dict.fromkeys("ABC", "1  working_day") | dict.fromkeys("DEF", "2  hour")
    issued = """
        dossier_id  due_at            due_first_at
        A           2022-01-05 08:00  2022-01-01 08:00
        B           2022-01-06 08:00  -
        C           2022-01-07 08:00  -
        D           2022-01-04 14:00  -
        E           2022-01-04 15:00  -
        F           2022-01-04 14:01  -
    """
    pauses = "\n".join(f"{number}  1h" for number in range(1, 7))
    model_test(
        "clock/due_dates",
        given=dated(cases(dong_thap, received, terms), issued)
        | {
            "pause_spells": "is_unended = no\nrestarts = no\nto_second = 2022-01-04 16:00\n"
            f"dossier_no  work_seconds\n{pauses}",
        },
        expect="""
            dossier_id  due_class
            A           agrees
            B           agrees
            C           longer
            D           agrees
            E           agrees
            F           longer
        """,
    )


def test_a_term_that_needs_days_beyond_the_calendar_has_no_due_instant(
    model_test, dong_thap
) -> None:
    received = dict.fromkeys("ABC", "2027-12-30T08") | {"D": "2028-01-04T08"}
    days = {"A": 1, "B": 2, "C": 1, "D": 1}
    terms = {name: f"{count}  working_day" for name, count in days.items()}
    model_test(
        "clock/due_dates",
        given=cases(dong_thap, received, terms)
        | {
            "pause_spells": """
                dossier_no  to_second      work_seconds  restarts  is_unended
                3           2027-12-30T10  1h            no        no
            """,
        },
        # C would be due on 31 December but for its pause
        expect="""
            dossier_id  due_recomputed_at  due_credited_at   lacks_days  due_class
            A           2027-12-31 17:00   2027-12-31 17:00  no          missing
            B           -                  -                 yes         not_comparable
            C           2027-12-31 17:00   -                 no          missing
            D           -                  -                 yes         not_comparable
        """,
    )


def test_a_term_in_hours_ends_with_the_last_second_that_the_calendar_knows(
    model_test, dong_thap
) -> None:
    received = dict.fromkeys("ABC", "2027-12-30 08:00") | {"D": "2027-12-31 16:00"}
    terms = {"A": "15  hour", "B": "24  hour", "C": "15  hour", "D": "61  minute"}
    model_test(
        "clock/due_dates",
        given=cases(dong_thap, received, terms)
        | {
            "pause_spells": """
                dossier_no  to_second         work_seconds  restarts  is_unended
                3           2027-12-30 10:00  1h            no        no
            """,
        },
        # seven hours are left of the 30th, eight of the 31st
        expect="""
            dossier_id  due_recomputed_at  due_credited_at   lacks_days  due_class
            A           2027-12-31 17:00   2027-12-31 17:00  no          missing
            B           -                  -                 yes         not_comparable
            C           2027-12-31 17:00   -                 no          missing
            D           -                  -                 yes         not_comparable
        """,
    )


def test_a_calendar_that_never_closes_cannot_count_working_days(model_test, dong_thap) -> None:
    given = cases(
        dong_thap,
        dict.fromkeys("ABC", "2022-01-04 10:00"),
        {"A": "1  working_day", "B": "1  calendar_day"},
    )
    always = given["dossier_calendars"].replace("has_days_off = yes", "has_days_off = no")
    model_test(
        "clock/due_dates",
        given=given | {"dossier_calendars": always},
        expect="""
            dossier_id  term_unit     due_recomputed_at  lacks_days  due_class
            A           working_day   -                  yes         not_comparable
            B           calendar_day  2022-01-05 17:00   no          missing
            C           -             -                  no          not_comparable
        """,
    )
