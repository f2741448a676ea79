"""Places over two nodes: whatever both sides do, in whatever order it reaches the other, both have one count and nobody overspends."""

from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Any

from jointlab.agreements.places import Act, Count, Entry, Rules, recount, refusal
from jointlab.errors import Fault
from jointlab.mobility.counting import Hold, lines, wanted
from jointlab.mobility.process import MOBILITY, facts_of
from jointlab.processes import Instance, Step, Taken, check, offered, replay
from tests.unit.agreements.made_agreement import KZ, NJ, made, places, read
from tests.unit.mobility.made_case import step

_CLAUSE = read(made(places(limit=1, carry_over=1))).clause("2")
assert _CLAUSE is not None
CLAUSE, RULES = _CLAUSE, Rules.of(_CLAUSE)
CASES = ("kz:1", "kz:2", "kz:3")
YEARS = ("2026/2027", "2027/2028")
DAYS = ({"first": "2027-02-22", "last": "2027-07-09"}, {"first": "2027-10-04", "last": "2028-02-01"})
HOMES = {"sending": "kz", "receiving": "nj"}


@dataclass
class Node:
    """What one node holds."""

    steps: dict[str, Taken] = field(default_factory=dict)
    lines: list[Entry] = field(default_factory=list)

    def case(self, id: str) -> Instance:
        return replay(MOBILITY, id, [taken for taken in self.steps.values() if taken.instance == id])

    def count(self) -> Count:
        return recount(RULES, self.lines, by=NJ)


def steps_from_nothing(party: str) -> tuple[Step, ...]:
    """What opens a stay."""
    return tuple(one for one in MOBILITY.steps if "" in one.source and party in one.who)


@dataclass
class Pair:
    """Both nodes; the receiving one counts."""

    sending: Node = field(default_factory=Node)
    receiving: Node = field(default_factory=Node)

    def act(self, party: str, id: str, choice: int) -> None:
        """The party takes a step that its own node offers; nobody is admitted without a place of the count."""
        node: Node = getattr(self, party)
        now = node.case(id)
        steps = offered(now, party) if now.standing else steps_from_nothing(party)
        main = [one.name for one in steps if one.main]
        others = [one.name for one in steps if not one.main and not one.name.startswith("correct_")]
        if not (names := main if choice < 9 else others):
            return
        name = names[0 if choice < 9 else choice % len(names)]
        if name == "admit" and not self.counted(id):
            return
        form: dict[str, Any] = DAYS[choice % 2] if name in ("nominate", "change") else {}
        try:
            made = step(now, name, party=party, **form)
            check(now, made)
        except Fault:  # a change that changes nothing
            return
        node.steps[made.hash] = made

    def counted(self, asked: str = "") -> bool:
        """The receiving node writes the lines that are missing; whether a case has all that it asks for."""
        count, satisfied = self.receiving.count(), True
        for id in sorted(CASES, key=lambda one: not self.receiving.case(one).ended):
            now = self.receiving.case(id)
            if not now.standing:
                continue
            wish = wanted(now, CLAUSE, source=KZ, target=NJ)
            done = lines(count, id, wish, by=NJ)
            for entry in done.entries:
                self.write(entry)
            if id == asked:
                satisfied = done.fault is None and wish.hold > Hold.NONE
        return satisfied

    def adjust(self, choice: int) -> None:
        """The receiving side grants one more, or carries an unused place over."""
        count = self.receiving.count()
        source = YEARS[0] if choice % 3 else ""
        entry = Entry(len(count.entries) + 1, Act.ADJUST, YEARS[1], Fraction(1), "", source)
        if refusal(count, entry, by=NJ) is None:
            self.write(entry)

    def write(self, entry: Entry) -> None:
        """A line, after which no year has more taken than it grants."""
        self.receiving.lines.append(entry)
        count = self.receiving.count()
        assert all(count.left(year) >= 0 for year in YEARS), entry

    def send(self, party: str, most: int) -> None:
        """The other side learns the first few steps that it does not hold; lines come in their order."""
        here, there = (self.sending, self.receiving) if party == "sending" else (self.receiving, self.sending)
        new = [taken for hash, taken in here.steps.items() if hash not in there.steps]
        there.steps |= {taken.hash: taken for taken in new[:most]}
        if party == "receiving":
            there.lines = here.lines[: len(there.lines) + most]


def test_any_interleaving_over_two_nodes_comes_to_one_count_and_overspends_nothing() -> None:
    states = {state for seed in range(80) for state in played(Random(seed))}
    assert {"nominated", "refused", "withdrawn", "abroad", "closed"} <= states, "the stories go far enough"


def played(chance: Random) -> set[str]:
    """A story of both sides, and what becomes of it on both nodes; where its stays stand in the end."""
    pair = Pair()
    for _ in range(chance.randrange(120)):
        if not chance.randrange(8):
            pair.adjust(chance.randrange(6))
        else:
            pair.act(chance.choice(tuple(HOMES)), chance.choice(CASES), chance.randrange(13))
        for party in HOMES if chance.randrange(3) else ():  # else nothing comes over the link for a while
            pair.send(party, 1 + chance.randrange(4))
        if chance.randrange(4):
            pair.counted()
    for _ in range(2):
        for party in HOMES:
            pair.send(party, 1000)
        pair.counted()
    before = list(pair.receiving.lines)
    pair.counted()
    assert pair.receiving.lines == before, "done twice it writes nothing"
    shuffled = [*before, *before[:4]]
    chance.shuffle(shuffled)
    pair.sending.lines = shuffled
    assert pair.sending.count() == pair.receiving.count()
    count = pair.sending.count()
    for id in CASES:
        here, there = pair.sending.case(id), pair.receiving.case(id)
        assert here == there
        if here.standing:
            holds(here, count)
    return {pair.sending.case(id).state for id in CASES}


def holds(now: Instance, count: Count) -> None:
    """A stay that was admitted has its one place in its year, used from the arrival on; one that is over keeps what was used."""
    facts = facts_of(now)
    year = YEARS[facts["first"] >= "2027-09-01"]
    held = {one: count.of_case(now.id, one) for one in YEARS}
    if now.state in ("refused", "withdrawn", "cancelled", "no_show"):
        assert all(one.reserved == one.committed == 0 for one in held.values())
    elif now.state == "nominated":
        assert held[year].reserved + held[year].committed in (0, 1)
    else:
        used = now.state in ("abroad", "departed", "transcript", "recognised", "closed")
        assert held[year].total == 1
        assert held[year].used == used
