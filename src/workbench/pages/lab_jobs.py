"""Jobs of the lab's panel (jupyter-scheduler): pages made as ``workbench brief`` makes them.

The panel's own way would write a page without checks that fetches scripts from the internet, and
would take a period without quotes for a subtraction.
"""

from __future__ import annotations

from pathlib import Path

from jupyter_scheduler.environments import EnvironmentManager
from jupyter_scheduler.executors import DefaultExecutionManager
from jupyter_scheduler.models import RuntimeEnvironment

from workbench.messages import say
from workbench.pages.briefings import write_notebook_page
from workbench.pages.formats import known_formats
from workbench.pages.jobs import Outputs, check_formats

_NAME = "workbench"


class PageFormats(EnvironmentManager):  # type: ignore[misc]
    """The formats that the panel offers, and the one Python that its jobs run in."""

    def list_environments(self) -> list[RuntimeEnvironment]:
        """Return the Python of the lab."""
        return [
            RuntimeEnvironment(
                name=_NAME,
                label=_NAME,
                description=_NAME,
                file_extensions=["ipynb"],
                output_formats=list(known_formats()),
            )
        ]

    def manage_environments_command(self) -> str:
        """Return nothing: there is one environment."""
        return ""

    def output_formats_mapping(self) -> dict[str, str]:
        """Return the formats with their names."""
        return {name: say(f"lab.format_{name}") for name in known_formats()}


class PageJob(DefaultExecutionManager):  # type: ignore[misc]
    """Makes the page of a job's notebook, as it was when the job was created."""

    def execute(self) -> None:
        """Write the page in the formats of the job, or stop with the reason in one sentence."""
        job, notebook = self.model, Path(self.staging_paths["input"])
        formats = check_formats(",".join(job.output_formats or ["html"]))
        outputs = Outputs(notebook.parent, formats)
        page = write_notebook_page(Path(self.root_dir), notebook, job.parameters or {}, outputs)
        for name in job.output_formats or ():
            page.with_suffix(f".{name}").replace(self.staging_paths[name])
