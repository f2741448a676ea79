"""Numbers that a person gives: impossible ones are refused with the form that is needed."""

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import read_source
from jointlab.science.settings import Settings
from jointlab.science.source import Source


@pytest.mark.parametrize(
    "value", ["nan", "inf", "-inf", "1e999", "1e308", "1e-320", "-5", "0", "", " ", "abc", "5 K", "5,5,5"]
)
def test_an_impossible_mass_is_refused(value: str) -> None:
    with pytest.raises(BadInput):
        Settings({"active_mass": value}).number("active_mass", unit="mg")


@pytest.mark.parametrize(("value", "mg"), [("12.3 mg", 12.3), ("12,3", 12.3), ("0.0123 g", 12.3), ("1e1", 10.0)])
def test_a_mass_in_any_unit_and_with_either_mark(value: str, mg: float) -> None:
    assert Settings({"active_mass": value}).number("active_mass", unit="mg") == pytest.approx(mg, rel=1e-15)


def test_an_uncertainty_may_be_zero_and_a_pure_number_negative() -> None:
    assert Settings({"active_mass_uncertainty": "0"}).number("active_mass_uncertainty", unit="mg") == 0
    assert Settings({"caglioti_v": "-0.01"}).number("caglioti_v", unit="1") == -0.01
    with pytest.raises(BadInput):
        Settings({"active_mass_uncertainty": "-1"}).number("active_mass_uncertainty", unit="mg")


SPECTRUM = "Freq/Hz,Z'/ohm,-Z\"/ohm\n" + "".join(f"{10**-n},{10 + n},{5 - n}\n" for n in range(-2, 5))


def test_a_setting_that_nothing_uses_is_said() -> None:
    plain = read_source(Source("a.csv", SPECTRUM.encode()))
    given = {"weighting": "unit", "active_mass": "12 mg", "unit_cell": "cubic a=5.43"}
    file = read_source(Source("a.csv", SPECTRUM.encode()), {**given, "circuit": "R0-C1"})
    (said,) = [w.message for w in file.warnings if w.code == "setting.unused"]
    assert said.startswith("“active_mass”, “unit_cell” change nothing")
    assert "weighting" not in said and "circuit" not in said
    assert not [w for w in plain.warnings if w.code == "setting.unused"]
    alone = read_source(Source("a.csv", SPECTRUM.encode()), given)  # no circuit is fitted, so that no weights count
    assert "“weighting”" in next(w.message for w in alone.warnings if w.code == "setting.unused")
