from decimal import Decimal

import pytest

from jointlab.errors import BadInput
from jointlab.laboratory.properties import active_mass, check_properties, faults_of, reader_settings
from jointlab.science.door import check_settings


def test_properties_are_kept_as_typed_with_their_unit() -> None:
    given = {
        "area": "1,13",
        "loading": "8.8 mg/cm2",
        "one_c": "170 mAh/g",
        "electrolyte": " 1 M  LiPF6 ",
        "thickness": "",
    }
    assert check_properties(given, kind="cell") == {
        "area": "1.13 cm^2", "loading": "8.8 mg/cm2", "one_c": "170 mAh/g", "electrolyte": "1 M LiPF6",
    }  # fmt: skip


def test_three_ways_to_the_active_mass() -> None:
    assert active_mass({"active_mass": "9.92 mg"}) == Decimal("9.92")
    assert active_mass({"coating_mass": "12.4 mg", "active_fraction": "80 %"}) == Decimal("9.92")
    assert active_mass({"loading": "8.8 mg/cm^2", "area": "1.5 cm^2"}) == Decimal("13.2")
    assert active_mass({"coating_mass": "12.4 mg"}) is None


def test_readers_get_what_they_know() -> None:
    settings = reader_settings(
        {"coating_mass": "12.4 mg", "active_fraction": "80 %", "area": "113 mm2", "one_c": "170 mAh/g"}
    )
    assert settings == {"active_mass": "9.92 mg", "area": "1.13 cm^2", "nominal_capacity": "1.6864 mAh"}
    check_settings(settings)  # every key is one that science knows


@pytest.mark.parametrize(
    ("one_c", "capacity"), [("1.7 mA", "1.7 mAh"), ("1700 uAh", "1.7 mAh"), ("170 mA/g", "1.7 mAh")]
)
def test_one_c_lasts_an_hour(one_c: str, capacity: str) -> None:
    assert reader_settings({"active_mass": "10 mg", "one_c": one_c})["nominal_capacity"] == capacity


def test_one_c_per_gram_says_nothing_without_a_mass() -> None:
    assert reader_settings({"one_c": "170 mAh/g"}) == {}


@pytest.mark.parametrize(
    ("given", "kind", "codes"),
    [
        ({"one_c": "170"}, "cell", ["device.unit"]),  # mA or mAh/g: not guessed
        ({"active_fraction": "0.8"}, "electrode", ["device.fraction"]),  # 80 % or 0.8 %: not guessed
        ({"active_fraction": "120 %"}, "electrode", ["device.fraction"]),
        ({"area": "1 mg"}, "cell", ["device.unit"]),
        ({"area": "0 cm2"}, "cell", ["device.value"]),
        ({"area": "big", "thickness": "-3 um"}, "cell", ["amount.number", "device.value"]),
        ({"electrolyte": "1 M LiPF6"}, "electrode", ["device.property"]),
        ({"colour": "red"}, "cell", ["device.property"]),
        ({"active_mass": "5 mg", "coating_mass": "12 mg", "active_fraction": "80 %"}, "cell", ["device.mass"]),
    ],
)
def test_every_slip_is_told_with_its_field(given: dict[str, str], kind: str, codes: list[str]) -> None:
    faults = list(faults_of(given, kind=kind))
    assert [fault.code for fault in faults] == codes
    assert all(fault.facts["field"] for fault in faults)
    with pytest.raises(BadInput):
        check_properties(given, kind=kind)


def test_a_fraction_of_one_is_sound_with_its_unit() -> None:
    assert check_properties({"active_fraction": "0.8 1"}, kind="electrode") == {"active_fraction": "0.8 1"}
