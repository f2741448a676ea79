"""Words of the science room in the reader's language: techniques and quantities."""

from collections.abc import Iterable

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_noop as _

from jointlab.science import quantities
from jointlab.web.numbers import language

TECHNIQUES = {
    "galvanostatic_cycling": _("galvanostatic cycling"), "cyclic_voltammetry": _("cyclic voltammetry"),
    "linear_sweep_voltammetry": _("linear sweep voltammetry"), "chronoamperometry": _("chronoamperometry"),
    "chronopotentiometry": _("chronopotentiometry"), "impedance": _("impedance"),
    "powder_diffraction": _("powder diffraction"), "gas_adsorption": _("gas adsorption"),
    "solar_cell_iv": _("solar cell J-V"), "quantum_efficiency": _("quantum efficiency"),
    "thermoelectric": _("thermoelectric measurement"), "uv_vis_nir": _("UV-Vis-NIR spectrum"), "raman": _("Raman spectrum"),
    "photoluminescence": _("photoluminescence"), "infrared": _("infrared spectrum"), "xps": _("XPS"),
    "thermal_analysis": _("thermal analysis"), "hall_effect": _("Hall effect"),
    "electron_microscopy": _("electron microscopy"), "light_scattering": _("light scattering"),
    "current_voltage": _("current-voltage curve"),
}  # fmt: skip

_CURVES = frozenset({
    _("measured"), _("fit"), _("background"), _("line"), _("base line"), _("peaks"), _("reflections"), _("real"),
    _("imaginary"), _("adsorption"), _("desorption"), _("charge"), _("discharge"), _("forward"), _("reverse"), _("tracking"),
    _("coulombic efficiency"), _("points of the range"), _("before cycle 1"),
})  # fmt: skip
_NUMBERED = {"cycle": _("cycle {value}"), "scan": _("scan {value}")}


def technique(name: str) -> str:
    """“Gas adsorption”, at the beginning of a line."""
    text = gettext(TECHNIQUES[name]) if name in TECHNIQUES else name.replace("_", " ")
    return text[:1].upper() + text[1:]


def quantity(name: str) -> str:
    """The name of a quantity; one that this version does not know stands as it is recorded."""
    try:
        return quantities.quantity(name).title(language())
    except KeyError:
        return name.replace("_", " ")


def curve(name: str) -> str:
    """The name of a plot's curve: “cycle 2, discharge”, “a reverse”; what is no word of ours (a circuit) stays."""
    return ", ".join(_curve(part) for part in name.split(", "))


def _curve(part: str) -> str:
    if part in _CURVES:
        return gettext(part)
    before, _space, last = part.rpartition(" ")
    if last.isdigit() and before in _NUMBERED:
        return gettext(_NUMBERED[before]).format(value=last)
    return f"{before} {gettext(last)}" if before and last in _CURVES else part


def listed(items: Iterable[str]) -> str:
    """Words one after the other, with what the reader's language sets between them."""
    return pgettext("between the items of a list", ", ").join(items)
