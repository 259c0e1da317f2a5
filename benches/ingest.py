"""How fast an export becomes clean, audited tables, beside the bare tokenising of the same file.

A register of a million messy step rows with its dossiers, in CSV: three date formats in one
column, decimal commas, spaces at edges, a fifth of the starts blank, one row in a hundred repeated,
one in a hundred with decomposed letters, one in two hundred with a date that is none. Each measure
runs in a process of its own and prints wall and CPU seconds, rows per CPU second, its peak memory
and how many times the tokenising of the same file it costs; the slope says how the CPU grows from
the first size to the next (1 = in proportion). The workbook is a register of 100,000 dossiers.

``make bench``, or ``python benches/ingest.py [--rows N ...] [--sheet N]``.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

STEPS = 8
PROFILE = """
name = "bench"
title_vi = "Đo tốc độ"
title_en = "Bench"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "vn_dong_thap"

[snapshot]
at = "2022-12-31 17:00"

[codes.step_kind]
"Tiếp nhận" = "intake"
"Thẩm định" = "work"
"Trình ký" = "sign"
"Trả kết quả" = "return"

[codes.status]
"Đã trả kết quả" = "returned"

[[files]]
patterns = ["dossiers*.csv"]
kind = "csv"
rows = "dossier"
delimiter = ";"
personal = ["Họ tên"]

[files.columns]
"Mã hồ sơ" = "dossier_id"
"Thủ tục" = ["procedure_id", "procedure_name"]
"Đơn vị" = "unit_id"
"Ngày tiếp nhận" = "received_at"
"Ngày hẹn trả" = "due_at"
"Ngày có kết quả" = "resolved_at"
"Trạng thái" = "status"

[[files]]
patterns = ["steps*.csv"]
kind = "csv"
rows = "step"
delimiter = ";"
personal = ["Người xử lý"]

[files.columns]
"Mã hồ sơ" = "dossier_id"
"Bước" = "step_no"
"Tên bước" = ["step", "step_kind"]
"Đơn vị" = "unit_id"
"Mã tài khoản" = "holder_id"
"Đến" = "arrived_at"
"Bắt đầu" = "started_at"
"Kết thúc" = "finished_at"
"Hạn bước" = "step_due_at"
"Định mức (giờ)" = "norm_hours"
"""
FORMATS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S")
NAMES = ("Tiếp nhận", "Thẩm định ", "Trình ký", "Trả kết quả")
DECOMPOSED, NO_DATE = "Tha\u0302\u0309m định", "hôm qua"


def main() -> None:
    """Print the figures, or, asked for one measure, its own as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[250_000, 1_000_000])
    parser.add_argument("--sheet", type=int, default=100_000, help="rows of the workbook")
    parser.add_argument("--measure", nargs=2, metavar=("NAME", "DIR"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        sys.stdout.write(json.dumps(_measured(args.measure[0], Path(args.measure[1]))))
        return
    work: list[float] = []
    for rows in args.rows:
        with TemporaryDirectory() as folder:
            work.append(_bench(rows, Path(folder)))
    for (few, before), (many, after) in zip(
        zip(args.rows, work, strict=True), list(zip(args.rows, work, strict=True))[1:], strict=False
    ):
        slope = math.log(after / before) / math.log(many / few)
        _say(f"slope of CPU from {few:,} to {many:,} rows: {slope:.2f}")
    with TemporaryDirectory() as folder:
        _workbook(args.sheet, Path(folder))
        _show(f"workbook of {args.sheet:,} dossiers", "ingest", Path(folder))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _bench(rows: int, folder: Path) -> float:
    _export(rows, folder)
    size = (folder / "export" / "steps.csv").stat().st_size / 1e6
    _say(f"{rows:,} step rows, {size:.0f} MB of CSV")
    floor = _show("  tokenised only (Polars, text)", "tokenise", folder)["cpu"]
    parts = [_show(f"  {name}", name, folder, floor=floor) for name in ("ingest", "clean")]
    work, wall = (sum(part[name] for part in parts) for name in ("cpu", "wall"))
    landed, clean = (_size(folder / "data" / stage) for stage in ("landed", "clean"))
    _say(f"  together {wall:.1f} s, {work / floor:.1f} times the tokenising, "
         f"{rows / work / 1e6:.2f} million rows per CPU second, "
         f"peak {max(part['peak'] for part in parts):.0f} MiB")  # fmt: skip
    _say(f"  landed {landed:.0f} MB, clean {clean:.0f} MB of Parquet")
    return work


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


def _show(
    label: str, measure: str, folder: Path, *, floor: float | None = None
) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", measure, str(folder)]
    done = subprocess.run(  # noqa: S603 - this very file
        command, capture_output=True, text=True, check=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    times = f", {figures['cpu'] / floor:.1f} times the tokenising" if floor else ""
    _say(f"{label}: {figures['wall']:.1f} s, CPU {figures['cpu']:.1f} s, "
         f"peak {figures['peak']:.0f} MiB{times}")  # fmt: skip
    return figures


def _measured(name: str, folder: Path) -> dict[str, float]:
    import resource

    run = {"tokenise": _tokenise, "ingest": _ingest, "clean": _clean}[name]
    began, worked = time.perf_counter(), time.process_time()
    run(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "wall": time.perf_counter() - began,
        "cpu": time.process_time() - worked,
        "peak": peak,
    }


def _tokenise(folder: Path) -> None:
    path = folder / "export" / "steps.csv"
    for batch in pl.scan_csv(path, separator=";", infer_schema=False).collect_batches():
        batch.clear()


def _ingest(folder: Path) -> None:
    from workbench.ingest import deliveries, ingest, read_profile

    exports = deliveries([folder / "export"], read_profile(folder / "bench.toml"))
    ingest(exports, folder / "data" / "landed")


def _clean(folder: Path) -> None:
    from workbench.clean import clean
    from workbench.core.project import Project, shipped
    from workbench.core.run_folders import RunFolders

    clean(RunFolders(Project(folder), shipped()))


# --- the made-up export


def _export(rows: int, folder: Path) -> None:
    """Write steps and dossiers in pieces, so that making them costs no memory either."""
    (folder / "export").mkdir()
    (folder / "bench.toml").write_text(PROFILE, encoding="utf-8", newline="\n")
    dossiers = folder / "export" / "dossiers.csv"
    steps = folder / "export" / "steps.csv"
    with dossiers.open("wb") as d, steps.open("wb") as s:
        for first in range(0, rows // STEPS, 100_000):
            count = min(100_000, rows // STEPS - first)
            random = np.random.default_rng(first)
            began = random.integers(1_641_000_000, 1_664_000_000, count)
            _dossiers(first, began).write_csv(d, separator=";", include_header=not first)
            _steps(first, began, random).write_csv(s, separator=";", include_header=not first)


def _codes(numbers: np.ndarray) -> pl.Expr:
    return pl.format("000.00.14.H20-{}", pl.Series(numbers).cast(pl.String).str.zfill(9))


def _stamps(seconds: np.ndarray, style: np.ndarray | None = None) -> pl.Series:
    stamps = pl.Series(seconds * 1_000_000).cast(pl.Datetime("us"))
    if style is None:
        return stamps.dt.strftime(FORMATS[1])
    texts = pl.DataFrame([stamps.dt.strftime(f).alias(f"f{n}") for n, f in enumerate(FORMATS)])
    chosen = texts.with_columns(pl.Series("style", style)).select(
        pl.when(pl.col("style") < 7).then("f0").when(pl.col("style") < 9).then("f1")
        .when(pl.col("style") < 10).then("f2").alias("stamp")
    )  # fmt: skip
    return chosen["stamp"]


def _dossiers(first: int, began: np.ndarray) -> pl.DataFrame:
    numbers = np.arange(first, first + len(began))
    return pl.DataFrame({"n": numbers}).select(
        _codes(numbers).alias("Mã hồ sơ"),
        pl.lit("Nguyễn Thị Mô Phỏng").alias("Họ tên"),
        pl.format("TT-{}", pl.col("n") % 40).alias("Thủ tục"),
        pl.format("Phường {}", pl.col("n") % 9 + 1).alias("Đơn vị"),
        _stamps(began).alias("Ngày tiếp nhận"),
        _stamps(began + 864_000).alias("Ngày hẹn trả"),
        _stamps(began + 800_000).alias("Ngày có kết quả"),
        pl.lit("Đã trả kết quả").alias("Trạng thái"),
    )


def _steps(first: int, began: np.ndarray, random: np.random.Generator) -> pl.DataFrame:
    numbers = np.repeat(np.arange(first, first + len(began)), STEPS)
    places = np.tile(np.arange(STEPS), len(began))
    arrived = np.repeat(began, STEPS) + places * 90_000
    styles = [random.integers(0, 10, len(numbers)) for _ in range(3)]
    styles[1] += 3 * (random.random(len(numbers)) < 0.2)  # a fifth of the starts is blank
    names = random.choice(np.array([*NAMES, DECOMPOSED]), len(numbers), p=[*[0.2475] * 4, 0.01])
    frame = pl.DataFrame({"n": numbers, "place": places}).select(
        _codes(numbers).alias("Mã hồ sơ"),
        pl.format("{}", pl.col("place") + 1).alias("Bước"),
        pl.Series(names).alias("Tên bước"),
        pl.format(" Phường {}", pl.col("n") % 9 + 1).alias("Đơn vị"),
        pl.format("cb-{}", pl.col("n") % 300).alias("Mã tài khoản"),
        pl.lit("Cán bộ Mô Phỏng").alias("Người xử lý"),
        _stamps(arrived, styles[0]).alias("Đến"),
        _stamps(arrived + 7_200, styles[1]).alias("Bắt đầu"),
        pl.when(pl.Series(random.random(len(numbers)) < 0.005))
        .then(pl.lit(NO_DATE))
        .otherwise(_stamps(arrived + 80_000, styles[2]))
        .alias("Kết thúc"),
        _stamps(arrived + 172_800).alias("Hạn bước"),
        pl.format("{},5", pl.col("place") + 4).alias("Định mức (giờ)"),
    )
    repeats = frame[::100]
    return pl.concat([frame, repeats])


def _workbook(rows: int, folder: Path) -> None:
    """A register of dossiers as a workbook, under a profile that reads it."""
    (folder / "export").mkdir()
    text = PROFILE.replace('["dossiers*.csv"]', '["dossiers*.xlsx"]')
    text = text.replace('kind = "csv"', 'kind = "xlsx"', 1).replace('delimiter = ";"\n', "", 1)
    (folder / "bench.toml").write_text(text, encoding="utf-8", newline="\n")
    began = np.random.default_rng(1).integers(1_641_000_000, 1_664_000_000, rows)
    _dossiers(0, began).write_excel(folder / "export" / "dossiers.xlsx")


if __name__ == "__main__":
    main()
