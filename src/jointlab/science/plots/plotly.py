"""A plot description as a Plotly figure (plain JSON types), for zooming and export. Needs no plotly to be installed."""

from typing import TYPE_CHECKING, Any

from jointlab.science.plots.plot import Axis, Plot, Series

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TEAL, _INK, _SOFT, _GRID = "#0a7884", "#1c2426", "#566164", "#ece9e1"
_DASH = ("solid", "dash", "dot")


def plotly(plot: Plot, *, language: str = "en") -> dict[str, Any]:
    """``{"data": [...], "layout": {...}}`` as Plotly.js takes it; absent values are null."""
    return {
        "data": [_trace(series) for series in plot.series],
        "layout": {
            "title": {"text": plot.title},
            "xaxis": _axis(plot.x, language),
            "yaxis": _axis(plot.y, language) | ({"scaleanchor": "x"} if plot.x.equal or plot.y.equal else {}),
            "shapes": [_band(band.low, band.high) for band in plot.bands] + [_tick(tick.at) for tick in plot.ticks],
            "font": {"color": _INK},
            "plot_bgcolor": "rgba(0,0,0,0)",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "showlegend": len(plot.series) > 1,
        },
    }


def _trace(series: Series) -> dict[str, Any]:
    if series.style == "bars":
        return {"type": "bar", "name": series.name, "x": _numbers(series.x), "y": _numbers(series.y)}
    open_mark = "circle-open" if series.rank else "circle"
    trace: dict[str, Any] = {
        "type": "scatter",
        "name": series.name,
        "x": _numbers(series.x),
        "y": _numbers(series.y),
        "mode": {"line": "lines", "points": "markers", "line+points": "lines+markers"}[series.style],
        "line": {"color": _TEAL, "dash": _DASH[min(series.rank, 2)], "width": 1.6},
        "marker": {"color": _TEAL, "symbol": open_mark, "size": 6},
    }
    if series.uncertainty is not None:
        trace["error_y"] = {"type": "data", "array": _numbers(series.uncertainty), "color": _TEAL}
    return trace


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
