"""Causes have one list: the vocabulary, the models' order, the taxonomy and the labels agree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polars as pl

from workbench.core.vocabulary import CAUSES
from workbench.messages import LANGUAGES, catalogue
from workbench.warehouse.models import find_model

ROOT = Path(__file__).resolve().parents[2]
EXPLAINS = [
    *sorted((ROOT / "src" / "workbench" / "figures" / "causes").rglob("*.py")),
    *sorted((ROOT / "pipelines" / "explain").rglob("*.sql")),
    *sorted((ROOT / "pipelines" / "macros").glob("*.sql")),
]


def test_the_models_settle_ties_in_the_order_of_the_vocabulary():
    macro = (ROOT / "pipelines" / "macros" / "causes.sql").read_text(encoding="utf-8")
    listed = macro.split("create macro cause_order(cause)")[1].split("]")[0]
    assert tuple(re.findall(r"'(\w+)'", listed)) == CAUSES


def test_causes_fit_in_one_byte_under_the_names_of_the_vocabulary():
    types = (ROOT / "pipelines" / "macros" / "types.sql").read_text(encoding="utf-8")
    listed = types.split("create type cause_name as enum(")[1].split(")")[0]
    assert tuple(re.findall(r"'(\w+)'", listed)) == CAUSES


def test_every_cause_has_its_word_in_both_languages():
    words = catalogue("causes")
    assert [c for c in CAUSES if set(words.get(c, ())) != set(LANGUAGES)] == []


def test_every_code_of_the_taxonomy_maps_onto_a_cause(reference_dir):
    codes = pl.read_csv(reference_dir / "cause_taxonomy.csv", infer_schema=False)
    assert codes.height == codes["code"].n_unique() == 31
    assert set(codes["cause"]) <= set(CAUSES)


def test_every_threshold_says_what_it_means_where_it_is_from_and_whether_it_was_verified(
    reference_dir,
):
    rules = pl.read_csv(reference_dir / "cause_rules.csv", infer_schema=False)
    said = rules.select("value", "unit", "meaning_vi", "meaning_en", "source", "verified")
    assert said.null_count().sum_horizontal().item() == 0
    assert rules["value"].str.contains(r"^\d+$").all()


def test_what_explains_knows_nothing_of_what_simulates():
    """Neither an import nor a name: truth must not leak into the finding of causes."""
    assert EXPLAINS
    told = re.compile(r"simulat|latebench|inject|\btruth\b")
    for path in EXPLAINS:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            names = [
                n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import | ast.ImportFrom)
            ]
            text = "\n".join(ast.unparse(name) for name in names)
        assert not told.search(text), path.name


def test_every_ground_that_a_model_gives_has_its_sentence():
    words = catalogue("causes")
    given = set()
    for name in ("attributed_time", "cause_excess", "shapley_players"):
        sql = find_model(ROOT / "pipelines", "explain", name).sql
        for block in re.findall(
            r"case\n(?:(?!\bcase\b).)*?end as ground|[^\n]*as ground", sql, re.S
        ):
            given |= set(re.findall(r"(?:then|else|^)\s*'(\w+)'", block, re.M))
    assert {"rule", "rest"} <= given
    assert {f"because_{ground}" for ground in given} <= set(words)
