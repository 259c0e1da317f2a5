"""What may stand in a file of the project, and how long it may be."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PYTHON = [*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))]
LOCKS = sorted(ROOT.glob("requirements*.lock"))

MACHINE = re.compile(r"(?:^|[^\w./])/(?:work|farm|root|home|Users)/[\w.]")
INDEX = re.compile(r"://[^\s'\"]*(?:pypi|pythonhosted|/simple\b|npmjs|conda)", re.IGNORECASE)


@cache
def tracked() -> tuple[Path, ...]:
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("git does not know these files")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return tuple(path for path in paths if path.is_file())


def text_of(path: Path) -> str:
    data = path.read_bytes()
    return "" if b"\0" in data else data.decode("utf-8")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, kinds)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Parameters that a caller gives: a question, like a method, is called on something."""
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    is_question = any("question(" in ast.unparse(d) for d in function.decorator_list)
    return len([a for a in given if a.arg not in {"self", "cls"}]) - is_question


def test_no_file_holds_a_path_of_one_machine():
    assert lines_with(MACHINE) == []


def test_no_file_holds_the_address_of_a_package_index():
    assert lines_with(INDEX) == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_a_lock_has_hashes_and_no_address(path):
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    pins = [line for line in text.splitlines() if re.match(r"\S+==", line)]
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)


def test_text_files_end_in_one_line_break_and_have_no_carriage_return():
    wrong = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if (text := text_of(path)) and (not text.endswith("\n") or "\r" in text)
    ]
    assert wrong == []


def test_every_folder_of_tests_is_run():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = settings["tool"]["pytest"]["ini_options"]["testpaths"]
    folders = {path.relative_to(ROOT).parts[1] for path in (ROOT / "tests").rglob("test_*.py")}
    assert sorted(listed) == sorted(f"tests/{name}" for name in folders)


def test_a_python_file_fits_in_four_hundred_lines():
    assert [str(p) for p in PYTHON if len(p.read_text(encoding="utf-8").splitlines()) > 400] == []


def test_a_module_says_what_it_answers_and_its_functions_stay_short():
    modules = [path for path in SOURCES if path.name != "__main__.py"]
    assert [str(path) for path in modules if not ast.get_docstring(tree_of(path))] == []
    each = [(str(path), f) for path in SOURCES for f in functions(path)]
    assert [(path, f.name) for path, f in each if length(f) > 50] == []
    assert [(path, f.name) for path, f in each if parameters(f) > 7] == []


def test_half_of_the_functions_have_at_most_eight_lines_and_nine_in_ten_at_most_25():
    lengths = sorted(length(f) for path in SOURCES for f in functions(path))
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] <= 25


def test_every_public_function_and_class_is_documented():
    bare = []
    for path in SOURCES:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        public = [
            n for n in tree_of(path).body if isinstance(n, kinds) and not n.name.startswith("_")
        ]
        bare += [f"{path.name}: {n.name}" for n in public if not ast.get_docstring(n)]
    assert bare == []
