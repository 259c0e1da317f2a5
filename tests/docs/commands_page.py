"""Writes ``docs/reference/commands.md``: every command with its options, from the command line.

``python tests/docs/commands_page.py`` writes the page anew.
"""

from __future__ import annotations

import re
from pathlib import Path

from workbench.cli.app import build_app
from workbench.messages import use_language

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "commands.md"
HEAD = """# Commands

What `--help` of each command says, here in English; on the console it is in the language of
`--lang`, else of `WORKBENCH_LANG`, else Vietnamese. `python -m workbench.cli` is the same program
where `workbench` is not on the path.

| exit code | means |
|---|---|
| 0 | done |
| 1 | a fault of the program; `WORKBENCH_DEBUG=1` shows where |
| 2 | the command cannot be read, or names something that does not exist |
| 3 | a file, a source profile or a reference table is not what it should be |
| 4 | a rule or an audit failed, or a limit is passed |
| 5 | an output is in use or cannot be written |
| 130 | stopped on request |

This page is written by `python tests/docs/commands_page.py`.

"""
_SILENT_DEFAULT = re.compile(r' \*\[default: (?:""|False)\]\*')


def page() -> str:
    """Return the whole page."""
    with use_language("en"):
        text = build_app().generate_docs()
    described = _SILENT_DEFAULT.sub("", text[text.index("## workbench ") :])
    # how a command is called is no command to type
    return HEAD + described.replace("```console", "```usage").rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
