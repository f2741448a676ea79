"""Every technique keeps the contract of techniques/technique.py."""

import re
from pathlib import Path

import pytest

from jointlab.science.door import known_settings
from jointlab.science.quantities import QUANTITIES
from jointlab.science.readers import all_readers
from jointlab.science.techniques import MODULES, TECHNIQUE_NAMES, all_techniques
from jointlab.science.techniques.technique import Technique
from jointlab.science.xmltree import parse_xml

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
    picture = page.parent / "pictures" / f"{module.replace('_', '-')}.svg"
    assert f"](pictures/{picture.name})" in text, (
        "show a picture; `make docs` draws it from the demonstration laboratory"
    )
    assert parse_xml(picture.read_bytes(), part=picture.name).tag.endswith("svg")
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


def test_every_setting_that_is_read_is_declared_and_means_one_thing() -> None:
    science = ROOT / "src" / "jointlab" / "science"
    asked = {
        key
        for path in science.rglob("*.py")
        for key in re.findall(r'settings\.(?:text|choice|number)\(\s*"(\w+)"', path.read_text())
    }
    assert asked <= set(known_settings())
    units: dict[str, set[str | None]] = {}
    for settings in [*(r.settings for r in all_readers()), *(t.settings for t in TECHNIQUES)]:
        for setting in settings:
            units.setdefault(setting.key, set()).add("choice" if setting.options else setting.unit)
    assert not {key: kinds for key, kinds in units.items() if len(kinds - {None}) > 1}
