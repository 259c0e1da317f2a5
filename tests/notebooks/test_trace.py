"""From a figure to its dossiers and back, and working time counted from a printed page alone."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.answers import open_book
from workbench.answers.office_hours import describe_office_hours
from workbench.cli import main
from workbench.core.errors import UsageProblem
from workbench.core.vocabulary import Period, ReportSpan
from workbench.figures.measures import COUNTS, read_rates
from workbench.figures.on_request import CLOSING_COUNTERS

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOMENT = re.compile(r"(\d\d:\d\d:\d\d) (\d\d/\d\d/\d{4})")


@pytest.fixture(scope="module")
def book(small_project):
    return open_book(small_project.root, language="en")


@pytest.mark.parametrize("period", ["2021-Q3", "2022-H1"])
def test_dossiers_counted_one_by_one_add_up_to_every_figure(book, period):
    """Each measure of all together, as the pipeline has it."""
    spans = [ReportSpan.of(Period.parse(period))]
    each = book.dossiers.with_columns(unit_id="dossier_id")
    counts = book.counted_dossiers(each, spans, "wb_strict").filter(
        pl.col("unit_id").is_in(book.dossiers["dossier_id"].implode()),
        *(pl.col(name) == "*" for name in ("field_of_work", "procedure_id", "channel_in")),
    )
    sides = {name: (above, ()) for name, above in COUNTS.items()} | read_rates(book.reference)
    figures = book.unit_measures.filter(unit_id="*", period=period, profile="wb_strict")
    assert figures.height > 15
    closings = book.counted_closings(each, spans, "wb_strict")
    assert closings.height <= counts.height
    for counter in CLOSING_COUNTERS:
        counted = counts.filter(pl.col(counter) > 0).select("unit_id", counter).sort("unit_id")
        sooner = closings.filter(pl.col(counter) > 0).select("unit_id", counter).sort("unit_id")
        assert counted.equals(sooner), counter
    for row in figures.to_dicts():
        sums = [
            sum(int(counts[counter].sum()) for counter in counters)
            for counters in sides[row["measure"]]
        ]
        assert sums == [row["numerator"], row["denominator"] or 0], row["measure"]


@pytest.mark.parametrize(
    "group",
    [
        {},
        {"unit_id": "SD-VH"},
        {"procedure_id": "P1"},
        {"unit_id": "SD-VH", "channel_in": "online"},
    ],
)
def test_the_dossiers_behind_a_figure_are_those_of_its_group(book, group):
    names = ("unit_id", "procedure_id", "channel_in")
    parts = [group.get(name, "all") for name in names]
    answer = book.trace("/".join(["late_done", "2022-H1", *parts]))
    whole = {name: group.get(name, "*") for name in names}
    row = book.measures.filter(
        measure="late_done", period="2022-H1", profile="wb_strict", **whole
    ).to_dicts()[0]
    assert answer.frame["numerator"].sum() == row["numerator"] > 0
    assert answer.frame["denominator"].sum() == row["denominator"]
    assert set(answer.frame.filter(pl.col("numerator") == 1)["outcome"]) == {"late"}
    members = book.dossiers.filter(pl.col("dossier_id").is_in(answer.frame["dossier_id"].implode()))
    assert all(set(members[name]) == {value} for name, value in group.items())


def test_the_parts_of_late_dossiers_add_up_to_their_cell(book):
    cells = book.cell_tests.filter(pl.col("observed") > 0).sort("observed", descending=True)
    row = cells.to_dicts()[0]
    answer = book.trace(f"{row['cause']}/{row['period']}/{row['unit_id']}")
    closed = answer.frame.filter(pl.col("outcome") == "late")
    assert closed["numerator"].sum() == pytest.approx(row["observed"])
    assert f"{row['observed']:.1f} out of {row['n_late']} late" in answer.claims[1].text


def test_a_dossier_is_in_the_figures_that_list_it_and_in_no_other(book):
    late = book.late_dossiers.to_dicts()[0]
    answer = book.trace(late["dossier_id"])
    above = {row["figure"].split("/")[0]: row["above"] for row in answer.frame.to_dicts()}
    assert "early" not in above
    half = str(Period.holding(late["ended_on"], "half"))
    assert half in above["late_done"]
    assert late["dossier_id"] in book.trace(f"late_done/{half}").frame["dossier_id"]


def test_a_row_of_an_export_leads_to_its_dossier(book):
    assert "H0017" in book.trace("a.xlsx:17").sentence()
    with pytest.raises(UsageProblem):
        book.trace("a.xlsx:99999")


@pytest.mark.parametrize("target", ["late/2031-H1", "late/2022-H1/NOWHERE", "lateness/2022-H1", ""])
def test_what_is_no_figure_is_refused(book, target):
    with pytest.raises(UsageProblem):
        book.trace(target)


def test_the_whole_list_goes_to_a_file(small_project, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(small_project.root)
    file = tmp_path / "late.csv"
    assert main(["trace", "late/2022-H1", "--csv", str(file)]) == 0
    rows = pl.read_csv(file)
    assert rows.columns[0] == "dossier_id"
    assert f"Late: {rows['numerator'].sum()}," in capsys.readouterr().out


# working time from the page alone ---------------------------------------------------------


def windows(days: dict[str, str], day: dt.date, zone: ZoneInfo) -> list[tuple[float, float]]:
    """The opening hours of a day as the printed table has them, in epoch seconds."""
    hours = days.get(f"{day:%d/%m/%Y}", days[WEEKDAYS[day.isoweekday() - 1]])
    if worked_as := re.match(r"worked as (\w+)", hours):
        hours = days[worked_as[1]]
    return [
        (at(day, opens, zone), at(day, closes, zone))
        for opens, closes in re.findall(r"(\d\d:\d\d)–(\d\d:\d\d)", hours)
    ]


def at(day: dt.date, time: str, zone: ZoneInfo) -> float:
    hour, minute = map(int, time.split(":"))
    begins = dt.datetime.combine(day + dt.timedelta(days=hour // 24), dt.time(hour % 24, minute))
    return begins.replace(tzinfo=zone).timestamp()


def working_seconds(days: dict[str, str], start: dt.datetime, end: dt.datetime) -> int:
    """Seconds between two instants within the printed hours, day by day."""
    zone = start.tzinfo
    n_days = (end.date() - start.date()).days + 1
    spans = [span for n in range(n_days) for span in windows(days, start.date() + n * DAY, zone)]
    first, last = start.timestamp(), end.timestamp()
    return int(sum(max(0.0, min(b, last) - max(a, first)) for a, b in spans))


DAY = dt.timedelta(days=1)


def test_working_time_is_counted_from_the_printed_page_alone(small_project, monkeypatch, capsys):
    """Every segment, the total and what was allowed, for a dossier over Tết and a May holiday."""
    monkeypatch.chdir(small_project.root)
    for dossier_id in ("H0283", "H0325"):
        assert main(["explain", dossier_id, "--lang", "en"]) == 0
        text = capsys.readouterr().out
        zone = ZoneInfo(re.search(r"time zone ([\w/]+)", text)[1])
        table = text[text.index("Office hours (") :].split("\n\n")[0]
        days = dict(re.split(r"\s{2,}", line)[:2] for line in table.splitlines()[2:])
        segments = 0
        for line in text.splitlines():
            if len(found := MOMENT.findall(line)) == 2:
                start, end = (
                    dt.datetime.strptime(" ".join(m), "%H:%M:%S %d/%m/%Y").replace(tzinfo=zone)
                    for m in found
                )
                printed = line[line.rindex(found[1][1]) + 10 :].split()[0]
                parts = [*map(int, printed.split(":")), 0][:3]
                expected = sum(n * 60**p for n, p in zip(parts, (2, 1, 0), strict=True))
                assert working_seconds(days, start, end) == expected, line
                segments += 1
        assert segments > 2


@pytest.mark.parametrize(
    ("calendar_id", "start", "end"),
    [
        ("vn_dong_thap", "2022-01-26T08:00", "2022-02-09T16:00"),  # Tết, and hours over noon
        ("vn_dong_thap", "2019-04-26T16:30", "2019-05-06T09:00"),  # a make-up Saturday
        ("us_ma", "2022-03-11T10:00", "2022-03-15T10:00"),  # clocks change on a closed Sunday
        ("always", "2022-10-29T10:00", "2022-10-31T10:00"),
    ],
)
def test_the_printed_hours_are_those_of_the_clock(
    calendars, reference_dir, calendar_id, start, end
):
    calendar = calendars[calendar_id]
    zone = ZoneInfo(calendar.time_zone)
    first, last = (dt.datetime.fromisoformat(t).replace(tzinfo=zone) for t in (start, end))
    answer = describe_office_hours(reference_dir, calendar_id, first.date(), last.date())
    days = {row["days"]: row["hours"] for row in answer.frame.to_dicts()}
    assert working_seconds(days, first, last) == calendar.working_seconds(first, last)
    assert working_seconds(days, first, last) > 0
