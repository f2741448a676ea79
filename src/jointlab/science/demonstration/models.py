"""Physical models of what the demonstration's instruments measure. Noise comes from a frozen generator.

Each model returns the arrays that an instrument would record; its parameters are the truth that a reading should find.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_BOLTZMANN_EV = 8.617333262e-5  # eV/K


def noise(seed: int) -> "np.random.RandomState":
    """Random numbers that are the same on every machine and with every numpy (the legacy generator is frozen)."""
    import numpy as np

    return np.random.RandomState(seed)


# ---------------------------------------------------------------------------------------------- galvanostatic cycling


@dataclass(frozen=True)
class HalfCell:
    """A lithium iron phosphate half-cell, cycled at constant current between two voltages."""

    mass: float = 11.4  # of active material [mg]
    capacity: float = 158.0  # specific, first discharge [mAh/g]
    fade: float = 0.0012  # share of the capacity lost per cycle
    loss: float = 0.003  # share of the charge that a discharge does not give back
    rate: float = 0.5  # C-rate against 170 mAh/g
    resistance: float = 42.0  # of the cell [ohm]
    cycles: int = 12
    interval: float = 30.0  # s between records

    @property
    def current(self) -> float:
        """Current of the cell [A]."""
        return self.rate * 170e-3 * self.mass * 1e-3


@dataclass(frozen=True, eq=False)
class CyclingRecord:
    """What a cycler records, shape (records,): time [s], current [A], voltage [V], cycle and step numbers."""

    time: "Array"
    current: "Array"
    voltage: "Array"
    cycle: "NDArray[np.int64]"
    step: "NDArray[np.int64]"


def cycle_half_cell(cell: HalfCell, *, seed: int) -> CyclingRecord:
    """Charge and discharge at constant current, a rest between; the last record of a step lies at its exact end."""
    import numpy as np

    random = noise(seed)
    pieces: list[tuple[Array, float, Array, int, int]] = []
    start, step = 0.0, 0
    for number in range(1, cell.cycles + 1):
        given = cell.capacity * 1e-3 * cell.mass * 1e-3 * (1 - cell.fade) ** (number - 1)  # Ah
        for sign, amount in ((1.0, given * (1 + cell.loss)), (0.0, 0.0), (-1.0, given), (0.0, 0.0)):
            step += 1
            length = amount * 3600 / cell.current if sign else 600.0
            times = np.append(np.arange(0.0, length, cell.interval), length)
            share = times / length if sign else np.ones_like(times)
            lithium = np.clip(1 - share if sign > 0 else share, 0, 1) if sign else np.full_like(times, 0.5)
            volts = _phosphate(lithium) + sign * cell.current * cell.resistance + _polarisation(share, sign)
            pieces.append(
                (start + times, sign * cell.current, volts + random.normal(0, 2e-4, len(times)), number, step)
            )
            start += length
    return CyclingRecord(
        np.concatenate([p[0] for p in pieces]),
        np.concatenate([np.full(len(p[0]), p[1]) for p in pieces]),
        np.concatenate([p[2] for p in pieces]),
        np.concatenate([np.full(len(p[0]), p[3], dtype=np.int64) for p in pieces]),
        np.concatenate([np.full(len(p[0]), p[4], dtype=np.int64) for p in pieces]),
    )


def _phosphate(lithium: "Array") -> "Array":
    """Open-circuit voltage of Li_x FePO4 against lithium: a plateau at 3.42 V with steep ends."""
    import numpy as np

    return np.asarray(3.42 + 0.28 * np.exp(-60 * lithium) - 0.55 * np.exp(-45 * (1 - lithium)))


def _polarisation(share: "Array", sign: float) -> "Array":
    """Concentration polarisation grows towards the end of a step [V]."""
    import numpy as np

    return np.asarray(sign * (0.03 + 0.25 * np.exp(-18 * (1 - share)))) if sign else np.zeros_like(share)


@dataclass(frozen=True)
class Capacitor:
    """A supercapacitor: capacitance, series resistance, constant current between two voltages."""

    mass: float = 6.2  # of both electrodes [mg]
    capacitance: float = 0.185  # [F]
    resistance: float = 3.4  # [ohm]
    current: float = 2.0e-3  # [A]
    top: float = 2.7  # [V]
    bottom: float = 0.0  # [V]
    cycles: int = 6
    interval: float = 0.5  # s between records


def cycle_capacitor(cell: Capacitor, *, seed: int) -> CyclingRecord:
    """Triangles with an IR step at each turn."""
    import numpy as np

    swing = cell.top - cell.bottom - 2 * cell.current * cell.resistance
    length = cell.capacitance * swing / cell.current
    times = np.append(np.arange(0.0, length, cell.interval), length)
    rise = cell.current * times / cell.capacitance
    up = cell.bottom + 2 * cell.current * cell.resistance + rise
    down = cell.top - 2 * cell.current * cell.resistance - rise
    halves = 2 * cell.cycles
    count = len(times)
    volts = np.concatenate([up if n % 2 == 0 else down for n in range(halves)])
    return CyclingRecord(
        np.concatenate([n * length + times for n in range(halves)]),
        np.concatenate([np.full(count, cell.current if n % 2 == 0 else -cell.current) for n in range(halves)]),
        volts + noise(seed).normal(0, 1e-4, len(volts)),
        np.repeat(np.arange(halves) // 2 + 1, count),
        np.repeat(np.arange(halves) + 1, count),
    )


# ------------------------------------------------------------------------------------------------- powder diffraction


@dataclass(frozen=True)
class Reflection:
    """One reflection of the model powder: spacing [angstrom] and relative intensity."""

    spacing: float
    intensity: float


def anatase(*, a: float = 3.7845, c: float = 9.5143) -> tuple[Reflection, ...]:
    """Reflections of TiO2 anatase (I4_1/amd) with intensities as published for powder at Cu Ka (Horn 1972)."""
    lines = (
        (1, 0, 1, 100), (1, 0, 3, 6), (0, 0, 4, 19), (1, 1, 2, 7), (2, 0, 0, 26), (1, 0, 5, 16), (2, 1, 1, 16),
        (2, 0, 4, 13), (1, 1, 6, 5), (2, 2, 0, 6), (2, 1, 5, 9), (3, 0, 1, 3),
    )  # fmt: skip
    return tuple(Reflection((((h * h + k * k) / a**2) + l * l / c**2) ** -0.5, float(i)) for h, k, l, i in lines)  # noqa: E741


@dataclass(frozen=True)
class Powder:
    """A powder on a diffractometer with Cu tube: size broadening only, on top of the instrument's own."""

    size: float = 14.0  # volume-weighted crystallite size, Scherrer with K = 0.9 on the width [nm]
    instrument: float = 0.06  # width of the instrument's profile [deg]
    peak: float = 5200.0  # counts at the strongest reflection
    background: float = 140.0  # counts
    low: float = 20.0
    high: float = 80.0
    step: float = 0.02


KA1, KA2, KA_RATIO = 1.5405929, 1.5444274, 0.5  # Cu, Hölzer 1997 [angstrom]


def diffract(powder: Powder, reflections: "tuple[Reflection, ...]", *, seed: int) -> "tuple[Array, Array]":
    """Angles [deg] and counts of one scan: Lorentzian Ka1/Ka2 doublets on a falling background, Poisson noise."""
    import numpy as np

    two_theta = np.round(np.arange(powder.low, powder.high + powder.step / 2, powder.step), 6)
    counts = powder.background * (1.2 + 1.6 * np.exp(-(two_theta - powder.low) / 12))
    for reflection in reflections:
        for wavelength, share in ((KA1, 1.0), (KA2, KA_RATIO)):
            sine = wavelength / (2 * reflection.spacing)
            if sine >= 1:
                continue
            theta = np.arcsin(sine)
            width = np.degrees(0.9 * wavelength / (10 * powder.size * np.cos(theta))) + powder.instrument
            offset = (two_theta - np.degrees(2 * theta)) / (width / 2)
            counts = counts + share * powder.peak * reflection.intensity / 100 / (1 + offset**2)
    return two_theta, noise(seed).poisson(counts).astype(np.float64)


# ------------------------------------------------------------------------------------------------------ gas adsorption


@dataclass(frozen=True)
class Mesopores:
    """A mesoporous powder: BET multilayer on its surface, cylindrical pores that fill and empty at one width each."""

    area: float = 210.0  # BET area [m^2/g]
    constant: float = 120.0  # C of the BET equation
    pore_volume: float = 0.46  # of the mesopores [cm^3/g]
    fills_at: float = 0.72  # relative pressure of condensation
    empties_at: float = 0.62  # relative pressure of evaporation
    spread: float = 0.035


@dataclass(frozen=True, eq=False)
class Isotherm:
    """Relative pressures [1] and amounts [mmol/g] of both branches, shape (points,) each."""

    adsorption_pressure: "Array"
    adsorption_amount: "Array"
    desorption_pressure: "Array"
    desorption_amount: "Array"


_N2_AREA = 0.162e-18 * 6.02214076e23 * 1e-3  # m^2 per mmol in a monolayer
_N2_LIQUID = 34.67e-3  # cm^3 per mmol of liquid nitrogen at 77 K


def adsorb(solid: Mesopores, *, seed: int) -> Isotherm:
    """An isotherm of type IV with a hysteresis loop."""
    import numpy as np

    up = np.concatenate([np.geomspace(1e-4, 0.04, 9), np.linspace(0.05, 0.30, 14), np.linspace(0.33, 0.99, 34)])
    down = np.linspace(0.985, 0.32, 30)
    random = noise(seed)
    filling = _amount(solid, up, solid.fills_at) * random.normal(1, 0.0015, len(up))
    emptying = _amount(solid, down, solid.empties_at) * random.normal(1, 0.0015, len(down))
    return Isotherm(up, filling, down, emptying)


def _amount(solid: Mesopores, pressure: "Array", centre: float) -> "Array":
    """BET with at most a few layers on the wall, and a filling step of the mesopores around `centre`."""
    import numpy as np

    monolayer = solid.area / _N2_AREA
    c, p = solid.constant, np.minimum(pressure, 0.42)
    wall = monolayer * c * p / ((1 - p) * (1 + (c - 1) * p))
    filled = 0.5 * (1 + np.tanh((pressure - centre) / solid.spread))
    full = solid.pore_volume / _N2_LIQUID
    return np.asarray(wall + np.maximum(full - wall, 0.0) * filled)


# ---------------------------------------------------------------------------------------------------------- solar cells


@dataclass(frozen=True)
class Diode:
    """A solar cell as one diode with series and shunt resistance, per area."""

    photocurrent: float = 22.4  # [mA/cm^2]
    saturation: float = 3.0e-12  # [mA/cm^2]
    ideality: float = 1.55
    series: float = 2.6  # [ohm cm^2]
    shunt: float = 2800.0  # [ohm cm^2]
    temperature: float = 298.15  # [K]


def illuminate(cell: Diode, voltage: "Array", *, seed: int) -> "Array":
    """Current density [mA/cm^2], negative where power is delivered, by Newton's method on the diode equation."""
    import numpy as np

    thermal = cell.ideality * _BOLTZMANN_EV * cell.temperature
    current = np.full_like(voltage, cell.photocurrent)
    for _ in range(80):
        inner = voltage + current * 1e-3 * cell.series
        exponent = np.exp(np.minimum(inner / thermal, 80.0))
        value = cell.photocurrent - cell.saturation * (exponent - 1) - 1e3 * inner / cell.shunt - current
        slope = -cell.saturation * exponent * 1e-3 * cell.series / thermal - cell.series / cell.shunt - 1
        current = current - np.clip(value / slope, -20.0, 20.0)
    return np.asarray(noise(seed).normal(0, 0.004, len(voltage)) - current)


@dataclass(frozen=True, eq=False)
class Day:
    """A solar cell outdoors, shape (points,): time [s], irradiance [mW/cm^2], voltage [V], current density [mA/cm^2]."""

    time: "Array"
    irradiance: "Array"
    voltage: "Array"
    current_density: "Array"


def track(*, efficiency: float = 18.0, fade: float = 0.05, seed: int) -> Day:
    """Ten hours at the maximum power point: the current follows the light, the efficiency fades by `fade` of itself."""
    import numpy as np

    time = np.arange(0.0, 36000.0, 120.0)
    light = 12.0 + 88.0 * np.sin(np.pi * (time + 1800) / 39600)
    voltage = 0.94 + 0.05 * np.log10(light / 100) + noise(seed).normal(0, 0.002, len(time))
    share = efficiency / 100 * (1 - fade * time / time[-1])
    return Day(time, light, voltage, light * share / voltage)


def quantum_efficiency(wavelength: "Array", *, gap: float = 1.58, plateau: float = 0.91, seed: int) -> "Array":
    """EQE [1] of a perovskite-like absorber: a plateau, a blue loss and an absorption edge at `gap` [eV]."""
    import numpy as np

    energy = 1239.841984 / wavelength
    edge = 1 / (1 + np.exp(-(energy - gap) / 0.018))
    blue = 1 / (1 + np.exp(-(wavelength - 335) / 14))
    shape = plateau * edge * blue * (1 - 0.05 * np.sin(wavelength / 55))
    return np.asarray(shape + noise(seed).normal(0, 5e-4, len(wavelength)))


# ------------------------------------------------------------------------------------------------------------ impedance


@dataclass(frozen=True)
class Interface:
    """An electrode: ohmic resistance, charge transfer beside a constant phase element, Warburg diffusion."""

    ohmic: float = 4.2  # [ohm]
    transfer: float = 61.0  # [ohm]
    cpe: float = 2.4e-5  # Q [ohm^-1 s^n]
    exponent: float = 0.88
    warburg: float = 21.0  # [ohm s^-1/2]


def impede(electrode: Interface, frequency: "Array", *, seed: int) -> "NDArray[np.complex128]":
    """Impedance [ohm] at each frequency [Hz], with noise of 0.15 % of its modulus in either part."""
    import numpy as np

    omega = 2j * np.pi * frequency
    faradaic = electrode.transfer + electrode.warburg / np.sqrt(omega) * np.sqrt(2)
    exact = electrode.ohmic + 1 / (1 / faradaic + electrode.cpe * omega**electrode.exponent)
    random = noise(seed)
    spread = random.normal(0, 0.0015, len(frequency)) + 1j * random.normal(0, 0.0015, len(frequency))
    return np.asarray(exact + np.abs(exact) * spread)


@dataclass(frozen=True)
class Couple:
    """A dissolved redox couple at a disc, Nernstian and planar, beside a charging current."""

    formal: float = 0.236  # E_1/2 against the reference electrode [V]
    concentration: float = 2.0e-6  # of the reduced form [mol/cm3]
    diffusion: float = 7.6e-6  # of both forms [cm2/s]
    area: float = 0.0707  # of the disc [cm2]
    capacitance: float = 1.6e-6  # of the interface [F]
    temperature: float = 298.15  # [K]


def sweep_couple(couple: Couple, potential: "Array", *, rate: float, seed: int) -> "Array":
    """Current [A], anodic positive, at evenly spaced potentials [V] of sweeps at `rate` [V/s].

    The semi-derivative of the surface concentration that Nernst's equation gives (Oldham 1972), by product integration.
    """
    import numpy as np

    per_volt = 96485.33212 / (8.314462618 * couple.temperature)
    surface = 1 / (1 + np.exp(-per_volt * (potential - couple.formal)))
    step = float(np.abs(np.diff(potential)).max()) / rate
    places = np.arange(len(potential) - 1)
    weights = 2 * np.sqrt(step) * (np.sqrt(places + 1) - np.sqrt(places))
    flux = np.convolve(np.diff(surface) / step, weights)[: len(places)]
    scale = 96485.33212 * couple.area * couple.concentration * np.sqrt(couple.diffusion / np.pi)
    way = np.append(np.sign(np.diff(potential)), -1.0)
    exact = scale * np.concatenate([[0.0], flux]) + couple.capacitance * rate * way
    return np.asarray(exact + noise(seed).normal(0, 0.001 * float(np.abs(exact).max()), len(potential)))
