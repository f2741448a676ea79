"""Node documents, pairing codes, statements about keys, problems."""

import re
from dataclasses import replace

import pytest

from jointlab.errors import BadInput
from jointlab.federation.documents import KeyStatement, NodeDocument, pairing_code
from jointlab.federation.problems import STATUS, Problem, from_json, to_json
from jointlab.federation.recovery_key import from_groups, recovery_key, to_groups
from jointlab.ledger.keys import SigningKey
from jointlab.ledger.notes import sign_note

ALMATY = SigningKey.generate(name="almaty.example")
ON_PAPER = SigningKey.generate(name="almaty.example/recovery")
NEXT = SigningKey.generate(name="almaty.example")
DOCUMENT = NodeDocument(
    home="kz", origin="almaty.example", key=ALMATY.public, recovery=ON_PAPER.public, names={"en": "Al-Farabi"},
    city={"kk": "Алматы"}, country="KZ", zone="Asia/Almaty",
)  # fmt: skip
OTHER = replace(DOCUMENT, home="cn", origin="nanjing.example", key=SigningKey.generate(name="nanjing.example").public)


def test_a_document_comes_back() -> None:
    assert NodeDocument.from_bytes(DOCUMENT.to_note(ALMATY).to_bytes()) == DOCUMENT


def test_a_document_that_another_key_signed_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        NodeDocument.from_bytes(DOCUMENT.to_note(NEXT).to_bytes())
    assert caught.value.code == "note.unknown-key"


def test_a_document_changed_on_its_way_is_refused() -> None:
    data = DOCUMENT.to_note(ALMATY).to_bytes().replace(b"Al-Farabi", b"Al-Forabi")
    with pytest.raises(BadInput) as caught:
        NodeDocument.from_bytes(data)
    assert caught.value.code == "note.signature"


@pytest.mark.parametrize(
    "text", [b"jointlab/node/v2\n{}\n", b"jointlab/node/v1\n[]\n", b'jointlab/node/v1\n{"home":1}\n']
)
def test_what_is_no_document(text: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        NodeDocument.from_bytes(sign_note(text, ALMATY).to_bytes())
    assert caught.value.code == "document.form"


def test_both_see_the_same_code_and_a_man_between_another() -> None:
    code = pairing_code(DOCUMENT, OTHER)
    assert code == pairing_code(OTHER, DOCUMENT)
    assert re.fullmatch(r"\d{5}( \d{5}){5}", code)
    assert code != pairing_code(replace(DOCUMENT, key=NEXT.public), OTHER)
    assert code != pairing_code(replace(DOCUMENT, recovery=NEXT.public), OTHER)
    assert code == pairing_code(replace(DOCUMENT, names={"en": "Renamed"}), OTHER)


def _statement(*, adds: bool, signer: SigningKey) -> bytes:
    said = KeyStatement(home="kz", key=NEXT.public, adds=adds, sizes={"almaty.example/log/cn+kz": 7}, number=1)
    return said.to_note(signer).to_bytes()


@pytest.mark.parametrize(("adds", "signer"), [(True, ALMATY), (True, ON_PAPER), (False, ON_PAPER)])
def test_keys_come_by_the_one_before_or_paper_and_go_by_paper(adds: bool, signer: SigningKey) -> None:
    said = KeyStatement.from_bytes(
        _statement(adds=adds, signer=signer), trusted=[ALMATY.public], recovery=ON_PAPER.public
    )
    assert (said.key, said.adds, said.sizes) == (NEXT.public, adds, {"almaty.example/log/cn+kz": 7})


@pytest.mark.parametrize(("adds", "signer"), [(True, NEXT), (False, ALMATY), (False, NEXT)])
def test_nobody_else_says_anything_about_keys(adds: bool, signer: SigningKey) -> None:
    with pytest.raises(BadInput) as caught:
        KeyStatement.from_bytes(_statement(adds=adds, signer=signer), trusted=[ALMATY.public], recovery=ON_PAPER.public)
    assert caught.value.code == "note.unknown-key"


def test_a_recovery_key_on_paper() -> None:
    seed = bytes(range(100, 132))
    text = to_groups(seed)
    assert from_groups(text) == seed
    assert from_groups(text.lower().replace("-", "  ").replace("0", "o").replace("1", "l")) == seed
    assert recovery_key(seed, origin="almaty.example").public.name == "almaty.example/recovery"


def test_a_slip_on_paper_is_found_in_its_group() -> None:
    groups = to_groups(bytes(32)).split("-")
    groups[3], groups[4] = groups[4], groups[3]
    with pytest.raises(BadInput) as caught:
        from_groups("-".join(groups))
    assert caught.value.facts["number"] == 4
    with pytest.raises(BadInput):
        from_groups("-".join(groups[:-1]))


@pytest.mark.parametrize("problem", list(Problem))
def test_problems_come_back(problem: Problem) -> None:
    assert from_json(to_json(problem, "Why.")) == (problem, "Why.")
    assert 400 <= STATUS[problem] < 600


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"type":"about:blank"}', b"<html>", b'{"type":1}'])
def test_what_is_no_problem(data: bytes) -> None:
    with pytest.raises(BadInput):
        from_json(data)
