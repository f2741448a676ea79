"""What people see: nothing wider than the page, every figure or the headline, answers that can be pasted."""

from pathlib import Path

import pytest

from jointlab.node.cli import main
from jointlab.node.formats_command import run_formats
from jointlab.node.layout import page_width, wrapped
from jointlab.science.readers import all_readers
from jointlab.science.readers.unreadable import UNREADABLE
from tests.instrument_files import needs_real_files, real_file

CYCLING = "cycling/test.ndax"


@pytest.fixture(params=["80", "120"], autouse=True)
def columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two terminals."""
    monkeypatch.setenv("COLUMNS", request.param)
    return str(request.param)


def test_the_page_is_never_wider_than_reads_well(columns: str) -> None:
    assert page_width() == {"80": 80, "120": 110}[columns]


def test_lines_go_on_under_the_first_word() -> None:
    lines = wrapped("word " * 60, first="  note (x.y): ")
    assert all(line.startswith(" " * 14 + "word") for line in lines[1:])
    assert max(map(len, lines)) <= page_width()


def test_formats_names_every_reader_within_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    run_formats()
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= page_width()
    assert all(f"  {entry.name} " in out for entry in all_readers())
    assert all(f"  {entry.name} " in out for entry in UNREADABLE)


def test_an_answer_with_a_blank_is_quoted_for_the_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two.txt"
    path.write_text("\n".join(f"{5 + i / 50},{100 + i % 7}" for i in range(400)) + "\n", encoding="ascii")
    main(["read", str(path)])
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()[1:]) <= page_width()


@needs_real_files
def test_all_shows_what_the_headline_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(real_file(CYCLING))
    main(["read", path])
    few = capsys.readouterr().out
    main(["read", "--all", path])
    every = capsys.readouterr().out
    assert "--all" in few
    assert "--all" not in every
    assert len(every.splitlines()) > len(few.splitlines())
    assert max(len(line) for line in few.splitlines()[1:]) <= page_width()
