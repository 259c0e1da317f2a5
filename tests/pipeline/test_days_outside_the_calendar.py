"""Days that no calendar covers, and dates of no age, are verdicts on their own dossiers alone.

Good rows stand beside rows with such days: the whole way is gone, the good rows' figures are what
they are without them, and each odd row is judged by its stamps where they suffice.
"""

from __future__ import annotations

import polars as pl
import pytest

import workbench
from pipeline.conftest import StageRun
from workbench.cli import main
from workbench.core.project import Project

PROFILE = """
name = "mine"
title_vi = "Sổ tiếp nhận"
title_en = "Register"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "vn_dong_thap"
{term}
[snapshot]
at = "{snapshot}"

[[files]]
patterns = ["mine*"]
kind = "csv"
rows = "dossier"

[files.columns]
"No" = "dossier_id"
"Office" = "unit_id"
"Work" = ["procedure_id", "procedure_name"]
"In" = "received_at"
"Due" = "due_at"
"Out" = "resolved_at"
"State" = "status"

[codes.status]
"done" = "resolved"
"open" = "in_progress"
"""
HEADER = "No,Office,Work,In,Due,Out,State\n"
GOOD = "".join(
    f"G-{n:02d},North,Permit,{2 + n:02d}/03/2026 08:30,{16 + n % 12:02d}/03/2026 17:00,"
    f"{18 + n % 9:02d}/03/2026 10:00,done\n"
    for n in range(20)
)
ODD = {
    "due-placeholder": ("05/03/2026 08:00", "31/12/9999", "20/03/2026 09:00", "done"),
    "due-next-year": ("05/03/2026 08:00", "06/01/2028 17:00", "20/03/2026 09:00", "done"),
    "due-next-year-open": ("05/03/2026 08:00", "06/01/2028 17:00", "", "open"),
    "received-2018-open": ("05/11/2018 08:00", "30/11/2018 17:00", "", "open"),
    "received-2018-late": ("05/11/2018 08:00", "30/11/2018 17:00", "05/03/2026 08:00", "done"),
    "resolved-2018-late": ("05/11/2018 08:00", "30/11/2018 17:00", "03/12/2018 08:00", "done"),
    "resolved-2018": ("05/11/2018 08:00", "30/11/2018 17:00", "20/11/2018 08:00", "done"),
    "received-1900": ("01/01/1900 08:00", "30/11/2018 17:00", "20/03/2026 08:00", "done"),
    "resolved-9999": ("05/03/2026 08:00", "20/03/2026 17:00", "31/12/9999", "open"),
}
ODD_ROWS = "".join(f"{name},South,Permit,{','.join(row)}\n" for name, row in ODD.items())
SNAPSHOT = "2026-06-30 17:00"


def register(term: str = "", snapshot: str = SNAPSHOT) -> str:
    return PROFILE.format(term=term, snapshot=snapshot)


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> StageRun:
    """An analysis of good and odd rows together."""
    home = tmp_path_factory.mktemp("both")
    source, export = home / "mine.toml", home / "mine.csv"
    source.write_text(register(), encoding="utf-8")
    export.write_text(HEADER + GOOD + ODD_ROWS, encoding="utf-8")
    command = ["analyse", str(export), "--source", str(source), "--out", str(home / "out")]
    assert main([*command, "--lang", "en"]) == 0
    return StageRun(Project(home / "out"))


def test_each_odd_row_is_judged_alone_and_good_rows_keep_their_figures(run_stages, both) -> None:
    alone = run_stages({"mine.csv": HEADER + GOOD}, register(), last="explain")
    odd = {name: verdict for name, verdict in both.outcomes().items() if name in ODD}
    assert odd == {
        "due-placeholder": "unknown",
        "due-next-year": "early",
        "due-next-year-open": "open_in_time",
        "received-2018-open": "open_overdue",
        "received-2018-late": "late",
        "resolved-2018-late": "late",
        "resolved-2018": "early",
        "resolved-9999": "open_overdue",
    }
    for table in ("outcomes", "ledger", "late_dossiers", "due_dates"):
        good = both.table(table).filter(pl.col("dossier_id").str.starts_with("G-"))
        assert good.equals(alone.table(table)), table
    north = (pl.col("unit_id") == "North") & pl.col("period").str.starts_with("2026")
    for table in ("measures", "cause_cells"):
        columns = [c for c in both.table(table).columns if c not in ("lower", "upper")]
        mixed, expected = (
            run.table(table).filter(north).select(columns).sort(columns) for run in (both, alone)
        )
        counted = pl.col("method") == "count" if table == "measures" else pl.lit(True)
        assert mixed.filter(counted).equals(expected.filter(counted)), table


def test_what_the_calendar_lacks_is_reported_and_left_empty(both) -> None:
    run = both
    found = run.table("calendar_findings").filter(severity="warn").sort("dossier_id", "rule_id")
    assert found.select("dossier_id", "rule_id", "year").rows() == [
        ("due-next-year", "D34", 2028),
        ("due-next-year-open", "D34", 2028),
        ("received-2018-late", "D34", 2018),
        ("received-2018-late", "D35", 2018),
        ("received-2018-open", "D34", 2018),
        ("received-2018-open", "D35", 2018),
        ("resolved-2018", "D34", 2018),
        ("resolved-2018", "D35", 2018),
        ("resolved-2018", "D36", 2018),
        ("resolved-2018-late", "D34", 2018),
        ("resolved-2018-late", "D35", 2018),
        ("resolved-2018-late", "D36", 2018),
    ]
    assert not found["is_undecidable"].any()
    assert "2018: vn_dong_thap (2019-01-01" in found["message_en"][3]
    strict = run.table("outcomes").filter(profile="wb_strict").sort("dossier_id")
    unmeasured = strict.filter(pl.col("used_seconds").is_null())["dossier_id"]
    assert set(unmeasured) == {name for name in ODD if "2018" in name}
    assert set(strict.filter(pl.col("slack_seconds").is_null())["dossier_id"]) == {
        "due-placeholder",
        *(name for name in ODD if "2018" in name or "next-year" in name),
    }
    assert run.table("ledger").join(found, on="dossier_id", how="semi")["dossier_id"].unique(
        maintain_order=True
    ).to_list() == ["due-next-year", "due-next-year-open"]
    late = run.table("late_dossiers").filter(pl.col("overrun_seconds").is_null())
    assert set(late["dossier_id"]) == {
        "received-2018-open",
        "received-2018-late",
        "resolved-2018-late",
    }
    rows = dict.fromkeys(ODD) | {name: n for n, name in enumerate(ODD, start=22)}
    assert {
        (rows["due-placeholder"], "D18"),
        (rows["received-1900"], "D18"),
        (rows["received-1900"], "D04"),
        (rows["resolved-9999"], "D18"),
    } <= run.findings()


def test_a_due_date_that_rests_on_a_missing_year_is_unknown_under_every_profile(run_stages) -> None:
    rows = (
        "G-1,North,Permit,04/03/2026 08:00,,10/03/2026 09:00,done\n"
        "lost-due,South,Permit,28/12/2027 08:00,,29/12/2027 09:00,done\n"
        "lost-reception,South,Permit,05/11/2018 08:00,,05/03/2026 09:00,done\n"
    )
    term = '[term]\nvalue = 20\nunit = "working_day"\n'
    run = run_stages({"mine.csv": HEADER + rows}, register(term, "2027-12-30 17:00"))
    outcomes = run.table("outcomes")
    lost = outcomes.filter(pl.col("dossier_id").str.starts_with("lost"))
    assert set(lost["outcome"]) == {"unknown"}
    assert run.outcomes()["G-1"] == "early"
    found = run.table("calendar_findings").filter(severity="warn").sort("dossier_id")
    assert found.select("dossier_id", "rule_id", "year", "is_undecidable").rows() == [
        ("lost-due", "D34", 2028, True),
        ("lost-reception", "D35", 2018, True),
    ]


def test_an_export_taken_after_the_calendar_ends_judges_open_dossiers_by_their_stamps(
    run_stages,
) -> None:
    rows = (
        "open-late,South,Permit,05/11/2026 08:00,30/11/2026 17:00,,open\n"
        "done,North,Permit,05/11/2026 08:00,30/11/2026 17:00,20/11/2026 10:00,done\n"
    )
    run = run_stages({"mine.csv": HEADER + rows}, register("", "2028-01-05 17:00"))
    assert run.outcomes() == {"done": "early", "open-late": "open_overdue"}
    found = run.table("calendar_findings").filter(severity="warn")
    assert found.select("dossier_id", "rule_id", "year").rows() == [("open-late", "D36", 2028)]


def test_the_pages_say_how_many_dossiers_lack_a_year_and_what_to_add(both) -> None:
    out = both.work.root
    page = (out / "briefing.html").read_text(encoding="utf-8")
    assert "6 dossiers have days that the working calendar does not cover" in page
    assert "Missing years: 2018 (vn_dong_thap), 2028 (vn_dong_thap)" in page
    assert "workbench calendar add 2018" in page
    book = workbench.open(out)
    for name in ODD.keys() - {"received-1900"}:
        assert book.dossier(name).claims


def test_a_term_in_working_days_needs_a_calendar_with_days_off(tmp_path, capsys) -> None:
    source, export = tmp_path / "mine.toml", tmp_path / "mine.csv"
    term = '[term]\nvalue = 20\nunit = "working_day"\n'
    endless = register(term).replace('"vn_dong_thap"', '"always"')
    source.write_text(endless, encoding="utf-8")
    export.write_text(HEADER + GOOD, encoding="utf-8")
    out = tmp_path / "out"
    asked = ["analyse", str(export), "--source", str(source), "--out", str(out), "--lang", "en"]
    assert main(asked) == 3
    errors = capsys.readouterr().err
    assert "20 working days" in errors
    assert "«always»" in errors
    assert "vn_dong_thap" in errors
    assert not out.exists()
