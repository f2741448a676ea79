import pytest

from jointlab.errors import BadInput
from jointlab.science.readers import reader_for
from jointlab.science.source import Source

BINARY = bytes(range(256)) * 20


@pytest.mark.parametrize(("name", "word"), [("cell.cex", "LANDdt"), ("cell.CCS", "LANDdt"), ("cell.081", "MIMS")])
def test_binary_files_of_cyclers_are_named_and_refused_with_the_export_to_make(name: str, word: str) -> None:
    with pytest.raises(BadInput) as caught:
        reader_for(Source(name, BINARY))
    assert caught.value.code == "format.unreadable"
    assert word in caught.value.message


def test_the_extension_alone_decides_nothing() -> None:
    for name, data in (("cell.cex", b"a,b\n1,x\n"), ("scan.raw", BINARY)):
        with pytest.raises(BadInput) as caught:
            reader_for(Source(name, data))
        assert caught.value.code == "format.unknown"
