"""What a comparison says on a page, and that nothing from data is markup there."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import json
import re

import jsonschema
import polars as pl
import pytest

from workbench.charts.tables import ASSETS
from workbench.messages import use_language
from workbench.review import to_html, to_json, to_markdown, to_text, write_plots_page
from workbench.review.briefings import PageChange
from workbench.review.effects import Effects
from workbench.review.outputs import Output
from workbench.review.verdicts import Verdict

# ---- pages --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [to_text, to_markdown, to_html])
def test_every_page_says_the_counts_the_reason_the_figure_and_the_dossier(revisions, page):
    with use_language("vi"):
        text = html.unescape(page(revisions)).replace("\\", "")
    for expected in (
        "6 số liệu thay đổi (trong đó 6 theo due_instant); 2 hồ sơ đổi kết quả",
        "params.yaml:explain.profile",
        "src/new_rule.py",
        "0,0% (0/4)",
        "50,0% (2/4)",
        "+50,0 điểm %",
        "+1.001",
        "đúng hạn",
        "−2,0",
        "D5",
    ):
        assert expected in text, expected


def test_english_on_request(revisions):
    text = to_text(revisions)
    assert "6 figures moved (6 under due_instant); 2 dossiers changed outcome" in text
    assert "50.0% (2/4)" in text


def test_another_headline_profile_is_not_called_the_same_results(revisions):
    none = {n: getattr(revisions, n).clear() for n in ("measures", "flips", "dossiers")}
    moved = dataclasses.replace(revisions, **none)
    assert moved.left_headline != moved.headline
    assert "headline figures do because their profile is another" in to_text(moved)
    alike = dataclasses.replace(moved, left_headline=moved.headline)
    assert "No measure and no dossier's outcome differs" in to_text(alike)


def test_the_json_document_is_what_its_schema_says(revisions):
    schema = json.loads((ASSETS / "revisions.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    effects = Effects(
        groups=("data", "code"),
        figures=pl.DataFrame(
            {"measure": ["late"], "period": ["2022-H1"], "group": ["data"], "effect": [1.0]}
        ),
        flips=pl.DataFrame({"dossier_id": ["D2"], "group": ["data+code"]}),
        is_in_order=False,
        n_runs=3,
    )
    pages = (PageChange("all/causes", (("Late", None, "4 of 9"),)),)
    verdicts = (Verdict("named", ("p1", "2022-H1", "queue"), None, 0.04),)
    full = {"effects": effects, "pages": pages, "verdicts": verdicts}
    for more in ({}, full):
        document = json.loads(to_json(dataclasses.replace(revisions, **more)))
        assert [error.message for error in check.iter_errors(document)] == []
    document["figures"][0].pop("measure")
    assert not check.is_valid(document)


def test_nothing_from_data_is_markup_in_html(revisions):
    page = to_html(revisions)
    assert "&lt;script&gt;" in page
    own = (ASSETS / "revisions.js").read_text(encoding="utf-8")
    assert re.findall(r"<script>(.*?)</script>", page, re.DOTALL) == [own]
    assert page.count("<script") == 1
    allowed = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert f"script-src 'sha256-{allowed}'\"" in page


def test_nothing_from_data_is_markup_in_markdown(revisions):
    page = to_markdown(revisions)
    assert "<" not in page
    flips = [line for line in page.splitlines() if line.startswith("| D")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in flips} == {10, 6}


def test_the_first_screen_fits_a_terminal_and_says_what_a_reviewer_must_know(revisions):
    text = to_text(revisions, rows=0)
    assert text.count("\n") <= 30
    for expected in (
        "Headline figures, H1 2022",
        "Dossiers whose outcome changed (2): D2 (on time → late); D3 (on time → late).",
        "dossiers (+1 −1)",
        "calendar: data/reference/calendars/days.csv",
        "params.yaml:explain.profile (wb_strict → due_instant)",
        "--rows 40",
    ):
        assert expected in text, expected


def test_a_move_is_read_against_the_intervals_of_both_sides(revisions):
    def figure(measure: str, method: str, values: tuple[float, float], *, beyond: bool | None):
        sides = {
            f"{side}_{part}": number
            for side, value in zip(("left", "right"), values, strict=True)
            for part, number in (("value", value), ("numerator", int(value)), ("denominator", 100))
        }
        place = {"measure": measure, "period": "2022-H1", "method": method}
        return {**place, **sides, "is_beyond": beyond}

    figures = pl.DataFrame(
        [
            figure("received", "count", (4, 4), beyond=None),
            figure("resolved", "count", (4, 1005), beyond=None),
            figure("late_done", "wilson", (0.0, 0.5), beyond=True),
            figure("late_or_overdue", "wilson", (0.0, 0.1), beyond=False),
        ]
    )
    text = to_text(dataclasses.replace(revisions, figures=figures), rows=0)
    readings = {line[:9]: line for line in text.splitlines()}
    assert readings["Received "].endswith("the same")
    assert readings["Resolved "].endswith("a count, no interval")
    assert readings["late shar"].endswith("outside each other's")
    assert readings["late or o"].endswith("within")


def test_a_table_of_other_bytes_and_the_same_rows_is_not_said_to_have_other_columns(revisions):
    table = dataclasses.replace(revisions.tables[0], added=0, removed=0, changed=0)
    text = to_text(dataclasses.replace(revisions, tables=(table,)), rows=0)
    assert f"{table.table} (no row differs; written otherwise" in text


def test_a_record_of_what_tables_were_made_from_is_said_in_words(revisions):
    clock = Output("data/clock", ("origin.json",))
    results = Output("data/results", ("measures.json", "measures.parquet", "origin.json"))
    text = to_text(dataclasses.replace(revisions, outputs=(clock, results), pages=None))
    record = "data/clock (the same tables, made from other results of the stage before)"
    assert f"Other files of results that differ: {record}; data/results (measures.json)." in text
    assert "origin.json" not in text


def test_json_has_every_part_and_its_schema(revisions):
    content = json.loads(to_json(revisions))
    assert content["schema"] == 1
    assert content["counts"]["flips"] == 2
    assert {t["table"] for t in content["tables"]} == {
        "dossiers",
        "landed_files",
        "measures",
        "outcomes",
    }
    assert [r["what"] for r in content["reasons"] if r["group"] == "calendar"] == [
        "data/reference/calendars/days.csv"
    ]


def test_a_list_cut_short_says_what_it_leaves_out(revisions):
    assert "5 more rows are not shown" in to_text(revisions, rows=1)


def test_the_headline_profile_is_read_first(revisions):
    other = pl.lit("a_profile").alias("profile")
    both = dataclasses.replace(
        revisions,
        measures=pl.concat([revisions.measures.with_columns(other), revisions.measures]),
        flips=pl.concat([revisions.flips.with_columns(other), revisions.flips]),
    )
    text = to_text(both)
    rows = [line.split() for line in text.splitlines() if line.startswith("D2")]
    flips = [row for row in rows if row[1] != "·"]
    rates = [line.split()[1] for line in text.splitlines() if "late_done" in line][:2]
    assert rates == ["due_instant", "a_profile"]
    assert "12 figures moved (6 under due_instant); 2 dossiers changed outcome (2 under" in text
    assert len(flips) == 2


def test_a_missing_value_has_its_reason(revisions):
    assert "the denominator is 0" in to_text(revisions)
    assert "only in one revision" in to_text(revisions)


# ---- dvc plots ----------------------------------------------------------------------------


def test_dvc_plots_makes_a_page_that_asks_the_network_for_nothing(copied):
    copied.write("plots.csv", "period,late\n2021-H1,3\n2022-H1,2\n")
    plots = "plots:\n  - plots.csv:\n      x: period\n      y: late\n"
    copied.write("dvc.yaml", (copied.root / "dvc.yaml").read_text(encoding="utf-8") + plots)
    written = write_plots_page(copied.project).read_bytes()
    assert write_plots_page(copied.project).read_bytes() == written

    copied.dvc("plots", "show", "-o", "pages")

    page = (copied.root / "pages" / "index.html").read_text(encoding="utf-8")
    assert "vegaEmbed('#" in page
    outside = re.sub(r"<script>\(function.*?</script>", "", page, flags=re.S)
    assert outside.count("<script") == 1
    assert "://" not in outside.split("<script", 1)[0]
    assert re.findall(r"<(?:script|link|img)[^>]+(?:src|href)", outside) == []
