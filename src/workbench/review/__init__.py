"""What changed between two revisions: figures, dossiers, and what was changed to move them.

Both sides are the Parquet that ``dvc.lock`` of a revision names, read from the DVC cache without
checking anything out; they are joined by key, so that a figure or a dossier is compared with
itself and nothing else. The working tree may stand on the right. Nothing is recomputed here: a
revision whose outputs were never kept is refused with the command that would bring them.
"""

from __future__ import annotations

from workbench.review.comparison import RevisionDiff, compare_revisions
from workbench.review.limits import enforce_limits, read_limits
from workbench.review.pages import WRITERS, to_html, to_markdown, to_text
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
    "to_markdown",
    "to_text",
    "write_plots_page",
]
