"""Digital evidence beside the paper: a person's own key and passkeys, a signature with them, a signature brought from elsewhere.

Nothing here moves the case: the attested paper alone decides whether an agreement is in force.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.db import transaction

from jointlab.agreements.documents import sign_pdf
from jointlab.agreements.kinds import EARLIER
from jointlab.agreements.models import Evidence, Passkey
from jointlab.agreements.queries.evidence import evidence_by_id, key_of, passkeys_of
from jointlab.agreements.queries.listing import Entry, agreement_by_hash, version_on_table
from jointlab.agreements.queries.lives import days_now, party_in
from jointlab.agreements.queries.papers import content_of, paper_in
from jointlab.agreements.records import KEY, NATIONAL, PASSKEY, EvidenceRecord, PasskeyRecord, SignatoryKeyRecord
from jointlab.agreements.signing import Passkey as Device
from jointlab.agreements.signing import Signatory, Signed, Statement, check_national, register_passkey, sign
from jointlab.agreements.signing.passkeys import check_passkey
from jointlab.agreements.step_names import READING
from jointlab.agreements.versions import Version
from jointlab.cases.models import Case
from jointlab.cases.queries import instance_of, party_of
from jointlab.errors import BadInput, Conflict, Fault, NotAllowed, NotFound
from jointlab.history.blobs import StoredBlob, store
from jointlab.history.identifiers import home, new_id
from jointlab.history.operations import note_blobs, write
from jointlab.people.actors import Actor, Right
from jointlab.web.typed import clean_line

_CMS_LIMIT = 1 << 20  # bytes


def make_key(actor: Actor, *, passphrase: str) -> None:
    """A new key of this person, which takes the place of the one before. Raises BadInput ``signing.passphrase_*``."""
    actor.require(Right.WRITE)
    sealed = Signatory.generate().seal(passphrase=passphrase).decode()
    with transaction.atomic():
        write(type="signatory-key/1", id=new_id(), body=SignatoryKeyRecord(actor.person, sealed), expected_rev=0)


def add_passkey(actor: Actor, *, sent: bytes, challenge: bytes, name: str, domain: str, origin: str) -> None:
    """A passkey that the person's browser made. Raises BadInput ``signing.passkey``."""
    actor.require(Right.WRITE)
    made = register_passkey(sent, challenge=challenge, domain=domain, origin=origin)
    if any(one.credential == made.id.hex() for one in passkeys_of(actor)):
        raise Conflict("signing.passkey_known", "This passkey is known here already.")
    body = PasskeyRecord(
        by=actor.person, name=clean_line(name, field="name", most=120), credential=made.id.hex(), public_key=made.public_key.hex(),
        domain=domain, origin=origin,
    )  # fmt: skip
    with transaction.atomic():
        write(type="passkey/1", id=new_id(), body=body, expected_rev=0)


def sign_with_key(actor: Actor, *, hash: str, form: Mapping[str, str], passphrase: str) -> None:
    """The person signs the hash with the own key; where the frozen PDF is here, a copy with the signature inside is kept too.

    `form` holds office, mandate, mandate_until, act and day. Raises BadInput ``signing.*``, NotFound ``signing.no_key``, Conflict
    ``agreement.other_version`` for a text that is not the one on the table, NotAllowed ``case.side``.
    """
    case, version = _signable(actor, hash)
    row = key_of(actor)
    if row is None:
        raise NotFound("signing.no_key", "You have no key yet. Make one first.")
    statement = Statement.of({
        **{name: form.get(name, "") for name in ("office", "mandate", "act", "day")}, "mandate_until": form.get("mandate_until") or None,
        "version": hash, "party": party_in(hash, actor.institution), "name": actor.name, "node": home(),
    })  # fmt: skip
    _check_day(version, statement.day)
    signatory = Signatory.open(row.sealed.encode(), passphrase=passphrase)
    signed = sign(statement, version=version, signatory=signatory).to_bytes().decode()
    copy = _signed_copy(hash, statement, signatory)
    _write(EvidenceRecord(case=case.pk, version=hash, by=actor.person, kind=KEY, signed=signed), copy)


def confirm_with_passkey(actor: Actor, *, evidence: str, sent: bytes) -> None:
    """A passkey of the person answers the statement that the person has signed. Raises BadInput ``signing.passkey``."""
    row = evidence_by_id(actor, evidence)
    actor.require(Right.WRITE)
    if row.by_id != actor.person or row.kind != KEY:
        raise NotAllowed("signing.other_person", "Only whoever signed can add a passkey to it.")
    passkey = _answering(actor, row, sent)
    body = EvidenceRecord(
        case=row.case, version=row.version, by=actor.person, kind=PASSKEY, of=row.pk, answer=sent.decode(), credential=passkey.credential,
        public_key=passkey.public_key, domain=passkey.domain, origin=passkey.origin,
    )  # fmt: skip
    _write(body, None)


def add_national(actor: Actor, *, hash: str, chunks: Iterable[bytes]) -> None:
    """A detached signature as a file; which verdict it gets each node says when it is shown. Raises BadInput ``signing.cms_*``."""
    case, _ = _signable(actor, hash)
    data = b"".join(chunks)
    check_national(data[: _CMS_LIMIT + 1], files={hash: hash.encode()})  # that it is one at all
    stored = store().put([data], limit=_CMS_LIMIT)
    _write(EvidenceRecord(case=case.pk, version=hash, by=actor.person, kind=NATIONAL), stored)


def may_sign(actor: Actor, entry: Entry) -> bool:
    """Whether this person's side may sign the text here and now."""
    try:
        _signable(actor, entry.hash)
    except Fault:
        return False
    return True


def _signable(actor: Actor, hash: str) -> tuple[Case, Version]:
    """The case and the text, where this person's side may sign it here."""
    entry = agreement_by_hash(actor, hash)
    actor.require(Right.WRITE)
    case = entry.case
    latest = version_on_table(case) if case else ""
    if case is None or latest != hash or case.ended or case.state in READING:
        raise Conflict(
            "signing.not_agreed", "This text is not the one that both sides agreed to; nothing is signed over it."
        )
    party = party_of(actor, case)
    if not party or instance_of(case.id, case.process).nodes.get(party) != home():
        raise NotAllowed("case.side", "Only people of the institution itself take its steps.")
    return case, entry.version


def _check_day(version: Version, day: date) -> None:
    """Today, by the agreement's clock or this node's; a day before it only where a clause lets the text count from then."""
    now, latest = days_now(version)
    since = next((clause.day("since") for clause in version.of_kind(EARLIER)), None)
    if day > latest:
        raise BadInput("agreement.future", "{day} is still to come. Name the day on which it happened.", field="day", day=day.isoformat())  # fmt: skip
    if day < now and (since is None or day < since):
        raise BadInput(
            "signing.back_dated", "Today is {today}; a signature is not dated back to {day}. If the agreement is to count from an earlier day, "
            "say so in a clause of its own, “effect before signature”.", field="day", today=now.isoformat(), day=day.isoformat(),
        )  # fmt: skip


def _signed_copy(hash: str, statement: Statement, signatory: Signatory) -> StoredBlob | None:
    """The PDF in all languages with the signature inside; None while it is still at the partner."""
    paper = paper_in(hash)
    if not paper.here:
        return None
    return store().put([sign_pdf(content_of(hash, paper), statement=statement, signatory=signatory)], limit=1 << 30)


def _answering(actor: Actor, row: Evidence, sent: bytes) -> Passkey:
    """The passkey of the person that gave this answer."""
    statement = Signed.from_bytes(row.signed.encode()).statement
    why: BadInput | None = None
    for one in passkeys_of(actor):
        device = Device(bytes.fromhex(one.credential), bytes.fromhex(one.public_key), 0)
        try:
            check_passkey(sent, statement=statement, passkey=device, domain=one.domain, origin=one.origin)
        except BadInput as fault:
            why = fault
        else:
            return one
    raise why or NotFound("signing.no_passkey", "You have no passkey at this node yet.")


def _write(body: EvidenceRecord, stored: StoredBlob | None) -> None:
    with transaction.atomic():
        if stored is not None:
            note_blobs({stored.sha256: stored.size})
            body = replace(body, file=stored.sha256, size=stored.size)
        write(type="agreement-evidence/1", id=new_id(), body=body, expected_rev=0)
