"""Keys that sign logs: Ed25519 in the verifier-key format of C2SP signed notes, and which of them counts when.

Files are the caller's business: here are bytes in, bytes out.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from enum import IntEnum
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from jointlab.errors import BadInput

KEY_SIZE: Final = 32  # bytes of an Ed25519 public key
SIGNATURE_SIZE: Final = 64
KEY_ID_SIZE: Final = 4
NAME_LIMIT: Final = 255  # characters of a key's name

_NAME: Final = re.compile(r"[^\s+\x00-\x20\x7f]+")
_VKEY: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+(.+)", re.DOTALL)
_FINGERPRINT_DOMAIN: Final = b"jointlab/fingerprint/v1\n"

_P: Final = 2**255 - 19
_ORDER_8: Final = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_WEAK_Y: Final = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})  # of the eight points whose order divides 8


class KeyKind(IntEnum):
    """What a key signs: the type byte of C2SP signed notes."""

    NOTE = 0x01  # the text of a note: a log's own checkpoints
    COSIGNATURE = 0x04  # another's checkpoint, with the time


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key with the name of its holder and its kind. Raises BadInput ``keys.name`` and ``keys.public``."""

    name: str
    kind: KeyKind
    raw: bytes  # 32 bytes, RFC 8032

    def __post_init__(self) -> None:
        """Refuse names that no note can carry, and keys for which anyone could forge."""
        if not is_key_name(self.name) or not self.name.isascii():
            raise BadInput(
                "keys.name",
                "{name} cannot be a key's name: 1 to 255 ASCII characters, no space, no plus.",
                name=ascii(self.name)[:100],
            )
        y = int.from_bytes(self.raw, "little") & (2**255 - 1)
        if len(self.raw) != KEY_SIZE or y >= _P or y in _WEAK_Y:
            raise BadInput("keys.public", "These {size} bytes are not a sound Ed25519 public key.", size=len(self.raw))

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name || 0x0A || kind || key)."""
        return sha256(self.name.encode() + b"\n" + self._typed()).digest()[:KEY_ID_SIZE]

    @property
    def vkey(self) -> str:
        """``name+hex(key id)+base64(kind || key)``, as C2SP writes verifier keys."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(self._typed()).decode()}"

    @property
    def fingerprint(self) -> str:
        """What two people compare by telephone: six groups of five digits, of name, kind and key."""
        return decimal_groups(sha256(_FINGERPRINT_DOMAIN + self.vkey.encode()).digest())

    @classmethod
    def from_vkey(cls, text: str) -> Self:
        """Read a verifier key. Raises BadInput ``keys.vkey``, ``keys.name``, ``keys.public``."""
        parts = _VKEY.fullmatch(text)
        typed = strict_base64(parts[3]) if parts else None
        if not parts or not typed or typed[0] not in set(KeyKind):
            raise BadInput("keys.vkey", "This is no verifier key: it reads name+key id+key, of type Ed25519.")
        key = cls(parts[1], KeyKind(typed[0]), typed[1:])
        if key.key_id.hex() != parts[2]:
            raise BadInput(
                "keys.vkey", "The verifier key of {name} does not fit its key id: a digit is wrong.", name=key.name
            )
        return key

    def verify(self, message: bytes, *, signature: bytes) -> None:
        """Check an Ed25519 signature. Raises BadInput ``keys.signature``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            raise BadInput(
                "keys.signature", "The signature is not one of {name} over this text.", name=self.name
            ) from None

    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.raw


class SigningKey:
    """A private key; it shows itself to nobody, and leaves only as PEM."""

    __slots__ = ("_private", "public")

    def __init__(self, private: Ed25519PrivateKey, *, name: str, kind: KeyKind = KeyKind.NOTE) -> None:
        self._private = private
        self.public = VerifyingKey(name, kind, private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"SigningKey({self.public.vkey})"

    @classmethod
    def generate(cls, *, name: str, kind: KeyKind = KeyKind.NOTE) -> Self:
        """A new key."""
        return cls(Ed25519PrivateKey.generate(), name=name, kind=kind)

    @classmethod
    def from_pem(cls, data: bytes, *, name: str, kind: KeyKind = KeyKind.NOTE, password: bytes | None = None) -> Self:
        """Read what `to_pem` wrote. Raises BadInput ``keys.pem`` and ``keys.password`` (missing, wrong, or needless)."""
        try:
            private = load_pem_private_key(data, password=password)
        except TypeError:
            raise BadInput(
                "keys.password", "The key file is encrypted and no password is given, or the reverse."
            ) from None
        except (ValueError, UnsupportedAlgorithm):
            if password is None:
                raise BadInput("keys.pem", "This is no private key in PEM form.") from None
            raise BadInput(
                "keys.password", "The password does not open this key, or it is no key in PEM form."
            ) from None
        if not isinstance(private, Ed25519PrivateKey):
            raise BadInput("keys.pem", "This private key is not of the kind Ed25519.")
        return cls(private, name=name, kind=kind)

    def to_pem(self, *, password: bytes | None = None) -> bytes:
        """PKCS #8 in PEM form, encrypted when a password is given."""
        protection = BestAvailableEncryption(password) if password else NoEncryption()
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature, 64 bytes."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True)
class KeySpan:
    """The sizes of one log at which a key's checkpoints count."""

    key: VerifyingKey
    valid_from_size: int
    void_from_size: int | None = None  # the first size at which they no longer do; None while the key is in use

    def covers(self, *, size: int) -> bool:
        """Whether the key counts for a checkpoint of this size."""
        return self.valid_from_size <= size and (self.void_from_size is None or size < self.void_from_size)


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """The keys of one log, old and new: an old checkpoint is verified with the keys of its size, not with today's."""

    spans: tuple[KeySpan, ...] = ()

    def add(self, key: VerifyingKey, *, valid_from_size: int) -> "KeyHistory":
        """With one more key; the older ones stay, until they are revoked.

        Raises BadInput ``keys.kind`` for a cosignature key and ``keys.known`` for a key that is or was in use.
        """
        if key.kind is not KeyKind.NOTE:
            raise BadInput(
                "keys.kind",
                "The key of {name} is for cosignatures; a log is signed with a key of its own.",
                name=key.name,
            )
        if valid_from_size < 0:
            raise BadInput("keys.size", "A key counts from a size of at least 0, not {size}.", size=valid_from_size)
        if any(span.key.raw == key.raw or _same_line(span.key, key) for span in self.spans):
            raise BadInput("keys.known", "The key {vkey} is or was in use in this log.", vkey=key.vkey)
        return KeyHistory((*self.spans, KeySpan(key, valid_from_size)))

    def revoke(self, key: VerifyingKey, *, void_from_size: int) -> "KeyHistory":
        """With a key void from this size on; what is void stays void. Raises BadInput ``keys.unknown``."""
        if all(span.key != key for span in self.spans):
            raise BadInput("keys.unknown", "The key {vkey} was never in use in this log.", vkey=key.vkey)
        if void_from_size < 0:
            raise BadInput("keys.size", "A key is void from a size of at least 0, not {size}.", size=void_from_size)
        return KeyHistory(tuple(_voided(span, void_from_size) if span.key == key else span for span in self.spans))

    def valid_at(self, *, size: int) -> tuple[VerifyingKey, ...]:
        """The keys that count for a checkpoint of this size, oldest first."""
        return tuple(span.key for span in self.spans if span.covers(size=size))

    @property
    def keys(self) -> tuple[VerifyingKey, ...]:
        """Every key that was ever in use, oldest first."""
        return tuple(span.key for span in self.spans)


def is_key_name(name: str) -> bool:
    """Whether a note can carry this name: not empty, no Unicode spaces, no plus, no control characters."""
    return len(name) <= NAME_LIMIT and _NAME.fullmatch(name) is not None


def strict_base64(text: str) -> bytes | None:
    """The bytes of standard base64 (RFC 4648, section 4) with its padding; None for any other spelling."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:  # also what is not ASCII
        return None
    return data if b64encode(data).decode() == text else None


def decimal_groups(digest: bytes) -> str:
    """A hash of 32 bytes as six groups of five digits, almost 100 bits: each group is 5 bytes modulo 100,000."""
    numbers = (int.from_bytes(digest[at : at + 5], "big") % 100_000 for at in range(0, 30, 5))
    return " ".join(f"{number:05}" for number in numbers)


def _same_line(a: VerifyingKey, b: VerifyingKey) -> bool:
    """Whether a signature line could not say which of two keys made it."""
    return a.name == b.name and a.key_id == b.key_id


def _voided(span: KeySpan, void_from_size: int) -> KeySpan:
    sizes = [void_from_size] if span.void_from_size is None else [void_from_size, span.void_from_size]
    return replace(span, void_from_size=min(sizes))
