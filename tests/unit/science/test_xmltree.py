"""XML: elements by local name, lists of numbers."""

import pytest

from jointlab.errors import BadInput
from jointlab.science.xmltree import child, children, first, number, numbers, parse_xml, words

TREE = parse_xml(b'<a xmlns="urn:x"><b>1 2.5e1\n-3</b><b> 4 </b><c><d> word </d></c></a>', part="x")


def test_elements_are_found_without_their_namespace() -> None:
    assert len(children(TREE, "b")) == 2
    assert child(TREE, "d") is None
    assert first(TREE, "d") is not None
    assert (words(TREE, "d"), words(TREE, "e"), words(None, "d")) == ("word", None, None)


def test_numbers() -> None:
    listed, single = children(TREE, "b")
    assert list(numbers(listed, part="x")) == [1, 25, -3]
    assert number(single, part="x") == 4
    with pytest.raises(BadInput, match="3 numbers where one belongs"):
        number(listed, part="x")


@pytest.mark.parametrize("text", ["1 x", "nan", "1,5", "inf"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="not a number"):
        numbers(parse_xml(f"<a>{text}</a>".encode(), part="x"), part="x")
