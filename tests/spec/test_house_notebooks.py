"""A notebook is a page of prose and calls: no logic, no outputs, one canonical form."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any, get_type_hints

import nbformat
import pytest

import workbench as wb
from workbench.answers import Book
from workbench.answers.questions import Question
from workbench.cli.lab import strip_outputs

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
EACH_NOTEBOOK = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
LOGIC = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.If,
    ast.IfExp,
    ast.Try,
    ast.With,
    ast.comprehension,
)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def test_the_four_notebooks_of_the_pipeline_are_there():
    assert {"briefing", "causes", "compare_periods", "compare_units"} <= {p.stem for p in NOTEBOOKS}


@EACH_NOTEBOOK
def test_a_notebook_has_no_outputs_and_was_never_run(path):
    assert [c.outputs for c in code(path) if c.outputs] == []
    assert [c.execution_count for c in code(path) if c.execution_count is not None] == []


@EACH_NOTEBOOK
def test_a_notebook_has_no_logic(path):
    for cell in code(path):
        found = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, LOGIC)]
        assert found == [], cell.source


@EACH_NOTEBOOK
def test_a_notebook_is_thin(path):
    cells = code(path)
    assert len(cells) <= 15
    for cell in cells:
        assert len(cell.source.splitlines()) <= 8, cell.source
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert len(node.value.splitlines()) <= 3, "long texts and SQL stand elsewhere"


@EACH_NOTEBOOK
def test_a_notebook_imports_only_the_workbench(path):
    for cell in code(path):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} == {"workbench"}
            elif isinstance(node, ast.ImportFrom):
                assert str(node.module).split(".")[0] == "workbench"


@EACH_NOTEBOOK
def test_a_notebook_has_one_parameters_cell_of_plain_assignments(path):
    tagged = [c for c in code(path) if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1
    for node in ast.parse(tagged[0].source).body:
        assert isinstance(node, (ast.Assign, ast.AnnAssign))
        assert isinstance(node.value, ast.Constant)


@EACH_NOTEBOOK
def test_a_notebook_stands_in_the_form_in_which_the_lab_saves_it(path):
    notebook = read(path)
    nbformat.validate(notebook)
    model = {"type": "notebook", "content": notebook}
    strip_outputs(model, f"notebooks/{path.name}")
    saved = nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"
    assert path.read_text(encoding="utf-8") == saved
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def answered(call: ast.Call, known: dict[str, Any]) -> Any:
    """Fit a call to the question that it names; return the kind of what comes back."""
    assert isinstance(call.func, ast.Attribute)
    asker = call.func.value
    kind = answered(asker, known) if isinstance(asker, ast.Call) else known[ast.unparse(asker)]
    is_module = kind is wb
    member = (getattr if is_module else inspect.getattr_static)(kind, call.func.attr)
    asked = member.__wrapped__ if isinstance(member, Question) else member
    given = call.args if is_module else [None, *call.args]
    inspect.signature(asked).bind(*given, **{k.arg: k.value for k in call.keywords})
    return get_type_hints(asked)["return"]


@EACH_NOTEBOOK
def test_each_call_fits_its_question_and_each_parameter_goes_into_a_call(path):
    parameters, *cells = code(path)
    known: dict[str, Any] = {"wb": wb}
    used = set()
    for line in (line for cell in cells for line in ast.parse(cell.source).body):
        if not isinstance(line, ast.Import):
            kind = answered(line.value, known)
            known |= {line.targets[0].id: kind} if isinstance(line, ast.Assign) else {}
            used |= {node.id for node in ast.walk(line) if isinstance(node, ast.Name)}
    assert known["book"] is Book
    assigned = {line.targets[0].id for line in ast.parse(parameters.source).body}
    assert assigned <= used
