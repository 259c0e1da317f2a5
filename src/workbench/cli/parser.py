"""The commands and their options; ``commands`` has the functions."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from workbench.cli import commands
from workbench.core.vocabulary import PERIOD_KINDS
from workbench.messages import LANGUAGES, say

Run = Callable[[argparse.Namespace], None]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command; its function is in ``run``."""
    parser = argparse.ArgumentParser(prog="workbench", description=say("cli.about"))
    words = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def word(name: str, run: Run) -> argparse.ArgumentParser:
        text = say(f"cli.help_{name.replace('-', '_')}")
        added = words.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    _analyse(word("analyse", commands.analyse))
    _ingest(word("ingest", commands.ingest))
    word("clean", commands.clean)
    word("clock", commands.clock)
    _explain(word("explain", commands.explain))
    _watch(word("watch", commands.watch))
    _brief(word("brief", commands.brief))
    _form(word("form", commands.form))
    _diff(word("diff", commands.diff))
    word("plots-page", commands.plots_page)
    _simulate(word("simulate", commands.simulate))
    _latebench(word("latebench", commands.latebench))
    _schedule(word("schedule", commands.schedule))
    _lab(word("lab", commands.lab))
    _dvc(word("dvc", commands.dvc))
    _forget(word("forget", commands.forget))
    _sources(word("sources", commands.inspect_source))
    return parser


def _dvc(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=say("cli.opt_dvc"))


def _analyse(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=say("cli.opt_paths"))
    parser.add_argument("--source", required=True, help=say("cli.opt_source"))
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help=say("cli.opt_out"))
    parser.add_argument("--as-of", default="", metavar="DATE", help=say("cli.opt_as_of"))
    parser.add_argument(
        "--period", choices=PERIOD_KINDS, default="half", help=say("cli.opt_period_kind")
    )
    parser.add_argument("--profile", default="wb_strict", help=say("cli.opt_profile"))
    _language(parser)


def _ingest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", default="", metavar="DATE", help=say("cli.opt_as_of"))


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dossier", nargs="?", metavar="DOSSIER", help=say("cli.opt_dossier"))
    parser.add_argument("--data", type=Path, metavar="DIR", help=say("cli.opt_data"))
    _language(parser)


def _watch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unit", default="*", metavar="ID", help=say("cli.opt_unit"))
    parser.add_argument("--data", default="", metavar="DIR", help=say("cli.opt_data"))
    _language(parser)


def _brief(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--period", default="", help=say("cli.opt_period"))
    parser.add_argument("--format", default="html", help=say("cli.opt_format"))
    parser.add_argument("--where", action="store_true", help=say("cli.opt_where"))
    _briefed(parser)


def _briefed(parser: argparse.ArgumentParser) -> None:
    """Add the options of a briefing, run now or later by a scheduler."""
    parser.add_argument("--against", default="", help=say("cli.opt_against"))
    parser.add_argument("--unit", default="", metavar="ID|all", help=say("cli.opt_unit"))
    parser.add_argument("--published", action="store_true", help=say("cli.opt_published"))
    _language(parser)


def _form(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="FORM", help=say("cli.opt_form"))
    parser.add_argument("--period", required=True, help=say("cli.opt_period"))
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help=say("cli.opt_xlsx"))
    parser.add_argument("--convention", default="calendar", help=say("cli.opt_convention"))
    parser.add_argument("--unit", default="*", metavar="ID", help=say("cli.opt_unit"))
    parser.add_argument("--profile", default="", help=say("cli.opt_profile"))
    _language(parser)


def _diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rev_a", metavar="REV_A", help=say("cli.opt_rev_a"))
    parser.add_argument("rev_b", nargs="?", metavar="REV_B", help=say("cli.opt_rev_b"))
    parser.add_argument(
        "--format", choices=("text", "md", "html"), default="text", help=say("cli.opt_diff_format")
    )
    parser.add_argument("--rows", type=int, default=40, metavar="N", help=say("cli.opt_rows"))
    parser.add_argument(
        "--fail-on", action="append", default=[], metavar="LIMIT", help=say("cli.opt_fail_on")
    )
    _language(parser)


def _simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, help=say("cli.opt_seed"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=say("cli.opt_simulate_out"))
    parser.add_argument("--truth", type=Path, metavar="DIR", help=say("cli.opt_truth"))
    parser.add_argument("--if-empty", action="store_true", help=say("cli.opt_if_empty"))


def _latebench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help=say("cli.opt_bench"))
    parser.add_argument("--page", type=Path, metavar="FILE", help=say("cli.opt_bench_page"))
    parser.add_argument("--quick", action="store_true", help=say("cli.opt_bench_quick"))
    for name in ("tiers", "sizes", "doses", "seeds"):
        about = say("cli.opt_bench_part", name=name)
        parser.add_argument(f"--{name}", default="", metavar="LIST", help=about)
    parser.add_argument("--pm4py", type=Path, metavar="PYTHON", help=say("cli.opt_bench_pm4py"))
    _language(parser)


def _schedule(parser: argparse.ArgumentParser) -> None:
    kinds = ("cron", "systemd", "windows")
    parser.add_argument("--kind", choices=kinds, default="cron", help=say("cli.opt_kind"))
    parser.add_argument("--period", default="half", help=say("cli.opt_period_kind"))
    parser.add_argument("--at", default="06:30", metavar="HH:MM", help=say("cli.opt_at"))
    parser.add_argument("--convention", default="calendar", help=say("cli.opt_convention"))
    parser.add_argument("--format", default="", help=say("cli.opt_format"))
    parser.add_argument("--no-refresh", action="store_true", help=say("cli.opt_no_refresh"))
    _briefed(parser)


def _lab(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-browser", action="store_true", help=say("cli.opt_no_browser"))
    parser.add_argument("--port", type=int, default=8888, help=say("cli.opt_port"))


def _sources(parser: argparse.ArgumentParser) -> None:
    text = say("cli.help_sources_inspect")
    words = parser.add_subparsers(dest="word", required=True, metavar="COMMAND", help=text)
    inspect = words.add_parser("inspect", help=text, description=text)
    inspect.add_argument("path", type=Path, metavar="PATH", help=say("cli.opt_inspect_path"))
    inspect.add_argument("--out", type=Path, metavar="FILE", help=say("cli.opt_inspect_out"))
    _language(inspect)
    text = say("cli.help_sources_epar")
    epar = words.add_parser("epar", help=text, description=text)
    epar.add_argument("path", type=Path, metavar="DIR", help=say("cli.opt_epar_path"))
    epar.add_argument("--out", required=True, type=Path, metavar="DIR", help=say("cli.opt_epar"))
    _language(epar)
    epar.set_defaults(run=commands.epar)


def _forget(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="SOURCE|FILE", help=say("cli.opt_forget"))
    _language(parser)


def _language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=LANGUAGES, help=say("cli.opt_lang"))
