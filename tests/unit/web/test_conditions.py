"""Conditions of figures and names of curves, as readers of four languages see them."""

import pytest
from django.utils.translation import override

from jointlab.web.conditions import conditions
from jointlab.web.words import curve


def said(given: dict[str, object], language: str = "en") -> str:
    with override(language):
        return conditions(given).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"current_mA": 0.96912345, "cycle": 1}, "cycle 1, current 0.96912 mA"),
        (
            {"gas": "N2", "high": 0.41, "low": 0.05, "points": 19, "fit": "BET"},
            "BET fit, N₂, 0.05 … 0.41, 19 points",
        ),
        ({"from_V": -0.188, "to_V": 0.6, "baseline": "zero", "segment": 2}, "segment 2, from zero current, −0.188 … 0.6 V"),
        ({"over": "19 peaks", "by": "scherrer", "bound": "lower"}, "Scherrer equation, lower bound, over 19 peaks"),
        ({"relative_pressure": 0.99, "gas": "CO2"}, "CO₂, p/p₀ = 0.99"),
        ({"cycles": "2-12", "statistic": "mean"}, "cycles 2–12, mean value"),
        ({"low": 0.05}, "low 0.05"),
        ({"made_up": "as it is", "cycle": 12000}, "cycle 12 000, made up as it is"),
        ({"direction": "sideways"}, "sideways"),
        ({"temperature_K": 77.35}, "temperature 77.35 K"),
        ({"flag": True}, "flag True"),
        ({}, ""),
    ],
)  # fmt: skip
def test_in_english(given: dict[str, object], shown: str) -> None:
    assert said(given) == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [("ru", "цикл 3, при разряде, ток 0,5 мА"), ("kk", "3-цикл, разрядтау кезінде, ток 0,5 мА"), ("zh-hans", "第 3 圈, 放电, 电流 0.5 mA")],
)  # fmt: skip
def test_in_other_languages(language: str, shown: str) -> None:
    assert said({"cycle": 3, "current_mA": 0.5, "direction": "discharge"}, language) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("cycle 2, discharge", "цикл 2, разряд"), ("a reverse", "a обратный"), ("R0-p(R1,Q1)", "R0-p(R1,Q1)"), ("", "")],
)
def test_curves(name: str, shown: str) -> None:
    with override("ru"):
        assert curve(name) == shown
    with override("en"):
        assert curve(name) == name
