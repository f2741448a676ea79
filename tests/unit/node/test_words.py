"""Words for people."""

import pytest

from jointlab.errors import BadInput
from jointlab.node.words import condition_words, no_figures, technique_name
from jointlab.science.door import check_settings


def test_a_unit_that_ends_a_condition_stands_behind_its_number() -> None:
    conditions: dict[str, str | int | float] = {
        "cycle": 1,
        "current_mA": 0.969,
        "relative_pressure": 0.99,
        "fit": "BET",
    }
    assert condition_words(conditions) == "cycle 1, current 0.969 mA, relative pressure 0.99, fit BET"


def test_techniques_have_names_that_people_use() -> None:
    assert technique_name("solar_cell_iv") == "solar cell J-V"
    assert technique_name("gas_adsorption") == "gas adsorption"
    assert no_figures("chronoamperometry").startswith("No figures: chronoamperometry has no analysis yet")
    assert no_figures("impedance").startswith("No figures: no analysis of impedance fits")


def test_a_setting_within_the_unknown_key_is_proposed() -> None:
    with pytest.raises(BadInput, match="Did you mean “area”"):
        check_settings({"electrode_area": "1"})
