"""The page about unknown headers shows what is measured."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "unit" / "sources"))
from header_scores import registers, score, table_row  # noqa: E402

PAGE = (ROOT / "docs" / "manual" / "headers.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["Poland building permits", "Rotterdam regie"])
def test_a_register_scores_what_the_page_says(name, tmp_path, reference_dir):
    columns = registers("unseen")[name]
    right, wrong = score(columns, reference_dir, tmp_path)
    assert table_row(name, columns, right, len(wrong)) in PAGE


@pytest.mark.parametrize("half", ["learned", "unseen"])
def test_the_totals_are_those_of_the_registers_and_nine_in_ten_roles_are_right(half):
    rows = re.findall(rf"^\| .+ \| .. \| {half} \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    right, everything = (sum(map(int, numbers)) for numbers in zip(*rows, strict=True))
    words = f"| {half.replace('learned', 'learned from')} | {right} ({right / everything:.1%}"
    assert words.replace("%", " %") in PAGE
    assert len(rows) == len(registers(half)) == 15
    assert right >= 0.9 * everything
