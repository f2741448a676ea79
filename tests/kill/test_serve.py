"""kill -9 of a server: nothing of it lives on, the node starts clean again, and half-done work is taken up at once."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kill.launched import Launcher, descendants_of, launcher, still_running
from tests.real_node import RealNode, made_node

ROWS = 300_000  # of a pattern whose reading takes about a second
RECEIVE = f"""
from jointlab.laboratory.operations import files
from jointlab.people.actors import actor_of
from jointlab.people.models import Person
lines = [f"{{10 + n * 1e-4:.4f}} {{100 + n % 977}}" for n in range({ROWS})]
actor = actor_of(Person.objects.get(), home="kz")
files.receive(actor, chunks=["\\n".join(lines).encode()], name="pattern.xy", source="page")
print(0)
"""
UNTIL = """
import time
from jointlab.jobs.models import Job
deadline = time.monotonic() + 60
while Job.objects.filter(state={state!r}).count() != 1 and time.monotonic() < deadline:
    time.sleep(0.01)
print(json.dumps(list(Job.objects.values_list("state", "tries"))))
"""
LONG_LEASE = """
import datetime as dt
from jointlab.jobs.models import Job
print(Job.objects.update(lease_until=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)))
"""  # so that nothing but the death of its worker can end it
READ = "from jointlab.laboratory.models import Reading\nprint(json.dumps(Reading.objects.get().state))"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[RealNode]:
    with made_node(tmp_path / "node") as made:
        yield made


@contextlib.contextmanager
def _serving(node: RealNode, *, power_cut: bool) -> Iterator[None]:
    """A server that answers; at the end it is killed, alone or with all its processes, and nothing of it lives on."""
    process = node.start("serve", "--port", "0")
    try:
        assert process.stdout
        assert any("answers at" in line for line in process.stdout)
        yield
    finally:
        others = descendants_of(process.pid)
        for pid in others if power_cut else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.kill()
        process.communicate(timeout=60)
    assert len(others) >= 3  # two that answer, one that works
    assert not still_running(others)


def _clean(launched: Launcher, node: RealNode) -> None:
    status, said = launched.run(["fsck", "--node", str(node.folder)])
    assert (status, "FAULT" in said) == (0, False), said


def test_a_killed_server_starts_clean_and_takes_up_half_done_work(node: RealNode) -> None:
    with launcher(node.folder) as launched:
        launched.ask(RECEIVE)
        with _serving(node, power_cut=True):
            assert launched.ask(UNTIL.format(state="running")) == [["running", 1]]
        assert launched.ask(UNTIL.format(state="running")) == [["running", 1]]  # nobody has ended it
        _clean(launched, node)
        launched.ask(LONG_LEASE)
        with _serving(node, power_cut=False):
            assert launched.ask(UNTIL.format(state="done")) == [["done", 2]]
        assert launched.ask(READ) == "read"
        _clean(launched, node)
