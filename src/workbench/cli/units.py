"""``workbench units``: the list of offices."""

from __future__ import annotations

import sys
from typing import Annotated

from workbench.cli.options import Language, argument, option
from workbench.core.project import find_project
from workbench.messages import say


def add(
    province: Annotated[str, argument("province", "PROVINCE")],
    /,
    *,
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Add the communes of a province, and what they followed, to the project's lists."""
    from workbench.clean.commune_lists import add_province

    added = add_province(find_project().reference, province)
    text = say(
        "units.added",
        province=added.province,
        communes=added.communes,
        mergers=added.mergers,
    )
    sys.stdout.write(f"{text}\n")
