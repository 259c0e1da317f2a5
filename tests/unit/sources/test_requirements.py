"""What a profile must map is checked before a file is read; codes that mean nothing are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.errors import InputRejected
from workbench.ingest import find_profile, read_profile
from workbench.ingest.profile import Target
from workbench.ingest.requirements import FIELD_CODES, missing_fields

TOP = """
name = "mine"
title_vi = "Sổ của tôi"
title_en = "My register"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"
{more}
[snapshot]
latest = true
"""
PART = """
[[files]]
patterns = ["a*.csv"]
kind = "csv"
rows = "{rows}"
{keys}
[files.columns]
{columns}
"""


@pytest.fixture
def profile(tmp_path: Path):
    """Read a profile with one part: ``profile("dossier", "a = 'dossier_id'")``."""

    def read(rows: str, *columns: str, keys: str = "", more: str = "", tail: str = ""):
        path = tmp_path / "mine.toml"
        part = PART.format(rows=rows, keys=keys, columns="\n".join(columns))
        path.write_text(TOP.format(more=more) + part + tail, encoding="utf-8")
        return read_profile(path)

    return read


@pytest.mark.parametrize(
    ("rows", "columns", "keys", "more", "named"),
    [
        ("dossier", ['a = "dossier_id"'], "", "", ["«received_at»"]),
        ("dossier", ['a = "due_at"'], "", "", ["«dossier_id»", "«received_at»"]),
        ("dossier", ['a = "dossier_id"', 'b = "submitted_at"'], "", "", ["«received_at»"]),
        ("event", ['a = "dossier_id"', 'b = "step.step"'], "", "", ["«dossier.received_at»"]),
        (
            *("event", ['a = "dossier_id"', 'b = "step.step"']),
            *('case_dates = ["received_at"]', ""),
            ["«step.arrived_at» / «step.started_at» / «step.finished_at»"],
        ),
        ("step", ['a = "step"'], "", "", ["«dossier_id»", "«finished_at»"]),
        ("pause", ['a = "dossier_id"'], "", "", ["«paused_at»"]),
        (
            *("dossier", ['a = "dossier_id"', 'b = "received_at"'], ""),
            *('unit_list = "reference"', ["«unit_id»"]),
        ),
        (
            *("dossier", ['a = "dossier_id"', 'b = "received_at"'], ""),
            *('procedure_list = "reference"', ["«procedure_id» / «procedure_name»"]),
        ),
    ],
)
def test_a_profile_that_lacks_what_its_rows_need_is_refused_with_every_field(
    profile, rows, columns, keys, more, named
) -> None:
    with pytest.raises(InputRejected, match=r"mine\.toml.*files\[1\]") as caught:
        profile(rows, *columns, keys=keys, more=more)
    assert [field for field in named if field not in str(caught.value)] == []


DATES = """
[[files.event_dates]]
step = "Mở"
field = "received_at"
"""


@pytest.mark.parametrize(
    ("keys", "tail"),
    [
        ('case_dates = ["received_at"]', ""),
        ("", DATES),
        ("", "[files.from_text.'dossier.received_at']\ncolumn = 'b'\npattern = '(.*)'"),
        ("", "[files.constants]\n'dossier.received_at' = '2022-01-04'"),
    ],
)
def test_the_reception_of_a_case_may_come_from_elsewhere(profile, keys, tail) -> None:
    columns = ('a = "dossier_id"', 'b = "step.step"', 'c = "step.finished_at"')
    assert missing_fields(profile("event", *columns, keys=keys, tail=tail)) == {}


def test_stages_of_a_wide_row_need_their_dates_in_columns(profile) -> None:
    tail = "[files.constants]\nreceived_at = '2022-01-04'\n"
    tail += "[[files.stages]]\nends = 'x'\nstep = 'x'\nstep_kind = 'work'"
    with pytest.raises(InputRejected, match="«received_at»"):
        profile("dossier", 'a = "dossier_id"', tail=tail)


@pytest.mark.parametrize(
    ("tail", "named", "accepted"),
    [
        ("[codes.step_kind]\nx = 'giving'", "codes.step_kind = «giving»", "intake, assign"),
        ("[codes.status]\nx = 'done'\ny = 'open'", "«done», «open»", "submitted, refused_intake"),
        ("[codes.status_after]\nx = 'done'", "«done»", "submitted"),
        ("[codes.channel_in]\nx = 'phone'", "«phone»", "counter, online, post, other"),
        ("[codes.channel_out]\nx = 'phone'", "«phone»", "counter, online"),
        ("[codes.transition]\nx = 'COMPLETE'", "«COMPLETE»", "schedule, start, complete, other"),
        ("[codes.applicant_kind]\nx = 'person'", "«person»", "citizen, business, other"),
        ("[codes.processed_online]\nx = 'true'", "«true»", "yes, no"),
        ("[codes.stauts]\nx = 'resolved'", "«stauts»", "status"),
        ("[files.constants]\nstatus = 'đã trả'", "constants.status = «đã trả»", "resolved"),
        ("[files.constants]\nchannel_in = 'phone'", "constants.channel_in = «phone»", "counter"),
        (
            "[[files.stages]]\nends = 'b'\nstep = 'x'\nstep_kind = 'giving'",
            *("stages.step_kind = «giving»", "intake, assign"),
        ),
    ],
)
def test_a_code_that_does_not_exist_is_refused_with_those_that_do(
    profile, tail, named, accepted
) -> None:
    with pytest.raises(InputRejected) as caught:
        profile("dossier", 'a = "dossier_id"', 'b = "received_at"', tail=tail)
    assert named in str(caught.value)
    assert accepted in str(caught.value)


@pytest.mark.parametrize("tail", ["[codes]\nstatus = 'x'", "[codes.status]\nx = 1"])
def test_a_code_list_of_another_shape_is_refused(profile, tail) -> None:
    with pytest.raises(InputRejected, match=r"codes\.status must be"):
        profile("dossier", 'a = "dossier_id"', 'b = "received_at"', tail=tail)


def test_a_constant_that_is_a_number_is_refused(profile) -> None:
    with pytest.raises(InputRejected, match=r"constants\.unit_id must be"):
        profile(
            *("dossier", 'a = "dossier_id"', 'b = "received_at"'),
            tail="[files.constants]\nunit_id = 7",
        )


def test_dossiers_without_a_unit_are_those_of_one_body_named_by_the_title(profile) -> None:
    part = profile("dossier", 'a = "dossier_id"', 'b = "received_at"').parts[0]
    assert part.constants == {Target("dossier", "unit_id"): "Sổ của tôi"}
    columns = ('a = "dossier_id"', 'b = "step.started_at"')
    part = profile("event", *columns, keys='case_dates = ["received_at"]').parts[0]
    assert set(part.constants) == {Target("dossier", "unit_id"), Target("step", "unit_id")}


def test_a_unit_that_is_mapped_stays(profile) -> None:
    columns = ('a = "dossier_id"', 'b = "received_at"', 'c = "unit_id"')
    assert profile("dossier", *columns).parts[0].constants == {}


def test_every_code_the_shipped_profiles_use_is_one_of_its_field(reference_dir: Path) -> None:
    for path in (reference_dir / "sources").glob("*.toml"):
        codes = find_profile(path, reference_dir).codes
        assert set(codes) & set(FIELD_CODES) == set(codes) - {"reason", "service_level"}


def test_the_manual_lists_every_code_that_a_field_may_have() -> None:
    manual = Path(__file__).parents[3] / "docs" / "source-profiles.md"
    section = manual.read_text(encoding="utf-8").split("### Codes\n")[1].split("\n### ")[0]
    rows = (line.strip("| ").split(" | ") for line in section.splitlines() if line[:2] == "| ")
    printed = {
        field: tuple(codes.split(", "))
        for fields, codes in rows
        for field in fields.split(", ")
        if field != "field"
    }
    assert printed == FIELD_CODES
