"""What a signatory's key signs: who acts, by what mandate, for which party, on which day, over which version of an agreement.

The bytes that are signed are ``jointlab/agreement-signature/1``, a line feed, and the canonical JSON of the statement.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final, Self

from jointlab.agreements.signing.keys import PublicKey, Signatory
from jointlab.agreements.texts import read_line, read_text
from jointlab.agreements.values import Choice, Day, Setting
from jointlab.agreements.versions import Version
from jointlab.errors import BadInput
from jointlab.ledger import decode, encode

SCHEMA: Final = "jointlab/agreement-signature/1"
ACTS: Final = ("sign", "attest")  # attest: that the signed and sealed paper carries this hash
_DOMAIN: Final = SCHEMA.encode() + b"\n"
_PASSKEY_DOMAIN: Final = b"jointlab/agreement-passkey/1\n"
_HASH: Final = re.compile("[0-9a-f]{64}")
_NAMES: Final = ("act", "day", "mandate", "mandate_until", "name", "node", "office", "party", "version")
_LIMIT: Final = 32768  # bytes of a signed statement
_NOBODY: Final = Setting(frozenset())


@dataclass(frozen=True)
class Statement:
    """What is signed, in normal form. Make it with `of`; what is not in normal form is refused when it is signed."""

    version: str  # the hash
    party: str  # for whom, by the identifier of the version
    name: str
    office: str
    mandate: str  # charter, or power of attorney with its number and day
    act: str  # of ACTS
    day: date  # in the time zone of the agreement
    node: str  # at which the key was opened, by its prefix
    mandate_until: date | None = None  # None: without end

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Self:
        """A statement from a form or from JSON. Raises BadInput ``agreement.*``, ``signing.form`` and ``signing.mandate``."""
        if not set(given) <= set(_NAMES) or _HASH.fullmatch(str(given.get("version"))) is None:
            raise _no_form()
        day, until = _day(given.get("day"), "day"), given.get("mandate_until")
        made = cls(
            version=str(given["version"]), party=read_line(given.get("party"), "party"), name=read_line(given.get("name"), "name"),
            office=read_line(given.get("office"), "office"), mandate=read_text(given.get("mandate"), "mandate", most=4000),
            act=str(Choice(ACTS).read(given.get("act"), "act", _NOBODY)), day=day, node=read_line(given.get("node"), "node"),
            mandate_until=_day(until, "mandate_until") if until else None,
        )  # fmt: skip
        made.check_mandate()
        return made

    def content(self) -> dict[str, object]:
        """As canonical JSON holds it: a mandate without end is left out."""
        content: dict[str, object] = {
            "act": self.act, "day": self.day.isoformat(), "mandate": self.mandate, "name": self.name, "node": self.node,
            "office": self.office, "party": self.party, "version": self.version,
        }  # fmt: skip
        return content | ({"mandate_until": self.mandate_until.isoformat()} if self.mandate_until else {})

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return _DOMAIN + encode(self.content())

    @property
    def challenge(self) -> bytes:
        """What a passkey answers when it says the same: 32 bytes."""
        return sha256(_PASSKEY_DOMAIN + encode(self.content())).digest()

    def check_mandate(self) -> None:
        """Raises BadInput ``signing.mandate`` when the mandate had ended on the day of the act."""
        if self.mandate_until and self.mandate_until < self.day:
            raise BadInput(
                "signing.mandate", "The mandate of {name} ended on {until}; nothing can be signed by it on {day}.",
                name=self.name, until=self.mandate_until.isoformat(), day=self.day.isoformat(),
            )  # fmt: skip

    def check_version(self, version: Version) -> None:
        """Raises BadInput ``signing.version`` (another text) and ``signing.party`` (somebody who is no party to it)."""
        if self.version != version.hash:
            raise BadInput(
                "signing.version", "What was signed is the version {found}, not {wanted}.", found=self.version, wanted=version.hash
            )  # fmt: skip
        if self.party not in {party.id for party in version.head.parties}:
            raise BadInput("signing.party", "“{party}” is no party of this agreement.", party=self.party[:60])


@dataclass(frozen=True)
class Signed:
    """A statement with the signature of a key over it."""

    statement: Statement
    key: PublicKey
    signature: bytes  # 64 bytes, RFC 8032

    def to_bytes(self) -> bytes:
        """Canonical JSON, to be kept and sent."""
        return encode(
            {"key": self.key.raw.hex(), "schema": SCHEMA, "signature": self.signature.hex(), "statement": self.statement.content()}
        )  # fmt: skip

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` wrote; nothing is proved yet. Raises BadInput ``signing.form``, ``signing.mandate``, ``canonical.*``."""
        value = decode(data, limit=_LIMIT)
        if not isinstance(value, dict) or value.keys() != {"key", "schema", "signature", "statement"}:
            raise _no_form()
        key, signature, said = _hex(value["key"], 32), _hex(value["signature"], 64), value["statement"]
        if value["schema"] != SCHEMA or not isinstance(said, dict):
            raise _no_form()
        statement = Statement.of(said)
        if statement.content() != said:
            raise _no_form()
        return cls(statement, PublicKey(key), signature)


def sign(statement: Statement, *, version: Version, signatory: Signatory) -> Signed:
    """The statement under the signatory's key.

    Raises BadInput ``signing.version``, ``signing.party``, ``signing.mandate``, ``agreement.*`` (not in normal form).
    """
    statement.check_version(version)
    normal = Statement.of(statement.content())
    return Signed(normal, signatory.public, signatory.sign(normal.message))


def verify(data: bytes, *, version: Version, key: PublicKey) -> Statement:
    """What was said over this version by the holder of this key; whose key it is, the caller knows.

    Raises BadInput ``signing.form``, ``signing.version``, ``signing.party``, ``signing.key`` (made with another key),
    ``signing.signature`` (changed after it was signed), ``signing.mandate``.
    """
    signed = Signed.from_bytes(data)
    signed.statement.check_version(version)
    if signed.key != key:
        raise BadInput("signing.key", "This was signed with the key {found}, not with the key {wanted} of the signatory.",
                       found=signed.key.fingerprint, wanted=key.fingerprint)  # fmt: skip
    if not key.verifies(signed.statement.message, signature=signed.signature):
        raise BadInput("signing.signature", "The signature does not fit what it stands under: one of the two was changed.")  # fmt: skip
    return signed.statement


def _day(found: object, where: str) -> date:
    return date.fromisoformat(str(Day().read(found, where, _NOBODY)))


def _hex(found: object, size: int) -> bytes:
    try:
        data = bytes.fromhex(found) if isinstance(found, str) else b""
    except ValueError:
        data = b""
    if len(data) != size or data.hex() != found:
        raise _no_form()
    return data


def _no_form() -> BadInput:
    return BadInput("signing.form", "This is no signature over an agreement as this node writes it.")
