"""A period's briefings: notebooks run with checked parameters, pages that open from disk.

Safe to run twice (same bytes) and at once (the second run is refused): pages are written beside
the old ones and put in their place together, only when every notebook succeeded.
"""

from workbench.pages.briefings import (
    EACH,
    copy_as_latest,
    publish_briefings,
    results_of,
    write_briefings,
    write_own_notebook,
    write_page,
)
from workbench.pages.folders import briefing_folder, folder_name
from workbench.pages.jobs import Outputs, check_formats
from workbench.pages.notebooks import check_parameters, run_notebook
from workbench.pages.sheets import write_sheets

__all__ = [
    "EACH",
    "Outputs",
    "briefing_folder",
    "check_formats",
    "check_parameters",
    "copy_as_latest",
    "folder_name",
    "publish_briefings",
    "results_of",
    "run_notebook",
    "write_briefings",
    "write_own_notebook",
    "write_page",
    "write_sheets",
]
