"""Each model of ``clean`` on a few rows written here, as its header describes it."""

from __future__ import annotations


def test_a_case_ends_with_its_last_completion_unless_work_begins_later(model_test) -> None:
    model_test(
        "clean/case_spans",
        given={
            "numbered_sheets": """
                case_dates
                steps
            """,
            "parsed_steps": """
                dossier_id  step    started_at        finished_at       unreadable
                A           intake  2022-01-04 08:00  2022-01-04 09:00  ''
                A           work    2022-01-04 10:00  2022-01-05 10:00  ''
                B           intake  2022-01-04 08:00  2022-01-04 09:00  ''
                B           work    2022-01-04 10:00  -                 ''
            """,
        },
        expect="""
            dossier_id  began_at          completed_at      ended_at
            A           2022-01-04 08:00  2022-01-05 10:00  2022-01-05 10:00
            B           2022-01-04 08:00  2022-01-04 09:00  -
        """,
    )
