"""``workbench trace``: from a figure to its dossiers, from a dossier or row to its figures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from workbench.answers import open_book
from workbench.cli.options import Language, argument, option
from workbench.core.errors import OutputBusy


def command(
    target: Annotated[str, argument("trace_target", "FIGURE|DOSSIER|FILE:ROW")],
    /,
    *,
    profile: Annotated[str, option("profile", "NAME")] = "",
    csv: Annotated[Path | None, option("trace_csv", "FILE")] = None,
    data: Annotated[Path | None, option("data", "DIR")] = None,
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Print the dossiers behind a figure, or the figures that count a dossier or a row."""
    here = Path()
    analysed = here if (here / "tables").is_dir() else None
    answer = open_book(data or analysed).trace(target, profile=profile)
    sys.stdout.write(f"{answer}\n")
    if csv:
        try:
            csv.write_bytes(answer.frame.write_csv(include_bom=True).encode())
        except OSError as problem:
            raise OutputBusy(
                "briefing.cannot_write", folder=csv, error=problem.strerror or problem
            ) from problem
