"""The head of a version: what it is, between whom, in which languages, under what, and what is attached to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jointlab.agreements.clauses import in_languages, read_salt
from jointlab.agreements.texts import LANGUAGES, read_line
from jointlab.agreements.values import Choice, Count, Day, Pattern, Setting, is_absent, read_list, read_object, twice
from jointlab.errors import BadInput

RANKS: Final = ("framework", "agreement", "annex")
_ID: Final = Pattern(r"[a-z0-9][a-z0-9.-]{0,62}:[a-z0-9][a-z0-9._-]{0,126}", "almaty:a7f3")
_PARTY: Final = Pattern(r"[a-z0-9][a-z0-9.:/_-]{0,126}", "ror:03q0t9252")
_HASH: Final = Pattern(r"[0-9a-f]{64}", "64 hexadecimal digits")
_NOBODY: Final = Setting(frozenset())
_NAMES: Final = (
    "agreement", "amends", "attachments", "languages", "number", "parent", "parties", "precedence", "rank", "refers", "salt", "title", "zone",
)  # fmt: skip


@dataclass(frozen=True)
class PartyOf:
    """One who signs, by an identifier that outlives names and addresses."""

    id: str
    role: str  # institution, enterprise
    names: Mapping[str, str]  # by language

    def content(self) -> dict[str, object]:
        """As canonical JSON holds it."""
        return {"id": self.id, "names": dict(self.names), "role": self.role}


@dataclass(frozen=True)
class Parent:
    """The version of another agreement under which this one stands."""

    agreement: str
    version: str  # its hash

    def content(self) -> dict[str, object]:
        """As canonical JSON holds it."""
        return {"agreement": self.agreement, "version": self.version}


@dataclass(frozen=True)
class Amends:
    """The version before this one, and which cases the new one is for."""

    version: str  # its hash
    cases: str  # new, running-too

    def content(self) -> dict[str, object]:
        """As canonical JSON holds it."""
        return {"cases": self.cases, "version": self.version}


@dataclass(frozen=True)
class Reference:
    """A treaty or an initiative that is referred to; never an enforced parent."""

    kind: str  # treaty, initiative, order, other
    title: Mapping[str, str]  # by language
    source: str = ""  # where its text is published
    on: str = ""  # the day of its signature

    def content(self) -> dict[str, object]:
        """As canonical JSON holds it."""
        content: dict[str, object] = {"kind": self.kind, "title": dict(self.title)}
        return content | ({"source": self.source} if self.source else {}) | ({"on": self.on} if self.on else {})


@dataclass(frozen=True)
class Attachment:
    """A file that is part of the agreement, by the hash of its bytes."""

    name: str
    sha256: str
    size: int  # bytes

    def content(self) -> dict[str, object]:
        """As canonical JSON holds it."""
        return {"name": self.name, "sha256": self.sha256, "size": self.size}


@dataclass(frozen=True)
class Head:
    """Everything but the clauses."""

    agreement: str  # stable over all versions
    number: int  # of the version, from 1
    rank: str
    title: Mapping[str, str]  # by language
    languages: tuple[str, ...]  # in their order of precedence
    precedence: str  # first: where the texts differ the first language decides; equal: all are equally valid
    parties: tuple[PartyOf, ...]  # by identifier
    zone: str  # whose days are meant, IANA
    salt: str
    parent: Parent | None = None
    amends: Amends | None = None
    refers: tuple[Reference, ...] = ()
    attachments: tuple[Attachment, ...] = ()  # by name

    def content(self) -> dict[str, object]:
        """What canonical JSON holds of it: what is empty is left out."""
        content: dict[str, object] = {
            "agreement": self.agreement, "languages": list(self.languages), "number": self.number,
            "parties": [party.content() for party in self.parties], "precedence": self.precedence, "rank": self.rank,
            "salt": self.salt, "title": dict(self.title), "zone": self.zone,
        }  # fmt: skip
        if self.parent:
            content["parent"] = self.parent.content()
        if self.amends:
            content["amends"] = self.amends.content()
        if self.refers:
            content["refers"] = [one.content() for one in self.refers]
        if self.attachments:
            content["attachments"] = [one.content() for one in self.attachments]
        return content


def read_head(found: object, faults: list[BadInput]) -> Head | None:
    """The head in normal form, or None after what is wrong was added to `faults`."""
    try:
        given = read_object(found, "head", known=_NAMES)
        languages = _languages(given.get("languages"))
        head = Head(
            agreement=_text(_ID, given, "agreement"),
            number=_number(given),
            rank=_text(Choice(RANKS), given, "rank"),
            title=in_languages(given.get("title"), "head, title", languages, line=True),
            languages=languages,
            precedence=_text(Choice(("first", "equal")), given, "precedence"),
            parties=_parties(given.get("parties"), languages),
            zone=_zone(given.get("zone")),
            salt=read_salt(given.get("salt"), "head"),
            parent=_parent(given.get("parent")),
            amends=_amends(given.get("amends")),
            refers=_refers(given.get("refers"), languages),
            attachments=_attachments(given.get("attachments")),
        )
    except BadInput as fault:
        faults.append(fault)
        return None
    faults.extend(_contradictions(head))
    return head


def _text(kind: Pattern | Choice | Day, given: Mapping[str, object], name: str, where: str = "head") -> str:
    return str(kind.read(given.get(name), f"{where}, {name}", _NOBODY))


def _number(given: Mapping[str, object]) -> int:
    number = Count(1, 10_000).read(given.get("number"), "head, number", _NOBODY)
    assert isinstance(number, int)
    return number


def _languages(found: object) -> tuple[str, ...]:
    """In the order given, which is that of precedence."""
    languages: list[str] = []
    for one in read_list(found, "head, languages"):
        language = str(Choice(LANGUAGES).read(one, "head, languages", _NOBODY))
        if language in languages:
            raise twice("head, languages", language)
        languages.append(language)
    return tuple(languages)


def _parties(found: object, languages: Sequence[str]) -> tuple[PartyOf, ...]:
    parties: dict[str, PartyOf] = {}
    for number, one in enumerate(read_list(found, "head, parties"), 1):
        where = f"head, party {number}"
        given = read_object(one, where, known=("id", "names", "role"))
        party = PartyOf(
            _text(_PARTY, given, "id", where), _text(Choice(("institution", "enterprise")), given, "role", where),
            in_languages(given.get("names"), f"{where}, names", languages, line=True),
        )  # fmt: skip
        if party.id in parties:
            raise twice("head, parties", party.id)
        parties[party.id] = party
    if len(parties) < 2:
        raise BadInput(
            "agreement.parties", "An agreement is between two parties or more; {count} is named.", count=len(parties)
        )
    return tuple(parties[id] for id in sorted(parties))


def _zone(found: object) -> str:
    text = read_line(found, "head, zone")
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("agreement.zone", "“{found}” is no time zone such as Asia/Almaty.", found=text[:60]) from None
    return text


def _parent(found: object) -> Parent | None:
    if is_absent(found):
        return None
    given = read_object(found, "head, parent", known=("agreement", "version"))
    return Parent(_text(_ID, given, "agreement", "head, parent"), _text(_HASH, given, "version", "head, parent"))


def _amends(found: object) -> Amends | None:
    if is_absent(found):
        return None
    given = read_object(found, "head, amends", known=("cases", "version"))
    cases = _text(Choice(("new", "running-too")), given, "cases", "head, amends")
    return Amends(_text(_HASH, given, "version", "head, amends"), cases)


def _refers(found: object, languages: Sequence[str]) -> tuple[Reference, ...]:
    if is_absent(found):
        return ()
    references: list[Reference] = []
    for number, one in enumerate(read_list(found, "head, refers"), 1):
        where = f"head, refers {number}"
        given = read_object(one, where, known=("kind", "on", "source", "title"))
        references.append(Reference(
            _text(Choice(("treaty", "initiative", "order", "other")), given, "kind", where),
            in_languages(given.get("title"), f"{where}, title", languages, line=True),
            "" if is_absent(given.get("source")) else read_line(given["source"], f"{where}, source"),
            "" if is_absent(given.get("on")) else _text(Day(), given, "on", where),
        ))  # fmt: skip
    return tuple(references)


def _attachments(found: object) -> tuple[Attachment, ...]:
    if is_absent(found):
        return ()
    attachments: dict[str, Attachment] = {}
    for number, one in enumerate(read_list(found, "head, attachments"), 1):
        where = f"head, attachment {number}"
        given = read_object(one, where, known=("name", "sha256", "size"))
        size = Count(1, 10**12).read(given.get("size"), f"{where}, size", _NOBODY)
        assert isinstance(size, int)
        attachment = Attachment(
            read_line(given.get("name"), f"{where}, name"), _text(_HASH, given, "sha256", where), size
        )
        if attachment.name in attachments:
            raise twice("head, attachments", attachment.name)
        attachments[attachment.name] = attachment
    return tuple(attachments[name] for name in sorted(attachments))


def _contradictions(head: Head) -> list[BadInput]:
    faults = []
    if (head.number > 1) != (head.amends is not None):
        faults.append(BadInput("agreement.amends", "The first version amends none, every later one names the version that it amends; this is version {number}.", number=head.number))  # fmt: skip
    if head.parent and head.parent.agreement == head.agreement:
        faults.append(BadInput("agreement.own_parent", "An agreement cannot stand under itself."))
    if (head.rank == "framework") and head.parent:
        faults.append(BadInput("agreement.rank", "A framework agreement stands under no other."))
    if head.rank == "annex" and not head.parent:
        faults.append(BadInput("agreement.annex", "An annex must name the agreement to which it belongs."))
    return faults
