"""One version of an agreement: terms, texts, parties, parent, dates and attachments under one hash.

The version is a list of parts, its head and its clauses in order. Each part is a leaf of an RFC 6962 tree; the hash of the
version is taken over the number of leaves and the root. So one hash says everything, and a clause can be proved alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Final, NoReturn

from jointlab.agreements.clauses import Clause, read_clause
from jointlab.agreements.heads import Head, read_head
from jointlab.agreements.kinds import DURATION, EARLIER, PARENT, ClauseKind
from jointlab.agreements.values import Setting, read_list, read_object, twice
from jointlab.errors import BadInput
from jointlab.ledger import BODY_LIMIT, encode, leaf_hash, tree_root

SCHEMA: Final = "jointlab/agreement-version/1"  # another meaning is another schema; old hashes are never computed again
_DOMAIN: Final = SCHEMA.encode() + b"\n"


@dataclass(frozen=True)
class Version:
    """A version in normal form: two that say the same are equal, byte by byte."""

    head: Head
    clauses: tuple[Clause, ...]
    _by_number: Mapping[str, Clause] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Clauses are found by number."""
        object.__setattr__(self, "_by_number", {clause.number: clause for clause in self.clauses})

    def clause(self, number: str) -> Clause | None:
        """The clause with this number."""
        return self._by_number.get(number)

    def of_kind(self, kind: ClauseKind) -> tuple[Clause, ...]:
        """The clauses of a kind, in order."""
        return tuple(clause for clause in self.clauses if clause.kind is kind)

    @property
    def duration(self) -> Clause:
        """The one clause on duration and end."""
        return self.of_kind(DURATION)[0]

    @cached_property
    def parts(self) -> tuple[bytes, ...]:
        """The canonical bytes of each leaf: the head, then the clauses."""
        return (
            part_bytes("head", self.head.content()),
            *(part_bytes("clause", clause.content()) for clause in self.clauses),
        )

    @cached_property
    def leaves(self) -> tuple[bytes, ...]:
        """The leaf hash of each part; equal leaves are equal parts, so two versions are compared by them."""
        return tuple(map(leaf_hash, self.parts))

    @cached_property
    def hash(self) -> str:
        """The version's hash: SHA-256 in hex."""
        return version_hash(root=tree_root(self.leaves), parts=len(self.leaves))

    def to_bytes(self) -> bytes:
        """The whole version as canonical JSON; `read_version` gives it back."""
        clauses = [clause.content() for clause in self.clauses]
        return encode({"clauses": clauses, "head": self.head.content(), "schema": SCHEMA})


@dataclass(frozen=True)
class Examined:
    """What came of reading a version: the version, or all that is wrong with it."""

    version: Version | None
    faults: tuple[BadInput, ...] = ()


def part_bytes(part: str, content: Mapping[str, object]) -> bytes:
    """The bytes of a leaf: canonical JSON that says itself what it is a part of."""
    return encode({**content, "part": part, "schema": SCHEMA})


def version_hash(*, root: bytes, parts: int) -> str:
    """SHA-256 over the schema, a line feed, and the canonical JSON of the number of parts and the tree's root."""
    return sha256(_DOMAIN + encode({"parts": parts, "root": root.hex()})).hexdigest()


def read_version(data: bytes | str) -> Version:
    """The version in this JSON, however it is spaced, ordered and its numbers are written. Raises the first fault."""
    examined = examine(load(data))
    if examined.version is None:
        raise examined.faults[0]
    return examined.version


def load(data: bytes | str) -> object:
    """The value of JSON with its decimals exact. Raises BadInput ``agreement.size``, ``agreement.json``, ``agreement.twice``."""
    if len(data) > BODY_LIMIT:
        raise BadInput("agreement.size", "An agreement of {size} bytes is too large; at most {limit} are possible.", size=len(data), limit=BODY_LIMIT)  # fmt: skip
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        value: object = json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_object)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise BadInput("agreement.json", "This is not JSON in UTF-8: {why}.", why=str(error)[:200]) from None
    return value


def examine(value: object) -> Examined:
    """Read a version and collect all that is wrong with it, as far as one fault does not hide another."""
    faults: list[BadInput] = []
    version = _examine(value, faults)
    if version is None or faults:
        return Examined(None, tuple(faults))
    try:
        version.to_bytes()
    except BadInput as fault:
        return Examined(None, (fault,))
    return Examined(version)


def _examine(value: object, faults: list[BadInput]) -> Version | None:
    try:
        given = read_object(value, "agreement", known=("clauses", "head", "schema"))
        if given.get("schema") != SCHEMA:
            raise BadInput("agreement.schema", "This agreement is written by the rules “{found}”; this node knows “{known}”.",
                           found=str(given.get("schema"))[:60], known=SCHEMA)  # fmt: skip
        head = read_head(given.get("head"), faults)
        found = read_list(given.get("clauses"), "clauses")
    except BadInput as fault:
        faults.append(fault)
        return None
    if head is None:
        return None
    setting = Setting(frozenset(party.id for party in head.parties))
    read = [read_clause(one, at, setting, head.languages, faults) for at, one in enumerate(found, 1)]
    clauses = tuple(clause for clause in read if clause)
    if len(clauses) == len(found):
        version = Version(head, clauses)
        faults.extend(_whole(version))
        return version
    return None


def _whole(version: Version) -> list[BadInput]:
    """What only the whole can get wrong."""
    numbers = [clause.number for clause in version.clauses]
    faults = [twice("clauses", number) for number in sorted({n for n in numbers if numbers.count(n) > 1})]
    wanted = (
        (DURATION, 1, 1),
        (EARLIER, 0, 1),
        (PARENT, int(version.head.parent is not None), int(version.head.parent is not None)),
    )
    for kind, least, most in wanted:
        having = version.of_kind(kind)
        if not least <= len(having) <= most:
            faults.append(_number_of(kind, having, least, most))
    if version.head.parent is None:
        faults += [
            BadInput("agreement.under", "Clause {clause} stands under clause {under} of an agreement above, but none is named.",
                     clause=clause.number, under=clause.under)
            for clause in version.clauses if clause.under
        ]  # fmt: skip
    return faults


def _number_of(kind: ClauseKind, having: Sequence[Clause], least: int, most: int) -> BadInput:
    return BadInput(
        "agreement.number_of",
        "Of clauses “{kind}” this agreement must have {least} to {most}; it has {count}.",
        kind=kind.name, least=least, most=most, count=len(having),
    )  # fmt: skip


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {}
    for name, value in pairs:
        if name in result:
            raise BadInput("agreement.key_twice", "The name “{name}” stands twice in one JSON object.", name=name[:60])
        result[name] = value
    return result


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
