"""Agreements under arbitrary writing, arbitrary bytes, arbitrary proofs, and two nodes that spend the same places."""

import json
from copy import deepcopy
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jointlab.agreements.happening import happened
from jointlab.agreements.places import Act, Count, Entry, Rules, recount, refusal
from jointlab.agreements.process import AGREEMENT
from jointlab.agreements.proofs import check_proof, prove
from jointlab.agreements.versions import examine, read_version
from jointlab.errors import BadInput, Fault
from jointlab.processes import Instance, Step, Taken, check, offered, replay
from tests.unit.agreements.made_agreement import KZ, NJ, made, places, read, whole

untimed = settings(deadline=None, max_examples=100)
WHOLE = whole()
VERSION = read(WHOLE)
_FOUND = VERSION.clause("2")
assert _FOUND is not None
RULES = Rules.of(_FOUND)


def _shuffled(value: Any, shuffle: Any) -> Any:
    """The same value with its keys in another order and some numbers written otherwise."""
    if isinstance(value, dict):
        names = list(value)
        shuffle.shuffle(names)
        return {name: _shuffled(value[name], shuffle) for name in names}
    if isinstance(value, list):
        return [_shuffled(member, shuffle) for member in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return shuffle.choice([value, float(value), str(value), f"{value}.00"])
    return value


@untimed
@given(st.randoms(use_true_random=False), st.integers(0, 9), st.booleans())
def test_writing_does_not_matter(shuffle: Any, indent: int, ascii_only: bool) -> None:
    text = json.dumps(_shuffled(WHOLE, shuffle), indent=indent, ensure_ascii=ascii_only)
    assert read_version(text).to_bytes() == VERSION.to_bytes()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.decimals(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@untimed
@given(st.data(), _JSON)
def test_anything_anywhere_is_read_or_refused(data: st.DataObject, other: Any) -> None:
    document = deepcopy(WHOLE)
    place: Any = document
    for _ in range(data.draw(st.integers(0, 5))):
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list):
            break
        place = place[key]
    key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
    place[key] = other
    examined = examine(document)
    assert (examined.version is None) == bool(examined.faults)
    if examined.version:
        assert read_version(examined.version.to_bytes()) == examined.version


@untimed
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    for read_one in (read_version, lambda found: check_proof(found, VERSION.hash)):
        try:
            read_one(data)
        except BadInput:
            continue
        raise AssertionError("taken")


@untimed
@given(st.integers(0, 40), st.integers(1, 600))
def test_a_proof_leads_to_one_hash_only(position: int, flipped: int) -> None:
    clauses = VERSION.clauses
    proof = prove(VERSION, [clauses[position % len(clauses)].number], head=bool(position % 2))
    assert check_proof(proof, VERSION.hash).version == VERSION.hash
    at = flipped % len(proof)
    damaged = proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1 :]
    try:
        shown = check_proof(damaged, VERSION.hash)
    except BadInput:
        return
    raise AssertionError(f"a damaged proof shows {shown}")


_WISHES = st.lists(
    st.tuples(st.sampled_from((KZ, NJ)), st.sampled_from(list(Act)), st.sampled_from("abcdef"), st.integers(-3, 12), st.sampled_from(("2026", "2027"))),
    max_size=40,
)  # fmt: skip


@untimed
@given(_WISHES, st.randoms(use_true_random=False))
def test_two_nodes_that_act_at_once_never_spend_more_than_is_granted(
    wishes: list[tuple[str, Act, str, int, str]], shuffle: Any
) -> None:
    """Each side wishes at its own node, the sending one by what it last saw; the receiving one numbers what can stand."""
    counted = Count(RULES)
    seen: list[Entry] = []
    for by, act, case, quarters, period in wishes:
        known = counted.entries if by == NJ else seen
        named = "" if act is Act.ADJUST else case
        entry = Entry(
            len(known) + 1,
            act,
            period,
            Fraction(quarters, 4),
            named,
            "2026" if act is Act.ADJUST and period == "2027" else "",
        )
        assert isinstance(refusal(Count(RULES), entry, by=KZ), Fault), "the sending side numbers nothing"
        asked = Entry(len(counted.entries) + 1, act, period, entry.amount, entry.case, entry.source)
        if refusal(counted, asked, by=NJ) is None:
            before = {one: counted.left(one) for one in ("2026", "2027")}
            counted.add(asked, by=NJ)
            if act in (Act.RESERVE, Act.EXTRA):
                assert counted.left(period) >= 0
            assert all(
                counted.left(one) >= 0 or counted.left(one) >= before[one] or act is Act.ADJUST for one in before
            )
        if quarters % 2:  # now and then the link is there
            seen = list(counted.entries)
    lines = [*counted.entries, *counted.entries[:5]]
    shuffle.shuffle(lines)
    assert recount(RULES, lines, by=NJ) == counted


def test_ten_thousand_lines_are_recounted() -> None:
    found = read(made(places(limit=1_000_000))).clause("2")
    assert found is not None
    rules = Rules.of(found)
    lines = [
        Entry(3 * case + step + 1, act, "2026", Fraction(1), f"c{case}")
        for case in range(10_000)
        for step, act in enumerate((Act.RESERVE, Act.COMMIT, Act.USE))
    ]
    assert recount(rules, lines, by=NJ).used("2026") == 10_000


_FORM = {
    "version": "a" * 64, "scan": "b" * 64, "what": "suspend", "first": "2027-01-01", "last": "2028-01-01", "on": "2026-12-01", "signed_on": "2026-11-01",
    "mandate_until": "2027-01-01", "clause": "2",
}  # fmt: skip


@untimed
@given(
    st.lists(st.tuples(st.sampled_from(("first", "second")), st.integers(0, 9), st.booleans()), max_size=25),
    st.randoms(use_true_random=False),
)
def test_two_nodes_come_to_the_same_agreement(acts: list[tuple[str, int, bool]], shuffle: Any) -> None:
    """Each side acts on what its own node holds; steps travel now and then; in the end both hold all, in any order."""
    sides = {"first": "kz", "second": "nj"}
    opening = _step(Instance(AGREEMENT, "kz:1"), "first", AGREEMENT.steps[0], sides)
    known = {"first": {opening.hash: opening}, "second": {opening.hash: opening}}
    for party, choice, travels in acts:
        now = replay(AGREEMENT, "kz:1", known[party].values())
        steps = offered(now, party)
        if steps:
            taken = _step(now, party, steps[choice % len(steps)], {})
            check(now, taken)
            known[party][taken.hash] = taken
        if travels:
            known["second" if party == "first" else "first"].update(known[party])
    everything = [*(known["first"] | known["second"]).values()]
    once = replay(AGREEMENT, "kz:1", everything)
    shuffle.shuffle(everything)
    again = replay(AGREEMENT, "kz:1", everything)
    assert (again.state, again.standing, again.verdicts) == (once.state, once.standing, once.verdicts)
    days = {taken.hash: date(2026, 11, 1) for taken in everything}
    assert happened(once, parties=sides, recorded=days) == happened(again, parties=sides, recorded=days)


def _step(now: Instance, party: str, step: Step, sides: dict[str, str]) -> Taken:
    words = {"line": "word", "text": "words", "day": "2027-01-01"}
    form = {one.name: _FORM.get(one.name, words.get(one.kind, "")) for one in step.fields}
    home = {"first": "kz", "second": "nj"}[party]
    return Taken(
        process=AGREEMENT.name, instance="kz:1", step=step.name, party=party, previous=now.head, by=f"{home}:p", home=home, form=form,
        parties=sides, nodes=sides,
    ).sealed()  # fmt: skip
