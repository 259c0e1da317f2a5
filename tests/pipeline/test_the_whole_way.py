"""The pipeline from an inbox to a briefing, as DVC, git and a scheduler run it."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess

import pytest

from workbench.cli.relative_periods import resolve_period
from workbench.testing import one_stop_export

DOSSIERS = 400


def test_a_second_repro_has_nothing_to_do(reproduced, tmp_path):
    bench = reproduced.copy_to(tmp_path / "project")
    bench.dvc("status", "-q")
    output = bench.dvc("repro").stdout
    assert "Data and pipelines are up to date" in output


def test_no_result_holds_a_path_of_the_machine_or_a_person_of_the_inbox(reproduced):
    places = [str(reproduced.root).encode(), str(reproduced.root.parent).encode()]
    people = inbox_names(reproduced)
    assert len(people) > 100
    for path, data in reproduced.tree().items():
        if not path.startswith(("data/inbox/", "data/reference/")):
            assert not any(place in data for place in places), path
            if not path.endswith(".parquet"):
                assert not any(name in data for name in people), path


def inbox_names(bench) -> set[bytes]:
    """Names of applicants as the register writes them."""
    import polars as pl

    names: set[bytes] = set()
    for workbook in bench.project.inbox.glob("*.xlsx"):
        sheet = pl.read_excel(workbook, has_header=False, infer_schema_length=0)
        header = next(
            row for row in sheet.iter_rows() if row and "Họ tên" in {str(c).strip() for c in row}
        )
        column = [str(c).strip() for c in header].index("Họ tên")
        values = sheet[:, column].drop_nulls().to_list()
        names |= {v.encode() for v in values if len(v.split()) >= 3 and not v.startswith("Họ tên")}
    return names


def test_other_data_shows_in_metrics_plots_and_diff_with_its_reason(reproduced, tmp_path):
    bench = reproduced.copy_to(tmp_path / "project")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    bench.run("git", "add", "-A")
    bench.run("git", *identity, "commit", "-qm", "before")
    one_stop_export(bench.project.inbox, seed=2, dossiers=DOSSIERS)
    for stage in ("ingest", "clean", "clock", "explain"):
        bench.call(stage)
    bench.dvc("commit", "-q", "-f")

    metrics = json.loads(bench.dvc("metrics", "diff", "--json").stdout)
    moved = metrics["data/results/measures.json"]
    assert "measures.2022-H1.all.late_done" in moved
    plots = json.loads(bench.dvc("plots", "diff", "HEAD", "--json", "--split").stdout)
    assert plots["data"]

    done = bench.call("diff", "HEAD", "--fail-on", "late_done=0.01", "--rows", "200", check=False)
    assert done.returncode == 4
    assert "late_done:" in done.stderr
    assert re.search(r"^data +data/inbox .* ingest", done.stdout, re.M)
    assert re.search(r"^so-theo-doi-ho-so_2022-H1.xlsx .* changed", done.stdout, re.M)
    assert re.search(r"^late_done +wb_strict +all +all +2022-H1 .* points$", done.stdout, re.M)


@pytest.mark.skipif(os.name == "nt", reason="cron is not on Windows")
def test_the_printed_cron_line_runs_as_cron_runs_it(reproduced, tmp_path):
    bench = reproduced.copy_to(tmp_path / "dự án 100%")
    line = bench.call("schedule", "--kind", "cron").stdout.splitlines()[-1]
    command = line.split(" ", 5)[5].replace("\\%", "%")
    kept = ("HOME", "PYTHONPATH", "DVC_SITE_CACHE_DIR")
    bare = {name: bench.environment[name] for name in kept} | {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, env=bare, check=False, capture_output=True
    )
    mail = (done.stdout + done.stderr).decode()
    # The register ends in June 2022: there is no last half-year to brief on, and the mail says so.
    assert done.returncode == 3, mail
    asked = resolve_period("last-half", dt.datetime.now().astimezone().date())
    assert str(asked) in mail
    assert "30/06/2022" in mail
    assert "Traceback" not in mail
