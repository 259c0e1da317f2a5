"""The bench hands over what clean writes: the same columns of the same kinds."""

from __future__ import annotations

from workbench.clock import Calendars
from workbench.latebench.register import CALENDAR
from workbench.latebench.run import Task, make_case


def test_the_register_has_the_columns_that_clean_writes(clean, reference_dir):
    written = clean([{}], [{}], [{}])
    calendar = Calendars.read(reference_dir / "calendars")[CALENDAR]
    for name, table in make_case(calendar, Task("full", 8, 1.0, 3)).register.tables().items():
        assert dict(table.schema) == dict(written[name].schema), name
