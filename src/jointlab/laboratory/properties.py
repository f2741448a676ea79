"""What is known of a device: which properties there are, in which units, and what follows from them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from jointlab.errors import BadInput
from jointlab.laboratory.amounts import Amount, read_number

_AGREE = Decimal("0.02")  # of the larger: two ways to one mass may differ by as much


class Kind(StrEnum):
    """What was built; the values of models.Device.Kind."""

    ELECTRODE = "electrode"
    CELL = "cell"
    SOLAR_CELL = "solar_cell"
    OTHER = "other"


@dataclass(frozen=True)
class Property:
    """One property: `units` that it may be given in, the first for a bare number; none for words."""

    name: str
    units: tuple[str, ...]
    kinds: tuple[Kind, ...]
    example: str


_ELECTRODES = (Kind.ELECTRODE, Kind.CELL)
_ALL = tuple(Kind)
PROPERTIES = (
    Property("area", ("cm^2",), _ALL, "1.13 cm2"),
    Property("coating_mass", ("mg",), _ELECTRODES, "12.4 mg"),
    Property("active_fraction", ("%",), _ELECTRODES, "80 %"),
    Property("active_mass", ("mg",), _ELECTRODES, "9.92 mg"),
    Property("loading", ("mg/cm^2",), _ELECTRODES, "8.8 mg/cm2"),
    Property("thickness", ("um",), _ALL, "60 um"),
    Property("electrolyte", (), (Kind.CELL,), "1 M LiPF6 in EC:DMC 1:1"),
    Property("counter_electrode", (), (Kind.CELL, Kind.SOLAR_CELL), "Li"),
    Property("one_c", ("mAh/g", "mA/g", "mAh", "mA"), _ELECTRODES, "170 mAh/g"),
)
BY_NAME = {known.name: known for known in PROPERTIES}


def check_properties(given: Mapping[str, str], *, kind: str) -> dict[str, str]:
    """The properties as they are stored, or the first fault of `faults_of`."""
    for fault in faults_of(given, kind=kind):
        raise fault
    return {name: _stored(BY_NAME[name], text) for name, text in given.items() if text.strip()}


def faults_of(given: Mapping[str, str], *, kind: str) -> Iterable[BadInput]:
    """Everything that is wrong with these properties, each with its field."""
    sound: dict[str, str] = {}
    for name, text in given.items():
        try:
            known = BY_NAME.get(name)
            if known is None or kind not in known.kinds:
                raise BadInput("device.property", "A device of this kind has no “{name}”.", field=name, name=name)
            if text.strip():
                sound[name] = _stored(known, text)
        except BadInput as fault:
            yield fault
    try:
        active_mass(sound)
    except BadInput as fault:
        yield fault


def active_mass(stored: Mapping[str, str]) -> Decimal | None:
    """Mass of active material in mg: as given, or coating mass times fraction, or loading times area.

    Raises BadInput ``device.mass`` when two of these do not agree.
    """
    mass, coating, fraction = (_value(stored, name) for name in ("active_mass", "coating_mass", "active_fraction"))
    loading, area = _value(stored, "loading"), _value(stored, "area")
    ways: dict[str, Decimal] = {}
    if mass is not None:
        ways["active_mass"] = mass
    if coating is not None and fraction is not None:
        ways["coating_mass × active_fraction"] = coating * fraction / 100
    if loading is not None and area is not None:
        ways["loading × area"] = loading * area
    first = next(iter(ways.items()), None)
    for way, value in ways.items():
        assert first is not None
        if abs(value - first[1]) > _AGREE * max(abs(value), abs(first[1])):
            raise BadInput(
                "device.mass",
                "Two masses of active material do not agree: {one} is {first} mg, {other} is {second} mg.",
                field="active_mass", one=first[0], first=f"{first[1].normalize():f}",
                other=way, second=f"{value.normalize():f}",
            )  # fmt: skip
    return first[1] if first else None


def reader_settings(stored: Mapping[str, str]) -> dict[str, str]:
    """What readers and techniques ask for, by the names of science's settings: active_mass, area, nominal_capacity."""
    mass, area, one_c = active_mass(stored), _value(stored, "area"), stored.get("one_c", "")
    found: dict[str, str] = {}
    if mass is not None:
        found["active_mass"] = f"{_short(mass)} mg"
    if area is not None:
        found["area"] = f"{_short(area)} cm^2"
    capacity = _capacity(one_c, mass)
    if capacity is not None:
        found["nominal_capacity"] = f"{_short(capacity)} mAh"
    return found


def _capacity(one_c: str, mass: Decimal | None) -> Decimal | None:
    """What flows in one hour at 1C, in mAh; None where 1C is per gram and the mass is not known."""
    stated = read_number(one_c, field="one_c")
    if stated is None:
        return None
    for unit in ("mAh", "mA"):  # 1C lasts one hour: 1.7 mA and 1.7 mAh say the same
        if stated.fits(unit):
            return stated.in_unit(unit)
    per_gram = stated.in_unit("mAh/g" if stated.fits("mAh/g") else "mA/g")
    return None if mass is None else per_gram * mass / 1000


def _stored(known: Property, text: str) -> str:
    """One property as it is stored: words as they are, a number with a unit of its kind."""
    if not known.units:
        return " ".join(text.split())[:200]
    number = read_number(text, field=known.name)
    assert number is not None, "empty texts are not asked"
    bare = not number.unit
    number = Amount(number.value, number.unit or (known.units[0] if len(known.units) == 1 else ""))
    if not number.unit or not any(number.fits(allowed) for allowed in known.units):
        raise BadInput(
            "device.unit", "“{text}” needs a unit, such as “{example}”.", field=known.name, text=text[:60], example=known.example
        )  # fmt: skip
    if number.value <= 0:
        raise BadInput("device.value", "“{text}” is not more than zero.", field=known.name, text=text[:60])
    if known.name == "active_fraction":
        _check_fraction(number, bare=bare, text=text)
    return str(number)


def _check_fraction(number: Amount, *, bare: bool, text: str) -> None:
    """0.8 without a unit may mean 80 % or 0.8 %: never guessed."""
    if bare and number.value <= 1:
        raise BadInput(
            "device.fraction", "“{text}” may mean a part of one or per cent. Write it with its unit: 80 %.",
            field="active_fraction", text=text[:60],
        )  # fmt: skip
    if number.in_unit("%") > 100:
        raise BadInput("device.fraction", "“{text}” is more than the whole.", field="active_fraction", text=text[:60])


def _value(stored: Mapping[str, str], name: str) -> Decimal | None:
    """A stored property in its first unit."""
    number = read_number(stored.get(name, ""), field=name)
    return None if number is None else number.in_unit(BY_NAME[name].units[0])


def _short(value: Decimal) -> str:
    """At most nine significant digits, without an exponent: settings are read by people too."""
    return f"{Decimal(f'{value:.9g}'):f}"
