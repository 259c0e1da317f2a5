"""Which files define what a figure means, and the changelog's line about each.

``python tests/docs/definitions.py`` notes the new digest of a changed file and leaves its line
empty: whoever changed the definition copies the first words of the line that says so.
"""

from __future__ import annotations

import csv
import re
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "docs" / "definitions.csv"
REFERENCE = ROOT / "data" / "reference"
NAMES = (
    *("behaviour_limits", "cause_rules", "causes", "metrics", "pause_policies", "quality_rules"),
    *("report_conventions", "scenarios", "terms", "transfer_rules"),
)

WORDS = re.compile(r"(_vi|_en|^#.*|^(source|verified|note|why|worked_example|acts|examples?))$")
"""Columns and keys that say something to a reader and define nothing."""


def files() -> list[Path]:
    """Return the files of definitions, by name."""
    tables = (REFERENCE / f"{name}.csv" for name in NAMES)
    return [*sorted(tables), *sorted((REFERENCE / "profiles").glob("*.toml"))]


def digest(path: Path) -> str:
    """Return what changes when a definition does, and not when only words for readers do."""
    with path.open(encoding="utf-8", newline="") as lines:
        if path.suffix == ".csv":
            rows = csv.DictReader(lines)
            meaning = [[v for k, v in row.items() if not WORDS.search(k)] for row in rows]
        else:
            meaning = [[line] for line in lines if not WORDS.search(line.partition(" =")[0])]
    return sha256(repr(meaning).encode()).hexdigest()[:12]


def known() -> dict[str, dict[str, str]]:
    """Return the noted rows by file."""
    with LIST.open(encoding="utf-8", newline="") as lines:
        return {row["file"]: row for row in csv.DictReader(lines)}


def definitions() -> str:
    """Return everything that the changelog says under *Definitions*, in all versions."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^### Definitions\n(.*?)(?=^##)", text, re.DOTALL | re.MULTILINE))


def write() -> None:
    """Note the digests; a changed file loses its line."""
    before = known()
    with LIST.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["file", "digest", "changelog"])
        for path in files():
            name = path.relative_to(ROOT).as_posix()
            row = before.get(name, {})
            same = row.get("digest") == digest(path)
            rows.writerow([name, digest(path), row["changelog"] if same else ""])


if __name__ == "__main__":
    write()
