"""Records of this room become rows. A text counts only under the hash that it really has, whoever sends it."""

import json
from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from jointlab.agreements import evidence
from jointlab.agreements.guards import latest_version
from jointlab.agreements.models import AgreementCase, AgreementVersion, Clearance, Reference
from jointlab.agreements.records import AgreementVersionRecord, ClearanceRecord, ReferenceRecord, version_id
from jointlab.agreements.step_names import PROPOSING, SIGNING
from jointlab.agreements.versions import read_version
from jointlab.errors import BadInput, NotAllowed
from jointlab.history.registry import Recorded, RecordType, register_sharing
from jointlab.history.registry import register as register_types
from jointlab.people.queries import colleague_of
from jointlab.processes import Instance, Taken

BRINGING = PROPOSING  # steps that put a text on the table


def apply_version(recorded: Recorded, body: AgreementVersionRecord) -> None:
    """A text, once. Raises BadInput ``agreement.*`` for what is no version in normal form under this hash."""
    if recorded.rev > 1:
        return
    version = read_version(body.text)
    if version.hash != body.hash or version.to_bytes() != body.text.encode():
        raise BadInput("agreement.not_its_hash", "This text has the hash {found}, not {told}.", found=version.hash, told=body.hash[:64])  # fmt: skip
    if recorded.id != version_id(home=recorded.home, hash=version.hash):
        raise BadInput("agreement.record", "The record {id} is not named after the hash of its text.", id=recorded.id)
    _own_person(recorded, body.by)
    head = version.head
    AgreementVersion.objects.update_or_create(id=recorded.id, defaults={
        "hash": version.hash, "home": recorded.home, "agreement": head.agreement, "number": head.number, "rank": head.rank,
        "title": dict(head.title), "parties": [party.id for party in head.parties], "parent": head.parent.version if head.parent else "",
        "amends": head.amends.version if head.amends else "", "text": body.text, "by_id": body.by, "at": recorded.at,
    })  # fmt: skip


def apply_clearance(recorded: Recorded, body: ClearanceRecord) -> None:
    """The house's own note."""
    _own_person(recorded, body.by)
    values = {"case": body.case[:80], "party": body.party[:20], "office": body.office, "ground": body.ground}
    Clearance.objects.update_or_create(id=recorded.id, defaults={**values, "by_id": body.by, "at": recorded.at})


def apply_reference(recorded: Recorded, body: ReferenceRecord) -> None:
    """One revision of what is said of a treaty or an initiative."""
    _own_person(recorded, body.by)
    days = {
        name: date.fromisoformat(day) if (day := getattr(body, name)) else None for name in ("on", "in_force", "ended")
    }
    Reference.objects.update_or_create(id=recorded.id, defaults={
        "rev": recorded.rev, "kind": body.kind[:20], "title": body.title, "source": body.source[:300], "text": body.text, "files": body.files, "formerly": body.formerly,
        "by_id": body.by, "at": recorded.at, **days,
    })  # fmt: skip


def follow_case(instance: Instance) -> None:
    """After each replay of a case: which text it is about, by how many it is signed, and a mark of all that stands."""
    steps = [[taken.hash, taken.party, dict(taken.form)] for taken in instance.standing]
    mark = sha256(json.dumps(steps, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
    signed = {taken.party for taken in instance.standing if taken.step in SIGNING}
    values = {
        "process": instance.process.name, "version": latest_version(instance.standing)[:64], "signatures": len(signed),
        "mark": mark,
    }  # fmt: skip
    AgreementCase.objects.update_or_create(id=instance.id, defaults=values)


def _own_person(recorded: Recorded, by: str) -> None:
    if by.partition(":")[0] != recorded.home:
        raise NotAllowed("agreement.by", "The node {home} wrote this in the name of somebody of another node: {by}.", home=recorded.home, by=by[:80])  # fmt: skip


def _needs_version(body: AgreementVersionRecord) -> Iterable[str]:
    """Its writer, and the texts that it stands under or amends as far as the same node recorded them: they travel with it."""
    yield colleague_of(body.by)
    try:
        version = read_version(body.text)
    except BadInput:  # said when it is applied
        return
    above = (version.head.parent, version.head.amends)
    ids = [version_id(home=body.by.partition(":")[0], hash=one.version) for one in above if one]
    yield from AgreementVersion.objects.filter(id__in=ids).order_by("id").values_list("id", flat=True)


def needs_of_step(taken: Taken) -> Iterable[str]:
    """The text that a step names, unless it is here already in another node's words."""
    hash = taken.form.get("version", "")
    id = version_id(home=taken.by.partition(":")[0], hash=hash)
    if taken.step not in BRINGING or AgreementVersion.objects.filter(hash=hash).exclude(id=id).exists():
        return ()
    return (id,)


def _attached(body: AgreementVersionRecord) -> dict[str, int]:
    """Bytes by SHA-256 of what the text names as attached."""
    try:
        return {one.sha256: one.size for one in read_version(body.text).head.attachments}
    except BadInput:
        return {}


TYPES = (
    RecordType("agreement-version/1", AgreementVersionRecord, apply_version, needs=_needs_version, blobs=_attached, sizes=_attached),
    RecordType("clearance/1", ClearanceRecord, apply_clearance, shared=False),
    RecordType(
        "reference/1", ReferenceRecord, apply_reference, needs=lambda body: (colleague_of(body.by),),
        blobs=lambda body: body.files.values(), sizes=lambda body: body.sizes,
    ),
)  # fmt: skip

TABLES = (AgreementVersion, AgreementCase, Clearance, Reference)


def register() -> None:
    """Called once when the program starts."""
    register_types(*TYPES, *evidence.TYPES, tables=(*TABLES, *evidence.TABLES))
    register_sharing(evidence.evidence_rule)
