"""``workbench forget``: remove a source or file from inbox, data folders and cache."""

from __future__ import annotations

import sys
from typing import Annotated

from workbench.cli.options import Language, argument, option
from workbench.core.project import find_project
from workbench.messages import say
from workbench.program import shown_progress
from workbench.review.erasure import forget


def command(
    what: Annotated[str, argument("forget", "SOURCE|FILE")],
    /,
    *,
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Remove it and list what is left."""
    with shown_progress() as progress:
        gone = forget(find_project(), what, progress=progress)
    done = say("forgetting.done", what=what, files=len(gone.files), objects=gone.objects)
    sys.stdout.write("\n".join([done, *gone.left]) + "\n")
