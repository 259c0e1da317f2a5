"""A source profile says what it can say; any other key, field or value is named and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.errors import InputRejected, UsageProblem
from workbench.ingest import SourceProfile, find_profile, read_profile, shipped_profiles
from workbench.ingest.profile import Target


def test_every_shipped_profile_is_read_and_named_after_its_file(reference_dir: Path) -> None:
    profiles = shipped_profiles(reference_dir)
    files = sorted(path.stem for path in (reference_dir / "sources").glob("*.toml"))
    assert [profile.name for profile in profiles] == files
    assert {"one_stop", "receipt", "wabo", "boston311"} <= set(files)


def test_a_profile_is_found_by_name_or_by_path(reference_dir: Path) -> None:
    path = reference_dir / "sources" / "wabo.toml"
    assert find_profile("wabo", reference_dir) == find_profile(path, reference_dir)


def test_an_unknown_name_lists_the_shipped_profiles(reference_dir: Path) -> None:
    with pytest.raises(UsageProblem, match=r"«mot_cua».*boston311, .*one_stop, .*receipt, .*wabo"):
        find_profile("mot_cua", reference_dir)


def test_a_column_can_feed_several_fields(small: SourceProfile) -> None:
    targets = small.parts[0].columns["Channel"]
    assert targets == (Target("dossier", "channel_in"), Target("dossier", "x_channel"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "small"', 'nmae = "small"', "«nmae».*Accepted: name"),
        ('name = "small"', "", "«name» is missing"),
        ('time_zone = "Asia/Ho_Chi_Minh"', 'time_zone = "Saigon"', "no time zone «Saigon»"),
        ('kind = "csv"', 'kind = "pdf"', "«pdf».*csv, xlsx, xes"),
        ('rows = "dossier"', 'rows = "case"', "«case».*dossier, step, pause, paper, event"),
        ('"due_at"', '"deadline"', "no field «deadline».*due_at"),
        ('"step.step"', '"task.step"', "no field «task.step»"),
        ('"due_at"', '"step.step"', "no field «step.step»"),
        ('optional = ["Due"]', 'optional = ["Duo"]', "«Duo».*Code, Received, Due, Channel"),
        ("latest = true", "", "exactly one of at, heading, latest"),
        ("latest = true", 'at = "2022-06-30"\nlatest = true', "exactly one of"),
        ("latest = true", "heading = '(unclosed'", "not well formed"),
        ('personal = ["Name"]', 'personal = "Name"', "personal must be"),
        ('name = "small"', "name = small", "not valid TOML"),
    ],
)
def test_a_profile_that_says_something_else_is_refused(
    profile_file: Path, old: str, new: str, message: str
) -> None:
    text = profile_file.read_text(encoding="utf-8")
    profile_file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputRejected, match=message):
        read_profile(profile_file)


def test_a_missing_profile_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRejected, match=r"no file .*none\.toml"):
        read_profile(tmp_path / "none.toml")


def test_a_file_of_another_name_is_taken_by_the_only_part_of_its_kind(small: SourceProfile) -> None:
    assert small.parts_of(Path("export of May.CSV")) == (small.parts[0],)


def test_a_file_that_two_parts_could_read_is_refused(reference_dir: Path) -> None:
    one_stop = find_profile("one_stop", reference_dir)
    with pytest.raises(InputRejected, match=r"thang-5\.csv.*nhat-ky-xu-ly\*\.csv"):
        one_stop.parts_of(Path("thang-5.csv"))


def test_messages_speak_vietnamese_by_default(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WORKBENCH_LANG")
    with pytest.raises(InputRejected, match="Không tìm thấy tệp"):
        read_profile(tmp_path / "none.toml")
