"""What this node asks of a step beside what both nodes ask: of texts and lives that it has stored.

A step of the partner is not asked this; what its house signed, it signed. But nobody here agrees to a text that exceeds the
one above it, or attests a paper that cannot have been signed that day.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django.utils import timezone

from jointlab.agreements.guards import latest_version
from jointlab.agreements.kinds import CONDITION
from jointlab.agreements.life import State, standing
from jointlab.agreements.models import AgreementVersion
from jointlab.agreements.of_many import is_entry
from jointlab.agreements.parents import Sibling, exceeding
from jointlab.agreements.queries.book import Book, book, version_of
from jointlab.agreements.queries.lives import days_now, life_of, title_of, today
from jointlab.agreements.step_names import ACCEPTING, AGREEING, ASKING, LEAVING, PROPOSING, REMARKING, SIGNING
from jointlab.agreements.together import apart, divided
from jointlab.agreements.versions import Version
from jointlab.errors import BadInput, Conflict, Fault, NotFound

if TYPE_CHECKING:
    from jointlab.cases.kinds import Asking

_TEXT: Final = PROPOSING | ACCEPTING | AGREEING | SIGNING  # steps that stand behind a text
_ABOUT_A_CLAUSE: Final = REMARKING | ASKING
_OVER: Final = frozenset({State.EXPIRED, State.TERMINATED, State.SUPERSEDED, State.FELL, State.WITHDRAWN, State.LAPSED})


def refusal_of(asking: "Asking") -> Fault | None:
    """The first thing that speaks against a step, or None."""
    return next(_refusals(asking), None)


def _refusals(asking: "Asking") -> Iterator[Fault]:
    name, form, nodes = asking.step.name, asking.form, asking.instance.nodes
    # a partner's node may have opened it where no partnership carries it; what goes on from there would reach nobody
    if len(nodes) > 2 and name not in LEAVING and (fault := divided(nodes.values())) is not None:
        yield fault
    hash = form.get("version") or latest_version(asking.instance.standing)
    known = book()
    if hash not in known.lines:
        if hash:
            yield NotFound("agreement.unknown", "There is no agreement with the hash {hash} here.", hash=hash[:64])
        return
    version = version_of(hash)
    if name in _TEXT:
        if set(known.parties_of(hash)) != set(asking.parties.values()) or len(version.head.parties) != len(
            asking.parties
        ):
            yield BadInput(
                "agreement.case_parties", "This text is not one between the parties of this case.", field="version"
            )
        if not asking.instance.standing and (fault := apart(asking.parties.values())) is not None:
            yield fault
        yield from faults_of_version(version)
    if name in SIGNING and form:
        yield from _days_of_signature(version, form, entered=is_entry(asking.instance.process.name))
    yield from _later(name, version, form)


def faults_of_version(version: Version) -> tuple[Fault, ...]:
    """What is wrong with a text beside the texts that are stored here: the one above it and the one that it amends."""
    known = book()
    return (*_above(version, known), *_amended(version, known))


def _above(version: Version, known: Book) -> Iterator[Fault]:
    named = version.head.parent
    if named is None:
        return
    if named.version not in known.lines:
        yield NotFound(
            "agreement.no_parent", "The agreement above, {agreement}, is not here in the version with the hash {hash}.",
            agreement=named.agreement, hash=named.version,
        )  # fmt: skip
        return
    yield from exceeding(version, version_of(named.version), tuple(_siblings(version, named.version, known)))


def _siblings(version: Version, parent: str, known: Book) -> Iterator[Sibling]:
    """The other texts under the same version that all parties signed, with their days."""
    for line in known.lines.values():
        if line.parent == parent and line.agreement != version.head.agreement and known.complete(line.hash):
            life = known.life(line.hash)
            assert life is not None, "a line has a life"
            now = standing(life, date.max)
            if now.first is not None:
                yield Sibling(life.version, now.first, now.last)


def _amended(version: Version, known: Book) -> Iterator[Fault]:
    """An amendment takes over from the version before it, which all have signed, and which nothing took over from yet."""
    amends = version.head.amends
    if amends is None:
        taken = [
            line
            for line in known.lines.values()
            if line.agreement == version.head.agreement and line.hash != version.hash
        ]
        if any(line.number == version.head.number and known.complete(line.hash) for line in taken):
            yield Conflict("agreement.signed_already", "Version {number} of {agreement} is signed with another text.",
                           number=version.head.number, agreement=version.head.agreement)  # fmt: skip
        return
    line = known.lines.get(amends.version)
    if line is None:
        yield NotFound("agreement.unknown", "There is no agreement with the hash {hash} here.", hash=amends.version)
        return
    parties = tuple(party.id for party in version.head.parties)
    if (line.agreement, line.number + 1, line.parties) != (version.head.agreement, version.head.number, parties):
        yield BadInput(
            "agreement.amends_other",
            "A version that amends another is of the same agreement and the same parties, and its number is one higher.",
        )
    if not known.complete(line.hash):
        yield Conflict("agreement.amends_unsigned", "The version that this one amends is not signed by all parties.")
    life = known.life(line.hash)
    if life is not None and life.successor is not None and life.successor.version.hash != version.hash:
        yield Conflict("agreement.amended", "Another version has amended it already: number {number}.", number=life.successor.version.head.number)  # fmt: skip


def _days_of_signature(version: Version, form: Mapping[str, str], *, entered: bool) -> Iterator[Fault]:
    """A paper with the hash of a text is not signed before there was that text, nor tomorrow. What is entered from old paper carries none."""
    signed = form.get("signed_on", "")
    if signed > days_now(version)[1].isoformat():
        yield _future("signed_on", signed)
    if entered:
        return
    made = AgreementVersion.objects.filter(hash=version.hash).order_by("at").first()
    zones = ZoneInfo(version.head.zone), timezone.get_default_timezone()
    first = min(made.at.astimezone(zone).date() for zone in zones).isoformat() if made else signed
    if signed < first:
        yield BadInput(
            "agreement.back_dated",
            "The text has this hash since {first}; a paper that carries it was not signed on {on}. If the agreement is to count from an "
            "earlier day, say so in a clause of its own, “effect before signature”.",
            field="signed_on", first=first, on=signed,
        )  # fmt: skip


def _later(name: str, version: Version, form: Mapping[str, str]) -> Iterator[Fault]:
    """What happens to a version that is signed."""
    if name in ("notice", "fulfil") and form.get("on", "") > days_now(version)[1].isoformat():
        yield _future("on", form["on"])
    if name == "fulfil" and form:
        clause = version.clause(form.get("clause", ""))
        if clause is None or clause.kind is not CONDITION:
            open_ones = ", ".join(one.number for one in version.of_kind(CONDITION)) or "—"
            yield BadInput("agreement.no_condition", "Clause {clause} is no condition precedent. Those are: {known}.",
                           field="clause", clause=form.get("clause", "")[:20], known=open_ones)  # fmt: skip
    number = form.get("clause", "")
    if name in _ABOUT_A_CLAUSE and number and version.clause(number) is None:
        yield BadInput("agreement.no_clause", "“{agreement}” has no clause {clause}.", field="clause", agreement=title_of(version), clause=number[:20])  # fmt: skip
    if name == "notice" or name in ASKING:
        yield from _of_the_living(version, form)


def _of_the_living(version: Version, form: Mapping[str, str]) -> Iterator[Fault]:
    life = life_of(version.hash)
    assert life is not None, "the version is here"
    now = standing(life, today(version))
    if now.state in _OVER:
        last = now.last.isoformat() if now.last else "—"
        yield Conflict("agreement.over", "“{agreement}” has ended on {last}; it is neither ended nor changed again.", agreement=title_of(version), last=last)  # fmt: skip
    elif (
        form.get("what") == "extend"
        and form.get("last")
        and now.last is not None
        and form["last"] <= now.last.isoformat()
    ):
        yield BadInput("agreement.no_extension", "It lasts until {last} already; an extension names a later day.", field="last", last=now.last.isoformat())  # fmt: skip


def _future(field: str, day: str) -> BadInput:
    return BadInput(
        "agreement.future", "{day} is still to come. Name the day on which it happened.", field=field, day=day
    )
