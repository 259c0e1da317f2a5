"""Two revisions, joined by key in the warehouse."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.core.project import Project, Scratch
from workbench.review.outputs import Output, changed_outputs
from workbench.review.reasons import Reason, find_reasons
from workbench.review.snapshots import RevisionTables
from workbench.warehouse import Warehouse


@dataclass(frozen=True)
class RevisionDiff:
    """What differs between two revisions; every frame is ordered by its key.

    Attributes:
        left: Label of the earlier side on a page.
        right: Label of the later side.
        headline: The lateness profile of headlines on the right.
        left_headline: That of the left, from its own parameters.
        outputs: Outputs of stages that are not the same bytes, compared here or not.
        measures: One row per figure that moved, both sides with numerator and denominator.
        flips: One row per dossier and profile whose outcome changed, with what moved it.
        dossiers: One row per dossier on one side only (``change`` says which).
        exports: One row per sheet of an export whose bytes differ.
        reasons: Inputs of the pipeline that differ.
        measure_names: Every measure that either side knows, moved or not.
    """

    left: str
    right: str
    headline: str
    left_headline: str
    outputs: tuple[Output, ...]
    measures: pl.DataFrame
    flips: pl.DataFrame
    dossiers: pl.DataFrame
    exports: pl.DataFrame
    reasons: tuple[Reason, ...]
    measure_names: frozenset[str]

    @property
    def is_empty(self) -> bool:
        """Whether no output of any stage differs, as the hashes of their bytes say."""
        return not self.outputs and self.left_headline == self.headline

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


def compare_revisions(project: Project, left: str, right: str | None = None) -> RevisionDiff:
    """Compare two revisions of a project; without the second, the working tree.

    Raises:
        UsageProblem: Git knows no such revision, or the project is in no git repository.
        InputRejected: The tables of a revision are neither in the cache nor in a remote, or
            the project's parameters cannot be read.
    """
    with (
        RevisionTables.at(project, left) as before,
        RevisionTables.at(project, right) as after,
        Scratch("revisions") as folder,
        Warehouse(project.pipelines) as warehouse,
    ):
        before.fetch(folder, "left")
        after.fetch(folder, "right")
        warehouse.attach(folder)
        warehouse.build("review")
        measure_names = [
            warehouse.frame(f"{side}_measures")["measure"] for side in ("left", "right")
        ]
        measures = warehouse.frame("changed_measures")
        flips = warehouse.frame("changed_outcomes")
        dossiers = warehouse.frame("added_or_removed_dossiers")
        exports = warehouse.frame("changed_exports")
        reasons = find_reasons(before, after)
        outputs = changed_outputs(before, after)
    if not reasons and outputs:
        reasons = (Reason("unrecorded", "dvc.lock", (), "", ""),)
    return RevisionDiff(
        left=before.label,
        right=after.label,
        headline=after.headline(),
        left_headline=before.headline(),
        outputs=outputs,
        measures=measures,
        flips=flips,
        dossiers=dossiers,
        exports=exports,
        reasons=reasons,
        measure_names=frozenset(pl.concat(measure_names).unique()),
    )
