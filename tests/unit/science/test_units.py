"""Units, with pint as an independent oracle."""

import pint
import pytest

from jointlab.errors import BadInput
from jointlab.science.quantities import all_quantities
from jointlab.science.units import convert, parse_unit

ORACLE: pint.UnitRegistry[float] = pint.UnitRegistry()


@pytest.mark.parametrize(
    ("source", "target", "oracle_source", "oracle_target"),
    [
        ("mA", "A", "mA", "A"),
        ("uAh", "mAh", "uA*h", "mA*h"),
        ("Torr", "kPa", "torr", "kPa"),
        ("mmHg", "Pa", "torr", "Pa"),
        ("kcal", "kJ", "kcal", "kJ"),
        ("W.h", "J", "W*h", "J"),
        ("mV s⁻¹", "V/s", "mV/s", "V/s"),
        ("A/cm2", "mA/cm^2", "A/cm^2", "mA/cm^2"),
        ("µm", "nm", "um", "nm"),
        ("deg", "rad", "deg", "rad"),
        ("eV", "J", "eV", "J"),
        ("kOhm", "ohm", "kohm", "ohm"),
        ("psi", "bar", "psi", "bar"),
        ("Oe", "A/m", "A/m*1000/4/pi", "A/m"),
    ],
)
def test_a_conversion_equals_pint(source: str, target: str, oracle_source: str, oracle_target: str) -> None:
    wanted = ORACLE.Quantity(1.0, "") * ORACLE(oracle_source.replace("pi", "3.141592653589793"))
    assert convert(1.0, source=source, target=target) == pytest.approx(wanted.to(oracle_target).magnitude, rel=1e-9)


def test_temperature_has_its_offset() -> None:
    assert convert(25.0, source="°C", target="K") == pytest.approx(298.15)
    assert convert(212.0, source="°F", target="°C") == pytest.approx(100.0)


def test_cm3_stp_is_the_amount_of_iupac_adsorption() -> None:
    assert convert(22.41396954, source="cm³(STP)/g", target="mmol/g") == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize(("source", "target"), [("V", "A"), ("counts", "deg"), ("K", "s"), ("mAh", "mWh")])
def test_dimensions_never_mix(source: str, target: str) -> None:
    with pytest.raises(BadInput) as caught:
        convert(1.0, source=source, target=target)
    assert caught.value.code == "unit.dimension"


@pytest.mark.parametrize("text", ["", "V", "P0", "bananas", "x/y", "m/z/q", "((("])
def test_a_unit_is_known_or_none(text: str) -> None:
    unit = parse_unit(text)
    assert (unit is not None) == (text in ("", "V"))


def test_every_quantity_has_a_unit_and_four_names() -> None:
    for entry in all_quantities():
        assert parse_unit(entry.unit) is not None, entry.name
        assert all((entry.en, entry.ru, entry.kk, entry.zh, entry.definition)), entry.name


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("мА", "mA"), ("мкА", "uA"), ("В", "V"), ("с", "s"), ("мА·ч", "mAh"), ("мА·сағ", "mAh"), ("мА·ч/г", "mAh/g"), ("кОм", "kOhm"),
        ("°С", "degC"), ("мА/см²", "mA/cm^2"), ("м²/г", "m^2/g"), ("нм", "nm"), ("мВт·ч", "mWh"), ("имп/с", "counts/s"), ("кПа", "kPa"),
    ],
)  # fmt: skip
def test_cyrillic_units_are_the_same_units(cyrillic: str, latin: str) -> None:
    found, wanted = parse_unit(cyrillic), parse_unit(latin)
    assert found is not None
    assert wanted is not None
    assert (found.dimension, found.offset, found.tag) == (wanted.dimension, wanted.offset, wanted.tag)
    assert found.factor == pytest.approx(wanted.factor, rel=1e-12)


@pytest.mark.parametrize("word", ["Время", "см/кот", "Ом на метр"])
def test_cyrillic_words_are_no_units(word: str) -> None:
    assert parse_unit(word) is None


@pytest.mark.parametrize("text", ["k9V999", "m^-400", "Tm99", "mA cm^-22"])
def test_a_power_of_more_than_one_digit_is_no_unit(text: str) -> None:
    assert parse_unit(text) is None
