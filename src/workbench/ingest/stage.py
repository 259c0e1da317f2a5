"""The stage ingest: exports as delivered -> text rows without personal data."""

from __future__ import annotations

from workbench.core.project import Project, close_to_others
from workbench.core.run_folders import Progress
from workbench.ingest.inbox import sort_inbox
from workbench.ingest.landing import Landing, ingest
from workbench.ingest.profile_files import shipped_profiles
from workbench.program import print_remark


def ingest_inbox(
    project: Project, *, as_of: str = "", strict: bool = False, progress: Progress
) -> Landing:
    """Bring a project's inbox in: mapped, non-personal columns only.

    Args:
        project: Whose inbox is read and whose landed tables are replaced.
        as_of: As in ``ingest``.
        strict: Stop at a file that no profile knows, instead of setting it aside.
        progress: Receives each file's name.

    Returns:
        How many files and rows landed.

    Raises:
        InputRejected, UsageProblem, OutputBusy: As ``ingest``.
    """
    close_to_others(project)
    inbox = sort_inbox(project.inbox, shipped_profiles(project.reference), strict=strict)
    landing = ingest(
        inbox.exports,
        project.landed,
        as_of=as_of,
        progress=progress,
        reference=project.reference,
        set_aside=inbox.unknown,
    )
    if inbox.unknown:
        from workbench.messages import say

        for path in inbox.unknown:
            print_remark(say("sources.set_aside", file=path.name, path=path))
    return landing
