"""Diffraction: patterns read and analysed, against datalab, which reads them and subtracts baselines."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.bench import Bench, Figure
from jointlab.science.demonstration import models, vendors

_POWDERS = {
    "20-80": models.Powder(),
    "20-80-coarse": models.Powder(size=45.0, peak=21000.0, background=420.0),
    "10-100": models.Powder(low=10.0, high=100.0, step=0.01, size=25.0),
}


def figures(bench: Bench) -> Iterator[Figure]:
    files = [
        bench.input(f"anatase-{name}.{kind}", partial(make, powder=powder))
        for name, powder in _POWDERS.items()
        for kind, make in (("xrdml", make_xrdml), ("xy", make_xy))
    ]
    for job, what in (
        ("xrd_analysed", "read and analysed (reflections, sizes, plots)"),
        ("xrd_columns", "file to checked columns"),
    ):
        ours, peer = bench.race(
            lambda job=job: bench.run(job, *files), lambda: bench.run("datalab", *files, peer="datalab")
        )
        yield Figure(
            f"XRD, {len(files)} files of 3001 to 9001 points: {what}, against datalab's XRDBlock.load_pattern (reads, subtracts baselines)",
            f"{1e3 * ours.seconds / len(files):.1f} ms a file", f"{1e3 * peer.seconds / len(files):.1f} ms a file",
            peer.seconds / ours.seconds, 1.0,
        )  # fmt: skip


def make_xrdml(path: Path, powder: models.Powder) -> None:
    """A PANalytical file; datalab wants white space between the first and the last angle, as the vendor writes it."""
    angles, counts = models.diffract(powder, models.anatase(), seed=21)
    data = vendors.xrdml(angles, counts, sample="made", started="2026-10-12T11:40:00+05:00", counting_time=40.0)
    path.write_bytes(data.replace(b"</startPosition><end", b"</startPosition>\n<end"))


def make_xy(path: Path, powder: models.Powder) -> None:
    """Two columns, angle and counts."""
    angles, counts = models.diffract(powder, models.anatase(), seed=22)
    path.write_text("".join(f"{x:.4f} {y:.0f}\n" for x, y in zip(angles, counts, strict=True)))
