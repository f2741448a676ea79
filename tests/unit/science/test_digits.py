"""Numbers for people."""

import pytest

from jointlab.science.digits import difference, with_uncertainty


@pytest.mark.parametrize(
    ("value", "uncertainty", "shown"),
    [
        (18.43, 0.61, "18.4 ± 0.6"),
        (158.13, 1.23, "158.1 ± 1.2"),
        (158.13, 0.96, "158.1 ± 1.0"),
        (41234.0, 350.0, "41200 ± 400"),
        (-0.2134, 0.0042, "−0.213 ± 0.004"),
        (1.0, None, "1"),
        (152.00002, None, "152.00"),
        (12345.6, None, "12346"),
        (3.14159265, 0.0, "3.1416"),
        (2.314e-6, 4.6e-8, "(2.31 ± 0.05)×10⁻⁶"),
        (0.187307747376, 1.1e-11, "0.1873077 ± 1×10⁻¹¹"),
        (152.00000123, 1.1e-5, "152.000001 ± 0.000011"),
        (0.0, 3e-20, "(0 ± 3)×10⁻²⁰"),
        (1.0, 2e-300, "1 ± 2×10⁻³⁰⁰"),
        (-4.402e-11, None, "−4.4020×10⁻¹¹"),
        (3e9, None, "3.0000×10⁹"),
        (-3e9, 4e8, "(−3.0 ± 0.4)×10⁹"),
    ],
)
def test_value_and_uncertainty_have_equal_decimals(value: float, uncertainty: float | None, shown: str) -> None:
    assert with_uncertainty(value, uncertainty) == shown


@pytest.mark.parametrize(
    ("computed", "stated", "shown"), [(99, 100, "−1.0 %"), (1.0, 1.0, "0 %"), (1.0, 0.0, "—"), (118, 109, "+8.3 %")]
)
def test_a_difference_is_in_per_cent_with_its_sign(computed: float, stated: float, shown: str) -> None:
    assert difference(computed, stated) == shown
