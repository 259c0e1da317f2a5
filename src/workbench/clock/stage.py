"""The stage clock: clean tables -> outcomes under each lateness profile, time split exactly.

The rules are the models of ``pipelines/clock``; this module lists what is read, built and kept. The
folder of the clock is replaced as a whole: a run that fails leaves the old one unchanged.
"""

from __future__ import annotations

from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.core.origins import write_origin
from workbench.core.project import replace_folder
from workbench.core.run_folders import RunFolders
from workbench.warehouse import Warehouse

CLOCK_TABLES = (
    "outcomes",
    "ledger",
    "due_dates",
    "clock_starts",
    "pause_spells",
    "odd_pauses",
    "receptions",
    "due_findings",
    "calendar_findings",
    "dossier_calendars",
)


def clock(folders: RunFolders) -> None:
    """Judge every dossier under every lateness profile and split its time exactly.

    Raises:
        InputRejected: A calendar or profile cannot be read.
        RuleFailed: A dossier has no calendar, or an identity of the ledger breaks.
    """
    calendars = Calendars.read(folders.facts.reference / "calendars")
    with Warehouse(folders.facts.pipelines) as warehouse:
        warehouse.attach(folders.work.clean)
        warehouse.attach(folders.facts.reference)
        warehouse.add_frame("calendar_keys", calendars.keys())
        warehouse.add_frame("calendar_days", calendars.days())
        warehouse.add_frame("unit_calendars", calendars.units())
        warehouse.add_frame("profiles", lateness_profiles(folders.facts.reference / "profiles"))
        with replace_folder(folders.work.clock) as fresh:
            warehouse.build_partitioned("clock", CLOCK_TABLES, fresh, folders.progress)
            write_origin(fresh, [folders.work.clean])
