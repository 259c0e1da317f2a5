"""What the names of units mean on a day and in a sheet, on a few rows worked out by hand."""

from __future__ import annotations


def test_a_unit_is_written_by_its_list_by_usual_forms_and_as_its_successor(model_test) -> None:
    model_test(
        "clean/unit_spellings",
        given={
            "units": """
                unit_id  name_vi     kind      valid_from  valid_to
                H        UBND Huyện A  district  -           2025-06-30
                V        Vùng B      region    2025-07-01  -
            """,
            "unit_aliases": "alias  unit_id  valid_from  valid_to\nA cũ  H  -  2025-06-30",
            "unit_mergers": "old_unit_id  new_unit_id  merged_on  share\nH  V  2025-07-01  1",
        },
        expect="""
            parent_id = ''
            spelling                 unit_id  valid_from  valid_to    rank
            A cũ                     H        0001-01-01  2025-06-30  1
            A cũ                     V        2025-07-01  9999-12-31  4
            H                        H        0001-01-01  2025-06-30  1
            H                        V        2025-07-01  9999-12-31  4
            Huyện A                  H        0001-01-01  2025-06-30  3
            Huyện A                  V        2025-07-01  9999-12-31  6
            UBND Huyện A             H        0001-01-01  2025-06-30  1
            UBND Huyện A             H        0001-01-01  2025-06-30  3
            UBND Huyện A             V        2025-07-01  9999-12-31  4
            UBND Huyện A             V        2025-07-01  9999-12-31  6
            V                        V        0001-01-01  2025-06-30  4
            V                        V        2025-07-01  9999-12-31  1
            Vùng B                   V        0001-01-01  2025-06-30  4
            Vùng B                   V        2025-07-01  9999-12-31  1
            Ủy ban nhân dân Huyện A  H        0001-01-01  2025-06-30  3
            Ủy ban nhân dân Huyện A  V        2025-07-01  9999-12-31  6
        """,
    )


def test_a_divided_unit_has_no_successor_and_a_department_is_named_with_its_place(
    model_test,
) -> None:
    model_test(
        "clean/unit_spellings",
        given={
            "units": """
                unit_id  name_vi   kind        parent
                H        Huyện A   district    -
                HX       Phòng X   department  H
            """,
            "unit_aliases": "alias  unit_id\n-  HX",
            "unit_mergers": """
                old_unit_id  new_unit_id  merged_on   share
                H            V            2025-07-01  0.6
                H            W            2025-07-01  0.4
            """,
        },
        expect="""
            spelling                unit_id  parent_id  rank
            H                       H        ''         1
            HX                      HX       ''         1
            Huyện A                 H        ''         1
            Huyện A                 H        ''         3
            Huyện A - Phòng X       HX       ''         2
            Phòng X                 HX       H          1
            Phòng X - Huyện A       HX       ''         2
            Phòng X - UBND Huyện A  HX       ''         2
            Phòng X Huyện A         HX       ''         2
            Phòng X UBND Huyện A    HX       ''         2
            Phòng X, Huyện A        HX       ''         2
            Phòng X, UBND Huyện A   HX       ''         2
            UBND Huyện A            H        ''         3
            UBND Huyện A - Phòng X  HX       ''         2
            Ủy ban nhân dân Huyện A  H       ''         3
        """,
    )


def test_lists_come_before_forms_and_both_before_succession_and_doubt_means_none(
    model_test,
) -> None:
    model_test(
        "clean/unit_names",
        given={
            "unit_spellings": """
                spelling  unit_id  parent_id  valid_from  valid_to    rank
                29905     P1       ''         0001-01-01  2025-06-30  1
                29905     P-SD     ''         2025-07-01  9999-12-31  1
                29905     P-SD     ''         0001-01-01  2025-06-30  4
                P. 1      P1       ''         0001-01-01  2025-06-30  3
                P. 1      P2       ''         2020-01-01  2025-06-30  3
                P. 2      P2       ''         0001-01-01  2025-06-30  3
                P. 2      P2       ''         0001-01-01  2025-06-30  2
                P. 2      P-SD     ''         2025-07-01  9999-12-31  6
                Phòng     PA       A          0001-01-01  9999-12-31  1
                Phòng     PB       B          0001-01-01  9999-12-31  1
                Sở        S        ''         0001-01-01  9999-12-31  3
                Sở        SA       A          0001-01-01  9999-12-31  1
            """,
        },
        expect="""
            unit_key  unit_id  parent_id  valid_from  valid_to    is_by_succession
            29905     P1       ''         0001-01-01  2025-06-30  no
            29905     P-SD     ''         2025-07-01  9999-12-31  no
            p. 2      P2       ''         0001-01-01  2025-06-30  no
            p. 2      P-SD     ''         2025-07-01  9999-12-31  yes
            phòng     PA       A          0001-01-01  9999-12-31  no
            phòng     PB       B          0001-01-01  9999-12-31  no
            sở        S        ''         0001-01-01  9999-12-31  no
        """,
    )


def test_a_department_is_that_of_the_sheet_and_a_successor_the_last_resort(model_test) -> None:
    model_test(
        "clean/sheet_units",
        given={
            "numbered_sheets": """
                source_sheet = ''
                sheet_no  source_file  has_unit_list  departments_of
                1         a.csv        yes            ["", "A"]
                2         b.csv        yes            [""]
                3         c.csv        no             ["", "A"]
                4         d.csv        yes            ["", "A", "B"]
            """,
            "unit_names": """
                unit_key  unit_id  parent_id  valid_from  valid_to    is_by_succession
                phòng     PA       A          2025-07-01  9999-12-31  no
                phòng     PB       B          0001-01-01  2025-06-30  no
                phòng     PA       A          0001-01-01  2025-06-30  yes
                xã        X        ''         0001-01-01  9999-12-31  no
            """,
            "landed_dossiers": """
                source_sheet = ''
                source_file  unit_id
                a.csv        Phòng
                b.csv        Phòng
                b.csv        XÃ
                c.csv        Xã
            """,
            "landed_steps": "source_sheet = ''\nsource_file  unit_id\nd.csv  Phòng\na.csv  Phòng",
        },
        expect="""
            sheet_no  spelling  unit_id  valid_from  is_by_succession
            1         Phòng     PA       0001-01-01  yes
            1         Phòng     PA       2025-07-01  no
            2         XÃ        X        0001-01-01  no
            4         Phòng     PB       0001-01-01  no
            4         Phòng     PA       2025-07-01  no
        """,
    )
