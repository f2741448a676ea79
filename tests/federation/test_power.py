"""Numbered scenarios: a home that is killed while it appends, and one whose disk has forgotten what a partner holds."""

import shutil
import time

import pytest

from tests.federation.nodes import DriverFault, Node, Pair

LOG = "cn+kz/kz"


def _until(node: Node, expression: str) -> None:
    deadline = time.monotonic() + 60
    while not node.value(expression):
        assert time.monotonic() < deadline, expression
        time.sleep(0.1)


def test_3_kill_9_while_appending(pair: Pair) -> None:
    """Scenario 3: the last signed checkpoint stays valid; the tail that nobody had signed is signed after the start."""
    kz, cn = pair.kz, pair.cn
    for moment in (0.1, 0.4, 0.7, 1.1):
        home = Node(kz.folder, "kz")  # a process of its own, to be killed
        home.do("import threading")
        many = "threading.Thread(target=lambda: [grow(30, sign=n % 2 == 0) for n in range(1000)], daemon=True).start()"
        home.do(many)
        time.sleep(moment)
        assert home._driver is not None
        home._driver.kill()
        home._driver.communicate(timeout=30)
        assert kz.value(f"verifying.verify_log({LOG!r})[1]")
        size = kz.value(f"Log.objects.get(name={LOG!r}).size")
        assert size == kz.value(f"Entry.objects.filter(log={LOG!r}).count()")
    kz.do("grow(7, sign=False)")
    size = kz.value(f"Log.objects.get(name={LOG!r}).size")
    cn.serve()
    kz.do(f"Partner.objects.update(address={cn.address!r})")
    kz.serve(worker=True)
    _until(kz, f"Log.objects.get(name={LOG!r}).signed_size == {size}")
    cn.do(f"pull({kz.address!r})")
    pair.in_step(LOG)


def test_4_the_disk_has_forgotten(pair: Pair) -> None:
    """Scenario 4: after a power cut the partner is ahead; it is asked before anything is said, and nobody is accused."""
    kz, cn = pair.kz, pair.cn
    kz.do("grow(2)")
    kz.serve()
    cn.do(f"pull({kz.address!r})")
    kz.close()
    earlier = kz.folder.parent / "earlier.sqlite3"
    shutil.copy(kz.folder / "node.sqlite3", earlier)  # what the disk has kept
    kz.do("grow(3)")
    kz.serve()
    cn.do("pull()")
    assert cn.value(f"Log.objects.get(name={LOG!r}).size") == 6
    kz.stop(kill=True)
    kz.close()
    for path in kz.folder.glob("node.sqlite3*"):
        path.unlink()
    shutil.copy(earlier, kz.folder / "node.sqlite3")
    kz.serve()
    with pytest.raises(DriverFault) as caught:
        cn.do("pull()")
    assert caught.value.code == "partner.recovering"
    assert cn.value(f"Log.objects.get(name={LOG!r}).state") == "open"  # not halted: nobody was shown a shorter log
    kz.stop()
    kz.do("grow(1, sign=False, word='new')")  # somebody worked on before the partner was asked
    cn.serve()
    kz.do(f"Partner.objects.update(address={cn.address!r})")
    kz.serve(worker=True)
    _until(kz, f"[(one.state, one.signed_size) for one in [Log.objects.get(name={LOG!r})]][0] == ('open', 7)")
    assert kz.value("Pairing.objects.filter(partner__startswith='t', home='kz').count()") == 5
    cn.do("pull()")
    assert cn.value("Pairing.objects.filter(partner='new0').count()") == 1
    pair.in_step(LOG)
