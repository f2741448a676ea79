"""Secret files: made once, by the first of two, readable by their owner only; what a killed process left is in nobody's way."""

import os
import stat
from pathlib import Path

import pytest

from jointlab.node.folder import read_or_make


def test_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "key"
    assert [read_or_make(path, lambda: "first"), read_or_make(path, lambda: "second")] == ["first", "first"]
    assert [file.name for file in path.parent.iterdir()] == ["key"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_first_of_two_wins(tmp_path: Path) -> None:
    path = tmp_path / "key"

    def slowly() -> str:
        path.write_text("the other's")
        return "mine"

    assert read_or_make(path, slowly) == "the other's"


def test_killed_on_the_way_it_can_be_repeated_by_a_process_of_the_same_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"

    def killed(*names: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(os, "fsync", killed)  # the file is begun and never gets its name
        read_or_make(path, lambda: "half")
    assert list(tmp_path.iterdir()) and not path.exists()
    assert read_or_make(path, lambda: "whole") == "whole"
