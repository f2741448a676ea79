"""Signed notes (C2SP signed-note): a text and signature lines, each with the name and the id of its key."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Self

from jointlab.errors import BadInput
from jointlab.ledger.keys import (
    KEY_ID_SIZE,
    SIGNATURE_SIZE,
    KeyKind,
    SigningKey,
    VerifyingKey,
    is_key_name,
    strict_base64,
)

NOTE_LIMIT: Final = 128 * 1024  # bytes: room for 16 signatures of the post-quantum kind
SIGNATURE_LIMIT: Final = 64  # signature lines
_DASH: Final = "\u2014 "


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes  # 4 bytes
    data: bytes  # as the kind of the key says

    def is_by(self, key: VerifyingKey) -> bool:
        """Whether the line claims this key; only `VerifyingKey.verify` shows it."""
        return self.name == key.name and self.key_id == key.key_id

    @property
    def line(self) -> str:
        """The line without its end."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.data).decode()}"

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Read a line without its end. Raises BadInput ``note.signature-line``."""
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        data = strict_base64(encoded)
        if not line.startswith(_DASH) or not is_key_name(name) or data is None or len(data) <= KEY_ID_SIZE:
            raise BadInput("note.signature-line", "{line} is no signature line of a note.", line=ascii(line)[:200])
        return cls(name, data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text, its end of line included, and the signatures under it. Nothing in it is to be believed before `signers`."""

    text: bytes
    signatures: tuple[Signature, ...]

    def to_bytes(self) -> bytes:
        """The text, an empty line, the signature lines."""
        return self.text + b"\n" + "".join(f"{signature.line}\n" for signature in self.signatures).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a note; its `to_bytes` are the same ones. Raises BadInput ``note.size``, ``.text``, ``.signature-line``."""
        if len(data) > NOTE_LIMIT:
            raise BadInput("note.size", "A note of {size} bytes is too long.", size=len(data))
        try:
            whole = data.decode()
        except UnicodeDecodeError:
            raise BadInput("note.text", "This note is not text in UTF-8.") from None
        text, gap, lines = whole.rpartition("\n\n")
        controls = any(character < " " and character != "\n" for character in whole)
        if not gap or controls or not lines.endswith("\n"):
            raise BadInput("note.text", "This is no signed note: a text, an empty line, signature lines.")
        signatures = lines.removesuffix("\n").split("\n")
        if len(signatures) > SIGNATURE_LIMIT:
            raise BadInput("note.size", "A note with {size} signatures is too long.", size=len(signatures))
        return cls(f"{text}\n".encode(), tuple(Signature.from_line(line) for line in signatures))

    def adding(self, signature: Signature) -> "Note":
        """The note with one more signature; the same line is kept once."""
        return self if signature in self.signatures else replace(self, signatures=(*self.signatures, signature))

    def signers(self, keys: Iterable[VerifyingKey]) -> tuple[VerifyingKey, ...]:
        """The keys that signed the text; at least one. Lines of unknown keys do not count.

        Raises BadInput ``note.unknown-key`` when there is none, and ``note.signature`` as soon as one line that claims
        a known key is not its signature.
        """
        found: list[VerifyingKey] = []
        for key in keys:
            for signature in self.signatures:
                if key.kind is KeyKind.NOTE and signature.is_by(key):
                    _check(key, self.text, signature.data)
                    found.append(key)
        if not found:
            names = ", ".join(sorted({signature.name for signature in self.signatures}))
            raise BadInput(
                "note.unknown-key", "No known key signed this note; its signatures say {names}.", names=names
            )
        return tuple(dict.fromkeys(found))


def sign_note(text: bytes, *keys: SigningKey) -> Note:
    """A note with the signatures of these keys over the text, which ends with an end of line."""
    return Note(text, tuple(Signature(key.public.name, key.public.key_id, key.sign(text)) for key in keys))


def _check(key: VerifyingKey, message: bytes, signature: bytes) -> None:
    try:
        if len(signature) != SIGNATURE_SIZE:
            raise BadInput("keys.signature", "The signature has {size} bytes.", size=len(signature))
        key.verify(message, signature=signature)
    except BadInput:
        raise BadInput(
            "note.signature", "The line of {name} is not its signature over this note.", name=key.name
        ) from None
