"""Which wavelengths made the pattern: what the file states, a setting, or a named tube."""

from collections.abc import Mapping
from dataclasses import dataclass

from jointlab.errors import BadInput
from jointlab.science.reading import Condition
from jointlab.science.settings import Settings
from jointlab.science.units import convert

# Kα1 and Kα2 in angstrom, on the scale of the NIST reference materials: G. Hölzer et al., Phys. Rev. A 56 (1997) 4554
# (Cr to Cu); R. D. Deslattes et al., Rev. Mod. Phys. 75 (2003) 35 (Mo, Ag). Bearden's values (Rev. Mod. Phys. 39 (1967)
# 78) lie up to 30 ppm away.
TUBES: dict[str, tuple[float, float]] = {
    "cr": (2.2897260, 2.2936510),
    "fe": (1.9360410, 1.9399730),
    "co": (1.7889960, 1.7928350),
    "cu": (1.5405929, 1.5444274),
    "mo": (0.70931715, 0.713607),
    "ag": (0.55942178, 0.5638131),
}
_RATIO = 0.5  # Kα2 : Kα1 of a tube without monochromator, within a few per cent for all of these anodes
_SAME_LINE = 1.5e-4  # relative; tells a Kα1 from the mean Kα (8e-4 above it) and covers every published scale
SHORTCUTS = tuple(f"{tube}_{line}" for tube in TUBES for line in ("ka", "ka1", "ka2"))


@dataclass(frozen=True)
class Radiation:
    """The lines of a pattern. Wavelengths in angstrom; `kalpha2` is None where no second line can be present.

    `stated_ratio` is Kα2 : Kα1 as stated, 0 for a monochromated beam. `open` tells that the data may decide otherwise.
    """

    kalpha1: float
    kalpha2: float | None
    stated_ratio: float
    source: str
    kbeta: float | None = None  # angstrom, where stated: to recognise its reflections, not to fit them
    open: bool = True


def radiation_of(facts: Mapping[str, Condition], settings: Settings) -> Radiation | None:
    """The radiation by the setting ``wavelength``, else by the file's facts, else None.

    `facts` may hold ``wavelength_kalpha1``, ``wavelength_kalpha2``, ``wavelength`` in nm, ``kalpha_ratio``, ``anode``.
    Raises BadInput ``setting.value`` for a wavelength that is none.
    """
    kalpha2 = settings.choice("kalpha2", ("auto", "present", "absent"), "auto")
    found = _from_setting(settings) or _from_facts(facts)
    if found is None or kalpha2 == "auto" or found.kalpha2 is None:
        return found
    ratio = 0.0 if kalpha2 == "absent" else (found.stated_ratio or _RATIO)
    return Radiation(found.kalpha1, found.kalpha2, ratio, f"{found.source}; Kα2 {kalpha2} (setting)", open=False)


def _from_setting(settings: Settings) -> Radiation | None:
    given = settings.text("wavelength")
    if given is None:
        return None
    tube, _, line = given.strip().lower().replace("-", "_").partition("_")
    if tube in TUBES and line in ("ka", "ka1", "ka2"):
        first, second = TUBES[tube]
        label = f"{tube.capitalize()} K{line[1:].replace('a', 'α')} (setting; Hölzer 1997, Deslattes 2003)"
        if line == "ka":
            return Radiation(first, second, _RATIO, label)
        return Radiation(first if line == "ka1" else second, None, 0.0, label, open=False)
    try:
        angstrom = settings.number("wavelength", unit="angstrom")
    except BadInput as fault:
        raise BadInput(
            "setting.value",
            "wavelength={value}: give a length such as “1.5406 angstrom” or one of {names}.",
            value=given, names=", ".join(SHORTCUTS),
        ) from fault  # fmt: skip
    if angstrom is None or not 0.05 < angstrom < 10.0:
        raise BadInput(
            "setting.value",
            "wavelength={value}: a diffraction wavelength lies between 0.05 and 10 angstrom.",
            value=given,
        )
    return _single(angstrom, "setting")


def _from_facts(facts: Mapping[str, Condition]) -> Radiation | None:
    first, second = _angstrom(facts, "wavelength_kalpha1"), _angstrom(facts, "wavelength_kalpha2")
    if first is None:
        mean = _angstrom(facts, "wavelength")
        return None if mean is None else _single(mean, "file")
    if second is None:
        return _single(first, "file", ratio=facts.get("kalpha_ratio"))
    if not 1.0 < second / first < 1.02:  # not a Kα doublet: nothing is made of it
        return Radiation(first, None, 0.0, "file", open=False)
    ratio = facts.get("kalpha_ratio", _RATIO)
    stated = float(ratio) if isinstance(ratio, int | float) and 0.0 <= ratio <= 1.0 else _RATIO
    return Radiation(first, second, stated, "file")


def _angstrom(facts: Mapping[str, Condition], key: str) -> float | None:
    value = facts.get(key)
    if not isinstance(value, int | float) or not 0.005 < value < 1.0:
        return None
    return convert(float(value), source="nm", target="angstrom")


def _single(angstrom: float, source: str, ratio: Condition | None = None) -> Radiation:
    """One wavelength: the Kα1 of a tube (then Kα2 may be present), the mean of its doublet, or any other."""
    for tube, (first, second) in TUBES.items():
        name = tube.capitalize()
        if abs(angstrom / first - 1.0) < _SAME_LINE:
            kalpha2 = angstrom * second / first
            stated = float(ratio) if isinstance(ratio, int | float) else 0.0
            return Radiation(angstrom, kalpha2, stated, f"{source}: {angstrom:.6f} Å, {name} Kα1")
        mean = (2.0 * first + second) / 3.0
        if abs(angstrom / mean - 1.0) < _SAME_LINE:
            return Radiation(first, second, _RATIO, f"{source}: {angstrom:.5f} Å is the mean of {name} Kα1 and Kα2")
    return Radiation(angstrom, None, 0.0, f"{source}: {angstrom:.6f} Å", open=False)
