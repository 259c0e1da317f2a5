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


def files() -> list[Path]:
    """Return the files of definitions, by name."""
    tables = (REFERENCE / f"{name}.csv" for name in NAMES)
    return [*sorted(tables), *sorted((REFERENCE / "profiles").glob("*.toml"))]


def digest(path: Path) -> str:
    """Return what changes when a definition does."""
    return sha256(path.read_bytes()).hexdigest()[:12]


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
