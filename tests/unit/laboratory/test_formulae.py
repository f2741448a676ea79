import pytest

from jointlab.errors import BadInput
from jointlab.laboratory.formulae import read_formula


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("LiFePO4", "Li Fe P O"),
        ("LiFePO₄/C", "Li Fe P O C"),
        ("Li1.2Ni0.13Mn0.54Co0.13O2", "Li Ni Mn Co O"),
        ("(NH4)2SO4", "N H S O"),
        ("CuSO4·5H2O", "Cu S O H"),
        ("La0.8Sr0.2MnO3-δ", "La Sr Mn O"),
        ("PrBaCo2Ox", "Pr Ba Co O"),
        ("[Fe(CN)6]", "Fe C N"),
        ("TiO2@C", "Ti O C"),
        ("NMC811", ""),
        ("PEDOT:PSS", ""),
        ("ITO", "I"),
        ("carbon black", ""),
        ("графен", ""),
        ("石墨烯", ""),
        ("", ""),
    ],
)
def test_the_elements_of_a_formula_and_none_of_words(text: str, elements: str) -> None:
    if text == "ITO":  # an abbreviation whose letters are symbols in part
        assert "T" not in read_formula(text).elements
    else:
        assert " ".join(read_formula(text).elements) == elements


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("LiFqPO4", "formula.element"),
        ("Li(FePO4", "formula.bracket"),
        ("LiFe)PO4", "formula.bracket"),
        ("Li(FeP]O4", "formula.bracket"),
        ("LiFe0PO4", "formula.zero"),
    ],
)
def test_a_slip_in_a_formula_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_formula(text)
    assert refused.value.code == code
    assert refused.value.facts["field"] == "composition"
