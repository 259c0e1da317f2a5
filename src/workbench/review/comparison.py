"""Two revisions, joined by key in the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.core.errors import InputRejected
from workbench.core.project import Project, Scratch
from workbench.core.run_folders import Progress
from workbench.core.vocabulary import EVERYTHING
from workbench.review.briefings import SUFFIX, PageChange, compare_briefings
from workbench.review.effects import Effects, find_effects
from workbench.review.file_rows import values_of
from workbench.review.outputs import Output, changed_outputs
from workbench.review.reasons import Reason, find_reasons, find_stale_stages
from workbench.review.sides import Side, find_side
from workbench.review.snapshots import RevisionTables
from workbench.review.tables import TableChange, compare_tables, replace_table
from workbench.review.verdicts import Verdict, changed_verdicts
from workbench.warehouse import Warehouse
from workbench.warehouse.models import find_model

_STAGES = ("clean", "clock", "explain", "figures")
"""Folders of ``pipelines`` whose models make the tables that are compared."""
_JOINED = ("measures", "outcomes", "dossiers")
"""Tables that the models of ``pipelines/review`` read of both sides, moved or not."""
_REVIEWED = {
    "figures": "headline_figures",
    "measures": "changed_measures",
    "flips": "changed_outcomes",
    "dossiers": "added_or_removed_dossiers",
    "records": "changed_records",
    "exports": "changed_exports",
}
"""Tables of ``pipelines/review`` by the name of their frame in a comparison."""
_FLIPPED = "outcomes"
"""Its rows that are alike on both sides are left out before it is joined: they flip nothing."""
_MEASURES = "measures"
"""Of it, too, but for the figures of everything together, which are shown moved or not."""
BRIEFINGS = "data/briefings/"
"""Where the outputs are that people read."""
_LANDED = {"source_file": pl.String, "source_sheet": pl.String, "sha256": pl.String}


@dataclass(frozen=True)
class RevisionDiff:
    """What differs between two revisions; every frame is ordered by its key.

    Attributes:
        left: Label of the earlier side on a page.
        right: Label of the later side.
        headline: The lateness profile of headlines on the right.
        left_headline: That of the left, from its own parameters.
        outputs: Outputs of stages that are not the same bytes, compared here or not.
        tables: Every table whose bytes differ, compared row by row.
        pages: Pages of the briefing that read otherwise; nothing where it is not on both sides.
        figures: One row per measure of everything together and period, moved or not.
        verdicts: Judgements that differ.
        measures: One row per figure that moved, both sides with numerator and denominator.
        flips: One row per dossier and profile whose outcome changed, with what moved it.
        dossiers: One row per dossier on one side only (``change`` says which).
        records: One row per dossier on both sides and kind of change of its record.
        exports: One row per sheet of an export whose bytes differ.
        reasons: Inputs of the pipeline that differ.
        effects: What each group of changed inputs did; nothing where it was not asked for, or a
            side is no revision.
        stale_stages: For each side, stages that were not run on what the stage before them made.
        measure_names: Every measure that either side knows, moved or not.
        table_names: Every table that either side has, changed or not.
    """

    left: str
    right: str
    headline: str
    left_headline: str
    outputs: tuple[Output, ...]
    tables: tuple[TableChange, ...]
    pages: tuple[PageChange, ...] | None
    figures: pl.DataFrame
    verdicts: tuple[Verdict, ...]
    measures: pl.DataFrame
    flips: pl.DataFrame
    dossiers: pl.DataFrame
    records: pl.DataFrame
    exports: pl.DataFrame
    reasons: tuple[Reason, ...]
    effects: Effects | None
    stale_stages: tuple[tuple[str, ...], tuple[str, ...]]
    measure_names: frozenset[str]
    table_names: frozenset[str]

    @property
    def is_empty(self) -> bool:
        """Whether no output of any stage differs, as the hashes of their bytes say."""
        nothing = not self.outputs and not self.tables
        return nothing and self.left_headline == self.headline

    @property
    def moves_nothing_compared(self) -> bool:
        """Whether no measure and no dossier's outcome differs; other tables may."""
        return self.measures.is_empty() and self.flips.is_empty() and self.dossiers.is_empty()

    @property
    def counts(self) -> dict[str, int]:
        """How many figures moved, and how many dossiers flipped, appeared and disappeared.

        A dossier has flipped when it did so under any profile; ``headline_...`` counts those of
        the headline profile alone.
        """
        changes = self.dossiers["change"]
        ours = pl.col("profile") == self.headline
        return {
            "figures": self.measures.height,
            "headline_figures": self.measures.filter(ours).height,
            "flips": self.flips["dossier_id"].n_unique(),
            "headline_flips": self.flips.filter(ours).height,
            "appeared": int((changes == "appeared").sum()),
            "disappeared": int((changes == "disappeared").sum()),
        }


def compare_revisions(
    project: Project,
    left: str,
    right: str | None = None,
    *,
    runs_again: bool = False,
    progress: Progress = lambda _: None,
) -> RevisionDiff:
    """Compare two revisions of a project, or folders that ``analyse`` wrote.

    Args:
        project: The project whose revisions are meant and whose models say the keys of tables.
        left: Any name git knows, a DVC experiment, or a folder of ``analyse``.
        right: The same; without it, the working tree.
        runs_again: Whether the effect of each changed group of inputs is found, by running stages
            again where several changed.
        progress: Receives the name of each stage before it is run again.

    Raises:
        UsageProblem: There is no such revision or folder, or the project is in no git repository.
        InputRejected: The tables of a revision are neither in the cache nor in a remote, or
            the project's parameters cannot be read.
    """
    with (
        find_side(project, left) as before,
        find_side(project, right) as after,
        Scratch("revisions") as folder,
    ):
        profiles = before.headline(), after.headline()
        hashes = before.table_hashes(), after.table_hashes()
        _check_tables(before, after, hashes)
        names = hashes[0].keys() | hashes[1].keys()
        differing = {n for n in names if hashes[0].get(n) != hashes[1].get(n)}
        wanted = {*differing, *_JOINED, "landed_files"}
        files = _copied(folder, (before, after), hashes, wanted)
        measure_names = frozenset(
            name for file in filter(None, files[_MEASURES]) for name in values_of(file, "measure")
        )
        tables = _compare_rows(files, _keys(project, differing), differing)
        frames = _joined_frames(project, folder, profiles)
        verdicts = changed_verdicts(files, profiles)
        reasons = find_reasons(project, before, after)
        stale_stages = (find_stale_stages(before.lock()), find_stale_stages(after.lock()))
        outputs = changed_outputs(before, after)
        effects = None
        if runs_again and isinstance(before, RevisionTables) and isinstance(after, RevisionTables):
            effects = find_effects(before, after, reasons, progress)
    if not reasons and outputs:
        reasons = (Reason("unrecorded", "dvc.lock", (), "", ""),)
    return RevisionDiff(
        left=before.label,
        right=after.label,
        headline=profiles[1],
        left_headline=profiles[0],
        outputs=outputs,
        tables=tables,
        pages=_compare_pages(before, after, outputs),
        verdicts=verdicts,
        reasons=reasons,
        effects=effects,
        stale_stages=stale_stages,
        measure_names=measure_names,
        table_names=frozenset(names),
        **frames,
    )


def _compare_pages(
    before: Side, after: Side, outputs: tuple[Output, ...]
) -> tuple[PageChange, ...] | None:
    """Compare the briefings of two revisions, where both sides still have them."""
    names = [output.path for output in outputs if output.path.startswith(BRIEFINGS)]
    sides = [side for side in (before, after) if isinstance(side, RevisionTables)]
    if not names or len(sides) < 2:
        return None
    texts: list[dict[str, str]] = []
    for side in sides:
        of_side = [side.read_texts(name, SUFFIX) for name in names]
        texts_of_side = [one for one in of_side if one is not None]
        if not texts_of_side:
            return None
        texts.append({path: text for one in texts_of_side for path, text in one.items()})
    return compare_briefings(*texts)


def _compare_rows(
    files: Mapping[str, tuple[Path | None, Path | None]],
    keys: Mapping[str, tuple[str, ...]],
    differing: set[str],
) -> tuple[TableChange, ...]:
    """Compare the tables that differ, and leave in the largest only what is joined afterwards."""
    totals = _totals(*files[_MEASURES])
    narrowed = [_FLIPPED, *([_MEASURES] if totals else [])]
    for table in {*narrowed} - differing:
        for file in filter(None, files[table]):
            replace_table(file, pl.read_parquet(file, n_rows=0))
    tables = compare_tables({n: files[n] for n in differing}, keys, narrowed=narrowed)
    for file, rows in totals.items():
        differences = pl.read_parquet(file)
        replace_table(file, pl.concat([differences, rows], how="diagonal").unique())
    return tables


def _totals(*measures: Path | None) -> dict[Path, pl.DataFrame]:
    """Return the figures of everything together; nothing where the sides have other columns."""
    files = [file for file in measures if file]
    schemas = [pl.read_parquet_schema(file) for file in files]
    if schemas[0] != schemas[-1]:
        return {}
    groups = ("unit_id", "procedure_id", "channel_in")
    is_total = pl.all_horizontal(pl.col(name) == EVERYTHING for name in groups)
    return {file: pl.scan_parquet(file).filter(is_total).collect() for file in files}


def _joined_frames(
    project: Project, folder: Path, profiles: tuple[str, str]
) -> dict[str, pl.DataFrame]:
    """Build the models of ``pipelines/review`` and return them."""
    with Warehouse(project.pipelines) as warehouse:
        for side, profile in zip(("left", "right"), profiles, strict=True):
            warehouse.set(f"{side}_profile", profile)
        warehouse.attach(folder)
        warehouse.build("review")
        return {name: warehouse.frame(table) for name, table in _REVIEWED.items()}


def _check_tables(before: Side, after: Side, hashes: tuple[dict[str, str], ...]) -> None:
    for side, tables in zip((before, after), hashes, strict=True):
        if missing := [name for name in _JOINED if name not in tables]:
            raise InputRejected("revisions.no_table", label=side.label, tables=", ".join(missing))


def _copied(
    folder: Path, sides: tuple[Side, Side], hashes: tuple[dict[str, str], ...], tables: set[str]
) -> Mapping[str, tuple[Path | None, Path | None]]:
    """Copy tables of both sides; a table that a side does not have is nothing there."""
    files: dict[str, tuple[Path | None, Path | None]] = {}
    for table in sorted(tables):
        pair: list[Path | None] = []
        for name, side, has in zip(("left", "right"), sides, hashes, strict=True):
            target = folder / f"{name}_{table}.parquet"
            if table in has:
                side.copy_table(table, target)
                pair.append(target)
            elif table == "landed_files":
                schema = {**_LANDED, "rows_landed": pl.Int64}
                pl.DataFrame(schema=schema).write_parquet(target)
                pair.append(None)
            else:
                pair.append(None)
        files[table] = (pair[0], pair[1])
    return files


def _keys(project: Project, tables: set[str]) -> dict[str, tuple[str, ...]]:
    """Return the key of each table that a SQL model describes."""
    keys = {}
    for table in tables:
        for stage in _STAGES:
            try:
                keys[table] = find_model(project.pipelines, stage, table).key
            except FileNotFoundError:
                continue
    return keys
