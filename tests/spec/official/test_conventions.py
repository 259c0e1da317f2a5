"""From which day to which a labelled period counts, under each convention in use."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from workbench.core.errors import InputRejected, UsageProblem
from workbench.official import Conventions

EXAMPLES = [
    ("calendar", "2022-H1", "01/01/2022", "30/06/2022"),
    ("calendar", "2022-02", "01/02/2022", "28/02/2022"),
    ("nd09_2019", "2022-Q1", "15/12/2021", "14/03/2022"),
    ("nd09_2019", "2022-Q2", "15/03/2022", "14/06/2022"),
    ("nd09_2019", "2022-H1", "15/12/2021", "14/06/2022"),
    ("nd09_2019", "2022", "15/12/2021", "14/12/2022"),
    ("lam_dong_2020", "2020-Q1", "01/12/2019", "29/02/2020"),
    ("vinh_phuc_2021", "2021-08", "21/07/2021", "20/08/2021"),
]


@pytest.fixture(scope="module")
def conventions(reference_dir) -> Conventions:
    return Conventions.read(reference_dir)


@pytest.mark.parametrize(("convention", "period", "first", "last"), EXAMPLES)
def test_a_period_covers_the_days_its_reports_print(conventions, convention, period, first, last):
    span = conventions.span(period, convention)
    assert f"{span.starts_on:%d/%m/%Y}-{span.ends_on:%d/%m/%Y}" == f"{first}-{last}"


def test_periods_of_a_convention_follow_each_other_without_gap_or_overlap(
    conventions, spans_between
):
    first, last = dt.date(2019, 1, 1), dt.date(2024, 12, 31)
    for convention in conventions.rows:
        days = spans_between(convention, first, last)
        for before, after in itertools.pairwise(days):
            assert after.starts_on - before.ends_on == dt.timedelta(days=1)
        assert days[0].starts_on <= first
        assert days[-1].ends_on >= last


def test_a_day_lies_in_one_period_of_each_convention_and_kind(conventions, spans_between):
    day = dt.date(2022, 6, 21)
    by_convention = {(c.name, c.kind): spans_between(c, day, day) for c in conventions.rows}
    assert [span.period for span in by_convention["vinh_phuc_2021", "month"]] == ["2022-07"]
    assert all(len(spans) == 1 for spans in by_convention.values())


def test_a_convention_without_such_periods_is_refused_by_name(conventions):
    with pytest.raises(UsageProblem, match=r"vinh_phuc_2021 \(month\)"):
        conventions.span("2022-Q1", "vinh_phuc_2021")


def test_a_row_that_cannot_be_read_names_itself(tmp_path):
    head = "convention,title_vi,title_en,period_kind,first_month,first_day,source,verified\n"
    for row in ("x,X,X,week,same,1,s,no", "x,X,X,month,after,1,s,no", "x,X,X,month,same,31,s,no"):
        (tmp_path / "report_conventions.csv").write_text(f"{head}{row}\n", encoding="utf-8")
        with pytest.raises(InputRejected, match="row 2"):
            Conventions.read(tmp_path)
