"""Make a release, or print what a tag says.

``python tests/docs/release.py 0.2.0`` moves what the changelog has under *Unreleased* to the new
version, writes the version into the package and prints the commands of the tag.
``python tests/docs/release.py --notes 0.2.0`` prints the notes of a version, for ``git tag`` and
any forge.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = ROOT / "CHANGELOG.md"
VERSIONED = {
    ROOT / "pyproject.toml": re.compile(r'^(version = ")[^"]*(")', re.MULTILINE),
    ROOT / "src" / "workbench" / "__init__.py": re.compile(
        r'^(__version__ = ")[^"]*(")', re.MULTILINE
    ),
}
"""Where the version is written."""
HEADING = re.compile(r"^## (?P<version>\d+\.\d+\.\d+) \((?P<day>\d{4}-\d\d-\d\d)\)$", re.MULTILINE)
_UNRELEASED = "## Unreleased\n"


def read_version(text: str) -> tuple[int, ...]:
    """Return a version as numbers that can be compared.

    >>> read_version("0.10.2")
    (0, 10, 2)
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", text):
        raise SystemExit(f"{text} is not a version: write MAJOR.MINOR.PATCH, for example 0.2.0.")
    return tuple(map(int, text.split(".")))


def released(changelog: str) -> list[str]:
    """Return the versions that a changelog has, newest first."""
    return [match["version"] for match in HEADING.finditer(changelog)]


def notes(changelog: str, version: str) -> str:
    """Return what a changelog says of a version, without its heading."""
    for match in HEADING.finditer(changelog):
        if match["version"] == version:
            return re.split(r"^## ", changelog[match.end() :], flags=re.MULTILINE)[0].strip()
    raise SystemExit(f"CHANGELOG.md has no version {version}; it has {released(changelog)}.")


def release(changelog: str, version: str, day: dt.date) -> str:
    """Return a changelog in which what was unreleased is a version."""
    before = released(changelog)
    waiting = re.split(r"^## ", changelog.partition(_UNRELEASED)[2], flags=re.MULTILINE)[0]
    if not waiting.strip():
        raise SystemExit("CHANGELOG.md has nothing under Unreleased: there is nothing to release.")
    if before and read_version(version) <= read_version(before[0]):
        raise SystemExit(f"{version} is not newer than {before[0]}, the last version.")
    is_patch = bool(before) and read_version(version)[:2] == read_version(before[0])[:2]
    if is_patch and "### Definitions" in waiting:
        raise SystemExit("A changed definition is at least a minor version: raise the second one.")
    heading = f"{_UNRELEASED}\n## {version} ({day})\n"
    return changelog.replace(_UNRELEASED, heading, 1)


def main(words: list[str]) -> None:
    """Release a version, or print its notes."""
    changelog = CHANGELOG.read_text(encoding="utf-8")
    if words[:1] == ["--notes"]:
        sys.stdout.write(notes(changelog, *words[1:]) + "\n")
        return
    (version,) = words
    today = dt.datetime.now(dt.UTC).date()
    CHANGELOG.write_text(release(changelog, version, today), encoding="utf-8")
    for file, pattern in VERSIONED.items():
        text = pattern.sub(rf"\g<1>{version}\g<2>", file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
    sys.stdout.write(
        f"git commit -am 'Release {version}'\n"
        f"python tests/docs/release.py --notes {version} | git tag -a v{version} -F -\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
