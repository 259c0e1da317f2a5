"""The commands, each in the module of its name, and how a line typed by a person is read.

A module is imported only when its command runs or explains itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import BoundArguments
from itertools import pairwise
from typing import Any

from cyclopts import App, CycloptsError, Group, Parameter

from workbench.cli.help_page import HelpPage
from workbench.cli.usage import explain_usage
from workbench.core.errors import UsageProblem
from workbench.messages import LANGUAGES, language, say

STAGES = {"clean": "workbench.clean.__main__:main", "clock": "workbench.clock.__main__:main"}
"""Commands without options of their own: the program of the stage is the command."""

COMMANDS = (
    "start",
    "analyse",
    "ingest",
    "clean",
    "clock",
    "explain",
    "trace",
    "watch",
    "brief",
    "form",
    "diff",
    "plots-page",
    "simulate",
    "latebench",
    "run",
    "runs",
    "schedule",
    "lab",
    "dvc",
    "forget",
)
"""Every command but those of ``GROUPS``, which have commands of their own."""

GROUPS = {
    "sources": ("inspect", "epar"),
    "calendar": ("add", "check", "moved"),
    "units": ("add",),
    "notebook": ("new",),
}
"""Commands with commands of their own."""


@dataclass(frozen=True)
class Command:
    """A command and the values of its parameters by name, defaults included."""

    function: Callable[..., Any]
    bound: BoundArguments

    @property
    def values(self) -> dict[str, Any]:
        """What was asked, and the defaults of what was not."""
        return dict(self.bound.arguments)

    def run(self) -> None:
        """Do what the command is for."""
        self.function(*self.bound.args, **self.bound.kwargs)


def build_app() -> App:
    """Return the commands with their help in the language in force."""
    app = _app("workbench", say("cli.about"))
    for number, name in enumerate(COMMANDS):
        place = STAGES.get(name, f"workbench.cli.{_module(name)}:command")
        help_text = say(f"cli.help_{_module(name)}")
        app.command(place, name=name, help=help_text, sort_key=number, **_reading(name))
    for number, (group, names) in enumerate(GROUPS.items(), len(COMMANDS)):
        inner = _app(group, say(f"cli.help_{group}"))
        for name in names:
            place = f"workbench.cli.{group}:{name}"
            inner.command(place, name=name, help=say(f"cli.help_{group}_{name}"))
        inner.sort_key = number
        app.command(inner)
    return app


def read_command(words: Sequence[str]) -> Command:
    """Return the command that a line names; asking for help is a command too.

    Raises:
        UsageProblem: There is no such command or option, or a value is missing or not possible.
    """
    app = build_app()
    chain, apps, rest = app.parse_commands(list(words))
    if not rest and apps[-1].default_command is None and not _asks_for_help(chain):
        raise UsageProblem("usage.no_command", words=" ".join(["workbench", *chain]))
    try:
        function, bound, _ = app.parse_args(list(words), exit_on_error=False, print_error=False)
    except CycloptsError as error:
        raise explain_usage(error) from None
    bound.apply_defaults()
    return Command(function, bound)


def asked_language(words: Sequence[str]) -> str:
    """Return the language that a line asks for, whatever else is wrong with the line.

    >>> asked_language(["watch", "--lang", "en"]), asked_language(["watch", "--lang=vi"])
    ('en', 'vi')
    """
    for word, following in pairwise([*words, ""]):
        option, _, value = word.partition("=")
        if option == "--lang" and (value or following) in LANGUAGES:
            return value or following
    return language()


def _asks_for_help(chain: Sequence[str]) -> bool:
    return bool(chain) and chain[-1] in ("--help", "-h")


def _app(name: str, help_text: str) -> App:
    app = App(
        name=name,
        help=help_text,
        help_format="plaintext",
        help_formatter=HelpPage(),
        version_flags=(),
        default_parameter=Parameter(negative=()),
        group_arguments=Group(say("usage.arguments"), sort_key=1),
        group_parameters=Group(say("usage.options"), sort_key=2),
        group_commands=Group(say("usage.commands"), sort_key=3),
    )
    for flag in app.help_flags:
        app[flag].help = say("usage.help")
    return app


def _module(name: str) -> str:
    return name.replace("-", "_")


def _reading(name: str) -> dict[str, Any]:
    """Return how the words after a command are read: those after ``dvc`` are all for DVC."""
    return {"help_flags": (), "end_of_options_delimiter": ""} if name == "dvc" else {}
