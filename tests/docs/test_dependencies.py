"""The page on dependencies names what the project asks for, and nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!~ ;\[]", requirement)[0].lower()


def test_the_page_names_every_dependency_and_no_other() -> None:
    requirements = {("", name_of(line)) for line in PROJECT["dependencies"]}
    for extra, lines in PROJECT["optional-dependencies"].items():
        requirements |= {(extra, name_of(line)) for line in lines}
    plain = re.findall(r"^\| `([\w-]+)` \| [^`|]", PAGE, re.M)
    extras = re.findall(r"^\| `(\w+)` \| `([\w-]+)` \|", PAGE, re.M)
    assert {("", name) for name in plain} | set(extras) == requirements


def test_the_lock_has_every_dependency_of_the_project_and_its_extras() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    extras = PROJECT["optional-dependencies"]
    for line in (*PROJECT["dependencies"], *extras["lab"], *extras["review"]):
        assert re.search(rf"^{re.escape(name_of(line))}==", lock, re.M), line
