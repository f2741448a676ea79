"""Arrays written as the instruments of the demonstration write them: the vendors' own layouts, marks and encodings."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jointlab.science.demonstration.models import KA1, KA2, KA_RATIO, CyclingRecord, Day, Isotherm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

STP = 22.41396954  # cm^3 of ideal gas at 273.15 K and 101 325 Pa per mmol


def _lines(rows: Iterable[str], end: str = "\r\n") -> str:
    return "".join(f"{row}{end}" for row in rows)


def _charge(record: CyclingRecord) -> "Array":
    """Charge since the start of each step [Ah], by trapezoids, as a cycler's counter has it."""
    import numpy as np

    steps = np.diff(record.step) != 0
    amount = np.concatenate(
        [[0.0], np.where(steps, 0.0, np.diff(record.time) * (record.current[1:] + record.current[:-1]) / 7200)]
    )
    total = np.cumsum(amount)
    begins = np.concatenate([[0], np.flatnonzero(steps) + 1])
    return np.asarray(total - np.repeat(total[begins], np.diff(np.append(begins, len(total)))))


def biologic_mpt(record: CyclingRecord, *, mass: float, started: str) -> bytes:
    """EC-Lab text of a galvanostatic cycling, as a computer with a decimal comma exports it. `mass` in mg."""
    import numpy as np

    header = [
        "EC-Lab ASCII FILE",
        "Nb header lines : 21",
        "",
        "Galvanostatic Cycling with Potential Limitation",
        "",
        "Run on channel : 3 (SN 11873)",
        "User : ",
        "Electrode connection : standard",
        "Ewe ctrl range : min = 0,00 V, max = 5,00 V",
        f"Acquisition started on : {started}",
        "Saved on :",
        "\tFile : KZ-26-0117_cell07_GCPL_C03.mpr",
        "Device : BCS-810 (SN 0412)",
        "Electrode material : LiFePO4",
        "Electrolyte : 1 M LiPF6 EC:DMC",
        f"Mass of active material : {mass:.3f} mg".replace(".", ","),
        f"Characteristic mass : {mass / 1000:.6f} g".replace(".", ","),
        "Electrode surface area : 1,539 cm²",
        "Cycle Definition : Charge/Discharge alternance",
        "",
        "mode\tox/red\tNs\ttime/s\tEwe/V\tI/mA\tdq/mA.h\tcycle number\thalf cycle\t",
    ]
    step = _charge(record) * 1e3
    change = np.diff(step, prepend=0.0)
    change[np.diff(record.step, prepend=record.step[0]) != 0] = 0.0
    half = _half_cycles(record.current)
    rows = (
        f"1\t{int(i > 0)}\t{s % 4}\t{t:.9E}\t{v:.7E}\t{i * 1e3:.7E}\t{q:.7E}\t{c:.6E}\t{h}".replace(".", ",")
        for i, s, t, v, q, c, h in zip(
            record.current, record.step, record.time, record.voltage, change, record.cycle - 1.0, half, strict=True
        )
    )
    return (_lines(header) + _lines(rows)).encode("windows-1252")


def _half_cycles(current: "Array") -> "NDArray[np.int64]":
    """Number of the half-cycle of each record: it rises when the current turns; rests belong to the one before."""
    import numpy as np

    sign = np.sign(current)
    active = np.maximum.accumulate(np.where(sign != 0, np.arange(len(sign)), 0))
    turns = np.diff(sign[active]) != 0
    return np.concatenate([[0], np.cumsum(turns)]).astype(np.int64)


_NEWARE_HEADER = (
    "数据序号,循环号,工步号,工步类型,时间,总时间,电流(mA),电压(V),容量(mAh),比容量(mAh/g),能量(mWh),绝对时间"
)
_NEWARE_WORDS = {1: "恒流充电", 0: "搁置", -1: "恒流放电"}


def neware_csv(record: CyclingRecord, *, mass: float, started: "np.datetime64") -> bytes:
    """Record table of a Chinese Neware program (GBK). `mass` in mg."""
    import numpy as np

    begins = np.flatnonzero(np.diff(record.step, prepend=0))
    in_step = record.time - np.repeat(record.time[begins], np.diff(np.append(begins, len(record.time))))
    amount = np.abs(_charge(record)) * 1e3
    rows = [_NEWARE_HEADER]
    for n in range(len(record.time)):
        sign = int(np.sign(record.current[n]))
        stamp = str(started + np.timedelta64(round(record.time[n]), "s")).replace("T", " ")
        rows.append(
            f"{n + 1},{record.cycle[n]},{record.step[n]},{_NEWARE_WORDS[sign]},{_clock(in_step[n])},{_clock(record.time[n])},"
            f"{record.current[n] * 1e3:.4f},{record.voltage[n]:.4f},{amount[n]:.6f},{amount[n] / mass * 1e3:.4f},"
            f"{amount[n] * record.voltage[n]:.6f},{stamp}"
        )
    return _lines(rows).encode("gbk")


def _clock(seconds: float) -> str:
    """Hours beyond 24 allowed, milliseconds kept."""
    milli = round(seconds * 1000)
    return f"{milli // 3600000:02d}:{milli // 60000 % 60:02d}:{milli // 1000 % 60:02d}.{milli % 1000:03d}"


def lanhe_csv(record: CyclingRecord) -> bytes:
    """A LANHE record table with microamperes, as the Wuhan testers export it."""
    amount = abs(_charge(record)) * 1e6
    rows = ["Record,Cycle,Step,TestTime/s,Voltage/V,Current/uA,Capacity/uAh"]
    rows += [
        f"{n},{c},{s},{t:.3f},{v:.6f},{i * 1e6:.3f},{q:.5f}"
        for n, (c, s, t, v, i, q) in enumerate(
            zip(record.cycle, record.step, record.time, record.voltage, record.current, amount, strict=True), start=1
        )
    ]
    return _lines(rows).encode()


def xrdml(two_theta: "Array", counts: "Array", *, sample: str, started: str, counting_time: float) -> bytes:
    """PANalytical XRDML 1.5 of one scan."""
    values = " ".join(f"{c:.0f}" for c in counts)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<xrdMeasurements xmlns="http://www.xrdml.com/XRDMeasurement/1.5" status="Completed">
  <sample type="To be analyzed"><id>{sample}</id><name>{sample}</name></sample>
  <xrdMeasurement measurementType="Scan" status="Completed" sampleMode="Reflection">
    <usedWavelength intended="K-Alpha 1">
      <kAlpha1 unit="Angstrom">{KA1}</kAlpha1><kAlpha2 unit="Angstrom">{KA2}</kAlpha2>
      <kBeta unit="Angstrom">1.392250</kBeta><ratioKAlpha2KAlpha1>{KA_RATIO}</ratioKAlpha2KAlpha1>
    </usedWavelength>
    <incidentBeamPath><radius unit="mm">240.00</radius>
      <xRayTube id="1000000" name="PW3373/10 Cu LFF"><tension unit="kV">45</tension><current unit="mA">40</current><anodeMaterial>Cu</anodeMaterial></xRayTube>
    </incidentBeamPath>
    <scan appendNumber="0" mode="Continuous" scanAxis="Gonio" status="Completed">
      <header><startTimeStamp>{started}</startTimeStamp><author><name>demonstration</name></author>
        <source><applicationSoftware version="5.1">Data Collector</applicationSoftware><instrumentControlSoftware version="3.5">XPERT-PRO</instrumentControlSoftware><instrumentID>0000000083005111</instrumentID></source>
      </header>
      <dataPoints>
        <positions axis="2Theta" unit="deg"><startPosition>{two_theta[0]:.6f}</startPosition><endPosition>{two_theta[-1]:.6f}</endPosition></positions>
        <positions axis="Omega" unit="deg"><startPosition>{two_theta[0] / 2:.6f}</startPosition><endPosition>{two_theta[-1] / 2:.6f}</endPosition></positions>
        <commonCountingTime unit="seconds">{counting_time:.3f}</commonCountingTime>
        <intensities unit="counts">{values}</intensities>
      </dataPoints>
    </scan>
  </xrdMeasurement>
</xrdMeasurements>
""".encode()


def rigaku_ras(two_theta: "Array", counts: "Array", *, sample: str, attenuated: "NDArray[np.bool_]") -> bytes:
    """Rigaku .ras of one scan; where `attenuated`, the counts were taken behind an attenuator of factor 9.9."""
    factor = 9.9
    header = {
        "FILE_SAMPLE": sample,
        "HW_XG_TARGET_NAME": "Cu",
        "HW_XG_WAVE_LENGTH_ALPHA1": f"{KA1:.6f}",
        "HW_XG_WAVE_LENGTH_ALPHA2": f"{KA2:.6f}",
        "HW_XG_WAVE_LENGTH_UNIT": "Angstrom",
        "MEAS_COND_XG_CURRENT": "200",
        "MEAS_COND_XG_VOLTAGE": "45",
        "MEAS_SCAN_AXIS_X": "TwoThetaTheta",
        "MEAS_SCAN_AXIS_X_INTERNAL": "TwoThetaTheta",
        "MEAS_SCAN_MODE": "CONTINUOUS",
        "MEAS_SCAN_START": f"{two_theta[0]:.4f}",
        "MEAS_SCAN_STOP": f"{two_theta[-1]:.4f}",
        "MEAS_SCAN_STEP": f"{two_theta[1] - two_theta[0]:.4f}",
        "MEAS_SCAN_START_TIME": "10/14/2026 09:12:40",
        "MEAS_SCAN_UNIT_X": "deg",
        "MEAS_SCAN_UNIT_Y": "counts",
        "MEAS_DATA_COUNT": str(len(two_theta)),
    }
    rows = ["*RAS_DATA_START", "*RAS_HEADER_START"]
    rows += [f'*{key} "{value}"' for key, value in header.items()]
    rows += ["*RAS_HEADER_END", "*RAS_INT_START"]
    for x, y, behind in zip(two_theta, counts, attenuated, strict=True):
        shown, scale = (y / factor, factor) if behind else (y, 1.0)
        rows.append(f"{x:.4f} {shown:.4f} {scale:.4f}")
    rows += ["*RAS_INT_END", "*RAS_DATA_END"]
    return _lines(rows).encode("ascii")


def belsorp_dat(isotherm: Isotherm, *, sample: str, mass: float) -> bytes:
    """BELSORP .DAT in Japanese (Shift-JIS) layout with English labels. `mass` in g; amounts in ml(STP)/g."""
    saturation = 101.2
    rows = [
        "====================", " System property Ver1.2.6", "====================",
        '"Instrument S/N:"\t00342', '"Vs/ml:"\t27.412', "====================", " Sample information", "====================",
        f'"Comment1:"\t"{sample}"', f'"Sample weight/g:"\t{mass:.4f}', "=======================", " Measurement condition",
        "=======================", '"Adsorptive:"\tN2', '"Meas. Temp./K:"\t77.40', "====================", " Adsorption data",
        "====================", '"No."\t"Pe/kPa"\t"P0/kPa"\t"Vd/ml"\t"V/ml(STP) g-1"',
    ]  # fmt: skip
    for pressures, amounts, title in (
        (isotherm.adsorption_pressure, isotherm.adsorption_amount, None),
        (isotherm.desorption_pressure, isotherm.desorption_amount, " Desorption data"),
    ):
        if title:
            rows += [
                "====================",
                title,
                "====================",
                '"No."\t"Pe/kPa"\t"P0/kPa"\t"Vd/ml"\t"V/ml(STP) g-1"',
            ]
        rows += [
            f"{n}\t{p * saturation:.6g}\t{saturation:.2f}\t31.500\t{a * STP:.5g}"
            for n, (p, a) in enumerate(zip(pressures, amounts, strict=True), start=1)
        ]
        rows.append("0\t0\t0\t0\t0")
    return _lines(rows).encode("shift_jis")


def aif(isotherm: Isotherm, *, sample: str, mass: float) -> bytes:
    """Adsorption Information File. `mass` in g; amounts in mmol/g, pressures in bar."""
    saturation = 1.0133
    rows = [
        f"data_{sample}", "_audit_aif_version 6acf6ef", f"_exptl_operator '{'demonstration'}'", "_exptl_date 2026-10-12T10:05:00",
        "_exptl_instrument 'BELSORP MAX'", "_exptl_adsorptive N2", "_exptl_temperature 77.40", f"_adsnt_sample_mass {mass:.5f}",
        f"_adsnt_sample_id '{sample}'", f"_adsnt_material_id '{sample}'", "_units_temperature K", "_units_pressure bar",
        "_units_mass g", "_units_loading 'mmol g-1'",
    ]  # fmt: skip
    for kind, pressures, amounts in (
        ("adsorp", isotherm.adsorption_pressure, isotherm.adsorption_amount),
        ("desorp", isotherm.desorption_pressure, isotherm.desorption_amount),
    ):
        rows += ["", "loop_", f"_{kind}_pressure", f"_{kind}_p0", f"_{kind}_amount"]
        rows += [f"{p * saturation:.8g} {saturation} {a:.7g}" for p, a in zip(pressures, amounts, strict=True)]
    return _lines(rows, "\n").encode()


def labview_jv(voltage: "Array", sweeps: "dict[str, Array]", *, area: float) -> bytes:
    """J-V text of a LabVIEW rig: its own results first, then one column per pixel and sweep. `area` in cm^2."""
    import numpy as np

    names = "\t".join(sweeps)
    results = {name: _rig_results(voltage, current) for name, current in sweeps.items()}
    keys = (
        "J_sc [mA/cm2]:",
        "V_oc [V]:",
        "Fill factor [pct.]:",
        "Efficiency :",
        "P_MPP [mW/cm2]:",
        "J_MPP [mA/cm2]:",
        "U_MPP [V]:",
    )
    rows = [
        "Keithley, SerialNo, Firmware:\tKEITHLEY INSTRUMENTS INC.,MODEL 2400,4053247,C32",
        "active area [cm2]:" + f"\t{area:.6f}" * len(sweeps),
        "intensity [mW/cm2]:\t100.000000",
        "integration time [ms]:\t20.000000",
        "compliance [mA/cm2]:\t30.000000",
        "*" * 40,
        f"Parameter\t{names}\t",
    ]
    rows += [f"{key}\t" + "\t".join(f"{results[name][i]:.6f}" for name in sweeps) for i, key in enumerate(keys)]
    rows += ["*" * 40, f"Voltage\t{names}\t", "[V]" + "\t[mA/cm2]" * len(sweeps)]
    table = np.column_stack([voltage, *sweeps.values()])
    rows += ["\t".join(f"{v:.6E}" for v in row) for row in table]
    return _lines(rows).encode()


def _rig_results(voltage: "Array", current: "Array") -> Sequence[float]:
    """What such a rig's program states: linear interpolation, power at the best recorded point."""
    import numpy as np

    order = np.argsort(voltage)
    v, j = voltage[order], current[order]
    short = float(np.interp(0.0, v, j))
    open_circuit = float(np.interp(0.0, j, v))
    best = int(np.argmax(-v * j))
    power = float(-v[best] * j[best])
    fill = 100 * power / (-short * open_circuit)
    return short, open_circuit, fill, power, power, float(j[best]), float(v[best])


def hzb_mppt(day: Day, *, area: float, started: "np.datetime64") -> bytes:
    """CSV of an outdoor rig that tracks the maximum power point. `area` in cm^2."""
    import numpy as np

    rows = [
        "Timestamp,MPPT_I,MPPT_V,MPPT_P,MPPT_PCE,radiation,TriggerSource,MPPT_J,MPPT_EFF,Duration,Duration_s,Duration_h"
    ]
    for t, light, v, j in zip(day.time, day.irradiance, day.voltage, day.current_density, strict=True):
        stamp = str(started + np.timedelta64(round(t), "s")).replace("T", " ")
        clock = f"0 days {int(t) // 3600:02d}:{int(t) // 60 % 60:02d}:{int(t) % 60:02d}"
        rows.append(
            f"{stamp}.000,{j * area:.6f},{v:.6f},{v * j * area:.1f},{v * j:.6f},{10 * light:.3f},0,{j:.9f},{100 * v * j / light:.9f},{clock},{t},{t / 3600:.9f}"
        )
    return _lines(rows).encode()


def eqe_text(wavelength: "Array", efficiency: "Array", *, sample: str) -> bytes:
    """EQE text with a header in brackets; efficiency in per cent."""
    rows = [
        "[Header]", f'Measurement Name = "{sample}"', 'time stamp = "15.10.2026 16:46:45"', 'Scan Type = "QE Scan"',
        'X Units = "Wavelength (nm)"', 'Y Units = "QE (%)"', "", "//DATA//", "X\tY",
    ]  # fmt: skip
    rows += [f"{x:.6E}\t{100 * y:.6E}" for x, y in zip(wavelength, efficiency, strict=True)]
    return _lines(rows).encode()


def gamry_dta(frequency: "Array", impedance: "NDArray[np.complex128]") -> bytes:
    """Gamry EISPOT with one ZCURVE."""
    import numpy as np

    rows = [
        "EXPLAIN", "TAG\tEISPOT", "TITLE\tLABEL\tPotentiostatic EIS\tTest &Identifier", "DATE\tLABEL\t10/14/2026\tDate",
        "TIME\tLABEL\t16:43:15\tTime", "PSTAT\tPSTAT\tREF3000-34128\tPotentiostat", "VDC\tPOTEN\t0.00000E+000\tF\tDC &Voltage (V)",
        "VAC\tQUANT\t5.00000E+000\tAC &Voltage (mV rms)", "AREA\tQUANT\t1.53900E+000\t&Area (cm^2)", "ZCURVE\tTABLE",
        "\tPt\tTime\tFreq\tZreal\tZimag\tZsig\tZmod\tZphz\tIdc\tVdc\tIERange", "\t#\ts\tHz\tohm\tohm\tV\tohm\t°\tA\tV\t#",
    ]  # fmt: skip
    rows += [
        f"\t{n}\t{2 * n + 1}\t{f:.7g}\t{z.real:.8g}\t{z.imag:.8g}\t1\t{abs(z):.8g}\t{np.degrees(np.angle(z)):.6g}\t-5.1E-006\t3.4012\t9"
        for n, (f, z) in enumerate(zip(frequency, impedance, strict=True))
    ]
    return _lines(rows).encode("latin-1")


def chi_impedance(frequency: "Array", impedance: "NDArray[np.complex128]") -> bytes:
    """CH Instruments text of an A.C. impedance."""
    import numpy as np

    rows = [
        "Oct. 15, 2026   15:55:08", "A.C. Impedance", "File: d:\\data\\CN-26-0042_eis.bin", "Data Source:  Experiment",
        "Instrument Model:  CHI660E", "Header: ", "Note: ", "", "Init E (V) = 0", "High Frequency (Hz) = 1e+5",
        "Low Frequency (Hz) = 0.05", "Amplitude (V) = 0.005", "", "Freq/Hz, Z'/ohm, Z\"/ohm, Z/ohm, Phase/deg", "",
    ]  # fmt: skip
    rows += [
        f"{f:.6e}, {z.real:.6e}, {z.imag:.6e}, {abs(z):.6e}, {np.degrees(np.angle(z)):.3f}"
        for f, z in zip(frequency, impedance, strict=True)
    ]
    return _lines(rows).encode()


def chi_voltammetry(potential: "Array", current: "Array", *, rate: float, segments: int) -> bytes:
    """CH Instruments text of a cyclic voltammetry with cathodic current positive, the program's default."""
    rows = [
        "Oct. 15, 2026   11:20:41", "Cyclic Voltammetry", "File: d:\\data\\CN-26-0071_cv.bin", "Data Source:  Experiment",
        "Instrument Model:  CHI660E", "Header: ", "Note: ", "", f"Init E (V) = {potential[0]:g}", f"High E (V) = {potential.max():g}",
        f"Low E (V) = {potential.min():g}", "Init P/N = P", f"Scan Rate (V/s) = {rate:g}", f"Segment = {segments}",
        f"Sample Interval (V) = {abs(potential[1] - potential[0]):.3g}", "Quiet Time (sec) = 2", "Sensitivity (A/V) = 1e-5", "",
        "Potential/V, Current/A", "",
    ]  # fmt: skip
    rows += [f"{e:.4f}, {-i:.4e}" for e, i in zip(potential, current, strict=True)]
    return _lines(rows).encode()
