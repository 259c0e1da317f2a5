"""Every picture of the workbench, in one quiet style that prints, reads and draws offline.

Altair is imported nowhere else. Charts take rows that are already computed and worded; they
refuse to do statistics.
"""

from workbench.charts.durations import Bar, Pair, bars, paired_bars, shares
from workbench.charts.intervals import Dot, Scale, Standing, course, dots
from workbench.charts.limits import FunnelPoint, Point, control, funnel
from workbench.charts.live import chart_script, live_spec
from workbench.charts.narrow import narrow_svg
from workbench.charts.ranges import Range, ranges
from workbench.charts.style import FONTS, LAB_MIME, Figure, draw, png_of, svg_of, unchecked_charts

__all__ = [
    "FONTS",
    "LAB_MIME",
    "Bar",
    "Dot",
    "Figure",
    "FunnelPoint",
    "Pair",
    "Point",
    "Range",
    "Scale",
    "Standing",
    "bars",
    "chart_script",
    "control",
    "course",
    "dots",
    "draw",
    "funnel",
    "live_spec",
    "narrow_svg",
    "paired_bars",
    "png_of",
    "ranges",
    "shares",
    "svg_of",
    "unchecked_charts",
]
