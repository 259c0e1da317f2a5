"""The stage clean: text rows as they landed -> dossiers, steps, pauses, quarantine.

The rules are the models of ``pipelines/clean``; this module says what is read, built and kept. The
folder of clean tables is replaced whole: a run that fails leaves the one before as it was.
"""

from __future__ import annotations

from workbench.clock import Calendars
from workbench.core.origins import write_origin
from workbench.core.project import replace_folder
from workbench.core.run_folders import RunFolders
from workbench.warehouse import Warehouse

MEMORY = "800MB"
"""What DuckDB holds while it cleans: a million steps stay under 1 GiB, ten million do not fail.

The rest is spilled. With 500 MB ten million messy steps did not fit.
"""

CLEAN_TABLES = (
    "dossiers",
    "steps",
    "pauses",
    "quarantine",
    "reconciliation",
    "dossier_history",
    "other_records",
    "source_findings",
)


def clean(folders: RunFolders) -> None:
    """Turn landed text into dossiers, steps, pauses, quarantine and reconciliation.

    Raises:
        InputRejected: A calendar cannot be read, or the landed room or a reference
            table is missing.
        RuleFailed: A cleaned table breaks its key or a promise.
    """
    calendars = Calendars.read(folders.facts.reference / "calendars")
    with Warehouse(folders.facts.pipelines, memory=MEMORY) as warehouse:
        warehouse.attach(folders.work.landed)
        warehouse.attach(folders.facts.reference)
        warehouse.add_frame("calendar_days", calendars.days())
        warehouse.build("clean", folders.progress, CLEAN_TABLES)
        with replace_folder(folders.work.clean) as fresh:
            warehouse.write(CLEAN_TABLES, fresh)
            write_origin(fresh, [folders.work.landed])
