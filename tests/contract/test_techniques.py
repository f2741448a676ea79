"""Every technique keeps the contract of techniques/technique.py."""

from pathlib import Path

import pytest

from jointlab.science.quantities import QUANTITIES
from jointlab.science.techniques import MODULES, TECHNIQUE_NAMES, all_techniques
from jointlab.science.techniques.technique import Technique

TECHNIQUES = all_techniques()
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda technique: technique.name)
def test_a_technique_declares_known_quantities_and_an_existing_reading(technique: Technique) -> None:
    assert technique.of in TECHNIQUE_NAMES
    assert technique.quantities
    assert set(technique.quantities) <= set(QUANTITIES)
    assert technique.version


@pytest.mark.parametrize("module", MODULES)
def test_every_technique_module_has_its_page_and_its_tests(module: str) -> None:
    page = ROOT / "docs" / "reference" / "techniques" / f"{module.replace('_', '-')}.md"
    assert page.is_file(), f"write {page.name}: formulas, sources, assumptions, limits, a picture"
    text = page.read_text()
    for heading in (
        "## Figures",
        "## Formulas",
        "## Uncertainty",
        "## Assumptions and limits",
        "## Checked against",
        "## Sources",
    ):
        assert heading in text, f"{page.name} has no “{heading}”"
    folder = ROOT / "tests" / "techniques" / module
    assert (folder / "expected.toml").is_file(), f"{folder} needs expected.toml with the source of each number"


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda technique: technique.name)
def test_nothing_outside_of_its_own_file_names_a_technique(technique: Technique) -> None:
    outside = [
        path
        for path in (ROOT / "src").rglob("*.py")
        if "techniques" not in path.parts and "demonstration" not in path.parts and technique.name in path.read_text()
    ]
    assert not outside
