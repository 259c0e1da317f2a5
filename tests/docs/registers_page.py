"""The manual's page on three public registers, written from their files by the workbench.

``python tests/docs/registers_page.py`` rewrites ``docs/manual/registers.md`` where the registers
lie beside the project (``../shared/data``). The words are fixed and every figure is computed here;
``tests/reference/test_real_comparisons.py`` holds the page to the figures, and the figures to what
the words say of them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from string import Template

import polars as pl

from workbench.answers import Book
from workbench.answers.columns import Row
from workbench.answers.groups import ENDS, compare_groups, durations
from workbench.clean import clean
from workbench.clock import Calendars
from workbench.clock.stage import clock
from workbench.core import numerals
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.core.vocabulary import Period
from workbench.figures import compare
from workbench.figures.estimates import Estimate, difference, wilson
from workbench.ingest import deliveries, find_profile, ingest
from workbench.messages import use_language
from workbench.warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/manual/registers.md"
WORDS = Path(__file__).with_name("registers_page.md")
REFERENCE = ROOT / "data" / "reference"
FILES = {"boston311": "boston311", "receipt": "receipt/receipt.csv.gz", "wabo": "wabo"}
PROFILE = "wb_strict"
FORWARDING = "Doorsturen aan bevoegd gezag"
days_taken = durations.__wrapped__


def clocked(name: str, shared: Path, work: Project) -> Project:
    """Take a register from its files to the tables of the clock."""
    ingest(deliveries([shared / FILES[name]], find_profile(name, REFERENCE)), work.landed)
    folders = RunFolders(work, Project(ROOT))
    clean(folders)
    clock(folders)
    return work


def read(work: Project, results: Path) -> Book:
    """Open the tables of a register; what this page needs of its results is made."""
    with Warehouse(ROOT / "pipelines") as warehouse:
        for folder in (work.clean, work.clock, REFERENCE):
            warehouse.attach(folder)
        warehouse.add_frame("calendar_days", Calendars.read(REFERENCE / "calendars").days())
        warehouse.set("profile", PROFILE)
        warehouse.build("explain", wanted=("progress",))
        warehouse.write(["progress"], results)
    return Book(work.root, (work.clean, work.clock, results), REFERENCE, "en")


def groups(book: Book, by: str, *within: str, group: str = "", other: str = "") -> pl.DataFrame:
    """Return groups against each other, crude and among alike dossiers."""
    about = {"within": within, "group": group, "other": other, "profile": PROFILE}
    return compare_groups.__wrapped__(book, by, **about).frame


def judged(book: Book) -> pl.DataFrame:
    """Return the dossiers that ended with a due date or are open past it: late or not."""
    late = pl.col("outcome").is_in(["late", "open_overdue"])
    known = late | pl.col("outcome").is_in(["early", "on_time"])
    decided = book.outcomes.filter(pl.col("profile") == PROFILE, known)
    return decided.select("dossier_id", late.alias("late"))


def departments(book: Book) -> pl.DataFrame:
    """Return units: dossiers, those with a target of their own, those judged, and late ones."""
    return (
        book.dossiers.join(judged(book), on="dossier_id", how="left")
        .group_by("unit_id")
        .agg(
            pl.len().alias("requests"),
            pl.col("due_at").is_not_null().sum().alias("targets"),
            pl.col("late").is_not_null().sum().alias("judged"),
            pl.col("late").sum(),
        )
        .sort("unit_id")
    )


def cohorts(book: Book) -> pl.DataFrame:
    """Return late shares by quarter of reception: of closed ones, known, and in the end."""
    return compare.eventual(book.progress, (), cohort="quarter")


def fall(book: Book, share: str) -> tuple[float, float, float]:
    """Return how far a share of receipt fell from the last quarter of 2010 to that of 2011."""
    rows = {row["cohort"]: row for row in cohorts(book).iter_rows(named=True)}
    sides = [_estimate(rows[quarter], share) for quarter in ("2010-Q4", "2011-Q4")]
    change, low, high = difference(*sides)
    assert change is not None
    assert low is not None
    assert high is not None
    return change, low, high


def _estimate(row: Row, share: str) -> Estimate:
    bounds = (row[share], row[f"{share}_lower"], row[f"{share}_upper"])
    return Estimate(*bounds, row[f"{share}_numerator"], row[f"{share}_denominator"], "wilson")


def forwarding(book: Book) -> pl.DataFrame:
    """Return how late the forwarding step is against its own due dates, by municipality."""
    known = pl.all_horizontal(pl.col("step_due_at", "finished_at").is_not_null())
    over = pl.col("finished_at") - pl.col("step_due_at")
    return (
        book.steps.filter(known, pl.col("step") == FORWARDING)
        .group_by("unit_id")
        .agg(
            pl.len().alias("steps"),
            (over.dt.total_seconds() > 0).sum().alias("late"),
            (over.dt.total_seconds() / 86_400).median().alias("days_over"),
        )
        .sort("unit_id")
    )


def behind(book: Book) -> pl.DataFrame:
    """Return WABO_3's judged dossiers by whether their forwarding was behind its due date."""
    steps = book.steps.filter(
        pl.col("unit_id") == "WABO_3",
        pl.col("step") == FORWARDING,
        pl.col("step_due_at").is_not_null(),
    ).group_by("dossier_id")
    late = steps.agg((pl.col("finished_at") > pl.col("step_due_at")).any().alias("behind"))
    counts = (
        judged(book)
        .join(late, on="dossier_id")
        .group_by(pl.col("behind").cast(pl.String))
        .agg(pl.len().alias("n_dossiers"), pl.col("late").sum().alias("n_late"))
    )
    return compare.groups_alike(counts, "behind")


def unlogged(book: Book, *, late_only: bool) -> float:
    """Return the share of the dossiers' time that lies in no logged step."""
    spent = book.ledger
    if late_only:
        spent = spent.join(judged(book).filter("late"), on="dossier_id", how="semi")
    outside = spent.filter(pl.col("kind") == "unlogged")["work_seconds"].sum()
    return float(outside) / float(spent["work_seconds"].sum())


# words and tables -------------------------------------------------------------------------


def page(books: dict[str, Book]) -> str:
    """Return the whole page."""
    words: dict[str, str] = {}
    for language, ending in (("en", ""), ("vi", "_vi")):
        with use_language(language):
            texts = _boston(books["boston311"]) | _wabo(books["wabo"]) | _receipt(books["receipt"])
        words |= {f"{name}{ending}": text for name, text in texts.items()}
    return Template(WORDS.read_text(encoding="utf-8")).substitute(words)


def _boston(book: Book) -> dict[str, str]:
    asked = {"group": "Self Service", "other": "Constituent Call"}
    typed = groups(book, "x_source", "procedure_id", **asked)
    both = groups(book, "x_source", "procedure_id", "received_month", **asked)
    self_service, also_month = _only(typed, "Self Service"), _only(both, "Self Service")
    months = groups(book, "received_month", "procedure_id")
    february = _only(months, "02")
    units = departments(book)
    without = units.filter(pl.col("targets") == 0)
    return {
        "self_share": _share(self_service),
        "call_share": _other_share(self_service),
        "self_crude": _ratio(self_service, "crude"),
        "self_typed": _ratio(self_service, "adjusted"),
        "self_typed_months": _ratio(also_month, "adjusted"),
        "self_alike": numerals.count(self_service["n_alike"]),
        "self_all": numerals.count(self_service["n_dossiers"]),
        "types_above": str(self_service["kinds_above"]),
        "types_below": str(self_service["kinds_below"]),
        "without": ", ".join(f"`{unit}`" for unit in without["unit_id"]),
        "n_without": str(without.height),
        "requests_without": numerals.count(_sum(without["requests"])),
        "no_target": numerals.count(_sum(units["requests"] - units["targets"])),
        "all_requests": numerals.count(_sum(units["requests"])),
        "departments": _table(
            ("department", "requests", "with a target", "judged", "late or overdue"),
            (_unit(r, "requests", "targets", "judged") for r in units.iter_rows(named=True)),
        ),
        "february_share": _share(february),
        "other_months_share": _other_share(february),
        "february_crude": _ratio(february, "crude"),
        "february_typed": _ratio(february, "adjusted"),
        "months": _groups_table("month", months, months, lambda row: row["received_month"]),
    }


def _unit(row: Row, *counts: str) -> list[str]:
    share = _fraction(wilson(row["late"], row["judged"])) if row["judged"] else "no target"
    return [f"`{row['unit_id']}`", *(numerals.count(row[name]) for name in counts), share]


def _wabo(book: Book) -> dict[str, str]:
    half, whole = (days_taken(book, "unit_id", period=p).frame for p in ("2013-H2", ""))
    over = forwarding(book)
    worst = _only(over, "WABO_3")
    result = half.filter(pl.col("end") == "result")
    flattered = _only(result, "WABO_4")
    three = _only(result, "WABO_3")
    ends = {end: whole.filter(pl.col("end") == end) for end in ENDS}
    pairs = compare.turned(ends["printed"], ends["last_step"], "unit_id")
    places = {end: _only(frame, "WABO_4") for end, frame in ends.items()}
    whole_three = _only(departments(book), "WABO_3")
    forwarded = _only(behind(book), "true")
    return {
        "half_result": _medians(result),
        "half_printed": _medians(half.filter(pl.col("end") == "printed")),
        "half_running": numerals.count(_sum(result["n_dossiers"] - result["n_ended"])),
        "half_all": numerals.count(_sum(result["n_dossiers"])),
        "four_closed": numerals.decimal(flattered["closed"]),
        "four_ended": str(flattered["n_ended"]),
        "four_all": str(flattered["n_dossiers"]),
        "three_closed": _days(three, "closed"),
        "three_median": _days(three, "median"),
        "whole_printed": _medians(ends["printed"]),
        "whole_last": _medians(ends["last_step"]),
        "turned": "; ".join(f"{fast} before {slow}" for fast, slow in pairs),
        "four_printed": _days(places["printed"], "median"),
        "four_last_closed": _days(places["last_step"], "closed"),
        "four_open": numerals.count(
            places["last_step"]["n_dossiers"] - places["last_step"]["n_ended"]
        ),
        "four_last_all": numerals.count(places["last_step"]["n_dossiers"]),
        "half_undated": str(_received(book, "2013-H2") - _sum(result["n_dossiers"])),
        "behind_late": _share(forwarded),
        "ahead_late": _other_share(forwarded),
        "forward_odds": _ratio(forwarded, "crude"),
        "step": FORWARDING,
        "step_late": _fraction(wilson(worst["late"], worst["steps"])),
        "step_days": numerals.decimal(worst["days_over"]),
        "steps": _table(
            ("municipality", "steps with a due date", "late against it", "median days past it"),
            (_step(row) for row in over.iter_rows(named=True)),
        ),
        "three_late": _fraction(wilson(whole_three["late"], whole_three["judged"])),
        "wabo_late": _table(
            ("municipality", "dossiers", "judged", "late or overdue, eight weeks"),
            (_unit(r, "requests", "judged") for r in departments(book).iter_rows(named=True)),
        ),
        "wabo_unlogged": numerals.percent(unlogged(book, late_only=True)),
    }


def _received(book: Book, period: str) -> int:
    days = Period.parse(period)
    return _sum(book.dossiers["received_on"].is_between(days.starts_on, days.ends_on))


def _step(row: Row) -> list[str]:
    late = _fraction(wilson(row["late"], row["steps"]))
    return [row["unit_id"], numerals.count(row["steps"]), late, numerals.decimal(row["days_over"])]


def _receipt(book: Book) -> dict[str, str]:
    channels = groups(book, "x_channel", "received_quarter")
    quarters = groups(book, "received_quarter", "x_channel")
    grouped = groups(book, "received_quarter", "x_channel", "x_group", "unit_id")
    closed, last = fall(book, "closed"), fall(book, "eventual")
    cohort_rows = cohorts(book)
    medians = days_taken(book, "received_quarter").frame.filter(pl.col("end") == "result")
    old, new = (_only(medians, quarter) for quarter in ("2010-Q4", "2011-Q4"))
    return {
        "channels": _groups_table("channel", channels, channels, lambda row: row["x_channel"]),
        "quarters": _groups_table("quarter", quarters, grouped, lambda r: r["received_quarter"]),
        "cohorts": _table(
            ("received in", "dossiers", "open", "of closed only", "overdue counted", "in the end"),
            (_cohort(row) for row in cohort_rows.iter_rows(named=True)),
        ),
        "closed_fall": _points(closed),
        "eventual_fall": _points(last),
        "young_points": numerals.decimal(100 * (last[0] - closed[0])),
        "crude_points": numerals.decimal(-100 * closed[0]),
        "young_part": numerals.percent(1 - last[0] / closed[0]),
        "young_open": str(_only(cohort_rows, "2011-Q4")["n_open"]),
        "young_all": str(_only(cohort_rows, "2011-Q4")["n_received"]),
        "old_median": _days(old, "median"),
        "new_median": _days(new, "median"),
        "old_closed": numerals.decimal(old["closed"]),
        "new_closed": numerals.decimal(new["closed"]),
        "receipt_unlogged": numerals.percent(unlogged(book, late_only=True)),
        "receipt_unlogged_all": numerals.percent(unlogged(book, late_only=False)),
    }


def _cohort(row: Row) -> list[str]:
    shares = [_fraction(_estimate(row, share)) for share in ("closed", "known", "eventual")]
    return [row["cohort"], str(row["n_received"]), str(row["n_open"]), *shares]


def _sum(counts: pl.Series) -> int:
    return int(counts.sum())


def _only(frame: pl.DataFrame, group: str) -> Row:
    """Return the one row of a group."""
    texts = [c for c, kind in frame.schema.items() if kind == pl.String and c != "other"]
    return frame.filter(pl.any_horizontal(pl.col(texts) == group)).row(0, named=True)


def _groups_table(
    head: str, rough: pl.DataFrame, fine: pl.DataFrame, name: Callable[[Row], str]
) -> str:
    """Return groups against the others; of two kinds of likeness where the frames differ."""
    alike = ("among alike",) if fine is rough else ("same channel", "same channel, group, unit")
    rows = []
    for one, other in zip(rough.iter_rows(named=True), fine.iter_rows(named=True), strict=True):
        adjusted = [_ratio(one, "adjusted")] + (
            [] if fine is rough else [_ratio(other, "adjusted")]
        )
        rows.append([name(one), _share(one), _ratio(one, "crude"), *adjusted])
    return _table((head, "late or overdue of judged", "crude odds ratio", *alike), rows)


def _medians(frame: pl.DataFrame) -> str:
    heads = ("municipality", "dossiers", "ended", "median of ended only", "median, open counted")
    rows = [
        [
            row["unit_id"],
            numerals.count(row["n_dossiers"]),
            numerals.count(row["n_ended"]),
            f"{_days(row, 'closed')}, biased",
            _days(row, "median"),
        ]
        for row in frame.iter_rows(named=True)
    ]
    return _table(heads, rows)


def _days(row: Row, name: str) -> str:
    if row[name] is None:
        return "none: less than half have ended"
    low, high = (
        "…" if row[name + end] is None else numerals.decimal(row[name + end])
        for end in ("_lower", "_upper")
    )
    return f"{numerals.decimal(row[name])} days ({low}–{high})"


def _share(row: Row) -> str:
    return _fraction(wilson(row["n_late"], row["n_dossiers"]))


def _other_share(row: Row) -> str:
    return _fraction(wilson(row["other_n_late"], row["other_n_dossiers"]))


def _fraction(share: Estimate) -> str:
    late = numerals.count(share.numerator)
    if share.numerator != round(share.numerator):
        late = numerals.decimal(share.numerator)
    bounds = numerals.percent_range(share.lower, share.upper)
    return (
        f"{numerals.percent(share.value)} ({late} of {numerals.count(share.denominator)}; {bounds})"
    )


def _ratio(row: Row, name: str) -> str:
    if row[name] is None:
        return "–"
    value, low, high = (numerals.decimal(row[name + end], 2) for end in ("", "_lower", "_upper"))
    return f"{value} ({low}–{high})"


def _points(change: tuple[float, float, float]) -> str:
    value, low, high = (f"{numerals.decimal(100 * x)}" for x in change)
    return f"{value} points ({low} to {high})"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        shared = ROOT.parent / "shared" / "data"
        home = Path(work)
        done = {name: clocked(name, shared, Project(home / name)) for name in FILES}
        books = {name: read(register, home / f"{name}.results") for name, register in done.items()}
        PAGE.write_text(page(books), encoding="utf-8", newline="\n")
