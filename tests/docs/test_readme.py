"""Every command of the README and the manual exists and is read as meant."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from workbench.cli.app import COMMANDS, GROUPS, build_app, read_command
from workbench.core.errors import UsageProblem
from workbench.messages import LANGUAGES, use_language

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
SHELLS = {"", "sh", "bash", "console", "shell", "powershell", "cmd", "bat", "text"}
PROMPT = re.compile(r"^(?:\$ |> |PS[^>]*> )")


def fenced(page: Path) -> list[tuple[str, str]]:
    """Language and text of every fenced block."""
    found = re.findall(r"^```(\w*)[^\n]*\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    return [(language, text) for language, text in found]


def typed(page: Path) -> list[list[str]]:
    """Command lines of a page's shell blocks and of its code in running text, as words."""
    text = page.read_text(encoding="utf-8")
    lines = re.findall(r"(?<!`)`((?:workbench|make) [^`\n]+)`(?!`)", text)
    for language, text in fenced(page):
        if language in SHELLS:
            joined = re.sub(r"[\\`^]\n\s*", " ", text)
            lines += [PROMPT.sub("", line.strip()) for line in joined.splitlines()]
    parts = [part for line in lines for part in re.split(r"&&|\|\||[|;>]", line)]
    return [words for part in parts if (words := shlex.split(part, comments=True, posix=False))]


TOP = (*COMMANDS, "sources")


def targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][\w-]*):", text, re.M))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_workbench_command_shown_is_read_by_the_command_line(page):
    for words in typed(page):
        if words[0] != "workbench" or (len(words) == 2 and words[1] in TOP):
            continue
        try:
            read_command(words[1:])
        except UsageProblem as problem:
            pytest.fail(f"{' '.join(words)}\n{problem}")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_make_target_shown_exists(page):
    shown = {word for words in typed(page) if words[0] == "make" for word in words[1:]}
    assert {t for t in shown if "=" not in t and not t.startswith("-")} <= targets()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_file_a_page_points_to_is_there(page):
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    inside = [link.split("#")[0] for link in links if "://" not in link]
    assert [link for link in inside if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("command", TOP)
def test_every_command_is_described(command):
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = rf"\bworkbench {command}\b|`{command}`"
    assert re.search(named, pages), f"no page describes workbench {command}"


def explained(speech: str, words: list[str]) -> list[str]:
    """What the help of a command says about it and about each of its options."""
    with use_language(speech):
        app = build_app()
        for word in words:
            app = app[word]
        options = app.assemble_argument_collection()
    return [app.help, *(option.parameter.help or "" for option in options if option.show)]


@pytest.mark.parametrize(
    "command",
    [[c] for c in COMMANDS] + [[group, c] for group, names in GROUPS.items() for c in names],
)
def test_every_command_explains_itself_and_each_of_its_options(command):
    texts = [explained(speech, command) for speech in LANGUAGES]
    for vietnamese, english in zip(*texts, strict=True):
        assert vietnamese
        assert english
        assert vietnamese != english


def test_the_readme_opens_with_a_sentence_a_picture_and_the_two_commands():
    screen = "\n".join(README.read_text(encoding="utf-8").splitlines()[:40])
    assert re.search(r"!\[[^\]]+\]\([^)]+\)|<img [^>]*alt=", screen), "a picture of a briefing"
    assert screen.index("make briefing") < screen.index("make test")


def test_the_readme_has_the_same_steps_on_windows_without_make():
    text = README.read_text(encoding="utf-8")
    windows = text[text.index("Windows") :]
    for needed in ("pip install", "requirements.lock", "workbench simulate", "dvc repro"):
        assert needed in windows, needed
