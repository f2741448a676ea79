"""Make tests/vectors/federation/*.json: what another implementation can be checked against. Keys are those of fixed seeds.

python -m tools.federation_vectors
"""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jointlab.errors import BadInput
from jointlab.federation.codec import compress, fill_page
from jointlab.federation.delivering_form import Delivery
from jointlab.federation.documents import KeyStatement, NodeDocument, pairing_code
from jointlab.federation.problems import STATUS, Problem, to_json
from jointlab.federation.recovery_key import recovery_key, to_groups
from jointlab.federation.signatures import Request, key_id, sign
from jointlab.ledger.checkpoints import Checkpoint, cosign, sign_checkpoint
from jointlab.ledger.entries import Entry, Op, seal
from jointlab.ledger.evidence import Exhibit
from jointlab.ledger.keys import KeyHistory, KeyKind, SigningKey
from jointlab.ledger.mirror import Evidence, Halt, Line, Reason
from jointlab.ledger.tree import consistency_proof, inclusion_proof, leaf_hash, tree_root

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "federation"
SEEDS = {
    "kz": bytes([1]) * 32,
    "cn": bytes([2]) * 32,
    "next": bytes([3]) * 32,
    "paper-kz": bytes([4]) * 32,
    "paper-cn": bytes([5]) * 32,
}
NOW = 1_795_000_000  # seconds since 1970


def _key(name: str, origin: str, kind: KeyKind = KeyKind.NOTE) -> SigningKey:
    return SigningKey(Ed25519PrivateKey.from_private_bytes(SEEDS[name]), name=origin, kind=kind)


KZ, CN, NEXT = _key("kz", "almaty.example"), _key("cn", "nanjing.example"), _key("next", "almaty.example")
PAPER = recovery_key(SEEDS["paper-kz"], origin="almaty.example")


def vectors() -> dict[str, Any]:
    """Each file by its name."""
    return {
        "keys": _keys(), "requests": _requests(), "documents": _documents(), "pages": _pages(), "statements": _statements(),
        "log": _log(), "problems": _problems(), "compare": _compare(),
    }  # fmt: skip


def _keys() -> Any:
    return [
        {
            "seed": SEEDS[name].hex(), "name": key.public.name, "vkey": key.public.vkey, "fingerprint": key.public.fingerprint,
            "keyid": key_id(home, key.public), "groups": to_groups(SEEDS[name]),
        }
        for name, home, key in (("kz", "kz", KZ), ("cn", "cn", CN), ("next", "kz", NEXT))
    ]  # fmt: skip


def _requests() -> Any:
    asked = [
        Request("GET", "https://nanjing.example/fed/v1/logs"),
        Request("GET", "https://nanjing.example:8443/fed/v1/logs/cn+kz/cn/entries?from=0&upto=10&limit=500"),
        Request("POST", "https://nanjing.example/fed/v1/poke"),
        Request("POST", "https://nanjing.example/fed/v1/logs/cn+kz/cn/cosignatures", b"a body"),
    ]
    keyid = key_id("kz", KZ.public)
    return [
        {
            "method": one.method, "target": one.target, "body": _b64(one.body), "now": NOW, "nonce": f"nonce-{number}",
            "keyid": keyid, "headers": sign(one, KZ, keyid=keyid, now=NOW, nonce=f"nonce-{number}"),
        }
        for number, one in enumerate(asked)
    ]  # fmt: skip


def _documents() -> Any:
    kz = NodeDocument(
        home="kz", origin="almaty.example", key=KZ.public, recovery=PAPER.public, names={"en": "Al-Farabi University"},
        city={"en": "Almaty", "ru": "Алматы"}, country="KZ", mark="a", zone="Asia/Almaty",
    )  # fmt: skip
    cn = NodeDocument(
        home="cn", origin="nanjing.example", key=CN.public,
        recovery=recovery_key(SEEDS["paper-cn"], origin="nanjing.example").public, names={"en": "Nanjing University"},
        city={"en": "Nanjing"}, country="CN", mark="n", zone="Asia/Shanghai",
    )  # fmt: skip
    notes = [kz.to_note(KZ).to_bytes().decode(), cn.to_note(CN).to_bytes().decode()]
    return {"kz": notes[0], "cn": notes[1], "code": pairing_code(kz, cn)}


def _lines() -> list[Line]:
    lines = []
    for number in range(3):
        body = seal({"title": f"TiO₂ {number}"}, salt=bytes([number]) * 16)
        entry = Entry(
            at="2026-11-22T10:00:00Z", body=body.hash, home="kz", id=f"kz:sample-{number}", op=Op.PUT, prev=None, rev=1,
            size=body.size, type="sample/1",
        )  # fmt: skip
        lines.append(Line(entry.to_bytes(), None if number == 1 else body.data))
    return lines


def _pages() -> Any:
    raw, count = fill_page(_lines())
    note = _note().decode()
    delivery = Delivery(0, note.encode(), compress(raw)).to_bytes()
    return {
        "raw": _b64(raw),
        "entries": count,
        "page": _b64(compress(raw)),
        "delivery": _b64(delivery),
        "note": note,
        "start": 0,
    }


def _note() -> bytes:
    leaves = [leaf_hash(line.entry) for line in _lines()]
    return sign_checkpoint(Checkpoint("almaty.example/log/cn~kz", 3, tree_root(leaves)), KZ).to_bytes()


def _log() -> Any:
    leaves = [leaf_hash(line.entry) for line in _lines()]
    said = Checkpoint("almaty.example/log/cn~kz", 3, tree_root(leaves))
    line = cosign(said, _key("cn", "nanjing.example", KeyKind.COSIGNATURE), time=NOW)
    return {
        "entries": [one.entry.decode() for one in _lines()], "root": tree_root(leaves).hex(), "checkpoint": _note().decode(),
        "cosigned": sign_checkpoint(said, KZ).adding(line).to_bytes().decode(), "cosigned_at": NOW,
        "proof": {"index": 1, "size": 3, "proof": [_b64(part) for part in inclusion_proof(leaves, index=1)]},
    }  # fmt: skip


def _compare() -> Any:
    """Almaty shows Nanjing a log of 5 entries and Tashkent another of 3: what proves it, held by Nanjing."""
    nanjing, tashkent = (
        [leaf_hash(f"{who} {n}".encode()) for n in range(size)] for who, size in (("cn", 5), ("uz", 3))
    )
    origin = "almaty.example/log/cn~kz~uz"
    held = sign_checkpoint(Checkpoint(origin, 5, tree_root(nanjing)), KZ).to_bytes()
    shown = sign_checkpoint(Checkpoint(origin, 3, tree_root(tashkent)), KZ).to_bytes()
    fault = BadInput("compare.split", "A sentence.")
    proof = consistency_proof(nanjing, old=3)
    halt = Halt(Reason.SPLIT_VIEW, fault, Evidence(held, shown, root=tree_root(nanjing[:3]), proof=proof))
    keys = KeyHistory().add(KZ.public, valid_from_size=0)
    exhibit = Exhibit.of(halt, origin=origin, home="kz", keys=keys, at="2026-11-23T04:00:00+00:00")
    return {
        "origin": origin, "key": KZ.public.vkey, "held": held.decode(), "shown": shown.decode(),
        "root_at_3": _b64(tree_root(nanjing[:3])), "proof": [_b64(part) for part in proof],
        "evidence": exhibit.to_bytes().decode(), "verdict": exhibit.verdict().value,
    }  # fmt: skip


def _statements() -> Any:
    sizes = {"almaty.example/log/cn~kz": 3, "almaty.example/log/house": 17}
    added = KeyStatement(home="kz", key=NEXT.public, adds=True, sizes=sizes, number=1)
    gone = KeyStatement(
        home="kz", key=KZ.public, adds=False, sizes={name: n + 1 for name, n in sizes.items()}, number=2
    )
    return {
        "recovery": PAPER.public.vkey, "trusted": KZ.public.vkey,
        "added_by_the_key_before": added.to_note(KZ).to_bytes().decode(),
        "revoked_by_paper": gone.to_note(PAPER).to_bytes().decode(),
        "revoked_by_the_key_itself": gone.to_note(KZ).to_bytes().decode(),
    }  # fmt: skip


def _problems() -> Any:
    return [{"status": STATUS[one], "body": to_json(one, "A sentence.").decode()} for one in Problem]


def _b64(data: bytes) -> str:
    return b64encode(data).decode()


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in vectors().items():
        text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
