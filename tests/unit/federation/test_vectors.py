"""The published vectors: what the program makes is what stands there, and what stands there is read as it says."""

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest

from jointlab.errors import BadInput
from jointlab.federation.codec import fill_page, read_page
from jointlab.federation.delivering_form import Delivery
from jointlab.federation.documents import KeyStatement, NodeDocument, pairing_code
from jointlab.federation.problems import STATUS, from_json
from jointlab.federation.recovery_key import from_groups
from jointlab.federation.signatures import Request, claim_in, verify
from jointlab.ledger.canonical import encode
from jointlab.ledger.checkpoints import Checkpoint, cosignatures, open_checkpoint
from jointlab.ledger.evidence import Exhibit, Verdict
from jointlab.ledger.keys import KeyHistory, KeyKind, VerifyingKey
from jointlab.ledger.notes import Note
from jointlab.ledger.tree import leaf_hash, verify_consistency, verify_inclusion
from tools.federation_vectors import vectors

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "federation"


def _read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


KEYS = {one["name"] + one["keyid"]: VerifyingKey.from_vkey(one["vkey"]) for one in _read("keys")}
KZ = VerifyingKey.from_vkey(_read("keys")[0]["vkey"])
CN = VerifyingKey.from_vkey(_read("keys")[1]["vkey"])


@pytest.mark.parametrize("name", ["keys", "requests", "documents", "statements", "log", "problems", "compare"])
def test_the_program_makes_them(name: str) -> None:
    """Byte for byte; but for pages, whose compression may be another's."""
    assert vectors()[name] == _read(name)


def test_keys() -> None:
    for one in _read("keys"):
        assert VerifyingKey.from_vkey(one["vkey"]).fingerprint == one["fingerprint"]
        assert from_groups(one["groups"]).hex() == one["seed"]


def test_requests() -> None:
    for one in _read("requests"):
        claim = claim_in({name.lower(): value for name, value in one["headers"].items()})
        verify(claim, Request(one["method"], one["target"], b64decode(one["body"])), KZ, now=one["now"])
        assert (claim.keyid, claim.nonce) == (one["keyid"], one["nonce"])


def test_documents() -> None:
    found = _read("documents")
    kz, cn = (NodeDocument.from_bytes(found[home].encode()) for home in ("kz", "cn"))
    assert pairing_code(kz, cn) == pairing_code(cn, kz) == found["code"]


def test_pages() -> None:
    found = _read("pages")
    lines = read_page(b64decode(found["page"]))
    assert fill_page(lines) == (b64decode(found["raw"]), found["entries"])
    delivery = Delivery.from_bytes(b64decode(found["delivery"]))
    assert (delivery.start, delivery.note.decode()) == (found["start"], found["note"])
    assert read_page(delivery.page) == lines


def test_the_log() -> None:
    found = _read("log")
    said = open_checkpoint(
        Note.from_bytes(found["cosigned"].encode()),
        KeyHistory().add(KZ, valid_from_size=0),
        origin="almaty.example/log/cn~kz",
    ).checkpoint
    assert said.root.hex() == found["root"]
    proof = [b64decode(part) for part in found["proof"]["proof"]]
    verify_inclusion(leaf_hash(found["entries"][1].encode()), proof, index=1, size=3, root=said.root)
    (line,) = cosignatures(
        Note.from_bytes(found["cosigned"].encode()), [VerifyingKey(CN.name, KeyKind.COSIGNATURE, CN.raw)]
    )
    assert line.time == found["cosigned_at"]


def test_statements() -> None:
    found = _read("statements")
    recovery, trusted = (VerifyingKey.from_vkey(found[name]) for name in ("recovery", "trusted"))
    for name in ("added_by_the_key_before", "revoked_by_paper"):
        KeyStatement.from_bytes(found[name].encode(), trusted=[trusted], recovery=recovery)
    with pytest.raises(BadInput):
        KeyStatement.from_bytes(found["revoked_by_the_key_itself"].encode(), trusted=[trusted], recovery=recovery)


def test_two_members_compare() -> None:
    """Two signed logs of which neither begins the other convict their signer; with anything less they do not."""
    found = _read("compare")
    exhibit = Exhibit.from_bytes(found["evidence"].encode())
    assert exhibit.verdict() is Verdict.SPLIT_VIEW
    assert found["verdict"] == "split-view"
    held, shown = (Checkpoint.from_text(Note.from_bytes(found[name].encode()).text) for name in ("held", "shown"))
    root, proof = b64decode(found["root_at_3"]), [b64decode(part) for part in found["proof"]]
    verify_consistency(proof, old=3, new=5, old_root=root, new_root=held.root)
    assert (held.size, shown.size) == (5, 3)
    assert root != shown.root
    plain = json.loads(found["evidence"])
    changes: tuple[dict[str, Any], ...] = (
        {"proof": []}, {"proof": plain["proof"][::-1]}, {"root": plain["proof"][0]}, {"keys": []}, {"held": plain["shown"]},
        {"root": b64encode(shown.root).decode()},
    )  # fmt: skip
    for change in changes:
        less = plain | change
        assert Exhibit.from_bytes(encode(less, limit=1 << 20)).verdict() is not Verdict.SPLIT_VIEW, change
    bare = {name: value for name, value in plain.items() if name not in ("root", "proof")}
    assert Exhibit.from_bytes(encode(bare, limit=1 << 20)).verdict() is Verdict.TWO_SIZES


def test_problems() -> None:
    for one in _read("problems"):
        assert STATUS[from_json(one["body"].encode())[0]] == one["status"]
