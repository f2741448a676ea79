"""docs/reference/ledger.md is enough to write a verifier: its example is verified here without our code, then with it."""

import json
import re
from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from jointlab.ledger import (
    Accepted,
    KeyHistory,
    Line,
    Mirror,
    Note,
    VerifyingKey,
    cosignatures,
)
from jointlab.ledger.canonical import BODY_LIMIT
from jointlab.ledger.entries import Op
from jointlab.ledger.mirror import ENTRIES_LIMIT, Reason

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "ledger.md").read_text(encoding="utf-8")
RECORDS, HASHES, CHECKPOINT, KEYS = re.findall(r"```\w+\n(.*?)```", PAGE.partition("\n## Example\n")[2], re.DOTALL)
FIRST_BODY, FIRST, SECOND_BODY, SECOND = (line.encode() for line in RECORDS.splitlines())
HOME, HOME_PRINT, COSIGNER, COSIGNER_PRINT = KEYS.splitlines()


def digits(vkey: str) -> str:
    digest = sha256(b"jointlab/fingerprint/v1\n" + vkey.encode()).digest()
    return " ".join(f"{int.from_bytes(digest[5 * i : 5 * i + 5], 'big') % 100_000:05d}" for i in range(6))


def test_by_the_rules_of_the_page_alone() -> None:
    for body, line in ((FIRST_BODY, FIRST), (SECOND_BODY, SECOND)):
        entry = json.loads(line)
        for data, value in ((body, json.loads(body)), (line, entry)):
            again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            assert again.encode() == data
        assert entry["body"] == "sha256:" + sha256(body).hexdigest()
        assert entry["size"] == len(body)

    leaves = [sha256(b"\x00" + line).digest() for line in (FIRST, SECOND)]
    root = sha256(b"\x01" + leaves[0] + leaves[1]).digest()
    assert HASHES.splitlines() == [
        leaves[0].hex(),
        leaves[1].hex(),
        root.hex(),
        (2).to_bytes(8, "big").hex() + root.hex(),
    ]

    text, _, signatures = CHECKPOINT.rpartition("\n\n")
    text += "\n"
    assert b64decode(text.split("\n")[2]) == root
    for line, vkey, kind, seed in zip(
        signatures.splitlines(), (HOME, COSIGNER), (1, 4), (range(32), range(32, 64)), strict=True
    ):
        dash, name, blob = line.split(" ")
        data, raw = b64decode(blob), b64decode(vkey.split("+", 2)[2])[1:]
        key_id = sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:4]
        assert (dash, data[:4]) == ("\u2014", key_id)
        assert vkey.startswith(f"{name}+{key_id.hex()}+")
        assert Ed25519PrivateKey.from_private_bytes(bytes(seed)).public_key().public_bytes_raw() == raw
        message, signature = text.encode(), data[4:]
        if kind == 4:
            time, signature = int.from_bytes(data[4:12], "big"), data[12:]
            message = f"cosignature/v1\ntime {time}\n".encode() + message
            assert f"{time}, {datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}" in PAGE
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
    assert (digits(HOME), digits(COSIGNER)) == (HOME_PRINT, COSIGNER_PRINT)


def test_with_our_code() -> None:
    home, cosigner = VerifyingKey.from_vkey(HOME), VerifyingKey.from_vkey(COSIGNER)
    assert (home.fingerprint, cosigner.fingerprint) == (HOME_PRINT, COSIGNER_PRINT)
    start = Mirror(origin="almaty.example/log/7f3a", home="almaty", keys=KeyHistory().add(home, valid_from_size=0))
    answer = start.accept(CHECKPOINT.encode(), [[Line(FIRST, FIRST_BODY), Line(SECOND, SECOND_BODY)]])
    assert isinstance(answer, Accepted)
    assert not answer.quarantined
    assert answer.mirror.frontier.hex() == HASHES.splitlines()[3]
    assert len(cosignatures(Note.from_bytes(CHECKPOINT.encode()), [cosigner])) == 1


def test_the_page_names_every_reason_operation_and_limit() -> None:
    for reason in Reason:
        assert f"`{reason}`" in PAGE
    for op in Op:
        assert f"`{op}`" in PAGE
    for reason in Reason:
        row = next(line for line in PAGE.splitlines() if line.startswith("| ") and f"`{reason}`" in line)
        assert row.endswith("| yes |" if reason.may_be_transport else "| no |")
    assert f"{BODY_LIMIT:,} bytes".replace(",", " ") in PAGE
    assert f"{ENTRIES_LIMIT:,} entries".replace(",", " ") in PAGE
