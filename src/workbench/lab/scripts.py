"""Scripts of widgets that a page reads and runs once, however many charts and tables it shows.

Each is some hundred kilobytes: with its own copy in every widget, a page of twenty charts and
tables would send, read and run twenty of them.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import anywidget
import traitlets
from ipywidgets import widget_serialization
from itables.widget import ITable

from workbench.charts import chart_script
from workbench.core.environment import LAB_HOME

ASSETS = Path(__file__).parents[1] / "assets" / "lab"


class Script(anywidget.AnyWidget):
    """A script and its style, which never show themselves."""

    _esm = "export default {};"
    name = traitlets.Unicode().tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)
    style = traitlets.Unicode().tag(sync=True)


class Chart(anywidget.AnyWidget):
    """A chart that says what was clicked or brushed."""

    _esm = ASSETS / "shared.js"
    script = traitlets.Instance(Script).tag(sync=True, **widget_serialization)
    spec = traitlets.Dict().tag(sync=True)
    brushed = traitlets.Bool().tag(sync=True)
    chosen = traitlets.Dict().tag(sync=True)

    @traitlets.default("script")
    def _script(self) -> Script:
        return script_of_charts()


class Grid(ITable):  # type: ignore[misc]
    """A table that sorts and filters."""

    _esm = ASSETS / "shared.js"
    _css = ""
    script = traitlets.Instance(Script).tag(sync=True, **widget_serialization)

    @traitlets.default("script")
    def _script(self) -> Script:
        return script_of_tables()


@cache
def script_of_charts() -> Script:
    """Return what draws all charts of this kernel."""
    folder = os.environ.get(LAB_HOME)
    return Script(name="chart", code=chart_script(Path(folder) if folder else None))


@cache
def script_of_tables() -> Script:
    """Return what shows all tables of this kernel."""
    return Script(name="table", code=str(ITable._esm), style=str(ITable._css))
