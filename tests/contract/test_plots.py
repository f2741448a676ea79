"""Every plot of the demonstration's files: drawn as whole SVG and as plain Plotly JSON, axes with names and units."""

import json
import re
from collections.abc import Iterator

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.demonstration.laboratory import FILES
from jointlab.science.door import read_source
from jointlab.science.plots.plot import Axis, Plot, Series
from jointlab.science.plots.plotly import plotly
from jointlab.science.plots.svg import svg
from jointlab.science.source import Source
from jointlab.science.xmltree import parse_xml


def plots() -> Iterator[tuple[str, Plot]]:
    for entry in FILES:
        try:
            file = read_source(Source(entry.path, entry.make()), entry.settings)
        except BadInput:
            continue
        for technique, analysis in file.analyses:
            for plot in analysis.plots:
                yield f"{entry.path}: {technique.name}: {plot.name}", plot


PLOTS = dict(plots())


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_says_what_it_shows(name: str) -> None:
    plot = PLOTS[name]
    assert plot.title
    assert plot.series
    for axis in (plot.x, plot.y):
        for language in ("en", "ru", "kk", "zh-Hans"):
            assert re.search(r".+ \(.+\)$", axis.title(language)), "a name and its unit in brackets"


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_drawn_whole(name: str) -> None:
    drawn = svg(PLOTS[name])
    root = parse_xml(drawn.encode(), part=name)
    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert "nan" not in re.sub(r"<text[^>]*>[^<]*</text>|aria-label=\"[^\"]*\"|<title>[^<]*</title>", "", drawn)
    assert len(drawn) < 400_000
    assert " style=" not in drawn, "pages allow no inline style"
    assert 'class="plot n"' in svg(PLOTS[name], mark="n")


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_plain_json_for_plotly(name: str) -> None:
    figure = json.loads(json.dumps(plotly(PLOTS[name]), allow_nan=False))
    assert len(figure["data"]) == len(PLOTS[name].series)
    assert figure["layout"]["xaxis"]["title"]["text"].endswith(")")


def test_axes_speak_the_readers_language() -> None:
    x, y = Axis(label="Voltage", unit="V"), Axis("specific_discharge_capacity")
    plot = Plot("p", "P", x, y, (Series("s", np.array([0.0, 0.5, 1.0]), np.array([1.0, 2.0, 3.0])),))
    drawn = {language: svg(plot, language=language) for language in ("en", "ru", "kk", "zh-Hans")}
    assert "(mAh g⁻¹)" in drawn["en"] and "(mAh g⁻¹)" in drawn["zh-Hans"]
    assert "(мА·ч/г)" in drawn["ru"] and "(мА·сағ/г)" in drawn["kk"]
    assert ">0.4</text>" not in drawn["ru"] and ">0,4</text>" in drawn["ru"] and ">0.4</text>" in drawn["en"]
    assert plotly(plot, language="kk")["layout"]["separators"][0] == ","
