"""Inject faults into the exports, one per dossier, with the truth about each.

Typical faults of offices' exports: rows twice, dates missing, typed the wrong way round or in the
future, codes of other units, clicks in batches, dates changed between two exports, people named in
notes. A dossier has one fault, so that a finding can be traced to it; ``also`` names the other
rules that the same fault breaks. Number of each: ``planted_faults.csv``.
"""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from workbench.core.errors import UsageProblem
from workbench.testing.simulate.register import SimulatedRegister
from workbench.testing.simulate.sample import SNAPSHOT, Sample, publish
from workbench.testing.simulate.streams import Streams

EARLIER = dt.datetime(2022, 3, 31, 17)  # noqa: DTZ001 - local time of the calendar
"""When the earlier export of the last half-year was taken."""

_LAST_HALF = "2022-H1"
_SUFFIX = "_ban-2022-03-31"
_LEGACY = "Chøng thùc b¶n sao tõ b¶n chÝnh"
_PERSON = "Yêu cầu bổ sung: gọi ông Nguyễn Văn Mẫu, 0900000000"
_OPEN = ("received", "in_progress", "supplement", "financial")

Rows = pl.DataFrame
Change = Mapping[str, pl.Expr]


@dataclass(frozen=True)
class Fault:
    """One kind of fault: the rule that must find it, and how many are planted."""

    name: str
    rule_id: str
    row_kind: str
    planted: int
    also: str


def shipped_faults() -> tuple[Fault, ...]:
    """Return every kind of fault and how many of it are planted."""
    text = Path(__file__).with_suffix(".csv").read_text(encoding="utf-8")
    return tuple(
        Fault(row["fault"], row["rule_id"], row["row_kind"], int(row["planted"]), row["also"])
        for row in csv.DictReader(text.splitlines())
    )


def simulate_faults(
    reference: Path,
    *,
    seed: int,
    out: Path,
    truth: Path | None = None,
    dossiers: int | None = None,
    planted: bool = True,
) -> Rows:
    """Write a register's exports with faults, an earlier export of its last half-year among them.

    Args:
        reference: Folder of the reviewed facts.
        seed: The same seed gives the same bytes.
        out: Folder of the exports.
        truth: Folder of ``faults.csv``; not written without it.
        dossiers: About how many dossiers; the shipped number if not given.
        planted: Whether the faults are planted; without them the same exports serve to find what
            the rules find in any case.

    Returns:
        One row per fault planted: fault, rule_id, row_kind, dossier_id, source_file, also.

    Raises:
        UsageProblem: There are too few dossiers for the faults.
        OutputBusy: A folder cannot be written.
    """
    sample = Sample.drawn(reference, seed, dossiers)
    book = _Book(sample.register(SNAPSHOT), sample.register(EARLIER), Streams(seed, 1))
    if planted:
        _FaultInjector(book, {fault.name: fault for fault in shipped_faults()}).plant()
    now = replace(sample.exporter(SNAPSHOT), typed=book.typed)
    before = replace(sample.exporter(EARLIER), suffix=_SUFFIX)
    publish(out, lambda folder: now.write(book.register, folder))
    publish(out, lambda folder: before.write(_half(book.earlier), folder))
    truth_table = pl.DataFrame(book.truth, _TRUTH, orient="row").sort("fault", "dossier_id")
    if truth is not None:
        publish(truth, lambda folder: [_written(truth_table, folder / "faults.csv")])
    return truth_table


_TRUTH = dict.fromkeys(
    ("fault", "rule_id", "row_kind", "dossier_id", "source_file", "also"), pl.String
)
_FILES = {
    "dossier": "so-theo-doi-ho-so_{}.xlsx",
    "step": "nhat-ky-xu-ly_{}.csv",
    "pause": "tam-dung_{}.csv",
}


def _written(found: Rows, path: Path) -> Path:
    found.write_csv(path)
    return path


def _half(register: SimulatedRegister) -> SimulatedRegister:
    only = pl.col("period") == _LAST_HALF
    tables = (register.dossiers, register.steps, register.pauses)
    return SimulatedRegister(*(table.filter(only) for table in tables))


@dataclass
class _Book:
    """The exports to damage, the texts typed over their cells, and the truth so far."""

    register: SimulatedRegister
    earlier: SimulatedRegister
    streams: Streams
    typed: dict[tuple[str, str], str] = field(default_factory=dict)
    truth: list[tuple[str, ...]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def take(self, fault: Fault, where: pl.Expr) -> Rows:
        """Draw dossiers without a fault for one, and record the truth.

        Raises:
            UsageProblem: There are not enough.
        """
        free = self.register.dossiers.filter(where, ~pl.col("dossier_id").is_in(list(self.used)))
        draws = Streams(self.streams.seed, len(free)).uniform(f"fault: {fault.name}")
        random_draws = (
            free.with_columns(pl.Series("draw", draws))
            .sort("draw")
            .head(fault.planted)
            .drop("draw")
        )
        if len(random_draws) < fault.planted:
            raise UsageProblem("simulate.few_dossiers", fault=fault.name, found=len(random_draws))
        self.note(fault, random_draws)
        return random_draws.sort("dossier_id")

    def note(self, fault: Fault, drawn: Rows) -> None:
        """Record that these dossiers have a fault; two exports now contradict each other."""
        twice = set(_half(self.earlier).dossiers["dossier_id"])
        for code, period in drawn.select("dossier_id", "period").rows():
            self.used.add(code)
            file = _FILES[fault.row_kind].format(period)
            also = f"{fault.also} D01 P07".strip() if code in twice else fault.also
            self.truth.append((fault.name, fault.rule_id, fault.row_kind, code, file, also))

    def change(self, table: str, codes: pl.Series, changes: Change) -> None:
        """Change columns of the rows of some dossiers."""
        frame: Rows = getattr(self.register, table)
        hit = pl.col("dossier_id").is_in(codes.to_list())
        new = [pl.when(hit).then(to).otherwise(name).alias(name) for name, to in changes.items()]
        self.register = replace(self.register, **{table: frame.with_columns(new)})

    def change_earlier(self, codes: pl.Series, changes: Change) -> None:
        """Change columns of some dossiers in the earlier export."""
        hit = pl.col("dossier_id").is_in(codes.to_list())
        new = [pl.when(hit).then(to).otherwise(name).alias(name) for name, to in changes.items()]
        self.earlier = replace(self.earlier, dossiers=self.earlier.dossiers.with_columns(new))

    def add(self, table: str, rows: Rows) -> None:
        """Add rows to a table of the register."""
        frame: Rows = getattr(self.register, table)
        more = pl.concat([frame, rows.select(frame.columns)])
        self.register = replace(self.register, **{table: more})


RECEIVED, RESOLVED = pl.col("received_at"), pl.col("resolved_at")
RETURNED, DUE = pl.col("returned_at"), pl.col("due_at")
NOTHING = pl.lit(None, pl.Datetime("us"))
AT = pl.lit(SNAPSHOT).cast(pl.Datetime("us"))
CLOSED = RECEIVED.is_not_null() & RETURNED.is_not_null() & (pl.col("status") == "returned")
OPEN = RECEIVED.is_not_null() & DUE.is_not_null() & pl.col("status").is_in(_OPEN)
OLD = CLOSED & (pl.col("period") == "2021-H2")
DATED = CLOSED & DUE.is_not_null() & (pl.col("period") != _LAST_HALF)
ODD = pl.format("HS-{}", pl.col("dossier_id").str.replace_all(r"\D", "").str.slice(-7))
LATER = DUE + pl.duration(days=28)

CHANGES: Mapping[str, tuple[pl.Expr, Change]] = {
    "reception_missing": (DATED, {"received_at": NOTHING}),
    "reception_in_future": (
        OPEN,
        {"received_at": AT + pl.duration(days=40), "due_at": AT + pl.duration(days=61)},
    ),
    "end_in_future": (CLOSED, {"resolved_at": AT + pl.duration(days=90), "returned_at": NOTHING}),
    "end_before_reception": (CLOSED, {"resolved_at": RECEIVED - pl.duration(days=3)}),
    "end_missing": (CLOSED, {"resolved_at": NOTHING, "returned_at": NOTHING}),
    "due_missing": (DATED, {"due_at": NOTHING, "due_first_at": NOTHING}),
    "due_before_reception": (
        DATED,
        {n: RECEIVED - pl.duration(days=7) for n in ("due_at", "due_first_at")},
    ),
    "due_on_day_off": (
        DATED,
        {
            n: DUE.dt.truncate("1w") + pl.duration(days=6, hours=17)
            for n in ("due_at", "due_first_at")
        },
    ),
    "due_against_norm": (DATED, {"due_at": LATER, "due_first_at": LATER}),
    "zero_duration": (CLOSED, {"resolved_at": RECEIVED}),
    "returned_before_end": (
        CLOSED & (RECEIVED + pl.duration(days=2) < RESOLVED),
        {"returned_at": RESOLVED - pl.duration(days=1)},
    ),
    "code_against_date": (
        DATED & (RECEIVED + pl.duration(days=1) < RESOLVED),
        {"received_at": RECEIVED - pl.duration(days=14)},
    ),
    "unknown_procedure": (
        CLOSED,
        {"procedure_id": pl.lit("9.999999"), "procedure_name": pl.lit("Thủ tục không có")},
    ),
    "open_with_end": (CLOSED, {"status": pl.lit("in_progress")}),
}
"""Faults that only change columns of a dossier: which dossiers may carry them, and the change."""

SWAPPED = (
    CLOSED
    & (RESOLVED.dt.day() < RESOLVED.dt.month())
    & (RECEIVED.dt.month() == RESOLVED.dt.month())
    & (RESOLVED.dt.year() == RECEIVED.dt.year())
)

TYPED: Mapping[str, tuple[pl.Expr, str, pl.Expr]] = {
    "day_and_month_swapped": (
        SWAPPED,
        "Ngày có kết quả",
        RESOLVED.dt.strftime("%m/%d/%Y %H:%M"),
    ),
    "year_of_two_digits": (CLOSED, "Ngày có kết quả", RESOLVED.dt.strftime("%d/%m/%y %H:%M")),
    "date_in_words": (
        CLOSED,
        "Ngày có kết quả",
        RESOLVED.dt.strftime("cuối tháng %m năm %Y"),
    ),
    "legacy_bytes": (CLOSED, "Tên thủ tục hành chính", pl.lit(_LEGACY)),
    "unknown_unit": (CLOSED, "Đơn vị giải quyết", pl.lit("UBND Phường Không Có")),
    "reused_unit_code": (
        CLOSED & (pl.col("unit_id") == "SD-P1"),
        "Đơn vị giải quyết",
        pl.lit("29905"),
    ),
    "letters_decomposed": (
        CLOSED,
        "Lĩnh vực",
        pl.col("field_of_work").map_elements(
            lambda text: unicodedata.normalize("NFD", text), pl.String
        ),
    ),
}
"""Faults typed over one cell of the workbook: which dossiers, which column, and the text."""


@dataclass(frozen=True)
class _FaultInjector:
    """Injects every kind of fault into a book."""

    book: _Book
    faults: Mapping[str, Fault]

    def plant(self) -> None:
        """Inject all faults, those with the fewest candidates first."""
        self._between_exports()
        self._bulk_closing()
        self._steps()
        self._pauses()
        for name, (where, header, text) in TYPED.items():
            for code, over in self._take(name, where).select("dossier_id", text.alias("o")).rows():
                self.book.typed[code, header] = over
        for name, (where, changes) in CHANGES.items():
            codes = self._take(name, where)["dossier_id"]
            self.book.change("dossiers", codes, changes)
        self._rows_twice()
        self._odd_codes()

    def _take(self, name: str, where: pl.Expr) -> Rows:
        return self.book.take(self.faults[name], where)

    def _rows_twice(self) -> None:
        self.book.add("dossiers", self._take("repeated_row", DATED))
        other = {"field_of_work": pl.lit("Lĩnh vực khác"), "due_at": LATER, "due_first_at": LATER}
        reused = self._take("reused_code", DATED)
        self.book.add("dossiers", reused.with_columns(**other))
        twice = self._take("second_entry", DATED)
        second = twice.with_columns(dossier_id=_renumbered("9"))
        self.book.add("dossiers", second)
        self.book.note(self.faults["second_entry"], second)

    def _odd_codes(self) -> None:
        """Type another code over a dossier's own, so that its steps have no dossier any more."""
        odd = self._take("odd_code", DATED)
        for code, over in odd.select("dossier_id", ODD.alias("o")).rows():
            self.book.typed[code, "Mã hồ sơ"] = over
        self._rename("odd_code", dict(odd.select("dossier_id", ODD.alias("o")).rows()))
        orphans = replace(self.faults["odd_code"], rule_id="P03", row_kind="step", also="")
        self.book.note(orphans, odd)

    def _bulk_closing(self) -> None:
        """Close many dossiers of one unit within an hour two days before the year's end."""
        fault, day = self.faults["bulk_closing"], pl.datetime(2021, 12, 29)
        free = self.book.register.dossiers.filter(OLD, day > RECEIVED)
        unit = free["unit_id"].value_counts().sort("count", "unit_id", descending=[True, False])
        codes = self.book.take(fault, OLD & (day > RECEIVED) & (pl.col("unit_id") == unit[5, 0]))
        place = {code: n for n, code in enumerate(codes["dossier_id"])}
        minute = pl.col("dossier_id").replace_strict(place, default=0, return_dtype=pl.Int64)
        closed = (day + pl.duration(hours=16, minutes=minute * 2)).cast(pl.Datetime("us"))
        changes = {"resolved_at": closed, "returned_at": closed + pl.duration(days=1)}
        self.book.change("dossiers", codes["dossier_id"], changes)

    def _steps(self) -> None:
        book, work = self.book, pl.col("step") == "work"
        instant = self._take("instant_step", CLOSED)["dossier_id"]
        began = pl.col("started_at")
        self._change_steps(instant, {"finished_at": began})
        backwards = self._take("step_backwards", CLOSED)["dossier_id"]
        self._change_steps(backwards, {"finished_at": began - pl.duration(hours=1)})
        self._batch()
        lost = self._take("step_without_dossier", CLOSED)
        rows = book.register.steps.filter(
            pl.col("dossier_id").is_in(lost["dossier_id"].to_list()), work
        ).with_columns(dossier_id=_renumbered("8"))
        book.add("steps", rows)
        new = lost.select("dossier_id", _renumbered("8").alias("o"))
        self._rename("step_without_dossier", dict(new.rows()))

    def _batch(self) -> None:
        """Let one officer complete the work on many dossiers seven seconds apart."""
        fault, book = self.faults["batch_of_clicks"], self.book
        free = book.register.dossiers.filter(CLOSED, ~pl.col("dossier_id").is_in(list(book.used)))
        work = book.register.steps.filter(
            pl.col("step") == "work", pl.col("finished_at").is_not_null()
        ).join(free.select("dossier_id"), on="dossier_id")
        holder = work["holder_id"].value_counts().sort("count", "holder_id", descending=True)[0, 0]
        codes = work.filter(pl.col("holder_id") == holder)["dossier_id"].to_list()
        taken = book.take(fault, CLOSED & pl.col("dossier_id").is_in(codes))["dossier_id"]
        place = {code: n for n, code in enumerate(taken)}
        second = pl.col("dossier_id").replace_strict(place, default=0, return_dtype=pl.Int64) * 7
        moment = pl.datetime(2022, 6, 29, 16) + pl.duration(seconds=second)
        self._change_steps(taken, {"finished_at": moment.cast(pl.Datetime("us"))})

    def _change_steps(self, codes: pl.Series, changes: Change) -> None:
        work = pl.col("step") == "work"
        only = {n: pl.when(work).then(to).otherwise(pl.col(n)) for n, to in changes.items()}
        self.book.change("steps", codes, only)

    def _pauses(self) -> None:
        paused = self.book.register.pauses.filter(
            pl.col("resumed_at").is_not_null(), pl.col("dossier_id").is_unique()
        )["dossier_id"].to_list()
        where = CLOSED & pl.col("dossier_id").is_in(paused)
        dossiers = self._take("person_in_text", where)["dossier_id"]
        self.book.change("pauses", dossiers, {"reason": pl.lit(_PERSON)})
        backwards = self._take("pause_backwards", where)["dossier_id"]
        resumed = pl.col("paused_at") - pl.duration(hours=30)
        self.book.change("pauses", backwards, {"resumed_at": resumed})

    def _between_exports(self) -> None:
        """Rewrite the state of an earlier export: due dates, states, and the stock of that day."""
        before = self.book.earlier.dossiers
        day = pl.lit(EARLIER).cast(pl.Datetime("us"))
        open_then = before.filter(OPEN, pl.col("period") == _LAST_HALF)["dossier_id"].to_list()
        seen_open = pl.col("dossier_id").is_in(open_then)
        rewritten = self._take("stock_rewritten", CLOSED & seen_open & (day < RESOLVED))
        ended = RECEIVED + (day - RECEIVED) / 2
        changes = {"resolved_at": ended, "returned_at": ended + pl.duration(hours=1)}
        self.book.change("dossiers", rewritten["dossier_id"], changes)
        ended_then = before.filter(CLOSED, pl.col("period") == _LAST_HALF)["dossier_id"].to_list()
        back = self._take("status_backwards", CLOSED & pl.col("dossier_id").is_in(ended_then))
        reopened = {"resolved_at": NOTHING, "returned_at": NOTHING, "status": pl.lit("in_progress")}
        self.book.change("dossiers", back["dossier_id"], reopened)
        moved = self._take("due_changed", CLOSED & seen_open & DUE.is_not_null())["dossier_id"]
        sooner = DUE - pl.duration(days=7)
        self.book.change_earlier(moved, {"due_at": sooner, "due_first_at": sooner})

    def _rename(self, name: str, codes: Mapping[str, str]) -> None:
        """Use the codes of the export in the truth of a fault."""
        for n, (fault, rule, kind, code, *rest) in enumerate(self.book.truth):
            if fault == name:
                self.book.truth[n] = (fault, rule, kind, codes[code], *rest)


def _renumbered(lead: str) -> pl.Expr:
    """Give a code a number that no dossier of its day has."""
    code = pl.col("dossier_id")
    return code.str.slice(0, code.str.len_chars() - 4) + lead + code.str.slice(-3)
