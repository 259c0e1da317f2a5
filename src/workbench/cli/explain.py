"""``workbench explain``: count and measure; or one dossier's timeline and causes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from workbench.cli.options import Language, argument, option


def command(
    dossier: Annotated[str, argument("dossier", "DOSSIER")] = "",
    /,
    *,
    data: Annotated[Path | None, option("data", "DIR")] = None,
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Run the stage; or, with a dossier's code, print that dossier's timeline and causes."""
    if dossier:
        _print_dossier(dossier, data)
        return
    from workbench.explain.__main__ import main

    main()


def _print_dossier(dossier: str, data: Path | None) -> None:
    from workbench.answers import open_book

    here = Path()
    analysed = here if (here / "tables").is_dir() else None
    sys.stdout.write(f"{open_book(data or analysed).dossier(dossier)}\n")
