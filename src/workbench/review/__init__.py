"""Compare two revisions: every table, the judgements, and the inputs whose change moved them.

Both sides are the Parquet files that ``dvc.lock`` of a revision names, read from the DVC cache
without a checkout; they are joined by key, so that a figure or a dossier is compared with itself.
The working tree may be the right side, and folders of ``analyse`` either. Nothing is recomputed: a
revision whose outputs are not cached is rejected with the commands that bring or make them.
"""

from __future__ import annotations

from workbench.review.briefings import compare_briefings, is_briefing, read_briefing
from workbench.review.comparison import RevisionDiff, compare_revisions
from workbench.review.json_document import to_json
from workbench.review.limits import enforce_limits, read_limits
from workbench.review.pages import (
    WRITERS,
    briefings_page,
    to_html,
    to_markdown,
    to_published,
    to_text,
)
from workbench.review.plots_page import write_plots_page
from workbench.review.reasons import Reason

__all__ = [
    "WRITERS",
    "Reason",
    "RevisionDiff",
    "briefings_page",
    "compare_briefings",
    "compare_revisions",
    "enforce_limits",
    "is_briefing",
    "read_briefing",
    "read_limits",
    "to_html",
    "to_json",
    "to_markdown",
    "to_published",
    "to_text",
    "write_plots_page",
]
