"""The own key of one who may sign: Ed25519, kept encrypted under a passphrase that nobody else knows.

What is stored is canonical JSON: the public key, how the passphrase becomes a key (Argon2id, RFC 9106), and the 32 secret bytes
under ChaCha20-Poly1305 (RFC 8439), which also binds everything beside them. Without the passphrase nobody opens it, and nobody can restore it.
"""

from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes
from typing import Final, Self
from unicodedata import normalize

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from jointlab.errors import BadInput
from jointlab.ledger import decode, encode
from jointlab.ledger.keys import decimal_groups

SCHEMA: Final = "jointlab/signatory-key/1"
SHORTEST: Final = 12  # characters of a passphrase
_LONGEST: Final = 1000
_FILE_LIMIT: Final = 4096  # bytes
_FINGERPRINT: Final = b"jointlab/signatory-fingerprint/1\n"
_TIME, _MEMORY, _LANES = 3, 65536, 4  # the second recommendation of RFC 9106: 64 MiB, about a tenth of a second
_MOST_TIME, _MOST_MEMORY, _MOST_LANES = 10, 1048576, 16  # what a file from elsewhere may ask of this machine


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The key with which a signatory's signatures are checked."""

    raw: bytes  # 32 bytes, RFC 8032

    @property
    def fingerprint(self) -> str:
        """What two people compare by telephone: six groups of five digits."""
        return decimal_groups(sha256(_FINGERPRINT + self.raw).digest())

    def verifies(self, message: bytes, *, signature: bytes) -> bool:
        """Whether the signature is one of this key over the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signatory:
    """An opened key; it shows itself to nobody and leaves only sealed. Keep it no longer than one signature takes."""

    __slots__ = ("_private", "public")

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = PublicKey(private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"Signatory({self.public.raw.hex()})"

    @classmethod
    def generate(cls) -> Self:
        """A new key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def open(cls, sealed: bytes, *, passphrase: str) -> Self:
        """The key that `seal` wrote.

        Raises BadInput ``signing.key_file`` (no such file, or it asks too much of the machine) and ``signing.passphrase``: another
        passphrase, or the file was changed, which cannot be told apart.
        """
        header, nonce, secret = _read(sealed)
        key = _stretched(passphrase, header)
        try:
            seed = ChaCha20Poly1305(key).decrypt(nonce, secret, encode(header))
        except InvalidTag:
            raise BadInput("signing.passphrase", "This passphrase does not open the key. Type it again; it cannot be restored.") from None  # fmt: skip
        opened = cls(Ed25519PrivateKey.from_private_bytes(seed))
        if opened.public.raw.hex() != header["public"]:
            raise _no_key_file()
        return opened

    def seal(self, *, passphrase: str) -> bytes:
        """What is stored: canonical JSON. Raises BadInput ``signing.passphrase_short``, ``signing.passphrase_long``."""
        _check_new(passphrase)
        header: dict[str, object] = {
            "cipher": "chacha20-poly1305",
            "kdf": {"lanes": _LANES, "memory": _MEMORY, "name": "argon2id", "salt": token_bytes(16).hex(), "time": _TIME},
            "public": self.public.raw.hex(), "schema": SCHEMA,
        }  # fmt: skip
        nonce = token_bytes(12)
        secret = ChaCha20Poly1305(_stretched(passphrase, header)).encrypt(
            nonce, self._private.private_bytes_raw(), encode(header)
        )
        return encode({**header, "nonce": nonce.hex(), "secret": secret.hex()})

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature, 64 bytes."""
        return self._private.sign(message)

    def private_bytes(self) -> bytes:
        """PKCS #8, for a library that signs in another form. Never stored."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        return self._private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public_key_of(sealed: bytes) -> PublicKey:
    """The public key of a sealed one, without its passphrase. Raises BadInput ``signing.key_file``."""
    return PublicKey(bytes.fromhex(str(_read(sealed)[0]["public"])))


def _check_new(passphrase: str) -> None:
    length = len(normalize("NFKC", passphrase))
    if length < SHORTEST:
        raise BadInput("signing.passphrase_short", "A passphrase of {length} characters is guessed too easily; use {least} or more, several words for example.", length=length, least=SHORTEST)  # fmt: skip
    if length > _LONGEST:
        raise BadInput("signing.passphrase_long", "A passphrase may have {most} characters at most.", most=_LONGEST)


def _stretched(passphrase: str, header: dict[str, object]) -> bytes:
    """32 bytes out of a passphrase; how letters were composed when it was typed does not matter."""
    from argon2.low_level import Type, hash_secret_raw

    kdf = header["kdf"]
    assert isinstance(kdf, dict)
    return hash_secret_raw(
        normalize("NFKC", passphrase[: 2 * _LONGEST]).encode("utf-8", "surrogatepass"), bytes.fromhex(kdf["salt"]),
        time_cost=kdf["time"], memory_cost=kdf["memory"], parallelism=kdf["lanes"], hash_len=32, type=Type.ID,
    )  # fmt: skip


def _read(sealed: bytes) -> tuple[dict[str, object], bytes, bytes]:
    """The header, the nonce and the secret of a sealed key."""
    value = decode(sealed, limit=_FILE_LIMIT)
    if not isinstance(value, dict) or value.keys() != {"cipher", "kdf", "nonce", "public", "schema", "secret"}:
        raise _no_key_file()
    kdf = value["kdf"]
    if value["schema"] != SCHEMA or value["cipher"] != "chacha20-poly1305" or not _is_kdf(kdf):
        raise _no_key_file()
    header = {name: value[name] for name in ("cipher", "kdf", "public", "schema")}
    _hex(value["public"], 32)
    return header, _hex(value["nonce"], 12), _hex(value["secret"], 48)


def _is_kdf(kdf: object) -> bool:
    if (
        not isinstance(kdf, dict)
        or kdf.keys() != {"lanes", "memory", "name", "salt", "time"}
        or kdf["name"] != "argon2id"
    ):
        return False
    _hex(kdf["salt"], 16)
    limits = (("time", 1, _MOST_TIME), ("lanes", 1, _MOST_LANES), ("memory", 8192, _MOST_MEMORY))
    return all(type(kdf[name]) is int and least <= kdf[name] <= most for name, least, most in limits)


def _hex(found: object, size: int) -> bytes:
    try:
        data = bytes.fromhex(found) if isinstance(found, str) and len(found) == 2 * size else b""
    except ValueError:
        data = b""
    if len(data) != size or data.hex() != found:
        raise _no_key_file()
    return data


def _no_key_file() -> BadInput:
    return BadInput("signing.key_file", "This is no key of a signatory as this node writes it.")
