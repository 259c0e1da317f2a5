"""A register of service requests, most open and without a due date, counted to the last one.

The oracle is the file itself, read line by line in plain Python; what the pages, forms and audits
are built on must give its counts for every month and half-year, unit by unit and together.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import shutil
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.cli import main
from workbench.core.vocabulary import Period, ReportSpan, periods_between
from workbench.figures.on_request import count_on_request

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SNAPSHOT = dt.datetime(2024, 7, 10, 17, tzinfo=ZONE)
PROFILE = """
name = "mine"
title_vi = "Yêu cầu dịch vụ"
title_en = "Service requests"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "vn_dong_thap"

[snapshot]
at = "2024-07-10 17:00"

[[files]]
patterns = ["mine*"]
kind = "csv"
rows = "dossier"

[files.columns]
"Request" = "dossier_id"
"Team" = "unit_id"
"Type" = ["procedure_id", "procedure_name"]
"Opened" = "received_at"
"Promised" = "due_at"
"Closed" = "resolved_at"
"State" = "status"

[codes.status]
"Open" = "in_progress"
"Closed" = "resolved"
"Cancelled" = "withdrawn"
"Refused" = "rejected"
"""
STATES = {"Closed": "resolved", "Cancelled": "withdrawn", "Refused": "rejected"}


def register() -> list[dict[str, str]]:
    """Three teams, six months: one request in twelve has a due date, one in eight has ended."""
    chance = random.Random(13)  # noqa: S311 -- made-up rows, no secret
    rows = []
    for number in range(240):
        opened = dt.datetime(2024, 1, 2, 8, tzinfo=ZONE) + dt.timedelta(
            hours=chance.randrange(24 * 180)
        )
        state = chance.choice(["Open"] * 21 + ["Closed", "Closed", "Cancelled", "Refused"])
        closed = min(opened + dt.timedelta(hours=chance.randrange(1500)), SNAPSHOT)
        is_dated = state != "Open" and chance.random() < 0.8
        promised = opened + dt.timedelta(days=10) if chance.random() < 0.08 else None
        rows.append(
            {
                "Request": f"SR-{number:04d}",
                "Team": chance.choice(["North", "South", "Parks"]),
                "Type": chance.choice(["Graffiti", "Street light"]),
                "Opened": f"{opened:%d/%m/%Y %H:%M}",
                "Promised": f"{promised:%d/%m/%Y %H:%M}" if promised else "",
                "Closed": f"{closed:%d/%m/%Y %H:%M}" if is_dated else "",
                "State": state,
            }
        )
    return rows


def text_of(rows: list[dict[str, str]]) -> str:
    lines = io.StringIO()
    writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue()


def right(rows: list[dict[str, str]], team: str, period: Period) -> dict[str, int]:
    """Count one team (``*`` all) in one period; an end without a date was before the snapshot."""

    def day(text: str) -> dt.date:
        date, month, year = text[:10].split("/")
        return dt.date(int(year), int(month), int(date))

    counts = dict.fromkeys(("received", "resolved", "withdrawn", "rejected", "open"), 0)
    for row in rows:
        if team not in ("*", row["Team"]) or day(row["Opened"]) > period.ends_on:
            continue
        counts["received"] += day(row["Opened"]) >= period.starts_on
        if row["State"] == "Open":
            counts["open"] += 1
            continue
        closed = day(row["Closed"]) if row["Closed"] else SNAPSHOT.date()
        counts[STATES[row["State"]]] += period.starts_on <= closed <= period.ends_on
        counts["open"] += closed > period.ends_on
    return counts


PERIODS = [
    p
    for kind in ("month", "half")
    for p in periods_between(dt.date(2024, 1, 1), SNAPSHOT.date(), kind)
]
TEAMS = ("*", "North", "South", "Parks")


@pytest.fixture(scope="module")
def run(run_stages):
    """The stages on the register."""
    return run_stages({"mine.csv": text_of(register())}, PROFILE, last="explain")


def test_measures_and_forms_count_what_the_file_holds(run, repository):
    rows = register()
    measures = run.table("measures").filter(
        profile="wb_strict", procedure_id="*", channel_in="*", method="count"
    )
    open_ones = ("open_in_time", "open_overdue", "open_unknown")
    found = count_on_request(
        ["counts"],
        (run.work.clean, run.work.clock),
        repository,
        profile="wb_strict",
        spans=map(ReportSpan.of, PERIODS),
    )
    forms = found["counts"].filter(pl.col("field_of_work") != "*")
    forms = forms.rename({"done": "resolved", "open_total": "open"})
    for team in TEAMS:
        for period in PERIODS:
            expected = right(rows, team, period)
            of_period = pl.col("period") == str(period)
            mine = measures.filter(of_period, unit_id=team)
            found = dict(mine.select("measure", "numerator").iter_rows())
            found["open"] = sum(found.get(name, 0) for name in open_ones)
            assert {name: found.get(name, 0) for name in expected} == expected, (team, str(period))
            form = forms.filter(of_period, pl.lit(team == "*") | (pl.col("unit_id") == team))
            assert {name: form[name].sum() for name in expected} == expected, (team, str(period))


def test_a_command_whose_figures_contradict_each_other_ends_with_4_and_writes_nothing(
    run, repository, monkeypatch, capsys
):
    project = run.work.root
    shutil.copytree(repository.reference, project / "data" / "reference")
    shutil.copytree(repository.pipelines, project / "pipelines")
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(repository.root / name, project / name)
    monkeypatch.setenv("WORKBENCH_PROJECT", str(project))
    mutations = {
        "clock": ("clock/ledger.sql", "spans.work_seconds::bigint as", "is not split exactly"),
        "explain": (
            "explain/causes/causes.sql",
            "share_whole()\n            as late_share",
            "shares sum to 0.5",
        ),
    }
    twice = {
        "clock": "spans.work_seconds::bigint + 60 as",
        "explain": "(2 * share_whole())\n            as late_share",
    }
    for command, (model, figure, message) in mutations.items():
        path = project / "pipelines" / model
        text = path.read_text(encoding="utf-8")
        assert figure in text
        path.write_text(text.replace(figure, twice[command]), encoding="utf-8")
        before = {p: p.read_bytes() for p in (project / "data").rglob("*.parquet")}
        assert main([command]) == 4
        errors = capsys.readouterr().err
        assert message in errors
        assert "dossier SR-" in errors
        assert {p: p.read_bytes() for p in (project / "data").rglob("*.parquet")} == before
        path.write_text(text, encoding="utf-8")
