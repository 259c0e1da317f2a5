"""What is chosen in one answer is asked of all that share it, and what is written says so."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
import vl_convert

from workbench.answers import Book
from workbench.charts import chart_script, live_spec
from workbench.core.environment import LAB_HOME
from workbench.lab import scripts
from workbench.lab.choices import fields_of, period_around, periods
from workbench.lab.live import LiveNotebook
from workbench.lab.tables import live_frame
from workbench.messages import use_language


@pytest.fixture
def notebook() -> LiveNotebook:
    """A notebook whose parameters cell names a period and all units."""
    cell = {"metadata": {}, "content": {"code": "book.a(period, unit=unit)"}}
    kernel = SimpleNamespace(get_parent=lambda _: cell)
    return LiveNotebook(SimpleNamespace(user_ns={"period": "2022-H1", "unit": "*"}, kernel=kernel))


def answers(notebook: LiveNotebook) -> dict[str, Any]:
    return {name: live for (_, name), live in notebook._answers.items()}


def test_a_choice_is_asked_of_every_answer_with_the_same_value_and_of_no_other(
    notebook: LiveNotebook, small_book: Book
) -> None:
    notebook.show(small_book.compare_units("2022-H1"))
    notebook.show(small_book.reality("2022-H1"))
    notebook.show(small_book.late_list("2021-H1"))
    shown = answers(notebook)
    notebook.choose(shown["compare_units"], "period", "2021-H2")
    periods_now = {name: live.asking.scope["period"] for name, live in shown.items()}
    assert periods_now == {"compare_units": "2021-H2", "reality": "2021-H2", "late_list": "2021-H1"}
    written = shown["compare_units"].picker.write
    assert (written["name"], written["value"]) == ("period", "2021-H2")
    assert notebook._shell.user_ns["period"] == "2021-H2"


def test_a_choice_without_a_parameter_changes_one_answer_and_says_that_it_is_not_kept(
    notebook: LiveNotebook, small_book: Book
) -> None:
    notebook.show(small_book.compare_units("2022-H1", measure="late_done"))
    live = answers(notebook)["compare_units"]
    notebook.choose(live, "measure", "late_or_overdue")
    assert live.asking.scope["measure"] == "late_or_overdue"
    assert live.picker.write == {}
    assert "theo lịch không theo" in live.picker.note


def test_a_unit_that_a_cell_does_not_ask_about_is_not_written_into_the_parameters(
    notebook: LiveNotebook, small_book: Book
) -> None:
    notebook.show(small_book.compare_units("2022-H1"))
    live = answers(notebook)["compare_units"]
    notebook.choose(live, "unit", "SD-VH")
    assert live.asking.scope["unit"] == "SD-VH"
    assert notebook._shell.user_ns["unit"] == "*"
    assert live.picker.write == {}


def test_the_lists_offer_what_the_book_knows_and_show_what_was_asked(small_book: Book) -> None:
    asking = small_book.compare_units("latest").as_asked()
    fields = {field["name"]: field for field in fields_of(asking)}
    assert fields["period"]["value"] == "2022-H1"
    assert {value for value, _ in fields["unit"]["options"]} == {"*", *small_book.units()}
    for name in ("period", "unit", "measure"):
        for value, _ in fields[name]["options"]:
            assert asking.again(**{name: value}).as_asked().scope[name] == value


def test_brushed_months_are_the_shortest_period_that_contains_them(small_book: Book) -> None:
    assert dict(periods(small_book))["2021-Q1"]
    assert period_around(small_book, ["01/2021", "03/2021"]) == "2021-Q1"
    assert period_around(small_book, ["03/2021", "04/2021"]) == "2021-H1"
    assert period_around(small_book, ["02/2021"]) == "2021-02"
    assert period_around(small_book, ["UBND"]) == ""


def test_a_mark_says_its_denominator_and_interval(small_book: Book) -> None:
    with use_language("vi"):
        spec = live_spec(small_book.compare_units("latest").chart(), brushed=False)
    hints = [layer["encoding"].get("tooltip", []) for layer in spec["layer"]]
    titles = {one["title"] for layer_hints in hints for one in layer_hints}
    assert {"Giá trị", "Khoảng tin cậy 95%", "Tử số / mẫu số"} <= titles
    rows = [row for rows in spec["datasets"].values() for row in rows if "interval" in row]
    assert rows
    assert all("," in row["interval"] for row in rows)


def test_charts_and_tables_share_their_scripts_and_kernels_of_a_lab_the_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled: list[str] = []

    def bundle(script: str, **_: str) -> str:
        bundled.append(script)
        return "Vega"

    monkeypatch.setattr(vl_convert, "javascript_bundle", bundle)
    monkeypatch.setenv(LAB_HOME, str(tmp_path))
    for _ in range(2):  # kernels
        scripts.script_of_charts.cache_clear()
        chart_script.cache_clear()
        one, other = scripts.Chart(), scripts.Chart()
        assert one.script is other.script
        assert one.script.code == "Vega"
    assert len(bundled) == 1
    one, other = (live_frame(pl.DataFrame({"n": [n]})) for n in range(2))
    assert one.script is other.script
    assert "DataTables" in one.script.code
    assert one._css == ""
