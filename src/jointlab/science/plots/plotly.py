"""A plot description as a Plotly figure (plain JSON types), for zooming and export. Needs no plotly to be installed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from jointlab.science.plots.plot import Axis, Plot, Series

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TEAL, _CINNABAR, _INK, _SOFT, _GRID = "#0a7884", "#b5402a", "#1c2426", "#566164", "#ece9e1"
_DASH = ("solid", "dash", "dot")

_SEPARATORS = {"ru": ",\u202f", "kk": ",\u202f", "zh-Hans": ".,"}  # decimal mark, then what parts thousands


def plotly(
    plot: Plot, *, language: str = "en", mark: Literal["a", "n"] = "a", words: Callable[[str], str] = str
) -> dict[str, Any]:
    """``{"data": [...], "layout": {...}}`` as Plotly.js takes it, in a site's colour and shape; absent values are null."""
    return {
        "data": [{**_trace(series, mark), "name": words(series.name)} for series in plot.series],
        "layout": {
            "title": {"text": plot.title},
            "xaxis": _axis(plot.x, language),
            "yaxis": _axis(plot.y, language) | ({"scaleanchor": "x"} if plot.x.equal or plot.y.equal else {}),
            "shapes": [_band(band.low, band.high) for band in plot.bands] + [_tick(tick.at) for tick in plot.ticks],
            "font": {"color": _INK},
            "plot_bgcolor": "rgba(0,0,0,0)",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "separators": _SEPARATORS.get(language, ".\u202f"),
            "showlegend": len(plot.series) > 1,
        },
    }


def _trace(series: Series, mark: str) -> dict[str, Any]:
    colour = _CINNABAR if mark == "n" else _TEAL
    if series.style == "bars":
        bars = {"color": colour}
        return {"type": "bar", "x": _numbers(series.x), "y": _numbers(series.y), "marker": bars}
    symbol = "diamond" if mark == "n" else "circle"
    line = _INK if series.name.startswith("fit") else colour if series.late is None else _between(series.late)
    trace: dict[str, Any] = {
        "type": "scatter",
        "x": _numbers(series.x),
        "y": _numbers(series.y),
        "mode": {"line": "lines", "points": "markers", "line+points": "lines+markers"}[series.style],
        "line": {"color": line, "dash": _DASH[min(series.rank, 2)], "width": 1.6},
        "marker": {"color": colour, "symbol": f"{symbol}-open" if series.rank else symbol, "size": 6},
    }
    if series.uncertainty is not None:
        trace["error_y"] = {"type": "data", "array": _numbers(series.uncertainty), "color": colour}
    return trace


def _between(late: float) -> str:
    """The first curve teal, the last cinnabar, as in the SVG."""
    ends = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in (_TEAL, _CINNABAR)]
    share = min(max(late, 0.0), 1.0)
    return "#" + "".join(f"{round(a + share * (n - a)):02x}" for a, n in zip(*ends, strict=True))


def _numbers(values: "NDArray[np.float64]") -> list[float | None]:
    import numpy as np

    return [float(v) if np.isfinite(v) else None for v in values]


def _axis(axis: Axis, language: str) -> dict[str, Any]:
    return {
        "title": {"text": axis.title(language)},
        "type": "log" if axis.log else "linear",
        "autorange": "reversed" if axis.reverse else True,
        "gridcolor": _GRID,
        "zeroline": False,
    }


def _band(low: float, high: float) -> dict[str, Any]:
    return {"type": "rect", "xref": "x", "yref": "paper", "x0": low, "x1": high, "y0": 0, "y1": 1, "fillcolor": _INK, "opacity": 0.06, "line": {"width": 0}}  # fmt: skip


def _tick(at: float) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 0.03,
        "line": {"color": _SOFT},
    }
