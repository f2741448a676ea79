"""Texts that the own side is writing, and what would have to change before one is proposed."""

from datetime import UTC, datetime

from django.db.models import QuerySet

from jointlab.agreements.comparing import ClauseChange, changes
from jointlab.agreements.drafting import examined, salted
from jointlab.agreements.models import AgreementCase, AgreementDraft, AgreementVersion
from jointlab.agreements.queries.asking import faults_of_version
from jointlab.agreements.queries.book import book
from jointlab.agreements.queries.lives import version_named
from jointlab.agreements.step_names import ORDINALS
from jointlab.agreements.together import apart
from jointlab.agreements.versions import Version, examine
from jointlab.errors import BadInput, Fault, NotFound
from jointlab.history.identifiers import home
from jointlab.people.actors import Actor, Right


def drafts(actor: Actor) -> QuerySet[AgreementDraft]:
    """Of the person's own house, what was changed last first."""
    rows = AgreementDraft.objects.select_related("partner", "by", "changed_by")
    if Right.READ not in actor.rights:
        return rows.none()
    return rows.filter(institution=actor.institution).order_by("-changed_at", "-id")


def draft_by_id(actor: Actor, id: str) -> AgreementDraft:
    """Raises NotFound ``draft.none`` also for another house's."""
    found = drafts(actor).filter(pk=id).first()
    if found is None:
        raise NotFound("draft.none", "There is no such draft.")
    return found


def proposal_of(draft: AgreementDraft) -> Version:
    """The text as it would be proposed now, with salts of its own. Raises the first fault of `faults_of`."""
    for fault in faults_of(draft):
        raise fault
    version = examine(salted(draft.document, version_named(_before(draft)))).version
    assert version is not None, "a draft without faults is a version"
    return version


def faults_of(draft: AgreementDraft) -> tuple[Fault, ...]:
    """Everything that stands between the draft and a proposal: nothing for one that can be proposed."""
    found = examined(draft.document)
    if found.version is None:
        return found.faults
    more_than_two = len(found.version.head.parties) > 2
    divided = apart([draft.institution_id, *partners_of(draft)]) if more_than_two else None
    return (*((divided,) if divided else ()), *faults_of_version(found.version))


def partners_of(draft: AgreementDraft) -> list[str]:
    """The institutions with which it is to be concluded: of two parties the one chosen, of more those of the text in its order."""
    known = book()
    parties = [one for one in draft.document.get("head", {}).get("parties") or [] if isinstance(one, dict)]
    named = [known.institution_of(str(one.get("id", ""))) for one in parties]
    others = [one for one in dict.fromkeys(named) if one and one != draft.institution_id]
    return others if len(parties) > 2 else [draft.partner_id] if draft.partner_id else []


def sides_of(draft: AgreementDraft, version: Version) -> dict[str, str]:
    """The institution of each party of the case in which the text is proposed; this house is the first.

    Raises what speaks against a case between them: BadInput ``agreement.case_parties``, ``agreement.many``, Conflict ``agreement.apart``.
    """
    institutions = [draft.institution_id, *partners_of(draft)]
    if len(institutions) != len(version.head.parties):
        raise BadInput(
            "agreement.case_parties", "This text is not one between the parties of this case.", field="version"
        )
    if (fault := apart(institutions)) is not None:
        raise fault
    return dict(zip(ORDINALS, institutions, strict=False))


def changes_of(draft: AgreementDraft) -> tuple[ClauseChange, ...]:
    """What the draft says otherwise than the text from which it began; nothing for one that cannot be read yet."""
    before, after = version_named(draft.base), examined(draft.document).version
    return changes(before, after) if before and after else ()


def _before(draft: AgreementDraft) -> str:
    """The text whose salts unchanged clauses keep: the one on the table, else the one that the draft began from."""
    case = AgreementCase.objects.filter(id=draft.answers).first() if draft.answers else None
    return case.version if case else draft.base


def next_code() -> str:
    """KZ-A-26-001: numbered by this node, by year."""
    year = datetime.now(UTC).strftime("%y")
    start = f"{home().upper()}-A-{year}-"
    codes = set(AgreementDraft.objects.filter(code__startswith=start).values_list("code", flat=True))
    ids = AgreementVersion.objects.filter(agreement__startswith=f"{home()}:a-{year}-").values_list(
        "agreement", flat=True
    )
    codes |= {f"{start}{id.rpartition('-')[2]}" for id in ids}
    numbers = [int(rest) for code in codes if (rest := code.removeprefix(start)[:3]).isdigit()]
    return f"{start}{max(numbers, default=0) + 1:03d}"
