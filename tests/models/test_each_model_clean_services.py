"""What offices count beside the clock: what an empty cell means, on a few rows by hand."""

from __future__ import annotations

POSITION = "source_file  source_sheet  source_row"
SHEETS = """
    time_zone = Asia/Ho_Chi_Minh
    day_first = yes
    source_sheet = ''
    sheet_no  source_file  service_fields
    1         marks.xlsx   ["has_apology","n_extensions","payment","has_complaint"]
    2         words.xlsx   ["has_apology","n_extensions","payment","has_complaint"]
    3         plain.xlsx   []
"""
DOSSIERS = """
    source_sheet = ''
    unit_id = U
    received_on = 2026-01-05
    dossier_id  source_file  source_row
    A           marks.xlsx   2
    B           marks.xlsx   3
    C           words.xlsx   2
    D           words.xlsx   3
    E           words.xlsx   4
    F           plain.xlsx   2
"""


def test_an_empty_cell_means_no_only_where_no_cell_of_the_column_says_no(model_test) -> None:
    model_test(
        "clean/service_records",
        given={
            "numbered_sheets": SHEETS,
            "dossiers": DOSSIERS,
            "landed_dossiers": """
                source_sheet = ''
                source_file  source_row  has_apology  n_extensions  payment  has_complaint
                marks.xlsx   2           yes          1             online   -
                marks.xlsx   3           -            -             -        -
                words.xlsx   2           no           0             none     no
                words.xlsx   3           -            -             -        -
                words.xlsx   4           yes          hai lần       unpaid   yes
                plain.xlsx   2           -            -             -        -
            """,
        },
        expect="""
            dossier_id  has_apology  n_extensions  payment  has_complaint  is_digitised
            A           yes          1             online   no             -
            B           no           0             none     no             -
            C           no           0             none     no             -
            D           -            -             -        -              -
            E           yes          -             unpaid   yes            -
        """,
    )


def test_the_date_or_number_of_a_letter_shows_an_apology_and_an_unreadable_one_nothing(
    model_test,
) -> None:
    model_test(
        "clean/service_records",
        given={
            "numbered_sheets": SHEETS.replace("has_apology", 'apology_on","apology_number'),
            "dossiers": DOSSIERS,
            "landed_dossiers": """
                source_sheet = ''
                source_file  source_row  apology_on  apology_number
                marks.xlsx   2           05/01/2026  -
                marks.xlsx   3           -           -
                words.xlsx   2           -           12/PXL
                words.xlsx   3           -           chưa
                words.xlsx   4           sớm         -
                plain.xlsx   2           -           -
            """,
        },
        expect="""
            dossier_id  has_apology  apology_on
            A           yes          2026-01-05
            B           no           -
            C           yes          -
            D           -            -
            E           -            -
        """,
    )


def test_filed_elsewhere_is_another_place_and_neither_the_own_centre_nor_an_office_above(
    model_test,
) -> None:
    model_test(
        "clean/service_records",
        given={
            "numbered_sheets": """
                time_zone = Asia/Ho_Chi_Minh
                day_first = yes
                source_sheet = ''
                sheet_no  source_file  service_fields
                1         a.xlsx       ["is_filed_elsewhere","filing_unit"]
            """,
            "units": """
                unit_id  kind                 parent
                P        province             -
                X        commune level 2025   P
                XK       ward department      X
                XT       ward department      X
                Y        commune level 2025   P
                YT       ward department      Y
            """,
            "sheet_units": """
                sheet_no = 1
                valid_from = 2025-07-01
                valid_to = 9999-12-31
                spelling  unit_id
                own       XT
                other     YT
                province  P
            """,
            "dossiers": """
                source_file = a.xlsx
                source_sheet = ''
                unit_id = XK
                received_on = 2026-01-05
                dossier_id  source_row
                A           2
                B           3
                C           4
                D           5
                E           6
                F           7
            """,
            "landed_dossiers": """
                source_file = a.xlsx
                source_sheet = ''
                unit_id = Office K
                source_row  filing_unit  is_filed_elsewhere
                2           own          -
                3           other        -
                4           province     -
                5           nobody       -
                6           office k     -
                7           other        no
            """,
        },
        expect="""
            dossier_id  is_filed_elsewhere  filing_unit
            A           no                  own
            B           yes                 other
            C           -                   province
            D           -                   nobody
            E           no                  office k
            F           no                  other
        """,
    )
