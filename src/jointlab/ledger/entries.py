"""An entry is one line of a log: what happened to which record, and the hash of the body that says the rest.

Entries stay for ever and are seen by everyone who holds the log; bodies travel beside them and may be erased. So an
entry holds no personal data, and every body holds a random salt: without it the hash that is left cannot be guessed.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Final, NoReturn, Self, TypeVar

import orjson

from jointlab.errors import BadInput
from jointlab.ledger.canonical import BODY_LIMIT, ENTRY_LIMIT, INTEGER_LIMIT, decode, decode_many, encode

SALT_KEY: Final = "salt"
SALT_SIZE: Final = 16  # bytes, 128 bits

_AT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_BODY: Final = re.compile(r"sha256:[0-9a-f]{64}")
_HOME: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?")
_LOCAL_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,126}")
_TYPE: Final = re.compile(r"[a-z][a-z0-9.-]{0,62}/[1-9][0-9]{0,3}")
_SALT: Final = re.compile(r"[0-9a-f]{32}")


_E = TypeVar("_E", bound="Entry")


class Op(StrEnum):
    """What an entry does."""

    PUT = "put"  # a record, or a new revision of it
    ERASE = "erase"  # bodies are removed, here and at every partner
    WITHHOLD = "withhold"  # bodies are no longer shared: what entitled the partner has ended
    CLOSE = "close"  # the log ends; only what the law asks for may follow
    KEY_ADD = "key.add"
    KEY_REVOKE = "key.revoke"
    ERASE_ACK = "erase.ack"  # a partner's: it has erased


_OPS: Final = {op.value: op for op in Op}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, valid as soon as it exists. Raises BadInput ``entry.<field>``."""

    at: str  # when it was appended, UTC to the second: 2026-11-22T10:00:00Z
    body: str  # sha256: and the hash of the body's bytes, in hex
    home: str  # the node that owns the record and the log
    id: str  # of the record: the home, a colon, and something random
    op: Op
    prev: int | None  # position in this log of the record's entry before this one; None when it is the first here
    rev: int  # revision of the record, from 1; withholding is none, so what is put again afterwards may have the same
    size: int  # bytes of the body
    type: str  # of the record, with its major version: measurement/1

    def __post_init__(self) -> None:
        """Check every field."""
        if not _is_time(self.at):
            _refuse("at", self.at, "a time such as 2026-11-22T10:00:00Z")
        if not _fits(_BODY, self.body):
            _refuse("body", self.body, "sha256: and 64 hexadecimal digits")
        if not _fits(_HOME, self.home):
            _refuse("home", self.home, "a short name of a node")
        if not isinstance(self.id, str) or not _is_id(self.id, self.home):
            _refuse("id", self.id, "the home, a colon and a short name")
        if type(self.op) is not Op:
            _refuse("op", self.op, f"one of {', '.join(_OPS)}")
        if self.prev is not None and not _is_integer(self.prev, 0, INTEGER_LIMIT):
            _refuse("prev", self.prev, "a position, or null")
        if not _is_integer(self.rev, 1, INTEGER_LIMIT):
            _refuse("rev", self.rev, "a revision from 1")
        if not _is_integer(self.size, 2, BODY_LIMIT):
            _refuse("size", self.size, f"a number of bytes from 2 to {BODY_LIMIT}")
        if not _fits(_TYPE, self.type):
            _refuse("type", self.type, "a name and a version, such as measurement/1")

    def to_bytes(self) -> bytes:
        """The bytes that stand in the log: canonical JSON of the nine fields, at most 4 KiB."""
        return encode(
            {
                "at": self.at, "body": self.body, "home": self.home, "id": self.id, "op": self.op.value,
                "prev": self.prev, "rev": self.rev, "size": self.size, "type": self.type,
            },
            limit=ENTRY_LIMIT,
        )  # fmt: skip

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The entry in these bytes; its `to_bytes` are the same ones.

        Raises BadInput ``canonical.*``, ``entry.fields`` (one missing, or one too many) and ``entry.<field>``.
        """
        usual = _usual(cls, data)
        if usual is not None:
            return usual
        value = decode(data, limit=ENTRY_LIMIT)
        if not isinstance(value, dict) or value.keys() != _FIELDS:
            names = sorted(value) if isinstance(value, dict) else type(value).__name__
            raise BadInput(
                "entry.fields", "An entry has the fields {wanted}, not {found}.", wanted=sorted(_FIELDS), found=names
            )
        op = value["op"]
        value["op"] = _OPS.get(op, op) if isinstance(op, str) else op
        return cls(**value)

    def is_of(self, body: bytes) -> bool:
        """Whether these are the body's bytes: size and hash."""
        return len(body) == self.size and body_hash(body) == self.body


_FIELDS: Final = frozenset(Entry.__dataclass_fields__)

# An entry as nearly all are, with every rule for its fields that a pattern can hold: a log has millions of them. What does
# not match may still be one, or has a fault, for which `decode` has the words.
_USUAL: Final = re.compile(
    r'\{"at":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)","body":"(sha256:[0-9a-f]{64})",'
    r'"home":"(?P<home>[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?)","id":"((?P=home):[a-z0-9][a-z0-9._-]{0,126})",'
    r'"op":"([a-z.]{1,10})","prev":(null|0|[1-9][0-9]{0,14}),"rev":([1-9][0-9]{0,14}),'
    r'"size":([1-9][0-9]{0,14}),"type":"([a-z][a-z0-9.-]{0,62}/[1-9][0-9]{0,3})"\}'
)
_new, _set = object.__new__, object.__setattr__


def _usual(cls: "type[_E]", data: bytes) -> "_E | None":
    """The entry in bytes that match, without a second look at what the pattern has checked; None when more is amiss."""
    if not data.isascii() or (found := _USUAL.fullmatch(data.decode("ascii"))) is None:
        return None
    at, body, home, id, op, prev, rev, size, type_ = found.groups()
    number, known = int(size), _OPS.get(op)
    if known is None or not 2 <= number <= BODY_LIMIT or not _is_time(at):
        return None
    entry = _new(cls)
    _set(entry, "at", at)
    _set(entry, "body", body)
    _set(entry, "home", home)
    _set(entry, "id", id)
    _set(entry, "op", known)
    _set(entry, "prev", None if prev == "null" else int(prev))
    _set(entry, "rev", int(rev))
    _set(entry, "size", number)
    _set(entry, "type", type_)
    return entry


@dataclass(frozen=True, slots=True)
class Sealed:
    """A body as bytes, with what an entry says of it."""

    data: bytes

    @property
    def hash(self) -> str:
        """``sha256:`` and the hash in hex."""
        return body_hash(self.data)

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)


def seal(body: Mapping[str, object], *, salt: bytes | None = None) -> Sealed:
    """The bytes of a body with its salt: 16 random bytes, unless given.

    Raises BadInput ``canonical.*``; ``body.salt`` when the body has one already or the given one is of another length.
    """
    salt = secrets.token_bytes(SALT_SIZE) if salt is None else salt
    if SALT_KEY in body or len(salt) != SALT_SIZE:
        raise BadInput("body.salt", "A body gets exactly one salt, of {size} bytes.", size=SALT_SIZE)
    return Sealed(encode({**body, SALT_KEY: salt.hex()}, limit=BODY_LIMIT))


def unseal(data: bytes) -> dict[str, object]:
    """What was sealed, without the salt.

    Raises BadInput ``canonical.*``; ``body.object`` when it is no JSON object; ``body.salt`` without a proper salt.
    """
    value = decode(data, limit=BODY_LIMIT)
    fault = _no_body(value)
    if fault:
        raise fault
    assert isinstance(value, dict)
    del value[SALT_KEY]
    return value


def body_faults(bodies: Sequence[bytes]) -> list[BadInput | None]:
    """What `unseal` would raise for each body, or None."""
    return [
        value if isinstance(value, BadInput) else _no_body(value) for value in decode_many(bodies, limit=BODY_LIMIT)
    ]


def unsealed(data: bytes) -> dict[str, object]:
    """What was sealed, without the salt, of a body in which `body_faults` found nothing."""
    value: dict[str, object] = orjson.loads(data)
    del value[SALT_KEY]
    return value


def _no_body(value: object) -> BadInput | None:
    if not isinstance(value, dict):
        return BadInput("body.object", "A body is a JSON object, not {kind}.", kind=type(value).__name__)
    if not _fits(_SALT, value.get(SALT_KEY)):
        return BadInput("body.salt", "The body has no salt of {size} hexadecimal digits.", size=2 * SALT_SIZE)
    return None


def body_hash(data: bytes) -> str:
    """``sha256:`` and the hash in hex."""
    return "sha256:" + sha256(data).hexdigest()


def _is_time(value: object) -> bool:
    return isinstance(value, str) and _is_written_time(value)


@lru_cache(maxsize=64)  # a log tells the same second again and again
def _is_written_time(value: str) -> bool:
    if not _AT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_id(value: str, home: str) -> bool:
    node, _, local = value.partition(":")
    return node == home and _LOCAL_ID.fullmatch(local) is not None


def _is_integer(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _refuse(field: str, value: object, wanted: str) -> NoReturn:
    raise BadInput(
        f"entry.{field}",
        "The entry's {field} is {value}; it must be {wanted}.",
        field=field,
        value=ascii(value)[:100],
        wanted=wanted,
    )
