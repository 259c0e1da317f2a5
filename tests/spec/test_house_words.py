"""Names and prose use the words of the field: private words are few, and become no more.

``docs/glossary.md`` has the words to use. Lower a ceiling when a change takes words away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "pipelines", "docs")
SUFFIXES = {".py", ".sql", ".toml", ".md", ".html"}
TABLES = re.compile(r"pause_spells|spell_no")
"""Names of the data contract that stay although a private word is in them."""
PRIVATE = re.compile(
    r"(?<![a-z])(told|tell|tells|telling|retold|said|held|lent|lends?|dear|rooms?|doors?|veils?"
    r"|veiled|shelf|knobs?|lived|lives|relived?|errand|struck|strains?|foretold|foretells?"
    r"|foretelling|foresight|stead|spells?|stretch|stretches|nobody)(?![a-z])",
    re.IGNORECASE,
)
CTE = re.compile(
    r"^(?:with )?(\w+ed|told|met|cut|own|here|way|turn|held|kept|taken|begun|drawn|spent|known"
    r"|found|said|stood|sought|together|rest|whole|kinds|pieces|facts)(?= as (?:materialized )?\()"
)
LOCAL = re.compile(
    r"^\s+(told|found|said|asked|held|lent|own|usual|drawn|kept|known|named|counted)\b"
    r"(?=\s*(?::[^=]+)?=(?!=))"
)


def lines(*folders: str) -> Iterator[tuple[str, str]]:
    """Every line of English in some folders, with its place."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in SUFFIXES or path.name.endswith(".vi.md"):
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                yield f"{path.relative_to(ROOT).as_posix()}:{number}", line


def found(pattern: re.Pattern[str], *folders: str) -> list[str]:
    """One entry per match: where it is and the word."""
    return [
        f"{place}: {match}"
        for place, line in lines(*folders)
        for match in pattern.findall(TABLES.sub("", line))
    ]


@pytest.mark.parametrize(
    ("pattern", "folders", "ceiling"),
    [
        pytest.param(PRIVATE, FOLDERS, 19, id="private words"),
        pytest.param(CTE, ("pipelines",), 0, id="intermediate tables named by a participle"),
        pytest.param(LOCAL, ("src",), 80, id="local names that do not say what they are"),
    ],
)
def test_private_words_do_not_become_more(pattern, folders, ceiling):
    matches = found(pattern, *folders)
    assert len(matches) <= ceiling, f"{len(matches)} > {ceiling}:\n" + "\n".join(matches)


def test_the_patterns_find_what_they_are_for():
    assert PRIVATE.findall("the log tells no places; _told(), stretch_name, a held-out set")
    assert not PRIVATE.findall("intelligence, teller, strained, lively")
    assert CTE.match("placed as (")
    assert not CTE.match("placed_steps as (")
    assert LOCAL.match("    told = rows")
    assert not LOCAL.match("    toll = rows")
