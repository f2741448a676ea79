"""What the engines do alone on Neware's exports, for a child process of `jobs.py`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def polars_times(path: str, small: str) -> None:
    """The engine polars on a record table: types found by itself, both durations split into seconds, the time stamps parsed."""
    import polars as pl

    from benchmarks.jobs import measure

    def read(name: str) -> object:
        return _split_times(pl.read_csv(name, infer_schema_length=10_000))

    read(small)
    measure(lambda: read(path))


def calamine(path: str, small: str) -> None:
    """The engine calamine on a workbook, and the same split of the times."""
    import fastexcel

    from benchmarks.jobs import measure

    def read(name: str) -> object:
        return _split_times(fastexcel.read_excel(name).load_sheet("record").to_polars())

    read(small)
    measure(lambda: read(path))


def _split_times(frame: "pl.DataFrame") -> object:
    import polars as pl

    seconds = []
    for name in ("Time", "Total Time"):
        parts = [pl.col(name).str.split_exact(":", 2).struct.field(f"field_{i}").cast(pl.Float64) for i in range(3)]
        seconds.append((parts[0] * 3600 + parts[1] * 60 + parts[2]).alias(f"{name} in s"))
    return frame.with_columns(*seconds, pl.col("Date").str.to_datetime("%Y-%m-%d %H:%M:%S").alias("stamp"))


JOBS = {"polars_times": polars_times, "calamine": calamine}
