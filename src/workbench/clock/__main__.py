"""``python -m workbench.clock``: the stage as ``dvc.yaml`` calls it."""

from workbench.clock.stage import clock
from workbench.core.project import find_project
from workbench.core.run_folders import RunFolders
from workbench.program import leave, run_program, shown_progress


def main() -> None:
    """Run the stage on the project of the current folder."""
    project = find_project()
    with shown_progress() as progress:
        clock(RunFolders(project, project, progress))


if __name__ == "__main__":
    leave(run_program(main))
