"""One version, one hash: what changes it, what does not, and what is refused."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from jointlab.agreements.kinds import KINDS
from jointlab.agreements.versions import SCHEMA, examine, load, read_version
from jointlab.errors import BadInput
from jointlab.ledger import decode
from tests.unit.agreements.made_agreement import KZ, NJ, changed, clause, credits, duration, made, places, read, whole

WHOLE = whole()
HASH = read(WHOLE).hash


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every scalar of a document with its path."""
    if isinstance(value, dict | list):
        for name, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(member, (*path, name))
    else:
        yield path, value


def _others(value: Any) -> list[Any]:
    """Values like this one, of which one at least is as good in its place."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    words = [word for options in _CHOICES if value in options for word in options]
    return [
        f"{value}.", f"{value}1", value.replace("1", "2"), value.replace("7", "8"), value.replace("-01", "-02"), value[:-1] + "e",
        value[:-1] + "0", value[:-1] + "A", value.replace("31", "30"), f"{value}b",
        "7/5", KZ, NJ, *words,
    ]  # fmt: skip


def _options(kind: Any) -> list[str]:
    if hasattr(kind, "options"):
        return list(kind.options)
    if hasattr(kind, "of"):
        return _options(kind.of)
    return []


_CHOICES = [
    *(_options(one.kind) for kind in KINDS.values() for term in kind.terms for one in (term, *getattr(term.kind, "columns", ()))),
    ["institution", "enterprise"], ["first", "equal"], ["agreement", "annex"], ["new", "running-too"], ["treaty", "order"],
    ["Asia/Almaty", "Asia/Shanghai"],
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value"),
    list(_leaves(WHOLE)),
    ids=lambda part: ".".join(map(str, part)) if isinstance(part, tuple) else None,
)
def test_each_value_changed_changes_the_hash(path: tuple[str | int, ...], value: Any) -> None:
    text = json.dumps(WHOLE, ensure_ascii=False)
    everywhere = json.loads(text.replace(f'"{value}"', f'"{value}-2"'))  # a party is named in many places
    documents = [
        *([everywhere] if isinstance(value, str) else []),
        *(changed(WHOLE, *path, to=other) for other in _others(value) if other != value),
    ]
    hashes = [examined.version.hash for examined in map(examine, documents) if examined.version]
    assert HASH not in hashes
    assert hashes or path in _ONLY, "no other value was taken here"


_ONLY = {  # what can be nothing else in this document: other kinds have other terms, and there are four languages, whose order is tried below
    ("schema",), *(("head", "languages", at) for at in range(4)), *((("clauses", at, "kind")) for at in range(len(WHOLE["clauses"]))),
}  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [path for path, _ in _leaves(WHOLE)] + [(*place, at) for place, at in ((("head",), "refers"), (("head",), "attachments"), (("clauses",), 2))],
    ids=lambda path: ".".join(map(str, path)),
)  # fmt: skip
def test_each_value_left_out_changes_the_hash_or_is_missed(path: tuple[str | int, ...]) -> None:
    document = json.loads(json.dumps(WHOLE))
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    version = examine(document).version
    assert version is None or version.hash != HASH


def test_an_attachment_or_a_party_more_changes_the_hash() -> None:
    more = {"name": "more.pdf", "sha256": "e" * 64, "size": 1}
    party = {"id": "third", "role": "enterprise", "names": WHOLE["head"]["parties"][0]["names"]}
    assert read(changed(WHOLE, "head", "attachments", to=[*WHOLE["head"]["attachments"], more])).hash != HASH
    assert read(changed(WHOLE, "head", "parties", to=[*WHOLE["head"]["parties"], party])).hash != HASH


def test_the_order_of_clauses_and_of_languages_changes_the_hash() -> None:
    clauses = WHOLE["clauses"]
    assert read(changed(WHOLE, "clauses", to=[clauses[1], clauses[0], *clauses[2:]])).hash != HASH
    assert read(changed(WHOLE, "head", "languages", to=["zh", "en", "kk", "ru"])).hash != HASH


def test_spaces_order_of_keys_and_of_sets_do_not_change_the_hash() -> None:
    turned = _turned(WHOLE)
    assert list(turned) != list(WHOLE)
    assert read_version(json.dumps(turned, indent=7)).hash == HASH
    assert read_version(json.dumps(WHOLE, ensure_ascii=True, separators=(" ,\n", "\t:"))).hash == HASH
    assert read_version(b"\xef\xbb\xbf" + json.dumps(WHOLE).encode()).hash == HASH


def _turned(value: Any, name: str = "") -> Any:
    """Keys from the last, and so those lists that are sets."""
    if isinstance(value, dict):
        return {key: _turned(value[key], key) for key in reversed(value)}
    if isinstance(value, list):
        members = [_turned(member) for member in value]
        return members if name in ("languages", "clauses", "refers") else members[::-1]
    return value


@pytest.mark.parametrize("written", ["5", "5.0", '"5"', '"5.00"', "5e0", "50e-1", "0.5e1", '" 5 "'])
def test_five_is_five_however_it_is_written(written: str) -> None:
    text = json.dumps(made(places(limit="LIMIT", months_most="LIMIT")))
    plain = read(made(places(limit=5, months_most=5))).hash
    assert read_version(text.replace('"LIMIT"', written)).hash == plain


def test_a_fraction_is_one_value_in_lowest_terms() -> None:
    def with_step(step: object) -> str:
        table = credits()
        return read(made(table | {"terms": table["terms"] | {"step": step}})).hash

    assert len({with_step(step) for step in ("1/2", "2/4", "0.5", "0.50", " 1 / 2 ", 0.5)}) == 1
    assert with_step("1/3") != with_step("0.333333333333333")


def test_equal_letters_are_equal_text() -> None:
    composed, parts = "Алматы й é", "Алматы й é"
    both = [
        changed(made(), "clauses", 0, "text", "ru", to=f"{text}{end}")
        for text, end in ((composed, "\r\n"), (parts, " \n"))
    ]
    assert read(both[0]).hash == read(both[1]).hash


def test_what_is_empty_is_as_if_left_out() -> None:
    empty = changed(made(), "clauses", 0, "terms", "sign_by", to="")
    assert read(changed(empty, "head", "attachments", to=[])).hash == read(made()).hash


def test_the_canonical_bytes_are_read_back() -> None:
    version = read(WHOLE)
    assert read_version(version.to_bytes()) == version
    assert read_version(version.to_bytes()).to_bytes() == version.to_bytes()
    value = decode(version.to_bytes())
    assert isinstance(value, dict)
    assert value["schema"] == SCHEMA


def test_the_hash_of_this_schema_never_changes() -> None:
    assert HASH == "86dbd9fa39f704aab7cecde6c7f017a734b0ee8a61387012b74c2244b41e6a61"


def test_decimals_stay_exact() -> None:
    assert load("[0.1, 1e-7]") == [Decimal("0.1"), Decimal("1e-7")]


def _code(document: Any) -> set[str]:
    return {fault.code for fault in examine(document).faults}


@pytest.mark.parametrize(
    ("code", "document"),
    [
        ("agreement.reversed", made(duration(begins="2027-01-01", ends="2026-01-01"))),
        ("agreement.count", made(places(months_most="5.5"))),
        ("agreement.count", made(places(months_most=-1))),
        ("agreement.count", made(places(months_most=True))),
        ("agreement.decimal", made(places(limit="5,5"))),
        ("agreement.decimal", made(places(limit=0.1))),  # a floating-point number is not a tenth
        ("agreement.day", made(duration(ends="2031-02-30"))),
        ("agreement.day", made(duration(ends="２031-02-03"))),
        ("agreement.fraction", made(clause("7", "credit-conversion", **(credits()["terms"] | {"step": "1/0"})))),
        ("agreement.stay", made(places(months_least=7))),
        ("agreement.direction", made(places(to=KZ))),
        ("agreement.party", made(places(to="nobody"))),
        ("agreement.choice", made(places(unit="head"))),
        ("agreement.missing", made(places(year_begins=None))),
        ("agreement.year", made(places(period="calendar-year"))),
        ("agreement.form", made(places(year_begins="02-29"))),
        ("agreement.twice", made(places(levels=["master", "master"]))),
        ("agreement.twice", made(clause("3", "free"), clause("3", "free"))),
        ("agreement.unknown", made(places(colour="red"))),
        ("agreement.flag", made(clause("12", "publication", review=1, delay=1, authorship="contribution", both_affiliations=1))),
        ("agreement.number_of", made(duration(), duration("8"))),
        ("agreement.number_of", made(clause("5", "parent", on_end="falls"))),
        ("agreement.under", made(places(under="3"))),
        ("agreement.amends", made(number=2)),
        ("agreement.rank", made(rank="framework", parent={"agreement": "almaty:x", "version": "a" * 64})),
        ("agreement.annex", made(rank="annex")),
        ("agreement.own_parent", made(parent={"agreement": "almaty:lab", "version": "a" * 64})),
        ("agreement.zone", made(zone="Mars/Base")),
        ("agreement.parties", made(parties=whole()["head"]["parties"][:1])),
        ("agreement.salt", changed(made(), "clauses", 0, "salt", to="ff")),
        ("agreement.language", changed(made(), "clauses", 0, "text", "kk", to=" ")),
        ("agreement.language", made(languages=["en", "zh"])),
        ("agreement.hidden", changed(made(), "clauses", 0, "text", "en", to="five \u202eytrihT")),
        ("agreement.hidden", changed(made(), "clauses", 0, "text", "en", to="fi\u200bve")),
        ("agreement.line", changed(made(), "clauses", 0, "title", "en", to="two\nlines")),
        ("agreement.long", changed(made(), "head", "title", "en", to="x" * 301)),
        ("agreement.text", changed(made(), "clauses", 0, "text", "en", to=5)),
        ("agreement.list", changed(made(), "clauses", to={})),
        ("agreement.object", []),
        ("agreement.schema", changed(made(), "schema", to="jointlab/agreement-version/2")),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(code: str, document: Any) -> None:
    assert code in _code(document)


def test_two_factors_for_one_day_are_refused() -> None:
    table = credits()
    table["terms"]["factors"][1]["until"] = "2018-09-01"  # the day on which the next begins
    (fault,) = examine(made(table)).faults
    assert (fault.code, fault.facts["day"]) == ("agreement.overlap", "2018-09-01")
    table["terms"]["factors"][1]["until"] = "2018-08-31"
    assert examine(made(table)).faults == ()


def test_all_faults_are_told_at_once() -> None:
    document = made(
        places(limit="many", unit="head", to="nobody"), clause("3", "free"), clause("3", "free") | {"number": "x"}
    )
    assert _code(document) == {"agreement.decimal", "agreement.choice", "agreement.party", "agreement.form"}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("agreement.json", "{"), ("agreement.json", "NaN"), ("agreement.json", b"\xff"), ("agreement.json", "[" * 100_000),
        ("agreement.json", "1" * 5000), ("agreement.key_twice", '{"a": 1, "a": 2}'), ("agreement.size", " " * (2**20 + 1)),
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused(code: str, text: str | bytes) -> None:
    with pytest.raises(BadInput) as caught:
        read_version(text)
    assert caught.value.code == code
