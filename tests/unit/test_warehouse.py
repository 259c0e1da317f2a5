"""The warehouse builds what headers say, in their order, and believes no promise unchecked."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workbench.core.errors import InputRejected, RuleFailed
from workbench.warehouse import (
    Model,
    Warehouse,
    last_reads,
    models_for,
    models_of,
    write_frames,
)


@pytest.fixture
def pipelines(tmp_path):
    (tmp_path / "macros").mkdir()
    (tmp_path / "stage").mkdir()
    return tmp_path


def model(pipelines, name, *, reads="", key="id", promises="", audit="", sql="select 1 as id"):
    lines = ["-- grain: one row per thing", f"-- key: {key}", f"-- reads: {reads}"]
    lines.append(f"-- promises: {promises}")
    if audit:
        lines.append(f"-- audit: {audit}")
    text = "\n".join([*lines, "", sql, ""])
    (pipelines / "stage" / f"{name}.sql").write_text(text, encoding="utf-8")


def test_models_build_in_the_order_in_which_they_read_each_other(pipelines):
    model(pipelines, "a_last", reads="z_first, m_middle", sql="select id + 1 as id from m_middle")
    model(pipelines, "m_middle", reads="z_first", sql="select id + 1 as id from z_first")
    model(pipelines, "z_first")
    seen = []
    with Warehouse(pipelines) as warehouse:
        assert warehouse.build("stage", seen.append) == ["z_first", "m_middle", "a_last"]
        assert warehouse.frame("a_last")["id"].to_list() == [3]
    assert seen == ["z_first", "m_middle", "a_last"]


def test_only_what_is_wanted_is_built_and_a_table_is_dropped_after_its_last_read(pipelines):
    model(pipelines, "ground")
    model(pipelines, "between", reads="ground", sql="select id + 1 as id from ground")
    model(pipelines, "asked", reads="between", sql="select id + 1 as id from between")
    model(pipelines, "idle", reads="ground", sql="select id from ground")
    seen = []
    with Warehouse(pipelines) as warehouse:
        built = warehouse.build("stage", seen.append, ["asked", "elsewhere"])
        assert built == seen == ["ground", "between", "asked"]
        assert warehouse.frame("asked")["id"].to_list() == [3]
        for gone in ("ground", "between", "idle"):
            with pytest.raises(InputRejected, match=f"the table «{gone}»"):
                warehouse.frame(gone)


def test_wanted_tables_are_written_where_each_belongs_and_go_after_their_last_reader(
    pipelines, tmp_path
):
    model(pipelines, "ground", sql="select unnest([2, 1]) as id")
    model(pipelines, "summed", reads="ground", sql="select sum(id)::bigint as id from ground")
    folders = {"ground": tmp_path / "one", "summed": tmp_path / "other"}
    for folder in folders.values():
        folder.mkdir()
    with Warehouse(pipelines) as warehouse:
        warehouse.build_and_write("stage", folders)
        for gone in folders:
            with pytest.raises(InputRejected, match=f"the table «{gone}»"):
                warehouse.frame(gone)
    assert pl.read_parquet(tmp_path / "one" / "ground.parquet")["id"].to_list() == [1, 2]
    assert pl.read_parquet(tmp_path / "other" / "summed.parquet")["id"].to_list() == [3]


def test_an_audit_runs_whether_or_not_it_is_wanted(pipelines):
    model(pipelines, "things")
    columns = "'D1' as dossier_id, '-' as unit_id, '-' as time_zone, '-' as calendar_id"
    model(
        pipelines,
        "offenders",
        key="dossier_id",
        audit="clock.unplaced",
        sql=f"select {columns}",
    )
    with Warehouse(pipelines) as warehouse, pytest.raises(RuleFailed, match="D1"):
        warehouse.build("stage", wanted=["things"])


def test_a_table_goes_after_its_last_reader_and_not_before(pipelines):
    model(pipelines, "ground")
    model(pipelines, "early", reads="ground", sql="select id from ground")
    model(
        pipelines, "late", reads="ground, early", sql="select id from ground join early using(id)"
    )
    models = models_for(models_of(pipelines, "stage"), ["early", "late"])
    assert last_reads(models, ["early", "late"]) == {"ground": [], "early": [], "late": ["ground"]}
    assert last_reads(models, ["ground", "late"]) == {"ground": [], "early": [], "late": ["early"]}


DOSSIERS = ["A1", "A2", "B1", "B2", "C1", "Ế1", "\U0001f600"]


@pytest.fixture
def in_parts(pipelines, tmp_path):
    """A stage in which a norm is learned from all dossiers and each dossier is compared with it."""
    folder = tmp_path / "clean"
    folder.mkdir()
    days = [3, 1, 4, 1, 5, 9, 2]
    pl.DataFrame({"dossier_id": DOSSIERS, "days": days}).write_parquet(folder / "dossiers.parquet")
    model(
        pipelines,
        "spans",
        reads="dossiers",
        key="dossier_no",
        promises="days > 0",
        sql="select row_number() over (order by dossier_id) "
        "+ coalesce(getvariable('dossiers_before'), 0) as dossier_no, * from dossiers",
    )
    model(
        pipelines,
        "sums",
        reads="spans",
        key="days",
        sql="-- parts: added up\nselect days, count(*) as n from spans group by days",
    )
    model(
        pipelines,
        "norm",
        reads="sums",
        key="norm",
        sql="select (sum(days * n) // sum(n))::bigint as norm from sums",
    )
    model(
        pipelines,
        "judged",
        reads="spans, norm",
        key="dossier_id",
        sql="select dossier_id, dossier_no, days > norm as is_slow from spans, norm "
        "order by days desc",
    )
    for name in ("sums",):
        path = pipelines / "stage" / f"{name}.sql"
        text = path.read_text(encoding="utf-8").replace("\n\n-- parts", "\n-- parts")
        path.write_text(text, encoding="utf-8")
    return folder


WANTED = ["judged", "norm", "spans"]


@pytest.mark.parametrize("part", [1, 2, 3, 100])
def test_a_stage_built_in_parts_gives_the_tables_of_one_built_at_once(
    pipelines, in_parts, tmp_path, part
):
    with Warehouse(pipelines) as warehouse:
        warehouse.attach(in_parts)
        warehouse.build("stage", wanted=WANTED)
        warehouse.write(WANTED, tmp_path / "whole")
    for threads in (1, 3):
        out = tmp_path / f"parts{threads}"
        with Warehouse(pipelines, threads=threads) as warehouse:
            warehouse.attach(in_parts)
            warehouse.build_partitioned("stage", WANTED, out, part=part)
        assert sorted(path.stem for path in out.iterdir()) == WANTED
        for name in WANTED:
            made = pl.read_parquet(out / f"{name}.parquet")
            whole = pl.read_parquet(tmp_path / "whole" / f"{name}.parquet")
            assert_frame_equal(made, whole)
    assert whole["dossier_id"].to_list() == DOSSIERS


def test_parts_give_the_same_bytes_on_any_number_of_threads(pipelines, in_parts, tmp_path):
    files = []
    for threads in (1, 2, 4):
        with Warehouse(pipelines, threads=threads) as warehouse:
            warehouse.attach(in_parts)
            warehouse.build_partitioned("stage", WANTED, tmp_path / f"o{threads}", part=2)
        files.append([(tmp_path / f"o{threads}" / f"{n}.parquet").read_bytes() for n in WANTED])
    assert files[0] == files[1] == files[2]


def test_a_promise_broken_in_a_later_part_stops_the_stage_and_leaves_the_folder(
    pipelines, in_parts, tmp_path
):
    text = (pipelines / "stage" / "spans.sql").read_text(encoding="utf-8")
    text = text.replace("days > 0", "days < 9")
    (pipelines / "stage" / "spans.sql").write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    with Warehouse(pipelines) as warehouse:
        warehouse.attach(in_parts)
        with pytest.raises(RuleFailed, match=r"dossier Ế1.*\(days = 9\).*«days < 9»"):
            warehouse.build_partitioned("stage", WANTED, out, part=2)
    assert not out.exists()


def test_a_key_that_repeats_within_a_dossier_stops_a_stage_in_parts(pipelines, in_parts, tmp_path):
    text = (pipelines / "stage" / "judged.sql").read_text(encoding="utf-8")
    text = text.replace("from spans, norm", "from spans, norm, range(2)")
    (pipelines / "stage" / "judged.sql").write_text(text, encoding="utf-8")
    with Warehouse(pipelines) as warehouse:
        warehouse.attach(in_parts)
        with pytest.raises(RuleFailed, match=r"dossier A1 is counted 2 times.*key dossier_id"):
            warehouse.build_partitioned("stage", WANTED, tmp_path / "out", part=2)


def test_an_audit_counts_the_offenders_of_every_part(pipelines, in_parts, tmp_path):
    columns = "'-' as unit_id, '-' as time_zone, '-' as calendar_id"
    model(
        pipelines,
        "offenders",
        reads="spans",
        key="dossier_id",
        audit="clock.unplaced",
        sql=f"select dossier_id, {columns} from spans where days < 3",
    )
    with Warehouse(pipelines) as warehouse:
        warehouse.attach(in_parts)
        with pytest.raises(RuleFailed, match=r"A2(.|\n)*3 "):
            warehouse.build_partitioned("stage", WANTED, tmp_path / "out", part=2)


def test_a_model_that_needs_all_dossiers_at_once_is_refused_in_parts(pipelines, in_parts, tmp_path):
    model(pipelines, "longest", reads="spans", sql="select max(days) as id from spans")
    with Warehouse(pipelines) as warehouse:
        warehouse.attach(in_parts)
        with pytest.raises(InputRejected, match="longest needs all dossiers at once"):
            warehouse.build_partitioned("stage", [*WANTED, "longest"], tmp_path / "out", part=2)


def test_a_header_may_run_over_lines_and_be_followed_by_prose(pipelines):
    path = pipelines / "stage" / "long.sql"
    path.write_text(
        "-- grain: one row\n-- key: a,\n--   b\n-- reads: x\n-- promises: a > 0;\n--   b > 0\n"
        "-- Prose that explains.\n\nselect 1 as a, 2 as b\n",
        encoding="utf-8",
    )
    read = Model.read(path)
    assert (read.key, read.promises) == (("a", "b"), ("a > 0", "b > 0"))


def test_a_model_without_a_header_line_is_refused(pipelines):
    (pipelines / "stage" / "bare.sql").write_text("-- grain: x\nselect 1", encoding="utf-8")
    with pytest.raises(InputRejected, match=r"bare\.sql lacks the header line: key, reads, prom"):
        models_of(pipelines, "stage")


@pytest.mark.parametrize("rows", ["(1), (1)", "(1), (null)"])
def test_a_key_that_repeats_or_is_missing_stops_the_build(pipelines, rows):
    model(pipelines, "things", sql=f"select id from (values {rows}) as v (id)")
    with (
        Warehouse(pipelines) as warehouse,
        pytest.raises(RuleFailed, match=r"instead of once.*table things, key id"),
    ):
        warehouse.build("stage")


@pytest.mark.parametrize(("few", "at_a_time"), [(0, 1), (0, 2), (0, 100), (9, 2), (100, 100)])
def test_a_key_of_several_columns_is_compared_whole_however_many_at_a_time(
    pipelines, monkeypatch, few, at_a_time
):
    monkeypatch.setattr("workbench.warehouse.checks.FEW", few)
    monkeypatch.setattr("workbench.warehouse.checks.HASHES", at_a_time)
    pairs = "select n // 3 as a, 'x' || n % 3 as b from range(9) as numbers(n)"
    model(pipelines, "apart", key="a, b", sql=pairs)
    with Warehouse(pipelines) as warehouse:
        warehouse.build("stage")
    model(pipelines, "apart", key="a, b", sql=f"{pairs} union all select 1, 'x2'")
    with (
        Warehouse(pipelines) as warehouse,
        pytest.raises(RuleFailed, match=r"a = 1, b = x2 is counted 2 times"),
    ):
        warehouse.build("stage")


def test_a_broken_promise_stops_the_build_and_shows_a_row(pipelines):
    model(pipelines, "things", promises="id > 0; id < 2", sql="select * from range(1, 3) as t (id)")
    with (
        Warehouse(pipelines) as warehouse,
        pytest.raises(RuleFailed, match=r"figures of id = 2 .*\(id = 2\); 1 cases.*«id < 2»"),
    ):
        warehouse.build("stage")


def test_a_missing_value_breaks_a_promise_unless_the_promise_allows_it(pipelines):
    model(pipelines, "things", promises="x > 0", sql="select 1 as id, null::int as x")
    with Warehouse(pipelines) as warehouse, pytest.raises(RuleFailed, match=r"\(x = -\)"):
        warehouse.build("stage")
    model(pipelines, "things", promises="x is null or x > 0", sql="select 1 as id, null::int as x")
    with Warehouse(pipelines) as warehouse:
        assert warehouse.build("stage") == ["things"]


def test_an_audit_is_made_wherever_all_that_it_reads_is_made(pipelines):
    model(pipelines, "ground")
    model(pipelines, "other")
    model(pipelines, "offenders", reads="ground", key="dossier_id", audit="clock.unplaced")
    assert [m.name for m in models_for(models_of(pipelines, "stage"), ["other"])] == ["other"]
    made = models_for(models_of(pipelines, "stage"), ["ground", "other"])
    assert [m.name for m in made] == ["ground", "offenders", "other"]


def test_an_audit_that_finds_rows_stops_with_its_own_sentence(pipelines):
    model(
        pipelines,
        "offenders",
        audit="clock.unplaced",
        sql="select 'D1' as id, 'D1' as dossier_id, '-' as unit_id, 'UTC' as time_zone, "
        "'c' as calendar_id",
    )
    with (
        Warehouse(pipelines) as warehouse,
        pytest.raises(RuleFailed, match=r"No clock can run for dossier D1.*1 dossiers"),
    ):
        warehouse.build("stage")


def test_a_table_that_is_nowhere_is_named_with_who_reads_it(pipelines, tmp_path):
    model(pipelines, "things", reads="ghosts", sql="select * from ghosts")
    with Warehouse(pipelines) as warehouse:
        warehouse.attach(tmp_path)
        with pytest.raises(InputRejected, match="things reads the table «ghosts»"):
            warehouse.build("stage")


def test_reference_rows_are_text_and_parquet_keeps_its_types(pipelines, tmp_path):
    (tmp_path / "codes.csv").write_text("code,name\n007,An Hòa\n,x\n", encoding="utf-8")
    pl.DataFrame({"n": [1]}).write_parquet(tmp_path / "numbers.parquet")
    with Warehouse(pipelines) as warehouse:
        warehouse.attach(tmp_path)
        assert warehouse.frame("codes").rows() == [("007", "An Hòa"), (None, "x")]
        assert warehouse.frame("numbers").schema == {"n": pl.Int64}


def test_written_bytes_do_not_depend_on_threads_or_on_the_order_of_rows(pipelines, tmp_path):
    sql = "select (i * 7919) % 300007 as id, i % 13 as x from range(300000) as t (i)"
    model(pipelines, "things", sql=sql)
    files = []
    for threads in (1, 2, 4):
        with Warehouse(pipelines, threads=threads) as warehouse:
            warehouse.build("stage")
            warehouse.write(["things"], tmp_path / f"out{threads}")
        files.append((tmp_path / f"out{threads}" / "things.parquet").read_bytes())
    assert files[0] == files[1] == files[2]
    assert pl.read_parquet(tmp_path / "out1" / "things.parquet")["id"].is_sorted()


def test_a_failing_write_leaves_the_folder_as_it_was(pipelines, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "kept.txt").write_text("before", encoding="utf-8")
    with Warehouse(pipelines) as warehouse, pytest.raises(Exception, match="nothing_here"):
        warehouse.write(["nothing_here"], out)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(("out", "."))] == ["out"]
    assert (out / "kept.txt").read_text(encoding="utf-8") == "before"


def test_variables_reach_the_models(pipelines):
    model(pipelines, "things", sql="select getvariable('limit_day') as id")
    with Warehouse(pipelines) as warehouse:
        warehouse.set("limit_day", "2022-06-30")
        warehouse.build("stage")
        assert warehouse.frame("things")["id"].to_list() == ["2022-06-30"]


def test_a_question_is_answered_without_being_built(pipelines):
    model(pipelines, "asked", reads="numbers", key="n", sql="select max(n) as n from numbers")
    with Warehouse(pipelines) as warehouse:
        warehouse.add_frame("numbers", pl.DataFrame({"n": [3, 5]}))
        assert warehouse.query("stage/asked")["n"].to_list() == [5]


def test_some_columns_of_a_table_come_in_the_order_of_its_key(pipelines):
    query = "select * from (values ('b', 2, true), ('a', 1, true), ('a', 3, false)) t(kind, id, x)"
    model(pipelines, "things", sql=query)
    with Warehouse(pipelines) as warehouse:
        warehouse.build("stage")
        assert warehouse.frame("things", ("x", "id")).rows() == [(True, 1), (True, 2), (False, 3)]


def test_frames_written_one_under_the_other_read_as_one_table(pipelines, tmp_path):
    parts = [pl.DataFrame({"name": ["a", None], "n": [1, 2]}), pl.DataFrame({"name": [], "n": []})]
    parts[1] = parts[1].cast({"name": pl.String, "n": pl.Int64})
    parts.append(pl.DataFrame({"name": ["c"], "n": [3]}))
    with Warehouse(pipelines) as warehouse:
        warehouse.add_frame("whole", pl.concat(parts))
        warehouse.write_table("whole", tmp_path / "whole.parquet")
        write_frames(parts, tmp_path / "parts.parquet")
    whole, parted = (pl.read_parquet(tmp_path / f"{name}.parquet") for name in ("whole", "parts"))
    assert_frame_equal(parted, whole)
