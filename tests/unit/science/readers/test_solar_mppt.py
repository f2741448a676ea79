"""Maximum-power-point tracking: a real file whose columns prove their units, and other rigs' dialects."""

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file

HZB = "photovoltaic/MPPT_sample_0_pixel_0.mppt.csv"


def read_text(text: str, **given: str) -> ReadFile:
    return read_source(Source("mpp.txt", text.encode()), given)


def value(file: ReadFile, quantity: str) -> float:
    return next(f.value for f in file.figures if f.quantity == quantity)


@needs_real_files
def test_the_outdoor_rig_of_hzb() -> None:
    file = read_source(Source("a.csv", real_file(HZB).read_bytes()))
    (table,) = file.tables
    assert table.rows == expected()[HZB]["text"]["block_rows"]
    assert table.array("time")[-1] == pytest.approx(1089270.357)
    assert table.array("potential")[0] == -0.1459375
    assert table.array("current")[0] == pytest.approx(-4.835404e-3)
    assert table.array("irradiance")[0] == pytest.approx(112.2819)
    assert table.conditions["area"] == pytest.approx(0.18)
    assert file.reading.started is not None and file.reading.started.isoformat() == "2025-01-15T17:51:28.992000"
    tail = [row.split(",") for row in real_file(HZB).read_text().splitlines()[1:]]
    numbers = np.array([[float(row[8]), float(row[10])] for row in tail])
    final = numbers[numbers[:, 1] >= numbers[:, 1].max() * 0.9, 0]
    assert value(file, "power_conversion_efficiency") == pytest.approx(final.mean(), rel=2e-3)


@needs_real_files
def test_columns_that_disagree_are_refused() -> None:
    lines = real_file(HZB).read_text().splitlines()
    changed = [lines[0]] + [
        ",".join([*row.split(",")[:5], str(float(row.split(",")[5]) / 10), *row.split(",")[6:]]) for row in lines[1:]
    ]
    with pytest.raises(BadInput) as caught:
        read_text("\n".join(changed) + "\n")
    assert caught.value.code == "mppt.disagrees"


def test_a_tracking_with_units_in_its_header() -> None:
    time = np.arange(0, 1, 0.01)
    power = 20 - time
    body = "\n".join(f"{t:.4f}\t0.95\t{p / 0.95:.6f}\t{p:.6f}" for t, p in zip(time, power, strict=True))
    text = "## Header ##\n[General info]\nCell area (cm2)\t0.03\nAlgorithm\tMPPT\nDate\t2021-12-10\n\n## Data ##\nTime (Hours)\tVoltage (V)\tCurrent Density (mA/cm²)\tPower (mW/cm²)\n"
    file = read_text(text + body + "\n", irradiance="1000 W/m2")
    assert file.reading.technique == "solar_cell_iv"
    assert file.tables[0].array("time")[-1] == pytest.approx(0.99 * 3600)
    assert value(file, "maximum_power_density") == pytest.approx(power[time >= 0.99 * 0.9].mean(), rel=1e-5)
    assert value(file, "power_conversion_efficiency") == pytest.approx(value(file, "maximum_power_density"))
    bare = read_text(text + body + "\n")
    assert {f.quantity for f in bare.figures} == {"maximum_power_density"}
    assert any(w.code == "solar.irradiance-unknown" for w in bare.warnings)


@needs_real_files
@pytest.mark.parametrize("keep", [0.001, 0.3, 0.777, 0.9999])
def test_cut_files(keep: float) -> None:
    data = real_file(HZB).read_bytes()
    try:
        file = read_source(Source("a.csv", data[: int(len(data) * keep)]))
    except BadInput:
        return
    whole = read_source(Source("a.csv", data)).tables[0].array("power_conversion_efficiency")
    found = file.tables[0].array("power_conversion_efficiency")
    assert np.array_equal(found, whole[: len(found)])
