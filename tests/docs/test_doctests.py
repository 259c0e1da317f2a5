"""Every example in a docstring is true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import workbench
from workbench.messages import use_language

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(workbench.__path__, "workbench.")
    if not name.endswith("__main__")
]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


@pytest.fixture(autouse=True)
def _language_of_a_fresh_session(monkeypatch):
    """Examples speak as the workbench does when nothing is set."""
    monkeypatch.delenv("WORKBENCH_LANG", raising=False)
    with use_language("vi"):
        yield


@pytest.mark.parametrize("name", ["workbench", *MODULES])
def test_the_examples_of_a_module_are_true(name, capsys):
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=FLAGS)
    assert result.failed == 0, capsys.readouterr().out


def test_examples_are_found_at_all():
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = [importlib.import_module(name) for name in MODULES]
    examples = sum(len(test.examples) for module in modules for test in finder.find(module))
    assert examples > 50
