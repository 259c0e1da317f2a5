"""A line that cannot be read ends with exit code 2 and says, in the reader's language, why."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.cli.app import COMMANDS, read_command
from workbench.cli.relative_periods import read_cadence, resolve_against, resolve_period
from workbench.core.errors import UsageProblem
from workbench.core.project import Project, shipped
from workbench.core.vocabulary import Period, latest_kind
from workbench.explain import known_profile
from workbench.ingest import find_profile
from workbench.messages import use_language


@pytest.mark.parametrize(
    ("line", "vietnamese", "english"),
    [
        ("breif", "Có phải ý bạn là «brief»", "Did you mean «brief»"),
        ("sources inspekt x", "«inspect»", "«inspect»"),
        ("brief --peroid latest", "«--period»", "«--period»"),
        ("diff a --format htm", "text, md, html", "text, md, html"),
        ("diff a --rows many", "--rows không nhận «many»", "--rows cannot be «many»"),
        ("diff", "Thiếu giá trị của REV_A", "The value of REV_A is missing"),
        ("analyse x --out o", "Thiếu giá trị của --source", "The value of --source is missing"),
        ("watch --unit", "Thiếu giá trị của --unit", "The value of --unit is missing"),
        ("watch --unit a --unit b", "--unit được ghi nhiều lần", "--unit is given more than once"),
        ("watch a b", "Thừa: «a b»", "Not expected here: «a b»"),
        ("brief --no-where", "--no-where", "--no-where"),
        ("", "Thiếu tên lệnh", "No command was given"),
        ("sources", "workbench sources --help", "workbench sources --help"),
    ],
)
def test_a_line_that_cannot_be_read_says_what_is_wrong(line, vietnamese, english, capsys):
    for speech, expected in (("vi", vietnamese), ("en", english)):
        with use_language(speech):
            assert main(line.split()) == 2
        printed = capsys.readouterr()
        assert expected in printed.err
        assert len(printed.err.splitlines()) == 1
        assert printed.out == ""


def test_nothing_is_suggested_where_nothing_is_near():
    with use_language("en"), pytest.raises(UsageProblem) as problem:
        read_command(["xyzzy"])
    assert "mean" not in str(problem.value)


def test_help_is_in_the_language_that_the_line_asks_for(capsys):
    for speech, expected in (("vi", "Tùy chọn:"), ("en", "Options:")):
        for words in (["watch", "--help", "--lang", speech], ["watch", f"--lang={speech}", "-h"]):
            assert main(words) == 0
            assert expected in capsys.readouterr().out


def test_the_first_help_page_lists_every_command_in_the_order_of_the_work(capsys):
    with use_language("en"):
        assert main(["--help"]) == 0
    lines = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line[:3].strip()]
    assert [word for word in lines if word in COMMANDS] == list(COMMANDS)


def test_help_says_what_may_be_given_what_must_be_and_what_is_taken(capsys):
    with use_language("en"):
        main(["analyse", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "--out DIR folder for the results (required)" in text
    assert "(choices: month, quarter, half, year; default: half)" in text


def test_a_source_may_be_given_several_times():
    sources = ["--source", "one_stop", "--source", "receipt"]
    asked = read_command(["analyse", "a", "b", *sources, "--out", "o"]).values
    assert asked["paths"] == [Path("a"), Path("b")]
    assert asked["source"] == ["one_stop", "receipt"]


@pytest.mark.parametrize(
    "line",
    [
        "analyse {export} --source one_stop --out {taken}",
        "start {export} --yes --out {taken}",
        "simulate --out {taken}",
        "latebench --out {taken}",
        "sources inspect {export} --out {taken}/draft.toml",
        "sources epar . --out {taken}",
    ],
)
def test_a_place_where_nothing_can_be_written_is_named_before_any_work(line, tmp_path, capsys):
    taken, export = tmp_path / "taken", tmp_path / "export.csv"
    taken.write_text("a file\n")
    export.write_text("Mã hồ sơ,Ngày tiếp nhận\nA,01/03/2026\n", encoding="utf-8")
    for place, cure in (
        (taken, "Name another folder"),
        (Path("/proc/none"), "where you may write"),
    ):
        with use_language("en"):
            assert main(line.format(export=export, taken=place).split()) == 2
        printed = capsys.readouterr().err
        assert cure in printed
        assert len(printed.splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["export.csv", "taken"]


@pytest.mark.parametrize(
    ("place", "command"),
    [("data/reference/sources", "workbench dvc repro"), (".", "workbench analyse PATH --source")],
)
def test_a_draft_leads_to_the_command_that_reads_it(tmp_path, monkeypatch, capsys, place, command):
    export = tmp_path / "export.csv"
    export.write_text("Mã hồ sơ,Ngày tiếp nhận\nA,01/03/2026\n", encoding="utf-8")
    facts = Project(tmp_path)
    shutil.copytree(shipped().reference, facts.reference)
    monkeypatch.setattr("workbench.cli.sources.find_facts", lambda: facts)
    out = tmp_path / place / "mine.toml"
    assert main(["sources", "inspect", str(export), "--out", str(out), "--lang", "en"]) == 0
    assert command in capsys.readouterr().err


def test_a_rule_of_lateness_that_does_not_exist_stops_before_any_work(tmp_path, capsys):
    export = tmp_path / "export.csv"
    export.write_text("Mã hồ sơ,Ngày tiếp nhận\nA,01/03/2026\n", encoding="utf-8")
    for command in ("analyse --source one_stop", "start --yes"):
        line = f"{command} {export} --profile wb_strikt --out {tmp_path / 'out'}"
        with use_language("en"):
            assert main(line.split()) == 2
        assert "wb_strict" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["export.csv"]


def test_names_are_found_in_upper_and_lower_case(reference_dir):
    assert find_profile("ONE_stop", reference_dir) == find_profile("one_stop", reference_dir)
    assert known_profile(shipped(), "WB_Strict") == "wb_strict"
    assert Period.parse("2022-h1") == Period.parse("2022-H1")
    assert latest_kind("Latest-Month") == "month"
    day = dt.date(2022, 7, 1)
    assert resolve_period("LAST-half", day) == resolve_period("last-half", day)
    assert resolve_against("Previous", Period.parse("2022-q3")) == Period.parse("2022-Q2")
    assert read_cadence("Half") == "half"


def test_help_says_no_default_twice_and_none_that_says_nothing(capsys):
    for command in ("runs", "diff"):
        with use_language("en"):
            main([command, "--help"])
        printed = " ".join(capsys.readouterr().out.split())
        assert "()" not in printed
        assert not re.search(r"default[^)]*\)[^)]*\(default", printed)


def test_limits_of_a_comparison_add_up():
    asked = read_command(["diff", "a", "--fail-on", "flips=0", "--fail-on", "rate=1"]).values
    assert asked["fail_on"] == ("flips=0", "rate=1")


def test_a_stage_run_by_the_pipeline_imports_no_command_line():
    stages = ("ingest", "clean", "clock", "explain")
    code = "import sys\n" + "\n".join(f"import workbench.{name}.__main__" for name in stages)
    code += "\nprint([name for name in sys.modules if name.split('.')[0] in ('cyclopts', 'rich')"
    code += " or name.startswith('workbench.cli')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_help_reads_no_command_that_is_not_asked_for():
    code = "import sys\nfrom workbench.cli import main\nmain(['--help'])\n"
    code += "sys.exit(int('polars' in sys.modules or 'workbench.cli.watch' in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
