"""Two real nodes, Almaty and Nanjing: a slow link, a first sync of samples with files, a change, pages while one catches up.

RECORDS_ON_LINK, SAMPLES, CATCHING_UP in the environment for other numbers. The link is a proxy on loopback (tests/federation/proxy.py).
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, Figure
from benchmarks.serving import _status as status_of
from tests.federation.nodes import Pair, make_pair, marry
from tests.federation.proxy import BadLink, Link

RECORDS_ON_LINK = int(os.environ.get("RECORDS_ON_LINK", "30000"))
SAMPLES = int(os.environ.get("SAMPLES", "1000"))
CATCHING_UP = int(os.environ.get("CATCHING_UP", "60000"))
RATE = 10e6 / 8  # bytes a second
DELAY = 0.125  # seconds, each way
CHANGES = 20
STATED = {1000: 527.0}  # seconds that research/sampledb-baseline.md states of SampleDB 0.33.1 on two cores


def figures(bench: Bench) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="jointlab-bench-") as name:
        make_pair(Path(name))
        marry(Path(name))
        pair = Pair(Path(name))
        try:
            for node in (pair.kz, pair.cn):
                node.do("from tests.federation.blob_names import *; from benchmarks.federation_names import *")
            pair.kz.serve()
            yield from _samples(pair)
            yield _changes(pair)
            yield _pages(pair)
            yield from _slow_link(pair)  # last: the servers do not know the type of its records
        finally:
            pair.close()


def _samples(pair: Pair) -> Iterator[Figure]:
    pair.kz.do(f"samples_with_files({SAMPLES}, 1024)")
    begun = time.perf_counter()
    pair.cn.value(f"pull({pair.kz.address!r})")
    rows = time.perf_counter() - begun
    done = pair.cn.value("fetch()")
    took = time.perf_counter() - begun
    assert done["files"] == SAMPLES, done
    found = pair.cn.value("Sample.objects.count()")
    assert found == SAMPLES, found
    stated = STATED.get(SAMPLES)
    yield Figure(
        f"first sync of {SAMPLES:,} shared samples, each with a note and a file of 1 KB, files fetched too, against the time that "
        "our notes state of SampleDB 0.33.1, which copies no files (not run beside it)",
        f"{took:.1f} s ({rows:.1f} s to all rows)", f"{stated:.0f} s" if stated else "fails (10,000 stated)",
        stated / took if stated else float("inf"), 1.0,
    )  # fmt: skip


def _slow_link(pair: Pair) -> Iterator[Figure]:
    cost = pair.kz.value(f"records({RECORDS_ON_LINK})")["sharing"] / RECORDS_ON_LINK
    with BadLink(pair.kz.port, Link(delay=DELAY, rate=RATE)) as link:
        begun = time.perf_counter()
        pair.cn.value(f"pull({link.address!r})")
        took, least = time.perf_counter() - begun, link.passed / RATE
    yield Figure(
        f"{RECORDS_ON_LINK:,} records over a link of 10 Mbit/s and 250 ms there and back, against the time in which that link passes their bytes",
        f"{took:.1f} s, {link.passed / 1e6:.1f} MB", f"{least:.1f} s", took / least, 1.15, at_most=True,
    )  # fmt: skip
    yield Figure(
        "a record shared: repeated in the partnership's log and signed, processor time, against that of an ingest of a small file (ingest above, 5.7 ms at the least)",
        f"{1e3 * cost:.3f} ms", "5.7 ms", 1e3 * cost / 5.7, 0.1, at_most=True,
    )  # fmt: skip


def _pages(pair: Pair) -> Figure:
    """The worker of Nanjing follows while its pages are asked for."""
    pair.kz.serve()
    pair.kz.do(f"grow({CATCHING_UP})")
    target, cookies = pair.kz.value("size_of('cn+kz/kz')"), pair.cn.value("cookies()")
    pair.cn.do(f"Partner.objects.update(address={pair.kz.address!r}, private_allowed=True)")
    before = pair.cn.value("size_of('cn+kz/kz')")
    done = threading.Event()

    def watch() -> None:
        while pair.cn.value("size_of('cn+kz/kz')") < target:
            time.sleep(0.5)
        done.set()

    pair.cn.serve(worker=True)
    threading.Thread(target=watch, daemon=True).start()
    times: list[float] = []
    begun = time.perf_counter()
    while not done.is_set() and time.perf_counter() - begun < 180:
        asked = time.perf_counter()
        assert status_of(pair.cn.port, "/samples", cookies, "127.0.0.1") == 200
        times.append(time.perf_counter() - asked)
        time.sleep(0.05)
    took = time.perf_counter() - begun
    pair.cn.stop()
    p95 = sorted(times)[int(0.95 * len(times))]
    middle = sorted(times)[len(times) // 2]
    return Figure(
        f"list page of a node while it catches up with {target - before:,} records of its partner in {took:.0f} s, 95 of 100 requests within "
        f"({len(times)} asked)", f"{1e3 * p95:.0f} ms (half within {1e3 * middle:.0f} ms)", "500 ms", p95 / 0.5, 1.0, at_most=True,
    )  # fmt: skip


def _changes(pair: Pair) -> Figure:
    pair.kz.stop()
    pair.cn.serve(worker=True)
    pair.kz.serve(worker=True)
    quality = Link(delay=DELAY)
    with BadLink(pair.kz.port, quality) as to_kz, BadLink(pair.cn.port, quality) as to_cn:
        for node, link in ((pair.cn, to_kz), (pair.kz, to_cn)):
            node.do(f"Partner.objects.update(address={link.address!r}, private_allowed=True)")
        _one_change(pair, "until both have met", 60)
        times = sorted(_one_change(pair, f"title {number}", 30) for number in range(CHANGES))
    for node in (pair.kz, pair.cn):
        node.stop()
    p95 = times[int(0.95 * len(times))]
    return Figure(
        f"a sample's title changed in Almaty seen in Nanjing over a link of 250 ms there and back, 95 of 100 within ({CHANGES} changes)",
        f"{p95:.2f} s (half within {times[len(times) // 2]:.2f} s)", "3 s", p95 / 3, 1.0, at_most=True,
    )  # fmt: skip


def _one_change(pair: Pair, title: str, patience: float) -> float:
    """Seconds until it is seen."""
    found: list[Any] = []
    looking = threading.Thread(target=lambda: found.append(pair.cn.value(f"seen({title!r}, {patience})")))
    looking.start()
    begun = pair.kz.value(f"change({title!r})")
    looking.join()
    assert found[0] is not None, f"{title!r} was not seen within {patience} s"
    return float(found[0]) - float(begun)
