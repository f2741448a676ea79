"""Numbers, units, dates and sizes in four languages: the table of docs/reference/interface.md."""

import datetime as dt
import math
import re
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import assume, given
from hypothesis import strategies as st

from jointlab.science.printed_units import unit
from jointlab.science.quantities import all_quantities
from jointlab.web import numbers, times, words

LANGUAGES = ("en", "ru", "kk", "zh-hans")


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "1\u202f284.5"), ("ru", "1\u202f284,5"), ("kk", "1\u202f284,5"), ("zh-hans", "1,284.5")],
)
def test_a_number(language: str, shown: str) -> None:
    with override(language):
        assert numbers.number("1284.5") == shown
        assert numbers.number(Decimal("-1284.5")) == "−" + shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "158.1 ± 1.2 mAh g⁻¹"), ("ru", "158,1 ± 1,2 мА·ч/г"), ("kk", "158,1 ± 1,2 мА·сағ/г"),
        ("zh-hans", "158.1 ± 1.2 mAh g⁻¹"),
    ],
)  # fmt: skip
def test_a_value_with_its_uncertainty(language: str, shown: str) -> None:
    with override(language):
        assert numbers.with_uncertainty("158.13", "1.23", "mAh/g").text.replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("value", "uncertainty", "shown"),
    [
        (18.43, 0.61, "18.4 ± 0.6 nm"), (1284.5, None, "1\u202f284.5 nm"), (12345678.0, 23.0, "(1.2345678 ± 0.0000023) × 10⁷ nm"),
        (2.314e-6, 4.6e-8, "(2.31 ± 0.05) × 10⁻⁶ nm"), (2.5e-12, None, "2.5000 × 10⁻¹² nm"), (0.0, None, "0 nm"),
    ],
)  # fmt: skip
def test_the_ends_of_the_scale(value: float, uncertainty: float | None, shown: str) -> None:
    with override("en"):
        assert numbers.with_uncertainty(value, uncertainty, "nm").text.replace("\u00a0", " ") == shown


def test_a_number_never_breaks_over_lines() -> None:
    for language in LANGUAGES:
        with override(language):
            text = numbers.with_uncertainty(41234.0, 350.0, "cm^3/(g*nm)").text
            assert not re.search(r"[ \t\n]", text), text


@pytest.mark.parametrize("language", LANGUAGES)
@given(
    value=st.floats(allow_nan=False, allow_infinity=False, width=32),
    exact=st.decimals(allow_nan=False, allow_infinity=False, places=4),
)
def test_what_is_shown_reads_back_as_the_number(language: str, value: float, exact: Decimal) -> None:
    with override(language):
        assert Decimal(_plain(numbers.number(exact), language)) == exact
        shown = numbers.with_uncertainty(value)
        read = float(_plain(shown.value, language)) * (10.0 ** _raised(shown.power))
        assert math.isclose(read, value, rel_tol=6e-5, abs_tol=1e-300)


@pytest.mark.parametrize("language", LANGUAGES)
@given(
    mantissa=st.floats(-9.9, 9.9), uncertain=st.floats(1.0, 9.99), exponent=st.integers(-12, 9), smaller=st.integers(0, 7)
)  # fmt: skip
def test_value_and_uncertainty_have_equal_decimals_and_few_digits(
    language: str, mantissa: float, uncertain: float, exponent: int, smaller: int
) -> None:
    value, uncertainty = mantissa * 10.0**exponent, uncertain * 10.0 ** (exponent - smaller)
    assume(uncertainty > 1e-9 * abs(value))
    with override(language):
        shown = numbers.with_uncertainty(value, uncertainty)
    assume("×" not in shown.value + shown.uncertainty)
    value_text, uncertainty_text = _plain(shown.value, language), _plain(shown.uncertainty, language)
    assert len(value_text.partition(".")[2]) == len(uncertainty_text.partition(".")[2])
    significant = uncertainty_text.replace(".", "").strip("0")
    assert 1 <= len(significant) <= 2 and (len(significant) == 1 or significant[0] in "12"), shown
    scale = 10.0 ** _raised(shown.power)
    assert abs(float(value_text) * scale - value) <= uncertainty  # never moved by more than its own uncertainty
    assert math.isclose(float(uncertainty_text) * scale, uncertainty, rel_tol=0.34)


def _plain(text: str, language: str) -> str:
    """Digits as a program reads them."""
    mantissa, _, power = text.replace("\u00a0", "").partition("×10")
    if language == "zh-hans":
        mantissa = mantissa.replace(",", "")
    mantissa = mantissa.replace("\u202f", "").replace("−", "-")
    mantissa = mantissa.replace(",", ".") if language in ("ru", "kk") else mantissa
    return f"{mantissa}e{_raised('10' + power)}" if power else mantissa


def _raised(power: str) -> int:
    return int(power[2:].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))) if power else 0


@pytest.mark.parametrize(
    ("text", "ru", "kk"),
    [
        ("mAh/g", "мА·ч/г", "мА·сағ/г"), ("cm^3/(g*nm)", "см³/(г·нм)", "см³/(г·нм)"), ("ohm*cm^2", "Ом·см²", "Ом·см²"),
        ("Wh/kg", "Вт·ч/кг", "Вт·сағ/кг"), ("mmol/g", "ммоль/г", "ммоль/г"), ("kPa", "кПа", "кПа"), ("%", "%", "%"),
        ("1", "", ""), ("deg", "°", "°"), ("counts/s", "имп./с", "имп./с"), ("arb", "отн. ед.", "салыст. бірл."),
        ("min", "мин", "мин"), ("m^2/g", "м²/г", "м²/г"), ("angstrom^3", "Å³", "Å³"), ("mA/cm^2", "мА/см²", "мА/см²"),
    ],
)  # fmt: skip
def test_units(text: str, ru: str, kk: str) -> None:
    assert (unit(text, language="ru"), unit(text, language="kk")) == (ru, kk)


def test_every_unit_of_the_table_is_wholly_translated() -> None:
    for quantity in all_quantities():
        for language in ("ru", "kk"):
            shown = unit(quantity.unit, language=language)
            assert not re.search("[A-Za-z]", shown.replace("Å", "").replace("°C", "")), (quantity.unit, shown)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "19 Nov 2026"), ("ru", "19.11.2026"), ("kk", "2026 ж. 19 қар."), ("zh-hans", "2026 年 11 月 19 日")],
)
def test_a_date(language: str, shown: str) -> None:
    with override(language):
        assert times.date(dt.date(2026, 11, 19)).replace("\u00a0", " ") == shown
        assert times.date("2026-11-19T10:00:00").replace("\u00a0", " ") == shown


def test_a_time_is_given_in_the_zone_of_the_node() -> None:
    with override("en"):
        moment = dt.datetime(2026, 11, 19, 20, 30, tzinfo=dt.UTC)
        assert times.date(moment).replace("\u00a0", " ") == "20 Nov 2026" and times.clock(moment) == "01:30"
        assert times.full(moment).replace("\u00a0", " ") == "20 Nov 2026, 01:30:00 UTC+5"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "now"),
        (12, "12 s ago"),
        (61, "1 min ago"),
        (3 * 3600, "3 h ago"),
        (22 * 3600, "yesterday"),
        (50 * 3600, "17 Nov 2026"),
    ],
)
def test_how_long_ago(seconds: int, shown: str) -> None:
    now = dt.datetime(2026, 11, 19, 10, 0, tzinfo=dt.UTC)
    with override("en"):
        assert times.ago(now - dt.timedelta(seconds=seconds), now=now).replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (212_345, "212 kB"),
        (999_999, "1.0 MB"),
        (1_100_000, "1.1 MB"),
        (2_160_000_000, "2.2 GB"),
    ],
)
def test_sizes(count: int, shown: str) -> None:
    with override("en"):
        assert times.size(count).replace("\u00a0", " ") == shown


def test_words_of_science() -> None:
    with override("en"):
        assert words.technique("gas_adsorption") == "Gas adsorption"
    with override("zh-hans"):
        assert words.quantity("specific_capacity") == "比容量"


def test_every_technique_has_its_words() -> None:
    from jointlab.science.techniques import TECHNIQUE_NAMES

    assert set(TECHNIQUE_NAMES) == set(words.TECHNIQUES)
