"""This node as partners see it: its document, its keys, the key on paper."""

import secrets

from django.conf import settings

from jointlab.errors import BadInput, NotFound
from jointlab.federation.client import Link
from jointlab.federation.documents import NodeDocument
from jointlab.federation.models import KeyWord, Partner
from jointlab.federation.recovery_key import from_groups, recovery_key, to_groups
from jointlab.federation.signatures import key_id
from jointlab.history.signing import house_key
from jointlab.ledger.keys import SigningKey, VerifyingKey
from jointlab.people.models import Institution

RECOVERY_FILE = "recovery.vkey"  # the verifier key of the recovery key; the key itself is on paper only


def make_recovery_key() -> str:
    """The groups to write on paper, shown this once; "" when the node has a recovery key already."""
    seed = secrets.token_bytes(32)
    fresh = recovery_key(seed, origin=settings.NODE.origin).public.vkey
    return to_groups(seed) if settings.NODE.secret(RECOVERY_FILE, lambda: fresh) == fresh else ""


def recovery_public() -> VerifyingKey:
    """The verifier key of the recovery key. Raises NotFound ``federation.no-recovery-key``."""
    if not (settings.NODE.secrets / RECOVERY_FILE).exists():
        raise NotFound(
            "federation.no-recovery-key",
            "This node has no recovery key yet. Make it and write it down: jointlab partners key",
        )
    return VerifyingKey.from_vkey(settings.NODE.secret(RECOVERY_FILE, str))


def recovery_from_paper(groups: str) -> SigningKey:
    """The recovery key that was typed. Raises BadInput ``recovery.*``, ``recovery.other``."""
    key = recovery_key(from_groups(groups), origin=settings.NODE.origin)
    if key.public != recovery_public():
        raise BadInput("recovery.other", "This is a recovery key, but not the one of this node.")
    return key


def own_document() -> bytes:
    """The signed node document."""
    here = Institution.objects.get(prefix=settings.NODE.prefix)
    key = house_key()
    said = NodeDocument(
        home=here.prefix, origin=settings.NODE.origin, key=key.public, recovery=recovery_public(), names=here.names,
        city=here.city, country=here.country, mark=here.mark, zone=here.zone,
        statements=tuple(KeyWord.objects.filter(home=here.prefix).order_by("number").values_list("note", flat=True)),
    )  # fmt: skip
    return said.to_note(key).to_bytes()


def own_keyid() -> str:
    """How our requests name our key."""
    return key_id(settings.NODE.prefix, house_key().public)


def link_to(partner: Partner) -> Link:
    """Requests to this partner, signed with our key; nothing is opened yet."""
    return Link(partner.address, private_allowed=partner.private_allowed, key=house_key(), keyid=own_keyid())
