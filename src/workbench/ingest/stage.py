"""The stage ingest: exports as delivered -> text rows without personal data."""

from __future__ import annotations

from workbench.core.project import Project, close_to_others
from workbench.core.run_folders import Progress
from workbench.ingest.inbox import inbox_deliveries
from workbench.ingest.landing import Landing, ingest
from workbench.ingest.profile_files import shipped_profiles


def ingest_inbox(project: Project, *, as_of: str = "", progress: Progress) -> Landing:
    """Bring a project's inbox in: mapped, non-personal columns only.

    Args:
        project: Whose inbox is read and whose landed tables are replaced.
        as_of: As in ``ingest``.
        progress: Receives each file's name.

    Returns:
        How many files and rows landed.

    Raises:
        InputRejected, UsageProblem, OutputBusy: As ``ingest``.
    """
    close_to_others(project)
    exports = inbox_deliveries(project.inbox, shipped_profiles(project.reference))
    return ingest(
        exports, project.landed, as_of=as_of, progress=progress, reference=project.reference
    )
