"""``python -m workbench.ingest``: the stage as ``dvc.yaml`` calls it."""

from workbench.core.project import find_project
from workbench.ingest.stage import ingest_inbox
from workbench.program import leave, run_program, shown_progress


def main() -> None:
    """Run the stage on the project of the current folder."""
    with shown_progress() as progress:
        ingest_inbox(find_project(), progress=progress)


if __name__ == "__main__":
    leave(run_program(main))
