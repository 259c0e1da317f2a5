"""Causes have one list, which programs and models read; the taxonomy maps onto it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polars as pl

from workbench.core.cause_list import known_causes
from workbench.messages import catalogue
from workbench.warehouse.models import find_model

ROOT = Path(__file__).resolve().parents[2]
EXPLAINS = [
    *sorted((ROOT / "src" / "workbench" / "figures" / "causes").rglob("*.py")),
    *sorted((ROOT / "pipelines" / "explain").rglob("*.sql")),
    *sorted((ROOT / "pipelines" / "macros").glob("*.sql")),
]
MOST_NAMED = 6
"""Causes that the simulator can plant: the largest set that one file names."""


def test_the_list_names_each_cause_once_in_order_with_its_word_in_both_languages():
    listed = read_list()
    assert listed["cause"].is_unique().all()
    assert listed["place"].to_list() == [str(n) for n in range(1, listed.height + 1)]
    for column in ("is_artefact", "in_waves"):
        assert set(listed[column]) == {"yes", "no"}
    words = listed.select("label_vi", "label_en", "source", "verified")
    assert words.null_count().sum_horizontal().item() == 0


def test_every_part_of_a_dossiers_time_that_can_stand_alone_is_put_down_to_a_cause():
    types = (ROOT / "pipelines" / "macros" / "types.sql").read_text(encoding="utf-8")
    enum = types.split("create type cause_part as enum(")[1].split(")")[0]
    listed = {part for cause in known_causes().values() for part in cause.parts}
    assert set(re.findall(r"'(\w+)'", enum)) == listed | {"queue_or_work"}


def test_no_program_and_no_model_lists_the_causes_again():
    """Rules name the causes they are about; nothing else enumerates them."""
    paths = [*(ROOT / "src").rglob("*.py"), *(ROOT / "pipelines").rglob("*.sql")]
    for path in paths:
        if path.is_relative_to(ROOT / "src" / "workbench" / "latebench"):
            continue
        text = path.read_text(encoding="utf-8")
        listed = [cause for cause in known_causes() if re.search(rf"[\"']{cause}[\"']", text)]
        assert len(listed) <= MOST_NAMED, path.name


def read_list() -> pl.DataFrame:
    return pl.read_csv(ROOT / "data" / "reference" / "causes.csv", infer_schema=False)


def test_every_code_of_the_taxonomy_maps_onto_a_cause(reference_dir):
    codes = pl.read_csv(reference_dir / "cause_taxonomy.csv", infer_schema=False)
    assert codes.height == codes["code"].n_unique() == 31
    assert set(codes["cause"]) <= set(known_causes())


def test_every_threshold_says_what_it_means_where_it_is_from_and_whether_it_was_verified(
    reference_dir,
):
    rules = pl.read_csv(reference_dir / "cause_rules.csv", infer_schema=False)
    texts = rules.select("value", "unit", "meaning_vi", "meaning_en", "source", "verified")
    assert texts.null_count().sum_horizontal().item() == 0
    assert rules["value"].str.contains(r"^\d+$").all()


def test_what_explains_knows_nothing_of_what_simulates():
    """Neither an import nor a name: truth must not leak into the finding of causes."""
    assert EXPLAINS
    simulation = re.compile(r"simulat|latebench|inject|\btruth\b")
    for path in EXPLAINS:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            names = [
                n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import | ast.ImportFrom)
            ]
            text = "\n".join(ast.unparse(name) for name in names)
        assert not simulation.search(text), path.name


def test_every_ground_that_a_model_gives_has_its_sentence():
    words = catalogue("causes")
    given = set()
    for name in ("attributed_time", "cause_excess", "overrun_causes"):
        sql = find_model(ROOT / "pipelines", "explain", name).sql
        for block in re.findall(
            r"case\n(?:(?!\bcase\b).)*?end as ground|[^\n]*as ground", sql, re.S
        ):
            given |= set(re.findall(r"(?:then|else|^)\s*'(\w+)'", block, re.M))
    assert {"rule", "rest"} <= given
    assert {f"because_{ground}" for ground in given} <= set(words)
