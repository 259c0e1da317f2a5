"""``workbench start``: from unknown files to pages, asking only what the files do not say.

Each file is inspected and gets a draft of a source profile beside the results; what a draft leaves
open is asked with a default, or takes it without an answer. Then the files are analysed and
every page is written. The drafts stay in the folder, to be corrected and used again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from workbench.cli.analyse import analyse
from workbench.cli.options import (
    AS_WRITTEN,
    PLAIN,
    AnalysisOptions,
    Language,
    TextOptions,
    argument,
    option,
)
from workbench.core.errors import UsageProblem
from workbench.core.project import check_output, find_facts, only_writer
from workbench.core.run_folders import Progress
from workbench.core.vocabulary import PeriodKind
from workbench.explain import known_profile
from workbench.messages import say
from workbench.program import print_remark, shown_progress

if TYPE_CHECKING:
    from workbench.ingest.inspection import Inspection
    from workbench.ingest.proposals import Proposal

Ask = Callable[[str, str], str]
"""Puts a question and its default, and returns the answer."""
_RESULT, _RETURN = "resolved_at", "returned_at"
_NONE = "-"
"""The answer that no code fits."""


def command(
    paths: Annotated[list[Path], argument("paths", "PATH")],
    /,
    *,
    out: Annotated[Path | None, option("start_out", "DIR")] = None,
    yes: Annotated[bool, option("yes")] = False,
    options: Annotated[AnalysisOptions, Parameter(name="*")] = PLAIN,
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Inspect the files, ask what is open, analyse them and print the paths of the pages."""
    folder = out or Path(f"{paths[0].name.split('.')[0]}-workbench")
    ask = _ask if not yes and sys.stdin.isatty() else _take_default
    check_output(folder)
    known_profile(find_facts(), options.profile)
    drafts = draft_profiles(paths, folder / "sources", ask, options.text)
    with shown_progress() as progress:
        page = analyse(
            paths,
            sources=[str(draft) for draft in drafts],
            out=folder,
            options=options,
            progress=progress,
        )
        pages = _write_all_pages(folder, options.period, progress)
    sys.stdout.write(
        say(
            "start.done",
            page=page,
            pages=pages,
            drafts=folder / "sources",
            folder=folder,
            period=pages.parent.name,
        )
        + "\n"
    )


def draft_profiles(
    paths: Sequence[Path], folder: Path, ask: Ask, text: TextOptions = AS_WRITTEN
) -> list[Path]:
    """Write the profile of each file and return their paths; one written before is used again.

    Raises:
        InputRejected: A file cannot be inspected.
        UsageProblem: Nothing in a file is the number of a dossier or its reception.
    """
    from workbench.ingest import TextForm, inspect

    form = TextForm(**asdict(text))
    reference = find_facts().reference
    drafts = []
    for path in paths:
        draft = folder / f"{path.name.split('.')[0]}.toml"
        drafts.append(draft)
        if draft.is_file():
            print_remark(say("start.kept", draft=draft))
            continue
        inspection = settle(inspect(path, reference, form), ask)
        with only_writer(folder):
            folder.mkdir(parents=True, exist_ok=True)
            draft.write_text(inspection.to_toml(), encoding="utf-8", newline="\n")
        print_remark(say("start.drafted", file=path.name, draft=draft))
    return drafts


def settle(inspection: Inspection, ask: Ask) -> Inspection:
    """Return an inspection with what it left open answered: place, and values without a code.

    Raises:
        UsageProblem: A field that every register needs is in no column, or an answer is none of
            those possible.
    """
    from workbench.ingest.draft_gaps import missing_roles

    if missing := missing_roles(inspection):
        raise UsageProblem("start.missing", file=inspection.path, missing=", ".join(missing))
    if inspection.time_zone == "UTC":
        inspection = replace(
            inspection, time_zone=ask(say("start.zone", file=inspection.path.name), "UTC")
        )
    for field, columns in inspection.choices.items():
        inspection = _with_choice(inspection, field, columns, ask)
    inspection = _with_end(inspection, ask)
    for column in inspection.proposals:
        inspection = _with_codes(inspection, column, ask)
    return inspection


def _with_end(inspection: Inspection, ask: Ask) -> Inspection:
    """Ask whether the only end that a file dates is the result, or its return to the applicant.

    The return is the default: it may come late although the result was in time, and an office is
    not accused of that.
    """
    targets = [target for column in inspection.proposals for target in column.targets]
    if _RETURN not in targets or _RESULT in targets:
        return inspection
    end = next(p for p in inspection.proposals if _RETURN in p.targets)
    words = {"file": inspection.path.name, "column": end.header}
    answer = ask(say("start.only_return", **words), _RETURN)
    if answer not in (_RETURN, _RESULT):
        raise UsageProblem("start.no_end", answer=answer)
    settled = replace(end, targets=tuple(answer if t == _RETURN else t for t in end.targets))
    proposals = tuple(settled if p is end else p for p in inspection.proposals)
    return replace(inspection, proposals=proposals)


def _with_choice(
    inspection: Inspection, field: str, columns: Sequence[str], ask: Ask
) -> Inspection:
    """Ask which column has a role that several may have.

    An end has the first for its default, as without one every dossier would be open; a wrong unit
    or due date would accuse somebody, and has none.
    """
    what, words = say(f"inspect.role_{field}"), ", ".join(columns)
    default = columns[0] if field == "resolved_at" else _NONE
    question = say("start.choice", file=inspection.path.name, what=what, columns=words)
    answer = ask(question, default)
    if answer not in (*columns, _NONE):
        raise UsageProblem("start.no_column", answer=answer, columns=words)
    proposals = tuple(
        replace(p, targets=(field,), reason="values") if p.header == answer else p
        for p in inspection.proposals
    )
    choices = {name: several for name, several in inspection.choices.items() if name != field}
    return replace(inspection, proposals=proposals, choices=choices)


def _with_codes(inspection: Inspection, column: Proposal, ask: Ask) -> Inspection:
    """Ask for the code of each value that has none; a column with one left open is left out."""
    from workbench.ingest.draft_gaps import values_without_code
    from workbench.ingest.headers import IGNORED
    from workbench.ingest.requirements import FIELD_CODES
    from workbench.ingest.spelling import fold

    field = next((t for t in column.targets if t.rpartition(".")[2] in FIELD_CODES), "")
    name = field.rpartition(".")[2]
    answers = {}
    for value in values_without_code(inspection, column):
        codes_text = ", ".join(FIELD_CODES[name])
        question = say("start.code", column=column.header, value=value, known=codes_text)
        answers[fold(value)] = ask(question, inspection.likely_statuses.get(value, _NONE))
    wrong = sorted(set(answers.values()) - {*FIELD_CODES.get(name, ()), _NONE})
    if wrong:
        raise UsageProblem("start.no_code", answer=wrong[0], known=", ".join(FIELD_CODES[name]))
    if _NONE in answers.values():
        print_remark(say("start.left_out", column=column.header))
        targets = tuple(t for t in column.targets if t != field) or (IGNORED,)
        others = [replace(p, targets=targets) if p is column else p for p in inspection.proposals]
        return replace(inspection, proposals=tuple(others))
    codes = {**inspection.codes, name: {**inspection.codes.get(name, {}), **answers}}
    return replace(inspection, codes=codes) if answers else inspection


def _ask(question: str, default: str) -> str:
    """Ask a person; an empty line is the default."""
    sys.stderr.write(f"{question} [{default}] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() or default


def _take_default(question: str, default: str) -> str:
    """Say which default a question gets without an answer."""
    print_remark(f"{question} [{default}]")
    return default


def _write_all_pages(folder: Path, kind: PeriodKind, progress: Progress) -> Path:
    """Write every page of the last ended period and return their folder."""
    from workbench.answers import open_book
    from workbench.pages import write_briefings

    book = open_book(folder)
    period = book.latest(kind)
    return write_briefings(book, period=period, out=folder / "pages", progress=progress)[0].parent
