"""How many small changes of a module the tests that name it see.

Each change is made alone: a comparison moved to or from equality or turned round, a number one
greater or a tenth, ``and`` for ``or``, a ``not`` lost, plus for minus, times for over, ``min`` for
``max``. The tests of the module must then fail; a change that they do not see survives and is
printed, those of ``equivalent_mutants.csv`` apart. Docstrings, annotations and defaults of levels
stay as they are. The tests run in a fork that has the libraries loaded, with the changed module in
the place of its file; a run of more than a minute counts as seen.

``python benches/python_mutants.py [--every N] [workbench.figures.estimates.shares ...]``
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.abc
import importlib.machinery
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy as np
import polars as pl
import pytest
import scipy.stats
from lifelines import KaplanMeierFitter
from mutant import HERE, Mutant, equivalents
from statsmodels.stats import proportion

PRELOADED = (hypothesis, np, pl, pytest, scipy.stats, KaplanMeierFitter, proportion)
"""Libraries that every fork needs; no module of ours is loaded before a fork."""

ROOT = HERE.parent
SECONDS = 60
OPTIONS = (
    *("-x", "-q", "--assert=plain", "--hypothesis-profile=ci"),
    *("-p", "no:xdist", "-p", "no:cacheprovider"),
)
COUNTS = "reference/test_counts_against_published_numbers.py"
UNITS = "reference/test_units_against_published_numbers.py"
CHARTS = "reference/test_charts_against_published_numbers.py"
INTERVALS = "reference/test_intervals_of_gaps.py"
CLOCK = ("unit/test_worktime.py", "property/test_clock_changes.py")
MODULES = {
    "workbench.clock.calendar": CLOCK,
    "workbench.clock.compiler": CLOCK,
    "workbench.figures.estimates.shares": (
        "reference/test_estimates_against_published_numbers.py",
    ),
    "workbench.figures.estimates.poisson": (COUNTS,),
    "workbench.figures.estimates.false_discovery": (COUNTS,),
    "workbench.figures.estimates.excess": (COUNTS, UNITS),
    "workbench.figures.estimates.standardise": (UNITS,),
    "workbench.figures.estimates.odds": ("reference/test_odds_against_published_numbers.py",),
    "workbench.figures.estimates.survival": (
        "reference/test_survival_against_published_numbers.py",
    ),
    "workbench.figures.estimates.kitagawa": (
        INTERVALS,
        "reference/test_gaps_against_published_numbers.py",
    ),
    "workbench.figures.estimates.control": (CHARTS,),
    "workbench.figures.estimates.change_point": (CHARTS,),
    "workbench.figures.estimates.difference_in_differences": (
        "reference/test_did_against_published_numbers.py",
    ),
    "workbench.figures.estimates.clusters": ("reference/test_design_effects.py",),
    "workbench.figures.estimates.healthy_counts": (UNITS, "unit/test_compare_adjusted.py"),
    "workbench.figures.estimates.shrinkage": (UNITS, COUNTS),
    "workbench.figures.estimates.sojourn_times": ("unit/test_sojourn_times.py",),
    "workbench.figures.measures": ("unit/test_measures.py",),
}
"""The modules measured by default, each with the tests that name it."""

COMPARISONS = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
OPERATORS = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*"}
NAMES = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "left": "right",
    "right": "left",
    "any": "all",
    "all": "any",
}


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every change of a module, in the order of its text."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def place(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    def between(left: ast.expr, right: ast.expr, text: str) -> Mutant:
        start = place(left.end_lineno or 0, left.end_col_offset or 0)
        end = place(right.lineno, right.col_offset)
        before = source[start:end]
        head = before[: len(before) - len(before.lstrip(" )\n"))]
        tail = before[len(before.rstrip(" (\n")) :]
        return Mutant(start + len(head), end - len(tail), text)

    found = [
        mutant for node in code_of(ast.parse(source)) for mutant in changes(node, between, place)
    ]
    yield from sorted(found, key=lambda mutant: (mutant.start, mutant.text))


def code_of(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is run: neither annotations nor imports nor texts that stand alone."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            is_text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if isinstance(child, ast.AST) and not is_text and not isinstance(child, ast.ImportFrom):
                yield child
                yield from code_of(child)


def changes(node, between, place) -> Iterator[Mutant]:  # type: ignore[no-untyped-def]
    """Yield the changes of one node; the functions return places of the text."""
    match node:
        case ast.Compare():
            sides = [node.left, *node.comparators]
            for left, sign, right in zip(sides, node.ops, sides[1:], strict=False):
                yield between(left, right, COMPARISONS[type(sign)])
        case ast.BoolOp():
            other = "or" if isinstance(node.op, ast.And) else "and"
            for left, right in zip(node.values, node.values[1:], strict=False):
                yield between(left, right, other)
        case ast.BinOp() if type(node.op) in OPERATORS:
            yield between(node.left, node.right, OPERATORS[type(node.op)])
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub()):
            start = place(node.lineno, node.col_offset)
            yield Mutant(start, start + (3 if isinstance(node.op, ast.Not) else 1), "")
        case ast.Constant(value=bool() as value):
            yield Mutant(*span(node, place), str(not value))
        case ast.Constant(value=int() as value):
            yield Mutant(*span(node, place), str(value + 1))
        case ast.Constant(value=float() as value) if value:
            yield Mutant(*span(node, place), repr(value / 10))
        case ast.Constant(value=str() as value) if value in NAMES:
            yield Mutant(*span(node, place), f'"{NAMES[value]}"')
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in NAMES:
            end = place(node.end_lineno, node.end_col_offset)
            yield Mutant(end - len(name), end, NAMES[name])


def span(node, place) -> tuple[int, int]:  # type: ignore[no-untyped-def]
    """Return where a node begins and ends in the text."""
    return place(node.lineno, node.col_offset), place(node.end_lineno, node.end_col_offset)


class Changed(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds one module in a text instead of in its file."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self.name, self.path, self.source = name, path, source

    def find_spec(self, name, *_):  # type: ignore[no-untyped-def]
        """Return the module's place, if it is the one."""
        if name != self.name:
            return None
        spec = importlib.machinery.ModuleSpec(name, self, origin=str(self.path))
        spec.has_location = True
        return spec

    def get_source(self, _name: str) -> str:
        """Return the changed text."""
        return self.source


def is_seen(module: str, path: Path, source: str, tests: tuple[str, ...]) -> bool:
    """Run the tests on a changed module in a fork and return whether one fails."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.chdir(ROOT)
        sys.meta_path.insert(0, Changed(module, path, source))
        files = [f"tests/{name}" for name in tests]
        os._exit(int(pytest.main([*files, *OPTIONS])))
    _, status = os.waitpid(child, 0)
    return status != 0


def measure(module: str, every: int, equivalent: set[tuple[str, str, str]]) -> tuple[int, int]:
    """Try the changes of a module, print survivors, return how many were seen and of how many."""
    path = ROOT / "src" / Path(*module.split(".")).with_suffix(".py")
    source, tests = path.read_text(encoding="utf-8"), MODULES[module]
    if is_seen(module, path, source, tests):
        raise SystemExit(f"the tests of {module} fail without any change")
    seen = total = 0
    for mutant in list(mutants(source))[::every]:
        number, before, after = mutant.lines(source)
        if (module, before, after) in equivalent:
            continue
        total += 1
        if is_seen(module, path, mutant.applied(source), tests):
            seen += 1
        else:
            print(f"{module}:{number}\n- {before}\n+ {after}", flush=True)
    return seen, total


def main() -> None:
    """Measure the modules asked for and print their scores."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("modules", nargs="*", default=list(MODULES))
    parser.add_argument("--every", type=int, default=1, help="only every N-th change")
    args = parser.parse_args()
    equivalent = equivalents()
    whole = [0, 0]
    with contextlib.suppress(KeyboardInterrupt):
        for module in args.modules:
            seen, total = measure(module, args.every, equivalent)
            whole = [whole[0] + seen, whole[1] + total]
            print(f"{module}: {seen} of {total} seen ({seen / total:.0%})", flush=True)
    print(f"all: {whole[0]} of {whole[1]} seen ({whole[0] / max(whole[1], 1):.0%})")


if __name__ == "__main__":
    main()
