"""The files of the demonstration laboratory: what each one is, where it was measured, and the settings to read it with.

Sample codes, masses and values are invented. Almaty's computers write a decimal comma, Nanjing's write Chinese.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jointlab.science.demonstration import models, vendors


@dataclass(frozen=True)
class DemonstrationFile:
    """One file: its path below the demonstration's folder, a sentence for people, settings, and how it is made."""

    path: str
    title: str
    make: Callable[[], bytes]
    settings: Mapping[str, str] = field(default_factory=dict)


CELL_ALMATY = models.HalfCell()
CELL_NANJING = models.HalfCell(
    mass=9.8, capacity=152.0, rate=1.0, fade=0.0021, resistance=36.0, cycles=10, interval=20.0
)
CAPACITOR = models.Capacitor()
POWDER_ALMATY = models.Powder()
POWDER_NANJING = models.Powder(instrument=0.045, peak=21000.0, background=420.0)
SOLID_ALMATY = models.Mesopores()
SOLID_NANJING = models.Mesopores(area=212.0, pore_volume=0.47)
DIODE_REVERSE = models.Diode()
DIODE_FORWARD = models.Diode(series=3.4, shunt=1900.0, photocurrent=22.3)
ELECTRODE_ALMATY = models.Interface()
COUPLE = models.Couple()
SCAN_RATE = 0.1  # V/s
ELECTRODE_NANJING = models.Interface(ohmic=3.6, transfer=48.0)


def _mpt() -> bytes:
    record = models.cycle_half_cell(CELL_ALMATY, seed=7)
    return vendors.biologic_mpt(record, mass=CELL_ALMATY.mass, started="10/13/2026 09:30:12")


def _neware() -> bytes:
    import numpy as np

    record = models.cycle_half_cell(CELL_NANJING, seed=11)
    return vendors.neware_csv(record, mass=CELL_NANJING.mass, started=np.datetime64("2026-10-14T10:02:05"))


def _lanhe() -> bytes:
    return vendors.lanhe_csv(models.cycle_capacitor(CAPACITOR, seed=13))


def _xrdml() -> bytes:
    angles, counts = models.diffract(POWDER_ALMATY, models.anatase(), seed=21)
    return vendors.xrdml(angles, counts, sample="KZ-26-0203", started="2026-10-12T11:40:00+05:00", counting_time=40.0)


def _ras() -> bytes:
    angles, counts = models.diffract(POWDER_NANJING, models.anatase(), seed=22)
    return vendors.rigaku_ras(angles, counts, sample="KZ-26-0203", attenuated=(angles > 24.4) & (angles < 26.3))


def _dat() -> bytes:
    return vendors.belsorp_dat(models.adsorb(SOLID_NANJING, seed=52), sample="KZ-26-0203", mass=0.1132)


def _aif() -> bytes:
    return vendors.aif(models.adsorb(SOLID_ALMATY, seed=51), sample="KZ-26-0203", mass=0.0987)


def _jv() -> bytes:
    import numpy as np

    voltage = np.round(np.arange(1.22, -0.1001, -0.01), 6)
    sweeps = {
        "a_rev": models.illuminate(DIODE_REVERSE, voltage, seed=31),
        "a_for": models.illuminate(DIODE_FORWARD, voltage, seed=32),
    }
    return vendors.labview_jv(voltage, sweeps, area=0.16)


def _eqe() -> bytes:
    import numpy as np

    wavelength = np.arange(300.0, 851.0, 5.0)
    return vendors.eqe_text(wavelength, models.quantum_efficiency(wavelength, seed=33), sample="CN-26-0058")


def _mppt() -> bytes:
    import numpy as np

    return vendors.hzb_mppt(models.track(seed=34), area=0.16, started=np.datetime64("2026-10-16T07:30:00"))


def _frequencies(*, high: float, low: float, per_decade: int) -> "vendors.Array":
    import numpy as np

    count = round(per_decade * np.log10(high / low)) + 1
    return np.asarray(np.geomspace(high, low, count))


def _gamry() -> bytes:
    frequency = _frequencies(high=2e5, low=0.02, per_decade=8)
    return vendors.gamry_dta(frequency, models.impede(ELECTRODE_ALMATY, frequency, seed=41))


def _cv() -> bytes:
    import numpy as np

    way = np.arange(1, 701) * 1e-3
    once = np.concatenate([-0.1 + way, 0.6 - way])
    potential = np.round(np.concatenate([[-0.1], once, once]), 4)
    current = models.sweep_couple(COUPLE, potential, rate=SCAN_RATE, seed=43)
    return vendors.chi_voltammetry(potential, current, rate=SCAN_RATE, segments=4)


def _chi() -> bytes:
    frequency = _frequencies(high=1e5, low=0.05, per_decade=10)
    return vendors.chi_impedance(frequency, models.impede(ELECTRODE_NANJING, frequency, seed=42))


def _smp() -> bytes:
    return b"^vMIC##&&FS.0200" + b"SUBSET00" + bytes(range(1, 129)) * 8


FILES: tuple[DemonstrationFile, ...] = (
    DemonstrationFile("almaty/KZ-26-0117_cell07_GCPL.mpt", "LiFePO4 half-cell at C/2, EC-Lab text with a decimal comma", _mpt, {}),
    DemonstrationFile("nanjing/CN-26-0042_cell11.csv", "LiFePO4 half-cell at 1C, Neware table in Chinese (GBK)", _neware, {"active_mass": "9.8 mg"}),
    DemonstrationFile("nanjing/CN-26-0061_supercap.csv", "Carbon supercapacitor, LANHE table in microamperes", _lanhe, {"device": "supercapacitor", "active_mass": "6.2 mg"}),
    DemonstrationFile("almaty/KZ-26-0203_anatase.xrdml", "Anatase powder in Almaty", _xrdml, {"unit_cell": "tetragonal a=3.785 c=9.514", "instrument_fwhm": "0.06"}),
    DemonstrationFile("nanjing/KZ-26-0203_anatase.ras", "The same powder in Nanjing, behind an attenuator", _ras, {"unit_cell": "tetragonal a=3.785 c=9.514", "instrument_fwhm": "0.045"}),
    DemonstrationFile("almaty/KZ-26-0203_N2.aif", "Nitrogen isotherm in Almaty", _aif),
    DemonstrationFile("nanjing/KZ-26-0203_N2.DAT", "Nitrogen isotherm of the same powder in Nanjing, BELSORP", _dat),
    DemonstrationFile("almaty/CN-26-0058_a.jv.txt", "Perovskite solar cell, both sweep directions", _jv),
    DemonstrationFile("nanjing/CN-26-0058_a.eqe.txt", "Quantum efficiency of the same cell", _eqe),
    DemonstrationFile("nanjing/CN-26-0058_a.mppt.csv", "The same cell outdoors, tracked at its maximum power point", _mppt),
    DemonstrationFile("almaty/KZ-26-0117_cell07_EIS.DTA", "Impedance of the half-cell, Gamry", _gamry, {"circuit": "randles_warburg"}),
    DemonstrationFile("nanjing/CN-26-0042_cell11_EIS.txt", "Impedance of the other half-cell, CH Instruments", _chi, {"circuit": "randles_warburg"}),
    DemonstrationFile("nanjing/CN-26-0071_ferrocene_CV.txt", "Cyclic voltammogram of a ferrocene in solution, CH Instruments, cathodic current positive", _cv),
    DemonstrationFile("almaty/KZ-26-0203_tristar.SMP", "A Micromeritics sample file: recognised, and refused with the export to make", _smp),
)  # fmt: skip


def write_files(folder: Path) -> Iterator[tuple[DemonstrationFile, Path]]:
    """Write every file below `folder`; yields each one as it is written."""
    for entry in FILES:
        path = folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.make())
        yield entry, path
