"""A form file that names what does not exist is refused; bands are those of the list."""

from __future__ import annotations

import shutil

import pytest

from workbench.core.errors import InputRejected, UsageProblem
from workbench.messages import use_language
from workbench.official import Form, band, form_names


@pytest.fixture
def spoiled(reference_dir, tmp_path):
    def spoil(old: str, new: str):
        shutil.copytree(reference_dir / "forms", tmp_path / "forms")
        file = tmp_path / "forms" / "II06a.csv"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path

    return spoil


def test_06a_has_thirteen_columns_and_its_four_identities(reference_dir):
    form = Form.read("II.06a", reference_dir)
    assert [c.number for c in form.columns] == list(range(1, 14))
    assert [str(i) for i in form.identities] == [
        "3 = 4 + 5 + 6",
        "3 = 7 + 11",
        "7 = 8 + 9 + 10",
        "11 = 12 + 13",
    ]


@pytest.mark.parametrize(("form", "columns"), [("07a/BTP", 26), ("opencps20", 20)])
def test_the_other_forms_have_their_columns(reference_dir, form, columns):
    read = Form.read(form, reference_dir)
    assert [c.number for c in read.columns] == list(range(1, columns + 1))


def test_a_column_without_figures_gives_its_reason_in_both_languages(reference_dir):
    for name in form_names(reference_dir):
        for column in Form.read(name, reference_dir).figures:
            is_absent = not column.counters and column.rate is None
            if is_absent or column.unknown_when:
                assert all(column.absent.values()), (name, column.number)


def test_an_unknown_form_is_refused_with_the_known_ones(reference_dir):
    with pytest.raises(UsageProblem, match="07a/BTP"):
        Form.read("II.06b", reference_dir)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("received_counter + received_post", "received_by_pigeon", "received_by_pigeon"),
        ("3 = 7 + 11", "3 = 7 + 99", "99"),
        ("withdrawn + rejected", "wished_away", "wished_away"),
    ],
)
def test_a_form_that_names_what_does_not_exist_is_refused(spoiled, old, new, message):
    with pytest.raises(InputRejected, match=message):
        Form.read("II.06a", spoiled(old, new))


@pytest.mark.parametrize(
    ("points", "name"),
    [(100, "excellent"), (90, "excellent"), (89.99, "good"), (61.5, "average"), (43, "weak")],
)
def test_a_full_score_has_a_band(reference_dir, points, name):
    with use_language("en"):
        assert band(points, reference_dir) == name


def test_what_is_no_score_has_no_band(reference_dir):
    assert band(-1, reference_dir) is None
