"""Imports point one way: a module may use what lies below it, and nothing beside or above."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "workbench"
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    {"cli"},
    {"latebench"},
    {"review", "pages"},
    {"lab"},
    {"answers"},
    {"explain", "clean"},
    {"official"},
    {"charts", "figures", "testing"},
    {"warehouse", "ingest", "clock"},
    {"program"},
    {"privacy"},
    {"core"},
    {"messages"},
)
"""From top to bottom; modules of one layer may use each other, never in a circle."""

ONLY_IN = {"duckdb": "warehouse", "papermill": "pages", "altair": "charts"}

OPENERS = {
    "clean/__init__.py",
    "clock/stage.py",
    "explain/__init__.py",
    "figures/on_request.py",
    "latebench/contenders.py",
    "review/comparison.py",
}
"""Modules that may open a database: the stages, one door for questions, benches and reviews."""

IMPORTS_UPWARDS = """
from workbench.core.errors import UsageProblem
def f():
    from workbench.answers import open_book
if TYPE_CHECKING:
    from workbench.cli import main
"""


def package_of(path: Path) -> str:
    """The module or subpackage of ``workbench`` that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def level(name: str) -> int:
    for depth, layer in enumerate(LAYERS):
        if name in layer:
            return depth
    raise AssertionError(f"workbench.{name} has no layer yet: give it one in {__file__}")


def executed(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker sees."""
    rest = [tree]
    for node in rest:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        yield node
        rest.extend(ast.iter_child_nodes(node))


@cache
def parsed(source: str) -> ast.Module:
    return ast.parse(source)


@cache
def imported(source: str, *, run_only: bool = False) -> list[str]:
    """Dotted names that a source imports, ``from a import b`` as ``a.b``; those for types too."""
    tree, names = parsed(source), []
    for node in executed(tree) if run_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def packages_used(source: str) -> set[str]:
    names = [name.split(".") for name in imported(source)]
    packages = {parts[1] for parts in names if parts[0] == "workbench" and len(parts) > 1}
    return {name for name in packages if not name.startswith("__")}


def file_of(dotted: str) -> Path | None:
    """The file that an imported name makes Python run."""
    parts = dotted.split(".")[1:]
    for end in range(len(parts), 0, -1):
        path = PACKAGE.joinpath(*parts[:end])
        if path.with_suffix(".py").is_file():
            return path.with_suffix(".py")
        if (path / "__init__.py").is_file():
            return path / "__init__.py"
    return None


def upward(path: Path, source: str) -> list[str]:
    here = package_of(path)
    return [name for name in sorted(packages_used(source)) if level(name) < level(here)]


def test_a_module_uses_only_what_lies_below_it():
    """The package itself looks names up on first use."""
    files = [path for path in FILES if path != PACKAGE / "__init__.py"]
    found = {str(path): upward(path, path.read_text(encoding="utf-8")) for path in files}
    assert {path: names for path, names in found.items() if names} == {}


def test_each_engine_is_imported_in_one_package():
    homes = {engine: set() for engine in ONLY_IN}
    for path in FILES:
        tops = {name.split(".")[0] for name in imported(path.read_text(encoding="utf-8"))}
        for engine in tops & homes.keys():
            homes[engine].add(package_of(path))
    assert homes == {engine: {home} for engine, home in ONLY_IN.items()}


def test_a_database_is_opened_by_the_stages_and_by_one_door_for_questions():
    openers = {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        if "workbench.warehouse.Warehouse" in imported(path.read_text(encoding="utf-8"))
    }
    assert openers == OPENERS


def circle(paths: list[Path], *, run_only: bool) -> list[Path]:
    """Files that import each other in a circle, if there are any."""
    graph = {
        path: {
            found
            for name in imported(path.read_text(encoding="utf-8"), run_only=run_only)
            if name.startswith("workbench.") and (found := file_of(name)) and found != path
        }
        for path in paths
    }
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as problem:
        return list(problem.args[1])
    return []


def test_no_file_needs_itself_to_be_imported():
    files = [path for path in FILES if path != PACKAGE / "__init__.py"]
    names = [path.relative_to(PACKAGE).as_posix() for path in circle(files, run_only=True)]
    assert names == [], "imports run in a circle"


def test_answers_name_each_other_in_no_circle_not_even_for_types():
    files = [path for path in FILES if package_of(path) == "answers"]
    names = [path.relative_to(PACKAGE).as_posix() for path in circle(files, run_only=False)]
    assert names == [], "imports run in a circle"
    sources = [path.read_text(encoding="utf-8") for path in files]
    assert not [source for source in sources if "TYPE_CHECKING" in source]


def test_the_check_itself_sees_an_import_upwards_inside_a_function():
    assert upward(PACKAGE / "charts" / "tables.py", IMPORTS_UPWARDS) == ["answers", "cli"]
    assert upward(PACKAGE / "cli" / "lab.py", IMPORTS_UPWARDS) == []
