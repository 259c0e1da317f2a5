"""``workbench plots-page``: the page that lets ``dvc plots diff`` draw without a network."""

from __future__ import annotations

from workbench.core.project import find_project
from workbench.messages import say
from workbench.program import print_remark
from workbench.review import write_plots_page


def command() -> None:
    """Write the page and say where it is."""
    print_remark(say("cli.plots_page", page=write_plots_page(find_project())))
