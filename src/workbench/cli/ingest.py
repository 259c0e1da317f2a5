"""``workbench ingest``: land the inbox, mapped, non-personal columns only."""

from __future__ import annotations

from typing import Annotated

from workbench.cli.options import option
from workbench.core.project import find_project
from workbench.ingest.stage import ingest_inbox
from workbench.messages import say
from workbench.program import print_remark, shown_progress


def command(
    *,
    as_of: Annotated[str, option("as_of", "DATE")] = "",
    strict: Annotated[bool, option("strict")] = False,
) -> None:
    """Land the inbox of the project around the current folder."""
    with shown_progress() as progress:
        landing = ingest_inbox(find_project(), as_of=as_of, strict=strict, progress=progress)
    print_remark(say("cli.ingested", files=landing.files, rows=landing.rows))
