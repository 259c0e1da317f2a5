"""Options that several commands share, and the help of each, in the reader's language.

Annotations of the commands are kept as text (``from __future__ import annotations``) and
evaluated whenever the command line is built, so the help follows the language then in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

from workbench.core.vocabulary import PeriodKind
from workbench.messages import say

Language = Literal["vi", "en"]


def option(key: str, name: str | None = None, **values: object) -> Parameter:
    """Describe an option or argument by an entry of the catalogue ``cli``.

    Args:
        key: The entry, without its ``opt_``.
        name: What stands for the value in the help; by default the parameter's name.
        **values: Values of the placeholders in the text.
    """
    return Parameter(help=say(f"cli.opt_{key}", **values), metavar=name)


def argument(key: str, name: str) -> Parameter:
    """Describe an argument without a name of its own on the command line.

    Args:
        key: The entry, without its ``opt_``.
        name: What stands for the argument in the help.
    """
    return Parameter(name=name, help=say(f"cli.opt_{key}"))


@dataclass(frozen=True)
class BriefingOptions:
    """What a briefing shows, run now or later by a scheduler; ``params.yaml`` has the rest."""

    against: Annotated[str, option("against", "PERIOD")] = ""
    unit: Annotated[str, option("unit", "ID|all")] = ""
    lang: Annotated[Language | None, option("lang")] = None
    published: Annotated[bool, option("published")] = False
    notebook: Annotated[str, option("notebook", "NAME")] = ""


@dataclass(frozen=True)
class RunOptions:
    """How a briefing is run unattended, now or later by a scheduler."""

    no_refresh: Annotated[bool, option("no_refresh")] = False
    fetch: Annotated[str, option("fetch", "COMMAND")] = ""
    wait: Annotated[float, option("wait", "HOURS")] = 0
    commit: Annotated[bool, option("commit")] = False
    on_failure: Annotated[str, option("on_failure", "COMMAND")] = ""


@dataclass(frozen=True)
class TextOptions:
    """How delimited texts are written, where file or profile would be misread."""

    encoding: Annotated[str, option("encoding", "NAME")] = ""
    delimiter: Annotated[str, option("delimiter", "CHARACTER")] = ""


AS_WRITTEN = TextOptions()


@dataclass(frozen=True)
class AnalysisOptions:
    """How files are read and judged, outside a project and its ``params.yaml``."""

    as_of: Annotated[str, option("as_of", "DATE")] = ""
    period: Annotated[PeriodKind, option("period_kind")] = "half"
    profile: Annotated[str, option("profile", "NAME")] = "wb_strict"
    draft: Annotated[bool, option("draft")] = False
    text: Annotated[TextOptions, Parameter(name="*")] = AS_WRITTEN


PLAIN = AnalysisOptions()
AS_USUAL = RunOptions()
NO_OPTIONS = BriefingOptions()
