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
    path: Annotated[Path, argument("inspect_path", "PATH")],
    /,
    *,
    out: Annotated[Path | None, option("inspect_out", "FILE")] = None,
    text: Annotated[TextOptions, Parameter(name="*")] = AS_WRITTEN,
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Guess the profile of an unknown export and write its draft; no file is overwritten."""
    import workbench.ingest as exports

    if out and out.exists():
        raise UsageProblem("cli.draft_exists", file=out)
    if out:
        check_output(out.parent)
    form = exports.TextForm(**asdict(text))
    draft = exports.inspect(path, find_facts().reference, form).to_toml(out.stem if out else "")
    if out is None:
        sys.stdout.write(draft)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(draft, encoding="utf-8", newline="\n")
    print_remark(say("cli.drafted", file=out))


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
