"""The operator's log holds no personal data, whatever was raised."""

import logging
import sys

from jointlab.node.operator_log import OperatorFormatter


def _line(message: str, *, fault: bool = False) -> str:
    record = logging.LogRecord("django.request", logging.ERROR, "x.py", 1, message, (), None)
    if fault:
        try:
            try:
                raise KeyError("A. Serikov, serikov@example.org")
            except KeyError as cause:
                raise ValueError("password hunter2 of A. Serikov") from cause
        except ValueError:
            record.exc_info = sys.exc_info()
    return OperatorFormatter().format(record)


def test_of_an_exception_kind_and_place_are_told_not_its_words() -> None:
    line = _line("Internal Server Error: /samples", fault=True)
    assert "builtins.ValueError at " in line
    assert "builtins.KeyError at " in line
    assert "test_operator_log.py" in line
    for word in ("Serikov", "hunter2", "example.org"):
        assert word not in line


def test_addresses_and_values_are_left_out_of_the_words() -> None:
    line = _line("Key (login)=(omarova) exists; sent to d.omarova@example.org; /search?q=Omarova")
    assert "omarova" not in line.casefold()
    assert "ERROR django.request Key (login)=(…) exists; sent to …@…; /search?…" in line
    assert line.split()[0].endswith("Z")
