"""Dates and times of other systems land in one form; each case is from a real system."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from workbench.core.errors import InputRejected
from workbench.ingest import deliveries, ingest, read_profile
from workbench.ingest.date_spelling import are_stamps, plain
from workbench.ingest.stamps import StampVotes

DAY, MORNING = "2022-03-04", "2022-03-04 08:05:00"

# as an export writes it, and the same in ISO (or with the day in doubt, in the order it has)
SPELLINGS = [
    ("2022/03/04 08:05:00.000", MORNING),
    ("2022.03.04", DAY),
    ("2022/3/4 8:05", MORNING),
    ("2022-3-4", DAY),
    ("Mar 4, 2022 8:05:00 AM", MORNING),
    ("March 4, 2022", DAY),
    ("4 March 2022", DAY),
    ("4th Mar 2022 08:05", MORNING),
    ("Friday, March 4, 2022 8:05 AM", MORNING),
    ("04-Mar-2022", DAY),
    ("04-Mar-22 08:05", MORNING),
    ("04-MAR-22 08.05.00.000000 AM", MORNING),
    ("04Mar2022:08:05:00", MORNING),
    ("2022-Mar-04", DAY),
    ("20220304T080500", MORNING),
    ("20220304T080500Z", f"{MORNING}+00:00"),
    ("20220304 08:05:00", MORNING),
    ("2022-03-04T08:05:00.000+0700", f"{MORNING}+07:00"),
    ("2022-03-04 08:05:00+07", f"{MORNING}+07:00"),
    ("2022-03-04 08:05:00 +07:00", f"{MORNING}+07:00"),
    ("2022-03-04 08:05 GMT+7", f"{MORNING}+07:00"),
    ("2022-03-04 08:05:00 UTC", f"{MORNING}+00:00"),
    ("2022-03-04T08:05:00+07:00[Asia/Ho_Chi_Minh]", f"{MORNING}+07:00"),
    ("Fri Mar 04 2022 08:05:00 GMT+0700 (Indochina Time)", f"{MORNING}+07:00"),
    ("Fri Mar  4 08:05:00 UTC 2022", f"{MORNING}+00:00"),
    ("/Date(1646381100000)/", f"{MORNING}+00:00"),
    ("/Date(1646381100250+0700)/", f"{MORNING}.25+00:00"),
    ("2022-03-04 8:05 PM", "2022-03-04 20:05:00"),
    ("ngày 04 tháng 3 năm 2022", DAY),
    ("Ngày 4 tháng 03 năm 2022", DAY),
    ("Thứ Sáu, 4 Tháng Ba 2022", DAY),
    ("8h05 ngày 04 tháng 3 năm 2022", MORNING),
    ("ngày 04 tháng 3 năm 2022, 8 giờ 05 phút", MORNING),
    ("4 tháng năm năm 2022", "2022-05-04"),
    ("4 tháng mười một năm 2022", "2022-11-04"),
    ("04/03/2022 8:05 SA", "04/03/2022 08:05:00"),
    ("14/03/2022 2:15 CH", "14/03/2022 14:15:00"),
    ("14/03/2022 2:15:30 ch", "14/03/2022 14:15:30"),
    ("14/03/2022 12:00 SA", "14/03/2022 00:00:00"),
    ("14/03/2022 12:00 CH", "14/03/2022 12:00:00"),
    ("14/03/2022 14:15 CH", "14/03/2022 14:15:00"),
    ("2:15 chiều 14/03/2022", "14/03/2022 14:15:00"),
    ("7g30 ngày 04/03/2022", "04/03/2022 07:30:00"),
    ("04/03/2022 7g30", "04/03/2022 07:30:00"),
    ("04/03/2022 8h30", "04/03/2022 08:30:00"),
    ("8h 04/03/2022", "04/03/2022 08:00:00"),
    ("8 giờ 30, ngày 4/3/2022", "04/03/2022 08:30:00"),
    ("7h30' ngày 4/3/2022", "04/03/2022 07:30:00"),
    ("04/03/2022, 08:05:00", "04/03/2022 08:05:00"),
    ("04/03/2022 08:05:00.120", "04/03/2022 08:05:00.120"),
    ("24h00 ngày 15/3/2022", "15/03/2022 24:00:00"),
    ("05-01-22 8:00 SA", "05/01/2022 08:00:00"),
    ("44624,3368", "44624.3368"),
    ("20220304.0", "20220304"),
]
NO_STAMPS = [
    "14/03/2022 14:15 SA",
    "14/03/2022 0:15 CH",
    "hôm qua",
    "4 March",
    "Fri Mar 4 08:00:00 EST 2022",
    "tháng 3 năm 2022",
    "Nguyễn Văn A 04",
]


@pytest.fixture(scope="module")
def spelt() -> dict[str, str]:
    """What ``plain`` makes of every text here, in one column: its rules are slow to compile."""
    texts = [*(text for pair in SPELLINGS for text in pair), *NO_STAMPS]
    return dict(zip(texts, plain(pl.Series(texts)), strict=True))


@pytest.mark.parametrize(("text", "iso"), SPELLINGS)
def test_a_rare_spelling_is_written_as_the_models_read_it(spelt, text, iso) -> None:
    assert spelt[text] == iso
    assert spelt[iso] == iso


def test_a_text_is_spelt_alone_as_among_others(spelt) -> None:
    for text in [SPELLINGS[0][0], SPELLINGS[-1][0], NO_STAMPS[0]]:
        assert plain(pl.Series([text]))[0] == spelt[text]


@pytest.mark.parametrize("text", NO_STAMPS)
def test_what_is_no_stamp_stays_as_it_is(spelt, text) -> None:
    assert spelt[text] == text


def test_what_is_no_stamp_is_none() -> None:
    assert not are_stamps(pl.Series(NO_STAMPS)).any()


@pytest.mark.parametrize(
    "form",
    ["%d %B %Y", "%B %d, %Y", "%d-%b-%y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d %b %Y"],
)
def test_every_day_of_a_year_is_written_back_from_other_forms(form) -> None:
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    texts = plain(pl.Series([day.strftime(form) for day in days]))
    assert [dt.date.fromisoformat(text) for text in texts] == days


Land = Callable[..., pl.DataFrame]


@pytest.fixture
def land(tmp_path: Path, put) -> Land:
    """Land one text with what a profile says of its file; return its dossiers and its file."""

    def run(text: str, lines: str, name: str = "mine.csv", table: str = "dossiers") -> pl.DataFrame:
        profile = tmp_path / "mine.toml"
        profile.write_text(
            'name = "mine"\ntitle_vi = "x"\ntitle_en = "x"\ntime_zone = "Asia/Ho_Chi_Minh"\n'
            'calendar_id = "always"\nsnapshot = { latest = true }\n[[files]]\n'
            f'patterns = ["mine*"]\nkind = "{name.rpartition(".")[2]}"\nrows = "dossier"\n{lines}',
            encoding="utf-8",
        )
        ingest(deliveries([put(name, text)], read_profile(profile)), tmp_path / "landed")
        return pl.read_parquet(tmp_path / "landed" / f"landed_{table}.parquet")

    return run


COLUMNS = '[files.columns]\nid = "dossier_id"\nopened = "received_at"\ntarget = "due_at"\n'


def rules(land: Land, opened: list[str], target: list[str], lines: str = "") -> dict[str, object]:
    """What the landing says of a file with these two columns."""
    pairs = zip(opened, target, strict=True)
    rows = [f"{n},{first},{second}" for n, (first, second) in enumerate(pairs)]
    text = "\n".join(["id,opened,target", *rows]) + "\n"
    row: dict[str, object] = land(text, lines + COLUMNS, table="files").row(0, named=True)
    return {name: row[name] for name in ("has_epochs", "due_days", "due_mixed")}


MIDNIGHTS = [
    ["2022-03-15 00:00:00", "2022-03-16T00:00:00"],
    ["15/03/2022 0:00", "16/03/2022 00:00:00"],
    ["2022-03-15T00:00:00.000Z", "2022-03-16T00:00:00Z"],
    ["2022-03-14T17:00:00Z", "2022-03-15T17:00:00.000Z"],
    ["2022-03-15T00:00:00+0700", "2022-03-16T00:00:00+07:00"],
    ["15/03/2022 12:00:00 SA", "03/15/2022 12:00:00 AM"],
    ["1647277200", "1647363600"],
    ["20220315000000", "202203160000"],
]


@pytest.mark.parametrize("target", MIDNIGHTS)
def test_a_due_column_whose_stamps_all_stand_at_midnight_holds_dates(land, target) -> None:
    found = rules(land, ["2022-03-01 08:00"] * 2, target)
    assert (found["due_days"], found["due_mixed"]) == (["due_at"], [])


def test_one_odd_hour_among_many_midnights_changes_nothing_and_many_do(land) -> None:
    nearly = ["2022-03-15 00:00:00"] * 19 + ["2022-03-15 17:00:00"]
    assert rules(land, ["2022-03-01"] * 20, nearly)["due_days"] == ["due_at"]


def test_midnights_among_hours_are_mixed_and_mere_dates_are_neither(land) -> None:
    target = ["2022-03-15 00:00:00", "2022-03-15 17:00:00", "2022-03-16"]
    found = rules(land, ["2022-03-01"] * 3, target)
    assert (found["due_days"], found["due_mixed"]) == ([], ["due_at"])


@pytest.mark.parametrize(("rule", "days"), [("end_of_day", ["due_at"]), ("as_written", [])])
def test_a_profile_outranks_the_vote_over_midnights(land, rule, days) -> None:
    target = ["2022-03-15 00:00:00", "2022-03-15 17:00:00"]
    found = rules(land, ["2022-03-01"] * 2, target, f'due_midnight = "{rule}"\n')
    assert (found["due_days"], found["due_mixed"]) == (days, [])


def test_a_column_of_seconds_or_milliseconds_is_distinguished_from_a_stray_number(land) -> None:
    numbers = ["1646355600", "1646442000000", "1646442000.5"]
    assert rules(land, numbers, [""] * 3)["has_epochs"] is True


def test_a_stray_number_among_dates_is_no_epoch(land) -> None:
    stray = ["2022-03-01", "2022-03-02", "1400123456"]
    assert rules(land, stray, [""] * 3)["has_epochs"] is False


def test_pieces_of_a_file_are_counted_together() -> None:
    piece = StampVotes({"due_at": 10}, {"due_at": 0}, {"due_at": 9}, {"due_at": 1})
    other = StampVotes({"due_at": 10}, {"due_at": 0}, {"due_at": 0}, {"due_at": 10})
    assert piece.due_days("by_column") == ["due_at"]
    assert (piece + other).due_days("by_column") == []
    assert (piece + other).due_mixed("by_column") == ["due_at"]


def test_date_formats_of_a_field_go_before_shapes_and_before_those_of_the_file(land) -> None:
    lines = 'date_formats = { received_at = ["%m.%d.%Y", "%d~%m~%Y %H"], target = [] }\n'
    with pytest.raises(InputRejected, match="target"):
        land("id,opened,target\n1,03.04.2022,x\n", lines + COLUMNS)
    lines = 'date_formats = { received_at = ["%m.%d.%Y", "%d~%m~%Y %H"] }\n'
    text = "id,opened,target\n1,03.04.2022,03.04.2022\n2,04~03~2022 08,2022-03-05\n"
    rows = land(text, lines + COLUMNS).sort("dossier_id")
    assert rows["received_at"].to_list() == ["2022-03-04", "2022-03-04 08:00:00"]
    assert rows["due_at"].to_list() == ["03.04.2022", "2022-03-05"]


@pytest.mark.parametrize("form", ["%H:%M", "%d/%m", "%Q %d %m %Y", "dd/mm/yyyy"])
def test_a_date_format_that_names_no_whole_day_is_refused(land, form) -> None:
    with pytest.raises(InputRejected, match="date_formats"):
        land("id,opened,target\n", f'date_formats = ["{form}"]\n' + COLUMNS)


def test_numbers_of_any_size_are_epochs_where_a_profile_says_so(land) -> None:
    lines = 'date_formats = ["epoch"]\n'
    rows = land("id,opened,target\n1,946684800,946684800000\n", lines + COLUMNS)
    assert rows.row(0, named=True)["received_at"] == "2000-01-01 00:00:00+00:00"
    assert rows.row(0, named=True)["due_at"] == "2000-01-01 00:00:00+00:00"


def test_a_date_and_a_time_of_day_in_two_columns_make_one_instant(land) -> None:
    lines = (
        '[files.columns]\nid = "dossier_id"\n'
        '[files.date_with_time]\nreceived_at = ["Ngày", "Giờ"]\n'
    )
    pairs = ["04/03/2022,8h30", "14/03/2022,2:15 CH", "2022-03-15 00:00:00,0815", "44624,0.34375"]
    pairs += ["16/03/2022,", ",8:00", "17/03/2022,1899-12-31 09:00:00"]
    text = "\n".join(["id,Ngày,Giờ", *(f"{n},{pair}" for n, pair in enumerate(pairs))]) + "\n"
    assert land(text, lines).sort("dossier_id")["received_at"].to_list() == [
        "04/03/2022 08:30:00",
        "14/03/2022 14:15:00",
        "2022-03-15 08:15:00",
        "2022-03-04 08:15:00",
        "16/03/2022",
        None,
        "17/03/2022 09:00:00",
    ]


REQUESTS = """records = "result.items"
ignored = ["secret"]
keep_text = ["x_tag"]
[files.columns]
"_id" = "dossier_id"
"fields.team.name" = "unit_id"
"times[0].at" = "received_at"
"times[name=target].at" = "due_at"
"tags.1" = "x_tag"
"closed" = "resolved_at"
"""


def test_values_deep_in_json_and_typed_dates_are_read_by_their_path(land) -> None:
    items = [
        {
            "_id": {"$oid": "a1"},
            "fields": {"team": {"name": "North", "lead": "unread"}},
            "times": [
                {"name": "opened", "at": {"$date": "2023-03-01T02:00:00Z"}},
                {"name": "target", "at": {"$date": {"$numberLong": "1678381200000"}}},
            ],
            "tags": ["a", "b"],
            "closed": {"$date": 1678417200000},
            "secret": {"anything": 1},
        },
        {"_id": {"$oid": "a2"}, "fields": {}, "times": [], "closed": None},
    ]
    rows = land(json.dumps({"result": {"items": items}}), REQUESTS, "mine.json")
    fields = ("dossier_id", "unit_id", "received_at", "due_at", "x_tag", "resolved_at")
    assert rows.select(fields).rows() == [
        (
            "a1",
            "North",
            "2023-03-01 02:00:00+00:00",
            "2023-03-09 17:00:00+00:00",
            "b",
            "2023-03-10 03:00:00+00:00",
        ),
        ("a2", None, None, None, None, None),
    ]


def test_a_path_that_ends_in_an_object_names_its_row(land) -> None:
    item = {"_id": "a", "fields": {"team": {"name": {"vi": "Bắc"}}}}
    with pytest.raises(InputRejected, match=r"fields\.team\.name"):
        land(json.dumps([item]), REQUESTS, "mine.json")
