"""Markup planted in an export is shown as text: nothing of it runs in a briefing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.cli.analysis import analyse

pytestmark = pytest.mark.browser

PROFILE = """
name = "planted"
title_vi = "Gài mã"
title_en = "Planted"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "vn_dong_thap"

[snapshot]
at = "2022-06-30 17:00"

[codes.status]
"ok" = "returned"

[codes.step_kind]
"s1" = "intake"
"s2" = "work"

[[files]]
patterns = ["dossiers*.csv"]
kind = "csv"
rows = "dossier"

[files.columns]
"code" = "dossier_id"
"unit" = "unit_id"
"procedure" = ["procedure_id", "procedure_name"]
"field" = "field_of_work"
"received" = "received_at"
"due" = "due_at"
"resolved" = "resolved_at"
"status" = "status"

[[files]]
patterns = ["steps*.csv"]
kind = "csv"
rows = "step"

[files.columns]
"code" = "dossier_id"
"no" = "step_no"
"name" = "step"
"kind" = "step_kind"
"unit" = "unit_id"
"holder" = "holder_id"
"arrived" = "arrived_at"
"finished" = "finished_at"
"""
IMAGE = "<img src=x onerror=window.ran=1>"
SCRIPT = "<script>window.ran=2</script>"
BREAK_OUT = "</script><svg onload=window.ran=3>"
LINK = "[click](javascript:window.ran=4)"
FORMULA = "=cmd|' /C calc'!A0"


def planted(folder: Path) -> Path:
    """An export of sixty dossiers, every free field of which holds markup or a formula."""
    folder.mkdir()
    dossiers, steps = (
        ["code,unit,procedure,field,received,due,resolved,status"],
        ["code,no,name,kind,unit,holder,arrived,finished"],
    )
    for n in range(60):
        unit = (f"{IMAGE}U{n % 2}", f"{BREAK_OUT}V")[n % 3 == 0]
        day, end = 3 + n % 20, 4 + n % 24
        code = f"D{n}{SCRIPT}"
        dossiers.append(
            f"{code},{unit},{LINK}{SCRIPT},{FORMULA},{day:02}/05/2022 08:00,"
            f"{day + 3:02}/05/2022 17:00,{end:02}/06/2022 09:00,ok"
        )
        for no, name in enumerate((f"{IMAGE}step", f"{BREAK_OUT}`${{7*7}}`"), start=1):
            steps.append(
                f"{code},{no},{name},s{no},{unit},{IMAGE}{n % 5},"
                f"{day:02}/05/2022 08:00,{end:02}/06/2022 09:00"
            )
    for name, lines in (("dossiers.csv", dossiers), ("steps.csv", steps)):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return folder


@pytest.fixture(scope="module")
def outcome(tmp_path_factory) -> Path:
    """The folder of ``workbench analyse`` on the planted export."""
    folder = tmp_path_factory.mktemp("planted")
    profile = folder / "planted.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    analyse(
        [planted(folder / "export")],
        source=str(profile),
        out=folder / "out",
        as_of="",
        kind="half",
        profile="wb_strict",
        progress=lambda _: None,
    )
    return folder / "out"


def test_nothing_planted_in_an_export_runs_in_its_briefing(outcome, context, guard) -> None:
    pages = sorted(outcome.rglob("*.html"))
    assert outcome / "briefing.html" in pages
    for path in pages:
        watch = guard(("file:",))
        page = watch.watch(context)
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        page.goto(path.as_uri())
        page.wait_for_timeout(300)
        assert page.evaluate("window.ran") is None, path.name
        assert page.locator("img[src=x]").count() == 0, path.name
        assert page.locator("a[href^=javascript]").count() == 0, path.name
        assert page.locator("[onload], [onerror], [onclick]").count() == 0, path.name
        assert watch.errors == []
        assert watch.refused == []


def test_what_was_planted_is_shown_as_the_text_it_is(outcome, context, guard) -> None:
    page = guard(("file:",)).watch(context)
    page.goto((outcome / "briefing.html").as_uri())
    assert "<img src=x onerror=window.ran=1>" in page.locator("body").inner_text()


def test_no_table_of_text_holds_a_live_formula(outcome) -> None:
    for path in outcome.rglob("*.csv"):
        for line in path.read_text(encoding="utf-8").splitlines():
            for cell in line.split(","):
                assert not cell.lstrip('"').startswith(("=", "+", "@")), (path.name, line)
    json.loads((outcome / "measures.json").read_text(encoding="utf-8"))
