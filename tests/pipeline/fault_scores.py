"""How well the rules of cleaning find what was planted: planted, found and false, rule by rule.

A finding counts by its rule and dossier. It is false when the dossier carries no fault that the
rule may answer to, and the same exports without faults do not show it either.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

_KEY = ("rule_id", "dossier_id")


def score_faults(
    truth: pl.DataFrame,
    quarantine: pl.DataFrame,
    *,
    usual: pl.DataFrame,
    rules: Collection[str],
) -> pl.DataFrame:
    """Score every rule that a planted fault asks for.

    Args:
        truth: What ``simulate_faults`` returned.
        quarantine: The findings on its exports.
        usual: The findings on the same exports without faults.
        rules: Ids of the rules that exist.

    Returns:
        One row per rule: rule_id, exists, planted, found, missed, false, recall, precision; a
        rule that does not exist yet has neither.
    """
    findings = _findings(quarantine)
    planted = truth.select(_KEY).unique()
    also = truth.select(pl.col("also").str.split(" "), "dossier_id").explode("also")
    explained = pl.concat(
        [planted, also.select(pl.col("also").alias("rule_id"), "dossier_id"), _findings(usual)]
    ).unique()
    false = findings.join(explained, on=_KEY, how="anti").group_by("rule_id").agg(false=pl.len())
    hits = planted.join(findings, on=_KEY, how="semi").group_by("rule_id").agg(found=pl.len())
    counts = planted.group_by("rule_id").agg(planted=pl.len())
    table = counts.join(hits, on="rule_id", how="left").join(false, on="rule_id", how="left")
    exists = pl.col("rule_id").is_in(list(rules))
    return (
        table.with_columns(pl.col("found", "false").fill_null(0))
        .select(
            "rule_id",
            exists.alias("exists"),
            "planted",
            "found",
            (pl.col("planted") - pl.col("found")).alias("missed"),
            "false",
            pl.when(exists).then(pl.col("found") / pl.col("planted")).alias("recall"),
            pl.when(exists & (pl.col("found") + pl.col("false") > 0))
            .then(pl.col("found") / (pl.col("found") + pl.col("false")))
            .alias("precision"),
        )
        .sort("rule_id")
    )


def false_findings(
    truth: pl.DataFrame, quarantine: pl.DataFrame, usual: pl.DataFrame
) -> pl.DataFrame:
    """Return the rule, dossier and fault of every finding on a faulty dossier beyond its rules."""
    extra = _findings(quarantine).join(_findings(usual), on=_KEY, how="anti")
    joined = extra.join(truth.rename({"rule_id": "planted"}), on="dossier_id", how="left")
    other = (pl.col("rule_id") != pl.col("planted")) & ~pl.col("also").str.contains(
        pl.col("rule_id"), literal=True
    )
    return joined.filter(other.fill_null(value=True)).sort("rule_id", "dossier_id")


def _findings(quarantine: pl.DataFrame) -> pl.DataFrame:
    dossier = pl.col("record").str.json_path_match("$.dossier_id")
    return quarantine.select("rule_id", dossier.alias("dossier_id")).unique()
