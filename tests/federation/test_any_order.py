"""Two real nodes in any order of work and faults: after quiet each copy is what its home shares, and no erased byte is left."""

import contextlib
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.federation.fault_proxy import FaultProxy
from tests.federation.nodes import DriverFault, Node, copied

SIDES = st.sampled_from(("kz", "cn"))
PICK = st.integers(min_value=0, max_value=10**6)
LINK = ("link.", "partner.")  # what a spoiled link may be refused for


class TwoNodes(RuleBasedStateMachine):
    """Almaty and Nanjing with one project that both share; each asks the other through a link that may be spoiled."""

    template = Path()

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.pair = copied(self.template, folder / "nodes")
        self.stack.callback(self.pair.close)
        self.nodes: dict[str, Node] = {"kz": self.pair.kz.serve(), "cn": self.pair.cn.serve()}
        self.proxies = {side: self.stack.enter_context(FaultProxy(node.port)) for side, node in self.nodes.items()}
        self.own: dict[str, dict[str, str]] = {"kz": {}, "cn": {}}  # by sample, its newest title
        self.words: dict[str, list[str]] = {}  # by sample, everything that was ever said of it
        self.notes: dict[str, list[str]] = {}
        self.erased: list[str] = []
        self.count = self.flips = 0
        self.refused = ""

    def _word(self) -> str:
        self.count += 1
        return f"word-{self.count:04}-of-this-run"

    def _do(self, side: str, code: str) -> Any:
        return self.nodes[side].value(code)

    def _learn(self, side: str) -> None:
        other = "cn" if side == "kz" else "kz"
        address = self.proxies[other].address
        self.nodes[side].do("from tests.federation.three_names import *")
        self.nodes[side].do(f"Partner.objects.update(address={address!r}, private_allowed=True)")

    def _pull(self, side: str) -> bool:
        try:
            assert self._do(side, "pull_all()") == []
        except DriverFault as fault:
            if not fault.code.startswith(LINK):
                raise
            self.refused = str(fault)
            return False
        return True

    @initialize()
    def share_a_project(self) -> None:
        for side in self.nodes:
            self._learn(side)
        self.project = self._do("kz", "project('Of both')")
        self._do("kz", f"agree({self.project!r}, 'cn')")
        assert self._pull("cn")
        self._do("cn", f"agree({self.project!r}, 'kz')")
        self.agreed = {"kz": True, "cn": True}

    @rule(side=SIDES)
    def make(self, side: str) -> None:
        with contextlib.suppress(DriverFault):  # the project may be withheld here
            word = self._word()
            made = self._do(side, f"sample({word!r}, {self.project!r})")
            self.own[side][made], self.words[made] = word, [word]

    @rule(side=SIDES, pick=PICK)
    def change(self, side: str, pick: int) -> None:
        if self.own[side]:
            sample, word = sorted(self.own[side])[pick % len(self.own[side])], self._word()
            self.nodes[side].do(f"move({sample!r}, {self.project!r}, {word!r})")
            self.own[side][sample] = word
            self.words[sample].append(word)

    @rule(side=SIDES, pick=PICK)
    def remark(self, side: str, pick: int) -> None:
        if self.own[side]:
            sample, word = sorted(self.own[side])[pick % len(self.own[side])], self._word()
            made = self._do(side, f"note({sample!r}, {word!r}, {'file ' + word!r})")
            self.notes.setdefault(sample, []).append(made)
            self.words[sample].append(word)

    @rule(side=SIDES, pick=PICK)
    def erase(self, side: str, pick: int) -> None:
        if self.own[side]:
            sample = sorted(self.own[side])[pick % len(self.own[side])]
            for record in (*self.notes.pop(sample, ()), sample):
                self.nodes[side].do(f"forget({record!r})")
            self.erased += self.words.pop(sample)
            del self.own[side][sample]

    @rule(side=SIDES)
    def withhold_or_share(self, side: str) -> None:
        other = "cn" if side == "kz" else "kz"
        self.nodes[side].do(f"{'end' if self.agreed[side] else 'agree'}({self.project!r}, {other!r})")
        self.agreed[side] = not self.agreed[side]

    @rule(side=SIDES)
    def ask(self, side: str) -> None:
        if self._pull(side):
            self.flips = 0

    @rule(side=SIDES, after=st.integers(min_value=0, max_value=4000))
    def cut(self, side: str, after: int) -> None:
        self.proxies[side].faults.cut_after = after

    @rule(side=SIDES, double=st.booleans())
    def mend(self, side: str, double: bool) -> None:
        self.proxies[side].faults.cut_after = -1
        self.proxies[side].faults.double = double

    @precondition(lambda self: self.flips < 2)  # three refusals that a link could explain, and the log is blamed
    @rule(side=SIDES, byte=st.integers(min_value=15, max_value=6000))
    def ask_with_a_flipped_bit(self, side: str, byte: int) -> None:
        other = "cn" if side == "kz" else "kz"
        self.proxies[other].faults.flip, self.flips = byte, self.flips + 1
        self._pull(side)
        self.proxies[other].faults.flip = -1

    @rule(side=SIDES, seconds=st.sampled_from((-86400, -600, 600)))
    def ask_with_a_wrong_clock(self, side: str, seconds: int) -> None:
        clock = "client.Link.__init__.__kwdefaults__"
        self.nodes[side].do(f"import time; {clock}['clock'] = lambda: time.time() + {seconds}")
        self._pull(side)
        self.nodes[side].do(f"{clock}['clock'] = time.time")

    @rule(side=SIDES, kill=st.booleans())
    def restart(self, side: str, kill: bool) -> None:
        self.nodes[side].stop(kill=kill)
        self.nodes[side].serve()

    def teardown(self) -> None:
        try:
            if hasattr(self, "project"):
                self._come_to_rest()
                self._compare()
        finally:
            self.stack.close()

    def _come_to_rest(self) -> None:
        for proxy in self.proxies.values():
            proxy.faults.cut_after, proxy.faults.flip, proxy.faults.double = -1, -1, False
        for side in ("kz", "cn"):  # requests that were doubled or cut may still be at work at the other node
            for _ in range(20):
                if self._pull(side):
                    break
                time.sleep(0.2)
        for _ in range(4):
            for side in self.nodes:
                assert self._pull(side), self.refused

    def _compare(self) -> None:
        self.pair.in_step()  # entries, bodies, roots
        seen = {side: set(self._do(side, "shown()")["samples"]) for side in self.nodes}
        for side, there in (("kz", "cn"), ("cn", "kz")):
            titles = set(self.own[side].values())
            assert titles <= seen[side]
            assert seen[there] & titles == (titles if all(self.agreed.values()) else set())
        for node in self.nodes.values():
            assert node.value("[one.code for one in SetAside.objects.all()]") == []
            for path in sorted(node.folder.rglob("*")):
                data = path.read_bytes() if path.is_file() else b""
                assert not [word for word in self.erased if word.encode() in data], path
        self.pair.check()


def _run(template: Path, *, examples: int, steps: int) -> None:
    machine = type("Machine", (TwoNodes,), {"template": template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate), derandomize=True,
        ),
    )  # fmt: skip


def test_any_order(pair_template: Path) -> None:
    """A few runs, always the same."""
    _run(pair_template, examples=3, steps=14)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_any_order_at_length(pair_template: Path) -> None:
    """Many runs."""
    _run(pair_template, examples=100, steps=40)
