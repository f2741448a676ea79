"""What the tests of the potentiostat readers share: reading bytes that a test wrote, and the sets' expected spectra."""

from pathlib import Path

from jointlab.science.door import ReadFile, read, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, real_file


def read_bytes(name: str, data: bytes | str, **given: str) -> ReadFile:
    """Read a file that the test wrote, with answers to questions."""
    return read_source(Source(name, data.encode() if isinstance(data, str) else data), given)


def path(name: str) -> Path:
    """A real file of the set."""
    return real_file(name)


def assert_spectrum(name: str) -> ReadFile:
    """A real spectrum has the points and the end values that another reader (impedance 1.7.1) gives."""
    file = read(real_file(name))
    known = expected()[name]["eisA"]
    table = next(t for t in file.tables if t.has("frequency", "impedance_real"))
    f, re, im = (table.array(q) for q in ("frequency", "impedance_real", "impedance_imaginary"))
    assert file.reading.technique == "impedance"
    assert table.rows == known["points"]
    assert [f[0], f[-1]] == known["f_Hz"]
    assert [re[0], im[0]] == known["Z_first"]
    assert [re[-1], im[-1]] == known["Z_last"]
    return file
