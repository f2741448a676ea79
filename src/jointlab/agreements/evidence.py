"""Digital evidence beside the paper becomes rows: what does not prove what it says is refused, whoever sends it."""

import re
from collections.abc import Iterable
from typing import Final

from django.db.models import Exists, OuterRef

from jointlab.agreements.models import AgreementVersion, Evidence, Passkey, SignatoryKey
from jointlab.agreements.queries.book import book
from jointlab.agreements.records import (
    KEY,
    NATIONAL,
    PASSKEY,
    EvidenceRecord,
    PasskeyRecord,
    SignatoryKeyRecord,
    version_id,
)
from jointlab.agreements.signing import Passkey as Device
from jointlab.agreements.signing import Signed, check_passkey, public_key_of, verify
from jointlab.agreements.versions import read_version
from jointlab.cases.projections import between_just
from jointlab.errors import BadInput, NotAllowed, NotFound
from jointlab.history.identifiers import home
from jointlab.history.logs import own_name
from jointlab.history.models import Entry
from jointlab.history.registry import Kept, Recorded, RecordType, Sharing
from jointlab.people.models import Person
from jointlab.people.queries import colleague_of

_HASH: Final = re.compile("[0-9a-f]{64}")
LONGEST: Final = 65536  # characters of what a browser or a key gave


def apply_key(recorded: Recorded, body: SignatoryKeyRecord) -> None:
    """A sealed key of a person of this node."""
    _own_person(recorded, body.by)
    public_key_of(body.sealed.encode())
    SignatoryKey.objects.update_or_create(
        id=recorded.id, defaults={"by_id": body.by, "sealed": body.sealed, "at": recorded.at}
    )


def apply_passkey(recorded: Recorded, body: PasskeyRecord) -> None:
    """A passkey of a person of this node."""
    _own_person(recorded, body.by)
    values = {name: getattr(body, name) for name in ("credential", "public_key", "domain", "origin")}
    Passkey.objects.update_or_create(id=recorded.id, defaults={"by_id": body.by, "name": body.name[:120], "at": recorded.at, **values})  # fmt: skip


def apply_evidence(recorded: Recorded, body: EvidenceRecord) -> None:
    """A signature, once. Raises BadInput ``signing.*``, NotAllowed ``signing.node`` and ``agreement.by``, NotFound ``agreement.unknown``."""
    if recorded.rev > 1:
        return
    _own_person(recorded, body.by)
    device: dict[str, object] = {}
    if body.kind == KEY:
        _check_signed(recorded, body)
    elif body.kind == PASSKEY:
        device = _answered(body)
    elif body.kind != NATIONAL or not body.file:
        raise BadInput("signing.kind", "“{kind}” is no kind of evidence that this node knows.", kind=body.kind[:40])
    if body.file and _HASH.fullmatch(body.file) is None:
        raise BadInput("process.file", "A file is named by its SHA-256, 64 digits from 0 to 9 and a to f.")
    Evidence.objects.update_or_create(id=recorded.id, defaults={
        "home": recorded.home, "case": body.case[:80], "version": body.version[:64], "kind": body.kind, "by_id": body.by, "signed": body.signed,
        "of": body.of[:80], "device": device, "file": body.file, "size": max(0, body.size), "at": recorded.at,
    })  # fmt: skip


def _check_signed(recorded: Recorded, body: EvidenceRecord) -> None:
    """By the key that it names, over this version, at this node, for the signatory's own house."""
    row = AgreementVersion.objects.filter(hash=body.version).order_by("id").first()
    if row is None:
        raise NotFound("agreement.unknown", "There is no agreement with the hash {hash} here.", hash=body.version[:64])
    data = body.signed[:LONGEST].encode()
    said = verify(data, version=read_version(row.text), key=Signed.from_bytes(data).key)
    house = Person.objects.get(id=body.by).institution_id
    if said.node != recorded.home or book().institution_of(said.party) != house:
        raise NotAllowed("signing.node", "{name} signed for “{party}” at the node {node}, which this record is not from.", name=said.name, party=said.party, node=said.node)  # fmt: skip


def _answered(body: EvidenceRecord) -> dict[str, object]:
    """What the answer of a passkey proves of the statement that it answers."""
    row = Evidence.objects.filter(id=body.of, kind=KEY, by=body.by, version=body.version).first()
    if row is None:
        raise NotFound("signing.no_statement", "The passkey answers a signature that is not here.")
    try:
        device = Device(bytes.fromhex(body.credential), bytes.fromhex(body.public_key), 0)
    except ValueError:
        raise BadInput("signing.form", "This is no signature over an agreement as this node writes it.") from None
    statement = Signed.from_bytes(row.signed.encode()).statement
    found = check_passkey(body.answer[:LONGEST].encode(), statement=statement, passkey=device, domain=body.domain, origin=body.origin)  # fmt: skip
    return {"credential": body.credential, "domain": body.domain, "count": found.count, "person": found.person_verified}


def _own_person(recorded: Recorded, by: str) -> None:
    if by.partition(":")[0] != recorded.home:
        raise NotAllowed("agreement.by", "The node {home} wrote this in the name of somebody of another node: {by}.", home=recorded.home, by=by[:80])  # fmt: skip


def _needs(body: EvidenceRecord) -> Iterable[str]:
    """Its signer, what it answers, and the text, unless that is here already in another node's words."""
    yield colleague_of(body.by)
    if body.of:
        yield body.of
    id = version_id(home=body.by.partition(":")[0], hash=body.version)
    if not AgreementVersion.objects.filter(hash=body.version).exclude(id=id).exists():
        yield id


def _made_of(id: str) -> Iterable[str]:
    return tuple(Evidence.objects.filter(of=id).values_list("id", flat=True))


def _erase_evidence(recorded: Recorded, kept: Kept) -> None:
    Evidence.objects.filter(id=recorded.id).delete()


def _erase_key(recorded: Recorded, kept: Kept) -> None:
    SignatoryKey.objects.filter(id=recorded.id).delete()


def _erase_passkey(recorded: Recorded, kept: Kept) -> None:
    Passkey.objects.filter(id=recorded.id).delete()


def evidence_rule(partnership: str) -> Sharing:
    """Our evidence of the cases whose parties' nodes are the members of the partnership."""
    told = Exists(Entry.objects.filter(log=own_name(partnership), record=OuterRef("pk"), source__isnull=False))
    rows = Evidence.objects.filter(between_just(partnership, "case"), home=home()).exclude(told)
    return Sharing(frozenset(rows.values_list("id", flat=True)))


TYPES = (
    RecordType("signatory-key/1", SignatoryKeyRecord, apply_key, shared=False, erase=_erase_key),
    RecordType("passkey/1", PasskeyRecord, apply_passkey, shared=False, erase=_erase_passkey),
    RecordType(
        "agreement-evidence/1", EvidenceRecord, apply_evidence, needs=_needs, erase=_erase_evidence, takes=_made_of,
        blobs=lambda body: (body.file,) if body.file else (), sizes=lambda body: {body.file: body.size} if body.file else {},
    ),
)  # fmt: skip

TABLES = (Evidence, Passkey, SignatoryKey)
