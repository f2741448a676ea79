"""Texts that one side is writing. Private to its house, kept outside the log; two who edit at once are told of each other.

A `partner` is the prefix of one institution, or those of several: `nj+uz`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from jointlab.agreements.drafting import Document, typed
from jointlab.agreements.life import standing
from jointlab.agreements.models import AgreementCase, AgreementDraft
from jointlab.agreements.queries.book import book
from jointlab.agreements.queries.drafts import draft_by_id, next_code
from jointlab.agreements.queries.listing import version_for
from jointlab.agreements.queries.lives import life_of, today
from jointlab.agreements.standard import document_of, in_languages_of
from jointlab.agreements.texts import LANGUAGES
from jointlab.agreements.together import apart, prefixes_of
from jointlab.agreements.versions import Version
from jointlab.cases.models import Case
from jointlab.cases.queries import case_by_id
from jointlab.errors import BadInput, Conflict
from jointlab.history.identifiers import home, new_id
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Institution

Plain = Mapping[str, Any]


def from_template(
    actor: Actor, *, template: str, partner: str, parent: str = "", languages: Sequence[str] = LANGUAGES
) -> AgreementDraft:
    """A draft from a standard text, between the person's house and the partners; `parent` is the hash of the text above it.

    Raises BadInput ``agreement.template``, ``agreement.partner``, ``agreement.many``, Conflict ``agreement.apart``, NotFound ``agreement.unknown``.
    """
    actor.require(Right.WRITE)
    sides = _institutions(actor, partner)
    above = version_for(actor, parent) if parent else None
    code = next_code()
    document = document_of(
        template, languages=tuple(languages), parties=[_party(one) for one in sides], zone=sides[0].zone, above=above
    )
    document["head"]["agreement"] = _agreement_id(code)
    return _made(actor, partner=partner, code=code, document=document)


def blank(
    actor: Actor, *, partner: str, rank: str = "agreement", languages: Sequence[str] = LANGUAGES
) -> AgreementDraft:
    """A draft with parties and nothing else."""
    actor.require(Right.WRITE)
    sides = _institutions(actor, partner)
    code = next_code()
    head = {
        "agreement": _agreement_id(code), "number": 1, "rank": rank, "languages": list(languages), "precedence": "first", "zone": sides[0].zone,
        "parties": [in_languages_of(_party(one), languages) for one in sides],
    }  # fmt: skip
    return _made(actor, partner=partner, code=code, document={"head": head, "clauses": []})


def from_document(actor: Actor, *, partner: str, code: str, document: Document) -> AgreementDraft:
    """A draft with what was typed elsewhere."""
    actor.require(Right.WRITE)
    return _made(actor, partner=partner, code=code, document=document)


def amendment(actor: Actor, *, hash: str, cases: str = "new", begins: str = "") -> AgreementDraft:
    """A draft of the next version, in effect from a day, for `new` cases or for those `running-too`.

    Raises NotFound ``agreement.unknown``, Conflict ``agreement.amends_unsigned``.
    """
    before = version_for(actor, hash)
    return _next_version(actor, before, cases=cases, duration={"begins": begins} if begins else {})


def renewal(actor: Actor, *, hash: str, years: int = 0) -> AgreementDraft:
    """A draft of the next version that begins when this one ends and lasts as long, or so many years."""
    before = version_for(actor, hash)
    life = life_of(hash)
    assert life is not None, "the version is here"
    now, duration = standing(life, today(before)), before.duration
    if now.last is None:
        raise Conflict("agreement.no_end", "It has no last day, so there is nothing to renew; amend it.")
    begins = now.first or duration.day("begins") or now.last
    try:
        first = now.last + timedelta(1)
        last = _years_later(first, years) if years else first + (now.last - begins)
    except (OverflowError, ValueError):
        raise Conflict("agreement.far_end", "The next version would end after the year 9999; no calendar has that day.") from None  # fmt: skip
    return _next_version(
        actor, before, cases="running-too", duration={"begins": first.isoformat(), "ends": last.isoformat()}
    )


def answer(actor: Actor, *, case: str) -> AgreementDraft:
    """A draft that begins with the text on the table, to be sent as another text. Raises NotFound ``case.none``."""
    found: Case = case_by_id(actor, case)
    version = version_for(actor, AgreementCase.objects.get(id=found.id).version)
    partner = next(p for p in found.sides.values_list("institution_id", flat=True) if p != actor.institution)
    return _made(
        actor,
        partner=partner,
        code=found.code,
        document=document_of_version(version),
        base=version.hash,
        answers=found.id,
    )


def copied(actor: Actor, *, hash: str, partner: str) -> AgreementDraft:
    """A draft of another agreement with the words of one that is here."""
    version = version_for(actor, hash)
    code, sides = next_code(), _institutions(actor, partner)
    document = document_of_version(version)
    languages = version.head.languages
    document["head"] |= {
        "agreement": _agreement_id(code),
        "number": 1,
        "parties": [in_languages_of(_party(one), languages) for one in sides],
    }
    document["head"].pop("amends", None)
    return _made(actor, partner=partner, code=code, document=document)


@transaction.atomic
def edit(actor: Actor, *, draft: str, document: object, seen: int) -> AgreementDraft:
    """The whole document anew; `seen` is the revision that the person was looking at.

    Raises Conflict ``draft.stale`` with the newer revision, BadInput for what cannot even be kept.
    """
    row = _held(actor, draft, seen)
    row.document = typed(document)
    return _changed(actor, row)


@transaction.atomic
def edit_head(actor: Actor, *, draft: str, values: Plain, seen: int) -> AgreementDraft:
    """Some values of the head; None takes one away."""
    row = _held(actor, draft, seen)
    head = {name: value for name, value in {**row.document["head"], **values}.items() if value is not None}
    row.document = typed({**row.document, "head": head})
    return _changed(actor, row)


@transaction.atomic
def put_clause(actor: Actor, *, draft: str, clause: Plain, seen: int, number: str = "") -> AgreementDraft:
    """One clause in the place of the one that had this number; without a number behind the others."""
    row = _held(actor, draft, seen)
    clauses = list(row.document["clauses"])
    places = [at for at, one in enumerate(clauses) if isinstance(one, dict) and number and one.get("number") == number]
    if number and not places:
        raise Conflict("draft.no_clause", "The draft has no clause {clause} any more.", clause=number[:20])
    if places:
        clauses[places[0]] = dict(clause)
    else:
        clauses.append(dict(clause))
    row.document = typed({**row.document, "clauses": clauses})
    return _changed(actor, row)


@transaction.atomic
def remove_clause(actor: Actor, *, draft: str, number: str, seen: int) -> AgreementDraft:
    """One clause less."""
    row = _held(actor, draft, seen)
    clauses = [one for one in row.document["clauses"] if not (isinstance(one, dict) and one.get("number") == number)]
    row.document = typed({**row.document, "clauses": clauses})
    return _changed(actor, row)


@transaction.atomic
def delete(actor: Actor, *, draft: str, seen: int) -> None:
    """The draft is gone; what was proposed stays."""
    _held(actor, draft, seen).delete()


def document_of_version(version: Version) -> Document:
    """A version as a draft begins with it."""
    clauses = [clause.content() for clause in version.clauses]
    return typed({"head": version.head.content(), "clauses": clauses})


def _next_version(actor: Actor, before: Version, *, cases: str, duration: Mapping[str, str]) -> AgreementDraft:
    life = life_of(before.hash)
    if life is None or standing(life, date.max).first is None:
        raise Conflict("agreement.amends_unsigned", "The version that this one amends is not signed by all parties.")
    document = document_of_version(before)
    document["head"] |= {"number": before.head.number + 1, "amends": {"version": before.hash, "cases": cases}}
    for clause in document["clauses"]:
        if clause["kind"] == "duration":
            clause["terms"] = {
                name: value for name, value in {**clause["terms"], **duration}.items() if name != "sign_by"
            }
    partner = next((prefix for prefix in book().parties_of(before.hash) if prefix != actor.institution), "")
    code = before.head.agreement.partition(":")
    return _made(
        actor,
        partner=partner,
        code=f"{code[0]}-{code[2]}-v{before.head.number + 1}".upper(),
        document=document,
        base=before.hash,
    )


def _made(
    actor: Actor, *, partner: str, code: str, document: Document, base: str = "", answers: str = ""
) -> AgreementDraft:
    actor.require(Right.WRITE)
    return AgreementDraft.objects.create(
        id=new_id(), institution_id=actor.institution, partner_id=next(iter(prefixes_of(partner)), None), code=code[:80], document=typed(document), base=base,
        answers=answers, by_id=actor.person, changed_by_id=actor.person,
    )  # fmt: skip


def _held(actor: Actor, draft: str, seen: int) -> AgreementDraft:
    actor.require(Right.WRITE)
    found = draft_by_id(actor, draft)
    row = AgreementDraft.objects.select_for_update().select_related("changed_by").get(pk=found.pk)
    if row.revision != seen:
        raise Conflict(
            "draft.stale", "{name} changed this draft while you were looking at it: revision {newest}, not {seen}. Look at it, then change it again.",
            name=row.changed_by.name, newest=row.revision, seen=seen,
        )  # fmt: skip
    return row


def _changed(actor: Actor, row: AgreementDraft) -> AgreementDraft:
    row.revision += 1
    row.changed_by_id = actor.person
    row.save()
    return row


def _institutions(actor: Actor, partner: str) -> list[Institution]:
    """The person's own institution and the others."""
    others = prefixes_of(partner)
    found = Institution.objects.in_bulk([actor.institution, *others])
    if not others or actor.institution in others or not found.keys() >= set(others):
        raise BadInput("agreement.partner", "Choose the institution with which it is to be concluded.", field="partner")
    if (fault := apart(found)) is not None:
        raise fault
    return [found[one] for one in (actor.institution, *others)]


def _party(institution: Institution) -> Document:
    """As a text names it: by the prefix of its node, which never changes."""
    return {"id": institution.prefix, "role": "institution", "names": dict(institution.names)}


def _agreement_id(code: str) -> str:
    """Of KZ-A-26-001: kz:a-26-001."""
    return f"{home()}:{code.lower().removeprefix(f'{home()}-')}"


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years) - timedelta(1)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)
