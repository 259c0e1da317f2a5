"""A page for ``dvc plots diff`` that draws with the network cut.

DVC's own page loads Vega from public servers. This one carries Vega inside; it is made on each
machine (0.9 MB that no one reviews) and ``.dvc/config`` points to it.
"""

from __future__ import annotations

from pathlib import Path

import vl_convert

from workbench.core.project import Project

_VEGA_LITE = "5.21"
"""DVC's templates are written in Vega-Lite 5."""

# DVC calls vegaEmbed from scripts that run while the page is read: a module would come too late,
# and without a function around it the bundle's own names would clash with DVC's. Drawn as SVG,
# a plot prints sharp.
_PAGE = """\
<!doctype html>
<html>
<head>
<meta charset="utf-8">
{{refresh_tag}}
<title>dvc plots</title>
<script>(function(){{
{bundle}
const draw = window.vegaEmbed;
window.vegaEmbed = (place, plot) => draw(place, plot, {{renderer: "svg"}});
}})();</script>
<style>body {{ font-family: "Noto Sans", "Segoe UI", Arial, sans-serif; margin: 2rem; }}</style>
</head>
<body>
{{plot_divs}}
</body>
</html>
"""


def write_plots_page(project: Project) -> Path:
    """Write ``.dvc/plots/page.html`` and return it; the same version gives the same bytes."""
    page = project.root / ".dvc" / "plots" / "page.html"
    bundle = vl_convert.javascript_bundle(vl_version=_VEGA_LITE)  # type: ignore[call-arg]
    bundle = bundle.replace("</script", "<\\/script")
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(_PAGE.format(bundle=bundle), encoding="utf-8", newline="\n")
    return page
