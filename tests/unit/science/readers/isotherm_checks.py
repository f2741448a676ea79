"""Checks that every reader of isotherms shares: against EXPECTED.json of the real files, and against cut files."""

from pathlib import Path
from typing import Any

import pytest

from jointlab.errors import Fault
from jointlab.science import ReadFile, read
from jointlab.science.door import read_source
from jointlab.science.source import Source
from jointlab.science.units import convert
from tests.instrument_files import expected, real_file


def read_real(name: str, **settings: str) -> tuple[ReadFile, dict[str, Any]]:
    """A real file of the folder adsorption, read, and what EXPECTED.json says of it."""
    path = f"adsorption/{name}"
    return read(real_file(path), **settings), expected().get(path, {}).get("ads", {})


def assert_as_expected(file: ReadFile, said: dict[str, Any], *, loading: float, pressure: float = 1.0) -> None:
    """Number of points, and first, last and highest value, of pressure (kPa a unit of the file) and loading (mmol/g)."""
    frame = file.tables[0].frame
    assert file.tables[0].name == "isotherm"
    if said.get("n_points") is not None:
        assert frame.height == said["n_points"]
    for column, key, factor in (
        ("pressure", "pressure", pressure),
        ("relative_pressure", "pressure_relative", 1.0),
        ("loading", "loading", loading),
    ):
        if key in said:
            found = [frame[column][0], frame[column][-1], frame[column].max()]
            assert found == pytest.approx([value * factor for value in said[key]], rel=1e-9)


CM3_STP = convert(1.0, source="cm3(STP)", target="mmol")


def assert_cuts_are_safe(path: Path, whole: ReadFile, *, steps: int = 23) -> None:
    """A file cut anywhere is refused, or gives a beginning of the rows of the whole one, and says that it is cut."""
    data = path.read_bytes()
    first = whole.tables[0].frame
    for i in range(1, steps):
        cut = data[: len(data) * i // steps]
        try:
            part = read_source(Source(path.name, cut))
        except Fault:
            continue
        frame = part.tables[0].frame
        shared = [name for name in ("pressure", "loading") if name in frame.columns]
        assert frame.select(shared).equals(first.select(shared)[: frame.height]), f"cut at {len(cut)} of {len(data)}"
        ended = cut.endswith(b"\n")  # a file without a count, cut between two rows, is whole by all that can be known
        assert frame.height == first.height or part.warnings or ended, f"cut at {len(cut)}: not said"
