"""An export that tries everything: markup, scripts and formulas in every field people type."""

from __future__ import annotations

from pathlib import Path

from workbench.cli.analyse import analyse
from workbench.cli.options import PLAIN

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


def analysed(folder: Path) -> Path:
    """Run ``workbench analyse`` on the planted export and return what it wrote."""
    profile = folder / "planted.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    analyse(
        [planted(folder / "export")],
        sources=[str(profile)],
        out=folder / "out",
        options=PLAIN,
        progress=lambda _: None,
    )
    return folder / "out"
