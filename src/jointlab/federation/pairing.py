"""Two nodes come to know each other: documents are exchanged, two people compare a code, each node writes down its word.

Nothing that travels decides: a man in between would show two codes, and people compare them by telephone or on paper.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.federation import key_changes
from jointlab.federation.addresses import Base, judge
from jointlab.federation.client import Link
from jointlab.federation.documents import DOCUMENT_LIMIT, PROTOCOLS, NodeDocument, pairing_code
from jointlab.federation.models import Pairing, Partner
from jointlab.federation.own import own_document, own_keyid, recovery_public
from jointlab.federation.records import PairingRecord
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import partnership_of
from jointlab.history.mirroring import create_mirror
from jointlab.history.operations import write
from jointlab.history.sharing import open_shared_log, share
from jointlab.history.signing import house_key
from jointlab.ledger.keys import KeyHistory
from jointlab.people.models import Institution
from jointlab.people.operations import add_institution
from jointlab.people.records import InstitutionRecord

PROPOSALS = 20  # of strangers that wait at once; more are refused
WELL_KNOWN = "/.well-known/jointlab"


def read_document(data: bytes) -> NodeDocument:
    """The document of another node. Raises BadInput ``document.*``, Conflict ``pairing.self``, ``pairing.protocol``."""
    document = NodeDocument.from_bytes(data)
    if document.home == home() or document.origin == settings.NODE.origin:
        raise Conflict(
            "pairing.self", "The other node calls itself {prefix}, {origin}, as this one does. Each node needs its own prefix and origin.",
            prefix=document.home, origin=document.origin,
        )  # fmt: skip
    partnership_of(home(), document.home)  # refuses what cannot be a prefix
    if not set(document.protocols) & set(PROTOCOLS):
        raise Conflict("pairing.protocol", "The other node speaks other versions of the protocol: {found}.", found=list(document.protocols))  # fmt: skip
    return document


def meet(address: str, *, here: str = "", private_allowed: bool = False, outbound: bool = False) -> Partner:
    """Ask the node at `address` who it is, tell it who we are, and keep both until the code is confirmed.

    `here` is the address at which the partner reaches this node; with `outbound` there is none: this node then opens
    every connection. Raises what `Link.ask` and `read_document` raise.
    """
    recovery_public()
    base = str(Base.from_text(address))
    link = Link(base, private_allowed=private_allowed, key=house_key(), keyid=own_keyid())
    try:
        data = link.get(WELL_KNOWN, limit=DOCUMENT_LIMIT).body
        read_document(data)
        reachable = "" if outbound else str(Base.from_text(here)) if here else _own_address()
        link.post("/fed/v1/pair", reachable.encode() + b"\n" + own_document(), limit=DOCUMENT_LIMIT)
    finally:
        link.close()
    reach = Partner.Reach.WE_DELIVER if outbound else Partner.Reach.BOTH
    return _keep(data, address=base, reach=reach, private_allowed=private_allowed, asked_here=True)


def meet_by_document(data: bytes) -> Partner:
    """The partner of a pairing that travels on a disk."""
    read_document(data)
    return _keep(data, address="", reach=Partner.Reach.CARRIED, private_allowed=False)


def note_proposal(data: bytes, *, address: str) -> Partner:
    """What a stranger sent: kept for the administrators, changing nothing that is confirmed. `address` may be empty.

    A newer proposal replaces the one that waits; the address and the tick that an administrator typed here stay.

    Raises Conflict ``pairing.known`` for a partner that is confirmed, ``pairing.many``.
    """
    document = read_document(data)
    base = str(Base.from_text(address)) if address else ""
    known = Partner.objects.filter(prefix=document.home).first()
    if known is not None and known.confirmed_at is not None:
        if key_changes.take_over(known, document):
            return known
        raise Conflict("pairing.known", "{prefix} is paired here already, with other keys. Its administrator here must end that first.", prefix=document.home)  # fmt: skip
    if known is None and Partner.objects.filter(confirmed_at=None).count() >= PROPOSALS:
        raise Conflict("pairing.many", "Too many proposals wait here already.")
    reach = Partner.Reach.BOTH if base else Partner.Reach.THEY_DELIVER
    if known is None or not known.asked_here:
        return _keep(data, address=base, reach=reach, private_allowed=False)  # a tick is never a stranger's word
    reach = Partner.Reach.BOTH if base else Partner.Reach(known.reach)  # with an address it has also reached this node
    return _keep(data, address=known.address, reach=reach, private_allowed=known.private_allowed, asked_here=True)


def confirm(prefix: str, *, code: str, by: str, private_allowed: bool | None = None, address: str = "") -> Partner:
    """The code is the same on both sides: write down this node's word and open the logs.

    `code` is what the other side read out; `by` the administrator's record, "" for the command line. Raises NotFound
    ``pairing.unknown``, BadInput ``pairing.code``; for an address that would never be called, what `judge` raises.
    """
    partner = waiting(prefix)
    if _digits(code) != _digits(partner.code):
        raise BadInput(
            "pairing.code", "What was typed is not the code of this node. Most often a digit was misheard or mistyped: have the other side read it out once more. If it stays different, somebody may be in between: stop, and compare the fingerprints of both nodes.",
        )  # fmt: skip
    _set_address(partner, address or partner.address, private_allowed=private_allowed)
    _confirmed(partner, by=by)
    return partner


@transaction.atomic
def _confirmed(partner: Partner, *, by: str) -> None:
    document, prefix = NodeDocument.from_bytes(partner.document.encode()), partner.prefix
    _know_institution(document)
    partnership = partnership_of(home(), prefix)
    open_shared_log(partnership)
    keys = KeyHistory().add(document.key, valid_from_size=0)
    create_mirror(partnership, member=prefix, node_origin=document.origin, keys=keys, recovery=document.recovery)
    word = PairingRecord(prefix, document.origin, document.key.vkey, document.recovery.vkey, partner.code, by)
    recorded = write(type="pairing/1", id=new_id(), body=word, expected_rev=0)
    share(partnership, [recorded.id])
    partner.confirmed_at, partner.confirmed_by = timezone.now(), by
    partner.state = Partner.State.BEHIND
    partner.save()


def change_address(prefix: str, address: str, *, private_allowed: bool) -> Partner:
    """From now on the partner is called at another address; a running node tries it at once.

    Raises NotFound ``pairing.unknown``, BadInput ``federation.address``, and what `judge` raises.
    """
    partner = _known(prefix)
    _set_address(partner, address, private_allowed=private_allowed)
    partner.poked_at = timezone.now()
    partner.save(update_fields=["address", "reach", "private_allowed", "poked_at"])
    return partner


def _set_address(partner: Partner, address: str, *, private_allowed: bool | None) -> None:
    """Note, unsaved, where the partner is called; `private_allowed` None leaves that as it is. Raises as `change_address`."""
    if private_allowed is not None:
        partner.private_allowed = private_allowed
    if not address:
        return
    base = Base.from_text(address)
    judge(base, private_allowed=partner.private_allowed)
    partner.address = str(base)
    if partner.reach != Partner.Reach.WE_DELIVER:  # who cannot be reached is not reached by knowing the other's address
        partner.reach = Partner.Reach.BOTH


def waiting(prefix: str) -> Partner:
    """A partner that waits for its confirmation. Raises NotFound ``pairing.unknown``, Conflict ``pairing.done``."""
    partner = _known(prefix)
    if partner.confirmed_at is not None:
        raise Conflict("pairing.done", "The pairing with {prefix} has been confirmed here already.", prefix=prefix)
    return partner


def word_of(giver: str, *, about: str) -> Pairing | None:
    """The newest word of one node about another."""
    return Pairing.objects.filter(home=giver, partner=about).order_by("-at").first()


def _known(prefix: str) -> Partner:
    partner = Partner.objects.filter(prefix=prefix).first()
    if partner is None:
        raise NotFound("pairing.unknown", "Nobody called {prefix} has proposed a pairing.", prefix=prefix)
    return partner


def _keep(data: bytes, *, address: str, reach: str, private_allowed: bool, asked_here: bool = False) -> Partner:
    document = NodeDocument.from_bytes(data)
    partner = Partner.objects.filter(prefix=document.home).first()
    if partner is not None and partner.confirmed_at is not None:
        raise Conflict(
            "pairing.done", "The pairing with {prefix} has been confirmed here already.", prefix=document.home
        )
    partner, _ = Partner.objects.update_or_create(
        prefix=document.home,
        defaults={
            "origin": document.origin, "address": address, "reach": reach, "private_allowed": private_allowed,
            "asked_here": asked_here, "document": data.decode(), "code": pairing_code(NodeDocument.from_bytes(own_document()), document),
            "keys": [{"vkey": document.key.vkey, "void": False}], "recovery": document.recovery.vkey,
            "statements": len(document.statements), "proposed_at": timezone.now(),
        },
    )  # fmt: skip
    return partner


def _know_institution(document: NodeDocument) -> None:
    """The partner's institution among ours, as its document says."""
    if not Institution.objects.filter(prefix=document.home).exists():
        names, city = document.names or {"en": document.origin}, document.city or {"en": document.origin}
        add_institution(
            InstitutionRecord(document.home, names, city, document.mark, document.zone, country=document.country)
        )


def _own_address() -> str:
    if not settings.NODE.https:
        raise BadInput(
            "pairing.here", "Say at which address the partner reaches this node (--here https://lab.example.org), or that it cannot (--outbound)."
        )  # fmt: skip
    return f"https://{settings.NODE.origin}"


def _digits(code: str) -> str:
    return "".join(one for one in code if one.isdigit())
