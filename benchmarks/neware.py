"""Neware: a record table of 200 MB with durations and time stamps, and a workbook."""

from collections.abc import Iterator

from benchmarks.bench import Bench, Figure, megabytes_a_second
from benchmarks.neware_inputs import make_csv, make_xlsx


def figures(bench: Bench) -> Iterator[Figure]:
    whole = bench.input("neware.csv", lambda path: make_csv(path, 105))
    small = bench.input("neware-small.csv", lambda path: make_csv(path, 1))
    ours, engine = bench.race(lambda: bench.run("ours", whole, small), lambda: bench.run("polars_times", whole, small))
    yield Figure(
        f"Neware .csv, {whole.stat().st_size / 1e6:.0f} MB with times: file to checked columns, against polars.read_csv and its own split of the times",
        megabytes_a_second(whole, ours), megabytes_a_second(whole, engine), engine.seconds / ours.seconds, 0.6,
    )  # fmt: skip
    whole = bench.input("neware.xlsx", lambda path: make_xlsx(path, 8))
    small = bench.input("neware-small.xlsx", lambda path: make_xlsx(path, 1))
    ours, engine = bench.race(lambda: bench.run("ours", whole, small), lambda: bench.run("calamine", whole, small))
    yield Figure(
        f"Neware .xlsx, {whole.stat().st_size / 1e6:.0f} MB: file to checked columns, against calamine (fastexcel) and the same split of the times",
        megabytes_a_second(whole, ours), megabytes_a_second(whole, engine), engine.seconds / ours.seconds, 0.8,
    )  # fmt: skip
