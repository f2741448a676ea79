"""Archives dropped into the inbox: taken part by part, bombs and lies answered, instrument files left whole."""

import io
import struct
import zipfile
from dataclasses import replace

import pytest
from django.conf import settings as django_settings

from jointlab.errors import BadInput
from jointlab.laboratory.models import File
from jointlab.laboratory.operations import archives
from jointlab.laboratory.operations.archives import Unpacked, receive_archive
from jointlab.people.actors import Actor

_BIDI = "\u202e"


def packed(parts: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def drop(actor: Actor, data: bytes, name: str = "drop.zip") -> Unpacked:
    chunks = [data[start : start + 1000] for start in range(0, len(data), 1000)]
    return receive_archive(actor, chunks=chunks, name=name, source="page")


def names(unpacked: Unpacked) -> set[tuple[str, str]]:
    return {(received.file.folder, received.file.name) for received in unpacked.received}


def nothing_is_left() -> bool:
    """Where files arrive; the folder of notices of erasures is another room's, and stays once there was one."""
    return {one.name for one in django_settings.NODE.incoming.iterdir()} <= {"erasing"}


def test_parts_are_files_in_folders(actor: Actor) -> None:
    found = drop(actor, packed({"a.txt": b"1", "KZ155/b.txt": b"2", "KZ155/deep/c.txt": b"3"}))
    assert names(found) == {("drop", "a.txt"), ("drop/KZ155", "b.txt"), ("drop/KZ155/deep", "c.txt")}
    assert found.left == []
    assert nothing_is_left()


def test_what_is_no_archive_is_a_file(actor: Actor) -> None:
    found = drop(actor, b"plain text", "x.txt")
    assert names(found) == {("", "x.txt")}


def test_names_lead_nowhere(actor: Actor) -> None:
    found = drop(
        actor,
        packed({"../../../etc/cron.d/x": b"1", "/abs/y": b"2", f"a{_BIDI}b/z{_BIDI}.txt": b"3", "C:\\w\\v.txt": b"4"}),
    )
    assert names(found) == {("drop/etc/cron.d", "x"), ("drop/abs", "y"), ("drop/ab", "z.txt"), ("drop/w", "v.txt")}


def test_one_bad_part_never_stops_the_others(actor: Actor) -> None:
    good, bad = b"good " * 500, b"bad " * 500
    data = bytearray(packed({"bad.txt": bad, "good.txt": good}, method=zipfile.ZIP_STORED))
    data[data.find(b"bad bad ")] ^= 0xFF  # its checksum is wrong now
    found = drop(actor, bytes(data))
    assert names(found) == {("drop", "good.txt")}
    [left] = found.left
    assert (left.name, left.code) == ("bad.txt", "archive.part")
    assert nothing_is_left()


def test_a_locked_part_is_said(actor: Actor) -> None:
    data = bytearray(packed({"locked.txt": b"secret" * 100, "open.txt": b"open"}, method=zipfile.ZIP_STORED))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        data[start + at] |= 1
    found = drop(actor, bytes(data))
    assert names(found) == {("drop", "open.txt")}
    assert "password" in found.left[0].message


def test_a_bomb_is_not_opened(actor: Actor) -> None:
    with pytest.raises(BadInput) as caught:
        drop(actor, packed({"zeros.txt": bytes(20 << 20), "a.txt": b"1"}))
    assert caught.value.code == "archive.bomb"
    assert not File.objects.exists()
    assert nothing_is_left()


def test_a_bomb_that_lies_about_its_size_is_cut_off(actor: Actor, settings: object) -> None:
    settings.NODE = replace(django_settings.NODE, upload_limit=1 << 20)  # type: ignore[attr-defined]
    data = bytearray(packed({"zeros.txt": bytes(4 << 20), "a.txt": b"1"}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.find(mark)
        data[start + at : start + at + 4] = struct.pack("<I", 1000)
    found = drop(actor, bytes(data))
    assert names(found) == {("drop", "a.txt")}
    assert found.left[0].name == "zeros.txt"
    assert nothing_is_left()


def test_too_many_parts_are_not_opened(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_PARTS", 3)
    with pytest.raises(BadInput, match="4 parts"):
        drop(actor, packed({f"{n}.txt": b"x%d" % n for n in range(4)}))


def test_archives_in_archives_end(actor: Actor) -> None:
    inner = packed({"deep.txt": b"deep"})
    middle = packed({"inner.zip": inner, "middle.txt": b"middle"})
    found = drop(actor, packed({"middle.zip": middle, "top.txt": b"top"}))
    assert names(found) == {("drop", "top.txt"), ("drop/middle", "middle.txt")}
    assert [(left.name, left.code) for left in found.left] == [("inner.zip", "archive.nested")]


def test_a_cut_archive_is_said(actor: Actor) -> None:
    with pytest.raises(BadInput) as caught:
        drop(actor, packed({"a.txt": bytes(5000)})[:-30])
    assert caught.value.code == "archive.broken"
    assert nothing_is_left()


def test_a_cut_file_of_an_instrument_is_kept(actor: Actor) -> None:
    assert names(drop(actor, packed({"data.ndc": bytes(5000)})[:-30], "test.ndax")) == {("", "test.ndax")}


def test_an_archive_without_files_is_said(actor: Actor) -> None:
    with pytest.raises(BadInput) as caught:
        drop(actor, packed({}))
    assert caught.value.code == "archive.empty"


def test_what_systems_add_is_skipped(actor: Actor) -> None:
    found = drop(actor, packed({"a.txt": b"1", "__MACOSX/._a.txt": b"2", "x/Thumbs.db": b"3", "empty.txt": b""}))
    assert names(found) == {("drop", "a.txt")}
    assert found.skipped == 3


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp866", "Образец.txt"), ("gb18030", "样品一.txt"), ("utf-8", "Үлгі.txt")]
)
def test_names_of_old_programs_are_read(actor: Actor, encoding: str, name: str) -> None:
    raw = name.encode(encoding)
    data = packed({"?" * len(raw): b"x"}).replace(b"?" * len(raw), raw)
    assert names(drop(actor, data)) == {("drop", name)}


INSTRUMENTS = {
    "record.ndax": {"data.ndc": b"x", "VersionInfo.xml": b"<a/>"},
    "scan.brml": {"Experiment0/RawData0.xml": b"<a/>", "Experiment0/DataContainer.xml": b"<a/>"},
    "scan.rasx": {"Data0/Profile0.txt": b"1 2", "Data0/MesurementConditions0.xml": b"<a/>", "root.xml": b"<a/>"},
    "table.xlsx": {"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"},
    "letter.odt": {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"},
}


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_instrument_files_that_are_archives_are_files(actor: Actor, name: str) -> None:
    data = packed(INSTRUMENTS[name])
    assert names(drop(actor, data, name)) == {("", name)}
    other = packed({**INSTRUMENTS[name], "other": b"one"})
    assert names(drop(actor, packed({name: other, "a.txt": b"1"}))) == {("drop", name), ("drop", "a.txt")}
