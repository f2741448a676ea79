"""Every reader keeps the contract of readers/reader.py."""

from pathlib import Path

import pytest

from jointlab.science.door import read_source
from jointlab.science.readers import MODULES, all_readers, reader_for
from jointlab.science.readers.reader import Reader
from jointlab.science.readers.unreadable import UNREADABLE
from jointlab.science.source import Source
from jointlab.science.techniques import TECHNIQUE_NAMES
from jointlab.science.xmltree import parse_xml
from tools.format_pictures import made_file, picture

READERS = all_readers()
PAGES = Path(__file__).parents[2] / "docs" / "reference" / "formats"


def test_names_of_formats_are_unique() -> None:
    names = [reader.name for reader in READERS] + [entry.name for entry in UNREADABLE]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_reader_names_only_techniques_of_the_contract(reader: Reader) -> None:
    assert reader.techniques
    assert set(reader.techniques) <= set(TECHNIQUE_NAMES)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize(
    "data", [b"", b"\0" * 64, b"\xff" * 5000, b"PK\x05\x06", b"a,b\n1,2\n", bytes(range(256)) * 20]
)
def test_recognising_never_raises_and_claims_no_rubbish(reader: Reader, data: bytes) -> None:
    assert reader.generic or not reader.recognises(Source("x.bin", data))


@pytest.mark.parametrize("entry", UNREADABLE, ids=lambda entry: entry.name)
def test_an_unreadable_format_says_what_to_export(entry: object) -> None:
    assert len(getattr(entry, "advice", "")) > 20


@pytest.mark.parametrize("module", MODULES)
def test_every_reader_module_has_its_page(module: str) -> None:
    page = PAGES / f"{module.replace('_', '-')}.md"
    assert page.is_file(), f"write {page.name}: format facts, source, assumptions, limits"
    text = page.read_text()
    for heading in ("## The file", "## What is read", "## Refused", "## Sources"):
        assert heading in text, f"{page.name} has no “{heading}”"


@pytest.mark.parametrize("module", MODULES)
def test_every_format_page_shows_a_current_picture_and_says_what_is_drawn(module: str) -> None:
    drawn, name = picture(module), module.replace("_", "-")
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert f"![{drawn.words}](pictures/{name}.svg)" in text, f"show this in {name}.md"
    stored = PAGES / "pictures" / f"{name}.svg"
    assert stored.read_text(encoding="utf-8") == drawn.svg, "run `make docs`"
    assert len(drawn.svg) < 6000
    root = parse_xml(stored.read_bytes(), part=stored.name)
    assert root.get("aria-label") == drawn.words
    shown = [element.text or "" for element in root.iter() if element.tag.endswith("text")]
    made = made_file(module)
    if made is None:
        return
    source, settings = made
    assert reader_for(source).read.__module__.endswith(f".{module}")
    table = read_source(source, settings).tables[0]
    assert f"{len(table.columns)} columns of {table.rows} rows" in drawn.words
    assert {column.name for column in table.columns[:7]} <= set(shown)


def test_an_unknown_file_is_refused_with_advice() -> None:
    with pytest.raises(Exception, match="no format that is known") as caught:
        reader_for(Source("x.bin", b"\x01\x02\x03 nothing that anybody knows"))
    assert getattr(caught.value, "code", None) == "format.unknown"
