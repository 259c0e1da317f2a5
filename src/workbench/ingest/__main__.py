"""``python -m workbench.ingest``: the stage as ``dvc.yaml`` calls it."""

import sys

from workbench.core.project import find_project
from workbench.ingest.stage import ingest_inbox
from workbench.program import print_progress, run_program


def main() -> None:
    """Run the stage on the project of the current folder."""
    ingest_inbox(find_project(), progress=print_progress)


if __name__ == "__main__":
    sys.exit(run_program(main))
