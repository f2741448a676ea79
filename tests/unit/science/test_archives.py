"""Archives, workbooks and XML from strangers."""

import io
import zipfile

import pytest

from jointlab.errors import BadInput
from jointlab.science.archives import open_archive
from jointlab.science.source import Source
from jointlab.science.xmltree import parse_xml


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        archive = open_archive(data)
        for name in archive.names:
            archive.read(name)
    return caught.value.code


def test_a_part_is_read_and_a_missing_one_named() -> None:
    archive = open_archive(zipped({"a.txt": b"hello"}))
    assert archive.names == ("a.txt",)
    assert archive.read("a.txt") == b"hello"
    with pytest.raises(BadInput, match="no part “b”"):
        archive.read("b")


def test_bombs_are_not_opened() -> None:
    assert code_of(zipped({"zeros": b"\0" * (64 << 20)})) == "archive.bomb"
    assert code_of(zipped({f"{n}": b"" for n in range(20_001)})) == "archive.bomb"


def test_cut_and_damaged_archives_are_refused() -> None:
    whole = zipped({"a.txt": bytes(range(256)) * 100})
    assert code_of(whole[: len(whole) // 2]) == "archive.broken"
    assert code_of(whole[:60] + b"\xff" * 20 + whole[80:]) == "archive.broken"


def test_a_renamed_archive_is_no_workbook() -> None:
    assert Source("x.xlsx", zipped({"a.txt": b"hello"})).workbook is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>', "xml.forbidden"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml.forbidden"),
        (b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "xml.forbidden"),
        (b"<a><b></a>", "xml.broken"),
        (b"", "xml.broken"),
        (b"<a>" + b"<b>" * 200_000, "xml.broken"),
    ],
)
def test_dangerous_and_broken_xml_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_xml(data, part="x.xml")
    assert caught.value.code == code
