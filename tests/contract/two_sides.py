"""Two nodes of a story: each holds the signed steps that have reached it, and acts on what it sees.

A link brings steps at once, or late and backwards, or late, shuffled and twice. Who acts has read what came before, unless
the story says that the two are apart.
"""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from jointlab.agreements.events import Life
from jointlab.agreements.guards import latest_version
from jointlab.agreements.happening import happened
from jointlab.agreements.life import State, standing
from jointlab.agreements.process import AGREEMENT
from jointlab.agreements.versions import Version, read_version
from jointlab.errors import Fault
from jointlab.processes import Instance, Taken, Verdict, check, replay
from tests.unit.agreements.made_agreement import KZ, NJ, duration, made, places, read

PARTY_OF = {"kz": KZ, "nj": NJ}  # the agreement's identifier of each node's institution
LINKS = ("at once", "late and backwards", "late, shuffled and twice")
PAPER = {"scan": "5" * 64, "signatory": "Rector", "mandate": "Charter"}

SIGNED = "signed"


def text(limit: int, *, amends: Version | None = None) -> Version:
    """A text that grants so many places; an amendment takes effect in 2028."""
    if amends is None:
        return read(made(places(limit=limit)))
    named = {"version": amends.hash, "cases": "new"}
    return read(made(duration(begins="2028-01-01"), places(limit=limit), number=2, amends=named))


@dataclass
class Node:
    """What one node holds: steps with the day on which each was recorded, and texts by hash."""

    home: str
    steps: dict[str, tuple[Taken, date]] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)

    def case(self, id: str) -> Instance:
        """The case as this node sees it."""
        return replay(AGREEMENT, id, (taken for taken, _ in self.steps.values() if taken.instance == id))

    def life(self, id: str) -> Life | None:
        """The version of a case with what happened to it; None before a text is there."""
        now = self.case(id)
        if not now.standing:
            return None
        parties = {party: PARTY_OF[prefix] for party, prefix in now.parties.items()}
        recorded = {hash: day for hash, (_, day) in self.steps.items()}
        version = read_version(self.texts[latest_version(now.standing)])
        return Life(version, happened(now, parties=parties, recorded=recorded))

    def in_force(self, on: str, *, cases: Iterable[str]) -> str:
        """The hash of the version in force that day; "" for none. Each case's version amends that of the case before."""
        life: Life | None = None
        for id in reversed(list(cases)):
            here = self.life(id)
            if here is not None:
                follows = life is not None and life.version.head.amends is not None
                life = Life(here.version, here.events, successor=life if follows else None)
        while life is not None:
            if standing(life, date.fromisoformat(on)).state is State.IN_FORCE:
                return life.version.hash
            life = life.successor
        return ""


class Story:
    """Acts of two sides, and what each of their nodes makes of them."""

    def __init__(self, link: str, *, first: str = "kz", seed: int = 0) -> None:
        self.link, self.random = link, random.Random(seed)
        self.a, self.b = (first, "nj" if first == "kz" else "kz")
        self.nodes = {home: Node(home) for home in ("kz", "nj")}
        self.cases: list[str] = []
        self.day = date(2026, 8, 1)
        self._apart = False

    # ---- acts

    def opens(self, side: str, version: Version, *, case: str) -> str:
        """A side proposes a text; the case's identifier is its node's."""
        id, other = f"{side}:{case}", self.other(side)
        sides = {"first": side, "second": other}
        self._takes(side, id, "propose", {"version": self._writes(version)}, parties=sides, nodes=sides)
        self.cases.append(id)
        return id

    def does(self, side: str, case: str, step: str, version: Version | None = None, **form: Any) -> Taken:
        """A side takes a step on its own node, by what that node shows."""
        return self._takes(side, case, step, self._form(step, version, form))

    def refused(self, code: str, side: str, case: str, step: str, version: Version | None = None, **form: str) -> None:
        """The node refuses a step, and nothing is written."""
        before = dict(self.nodes[side].steps)
        with pytest.raises(Fault) as caught:
            self.does(side, case, step, version, **form)
        assert caught.value.code == code
        assert self.nodes[side].steps.keys() >= before.keys()
        assert not [one for one, _ in self.nodes[side].steps.values() if one.step == step and one.hash not in before and one.home == side]  # fmt: skip

    def signs(self, case: str, version: Version, *, first: str) -> None:
        """Both clear an agreed text and attest the signed paper, the proposer first."""
        for side, clear, attest in ((first, "clear_first", ""), (self.other(first), "clear_second", ""), (first, "", "attest"), (self.other(first), "", "confirm")):  # fmt: skip
            if clear:
                self.does(side, case, clear)
            else:
                self.does(side, case, attest, version, signed_on=self.day.isoformat(), **PAPER)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Nothing goes over the link; both act on what they have seen before."""
        self.meet()
        self._apart = True
        yield
        self._apart = False

    def meet(self) -> None:
        """All that was written reaches both."""
        for side in self.nodes:
            self._reads(side)

    def other(self, side: str) -> str:
        """The side across."""
        return "nj" if side == "kz" else "kz"

    # ---- how steps travel

    def _reads(self, side: str) -> None:
        here, there = self.nodes[side], self.nodes[self.other(side)]
        new = [hash for hash in there.steps if hash not in here.steps]
        if self.link == "late and backwards":
            new.reverse()
        elif self.link == "late, shuffled and twice":
            self.random.shuffle(new)
            new += new
        here.texts |= there.texts
        for hash in new:
            here.steps[hash] = there.steps[hash]
            self._sane(here)

    def _sane(self, node: Node) -> None:
        """At every moment each step has a verdict, also while the one before it is still on its way."""
        for case in {taken.instance for taken, _ in node.steps.values()}:
            now = node.case(case)
            for hash, verdict in now.verdicts.items():
                if verdict is Verdict.WAITING:
                    assert node.steps[hash][0].previous != now.head
            assert len(now.verdicts) == sum(taken.instance == case for taken, _ in node.steps.values())

    def _takes(self, side: str, case: str, step: str, form: dict[str, str], **opening: Any) -> Taken:
        if not self._apart:
            self._reads(side)
        node = self.nodes[side]
        now = node.case(case)
        parties = opening.get("parties") or now.parties
        party = next(name for name, institution in parties.items() if institution == side)
        taken = Taken(
            process=AGREEMENT.name, instance=case, step=step, party=party, previous=now.head, by=f"{side}:p", home=side, form=form, **opening,
        ).sealed()  # fmt: skip
        check(now, taken)
        node.steps[taken.hash] = (taken, self.day)
        assert node.case(case).verdicts[taken.hash] is Verdict.STANDS
        self.day += timedelta(1)
        if self.link == "at once" and not self._apart:
            self._reads(self.other(side))
        return taken

    def _form(self, step: str, version: Version | None, form: dict[str, str]) -> dict[str, str]:
        declared = AGREEMENT.step(step)
        names = {one.name for one in declared.fields} if declared else set()
        why = {"why": "so"} if "why" in names else {}
        return why | form | ({"version": self._writes(version)} if version else {})

    def _writes(self, version: Version) -> str:
        for node in self.nodes.values():  # a text goes with the step that names it
            node.texts[version.hash] = version.to_bytes()
        return version.hash


def both_the_same(story: Story) -> dict[str, Instance]:
    """After the link has brought all: state, hash of the version and verdicts are equal at both, in whatever order steps came."""
    story.meet()
    a, b = story.nodes.values()
    assert a.steps == b.steps
    assert all(read_version(data).hash == hash for node in (a, b) for hash, data in node.texts.items())
    for case in story.cases:
        here, there = a.case(case), b.case(case)
        assert here == there, "state, standing steps and verdicts"
        assert latest_version(here.standing) == latest_version(there.standing)
        _in_any_order(here, [taken for taken, _ in a.steps.values() if taken.instance == case])
    for on in ("2026-12-01", "2027-12-31", "2028-06-01"):
        assert a.in_force(on, cases=story.cases) == b.in_force(on, cases=story.cases)
    return {case: a.case(case) for case in story.cases}


def _in_any_order(wanted: Instance, steps: list[Taken]) -> None:
    shuffle = random.Random(len(steps))
    for _ in range(25):
        shuffle.shuffle(steps)
        come: list[Taken] = []
        for taken in (*steps, *steps[:2]):
            come.append(taken)
        assert replay(AGREEMENT, wanted.id, come) == wanted
