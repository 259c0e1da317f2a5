"""Apologies, payments and the like of a made-up export, from its headers to forms and lists."""

from __future__ import annotations

import pytest

import workbench as wb
from commune_export import write_commune_export
from workbench.cli import main
from workbench.ingest import inspect
from workbench.ingest.fields import SERVICE_FIELDS

PERIOD = "2026-H1"


@pytest.fixture(scope="module")
def book(tmp_path_factory, reference_dir):
    folder = tmp_path_factory.mktemp("commune")
    export = write_commune_export(folder / "so-ho-so-2026.xlsx")
    draft = folder / "commune.toml"
    draft.write_text(inspect(export, reference_dir).to_toml(), encoding="utf-8")
    out = folder / "out"
    assert main(["analyse", str(export), "--source", str(draft), "--out", str(out)]) == 0
    return wb.open(out, language="en")


def test_headers_of_what_offices_count_are_known(tmp_path, reference_dir):
    inspection = inspect(write_commune_export(tmp_path / "export.xlsx"), reference_dir)
    roles = {target: one.header for one in inspection.proposals for target in one.targets}
    # the letter stands in two columns of three
    assert set(SERVICE_FIELDS) - set(roles) == {"apology_number"}
    assert roles["is_filed_elsewhere"] == "Phi địa giới"
    assert roles["filing_unit"] == "Nơi nộp hồ sơ"
    assert roles["personal"] == "Họ tên người nộp"


def test_form_07a_counts_apologies_territory_and_payments(book):
    total = book.official().form("07a/BTP", PERIOD).frame.row(-1, named=True)
    assert total["recv_nonterritorial"] == 4
    assert (total["done_late_apology"], total["done_late_no_apology"]) == (2, 3)
    assert (total["open_late_apology"], total["open_late_no_apology"]) == (0, 2)
    assert (total["paid_total"], total["paid_online"], total["paid_direct"]) == (13, 7, 6)


def test_items_of_decision_766_rest_on_the_fields_that_are_there(book):
    items = book.official().index_766(PERIOD).frame
    counts = {row["item_id"]: row for row in items.iter_rows(named=True)}
    for item, parts in {
        "payment_dossiers": (7, 13),
        "digitised_intake": (36, 54),
        "electronic_results": (28, 55),
        "satisfaction_reception": (44, 54),
    }.items():
        assert (counts[item]["numerator"], counts[item]["denominator"]) == parts
        assert not counts[item]["reason"]
    handling = counts["satisfaction_handling"]
    assert (handling["less_numerator"], handling["less_denominator"]) == (1, 54)
    late_share = 1 - counts["progress"]["value"]
    assert handling["value"] == pytest.approx(1 - late_share - 1 / 54)


def test_late_dossiers_without_an_apology_are_listed_by_code(book):
    answer = book.late_without_apology(PERIOD)
    assert "7 dossiers late or overdue" in answer.claims[0].text
    assert "5 without an apology, 2 with one, 0 not recorded" in answer.claims[0].text
    numbers = {
        code[-4:] for code in answer.frame.filter(~answer.frame["has_apology"])["dossier_id"]
    }
    assert numbers == {"0011", "0031", "0051", "0058", "0059"}
    assert answer.claims[0].text == book.late_list(PERIOD).claims[1].text
    page = (book.home / "briefing.html").read_text(encoding="utf-8")
    assert "5 hồ sơ chưa có thư xin lỗi, 2 hồ sơ đã có" in page


def test_due_dates_moved_by_a_day_off_announced_late_are_listed_with_old_new_and_why(book, capsys):
    # eight working days from Monday 22 December: 2 January, until 25 December gave that day off
    moved = book.moved_due_dates().frame
    assert {code[-4:] for code in moved["dossier_id"]} == {"0000", "0001", "0002"}
    assert {str(day) for day in moved["due_before_at"].dt.date()} == {"2026-01-02"}
    assert {str(day) for day in moved["due_after_at"].dt.date()} == {"2026-01-05"}
    assert main(["calendar", "moved", "--data", str(book.home), "--lang", "en"]) == 0
    printed = capsys.readouterr().out
    assert "Announced on 25/12/2025: 02/01/2026 off (New Year); 10/01/2026 worked" in printed
    assert "changed for 3 dossiers received before and not ended" in printed
    assert printed.count("17:00 05/01/2026") == 3
