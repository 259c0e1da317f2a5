"""``make lab``: notebooks run and draw their charts with the network cut.

That every notebook runs as it is opened is tested without a browser, in ``tests/notebooks``.
"""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

# compare_units is run in the session of test_lab_session
CHARTED = ("briefing", "causes", "compare_periods")
OFFERED = ".workbench-chart"
ALL_DRAWN = """([offered, drawn]) => {
  const charts = document.querySelectorAll(offered).length;
  return charts > 0 && document.querySelectorAll(drawn).length >= charts;
}"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
CHARTS = ".jp-OutputArea-output :is(svg.marks, canvas.marks)"


def boxes(page) -> list[tuple[float, float]]:
    """Width and height of every chart on the page, each scrolled into view first."""
    found = []
    for chart in page.locator(CHARTS).all():
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        found.append((box["width"], box["height"]))
    return found


@pytest.mark.parametrize("name", CHARTED)
def test_a_notebook_runs_and_draws_its_charts_with_the_network_cut_and_is_saved_as_it_was(
    lab, context, guard, run_all, name, tmp_path
):
    file = lab.root / "notebooks" / f"{name}.ipynb"
    before = file.read_bytes()
    watch = guard((lab.url,))
    page = watch.watch(context)
    assert run_all(page, lab.notebook(name)) == []
    page.wait_for_function(ALL_DRAWN, arg=[OFFERED, CHARTS])
    drawn = boxes(page)
    assert len(drawn) == page.locator(OFFERED).count() > 0
    assert all(width > 200 and height > 80 for width, height in drawn), drawn
    page.screenshot(path=tmp_path / f"{name}.png")

    assert watch.refused == []
    assert watch.errors == []
    assert page.locator(".Toastify__toast").count() == 0, "the lab asks nothing of a newcomer"

    written = file.stat().st_mtime_ns
    page.evaluate(SAVE)
    assert file.stat().st_mtime_ns > written
    assert file.read_bytes() == before


def test_the_lab_writes_nothing_into_the_home_of_its_user(lab):
    home = lab.root.parent / "home"
    assert [p for p in home.rglob("*") if p.is_file()] == []
