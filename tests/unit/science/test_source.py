"""A snapshot of a file: bounded, unchanging, or refused."""

import os
from pathlib import Path
from typing import Any

import pytest

from jointlab.errors import BadInput, NotFound
from jointlab.science.source import Source, hash_file, open_source, printable


def code_of(path: Path, **options: Any) -> str:
    with pytest.raises((BadInput, NotFound)) as caught:
        open_source(path, **options)
    return caught.value.code


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "growing.txt"
    path.write_text("1;2\n")
    status = os.fstat

    def fstat_and_grow(number: int) -> os.stat_result:
        found = status(number)
        with path.open("a") as instrument:
            instrument.write("3;4\n")
        return found

    monkeypatch.setattr("jointlab.science.source.os.fstat", fstat_and_grow)
    assert code_of(path) == "file.changing"


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "big").write_bytes(b"x" * 100)
    assert code_of(tmp_path) == "file.directory"
    assert code_of(tmp_path / "absent") == "file.missing"
    assert code_of(tmp_path / "empty") == "file.empty"
    assert code_of(tmp_path / "pipe") == "file.not-regular"
    assert code_of(tmp_path / "big", limit=99) == "file.too-large"
    assert code_of(tmp_path / ("x" * 300)) == "file.unreadable"
    assert code_of(Path("/dev/zero")) == "file.not-regular"


def test_a_hash_is_had_of_regular_files_only(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert hash_file(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hash_file(tmp_path) is None
    assert hash_file("/dev/zero") is None


@pytest.mark.parametrize(
    ("name", "shown"), [("ток.mpt", "ток.mpt"), ("a\x1b[31mb", "a\\x1b[31mb"), ("a\nb", "a\\x0ab"), ("样品", "样品")]
)
def test_names_are_safe_to_show(name: str, shown: str) -> None:
    assert printable(name) == shown


def test_lone_carriage_returns_end_the_lines_of_the_head() -> None:
    assert Source("x", b"a\rb\r").head_text == "a\nb\n"
    assert Source("x", b"a\r\nb").head_text == "a\r\nb"
