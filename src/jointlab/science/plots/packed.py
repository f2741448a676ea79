"""Plot descriptions as a few bytes, and back: to be kept beside a file, so that a page draws without reading it again.

The bytes: zlib over (length of the description, 8 bytes; the description as JSON; the arrays, float64, little endian).
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput
from jointlab.science.archives import engine, inflating_faults
from jointlab.science.plots.plot import Axis, Band, Plot, Series, Tick

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_POINTS = 20_000  # of one curve; of more, the extremes of equal runs are kept
_LIMIT = 256 * 1024**2  # bytes, unpacked
_VERSION = 1


@dataclass
class _Arrays:
    """The arrays, one behind the other; a curve refers to its own by start and length in points."""

    parts: "list[NDArray[np.float64]]"
    length: int = 0

    def add(self, values: "NDArray[np.float64]") -> list[int]:
        self.parts.append(values)
        self.length += len(values)
        return [self.length - len(values), len(values)]


def pack(plots: Sequence[Plot]) -> bytes:
    """The descriptions of all plots, each curve with at most about `MOST_POINTS` points."""
    arrays = _Arrays([])
    head = json.dumps({"version": _VERSION, "plots": [_plain(plot, arrays) for plot in plots]}).encode()
    body = b"".join(part.astype("<f8").tobytes() for part in arrays.parts)
    packed: bytes = engine().compress(len(head).to_bytes(8, "big") + head + body, 1)
    return packed


def unpack(data: bytes) -> tuple[Plot, ...]:
    """The plots of `pack`. Raises BadInput ``plots.packed`` for bytes that are none, or of another version."""
    import numpy as np

    try:
        opened = zlib.decompressobj()
        raw = opened.decompress(data, _LIMIT)
        length = int.from_bytes(raw[:8], "big")
        head = json.loads(raw[8 : 8 + length])
        numbers = np.frombuffer(raw[8 + length :], dtype="<f8")
        if head["version"] != _VERSION or not opened.eof:
            raise ValueError("another version, too large, or cut")
        return tuple(_plot(plot, numbers) for plot in head["plots"])
    except _damage() as fault:
        raise BadInput("plots.packed", "The stored plots cannot be read: {reason}.", reason=str(fault)[:200]) from fault


def _damage() -> tuple[type[Exception], ...]:
    return (*inflating_faults(), ValueError, KeyError, TypeError, IndexError)


def fewer(series: Series, *, most: int = MOST_POINTS) -> Series:
    """The curve with at most about `most` points: first, last, least and greatest y of equal runs of points."""
    import numpy as np

    count = len(series.x)
    if count <= most:
        return series
    edges = np.linspace(0, count, max(most // 4, 1) + 1).astype(np.int64)
    keep: set[int] = set()
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        run = series.y[start:end]
        keep |= {start, end - 1}
        if np.isfinite(run).any():
            keep |= {start + int(np.nanargmin(run)), start + int(np.nanargmax(run))}
    kept = np.array(sorted(keep), dtype=np.int64)
    spread = None if series.uncertainty is None else series.uncertainty[kept]
    return Series(series.name, series.x[kept], series.y[kept], series.style, spread, series.rank, series.late)


def _plain(plot: Plot, arrays: _Arrays) -> dict[str, Any]:
    return {
        "name": plot.name, "title": plot.title, "caption": plot.caption, "description": plot.description,
        "x": vars(plot.x), "y": vars(plot.y),
        "bands": [vars(band) for band in plot.bands], "ticks": [vars(tick) for tick in plot.ticks],
        "series": [_curve(fewer(series), arrays) for series in plot.series],
        "inset": None if plot.inset is None else _plain(plot.inset, arrays),
    }  # fmt: skip


def _curve(series: Series, arrays: _Arrays) -> dict[str, Any]:
    return {
        "name": series.name, "style": series.style, "rank": series.rank, "late": series.late,
        "x": arrays.add(series.x), "y": arrays.add(series.y),
        "uncertainty": None if series.uncertainty is None else arrays.add(series.uncertainty),
    }  # fmt: skip


def _plot(plain: dict[str, Any], numbers: "NDArray[np.float64]") -> Plot:
    return Plot(
        plain["name"], plain["title"], _known(Axis, plain["x"]), _known(Axis, plain["y"]),
        tuple(_series(curve, numbers) for curve in plain["series"]), plain["caption"], plain["description"],
        tuple(_known(Band, band) for band in plain["bands"]), tuple(_known(Tick, tick) for tick in plain["ticks"]),
        None if plain["inset"] is None else _plot(plain["inset"], numbers),
    )  # fmt: skip


def _series(plain: dict[str, Any], numbers: "NDArray[np.float64]") -> Series:
    def array(place: list[int]) -> "NDArray[np.float64]":
        start, length = place
        found = numbers[start : start + length]
        if len(found) != length:
            raise ValueError("an array is cut")
        return found

    spread = None if plain["uncertainty"] is None else array(plain["uncertainty"])
    return Series(
        plain["name"], array(plain["x"]), array(plain["y"]), plain["style"], spread, plain["rank"], plain["late"]
    )


def _known(kind: Any, plain: dict[str, Any]) -> Any:
    return kind(**{field.name: plain[field.name] for field in fields(kind) if field.name in plain})
