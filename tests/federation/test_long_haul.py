"""Numbered scenario: a long catch-up over a link that is cut again and again."""

import threading
import time
from pathlib import Path

import pytest

from tests.federation.nodes import Node, Pair
from tests.federation.proxy import BadLink, Link

LOG = "cn+kz/kz"
MIB = 1024  # KiB, as /proc says sizes


def _peak(root: int) -> int:
    """KiB: the largest that a process under this one has ever been."""
    most = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            facts = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:  # it has just ended
            continue
        if int(facts["PPid"]) == root:
            most = max(most, int(facts.get("VmHWM", "0 kB").split()[0]), _peak(int(facts["Pid"])))
    return most


def _ideal(node: Node) -> int:
    """Bytes of all pages, each sent once, compressed as the largest pages are."""
    found: int = node.do(
        "from itertools import islice\nfrom jointlab.federation import codec\n"
        f"rest, value = iter(serving.entries({LOG!r}, start=0, upto=Log.objects.get(name={LOG!r}).size)), 0\n"
        "while lines := list(islice(rest, 5000)): value += len(codec.compress(codec.fill_page(lines)[0]))"
    )
    return found


def _haul(
    pair: Pair, *, count: int, last: int, every: float, quality: Link, at_last: Link
) -> tuple[BadLink, list[float]]:
    """Nanjing's node catches up by itself; the link worsens for the last entries. The link, and how long pages took."""
    kz, cn = pair.kz, pair.cn
    kz.do(f"size = grow({count})")
    kz.serve()
    cn.do("from tests.federation.lab_names import *\nadministrator()")
    took: list[float] = []
    done = threading.Event()
    with BadLink(kz.port, quality) as link:

        def cutter() -> None:
            while not done.wait(every):
                link.cuts += 1
                link.cut_all()

        threading.Thread(target=cutter, daemon=True).start()
        try:
            cn.do(f"Partner.objects.update(address={link.address!r}, private_allowed=True)")
            cn.serve(worker=True)
            assert cn._server is not None
            peak, size = 0, 0
            while size < count + 1:
                begun = time.monotonic()
                assert "<h1" in cn.value("page('/samples')")  # the laboratory goes on meanwhile
                took.append(time.monotonic() - begun)
                size = cn.value(f"Log.objects.get(name={LOG!r}).size")
                if size >= count - last:
                    link.quality = at_last
                peak = max(peak, _peak(cn._server.pid))
                time.sleep(0.2)
        finally:
            done.set()
        cn.stop()
    assert 0 < peak < 300 * MIB
    return link, took


@pytest.mark.timeout(240)
def test_30_a_link_cut_again_and_again(pair: Pair) -> None:
    """Scenario 30, small: no part of it fits between two cuts as a whole, and it comes nevertheless."""
    rate, every = 80_000, 1.5
    slow = Link(delay=0.02, rate=rate)
    link, _ = _haul(pair, count=3000, last=0, every=every, quality=slow, at_last=slow)
    assert _ideal(pair.kz) > 1.5 * rate * every  # who begins again after each cut never ends
    assert link.cuts >= 2
    pair.in_step(LOG)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_30_a_million_records(pair: Pair) -> None:
    """Scenario 30 in full: 250 ms, cut every 30 seconds, 2 Mbit/s for the last 50,000."""
    far = Link(delay=0.125)
    slow = Link(delay=0.125, rate=250_000)
    link, took = _haul(pair, count=1_000_000, last=50_000, every=30, quality=far, at_last=slow)
    assert link.passed <= 1.1 * _ideal(pair.kz)
    assert sorted(took)[int(len(took) * 0.95)] < 0.5
