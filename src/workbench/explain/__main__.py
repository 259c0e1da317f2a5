"""``python -m workbench.explain``: the stage as ``dvc.yaml`` calls it."""

from workbench.core.params import read_params
from workbench.core.project import find_project
from workbench.core.run_folders import RunFolders
from workbench.explain import explain
from workbench.program import leave, run_program, shown_progress


def main() -> None:
    """Run the stage on the project of the current folder, under the profile of its parameters."""
    project = find_project()
    with shown_progress() as progress:
        folders = RunFolders(project, project, progress)
        explain(folders, profile=read_params(project).explain_profile)


if __name__ == "__main__":
    leave(run_program(main))
