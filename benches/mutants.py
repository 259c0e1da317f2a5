"""How many small changes of a model the examples of that model see.

Each change is made alone, in a copy of the models: a comparison moved to or from equality, a whole
number one greater, ``and`` for ``or``, a left join for an inner one, ``min`` for ``max``, a default
of ``coalesce`` lost, an order turned round. The examples (``model_test``) of the model must then
fail; a change that they do not see survives and is printed. Changes that the database refuses are
not counted, nor are those that ``equivalent_mutants.csv`` shows to change nothing. Equalities that
join tables stay: turned round they join everything with everything.

``python benches/mutants.py [clock/outcomes ...]``
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from mutant import HERE, Mutant, equivalents

from workbench.core.project import Project

TESTS = HERE.parent / "tests"
sys.path.insert(0, str(TESTS))

from models.conftest import ModelTest  # noqa: E402
from models.table_schemas import calendar_columns, shared_schemas  # noqa: E402

MODELS = (
    "clock/outcomes",
    "clock/ledger",
    "clock/due_dates",
    "clean/reconciliation",
    "clean/parsed_steps",
    "explain/causes",
    "explain/counts",
)
TOKEN = re.compile(
    r"""--[^\n]*|'(?:[^']|'')*'|"[^"]*"|\d+\.\d+|\d+|\w+|<=|>=|<>|<<|>>|->>|->|::|:=|//|\|\||[^\s]"""
)
SWAPS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "=": "<>",
    "<>": "=",
    "and": "or",
    "or": "and",
    "min": "max",
    "max": "min",
    "asc": "desc",
    "desc": "asc",
    "left": "inner",
    "inner": "left",
}
CLAUSES = {
    *("select", "from", "where", "group", "having", "order", "qualify", "window", "union"),
    *("left", "inner", "full", "cross", "anti", "semi", "asof"),
}


def mutants(sql: str) -> Iterator[Mutant]:
    """Yield every change of a model; comments, texts and quoted names stay as they are."""
    tokens = [match for match in TOKEN.finditer(sql) if not match[0].startswith("--")]
    depth, ranges, join = 0, [], -1
    for place, token in enumerate(tokens):
        word = token[0]
        following = tokens[place + 1][0] if place + 1 < len(tokens) else ""
        depth += (word == "(") - (word == ")")
        if word == "on":
            join = depth
        elif word in CLAUSES or depth < join:
            join = -1
        if word == "between":
            ranges.append(depth)
        elif word == "and" and ranges and ranges[-1] == depth:
            ranges.pop()
        elif word.isdigit():
            yield Mutant(*token.span(), str(int(word) + 1))
        elif word == "coalesce":
            yield from _without_default(tokens[place + 1 :])
        elif word in SWAPS and _stands_alone(word, following) and (word != "=" or join < 0):
            yield Mutant(*token.span(), SWAPS[word])


def _stands_alone(word: str, following: str) -> bool:
    """Distinguish a join or an aggregate from functions and columns of the same name."""
    if word in ("left", "inner"):
        return following == "join"
    return word not in ("min", "max") or following == "("


def _without_default(tokens: list[re.Match[str]]) -> Iterator[Mutant]:
    """Yield the change that takes the last argument of a call away."""
    depth, comma = 0, None
    for token in tokens:
        depth += (token[0] in "([{") - (token[0] in ")]}")
        if token[0] == "," and depth == 1:
            comma = token
        if depth == 0:
            if comma:
                yield Mutant(comma.end(), token.start(), " null")
            return


@dataclass
class Examples:
    """The examples of one model, run on whatever its file holds."""

    path: str
    facts: Project
    model_test: ModelTest

    def tests(self) -> list[Callable[[], None]]:
        """Return the tests with an example of the model, ready to call."""
        given = {
            "model_test": self._only,
            "dong_thap": calendar_columns(self.facts, "vn_dong_thap"),
        }
        return [
            lambda test=test: test(
                **{name: given[name] for name in inspect.signature(test).parameters}
            )
            for file in sorted((TESTS / "models").glob("test_each_model_*.py"))
            for name, test in vars(importlib.import_module(f"models.{file.stem}")).items()
            if name.startswith("test_") and f'"{self.path}"' in inspect.getsource(test)
        ]

    def _only(self, path: str, **example: object) -> None:
        if path == self.path:
            self.model_test(path, **example)  # type: ignore[arg-type]


def verdict(tests: list[Callable[[], None]]) -> str:
    """Run examples until one fails: ``killed``, ``survived``, or ``refused`` by the database."""
    try:
        for test in tests:
            test()
    except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException):
        return "refused"
    except (Exception, pytest.fail.Exception):
        return "killed"
    return "survived"


def measure(examples: Examples, equivalent: set[tuple[str, str, str]]) -> tuple[int, int]:
    """Try every change of a model, print survivors, return how many were killed and of how many."""
    stage, name = examples.path.split("/")
    (file,) = (examples.facts.pipelines / stage).rglob(f"{name}.sql")
    sql, tests = file.read_text(encoding="utf-8"), examples.tests()
    if verdict(tests) != "survived":
        raise SystemExit(f"the examples of {examples.path} fail without any change")
    killed = total = 0
    for mutant in mutants(sql):
        number, before, after = mutant.lines(sql)
        if (examples.path, before, after) in equivalent:
            continue
        file.write_text(mutant.applied(sql), encoding="utf-8")
        result = verdict(tests)
        killed += result == "killed"
        total += result != "refused"
        if result == "survived":
            print(f"{examples.path}:{number}\n- {before}\n+ {after}", flush=True)
    file.write_text(sql, encoding="utf-8")
    return killed, total


def main() -> None:
    """Measure the models asked for and print their scores."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("models", nargs="*", default=MODELS)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(HERE.parent / "pipelines", home / "pipelines")
        shutil.copytree(HERE.parent / "data" / "reference", home / "data" / "reference")
        facts = Project(home)
        model_test = ModelTest(facts, shared_schemas(facts, home / "schemas"))
        equivalent = equivalents()
        for path in parser.parse_args().models:
            killed, total = measure(Examples(path, facts, model_test), equivalent)
            print(f"{path}: {killed} of {total} killed ({killed / total:.0%})", flush=True)


if __name__ == "__main__":
    main()
