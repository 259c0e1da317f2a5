"""The manual's page on personal data, with how much of what staff type is recognised.

``python tests/docs/privacy_page.py`` rewrites ``docs/manual/privacy.md``; a test holds it to the
patterns and to the forms of ``privacy_forms.py``.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import polars as pl

from workbench.privacy import read_patterns

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "manual" / "privacy.md"
HEAD = """# Personal data (dữ liệu cá nhân)

Exports include personal names. They stay in `data/inbox`; this page lists what goes further.

- Columns that the source profile calls `personal` are not read. With `WORKBENCH_KEY` those that
  it calls `applicant` give a keyed digest.
- Accounts of staff (`holder_id`, `x_responsible`) become ids without a name.
- Of free text (`reason`, `late_reason`, attributes `x_...`) the length lands, as in `[42 ký tự]`
  (finding D40); short numbers land as they are. The words land where the profile lists the field
  under `keep_text`, and reasons that `pause_reasons.csv`, `pause_policies.csv` or
  `cause_taxonomy.csv` know land as they stand.
- Every other value is searched for identifiers, which are masked (finding D31). A unit, field,
  procedure or step that is called like a person becomes `[tên người]` and a code that separates it
  from others.
- Names of files and sheets are masked in every table, message and page.

Patterns are rows of `data/reference/privacy/patterns.csv`, looked for in their order. Reach
`every`: in every value; `text`: where people write freely; `list`: in names of units and steps;
`never`: what is not an identifier and stays, such as dates and codes of procedures; `part`: a piece
that other patterns include. A name without a title, a word for who it is or a known family name is
not recognised, nor is one in small letters (`ong teo`, `lê minh thử nộp`) or initials alone (`N V
A`): drop such columns, and keep no text that is not needed.

`workbench forget SOURCE` deletes a source or file from the inbox, every folder made from it, the
DVC cache and DVC's index of file names inside the project, and lists what it cannot reach.

## How much is recognised

Measured on {forms} made-up forms (`tests/docs/privacy_forms.py`), titles crossed with cases, marks,
punctuation and places in a sentence, where text is kept. A form is missed when any word of the
person is left. Other people type otherwise: read the share as that of known habits.

| kind | forms | missed | recognised |
|---|---:|---:|---:|
"""
FOOT = """
Of {harmless} texts without a person (codes, dates, terms, decrees, units, amounts) {changed} are
changed. This page is written by `python tests/docs/privacy_page.py`; a test holds every kind of
name to 90 % and every other kind to 99 %.
"""


def measure() -> tuple[dict[str, tuple[int, int, list[str]]], list[str]]:
    """Return what is missed by kind, and the harmless texts that are changed."""
    forms = runpy.run_path(str(Path(__file__).with_name("privacy_forms.py")))
    texts = [*(form.text for form in forms["FORMS"]), *forms["HARMLESS"]]
    masked, _ = read_patterns(ROOT / "data" / "reference").mask(pl.Series(texts), free_text=True)
    known = dict(zip(texts, masked, strict=True))
    changed = [text for text in forms["HARMLESS"] if known[text] != text]
    return forms["misses"](known.__getitem__), changed


def page() -> str:
    """Return the page as it should stand."""
    kinds, changed = measure()
    forms = runpy.run_path(str(Path(__file__).with_name("privacy_forms.py")))
    rows = [
        f"| {kind} | {count} | {missed} | {1 - missed / count:.1%} |"
        for kind, (count, missed, _) in sorted(kinds.items())
    ]
    total = sum(count for count, _, _ in kinds.values())
    missed = sum(missed for _, missed, _ in kinds.values())
    rows.append(f"| all | {total} | {missed} | {1 - missed / total:.1%} |")
    foot = FOOT.format(harmless=len(forms["HARMLESS"]), changed=len(changed))
    return HEAD.format(forms=total) + "\n".join(rows) + "\n" + foot


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
