"""How long each format of a briefing takes, how large it is, and how many words and sheets it has.

The briefing of all units together, page and documents, then every unit in one run, then the sheets
of all units and procedures: processor and wall seconds, and bytes. A document is laid out from the
pages, so its seconds include theirs; a difference of a second between two formats is noise. The
project's own results are read; everything is written to a folder of its own.

``python benches/formats.py [--period PERIOD] [--each]``
"""

from __future__ import annotations

import argparse
import re
import resource
import time
from collections.abc import Callable
from functools import partial
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.answers import open_book
from workbench.core.project import find_project
from workbench.core.vocabulary import EVERYTHING, LATEST
from workbench.pages import EACH, Outputs, write_briefings, write_sheets
from workbench.pages.formats import HTML, LIVE, known_formats

PAGE = re.compile(rb"/Type\s*/Page\b")
MARKUP = re.compile(r"<(style|svg)\b.*?</\1>|<[^>]+>", re.DOTALL)


def main() -> None:
    """Write everything once to load libraries, then each format, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--period", default=LATEST)
    parser.add_argument("--each", action="store_true", help="every unit, and all sheets, as well")
    args = parser.parse_args()
    book = open_book(find_project().root)
    period = book.period(args.period)
    documents = [name for name in known_formats() if name != HTML]

    def write(out: Path, *formats: str, unit: str = EVERYTHING) -> None:
        write_briefings(book, period=period, unit=unit, out=Outputs(out, (HTML, *formats)))

    with TemporaryDirectory() as scratch:
        here = Path(scratch)
        write(here / "first", *documents, LIVE)
        seconds, wall = _measure(lambda: write(here / HTML))
        folder = here / HTML / period / "all"
        size = sum(file.stat().st_size for file in folder.glob("*.html"))
        _print("pages", seconds, wall, size)
        for page in sorted(folder.glob("*.html")):
            words = len(unescape(MARKUP.sub(" ", page.read_text(encoding="utf-8"))).split())
            print(f"  {page.name}: {page.stat().st_size:,} bytes, {words:,} words")
        for name in documents:
            seconds, wall = _measure(partial(write, here / name, name))
            written = (here / name / period / "all" / f"briefing.{name}").read_bytes()
            sheets = f", {len(PAGE.findall(written))} pages of A4" if name == "pdf" else ""
            _print(f"pages and {name}", seconds, wall, len(written), sheets)
        seconds, wall = _measure(lambda: write(here / LIVE, LIVE))
        size = sum(f.stat().st_size for f in (here / LIVE).rglob("*.html") if LIVE in f.parts[-2])
        _print(f"pages and {LIVE}", seconds, wall, size)
        if args.each:
            units = len(book.units())
            seconds, wall = _measure(lambda: write(here / EACH, *documents, unit=EACH))
            size = sum(file.stat().st_size for file in (here / EACH).rglob("*.*"))
            _print(f"all {units} units, every format", seconds, wall, size)
            seconds, wall = _measure(
                lambda: write_sheets(book, period=period, out=Outputs(here / "sheets"))
            )
            files = list((here / "sheets").rglob("*.html"))
            size = sum(file.stat().st_size for file in files)
            _print(f"{len(files)} sheets", seconds, wall, size)


def _print(name: str, seconds: float, wall: float, size: int, more: str = "") -> None:
    print(f"{name}: {seconds:.1f} s cpu, {wall:.1f} s wall, {size:,} bytes{more}", flush=True)


def _measure(work: Callable[[], object]) -> tuple[float, float]:
    """Return processor seconds, those of ended processes too, and wall seconds."""
    before, begun = _processor_seconds(), time.perf_counter()
    work()
    return _processor_seconds() - before, time.perf_counter() - begun


def _processor_seconds() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
