"""A drafted year is marked as one, replaces no reviewed day and never lacks its Tết."""

from __future__ import annotations

import csv
import datetime as dt
import shutil

import holidays
import pytest

from workbench.cli import main
from workbench.clock import Calendars
from workbench.clock.calendar_draft import add_year, compare_lists, draft_year, drafted_years
from workbench.core.errors import InputRejected, UsageProblem


@pytest.fixture
def folder(tmp_path, reference_dir):
    return shutil.copytree(reference_dir / "calendars", tmp_path / "calendars")


def rows_of(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def days_of(folder, year, listed="vn"):
    rows = rows_of(folder, "holidays.csv")
    return [r for r in rows if r["holiday_list"] == listed and r["day"].startswith(f"{year}")]


def test_a_new_year_is_covered_from_its_draft_on_and_the_draft_is_marked(folder):
    before = rows_of(folder, "holidays.csv")
    added = add_year(folder, 2028, "VN")
    assert added.calendars == ("vn_dong_thap", "vn_epar")
    drafted = days_of(folder, 2028)
    assert {row["verified"] for row in drafted} == {"no"}
    assert all(row["source"].startswith("holidays ") for row in drafted)
    assert [r for r in rows_of(folder, "holidays.csv") if r not in drafted] == before
    calendar = Calendars.read(folder)["vn_dong_thap"]
    assert calendar.last_day == dt.date(2028, 12, 31)
    assert calendar.drafted_from == dt.date(2027, 1, 1)
    tet = dt.date(2028, 1, 26)  # the lunar year of the Monkey begins
    assert not calendar.is_working_day(tet)


def test_a_year_without_its_tet_is_never_covered(folder, monkeypatch):
    add_year(folder, 2028, "VN")
    holiday_file = folder / "holidays.csv"
    lines = holiday_file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not (line.startswith("vn,2028") and "Tết Ng" in line)]
    holiday_file.write_text("".join(kept), encoding="utf-8")
    assert Calendars.read(folder)["vn_dong_thap"].last_day == dt.date(2027, 12, 31)

    solar = {dt.date(2028, 1, 1): "Tết Dương lịch"}
    monkeypatch.setattr(holidays, "country_holidays", lambda *_, **__: solar)
    with pytest.raises(InputRejected, match="lacks «Tết Nguyên đán» of 2028"):
        add_year(folder, 2028, "VN")


def test_a_reviewed_year_stays_and_a_year_with_a_gap_before_it_is_refused(folder):
    with pytest.raises(UsageProblem, match="2026 of «VN» is already reviewed"):
        add_year(folder, 2026, "VN")
    with pytest.raises(UsageProblem, match="workbench calendar add 2028 --country VN"):
        add_year(folder, 2029, "VN")
    with pytest.raises(UsageProblem, match="There are: IT, NL, US_MA, VN"):
        add_year(folder, 2028, "FR")
    before = rows_of(folder, "holidays.csv")
    add_year(folder, 2027, "VN")
    assert rows_of(folder, "holidays.csv") == before, "a draft is drafted anew"


def test_a_year_before_the_first_keeps_the_reviewed_days_that_are_there(folder):
    add_year(folder, 2018, "VN")
    new_year_s_eve = [row for row in days_of(folder, 2018) if row["day"] == "2018-12-31"]
    assert [row["verified"] for row in new_year_s_eve] == ["yes"]
    assert Calendars.read(folder)["vn_dong_thap"].first_day == dt.date(2018, 1, 1)


def test_a_moved_day_and_the_saturday_that_makes_up_for_it_are_a_pair():
    pairs = {
        (row["kind"], row["day"], row["paired_day"])
        for row in draft_year(2024, "VN")
        if row["paired_day"]
    }
    assert pairs == {
        ("swap_off", "2024-04-29", "2024-05-04"),
        ("swap_work", "2024-05-04", "2024-04-29"),
    }


def test_a_day_taken_out_of_a_calendar_is_found_by_comparing(folder):
    path = folder / "holidays.csv"
    text = path.read_text(encoding="utf-8")
    known = {(one.holiday_list, one.day) for one in compare_lists(folder)}
    path.write_text(text.replace("vn,2025-09-01,off", "vn,2025-09-06,off"), encoding="utf-8")
    found = {(one.holiday_list, one.day): one.is_worked for one in compare_lists(folder)}
    assert found.keys() - known == {("vn", dt.date(2025, 9, 1))}
    assert found["vn", dt.date(2025, 9, 1)] is True


def test_the_shipped_draft_is_that_of_2027(reference_dir):
    assert drafted_years(reference_dir / "calendars") == {"vn": [2027]}


def test_the_commands_say_what_was_added_and_what_differs(folder, tmp_path, monkeypatch, capsys):
    (tmp_path / "data").mkdir()
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "dvc.yaml").touch()
    shutil.move(folder, tmp_path / "data" / "reference" / "calendars")
    monkeypatch.chdir(tmp_path)
    assert main(["calendar", "add", "2028", "--lang", "en"]) == 0
    assert "2028" in (said := capsys.readouterr().out)
    assert "vn_dong_thap, vn_epar, marked as not reviewed" in said
    assert main(["calendar", "check", "--lang", "vi"]) == 0
    said = capsys.readouterr().out
    assert "vn 2026-01-10: lịch là ngày làm việc" in said
    assert "Năm chưa đối chiếu: vn 2027, 2028" in said
