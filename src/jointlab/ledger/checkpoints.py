"""Checkpoints (C2SP tlog-checkpoint): the signed statement of a log's size and root; and cosignatures of them.

A home signs its log's checkpoint. A partner that has stored every entry up to it cosigns (C2SP tlog-cosignature,
`cosignature/v1`): the home's receipt, and what proves later that an entry was there.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from jointlab.errors import BadInput
from jointlab.ledger.keys import SIGNATURE_SIZE, KeyHistory, KeyKind, SigningKey, VerifyingKey, strict_base64
from jointlab.ledger.notes import Note, Signature, sign_note
from jointlab.ledger.tree import EMPTY_ROOT, HASH_SIZE, SIZE_LIMIT

ORIGIN_LIMIT: Final = 255  # characters
TIME_LIMIT: Final = 2**63 - 1  # seconds since 1970
TIME_SIZE: Final = 8  # bytes of the time in a cosignature

_ORIGIN: Final = re.compile(r"[!-*,-~]{1,255}")  # ASCII that is visible, no space, no plus
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's name, size and root. Raises BadInput ``checkpoint.origin``, ``.size``, ``.root``."""

    origin: str
    size: int
    root: bytes  # 32 bytes

    def __post_init__(self) -> None:
        """Refuse what could not be a checkpoint of a log."""
        if not _ORIGIN.fullmatch(self.origin):
            raise BadInput(
                "checkpoint.origin", "{origin} cannot be the name of a log.", origin=ascii(self.origin)[:200]
            )
        if not 0 <= self.size <= SIZE_LIMIT:
            raise BadInput("checkpoint.size", "{size} cannot be the size of a log.", size=self.size)
        if len(self.root) != HASH_SIZE or (self.size == 0 and self.root != EMPTY_ROOT):
            raise BadInput("checkpoint.root", "This root cannot be that of a log of {size} entries.", size=self.size)

    def to_text(self) -> bytes:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n".encode()

    @classmethod
    def from_text(cls, text: bytes) -> Self:
        """Read the three lines; extension lines are refused, for nobody could audit them.

        Raises BadInput ``checkpoint.lines``, ``.origin``, ``.size``, ``.root``.
        """
        lines = text.decode(errors="replace").split("\n")
        if len(lines) != 4 or lines[3]:
            raise BadInput("checkpoint.lines", "A checkpoint has three lines: the log's name, its size and its root.")
        origin, size, root = lines[:3]
        if not _SIZE.fullmatch(size):
            raise BadInput("checkpoint.size", "{size} cannot be the size of a log.", size=ascii(size)[:100])
        return cls(origin, int(size), strict_base64(root) or b"")


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint whose signature has been verified, and the note that it came in."""

    checkpoint: Checkpoint
    note: Note
    signers: tuple[VerifyingKey, ...]


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A verified cosignature: its key saw this checkpoint as the newest one at that time."""

    key: VerifyingKey
    time: int  # seconds since 1970, UTC


def sign_checkpoint(checkpoint: Checkpoint, *keys: SigningKey) -> Note:
    """The checkpoint as a note signed by these keys (two during a change of keys)."""
    return sign_note(checkpoint.to_text(), *keys)


def open_checkpoint(note: Note, keys: KeyHistory, *, origin: str) -> SignedCheckpoint:
    """The checkpoint in a note, verified with the keys that count at its size.

    Raises BadInput ``checkpoint.*``, ``note.signature``; ``note.unknown-key`` when no key of the history signed it;
    ``checkpoint.void-key`` when one did that does not count at this size; ``checkpoint.wrong-log`` for another origin.
    """
    checkpoint = Checkpoint.from_text(note.text)
    valid = keys.valid_at(size=checkpoint.size)
    claimed = [key for key in keys.keys if any(line.is_by(key) for line in note.signatures)]
    if claimed and not set(claimed) & set(valid):
        raise BadInput(
            "checkpoint.void-key",
            "The checkpoint at {size} is signed with {vkey}, which does not count at this size.",
            size=checkpoint.size,
            vkey=claimed[0].vkey,
        )
    signers = note.signers(valid)
    if checkpoint.origin != origin:
        raise BadInput(
            "checkpoint.wrong-log",
            "This checkpoint is of {found}, not of {wanted}.",
            found=checkpoint.origin,
            wanted=origin,
        )
    return SignedCheckpoint(checkpoint, note, signers)


def cosign(checkpoint: Checkpoint, key: SigningKey, *, time: int) -> Signature:
    """The line by which `key` says at `time` (seconds since 1970) that it holds the log up to this checkpoint.

    Raises BadInput ``cosignature.kind`` for a key of another kind, ``cosignature.time``.
    """
    if key.public.kind is not KeyKind.COSIGNATURE:
        raise BadInput("cosignature.kind", "The key of {name} is not for cosignatures.", name=key.public.name)
    if not 0 <= time <= TIME_LIMIT:
        raise BadInput("cosignature.time", "{time} cannot be a time.", time=time)
    signature = key.sign(_cosigned(checkpoint.to_text(), time))
    return Signature(key.public.name, key.public.key_id, time.to_bytes(TIME_SIZE, "big") + signature)


def verify_cosignature(checkpoint: Checkpoint, line: Signature, key: VerifyingKey) -> Cosignature:
    """Check one line. Raises BadInput ``cosignature.kind``, ``.key`` (the line claims another key), ``.signature``."""
    if key.kind is not KeyKind.COSIGNATURE:
        raise BadInput("cosignature.kind", "The key of {name} is not for cosignatures.", name=key.name)
    if not line.is_by(key):
        raise BadInput("cosignature.key", "This line is of {found}, not of {wanted}.", found=line.name, wanted=key.name)
    time = int.from_bytes(line.data[:TIME_SIZE], "big")
    try:
        if len(line.data) != TIME_SIZE + SIGNATURE_SIZE or time > TIME_LIMIT:
            raise BadInput("keys.signature", "{size} bytes are no cosignature.", size=len(line.data))
        key.verify(_cosigned(checkpoint.to_text(), time), signature=line.data[TIME_SIZE:])
    except BadInput:
        raise BadInput("cosignature.signature", "The line of {name} is not its cosignature.", name=key.name) from None
    return Cosignature(key, time)


def cosignatures(note: Note, keys: Iterable[VerifyingKey]) -> tuple[Cosignature, ...]:
    """The cosignatures in a note by known keys, in their order; other lines are passed over.

    Raises BadInput ``checkpoint.*`` and ``cosignature.signature`` as soon as a line that claims a known key is false.
    """
    checkpoint = Checkpoint.from_text(note.text)
    return tuple(
        verify_cosignature(checkpoint, line, key) for key in keys for line in note.signatures if line.is_by(key)
    )


def _cosigned(text: bytes, time: int) -> bytes:
    """What is signed. It can never be a checkpoint's own text: its second line is no number."""
    return f"cosignature/v1\ntime {time}\n".encode() + text
