"""The stage clean: landed text rows -> dossiers, steps, pauses, quarantine.

The rules are the models of ``pipelines/clean``; this module lists what is read, built and kept. The
folder of clean tables is replaced as a whole: a run that fails leaves the old one unchanged.
"""

from __future__ import annotations

from workbench.clock import Calendars
from workbench.core.origins import write_origin
from workbench.core.project import replace_folder
from workbench.core.run_folders import RunFolders
from workbench.warehouse import Warehouse

MEMORY = "800MB"
"""Memory of DuckDB while it cleans: a million steps fit in 1 GiB, ten million do not fail.

DuckDB spills the rest to disk. With 500 MB, ten million damaged steps did not fit.
"""

CLEAN_TABLES = (
    "dossiers",
    "steps",
    "pauses",
    "quarantine",
    "reconciliation",
    "dossier_history",
    "other_records",
    "service_records",
    "source_findings",
)


def clean(folders: RunFolders) -> None:
    """Turn landed text into dossiers, steps, pauses, quarantine and reconciliation.

    Raises:
        InputRejected: A calendar cannot be read, or the folder of landed tables or a reference
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
