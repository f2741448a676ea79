"""Plots packed to bytes are the plots again; long curves keep their ends and extremes."""

import zlib
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isal import isal_zlib

from jointlab.errors import BadInput
from jointlab.science.demonstration.laboratory import FILES
from jointlab.science.door import read_source
from jointlab.science.plots.packed import fewer, pack, unpack
from jointlab.science.plots.plot import Axis, Plot, Series
from jointlab.science.plots.svg import svg
from jointlab.science.source import Source


def plot(*series: Series) -> Plot:
    return Plot("p", "P", Axis(label="x"), Axis(label="y"), series)


@pytest.mark.parametrize("part", ["xrdml", ".mpt", ".aif", ".txt"])
def test_a_plot_comes_back_and_is_drawn_alike(part: str) -> None:
    entry = next(entry for entry in FILES if entry.path.endswith(part))
    file = read_source(Source(entry.path, entry.make()), entry.settings)
    plots = [plot for _, analysis in file.analyses for plot in analysis.plots]
    assert plots
    for mark in ("a", "n"):
        assert [svg(p, mark=mark) for p in unpack(pack(plots))] == [svg(p, mark=mark) for p in plots]


values = st.floats(allow_nan=True, allow_infinity=True, width=64)


@settings(deadline=None)
@given(st.lists(st.tuples(values, values), max_size=50))
def test_every_number_comes_back_bit_for_bit(points: list[tuple[float, float]]) -> None:
    x, y = (np.array([point[i] for point in points], dtype=np.float64) for i in (0, 1))
    (found,) = unpack(pack([plot(Series("s", x, y, uncertainty=y, late=0.5))]))
    series = found.series[0]
    assert series.x.tobytes() == x.tobytes()
    assert series.y.tobytes() == y.tobytes()
    assert series.uncertainty is not None
    assert series.uncertainty.tobytes() == y.tobytes()


@settings(deadline=None)
@given(st.integers(min_value=50, max_value=3000), st.integers(min_value=8, max_value=200), st.randoms())
def test_a_long_curve_keeps_ends_and_extremes(count: int, most: int, random: object) -> None:
    y = np.random.default_rng(count).normal(size=count)
    found = fewer(Series("s", np.arange(count, dtype=float), y), most=most)
    assert len(found.x) <= max(most, 8) or count <= most
    assert (found.x[0], found.x[-1]) == (0.0, count - 1.0)
    assert (found.y.min(), found.y.max()) == (y.min(), y.max())
    assert (np.diff(found.x) > 0).all()
    assert (y[found.x.astype(int)] == found.y).all()


@pytest.mark.parametrize("data", [b"", b"nothing", pack([])[:-4], b"x\x9c\x03\x00\x00\x00\x00\x01"])
@pytest.mark.parametrize("engine", [zlib, isal_zlib])
def test_what_is_no_packed_plot_is_refused(data: bytes, engine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zlib.decompressobj", engine.decompressobj)  # fastnda does so for the whole process
    with pytest.raises(BadInput) as fault:
        unpack(data)
    assert fault.value.code == "plots.packed"


def test_cut_arrays_are_refused() -> None:
    raw = zlib.decompress(pack([plot(Series("s", np.arange(9.0), np.arange(9.0)))]))
    with pytest.raises(BadInput, match="cut"):
        unpack(zlib.compress(raw[:-8]))
