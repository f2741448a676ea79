"""Diffraction patterns, all of them once, for a child process of `jobs.py`; all of them are read before the clock starts."""

from collections.abc import Callable

_WAVELENGTH = "1.5406"  # angstrom; where a file states none


def _twice(read: Callable[[str], object], paths: tuple[str, ...]) -> None:
    from benchmarks.jobs import measure

    for path in paths:
        read(path)
    measure(lambda: [read(path) for path in paths])


def xrd_analysed(*paths: str) -> None:
    """The whole of `jointlab read`: columns, checks, reflections, sizes, plots."""
    from jointlab.science.door import read

    def analyse(path: str) -> object:
        stated = {} if path.endswith(".xrdml") else {"wavelength": f"{_WAVELENGTH} angstrom"}
        found = read(path, instrument_fwhm="0.06", **stated)
        if not any(figure.quantity == "crystallite_size" for figure in found.figures):
            raise SystemExit(f"no crystallite size of {path}: {found.warnings}")
        return found

    _twice(analyse, paths)


def xrd_columns(*paths: str) -> None:
    """To checked columns, without analysis."""
    from jointlab.science.checks import check
    from jointlab.science.readers import reader_for
    from jointlab.science.settings import Settings
    from jointlab.science.source import open_source

    def read(path: str) -> object:
        source = open_source(path)
        reading = reader_for(source).read(source, Settings())
        return reading, check(reading), source.sha256

    _twice(read, paths)


def datalab(*paths: str) -> None:
    """What datalab loads a pattern with: the file, three scales of the intensity, a polynomial and a median baseline."""
    from pydatalab.apps.xrd.blocks import XRDBlock

    _twice(lambda path: XRDBlock.load_pattern(path, wavelength=float(_WAVELENGTH)), paths)


JOBS = {"xrd_analysed": xrd_analysed, "xrd_columns": xrd_columns, "datalab": datalab}
