"""Which record types there are, and how each becomes rows. Rooms above register theirs; this room imports none of them.

Rows are written by `apply` and by nothing else: an operation writes a record, the record is applied. So a rebuild,
which applies the same records again, gives the same rows.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from unicodedata import is_normalized, normalize

from django.db.models import Model

from jointlab.errors import NotFound

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True)
class Recorded:
    """One revision of a record, as it stands in the log."""

    id: str
    type: str
    rev: int
    at: datetime  # UTC
    position: int  # in the house log; of a partner's record, in the log that told it
    home: str  # the node that wrote it; what is only for our own asks for this


Kept = Mapping[str, str]  # what stands in the entry of an erasure, for all to see


def _nothing(id: str) -> Kept:
    return {}


def _no_records(id: str) -> Iterable[str]:
    return ()


def _no_blobs(body: Any) -> Iterable[str]:
    return ()


def _no_sizes(body: Any) -> Mapping[str, int]:
    return {}


def _no_arrival(recorded: Recorded, body: Any, sha256: str) -> None:
    return


@dataclass(frozen=True)
class RecordType:
    """One type of record: `name` carries a version; `body` is the frozen dataclass that is signed."""

    name: str
    body: type
    apply: Callable[[Recorded, Any], None]  # writes the rows; must depend on nothing but its arguments and earlier rows
    blobs: Callable[[Any], Iterable[str]] = _no_blobs  # SHA-256 of raw files that the body names: fsck asks for each
    derived: Callable[[Any], Iterable[str]] = _no_blobs  # SHA-256 of derived blobs (columns) that the body names
    # What an erased record leaves in the rows: nothing, or a row without content for others to point to. Called when
    # it is erased and, in a rebuild, in the place of each body that is gone; so it must not need the record's rows.
    erase: Callable[[Recorded, Kept], None] | None = None
    keeps: Callable[[str], Kept] = _nothing  # of a record's rows, what may stay when it is erased: codes, not words
    takes: Callable[[str], Iterable[str]] = _no_records  # the records that are made of it and are erased with it
    # The records that must be there before the body can become rows: shared before it, and waited for at the partner.
    needs: Callable[[Any], Iterable[str]] = _no_blobs
    # Records of others whose rows the body changes (a measurement's state): each must be of the same home, here and there.
    changes: Callable[[Any], Iterable[str]] = _no_blobs
    sizes: Callable[[Any], Mapping[str, int]] = _no_sizes  # bytes by SHA-256 of the blobs whose size the body says
    # A partner's blob has come after the body that names it: add what only the blob could tell.
    arrived: "Callable[[Recorded, Any, str], None]" = _no_arrival
    shared: bool = True  # whether records of the type may go to a partner at all

    # Many new records of the type at once: the same rows as `apply` one after the other, in fewer statements.
    apply_new: "Callable[[Sequence[tuple[Recorded, Any]]], None] | None" = None

    def apply_all(self, written: "Sequence[tuple[Recorded, Any]]") -> None:
        """Records with their bodies, in the order of the log; each record once."""
        if self.apply_new is not None and len(written) > 1 and all(recorded.rev == 1 for recorded, _ in written):
            self.apply_new(written)
            return
        for recorded, body in written:
            self.apply(recorded, body)

    def names_blobs(self) -> bool:
        """Whether bodies of this type can name blobs."""
        return self.blobs is not _no_blobs or self.derived is not _no_blobs


@dataclass(frozen=True)
class Sharing:
    """What a rule says of one partnership, of this node's own records only."""

    due: frozenset[str] = frozenset()  # record ids to be shared now; what is in the log already may be left out
    ended: Mapping[str, str] = field(default_factory=dict)  # record ids to be withheld, with the ground
    held: frozenset[str] = frozenset()  # of what is shared: later revisions wait


SharingRule = Callable[[str], Sharing]  # of a partnership's name

_types: dict[str, RecordType] = {}
_rules: list[SharingRule] = []
_telling: set[str] = set()  # types of partners' records that may change what a rule says
_tables: list[type[Model]] = []
_drafts: list[Callable[[], Iterable[str]]] = []
_forgetting: list[Callable[[Collection[str]], None]] = []


def register(
    *types: RecordType, tables: Iterable[type[Model]] = (), drafts: Callable[[], Iterable[str]] | None = None
) -> None:
    """Make record types known, and the tables that they fill: what points to another table before that table.

    `drafts` tells the derived blobs that rows outside the log name; what neither they nor a record name may go.
    """
    if drafts is not None and drafts not in _drafts:
        _drafts.append(drafts)
    _types.update({known.name: known for known in types})
    _tables[:0] = [table for table in tables if table not in _tables]  # rooms above register later and point down


def record_type(name: str) -> RecordType:
    """The record type. Raises NotFound ``history.type``."""
    try:
        return _types[name]
    except KeyError:
        raise NotFound("history.type", "This program knows no records of type {name}.", name=name) from None


def record_types() -> Mapping[str, RecordType]:
    """All record types by name."""
    return dict(_types)


def projected_tables() -> tuple[type[Model], ...]:
    """Every table that a rebuild fills, in the order of emptying: what points to another table before that table."""
    return tuple(_tables)


def register_sharing(rule: SharingRule, *, types: Iterable[str] = ()) -> None:
    """Make known who may share what: a rule is asked for every partnership, again and again, and answers quickly.

    `types` are those of partners' records that may change its answer; our own always may.
    """
    if rule not in _rules:
        _rules.append(rule)
    _telling.update(types)


def telling_types() -> frozenset[str]:
    """Types of partners' records after which rules are asked again."""
    return frozenset(_telling)


def sharing_of(partnership: str) -> Sharing:
    """What all rules say together; what any of them ends or holds is not shared."""
    found = [rule(partnership) for rule in _rules]
    ended = {record: ground for one in found for record, ground in one.ended.items()}
    held = frozenset().union(*(one.held for one in found)) if found else frozenset()
    due = frozenset().union(*(one.due for one in found)) if found else frozenset()
    return Sharing(due - held - ended.keys(), ended, held)


def register_forgetting(forget: Callable[[Collection[str]], None]) -> None:
    """Make known who keeps parts of files: told, in the transaction of an erasure, the SHA-256 of those that must go."""
    if forget not in _forgetting:
        _forgetting.append(forget)


def forgotten(files: Collection[str]) -> None:
    """These files are named by nothing any more."""
    for forget in _forgetting:
        forget(files)


def drafted() -> set[str]:
    """SHA-256 of the derived blobs that drafts name."""
    return {sha256 for drafts in _drafts for sha256 in drafts()}


_adapters: dict[type, "TypeAdapter[Any]"] = {}


def _adapter(body: type) -> "TypeAdapter[Any]":
    if body not in _adapters:
        from pydantic import TypeAdapter  # heavy, and a page that only reads writes no record

        _adapters[body] = TypeAdapter(body)
    return _adapters[body]


def to_plain(body: object) -> dict[str, Any]:
    """A record's dataclass as JSON values, text in NFC; decimals and dates as strings."""
    plain: dict[str, Any] = _composed(_dumped(body))
    return plain


def as_signed(body: Any) -> tuple[dict[str, Any], Any]:
    """What is signed, and the body as a rebuild reads it back: the rows are made of that, now and then."""
    dumped = _dumped(body)
    plain: dict[str, Any] = _composed(dumped)
    return plain, body if plain == dumped else _adapter(type(body)).validate_python(plain)


def from_plain(name: str, plain: Mapping[str, Any]) -> Any:
    """The dataclass of a stored body; fields that this version does not know are left out."""
    return _adapter(record_type(name).body).validate_python({k: v for k, v in plain.items() if k != "salt"})


def _dumped(body: object) -> Any:
    return _adapter(type(body)).dump_python(body, mode="json")


def _composed(value: Any) -> Any:
    if isinstance(value, str):
        return value if is_normalized("NFC", value) else normalize("NFC", value)
    if isinstance(value, dict):
        return {_composed(key): _composed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_composed(inner) for inner in value]
    return value
