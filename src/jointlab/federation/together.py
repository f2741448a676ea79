"""Partnerships of more than two: nodes that are paired two by two agree on one audience, and each writes one log for it.

Every member says so by a record of its own, `partnership/1`, in its log of two with each of the others: so every word comes
over a link whose keys two people have compared. The words must name the same nodes with the same recovery keys. Then no
member can be another node for one reader than for the next, and members who compare checkpoints compare one log.
"""

import logging
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import transaction

from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.federation.documents import KeyStatement, NodeDocument
from jointlab.federation.models import Joining, KeyWord, Partner
from jointlab.federation.own import recovery_public
from jointlab.federation.projections import NAME_LIMIT
from jointlab.federation.records import KnownNode, PartnershipRecord
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import hold_house, log_name, log_origin, members, own_name, partnership_of
from jointlab.history.mirroring import create_mirror
from jointlab.history.models import Log
from jointlab.history.operations import write
from jointlab.history.recovery import must_recover
from jointlab.history.sharing import open_shared_log, share
from jointlab.ledger.keys import KeyHistory, VerifyingKey

SHOWN = 50  # partnerships that a page lists

log = logging.getLogger("jointlab.federation")


@dataclass(frozen=True)
class Member:
    """One member of a partnership, as this node sees it."""

    prefix: str
    partner: Partner | None  # None: this node, or one that it does not know
    word: Joining | None
    known: bool  # this node itself, or paired with it
    differs: bool  # its word names other nodes than this node knows by these prefixes


@dataclass(frozen=True)
class Together:
    """One partnership of more than two."""

    name: str
    members: tuple[Member, ...]

    @property
    def ours(self) -> Joining | None:
        """This node's word."""
        return next((one.word for one in self.members if one.prefix == home()), None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Prefixes of members that have not confirmed, or something else."""
        return tuple(one.prefix for one in self.members if one.word is None or one.differs)

    @property
    def stands(self) -> bool:
        """Whether all members have written the same."""
        return not self.missing


def together(name: str) -> Together:
    """One partnership. Raises NotFound ``partnership.none`` for one that no member has proposed."""
    words = _words(name)
    if not words:
        raise NotFound("partnership.none", "Nobody has proposed the partnership {name}.", name=name[:NAME_LIMIT])
    partners = {one.prefix: one for one in Partner.objects.filter(prefix__in=members(name)).exclude(confirmed_at=None)}
    known = {one.home: asdict(one) for one in _known(partners)}
    return Together(name, tuple(_member(prefix, partners, known, words.get(prefix)) for prefix in members(name)))


def all_together() -> list[Together]:
    """Every partnership of more than two that a member has proposed, those that stand here first."""
    names = Joining.objects.order_by("partnership").values_list("partnership", flat=True).distinct()[:SHOWN]
    return sorted((together(name) for name in names), key=lambda one: (not one.stands, one.name))


@transaction.atomic
def join(*others: str, by: str) -> Together:
    """This node's word: it shares with just these and itself. The same act proposes and confirms.

    `by` is the administrator's record, "" for the command line. Raises BadInput ``partnership.two``, ``partnership.long``,
    Conflict ``partnership.not-paired``, ``partnership.other-nodes``, ``partnership.joined``; as `share`.
    """
    name = partnership_of(home(), *others)
    if len(members(name)) < 3:
        raise BadInput("partnership.two", "Two paired nodes share already. Name at least two other members.")
    if len(name) > NAME_LIMIT:
        raise BadInput("partnership.long", "So many members do not fit into the name of one partnership.")
    hold_house()
    nodes = _nodes(name)
    said = [asdict(one) for one in nodes]
    words = _words(name)
    if home() in words and words[home()].members == said:
        raise Conflict("partnership.joined", "This node has confirmed {name} already.", name=name)
    for word in words.values():
        if word.home != home() and word.members != said:
            raise Conflict(
                "partnership.other-nodes",
                "{prefix} knows one of the members by another name or another recovery key than this node. Somebody may be in between: compare the acts of pairing of all members before you confirm.",
                prefix=word.home,
            )  # fmt: skip
    recorded = write(type="partnership/1", id=new_id(), body=PartnershipRecord(nodes, by), expected_rev=0)
    open_shared_log(name)
    for prefix in members(name):
        if prefix != home():
            share(partnership_of(home(), prefix), [recorded.id])
    share(name, [recorded.id])  # so that no member's log is empty, and an old one cannot pass for the newest
    open_copies()
    return together(name)


def open_copies() -> None:
    """Where this node and another have written the same, a copy of what the other shares; cheap when nothing is missing.

    A log of ours whose founding came back from a partner after a restore waits until all members were asked.
    """
    for name in Joining.objects.filter(home=home()).order_by("partnership").values_list("partnership", flat=True):
        if not Log.objects.filter(name=own_name(name)).exists():
            must_recover([open_shared_log(name)])
        for prefix in members(name):
            if prefix != home() and has_joined(prefix, name) and not Log.objects.filter(name=log_name(name, prefix)).exists():  # fmt: skip
                _open_copy(name, prefix)


def has_joined(prefix: str, partnership: str) -> bool:
    """Whether this node and the member have written the same of the partnership; in one of two they have."""
    if len(members(partnership)) == 2:
        return True
    words = _words(partnership)
    return {prefix, home()} <= words.keys() and words[prefix].members == words[home()].members


def _words(partnership: str) -> dict[str, Joining]:
    """The newest word of each member."""
    return {one.home: one for one in Joining.objects.filter(partnership=partnership).order_by("at")}


def _open_copy(partnership: str, prefix: str) -> None:
    partner = Partner.objects.filter(prefix=prefix).exclude(confirmed_at=None).first()
    if partner is None:
        return
    try:
        keys = keys_of(partner, log_origin(partner.origin, partnership))
    except BadInput as fault:  # its own harm, and no other partner's
        log.warning("the keys of %s for %s: %s", prefix, partnership, fault)
        return
    recovery = VerifyingKey.from_vkey(partner.recovery)
    create_mirror(partnership, member=prefix, node_origin=partner.origin, keys=keys, recovery=recovery)


def keys_of(partner: Partner, origin: str) -> KeyHistory:
    """The partner's keys for a log that it opened after the pairing: what it said of its keys since, said again.

    A statement that does not name the log is older than the log, so it counts from its first entry on.
    """
    first = NodeDocument.from_bytes(partner.document.encode())
    recovery = VerifyingKey.from_vkey(partner.recovery)
    found = KeyHistory().add(first.key, valid_from_size=0)
    words = KeyWord.objects.filter(
        home=partner.prefix, number__gt=len(first.statements), number__lte=partner.statements
    )
    for note in words.order_by("number").values_list("note", flat=True):
        trusted = [span.key for span in found.spans if span.void_from_size is None]
        said = KeyStatement.from_bytes(note.encode(), trusted=trusted, recovery=recovery)
        found = _changed(found, said, said.sizes.get(origin, 0))
    return found


def _changed(keys: KeyHistory, said: KeyStatement, size: int) -> KeyHistory:
    if said.adds:
        return keys.add(said.key, valid_from_size=size)
    return keys.revoke(said.key, void_from_size=size)


def _nodes(name: str) -> tuple[KnownNode, ...]:
    """The members as this node knows them. Raises Conflict ``partnership.not-paired``."""
    partners = {one.prefix: one for one in Partner.objects.filter(prefix__in=members(name))}
    for prefix in members(name):
        if prefix != home() and (prefix not in partners or not partners[prefix].paired):
            raise Conflict(
                "partnership.not-paired",
                "This node is not paired with {prefix}. Members of a partnership are paired two by two first: pair with it, and have it confirm.",
                prefix=prefix,
            )  # fmt: skip
    return _known(partners)


def _known(partners: dict[str, Partner]) -> tuple[KnownNode, ...]:
    found = [KnownNode(one.prefix, one.origin, one.recovery) for one in partners.values()]
    found.append(KnownNode(home(), settings.NODE.origin, recovery_public().vkey))
    return tuple(sorted(found, key=lambda one: one.home))


def _member(
    prefix: str, partners: dict[str, Partner], known: dict[str, dict[str, str]], word: Joining | None
) -> Member:
    partner = partners.get(prefix)
    differs = word is not None and any(said != known.get(said["home"], said) for said in word.members)
    return Member(prefix, partner, word, prefix == home() or (partner is not None and partner.paired), differs)
