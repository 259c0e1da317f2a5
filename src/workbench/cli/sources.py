"""``workbench sources``: look into the export of an unknown program."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from workbench.cli.options import AS_WRITTEN, Language, TextOptions, argument, option
from workbench.core.errors import UsageProblem
from workbench.core.project import check_output, find_facts
from workbench.ingest.epar import write_reference
from workbench.messages import say
from workbench.program import print_remark


def inspect(
    paths: Annotated[list[Path], argument("inspect_path", "PATH")],
    /,
    *,
    out: Annotated[Path | None, option("inspect_out", "FILE|DIR")] = None,
    text: Annotated[TextOptions, Parameter(name="*")] = AS_WRITTEN,
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Guess the profile of an unknown export and write its draft; no file is overwritten.

    Several files have a draft each, in a folder.
    """
    import workbench.ingest as exports

    if len(paths) > 1 and not out:
        raise UsageProblem("cli.several_drafts")
    form = exports.TextForm(**asdict(text))
    drafts = {path: out / f"{_stem(path)}.toml" if out and paths[1:] else out for path in paths}
    for path, draft in drafts.items():
        if draft and draft.exists():
            raise UsageProblem("cli.draft_exists", file=draft)
        if draft:
            check_output(draft.parent)
        inspection = exports.inspect(path, find_facts().reference, form)
        toml = inspection.to_toml(draft.stem if draft else "")
        if draft is None:
            sys.stdout.write(toml)
            return
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(toml, encoding="utf-8", newline="\n")
        # there every run finds it; anywhere else it must be named
        is_read = draft.resolve().parent == find_facts().reference.resolve() / "sources"
        print_remark(say("cli.drafted_here" if is_read else "cli.drafted", file=draft))


def _stem(path: Path) -> str:
    return path.name.split(".")[0]


def epar(
    path: Annotated[Path, argument("epar_path", "DIR")],
    /,
    *,
    out: Annotated[Path, option("epar", "DIR")],
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Turn the configuration of e-par into reference tables; no file is overwritten."""
    check_output(out)
    for file in write_reference(path, out):
        sys.stdout.write(f"{file}\n")
