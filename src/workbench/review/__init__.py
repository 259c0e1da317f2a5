"""Compare two revisions: every table, the judgements, and the inputs whose change moved them.

Both sides are the Parquet files that ``dvc.lock`` of a revision names, read from the DVC cache
without a checkout; they are joined by key, so that a figure or a dossier is compared with itself.
The working tree may be the right side, and folders of ``analyse`` either. Nothing is recomputed: a
revision whose outputs are not cached is rejected with the commands that bring or make them.
"""

from __future__ import annotations

from workbench.review.comparison import RevisionDiff, compare_revisions
from workbench.review.limits import enforce_limits, read_limits
from workbench.review.pages import WRITERS, to_html, to_json, to_markdown, to_published, to_text
from workbench.review.plots_page import write_plots_page
from workbench.review.reasons import Reason

__all__ = [
    "WRITERS",
    "Reason",
    "RevisionDiff",
    "compare_revisions",
    "enforce_limits",
    "read_limits",
    "to_html",
    "to_json",
    "to_markdown",
    "to_published",
    "to_text",
    "write_plots_page",
]
