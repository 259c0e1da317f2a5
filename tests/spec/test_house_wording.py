"""Every sentence stands in the catalogue, in both languages, with the same holes, and is used."""

from __future__ import annotations

import ast
import re
import string
import unicodedata
from functools import cache
from pathlib import Path

from workbench.messages import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "workbench"
SUBJECTS = sorted(path.stem for path in (PACKAGE / "messages").glob("*.toml"))
ENTRIES = sorted(f"{subject}.{entry}" for subject in SUBJECTS for entry in catalogue(subject))
SOURCES = sorted(PACKAGE.rglob("*.py"))
TEXTS = [
    *SOURCES,
    *sorted((PACKAGE / "assets").rglob("*.html")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
    *sorted((ROOT / "pipelines").rglob("*.sql")),
]
SPEAKERS = {"say", "WorkbenchError", "UsageProblem", "InputRejected", "RuleFailed", "OutputBusy"}


def texts(key: str) -> dict[str, str]:
    subject, _, entry = key.partition(".")
    return catalogue(subject)[entry]


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


IDS = {"profile", "label", "name", "stamped"}
"""Holes for what a lateness profile is called: by its id in English, by its label in Vietnamese."""


def facts(text: str) -> set[str]:
    """The holes of a text that both languages fill alike."""
    return holes(text) - IDS


@cache
def spoken(path: Path) -> list[tuple[str, bool]]:
    """Keys that a source speaks; of an f-string its fixed beginning, marked as such."""
    keys = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name not in SPEAKERS:
            continue
        key = node.args[0]
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            keys.append((key.value, False))
        elif isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
            keys.append((str(key.values[0].value), True))
    return keys


def test_a_sentence_stands_in_both_languages_with_the_same_holes():
    wrong = []
    for key in ENTRIES:
        by_language = texts(key)
        complete = set(by_language) == set(LANGUAGES) and all(
            text.strip() for text in by_language.values()
        )
        if not complete or facts(by_language["vi"]) != facts(by_language["en"]):
            wrong.append(key)
    assert wrong == []


def test_every_key_spoken_by_the_code_stands_in_the_catalogue():
    missing = [
        (str(path), key)
        for path in SOURCES
        for key, is_beginning in spoken(path)
        if not (any(e.startswith(key) for e in ENTRIES) if is_beginning else key in ENTRIES)
    ]
    assert missing == []


def test_every_sentence_of_the_catalogue_is_spoken_somewhere():
    everything = "\n".join(path.read_text(encoding="utf-8") for path in TEXTS)
    named = set(re.findall(r"\b[a-z_]+\.[a-z][a-z0-9_]*\b", everything))
    beginnings = {key for path in SOURCES for key, is_beginning in spoken(path) if is_beginning}
    beginnings |= set(re.findall(r"""f["']([a-z]+\.[a-z0-9_]*)\{""", everything))
    silent = [k for k in ENTRIES if k not in named and not k.startswith(tuple(beginnings))]
    assert silent == [], "take these out of the catalogue, or say them"


def test_vietnamese_is_written_composed():
    decomposed = [key for key in ENTRIES if not unicodedata.is_normalized("NFC", texts(key)["vi"])]
    assert decomposed == []
