"""J-V text of many rigs: a real file against what it states, and the dialects that public descriptions show."""

from pathlib import Path

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file

HZB = "photovoltaic/HZB_MiGo_20230913_Batch-Test-1_0_0.notessfdsf.jv.txt"


def read_text(text: str, encoding: str = "utf-8", **given: str) -> ReadFile:
    return read_source(Source("cell.txt", text.encode(encoding)), given)


def curve(start: float = 1.2, stop: float = -0.1, points: int = 27) -> tuple[np.ndarray, np.ndarray]:
    """Voltages and mA/cm2, negative in light, V_oc near 1.08 V."""
    voltage = np.linspace(start, stop, points)
    return voltage, 1e-11 * (np.exp(voltage / 0.038) - 1) - 21.5


def rows(*columns: np.ndarray, mark: str = "\t", comma: bool = False) -> str:
    lines = "\n".join(mark.join(f"{x:.6E}" for x in row) for row in zip(*columns, strict=True))
    return (lines.replace(".", ",") if comma else lines) + "\n"


def figure(file: ReadFile, quantity: str) -> float:
    return next(f.value for f in file.figures if f.quantity == quantity)


@needs_real_files
def test_the_file_of_hzb() -> None:
    file = read_source(Source("a.txt", real_file(HZB).read_bytes()))
    wanted = expected()[HZB]
    assert file.reading.technique == "solar_cell_iv"
    assert file.reading.instrument == "Keithley 2400"
    assert file.reading.started is None  # the date in the file is the firmware's
    assert [t.name for t in file.tables] == wanted["fom"]["Voltage"]
    assert {t.rows for t in file.tables} == {wanted["text"]["block_rows"]}
    first = [float(x) for x in wanted["text"]["first"].split("\t")]
    last = [float(x) for x in wanted["text"]["last"].split("\t")]
    for i, table in enumerate(file.tables, start=1):
        assert (table.array("potential")[0], table.array("current_density")[0]) == (first[0], first[i])
        assert (table.array("potential")[-1], table.array("current_density")[-1]) == (last[0], last[i])
        assert table.conditions["area"] == 0.16
        assert table.conditions["irradiance"] == 100.0
    for header, quantity in (
        ("J_sc [mA/cm2]", "short_circuit_current_density"), ("V_oc [V]", "open_circuit_voltage"),
        ("Fill factor [pct.]", "fill_factor"), ("Efficiency", "power_conversion_efficiency"),
        ("P_MPP [mW/cm2]", "maximum_power_density"), ("U_MPP [V]", "maximum_power_voltage"),
        ("J_MPP [mA/cm2]", "maximum_power_current_density"), ("R_par [Ohmcm2]", "area_shunt_resistance"),
    ):  # fmt: skip
        values = [s.value for s in file.stated if s.quantity == quantity]
        assert values == [float(x) for x in wanted["fom"][header]]
    second = next(s for s in file.stated if s.quantity == "fill_factor" and s.value == 78.653476)
    assert second.conditions == {"pixel": "b", "direction": "forward"}


def test_a_rig_that_states_units_only_in_its_results() -> None:
    voltage, density = curve()
    head = "2/25/2021\t5:04 PM\nNotes = \n\nSweep Parameters\nSweep Down\nNPLC = 1.0E+0\nCompliance = 2.0E-1 A\n\nFigures of Merit\nDevice Area = 0.104000 cm2\n"
    results = "Jsc (mA/cm2)\t-2.15000E+1\nVoc (V)\t1.07900E+0\nMax Power(mW/cm2)\t-1.00309E+1\nFF (%)\t6.21478E-1\nRs (Ohms-cm2) \t6.07639E+2\n\n\n"
    file = read_text(head + results + "Voltage\tCurrent1\t\t\n" + rows(voltage, density))
    assert file.reading.started is not None and file.reading.started.isoformat() == "2021-02-25T17:04:00"
    assert file.tables[0].has("potential", "current_density")
    assert file.tables[0].conditions["area"] == pytest.approx(0.104)
    assert figure(file, "short_circuit_current_density") == pytest.approx(21.5, rel=1e-6)
    assert {s.quantity: s.unit for s in file.stated}["area_series_resistance"] == "ohm*cm^2"
    assert any("fill factor 0.621478 %" in w.message for w in file.warnings)  # a fraction called per cent


def test_without_units_or_results_the_unit_is_asked() -> None:
    voltage, density = curve()
    with pytest.raises(BadInput) as caught:
        read_text("Solar cell 3\nVoltage\tCurrent\n" + rows(voltage, density))
    assert caught.value.code == "jv.voltage-unit"
    with pytest.raises(BadInput) as caught:
        read_text("Solar cell 3\nVoltage (V)\tCurrent\n" + rows(voltage, density))
    assert caught.value.code == "jv.current-unit"
    assert caught.value.question is not None
    assert {o.value for o in caught.value.question.options} == {"A", "mA", "uA", "A/cm2", "mA/cm2"}
    file = read_text("Solar cell 3\nVoltage (V)\tCurrent\n" + rows(voltage, density), current_unit="mA", area="0.5")
    assert figure(file, "short_circuit_current") == pytest.approx(0.0215, rel=1e-6)
    assert figure(file, "short_circuit_current_density") == pytest.approx(43.0, rel=1e-6)


def test_pixels_side_by_side_in_amperes_a_square_centimetre() -> None:
    voltage, density = curve()
    text = "Pixel 1,,Pixel 2,,\nV (V),J (A/cm^2),V (V),J (A/cm^2)\n" + rows(
        voltage, density / 1e3, voltage, density / 2e3, mark=","
    )
    file = read_text(text)
    assert [t.conditions["pixel"] for t in file.tables] == ["1", "2"]
    found = [f.value for f in file.figures if f.quantity == "short_circuit_current_density"]
    assert found == pytest.approx([21.5, 10.75], rel=1e-6)


def test_results_as_a_table_and_two_directions_with_voltages_of_their_own() -> None:
    voltage, density = curve()
    text = (
        "Scan\tVoc\tJsc\tV_MPP\tJ_MPP\tP_MPP\tRs\tR//\tFF\tEff\n\tV\tmA/cm²\tV\tmA/cm²\tmW/cm²\tOhm\tOhm\t%\t%\n"
        "FW\t1.079\t21.5\t0.9\t20.1\t18.4\t4.90E+2\t4.76E+2\t80.83\t18.4\nRV\t1.079\t21.5\t0.9\t20.1\t18.5\t2.69E+2\t4.30E+2\t80.94\t18.5\n\t\t\t\n"
        "V_FW (V)\tJ_FW (mA/cm²)\tV_RV (V)\tJ_RV (mA/cm²)\t\t\n"
    )
    file = read_text(text + rows(voltage[::-1], -density[::-1], voltage, -density))
    assert [t.conditions.get("direction") for t in file.tables] == ["forward", "reverse"]
    efficiencies = [(s.value, dict(s.conditions)) for s in file.stated if s.quantity == "power_conversion_efficiency"]
    assert efficiencies == [(18.4, {"direction": "forward"}), (18.5, {"direction": "reverse"})]
    assert len([f for f in file.figures if f.quantity == "hysteresis_index"]) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251"])
def test_russian_words_and_decimal_commas(encoding: str) -> None:
    voltage, density = curve()
    text = "Солнечный элемент №3\nПлощадь (cm2)\t0,25\nОблучённость (W/m2)\t1000\nНапряжение (V)\tПлотность тока (mA/cm2)\n"
    file = read_text(text + rows(voltage, density, comma=True), encoding)
    assert file.tables[0].conditions["area"] == 0.25
    assert file.tables[0].conditions["irradiance"] == 100.0
    assert figure(file, "short_circuit_current_density") == pytest.approx(21.5, rel=1e-6)
    assert figure(file, "power_conversion_efficiency") == pytest.approx(figure(file, "maximum_power_density"))


def test_chinese_words() -> None:
    voltage, density = curve()
    text = "太阳能电池测试\n有效面积 (cm2),0.1\n光强 (mW/cm2),100\n电压(V),电流(mA)\n"
    for encoding in ("utf-8", "gb18030"):
        file = read_text(text + rows(voltage, 0.1 * density, mark=","), encoding)
        assert figure(file, "short_circuit_current_density") == pytest.approx(21.5, rel=1e-6)


def test_columns_without_a_word_about_solar_cells_are_told_by_the_power() -> None:
    voltage, density = curve()
    lit = read_text("Voltage (V),Current (mA)\n" + rows(voltage, density, mark=","))
    assert lit.reading.technique == "solar_cell_iv"
    dark = read_text("Voltage (V),Current (mA)\n" + rows(voltage, density + 21.5, mark=","))
    assert dark.reading.technique == "current_voltage"
    assert not dark.figures


@pytest.mark.parametrize(
    ("header", "order"),
    [
        ("V_set (V)\tV_meas (V)\tI (mA)\tJ (mA/cm2)", ("set", "v", "i", "j")),
        ("Current density (mA/cm2)\tVoltage (V)", ("j", "v")),
        ("J (mA/cm2)\tV (V)\tJ (mA/cm2)\tV (V)", ("j", "v", "half", "v")),
        ("Voltage (V)\tJ_light (mA/cm2)\tJ_dark (mA/cm2)", ("v", "j", "dark")),
    ],
)
def test_columns_find_their_voltage(header: str, order: tuple[str, ...]) -> None:
    voltage, density = curve()
    known = {
        "v": voltage,
        "set": voltage + 0.05,
        "j": density,
        "i": 0.1 * density,
        "half": density / 2,
        "dark": density + 21.5,
    }
    file = read_text(f"Solar cell\n{header}\n" + rows(*(known[name] for name in order)))
    assert figure(file, "short_circuit_current_density") == pytest.approx(21.5, rel=1e-6)
    assert figure(file, "open_circuit_voltage") == pytest.approx(1.0711, abs=0.002)
    assert sum(len(table.columns) for table in file.tables) >= len(order)
    if "dark" in order:
        assert [w.code for w in file.warnings].count("solar.dark") == 1


def test_a_second_sweep_after_a_blank_line_is_not_lost() -> None:
    voltage, density = curve()
    text = (
        "Cell area: 0.1 cm2\nVoltage (V)\tCurrent density (mA/cm2)\n"
        + rows(voltage, density)
        + "\n"
        + rows(voltage[::-1], density[::-1])
    )
    file = read_text(text)
    assert [t.rows for t in file.tables] == [27, 27]
    assert {f.conditions.get("direction") for f in file.figures if f.quantity == "fill_factor"} == {
        "forward",
        "reverse",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Time (s),Voltage (V),Current (A),Capacity (Ah),Cycle\n0,3.5,1,0.1,1\n1,3.6,1,0.2,1\n",
        "Potential (V),Current (A)\n0.1,1e-6\n0.2,2e-6\n",
        "Ewe/V\t<I>/mA\n0.1\t1\n",
        "Wavelength (nm),Voltage (V),Current (A)\n300,1,1\n",
        "Temperature,Hall voltage,field\n300,1,1\n",
        "solar cell notes without columns\n1,2\n",
        "????,????(V),????(mA)\n1,3.5,0.1\n2,3.6,0.1\n",  # a cycler's words, lost on the way
        "????,????(V),????(mA)\n00:00:01,3.5,0.1\n00:00:02,3.6,0.1\n",
        "\ufffd\ufffd(V),\ufffd\ufffd(mA)\n3.5,0.1\n3.6,0.1\n",
        "µçÑ¹(V),µçÁ÷(mA)\n3.5,0.1\n3.6,0.1\n",
        "Voltage (V),????(mA)\n3.5,0.1\n3.6,0.1\n",
        "????(V),Current (mA)\n3.5,0.1\n3.6,0.1\n",
        "solar cell 4\n????(V),????(mA/cm2)\n0.1,20\n0.2,19\n",
        "solar cell 4\nVoltage (V),????(mA/cm2)\n0.1,20\n0.2,19\n",
    ],
)
def test_other_techniques_are_not_claimed(text: str) -> None:
    from jointlab.science.readers.solar_jv import recognises_plain, recognises_solar

    source = Source("x.csv", text.encode())
    assert not recognises_solar(source) and not recognises_plain(source)


@pytest.mark.parametrize(
    "header",
    [
        "Voltage [V],b_rev [mA/cm2]",
        "V_set (V),Pixel 2 (mA/cm2)",
        "Vapplied (V),Iph (mA)",
        "U [V],sample A12 [mA/cm2]",
        "Voltaje (V),Corriente (mA)",
        "電圧(V),電流(mA)",
    ],
)
def test_a_name_beside_a_unit_may_be_short_or_a_label(header: str) -> None:
    voltage, density = curve()
    assert read_text(f"Solar cell\n{header}\n" + rows(voltage, density, mark=",")).reading.format == "solar.jv"


@needs_real_files
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.8, 0.97])
def test_cut_files_are_refused_or_read_without_invention(keep: float) -> None:
    data = real_file(HZB).read_bytes()
    try:
        file = read_source(Source("a.txt", data[: int(len(data) * keep)]))
    except BadInput:
        return
    whole = read_source(Source("a.txt", data))
    for cut, full in zip(file.tables, whole.tables, strict=True):
        same = full.array("current_density")[: cut.rows]
        assert np.array_equal(cut.array("current_density"), same)


@needs_real_files
def test_the_set_is_read_from_a_path() -> None:
    assert Path(real_file(HZB)).stat().st_size > 0


@pytest.mark.parametrize(
    "text",
    [
        ",ac_current__1,dc_voltage__2,dc_current__3,poa_irradiance__4\n2022-01-02 00:01:00,0.0,0.1,0.2,1.5\n2022-01-02 00:16:00,0.1,0.1,0.2,1.5\n",
        "time,inv_dc_current,inv_dc_voltage,poa_irradiance\n1/2/2022 0:00,0,3.6,0\n1/2/2022 0:15,0,3.6,0\n",
        "Source,Latitude,Longitude,Units,Version,Solar\nX,40.53,-108.54,N/A,v3.2.2,c\nYear,Month,Day,GHI,DNI,DHI\n2017,1,1,0,0,0\n2017,1,1,0,0,0\n",
    ],
)
def test_records_of_weather_and_power_plants_are_not_claimed(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_text(text)
    assert caught.value.code == "format.unknown"


def test_pairs_of_columns_with_units_before_their_labels_over_the_first_4_kib() -> None:
    voltage, density = curve()
    sweeps = [
        f"{pixel}_{way}_{light}" for pixel in "abcdef" for way in ("Forward", "Reverse") for light in ("Dark", "Light")
    ]
    lit = [sweep for sweep in sweeps if sweep.endswith("Light")]
    head = (
        "Date\t17:30:54 - 30.11.2023\nLocation\tHYDIRIS05\nCell area(cm^2)\t[0.16]\nPower Density (mW/cm^2)\t100\n"
        + "Comments\t\n" * 260
        + "--\n"
    )
    head += "\t" + "\t".join(lit) + "\n" + "Jsc(mA/cm2)\t" + "\t".join(["-21.5"] * len(lit)) + "\n--\n"
    names = "\t".join(f"Voltage (V)_{sweep}\tCurrent Density(mA/cm^2)_{sweep}" for sweep in sweeps) + "\n"
    assert len(head) < 4096 < len(head + names)
    columns = [
        c for n, sweep in enumerate(sweeps) for c in (voltage, density * (n + 1) if "Light" in sweep else density * 0)
    ]
    file = read_text(head + names + rows(*columns))
    assert [table.name for table in file.tables[:24]] == sweeps
    assert file.tables[3].conditions == {
        "pixel": "a",
        "direction": "reverse",
        "illumination": "light",
        "irradiance": 100.0,
    }
    assert file.tables[3].array("current_density") == pytest.approx(density * 4, rel=1e-5)
    assert file.tables[3].array("potential") == pytest.approx(voltage, abs=1e-5)
    assert {(s.quantity, s.value) for s in file.stated} == {("short_circuit_current_density", -21.5)}
    assert len(file.stated) == 12
