"""The reader boundary: what a compiled library does on broken bytes is a refusal too."""

import polars as pl
import pytest

from jointlab.errors import BadInput
from jointlab.science import door
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source


def test_a_panic_of_a_compiled_library_is_a_refusal_and_an_interrupt_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def panics(source: Source, settings: Settings) -> Reading:
        raise pl.exceptions.PanicException("index out of bounds")

    def interrupted(source: Source, settings: Settings) -> Reading:
        raise KeyboardInterrupt

    source = Source("x", b"x")
    with pytest.raises(BadInput) as caught:
        monkeypatch.setattr(door, "reader_for", lambda _: Reader("a.b", "A", ("raman",), lambda _: True, panics))
        door._read_guarded(source, Settings())
    assert caught.value.code == "file.damaged"
    with pytest.raises(KeyboardInterrupt):
        monkeypatch.setattr(door, "reader_for", lambda _: Reader("a.b", "A", ("raman",), lambda _: True, interrupted))
        door._read_guarded(source, Settings())


def test_a_panic_while_a_file_is_recognised_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def panics(source: Source) -> Reader:
        raise pl.exceptions.PanicException("index out of bounds")

    monkeypatch.setattr(door, "reader_for", panics)
    with pytest.raises(BadInput) as caught:
        door.read_source(Source("x", b"x"))
    assert caught.value.code == "file.damaged"
