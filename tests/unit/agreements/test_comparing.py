"""What changed between two versions, clause by clause."""

from copy import deepcopy
from itertools import count

from jointlab.agreements.comparing import Change, TermChange, changes, head_changes, with_salts
from tests.unit.agreements.made_agreement import changed, clause, made, places, read, sharing

OLD = made(places(), sharing(), clause("9", "free"))


def test_each_clause_says_what_became_of_it() -> None:
    new = made(places(limit=8), clause("5", "free"), changed(clause("9", "free"), "text", "kk", to="Басқа"))
    found = changes(read(OLD), read(new))
    assert [(one.number, one.change) for one in found] == [
        ("1", Change.SAME), ("2", Change.CHANGED), ("5", Change.ADDED), ("9", Change.CHANGED), ("4", Change.REMOVED),
    ]  # fmt: skip
    assert found[1].terms == (TermChange("limit", "5", "8"),)
    assert (found[1].languages, found[3].languages, found[3].terms) == ((), ("kk",), ())


def test_a_new_salt_alone_is_no_change() -> None:
    salted = changed(OLD, "clauses", 1, "salt", to="0" * 31 + "e")
    assert read(salted).hash != read(OLD).hash
    assert {one.change for one in changes(read(OLD), read(salted))} == {Change.SAME}


def test_the_head_tells_its_differences() -> None:
    new = changed(OLD, "head", "precedence", to="equal")
    assert head_changes(read(OLD).head, read(new).head) == (TermChange("precedence", "first", "equal"),)


def _bare(document: dict) -> dict:
    bare = deepcopy(document)
    for part in (bare["head"], *bare["clauses"]):
        del part["salt"]
    return bare


def test_what_stays_keeps_its_leaf_and_what_changes_gets_a_new_salt() -> None:
    numbers = count(1000)
    before = read(OLD)
    canonical = {"schema": OLD["schema"], "head": OLD["head"], "clauses": [one.content() for one in before.clauses]}
    salted = with_salts(
        _bare(changed(canonical, "clauses", 1, "terms", "limit", to=6)),
        before,
        draw=lambda size: f"{next(numbers):0{2 * size}x}",
    )
    after = read(salted)
    same = [old == new for old, new in zip(before.leaves, after.leaves, strict=True)]
    assert same == [False, True, False, True, True]
    assert after.clauses[1].salt != before.clauses[1].salt


def test_every_salt_is_drawn_anew() -> None:
    first, second = (read(with_salts(_bare(OLD))) for _ in range(2))
    salts = {
        salt for version in (first, second) for salt in (version.head.salt, *(one.salt for one in version.clauses))
    }
    assert len(salts) == 2 * 5
    assert first.hash != second.hash
