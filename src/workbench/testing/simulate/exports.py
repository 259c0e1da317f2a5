"""The exports an office would send: a workbook and two text files per half-year.

They are as untidy as real ones: headings, a merged header, sections, subtotals and a signature
block; dates as text and as serials in one column; names written in several ways; rows twice;
a few rows without their date of reception. Each file says first that its data are synthetic.
Same register, same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from workbench.messages import say, use_language
from workbench.testing.simulate import spelling
from workbench.testing.simulate.register import SimulatedRegister
from workbench.testing.simulate.sheet import write_workbook
from workbench.testing.simulate.spelling import UnitNames
from workbench.testing.simulate.streams import Numbers, Streams

_LOST_RECEPTIONS = 2
_TWICE = 0.0012

# No person here is real: names are marked as examples, telephone numbers cannot be dialled and
# streets do not exist; ingest must have something personal to leave out.
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi")
_GIVEN = ("Mẫu", "Ví Dụ", "Giả Định", "Mô Phỏng", "Thử Nghiệm")
_MIDDLE = ("Văn", "Thị")


@dataclass(frozen=True)
class Exporter:
    """Writes a register as an office's exports.

    ``seed`` picks spellings, serials, doubled rows and lost dates; ``snapshot`` is the local
    time printed in the headings; ``size`` is the number of simulated dossiers. ``suffix`` ends
    the names of the files, ``typed`` are texts typed over a cell of the workbook.
    """

    names: UnitNames
    seed: int
    size: int
    snapshot: str
    suffix: str = ""
    typed: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def write(self, register: SimulatedRegister, folder: Path) -> list[Path]:
        """Write the files of every half-year and return them in their order."""
        dossiers = self._lose_receptions(register.dossiers)
        written = []
        for period in dossiers["period"].unique().sort().to_list():
            only = pl.col("period") == period
            name = f"{period}{self.suffix}"
            book = folder / f"so-theo-doi-ho-so_{name}.xlsx"
            rows = self._register_rows(dossiers.filter(only))
            write_workbook(book, rows, self.snapshot, self.typed)
            steps = folder / f"nhat-ky-xu-ly_{name}.csv"
            self._write_text(steps, "journal", self._step_rows(register.steps.filter(only)))
            pauses = folder / f"tam-dung_{name}.csv"
            self._write_text(pauses, "pauses", self._pause_rows(register.pauses.filter(only)))
            written += [book, steps, pauses]
        return written

    def _uniform(self, what: str, size: int | None = None) -> Numbers:
        return Streams(self.seed, size or self.size).uniform(f"export: {what}")

    def _lose_receptions(self, dossiers: pl.DataFrame) -> pl.DataFrame:
        """Drop the date of reception of a couple of dossiers that were resolved."""
        chance = pl.Series(self._uniform("lost reception")[dossiers["row"].to_numpy()])
        rank = pl.when(dossiers["status"] == "returned").then(chance).rank("ordinal")
        lost = dossiers.select(lost=(rank <= _LOST_RECEPTIONS).fill_null(value=False))["lost"]
        return dossiers.with_columns(received_at=dossiers["received_at"].set(lost, None))

    def _register_rows(self, dossiers: pl.DataFrame) -> pl.DataFrame:
        """Return the register's cells, in the workbook's column order, unit after unit."""
        rows = dossiers["row"].to_numpy()
        chance = {w: self._uniform(w)[rows].tolist() for w in ("unit", "word", "suffix", "serial")}
        people = [int(number * 10_000) for number in self._uniform("person")[rows]]
        kinds = dossiers["applicant_kind"].to_list()
        moved = pl.col("due_at") != pl.col("due_first_at")
        note = pl.format("Hạn cũ: {}", pl.col("due_first_at").dt.strftime("%d/%m/%Y %H:%M"))
        return dossiers.select(
            pl.col("unit_id").replace_strict(self.names.official).alias("section"),
            pl.Series("serial", chance["serial"]),
            "dossier_id",
            pl.Series("name", map(applicant_name, people, kinds)),
            pl.Series("telephone", map(telephone, people)),
            pl.Series("address", map(address, people)),
            pl.Series("procedure_id", map(_suffixed, dossiers["procedure_id"], chance["suffix"])),
            "procedure_name",
            "field_of_work",
            pl.Series("unit", map(self.names.write, dossiers["unit_id"], chance["unit"])),
            pl.Series(
                "channel_in", _words(dossiers["channel_in"], spelling.CHANNELS_IN, chance["word"])
            ),
            "service_level",
            pl.col("applicant_kind").replace_strict(spelling.APPLICANTS),
            pl.col("processed_online").replace_strict(spelling.YES_NO, return_dtype=pl.String),
            "submitted_at",
            "received_at",
            "due_at",
            "resolved_at",
            "returned_at",
            "paper_result_on",
            pl.Series(
                "channel_out",
                _words(dossiers["channel_out"], spelling.CHANNELS_OUT, chance["word"]),
            ),
            pl.Series("status", _words(dossiers["status"], spelling.STATUSES, chance["word"])),
            note=pl.when(moved).then(note),
        ).sort("dossier_id")

    def _step_rows(self, steps: pl.DataFrame) -> pl.DataFrame:
        chance = self._uniform("step unit", 8 * self.size)
        key = (steps["row"] * 8 + steps["step_no"]).to_numpy()
        twice = self._uniform("twice", 8 * self.size)[key] < _TWICE
        rows = steps.select(
            pl.col("dossier_id").alias("Mã hồ sơ"),
            pl.col("step_no").alias("Bước"),
            pl.col("step").replace_strict(spelling.STEPS).alias("Tên bước"),
            pl.Series("Đơn vị", map(self.names.write, steps["unit_id"], chance[key].tolist())),
            pl.col("holder_id").alias("Mã tài khoản"),
            pl.Series("Người xử lý", map(staff_name, steps["holder_id"])),
            _stamp("arrived_at").alias("Đến"),
            _stamp("started_at").alias("Bắt đầu"),
            _stamp("finished_at").alias("Kết thúc"),
            _stamp("step_due_at").alias("Hạn bước"),
            pl.col("norm_hours")
            .cast(pl.String)
            .str.replace(".", ",", literal=True)
            .alias("Định mức (giờ)"),
        )
        order = np.sort(np.concatenate([np.arange(len(key)), np.flatnonzero(twice)]))
        return rows[order]

    def _pause_rows(self, pauses: pl.DataFrame) -> pl.DataFrame:
        return pauses.select(
            pl.col("dossier_id").alias("Mã hồ sơ"),
            pl.col("reason").replace(spelling.REASONS).alias("Lý do"),
            _stamp("paused_at").alias("Tạm dừng từ"),
            _stamp("resumed_at").alias("Tiếp tục từ"),
        )

    def _write_text(self, path: Path, title: str, rows: pl.DataFrame) -> None:
        with use_language("vi"):
            lines = [say("simulate.synthetic"), say(f"simulate.{title}", snapshot=self.snapshot)]
        table = rows.write_csv(separator=";", line_terminator="\r\n")
        text = "\ufeff" + "".join(f"{line}\r\n" for line in lines) + table
        path.write_bytes(text.encode("utf-8"))


def _stamp(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%d/%m/%Y %H:%M:%S")


def _suffixed(procedure_id: str, chance: float) -> str:
    """Write a national code now and then with the agency's suffix."""
    national = procedure_id[0].isdigit()
    return f"{procedure_id}.000.00.00.H20" if national and chance < 0.2 else procedure_id


def _words(codes: pl.Series, labels: dict[str, tuple[str, str]], chance: list[float]) -> list[str]:
    return [spelling.word(labels[code], c) for code, c in zip(codes, chance, strict=True)]


def applicant_name(number: int, kind: str) -> str:
    """Return the name of applicant ``number``.

    >>> applicant_name(7, "business")
    'Công ty TNHH Ví Dụ 0007'
    """
    if kind == "business":
        return f"Công ty TNHH Ví Dụ {number:04d}"
    if kind == "other":
        return f"Tổ chức Mô Phỏng {number:04d}"
    family, middle = _FAMILY[number % len(_FAMILY)], _MIDDLE[number // 8 % len(_MIDDLE)]
    return f"{family} {middle} {_GIVEN[number // 16 % len(_GIVEN)]} {number:04d}"


def telephone(number: int) -> str:
    """Return a number that no network gives out.

    >>> telephone(7)
    '0000000007'
    """
    return f"{number:010d}"


def address(number: int) -> str:
    """Return an address in a street that does not exist."""
    return f"Số {number % 97 + 1}, đường Mô Phỏng, Khóm 0"


def staff_name(account: str) -> str:
    """Return the name shown beside an account.

    >>> staff_name("sd-p1-cb02")
    'Cán bộ Mẫu sd-p1-cb02'
    """
    return f"Cán bộ Mẫu {account}"
