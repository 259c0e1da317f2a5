"""A period's briefings: notebooks run with checked parameters, pages that open from disk.

Safe to run twice (same bytes) and at once (the second run is refused): pages are written beside
the old ones and put in their place together, only when every notebook succeeded.
"""

from workbench.briefing.notebooks import check_parameters, run_notebook
from workbench.briefing.writing import (
    check_formats,
    publish_briefings,
    write_briefings,
    write_page,
)

__all__ = [
    "check_formats",
    "check_parameters",
    "publish_briefings",
    "run_notebook",
    "write_briefings",
    "write_page",
]
