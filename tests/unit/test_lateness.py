"""A lateness profile says only what a profile can say."""

from __future__ import annotations

import pytest

from workbench.clock.lateness import lateness_profiles
from workbench.core.errors import InputRejected


@pytest.fixture
def changed(reference_dir, tmp_path):
    """Read one shipped profile in which a text was changed."""

    def read(profile: str, old: str, new: str):
        text = (reference_dir / "profiles" / f"{profile}.toml").read_text(encoding="utf-8")
        assert old in text
        (tmp_path / f"{profile}.toml").write_text(text.replace(old, new), encoding="utf-8")
        return lateness_profiles(tmp_path)

    return read


@pytest.mark.parametrize(
    ("profile", "old", "new", "message"),
    [
        ("wb_strict", '"resolved_at"', '"signed_at"', "signed_at.*resolved_at, returned_at"),
        ("wb_strict", '"as_issued"', '"by_procedure"', "by_procedure.*as_issued"),
        ("wb_legal", '"by_procedure"', '"as_issued"', "as_issued.*by_procedure, ignored"),
        ("wb_legal", 'pauses = "by_procedure"\n', "", "pauses"),
        ("wb_legal", 'due = "recomputed"', 'due = "guessed"', "guessed.*issued, recomputed"),
    ],
)
def test_a_choice_that_there_is_not_is_refused_with_those_there_are(
    changed, profile, old, new, message
):
    with pytest.raises(InputRejected, match=message):
        changed(profile, old, new)


def test_pauses_may_be_left_out_of_a_recomputed_date(changed):
    assert changed("wb_legal", '"by_procedure"', '"ignored"')["pauses"].to_list() == ["ignored"]
