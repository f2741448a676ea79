"""Who a node is, signed by itself; the short code that two administrators compare; and statements about keys. Pure.

All three are C2SP signed notes whose first line says what they are, so that none can pass for a checkpoint.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Self

from jointlab.errors import BadInput
from jointlab.ledger.canonical import decode, encode
from jointlab.ledger.keys import SigningKey, VerifyingKey, decimal_groups
from jointlab.ledger.notes import Note, sign_note

PROTOCOLS: Final = (1,)  # the versions that this program speaks, oldest first
DOCUMENT_LIMIT: Final = 64 * 1024  # bytes of a node document with its signatures
_NODE: Final = b"jointlab/node/v1\n"
_KEY: Final = b"jointlab/key/v1\n"
_PAIRING: Final = b"jointlab/pairing/v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDocument:
    """What a node says of itself. The recovery key signs nothing but statements about keys, and lies on paper."""

    home: str  # prefix of its records
    origin: str  # the host name in its checkpoints, and the name of its keys
    key: VerifyingKey  # the node key in use
    recovery: VerifyingKey
    names: dict[str, str] = field(default_factory=dict)  # of the institution, by language code
    city: dict[str, str] = field(default_factory=dict)
    country: str = ""
    mark: str = "a"
    zone: str = "UTC"
    protocols: tuple[int, ...] = PROTOCOLS
    statements: tuple[str, ...] = ()  # of all changes of its keys, oldest first: notes

    def to_note(self, signer: SigningKey) -> Note:
        """Signed by the node key."""
        content = {
            "city": self.city, "country": self.country, "home": self.home, "key": self.key.vkey, "mark": self.mark,
            "names": self.names, "origin": self.origin, "protocols": list(self.protocols),
            "recovery": self.recovery.vkey, "statements": list(self.statements), "zone": self.zone,
        }  # fmt: skip
        return sign_note(_NODE + encode(content, limit=DOCUMENT_LIMIT) + b"\n", signer)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The document in a note that its own key signed: it proves that the sender holds that key, no more.

        Raises BadInput ``document.form``, ``keys.*``, ``note.*``, ``canonical.*``.
        """
        note = Note.from_bytes(data)
        content = _content(note, _NODE)
        try:
            found = cls(
                home=_text(content["home"]), origin=_text(content["origin"]),
                key=VerifyingKey.from_vkey(_text(content["key"])),
                recovery=VerifyingKey.from_vkey(_text(content["recovery"])), names=_texts(content["names"]),
                city=_texts(content["city"]), country=_text(content["country"]), mark=_text(content["mark"]),
                zone=_text(content["zone"]), protocols=tuple(map(int, content["protocols"])),
                statements=tuple(map(_text, content["statements"])),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError):
            raise _no_document() from None
        if found.key.name != found.origin or found.recovery.raw == found.key.raw:
            raise _no_document()
        note.signers((found.key,))
        return found

    def identity(self) -> bytes:
        """What the pairing code is made of: who it is and its keys; names and clocks may change meanwhile."""
        return encode({"home": self.home, "key": self.key.vkey, "origin": self.origin, "recovery": self.recovery.vkey})


def pairing_code(first: NodeDocument, second: NodeDocument) -> str:
    """Six groups of five digits over both documents; the same on both screens."""
    parts = sorted((first.identity(), second.identity()))
    return decimal_groups(sha256(_PAIRING + b"\n".join(parts) + b"\n").digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatement:
    """A node key comes or goes, at a size of each log: signed by the key before it, or by the recovery key."""

    home: str
    key: VerifyingKey
    adds: bool  # or revokes
    sizes: dict[str, int]  # by the origin of each log: valid from, or void from, this size
    number: int  # from 1; a home's statements are in one order

    def to_note(self, *signers: SigningKey) -> Note:
        """Signed."""
        content = {"adds": self.adds, "home": self.home, "key": self.key.vkey, "number": self.number, "sizes": self.sizes}  # fmt: skip
        return sign_note(_KEY + encode(content) + b"\n", *signers)

    @classmethod
    def from_bytes(cls, data: bytes, *, trusted: Iterable[VerifyingKey], recovery: VerifyingKey) -> Self:
        """A statement, verified: a key may be added by one that is trusted, but revoked by the recovery key only.

        Raises BadInput ``document.form``, ``note.signature``, ``note.unknown-key``.
        """
        note = Note.from_bytes(data)
        content = _content(note, _KEY)
        try:
            found = cls(
                home=_text(content["home"]), key=VerifyingKey.from_vkey(_text(content["key"])),
                adds=content["adds"] is True, number=int(content["number"]),
                sizes={_text(origin): int(size) for origin, size in content["sizes"].items()},
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _no_document() from None
        note.signers((recovery, *trusted) if found.adds else (recovery,))
        return found


def _content(note: Note, first: bytes) -> dict[str, Any]:
    if not note.text.startswith(first):
        raise _no_document()
    content = decode(note.text.removeprefix(first).removesuffix(b"\n"), limit=DOCUMENT_LIMIT)
    if not isinstance(content, dict):
        raise _no_document()
    return content


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > DOCUMENT_LIMIT:
        raise TypeError
    return value


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError
    return {_text(key): _text(text)[:200] for key, text in value.items()}


def _no_document() -> BadInput:
    return BadInput("document.form", "This is no document of a jointlab node of a version that this program knows.")
