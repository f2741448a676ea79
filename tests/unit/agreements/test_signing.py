"""A signatory's own key and what it signs; passkeys over the same statement."""

import json
from base64 import urlsafe_b64encode
from datetime import date
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from jointlab.agreements.signing import (
    Passkey,
    Signatory,
    Signed,
    Statement,
    check_passkey,
    public_key_of,
    register_passkey,
    sign,
    verify,
)
from jointlab.agreements.versions import Version
from jointlab.errors import BadInput
from tests.unit.agreements.made_agreement import KZ, NJ, changed, made, read

PASSPHRASE = "four quiet words Ә 联合"
DOMAIN, ORIGIN = "almaty.example", "https://almaty.example"


@pytest.fixture(scope="module")
def version() -> Version:
    return read(made())


@pytest.fixture(scope="module")
def signatory() -> Signatory:
    return Signatory.generate()


def said(of: Version, /, **other: Any) -> dict[str, Any]:
    usual = {
        "version": of.hash, "party": KZ, "name": "A. Signatory", "office": "Vice-Rector", "mandate": "Order 12 of 9 January 2026",
        "mandate_until": "2026-12-31", "act": "sign", "day": "2026-11-20", "node": "almaty",
    }  # fmt: skip
    return {name: value for name, value in (usual | other).items() if value is not None}


def code_of(refused: pytest.ExceptionInfo[BadInput]) -> str:
    return refused.value.code


# the key


def test_a_sealed_key_opens_with_its_passphrase_only_and_holds_no_secret(signatory: Signatory) -> None:
    sealed = signatory.seal(passphrase=PASSPHRASE)
    assert Signatory.open(sealed, passphrase=PASSPHRASE).public == signatory.public == public_key_of(sealed)
    assert Signatory.open(sealed, passphrase="four quiet words Ә 联合").sign(b"x") == signatory.sign(b"x")
    for wrong in (PASSPHRASE + " ", PASSPHRASE.upper(), "", "x" * 5000):
        with pytest.raises(BadInput, match="does not open") as refused:
            Signatory.open(sealed, passphrase=wrong)
        assert code_of(refused) == "signing.passphrase"
    assert signatory.private_bytes()[-32:].hex() not in sealed.decode() and signatory.private_bytes()[-32:].hex() not in repr(signatory)  # fmt: skip
    assert signatory.seal(passphrase=PASSPHRASE) != sealed  # another salt, another nonce


def test_how_letters_were_composed_when_typed_does_not_matter(signatory: Signatory) -> None:
    sealed = signatory.seal(passphrase="кей\u0438\u0306 құпия сөз")  # й of two characters
    assert Signatory.open(sealed, passphrase="кей\u0439 құпия сөз").public == signatory.public


@pytest.mark.parametrize(("passphrase", "code"), [("short", "signing.passphrase_short"), ("", "signing.passphrase_short"), ("x" * 1001, "signing.passphrase_long")])  # fmt: skip
def test_a_passphrase_that_is_guessed_is_refused(signatory: Signatory, passphrase: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        signatory.seal(passphrase=passphrase)
    assert code_of(refused) == code


def test_every_changed_value_of_a_sealed_key_is_found(signatory: Signatory) -> None:
    sealed = json.loads(signatory.seal(passphrase=PASSPHRASE))
    other = Signatory.generate().public.raw.hex()
    kdf = sealed["kdf"]
    for change in (
        {"public": other}, {"nonce": "00" * 12}, {"secret": "00" * 48}, {"kdf": kdf | {"salt": "00" * 16}}, {"kdf": kdf | {"time": 2}},
        {"kdf": kdf | {"memory": 8192}}, {"kdf": kdf | {"lanes": 1}},
    ):  # fmt: skip
        with pytest.raises(BadInput) as refused:
            Signatory.open(_json(sealed | change), passphrase=PASSPHRASE)
        assert code_of(refused) == "signing.passphrase", change


def test_a_key_file_that_asks_too_much_of_the_machine_or_is_none_is_refused(signatory: Signatory) -> None:
    sealed = json.loads(signatory.seal(passphrase=PASSPHRASE))
    kdf = sealed["kdf"]
    for change in (
        {"kdf": kdf | {"memory": 2**31}}, {"kdf": kdf | {"time": 1000}}, {"kdf": kdf | {"lanes": 0}}, {"kdf": kdf | {"name": "scrypt"}}, {"kdf": 7},
        {"kdf": kdf | {"time": True}}, {"cipher": "none"}, {"schema": "x"}, {"secret": "zz" * 48}, {"secret": 1}, {"public": "AA" * 32}, {"more": 1},
    ):  # fmt: skip
        with pytest.raises(BadInput) as refused:
            Signatory.open(_json(sealed | change), passphrase=PASSPHRASE)
        assert code_of(refused) == "signing.key_file", change
    with pytest.raises(BadInput):
        Signatory.open(b"\x00 no JSON", passphrase=PASSPHRASE)


# what is signed


def test_what_is_signed_is_these_bytes_and_any_library_verifies_them(version: Version, signatory: Signatory) -> None:
    signed = sign(Statement.of(said(version)), version=version, signatory=signatory)
    message = (
        b'jointlab/agreement-signature/1\n{"act":"sign","day":"2026-11-20","mandate":"Order 12 of 9 January 2026","mandate_until":"2026-12-31",'
        b'"name":"A. Signatory","node":"almaty","office":"Vice-Rector","party":"kz-university","version":"'
        + version.hash.encode()
        + b'"}'
    )
    Ed25519PublicKey.from_public_bytes(signatory.public.raw).verify(signed.signature, message)
    assert verify(signed.to_bytes(), version=version, key=signatory.public) == Statement.of(said(version))
    assert Signed.from_bytes(signed.to_bytes()) == signed


def test_every_changed_byte_of_a_signature_is_found(version: Version, signatory: Signatory) -> None:
    data = sign(Statement.of(said(version)), version=version, signatory=signatory).to_bytes()
    for at in range(len(data)):
        with pytest.raises(BadInput):
            verify(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], version=version, key=signatory.public)


@pytest.mark.parametrize("change", [
    {"name": "B. Other"}, {"office": "Rector"}, {"mandate": "Charter"}, {"mandate_until": "2027-12-31"}, {"mandate_until": None}, {"act": "attest"},
    {"day": "2026-11-21"}, {"node": "nanjing"}, {"party": NJ},
])  # fmt: skip
def test_a_signature_does_not_fit_another_statement(
    version: Version, signatory: Signatory, change: dict[str, Any]
) -> None:
    signed = sign(Statement.of(said(version)), version=version, signatory=signatory)
    other = Signed(Statement.of(said(version, **change)), signed.key, signed.signature)
    with pytest.raises(BadInput) as refused:
        verify(other.to_bytes(), version=version, key=signatory.public)
    assert code_of(refused) == "signing.signature"


def test_another_versions_hash_key_or_party_is_named(version: Version, signatory: Signatory) -> None:
    other = read(changed(made(), "head", "title", "en", to="Another"))
    data = sign(Statement.of(said(version)), version=version, signatory=signatory).to_bytes()
    with pytest.raises(BadInput, match=other.hash) as refused:
        verify(data, version=other, key=signatory.public)
    assert code_of(refused) == "signing.version"
    with pytest.raises(BadInput) as refused:
        sign(Statement.of(said(other)), version=version, signatory=signatory)
    assert code_of(refused) == "signing.version"
    with pytest.raises(BadInput) as refused:
        verify(data, version=version, key=Signatory.generate().public)
    assert code_of(refused) == "signing.key"
    with pytest.raises(BadInput) as refused:
        sign(Statement.of(said(version, party="nobody")), version=version, signatory=signatory)
    assert code_of(refused) == "signing.party"


def test_a_key_that_claims_to_be_anothers_is_found(version: Version, signatory: Signatory) -> None:
    """Signed with one's own key, but with the other's key written beside it."""
    thief = Signatory.generate()
    signed = sign(Statement.of(said(version)), version=version, signatory=thief)
    with pytest.raises(BadInput) as refused:
        verify(
            Signed(signed.statement, signatory.public, signed.signature).to_bytes(),
            version=version,
            key=signatory.public,
        )
    assert code_of(refused) == "signing.signature"


def test_nothing_is_signed_or_accepted_by_an_expired_mandate(version: Version, signatory: Signatory) -> None:
    with pytest.raises(BadInput, match="ended on 2026-11-19") as refused:
        Statement.of(said(version, mandate_until="2026-11-19"))
    assert code_of(refused) == "signing.mandate"
    late = Statement(**{**vars(Statement.of(said(version))), "mandate_until": date(2026, 11, 19)})
    with pytest.raises(BadInput) as refused:
        sign(late, version=version, signatory=signatory)
    forged = Signed(late, signatory.public, signatory.sign(late.message)).to_bytes()
    with pytest.raises(BadInput) as refused:
        verify(forged, version=version, key=signatory.public)
    assert code_of(refused) == "signing.mandate"
    assert Statement.of(said(version, mandate_until="2026-11-20")).mandate_until == date(
        2026, 11, 20
    )  # its last day counts
    assert Statement.of(said(version, mandate_until=None)).mandate_until is None


@pytest.mark.parametrize("change", [
    {"version": "x"}, {"version": None}, {"name": ""}, {"name": "a\u202eb"}, {"mandate": ""}, {"act": "sing"}, {"day": "2026-02-30"}, {"day": None},
    {"mandate_until": "soon"}, {"more": 1}, {"party": 7}, {"node": ["x"]}, {"office": "x" * 301},
])  # fmt: skip
def test_a_statement_that_is_none_is_refused(version: Version, change: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        Statement.of(said(version, **change))


def test_one_statement_has_one_sequence_of_bytes(version: Version, signatory: Signatory) -> None:
    """What is not in normal form is not accepted, even if its own bytes were signed."""
    composed = Statement.of(said(version, name="Йо"))
    assert Statement.of(said(version, name=" \u0418\u0306о ")).message == composed.message
    loose = {**composed.content(), "name": " Йо"}
    data = _json(
        {
            "key": signatory.public.raw.hex(),
            "schema": "jointlab/agreement-signature/1",
            "signature": "00" * 64,
            "statement": loose,
        }
    )
    with pytest.raises(BadInput) as refused:
        verify(data, version=version, key=signatory.public)
    assert code_of(refused) == "signing.form"


# a passkey


class Authenticator:
    """A security key in software: what a browser sends of it."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = b"passkey-1"
        numbers = self.private.public_key().public_numbers()
        self.cose: bytes = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )

    def answer(
        self, challenge: bytes, *, origin: str = ORIGIN, domain: str = DOMAIN, count: int = 5, flags: int = 0x05
    ) -> dict[str, Any]:
        client = json.dumps(
            {"type": "webauthn.get", "challenge": _b64(challenge), "origin": origin, "crossOrigin": False}
        ).encode()
        data = sha256(domain.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")
        signature = self.private.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": _b64(client),
            "authenticatorData": _b64(data),
            "signature": _b64(signature),
            "userHandle": None,
        }
        return {
            "id": _b64(self.id),
            "rawId": _b64(self.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }

    def made(self, challenge: bytes) -> dict[str, Any]:
        client = json.dumps(
            {"type": "webauthn.create", "challenge": _b64(challenge), "origin": ORIGIN, "crossOrigin": False}
        ).encode()
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self.cose
        data = sha256(DOMAIN.encode()).digest() + bytes([0x45]) + bytes(4) + credential
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"clientDataJSON": _b64(client), "attestationObject": _b64(attestation)}
        return {
            "id": _b64(self.id),
            "rawId": _b64(self.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }


def test_a_passkey_answers_the_statement_that_is_signed(version: Version) -> None:
    device, statement = Authenticator(), Statement.of(said(version))
    passkey = register_passkey(_json(device.made(b"n" * 32)), challenge=b"n" * 32, domain=DOMAIN, origin=ORIGIN)
    assert passkey == Passkey(device.id, device.cose, 0)
    found = check_passkey(
        _json(device.answer(statement.challenge)), statement=statement, passkey=passkey, domain=DOMAIN, origin=ORIGIN
    )
    assert found.count == 5 and found.person_verified


def test_a_passkey_that_answers_anything_else_is_no_evidence(version: Version) -> None:
    device, statement = Authenticator(), Statement.of(said(version))
    passkey = Passkey(device.id, device.cose, 3)
    good = device.answer(statement.challenge)
    another = Statement.of(said(version, act="attest"))
    tampered = json.loads(json.dumps(good))
    tampered["response"]["signature"] = _b64(b"\x30\x06\x02\x01\x01\x02\x01\x01")
    bad: list[Any] = [
        device.answer(another.challenge), device.answer(statement.challenge, origin="https://evil.example"), tampered,
        device.answer(statement.challenge, domain="evil.example"), Authenticator().answer(statement.challenge), {}, {"id": 1}, {**good, "response": None},
        device.answer(statement.challenge, count=3), device.answer(statement.challenge, flags=0x04), {**good, "rawId": _b64(b"other"), "id": _b64(b"other")},
    ]  # fmt: skip
    for one in bad:
        with pytest.raises(BadInput) as refused:
            check_passkey(_json(one), statement=statement, passkey=passkey, domain=DOMAIN, origin=ORIGIN)
        assert code_of(refused) == "signing.passkey"
    for data in (b"", b"[]", b"\xff", b"[" * 60000, b"{}" * 60000):
        with pytest.raises(BadInput):
            check_passkey(data, statement=statement, passkey=passkey, domain=DOMAIN, origin=ORIGIN)


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
