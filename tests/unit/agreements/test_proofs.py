"""A clause proved alone: to whom holds nothing but the hash, and to nobody when anything was changed."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from jointlab.agreements.proofs import check_proof, prove
from jointlab.errors import BadInput, NotFound
from jointlab.ledger import decode, encode
from tests.unit.agreements.made_agreement import places, read, whole

VERSION = read(whole())
PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "agreement-hash.md"


@pytest.mark.parametrize("number", [clause.number for clause in VERSION.clauses])
def test_each_clause_is_proved_alone(number: str) -> None:
    proof = prove(VERSION, [number], head=False)
    shown = check_proof(proof, VERSION.hash)
    clause = VERSION.clause(number)
    assert clause is not None
    assert shown.shown == ({**clause.content(), "part": "clause", "schema": "jointlab/agreement-version/1"},)
    others = [one for one in VERSION.clauses if one.number != number]
    assert not any(one.salt.encode() in proof or one.text["ru"].encode() in proof for one in others)


def test_the_head_says_between_whom() -> None:
    shown = check_proof(prove(VERSION, ["2", "4"]), VERSION.hash)
    assert [part["part"] for part in shown.shown] == ["head", "clause", "clause"]
    assert shown.shown[0]["agreement"] == "almaty:lab"
    assert shown.parts == 17


def _altered(value: Any) -> list[Any]:
    """The value with each scalar of it changed in turn, and each member of a list left out."""
    if isinstance(value, dict):
        return [{**value, name: other} for name, member in value.items() for other in _altered(member)]
    if isinstance(value, list):
        changed = [
            [*value[:at], other, *value[at + 1 :]] for at, member in enumerate(value) for other in _altered(member)
        ]
        return changed + [[*value[:at], *value[at + 1 :]] for at in range(len(value))]
    if isinstance(value, bool):
        return [not value]
    return [value + 1] if isinstance(value, int) else [value[:-1] + ("0" if value[-1:] != "0" else "1")]


def test_nothing_in_a_proof_can_be_changed() -> None:
    proof = decode(prove(VERSION, ["2"], head=False))
    altered = _altered(proof)
    assert len(altered) > 40
    for one in altered:
        with pytest.raises(BadInput):
            check_proof(encode(one), VERSION.hash)


def test_a_clause_of_one_version_is_none_of_another() -> None:
    other = read(whole() | {"clauses": [*whole()["clauses"][:-1], places("16", counted_by="nj-university")]})
    proof = prove(other, ["2"])
    with pytest.raises(BadInput) as caught:
        check_proof(proof, VERSION.hash)
    assert caught.value.code == "agreement.proof_version"
    with pytest.raises(BadInput) as caught:
        check_proof(proof.replace(other.hash.encode(), VERSION.hash.encode()), VERSION.hash)
    assert caught.value.code == "agreement.proof"


def test_a_clause_that_is_not_there_is_not_proved() -> None:
    with pytest.raises(NotFound):
        prove(VERSION, ["77"])


@pytest.mark.parametrize(
    "data", [b"[]", b"{}", b'{"of":1,"parts":[],"schema":"jointlab/clause-proof/1","version":"x"}']
)
def test_what_is_no_proof_says_so(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        check_proof(data, "x")
    assert caught.value.code == "agreement.proof_form"


def test_the_program_on_the_page_checks_a_proof_without_jointlab(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    program = compile(found[1], "page", "exec")
    (tmp_path / "proof.json").write_bytes(prove(VERSION, ["2"]))
    exec(program, {"PROOF": tmp_path / "proof.json", "HASH": VERSION.hash})
    assert "clause 2" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        exec(program, {"PROOF": tmp_path / "proof.json", "HASH": sha256(b"").hexdigest()})


def test_a_proof_is_plain_json() -> None:
    assert json.loads(prove(VERSION, ["2"]))["version"] == VERSION.hash
