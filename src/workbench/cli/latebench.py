"""``workbench latebench``: score the finding of causes against known causes."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from workbench.cli.options import Language, option
from workbench.core.project import check_output, shipped
from workbench.latebench import latebench
from workbench.program import print_remark


@dataclass(frozen=True)
class Part:
    """Which cells of the bench are run; all where nothing is named."""

    tiers: Annotated[str, option("bench_part", "LIST", field="tiers")] = ""
    sizes: Annotated[str, option("bench_part", "LIST", field="sizes")] = ""
    doses: Annotated[str, option("bench_part", "LIST", field="doses")] = ""
    seeds: Annotated[str, option("bench_part", "LIST", field="seeds")] = ""


WHOLE = Part()


def command(
    *,
    out: Annotated[Path, option("bench", "DIR")],
    page: Annotated[Path | None, option("bench_page", "FILE")] = None,
    quick: Annotated[bool, option("bench_quick")] = False,
    part: Annotated[Part, Parameter(name="*")] = WHOLE,
    pm4py: Annotated[Path | None, option("bench_pm4py", "PYTHON")] = None,
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Run the bench, write its scores and the page about them, and print the page's path."""
    check_output(out)
    written = latebench(
        shipped(),
        out=out,
        page=page,
        asked=asdict(part),
        quick=quick,
        pm4py=pm4py,
        progress=print_remark,
    )
    sys.stdout.write(f"{written}\n")
