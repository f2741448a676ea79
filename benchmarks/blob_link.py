"""A file of 32 MiB over a bad link between two real nodes: 240 ms each way, every connection held to 1 MiB/s and cut after 6 MiB on average.

The link is that of the tests (tests/federation/proxy.py). It is the one over which the ways of fetching were tried before
the node was written: the best of them, chunks of 4 MiB over eight connections, took 5.4 s, over four connections 9.8 s; with
about 2.6 flipped bits a file, over four, 19.9 s. With four connections no way can take less than 8 s at 1 MiB/s each.
"""

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, Figure
from tests.federation.nodes import Pair, make_pair, marry
from tests.federation.proxy import BadLink, Link

MB = 1 << 20
SIZE = 32 * MB  # bytes
BEST, FOUR, FLIPPED = 5.4, 9.8, 19.9  # seconds of the trial
BAD = Link(delay=0.24, rate=MB, cut_every=6 * MB)
FLIPS = Link(delay=0.24, rate=MB, cut_every=6 * MB, flip_every=SIZE / 2.6)
_TIMED = """
import time
begun = time.perf_counter()
done = fetch({address!r}, connections={connections})
value = [time.perf_counter() - begun, done]
"""


def figures(bench: Bench) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="jointlab-bench-") as name:
        pair = _pair(Path(name))
        seeds = count(1)
        try:
            for connections, link, limit, target, what in (
                (8, BAD, BEST, 1.5, "eight connections (`connections = 8`), against the best way of the trial"),
                (
                    4,
                    BAD,
                    BEST,
                    1.5,
                    f"four connections (as a node is set; four in the trial took {FOUR} s), against the best way of the trial",
                ),
                (
                    4,
                    FLIPS,
                    FLIPPED,
                    1.5,
                    "four connections and about 2.6 flipped bits a file, against the same in the trial",
                ),
            ):
                runs = [_fetched(pair, connections, link, next(seeds)) for _ in range(bench.rounds)]
                seconds, times = sorted(run[0] for run in runs), max(run[1] for run in runs)
                middle = seconds[len(seconds) // 2]
                yield Figure(
                    f"32 MiB file over the bad link (240 ms each way, 1 MiB/s and a cut every 6 MiB a connection), {what}; median of {bench.rounds}",
                    f"{middle:.1f} s ({seconds[0]:.1f} to {seconds[-1]:.1f}), at most {times:.2f} times its bytes", f"{limit} s", middle / limit, target, at_most=True,
                )  # fmt: skip
        finally:
            pair.close()


def _pair(folder: Path) -> Pair:
    """Two paired nodes, of which Almaty serves."""
    make_pair(folder)
    marry(folder)
    pair = Pair(folder)
    pair.kz.serve()
    for node in (pair.kz, pair.cn):
        node.do("from tests.federation.blob_names import *")
    return pair


def _fetched(pair: Pair, connections: int, link: Link, seed: int) -> tuple[float, float]:
    """Seconds until the file is visible, and the bytes that came over its size. Fails when it does not come."""
    (sha256,) = pair.kz.value(f"parcel({SIZE}, seed={seed})")["files"]
    pair.cn.value(f"pull({pair.kz.address!r})")
    pair.cn.do(f"wanting.ask_for({sha256!r}, by='cn:somebody')")  # at any time of the day
    with BadLink(pair.kz.port, link, seed=seed) as bad:
        seconds, done = _timed(pair, bad.address, connections)
    if done.get("files") != 1:
        raise SystemExit(f"the file did not come over the bad link: {done}")
    return seconds, done["received"] / SIZE


def _timed(pair: Pair, address: str, connections: int) -> tuple[float, dict[str, Any]]:
    seconds, done = pair.cn.do(_TIMED.format(address=address, connections=connections))
    return float(seconds), dict(done)
