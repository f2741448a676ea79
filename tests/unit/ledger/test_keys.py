"""Keys: published ones, PEM, fingerprints, and which of them counts when."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from jointlab.errors import BadInput
from jointlab.ledger.keys import KeyHistory, KeyKind, SigningKey, VerifyingKey, decimal_groups
from tests.unit.ledger.published import EXAMPLE_KEY, LOG_KEY, PETER_KEY, PETER_SEED, WITNESS_KEY, seeded

OLD, NEW = seeded("kz"), seeded("kz-2027")


def test_published_verifier_keys_come_back() -> None:
    assert VerifyingKey.from_vkey(PETER_KEY).vkey == PETER_KEY
    assert (EXAMPLE_KEY.name, EXAMPLE_KEY.kind, EXAMPLE_KEY.key_id.hex()) == (
        "example.com/foo",
        KeyKind.NOTE,
        "530d903a",
    )
    assert (WITNESS_KEY.kind, WITNESS_KEY.key_id.hex()) == (KeyKind.COSIGNATURE, "da77ade7")


def test_a_published_private_key_has_the_published_public_one() -> None:
    private = Ed25519PrivateKey.from_private_bytes(b64decode(PETER_SEED)[1:])
    assert SigningKey(private, name="PeterNeumann").public.vkey == PETER_KEY


@pytest.mark.parametrize("place", range(len(PETER_KEY)))
def test_a_changed_or_cut_verifier_key_is_refused(place: int) -> None:
    changed = PETER_KEY[:place] + chr(ord(PETER_KEY[place]) + 1) + PETER_KEY[place + 1 :]
    for text in (changed, PETER_KEY[:place], PETER_KEY[place + 1 :]):
        with pytest.raises(BadInput):
            VerifyingKey.from_vkey(text)


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER_KEY + "\n",
        PETER_KEY.replace("c74f20a3", "C74F20A3"),
    ],
)
def test_published_bad_verifier_keys_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        VerifyingKey.from_vkey(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "ключ", "a" * 256, "\ud800"])
def test_names_that_no_note_can_carry_are_refused(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        VerifyingKey(name, KeyKind.NOTE, LOG_KEY.raw)
    assert caught.value.code == "keys.name"


@pytest.mark.parametrize(
    "raw",
    [
        bytes(31),
        bytes(33),
        bytes(32),  # order 4
        b"\x01" + bytes(31),  # the identity
        b"\x01" + bytes(30) + b"\x80",
        b"\xec" + b"\xff" * 30 + b"\x7f",  # order 2
        b"\xed" + b"\xff" * 30 + b"\x7f",  # 0, not in shortest form
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
    ],
)
def test_keys_for_which_anyone_could_forge_are_refused(raw: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        VerifyingKey("x", KeyKind.NOTE, raw)
    assert caught.value.code == "keys.public"


def test_a_signature_counts_for_its_text_and_key_only() -> None:
    signature = OLD.sign(b"text")
    OLD.public.verify(b"text", signature=signature)
    for key, text, found in (
        (OLD.public, b"Text", signature),
        (NEW.public, b"text", signature),
        (OLD.public, b"text", signature[:-1]),
        (OLD.public, b"text", bytes(64)),
    ):
        with pytest.raises(BadInput) as caught:
            key.verify(text, signature=found)
        assert caught.value.code == "keys.signature"


@pytest.mark.parametrize("password", [None, b"eleven old keys"])
def test_a_key_comes_back_from_pem(password: bytes | None) -> None:
    data = OLD.to_pem(password=password)
    assert (b"ENCRYPTED" in data) is (password is not None)
    again = SigningKey.from_pem(data, name="kz", password=password)
    assert again.public == OLD.public
    assert again.sign(b"x") == OLD.sign(b"x")


@pytest.mark.parametrize(
    ("data", "password", "code"),
    [
        (b"", None, "keys.pem"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", None, "keys.pem"),
        (OLD.to_pem(), b"needless", "keys.password"),
        (OLD.to_pem(password=b"right"), None, "keys.password"),
        (OLD.to_pem(password=b"right"), b"wrong", "keys.password"),
        (
            generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            None,
            "keys.pem",
        ),
    ],
)
def test_what_is_no_key_is_refused(data: bytes, password: bytes | None, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        SigningKey.from_pem(data, name="kz", password=password)
    assert caught.value.code == code


def test_a_private_key_does_not_show_itself() -> None:
    assert repr(OLD) == f"SigningKey({OLD.public.vkey})"
    assert SigningKey.generate(name="a").public != SigningKey.generate(name="a").public


def test_a_fingerprint_is_six_groups_of_five_digits() -> None:
    assert LOG_KEY.fingerprint == "20021 04365 84820 41329 96444 66267"
    assert seeded("kz").public.fingerprint != seeded("kz", cosigner=True).public.fingerprint
    # 2^40 - 1 = 1 099 511 627 775; the last two bytes of the hash do not count
    assert decimal_groups(b"\xff" * 5 + bytes(24) + b"\x07" + b"\xff\xff") == "27775 00000 00000 00000 00000 00007"


def test_each_size_has_its_keys() -> None:
    history = KeyHistory().add(OLD.public, valid_from_size=0).add(NEW.public, valid_from_size=10)
    assert history.valid_at(size=9) == (OLD.public,)
    assert history.valid_at(size=10) == (OLD.public, NEW.public)
    history = history.revoke(OLD.public, void_from_size=20)
    assert history.valid_at(size=19) == (OLD.public, NEW.public)
    assert history.valid_at(size=20) == (NEW.public,)
    assert history.keys == (OLD.public, NEW.public)


def test_what_is_void_stays_void() -> None:
    history = KeyHistory().add(OLD.public, valid_from_size=0).revoke(OLD.public, void_from_size=20)
    assert history.revoke(OLD.public, void_from_size=30) == history
    assert history.revoke(OLD.public, void_from_size=10).valid_at(size=10) == ()
    with pytest.raises(BadInput) as caught:
        history.add(OLD.public, valid_from_size=40)
    assert caught.value.code == "keys.known"


def test_a_history_takes_only_keys_that_sign_logs() -> None:
    history = KeyHistory().add(OLD.public, valid_from_size=0)
    renamed = VerifyingKey("other", KeyKind.NOTE, OLD.public.raw)
    for key, size, code in (
        (seeded("kz", cosigner=True).public, 0, "keys.kind"),
        (renamed, 0, "keys.known"),
        (NEW.public, -1, "keys.size"),
    ):
        with pytest.raises(BadInput) as caught:
            history.add(key, valid_from_size=size)
        assert caught.value.code == code
    for key, size, code in ((OLD.public, -1, "keys.size"), (NEW.public, 1, "keys.unknown")):
        with pytest.raises(BadInput) as caught:
            history.revoke(key, void_from_size=size)
        assert caught.value.code == code
