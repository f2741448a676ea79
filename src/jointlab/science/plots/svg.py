"""A plot description as inline SVG: complete at first paint, for pages, reports and notebooks, without scripts.

The y label stands horizontally above its axis, the x label at the right below; few ticks, a horizontal grid, no frame.
Colours are CSS variables with the product's own values as fallback, so a page's theme decides.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

from jointlab.science.plots.plot import Plot, Series
from jointlab.science.plots.scale import Scale, marked, scale, tick_label

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDTH, HEIGHT = 660, 330
_MARGIN_LEFT, _MARGIN_TOP, _MARGIN_RIGHT, _MARGIN_BOTTOM = 64, 30, 16, 48
_INSET = 0.34  # of the plot's width and height
_BAND_LABEL = 34  # pixels that the words of a shaded range take
_SIGNAL = 1e-4  # of the values: smaller spans of y are widened
_MOST_TITLED = 200  # points that carry a title of their own
_MOST_MARKED = 1500  # beyond, points melt into a line

STYLE = """
.plot{width:100%;height:auto;font:12px var(--font,system-ui,"Noto Sans",sans-serif);font-variant-numeric:tabular-nums}
.plot .grid{stroke:var(--gridline,#ece9e1)}.plot .axis{stroke:var(--edge,#858d8d)}
.plot text{fill:var(--soft,#566164)}.plot .dir{fill:var(--ink,#1c2426)}.plot .rng{fill:var(--ink,#1c2426);opacity:.06}
.plot .ser{fill:none;stroke:var(--a,#0a7884);stroke-width:1.6;stroke-linejoin:round}
.plot .k1{stroke-dasharray:6 3}.plot .k2{stroke-dasharray:2 3}
.plot .pt{fill:var(--a,#0a7884);stroke:var(--a,#0a7884);stroke-width:1.2}.plot .pt.k1,.plot .pt.k2{fill:var(--card,#fff)}
.plot .pt.k1,.plot .pt.k2{stroke-dasharray:none}.plot .eb{stroke:var(--a,#0a7884);stroke-width:1}
.plot.n .ser,.plot.n .eb{stroke:var(--n,#b5402a)}.plot.n .pt{stroke:var(--n,#b5402a);fill:var(--n,#b5402a)}
.plot.n .pt.k1,.plot.n .pt.k2{fill:var(--card,#fff)}.plot.n .ser.fit{stroke:var(--ink,#1c2426)}
.plot .panel{fill:var(--card,#fff);stroke:var(--line,#e3e1da)}
.plot .halo{paint-order:stroke;stroke:var(--card,#fff);stroke-width:3px}
.plot .ref{stroke:var(--soft,#566164)}.plot .fit{stroke:var(--ink,#1c2426);stroke-width:1}
""" + "".join(
    f".plot .ser.l{n}{{stroke:color-mix(in oklab,var(--n,#b5402a) {10 * n}%,var(--a,#0a7884))}}\n" for n in range(11)
)  # curves told apart by colour, the first to the last; as classes, for pages that allow no inline style

Mark = Literal["a", "n"]  # of a site: teal circle, cinnabar diamond
_DIAMOND = 4.1  # pixels from the middle to a corner


@dataclass(frozen=True)
class _Frame:
    """Where a plot is drawn: its two scales (x to the right, y upwards)."""

    x: Scale
    y: Scale

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Pixels from the upper left corner of the drawing area."""
        return self.x.place(x), self.y.length - self.y.place(y)


Words = Callable[[str], str]  # the name of a curve in the reader's language


def svg(
    plot: Plot, *, language: str = "en", width: int = WIDTH, height: int = HEIGHT, mark: Mark = "a", words: Words = str
) -> str:
    """The whole plot as one ``<svg>`` element that scales with its container, in the colour and shape of a site."""
    box = (-_MARGIN_LEFT, -_MARGIN_TOP, width + _MARGIN_LEFT + _MARGIN_RIGHT, height + _MARGIN_TOP + _MARGIN_BOTTOM)
    label = escape(plot.description or plot.title, quote=True)
    frame = _frame(plot, width, height, most=7)
    inner = _draw(plot, frame, language, mark, words) + _inset(plot, frame, language, mark, words)
    view = " ".join(f"{v:g}" for v in box)
    style = "plot n" if mark == "n" else "plot"
    return f'<svg class="{style}" role="img" aria-label="{label}" viewBox="{view}">{inner}</svg>'


def standalone(plot: Plot, *, language: str = "en") -> str:
    """The same picture as a file of its own: with a name space, its style and a white ground."""
    drawn = svg(plot, language=language)
    head, _, rest = drawn.partition(">")
    ground = '<rect x="-100%" y="-100%" width="300%" height="300%" fill="#fff"/>'
    head = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    return f"{head}><style>{STYLE}</style>{ground}{rest}\n"


def _draw(plot: Plot, frame: _Frame, language: str, mark: Mark, words: Words) -> str:
    parts = [_axes(frame, plot, language), _bands(frame, plot, language)]
    parts += [_series(frame, series, mark) for series in plot.series]
    return "".join([*parts, _ticks(frame, plot), _legend(frame, plot, mark, words)])


def _inset(plot: Plot, frame: _Frame, language: str, mark: Mark, words: Words) -> str:
    """A smaller plot where the curves leave room for it."""
    if plot.inset is None:
        return ""
    width, height = frame.x.length * _INSET, frame.y.length * _INSET
    left, top = _inset_corner(plot, frame)
    panel = f'<rect x="-52" y="-28" width="{width + 70:.0f}" height="{height + 76:.0f}" rx="6" class="panel"/>'
    inner = _draw(plot.inset, _frame(plot.inset, width, height, most=4), language, mark, words)
    return f'<g transform="translate({left:.0f},{top:.0f})">{panel}{inner}</g>'


def _inset_corner(plot: Plot, frame: _Frame) -> tuple[float, float]:
    """Where the inset's drawing area begins: the place that hides the least of curves and shaded ranges."""
    width, height = frame.x.length * _INSET + 70, frame.y.length * _INSET + 76
    curves = [_along(frame, series) for series in plot.series]
    places = [
        (x, y) for y in range(2, int(frame.y.length - height), 12) for x in range(4, int(frame.x.length - width), 16)
    ]

    def hidden(place: tuple[float, float]) -> tuple[float, float, float]:
        left, top = place
        points = sum(int(((x > left) & (x < left + width) & (y > top) & (y < top + height)).sum()) for x, y in curves)
        bands = sum(frame.x.place(b.low) < left + width and frame.x.place(b.high) > left for b in plot.bands)
        return points, bands * (2 if top < _BAND_LABEL else 1), top

    left, top = min(places, key=hidden) if places else (60, 30)
    return left + 52.0, top + 28.0


def _along(frame: _Frame, series: Series) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Many points along a curve, in pixels, for asking what lies where."""
    import numpy as np

    x, y = _places(frame.x, series.x), frame.y.length - _places(frame.y, series.y)
    seen = np.isfinite(x) & np.isfinite(y)
    x, y = x[seen], y[seen]
    at = np.linspace(0, max(len(x) - 1, 0), 600)
    steps = np.arange(len(x))
    return (np.interp(at, steps, x), np.interp(at, steps, y)) if len(x) else (x, y)


def _frame(plot: Plot, width: float, height: float, *, most: int) -> _Frame:
    xs = [v for s in plot.series for v in _span(s.x)] + [edge for band in plot.bands for edge in (band.low, band.high)]
    ys = [v for s in plot.series for v in _span(s.y, s.uncertainty)]
    bars = any(s.style == "bars" for s in plot.series)
    x = scale(xs, length=width, log=plot.x.log, reverse=plot.x.reverse, most=most + 1, tight=not (bars or plot.x.equal))
    ys += [0.0] if bars and not plot.y.log else []
    ys += _room(ys) if not plot.y.log else []
    y = scale(ys, length=height, log=plot.y.log, reverse=plot.y.reverse, most=most - 1)
    return _equal(x, y) if plot.x.equal or plot.y.equal else _Frame(x, y)


def _room(ys: list[float]) -> list[float]:
    """Values beside nearly equal ones, so that rounding is not drawn as a signal."""
    finite = [v for v in ys if math.isfinite(v)]
    if not finite or max(finite) - min(finite) >= _SIGNAL * max(map(abs, finite)):
        return []
    half = _SIGNAL * max(map(abs, finite))
    return [min(finite) - half, max(finite) + half]


def _equal(x: Scale, y: Scale) -> _Frame:
    """Both axes with one unit of equal length; the one with room to spare is widened."""
    unit = max((x.high - x.low) / x.length, (y.high - y.low) / y.length)
    return _Frame(_widened(x, unit), _widened(y, unit))


def _widened(axis: Scale, unit: float) -> Scale:
    high = axis.low + unit * axis.length
    step = axis.ticks[1] - axis.ticks[0]
    ticks = tuple(axis.low + step * n for n in range(int((high - axis.low) / step + 1e-9) + 1))
    thin = ticks[:: max(1, math.ceil(len(ticks) / 9))]
    return Scale(axis.low, high, axis.length, thin, reverse=axis.reverse)


def _span(values: "NDArray[np.float64]", uncertainty: "NDArray[np.float64] | None" = None) -> list[float]:
    """Least and greatest finite value, error bars included; also the least positive one for log axes."""
    import numpy as np

    finite = values[np.isfinite(values)]
    if not finite.size:
        return []
    found = [float(finite.min()), float(finite.max())]
    positive = finite[finite > 0]
    if positive.size:
        found.append(float(positive.min()))
    if uncertainty is not None:
        ends = np.concatenate([values - uncertainty, values + uncertainty])
        ends = ends[np.isfinite(ends)]
        found += [float(ends.min()), float(ends.max())] if ends.size else []
    return found


def _axes(frame: _Frame, plot: Plot, language: str) -> str:
    width, height = frame.x.length, frame.y.length
    out = []
    for tick in frame.y.ticks:
        y = height - frame.y.place(tick)
        out.append(f'<line class="grid" x1="0" x2="{width:g}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(_text(-8, y + 4, marked(tick_label(tick, frame.y.ticks, log=frame.y.log), language), "tick", "end"))
    out.append(f'<line class="axis" x1="0" x2="{width:g}" y1="{height:g}" y2="{height:g}"/>')
    for tick in frame.x.ticks:
        x = frame.x.place(tick)
        out.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{height:g}" y2="{height + 4:g}"/>')
        label = marked(tick_label(tick, frame.x.ticks, log=frame.x.log), language)
        out.append(_text(x, height + 17, label, "tick", "middle"))
    out.append(_text(width, height + 37, plot.x.title(language) + (" · log" if frame.x.log else ""), "lab x", "end"))
    out.append(_text(-_MARGIN_LEFT + 12, -14, plot.y.title(language) + (" · log" if frame.y.log else ""), "lab"))
    return "".join(out)


def _bands(frame: _Frame, plot: Plot, language: str) -> str:
    out = []
    for band in plot.bands:
        left, right = sorted((frame.x.place(band.low), frame.x.place(band.high)))
        out.append(f'<rect class="rng" x="{left:.1f}" y="0" width="{right - left:.1f}" height="{frame.y.length:g}"/>')
        limits = marked(f"{band.low:.4g} – {band.high:.4g}", language)
        middle = min(max((left + right) / 2, 30), frame.x.length - 30)
        out.append(_text(middle, 12, band.label, "lab", "middle") + _text(middle, 27, limits, "lab", "middle"))
    return "".join(out)


def _series(frame: _Frame, series: Series, mark: Mark) -> str:
    import numpy as np

    x = _places(frame.x, series.x)
    y = frame.y.length - _places(frame.y, series.y)
    seen = np.isfinite(x) & np.isfinite(y)
    out = []
    if series.style == "bars":
        return _bars(x[seen], y[seen], frame.y.length - frame.y.place(max(0.0, frame.y.low)))
    dense = int(seen.sum()) > _MOST_MARKED
    if series.style in ("line", "line+points") or dense:
        out.append(f'<path class="{_line(series)}" d="{_path(x, y, seen)}"/>')
    if series.style in ("points", "line+points") and not dense:
        out.append(_points(series, frame, x, y, np.flatnonzero(seen).tolist(), mark))
    return "".join(out)


def _line(series: Series) -> str:
    """The classes of a line: a fit is ink; others are solid, dashed or dotted, or of a colour between first and last."""
    if series.name.startswith("fit"):
        return "ser fit"
    late = "" if series.late is None else f" l{round(10 * min(max(series.late, 0.0), 1.0))}"
    return f"ser k{min(series.rank, 2)}{late}"


def _point(x: float, y: float, series: Series, mark: Mark, title: str = "") -> str:
    """One measured point, in the shape of its site."""
    style = f'class="pt k{min(series.rank, 2)}"'
    if mark == "n":
        d = _DIAMOND
        drawn = f'<path {style} d="M{x:.1f} {y - d:.1f}l{d} {d} -{d} {d} -{d} -{d}z"'
        return f"{drawn}>{title}</path>" if title else f"{drawn}/>"
    drawn = f'<circle {style} cx="{x:.1f}" cy="{y:.1f}" r="3.2"'
    return f"{drawn}>{title}</circle>" if title else f"{drawn}/>"


def _places(axis: Scale, values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """`Scale.place` for an array, shape (points,)."""
    import numpy as np

    if axis.log:
        positive = np.where(values > 0, values, np.nan)
        share = np.log10(positive / axis.low) / math.log10(axis.high / axis.low)
    else:
        share = (values - axis.low) / (axis.high - axis.low)
    return np.asarray(axis.length * (1.0 - share if axis.reverse else share), dtype=np.float64)


def _path(x: "NDArray[np.float64]", y: "NDArray[np.float64]", seen: "NDArray[np.bool_]") -> str:
    """One path; a gap where a value is absent; long curves keep the extremes of every half pixel."""
    import numpy as np

    keep = _extremes(x, y, seen) if len(x) > 4000 else np.arange(len(x))
    out: list[str] = []
    pen_up = True
    for i in keep.tolist():
        if not seen[i]:
            pen_up = True
            continue
        out.append(f"{'M' if pen_up else 'L'}{x[i]:.1f} {y[i]:.1f}")
        pen_up = False
    return "".join(out)


def _extremes(x: "NDArray[np.float64]", y: "NDArray[np.float64]", seen: "NDArray[np.bool_]") -> "NDArray[np.int64]":
    """Indices of first, last, least and greatest y of each run of points within the same half pixel of x."""
    import numpy as np

    cell = np.where(seen, np.floor(np.nan_to_num(x) * 2), -1e9)
    starts = np.flatnonzero(np.concatenate([[True], np.diff(cell) != 0]))
    ends = np.concatenate([starts[1:], [len(x)]])
    if len(starts) > len(x) / 4:
        return np.arange(len(x))
    keep: set[int] = set()
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        run = y[start:end]
        keep |= {start, end - 1}
        if np.isfinite(run).any():
            keep |= {start + int(np.nanargmin(run)), start + int(np.nanargmax(run))}
    return np.array(sorted(keep), dtype=np.int64)


def _points(
    series: Series, frame: _Frame, x: "NDArray[np.float64]", y: "NDArray[np.float64]", shown: list[int], mark: Mark
) -> str:
    out = []
    titled = len(shown) <= _MOST_TITLED
    for i in shown:
        if series.uncertainty is not None and math.isfinite(series.uncertainty[i]):
            low, high = (frame.point(1.0, series.y[i] + sign * series.uncertainty[i])[1] for sign in (-1, 1))
            if math.isfinite(low) and math.isfinite(high) and abs(low - high) > 7:
                out.append(f'<path class="eb" d="M{x[i]:.1f} {low:.1f}V{high:.1f}"/>')
        title = f"<title>{escape(_point_title(series, i))}</title>" if titled else ""
        out.append(_point(float(x[i]), float(y[i]), series, mark, title))
    return "".join(out)


def _point_title(series: Series, i: int) -> str:
    spread = "" if series.uncertainty is None else f" ± {series.uncertainty[i]:.2g}"
    return f"{series.name}: {series.x[i]:.6g}, {series.y[i]:.6g}{spread}"


def _bars(x: "NDArray[np.float64]", y: "NDArray[np.float64]", foot: float) -> str:
    import numpy as np

    gap = float(np.min(np.diff(np.sort(x)))) if len(x) > 1 else 20.0
    width = max(min(gap * 0.8, 24.0), 1.0)
    return "".join(
        f'<rect class="pt" x="{a - width / 2:.1f}" y="{min(b, foot):.1f}" width="{width:.1f}" height="{abs(foot - b):.1f}"/>'
        for a, b in zip(x, y, strict=True)
    )


def _ticks(frame: _Frame, plot: Plot) -> str:
    """Reference positions: short ticks that stand on the x axis, labels above the curve or the tick where there is room."""
    out = []
    free_from = -math.inf
    taken: list[tuple[float, float, float]] = []  # labels over the curve: left, right, foot
    for tick in sorted(plot.ticks, key=lambda t: frame.x.place(t.at)):
        x = frame.x.place(tick.at)
        if not 0 <= x <= frame.x.length:
            continue
        out.append(f'<line class="ref" x1="{x:.1f}" x2="{x:.1f}" y1="{frame.y.length - 9:g}" y2="{frame.y.length:g}"/>')
        if tick.label and tick.over is not None:
            foot = _free(x, len(tick.label), frame.y.length - frame.y.place(tick.over) - 7, taken)
            out.append("" if foot is None else _text(x, foot, tick.label, "tick halo", "middle"))
        elif tick.label and x > free_from:
            out.append(_text(x, frame.y.length - 13, tick.label, "tick halo", "middle"))
            free_from = x + 7.0 * len(tick.label) + 6
    return "".join(out)


def _free(x: float, letters: int, foot: float, taken: list[tuple[float, float, float]]) -> float | None:
    """Where a label about `x` stands free of the others: at `foot`, else higher; None where there is no room left."""
    half = 3.4 * letters + 2
    while foot > 4:
        clash = [f for left, right, f in taken if left < x + half and right > x - half and abs(f - foot) < 13]
        if not clash:
            taken.append((x - half, x + half, foot))
            return foot
        foot = min(clash) - 13.0
    return None


def _legend(frame: _Frame, plot: Plot, mark: Mark, words: Words) -> str:
    """A short legend inside of the plot with the same line and mark, in the corner with the fewest points."""
    named = [s for s in plot.series if s.name]
    if len(named) < 2 or frame.x.length < WIDTH / 2:
        return ""
    wide = 40 + 6.6 * max(_letters(words(s.name)) for s in named)
    left = _emptier_side(frame, plot, wide) == "left"
    x = 10.0 if left else frame.x.length - wide
    top = 46.0 if plot.bands and left else 12.0
    if plot.inset is not None:
        corner = _inset_corner(plot, frame)
        x, top = corner[0] - 42, corner[1] + frame.y.length * _INSET + 62
    out = []
    for row, series in enumerate(named):
        y = top + 17 * row
        if series.style != "points":
            out.append(f'<path class="{_line(series)}" d="M{x:.1f} {y:.1f}h22"/>')
        if series.style in ("points", "line+points"):
            out.append(_point(x + 11, y, series, mark))
        out.append(_text(x + 28, y + 4, words(series.name), "dir"))
    return "".join(out)


def _letters(text: str) -> int:
    """How many Latin letters the text is as wide as: Chinese characters take two."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text)


def _emptier_side(frame: _Frame, plot: Plot, wide: float) -> str:
    """Whether fewer points lie in the upper left or in the upper right corner."""
    import numpy as np

    counts = {"left": 0, "right": 0}
    for series in plot.series:
        x, y = _places(frame.x, series.x), frame.y.length - _places(frame.y, series.y)
        upper = y < 24 + 17 * len(plot.series)
        counts["left"] += int(np.sum(upper & (x < wide)))
        counts["right"] += int(np.sum(upper & (x > frame.x.length - wide)))
    return "left" if counts["left"] < counts["right"] else "right"


def _text(x: float, y: float, content: str, style: str, anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'
