"""Every analysis. To add one: write a module here and add one line to MODULES."""

from functools import cache
from importlib import import_module

from jointlab.science.reading import Reading
from jointlab.science.settings import Settings
from jointlab.science.techniques.technique import Technique

# Modules of this package, each with TECHNIQUES: tuple[Technique, ...]; figures are shown in this order.
MODULES: tuple[str, ...] = (
    "adsorption_bet",
    "adsorption_pores",
    "supercapacitor",
    "galvanostatic_cycling",
    "impedance",
    "mpp_tracking",
    "powder_diffraction",
    "quantum_efficiency",
    "solar_cell_iv",
    "voltammetry",
)

# The names a reading's `technique` may have: the contract of `jointlab read`.
TECHNIQUE_NAMES: tuple[str, ...] = (
    "galvanostatic_cycling", "cyclic_voltammetry", "linear_sweep_voltammetry", "chronoamperometry",
    "chronopotentiometry", "impedance", "powder_diffraction", "gas_adsorption", "solar_cell_iv", "quantum_efficiency",
    "thermoelectric", "uv_vis_nir", "raman", "photoluminescence", "infrared", "xps", "thermal_analysis", "hall_effect",
    "electron_microscopy", "light_scattering", "current_voltage",
)  # fmt: skip


@cache
def all_techniques() -> tuple[Technique, ...]:
    """Every analysis, in the order of MODULES. Their modules are light: heavy imports stay inside functions."""
    return tuple(technique for name in MODULES for technique in import_module(f"{__name__}.{name}").TECHNIQUES)


def techniques_for(reading: Reading, settings: Settings) -> tuple[Technique, ...]:
    """The analyses that have something to say about a reading."""
    return tuple(t for t in all_techniques() if t.of == reading.technique and t.applies(reading, settings))
