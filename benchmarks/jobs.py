"""What a child process does: `python jobs.py JOB PATH`, one line of JSON with the seconds and the peak memory.

Imports are done, and a small file of the same kind is read, before the clock starts: start-up is a figure of its own.
"""

import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def measure(work: Callable[[], object]) -> None:
    begin, used = time.perf_counter(), processor_time()
    result = work()
    seconds = time.perf_counter() - begin
    del result
    for child in multiprocessing.active_children():  # their time counts once they have ended
        child.join(30)
    used = processor_time() - used
    status = Path("/proc/self/status")
    peak = 0
    if status.exists():  # not getrusage: a child starts with its parent's greatest size there
        peak = next(int(line.split()[1]) << 10 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"seconds": seconds, "peak_bytes": peak, "processor": used}))


def processor_time() -> float:
    """Seconds that this process and its ended children have computed."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def ours(path: str, small: str) -> None:
    """The file to checked columns: snapshot, SHA-256, recognition, reading, self-checks."""
    from jointlab.science.checks import check
    from jointlab.science.readers import reader_for
    from jointlab.science.settings import Settings
    from jointlab.science.source import open_source

    def read(name: str) -> object:
        source = open_source(name)
        reading = reader_for(source).read(source, Settings())
        return reading, check(reading), source.sha256

    read(small)
    measure(lambda: read(path))


def polars_csv(path: str, small: str) -> None:
    """The same numbers without a header: the engine alone, told every type."""
    import polars as pl

    def read(name: str) -> object:
        with open(name, "rb") as file:
            width = file.readline().count(b"\t") + 1
        schema = {f"column {i}": pl.Float64 for i in range(width)}
        return pl.read_csv(name, has_header=False, separator="\t", schema=schema)

    read(small)
    measure(lambda: read(path))


def numpy_records(path: str, small: str) -> None:
    """The records of a made .mpr as numpy columns of the types that we give: one strided copy a column, no check."""
    import numpy as np

    from benchmarks.inputs import MPR_RECORD, mpr_records_at

    def read(name: str) -> object:
        data = Path(name).read_bytes()
        start = mpr_records_at(data)
        points = int.from_bytes(data[start - 406 : start - 402], "little")
        records = np.frombuffer(data, MPR_RECORD, points, start)
        columns = {}
        for field in MPR_RECORD.names or ():
            if field == "flags":
                columns |= {bit: (records[field] >> bit) & 1 for bit in range(6)}
            elif MPR_RECORD[field].kind == "u":
                columns[field] = records[field].astype(np.int64)
            else:
                columns[field] = np.ascontiguousarray(records[field])
        return columns

    read(small)
    measure(lambda: read(path))


def yadg(path: str, kind: str) -> None:
    from yadg.extractors import extract

    measure(lambda: extract(filetype=f"eclab.{kind}", path=Path(path)))


def command(*words: str) -> None:
    """A program from its start to its end."""
    import subprocess

    measure(lambda: subprocess.run(words, capture_output=True, check=True))


JOBS = {"ours": ours, "polars_csv": polars_csv, "numpy_records": numpy_records, "yadg": yadg, "command": command}

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])
    from benchmarks.ledger_jobs import JOBS as LEDGER
    from benchmarks.neware_jobs import JOBS as NEWARE
    from benchmarks.xrd_jobs import JOBS as XRD

    {**JOBS, **LEDGER, **NEWARE, **XRD}[sys.argv[1]](*sys.argv[2:])
