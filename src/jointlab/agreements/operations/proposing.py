"""A text is put on the table, answered with another one, cleared inside the house. All else of a case is taken as any step.

The record of the text is written before the step that names it, in one transaction.
"""

from collections.abc import Mapping

from django.db import transaction

from jointlab.agreements.case_kinds import kind_between
from jointlab.agreements.models import AgreementVersion
from jointlab.agreements.process import FIRST
from jointlab.agreements.queries.drafts import draft_by_id, proposal_of, sides_of
from jointlab.agreements.records import AgreementVersionRecord, ClearanceRecord, version_id
from jointlab.agreements.step_names import ATTESTING
from jointlab.agreements.versions import Version
from jointlab.cases.kinds import kind_of
from jointlab.cases.models import Case
from jointlab.cases.operations import open_case, take
from jointlab.cases.queries import case_by_id, party_of
from jointlab.errors import Conflict
from jointlab.history.identifiers import home, new_id
from jointlab.history.operations import note_blobs, write
from jointlab.people.actors import Actor, Right
from jointlab.web.typed import clean_line, clean_text


@transaction.atomic
def propose(actor: Actor, *, draft: str, note: str = "") -> Case:
    """The draft becomes a version and opens its case; the draft is gone then.

    Raises what stands between the draft and a proposal (`queries.drafts.faults_of`), one fault at a time.
    """
    row = draft_by_id(actor, draft)
    actor.require(Right.WRITE)
    if row.answers:
        raise Conflict("draft.answers", "This draft answers a text on the table; send it as an answer.")
    version = proposal_of(row)
    record_version(actor, version)
    parties = sides_of(row, version)
    case = open_case(
        actor,
        kind=kind_between(len(parties)),
        party=FIRST,
        parties=parties,
        form={"version": version.hash, "note": note},
        code=row.code,
    )
    row.delete()
    return case


@transaction.atomic
def counter(actor: Actor, *, draft: str, why: str, seen: str) -> Case:
    """The draft that answers a text on the table is put there in its place: by the other side, or by its own before an answer.

    `seen` is the hash of the step that the person saw as the latest. Raises as `propose`, and as cases.operations.take.
    """
    row = draft_by_id(actor, draft)
    if not row.answers:
        raise Conflict("draft.answers_none", "This draft answers no text on the table; propose it.")
    case = case_by_id(actor, row.answers)
    version = proposal_of(row)
    record_version(actor, version)
    party = party_of(actor, case)
    answering = case.state == f"with_{party}"
    step, words = (f"counter_{party}", "why") if answering else (f"revise_{party}", "note")
    done = take(actor, case=case, step=step, form={"version": version.hash, words: why}, seen=seen)
    row.delete()
    return done


@transaction.atomic
def clear(actor: Actor, *, case: Case, office: str, ground: str = "", seen: str) -> Case:
    """The text is cleared inside the house. The partner sees that; who looked at it, on what ground, stays here."""
    party = party_of(actor, case)
    done = take(actor, case=case, step=f"clear_{party or FIRST}", form={}, seen=seen)
    body = ClearanceRecord(
        case=case.pk, party=party, office=clean_line(office, field="office", most=200), by=actor.person,
        ground=clean_text(ground, field="ground", most=4000),
    )  # fmt: skip
    write(type="clearance/1", id=new_id(), body=body, expected_rev=0)
    return done


def attest(
    actor: Actor, *, case: Case, form: Mapping[str, str], seen: str, uploads: Mapping[str, list[bytes]] | None = None
) -> Case:
    """This side attests that the signed and sealed paper carries the hash of the text; `uploads` brings the scan."""
    return take(actor, case=case, step=signing_step(case, party_of(actor, case)), form=form, seen=seen, uploads=uploads)


def signing_step(case: Case, party: str) -> str:
    """The step by which a party of the case signs; whoever is none is told so by the first one."""
    steps = kind_of(case.process).process.steps
    return next((one.name for one in steps if one.name in ATTESTING and party in one.who), "attest")


def record_version(actor: Actor, version: Version) -> AgreementVersion:
    """The record of a text, once for each node."""
    id = version_id(home=home(), hash=version.hash)
    if not AgreementVersion.objects.filter(pk=id).exists():
        if version.head.attachments:
            note_blobs({one.sha256: one.size for one in version.head.attachments})
        body = AgreementVersionRecord(hash=version.hash, text=version.to_bytes().decode(), by=actor.person)
        write(type="agreement-version/1", id=id, body=body, expected_rev=0)
    return AgreementVersion.objects.get(pk=id)
