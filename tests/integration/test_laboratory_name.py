"""The heading of the overview: the institution's own name, or what jointlab.toml calls the laboratory."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jointlab.node.creation import make_folder
from jointlab.node.demonstration.content import LABORATORY, almaty
from jointlab.node.folder import load_node
from jointlab.people.models import Person
from tests.integration.conftest import signed_in


def _heading(person: Person, language: str = "en") -> str:
    page = signed_in(person).get("/", headers={"accept-language": language}).content.decode()
    found = re.search(r"<h1>[^<]* <small>(.*?)</small>", page)
    assert found
    return found[1]


def test_a_node_is_headed_by_the_name_of_its_institution(researcher: Person) -> None:
    assert _heading(researcher) == "Al-Farabi Kazakh National University"


def test_a_laboratory_that_is_named_in_the_configuration(researcher: Person, settings: Any) -> None:
    settings.NODE = replace(settings.NODE, laboratory={"en": "Cathodes <together>", "zh-hans": "联合实验室"})
    assert _heading(researcher) == "Cathodes &lt;together&gt;"
    assert _heading(researcher, "zh-hans") == "联合实验室"
    assert _heading(researcher, "ru") == "Cathodes &lt;together&gt;"


def test_the_demonstration_writes_its_name_into_its_configuration(tmp_path: Path) -> None:
    make_folder(almaty(tmp_path))
    assert load_node(tmp_path).laboratory == LABORATORY


@pytest.mark.parametrize(("written", "read"), [('"Cathodes"', {"en": "Cathodes"}), ('""', {})])
def test_one_name_stands_for_every_language(tmp_path: Path, written: str, read: dict[str, str]) -> None:
    (tmp_path / "jointlab.toml").write_text(f"laboratory = {written}\n", encoding="utf-8")
    assert load_node(tmp_path).laboratory == read
