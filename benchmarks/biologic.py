"""BioLogic: a text export of 200 MB and a binary file of 198 MB."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench, Figure, megabytes_a_second
from benchmarks.inputs import make_body, make_mpr, make_mpt


def figures(bench: Bench) -> Iterator[Figure]:
    yield from _text(bench)
    yield from _binary(bench)


def _text(bench: Bench) -> Iterator[Figure]:
    whole = bench.input("cycling.mpt", lambda path: make_mpt(path, 100))
    small = bench.input("small.mpt", lambda path: make_mpt(path, 1))
    body = bench.input("cycling-body.txt", lambda path: make_body(path, whole))
    small_body = bench.input("small-body.txt", lambda path: make_body(path, small))
    ours, engine = bench.race(
        lambda: bench.run("ours", whole, small), lambda: bench.run("polars_csv", body, small_body)
    )
    name = f".mpt, {_size(whole)} MB: file to checked columns"
    yield Figure(
        f"{name}, against polars.read_csv on the rows alone", megabytes_a_second(whole, ours),
        megabytes_a_second(body, engine), engine.seconds / ours.seconds, 0.6,
    )  # fmt: skip
    yield _against_yadg(bench, name, whole, ours.seconds, small, "mpt")


def _binary(bench: Bench) -> Iterator[Figure]:
    whole = bench.input("cycling.mpr", lambda path: make_mpr(path, 1350))
    small = bench.input("small.mpr", lambda path: make_mpr(path, 20))
    ours, limit = bench.race(lambda: bench.run("ours", whole, small), lambda: bench.run("numpy_records", whole, small))
    name = f".mpr, {_size(whole)} MB: file to checked columns"
    yield Figure(
        f"{name}, against numpy: read the bytes, copy each field of the records to a column", megabytes_a_second(whole, ours),
        megabytes_a_second(whole, limit), limit.seconds / ours.seconds, 0.5,
    )  # fmt: skip
    yield _against_yadg(bench, name, whole, ours.seconds, small, "mpr")
    size = whole.stat().st_size
    yield Figure(
        f".mpr, {_size(whole)} MB: peak memory over the file's size", f"{ours.peak_bytes / 1e6:.0f} MB",
        f"{size / 1e6:.0f} MB file", ours.peak_bytes / size, 3.0, at_most=True,
    )  # fmt: skip


def _against_yadg(bench: Bench, name: str, whole: Path, seconds: float, slice_: Path, kind: str) -> Figure:
    """A small file of the same kind is read by yadg; its time is scaled by size."""
    peer = min((bench.run("yadg", slice_, kind, peer="yadg") for _ in range(2)), key=lambda run: run.seconds)
    scaled = peer.seconds * whole.stat().st_size / slice_.stat().st_size
    return Figure(
        f"{name}, against yadg (on {slice_.stat().st_size / 1e6:.1f} MB, scaled)", f"{seconds:.2f} s",
        f"{scaled:.1f} s", scaled / seconds, 8.0,
    )  # fmt: skip


def _size(path: Path) -> int:
    return round(path.stat().st_size / 1e6)
