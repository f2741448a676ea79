"""One version of an agreement: where it stands today and why, its clauses, who signed it, and what is done with it next."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.forms import HiddenInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jointlab.agreements.beside import beside
from jointlab.agreements.documents import grouped
from jointlab.agreements.documents.labels import NAMES
from jointlab.agreements.life import State
from jointlab.agreements.of_many import is_entry
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.listing import Agreement, Entry
from jointlab.agreements.queries.papers import Comparison, Paper, comparison_of, papers_of, printing_ahead
from jointlab.agreements.queries.references import entered_by_title, page_of
from jointlab.agreements.shown import (
    clauses_shown,
    in_reader,
    quoted,
    rank_words,
    reference_words,
    state_kind,
    state_words,
    until_words,
    why,
)
from jointlab.agreements.step_names import ACCEPTING, AGREEING, ATTESTING, CLEARING, COUNTERING, READING, SIGNING
from jointlab.cases.models import Case, CaseStep
from jointlab.cases.shown import CasePage, Offer, case_page
from jointlab.errors import NotFound
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at
from jointlab.web import times
from jointlab.web.middleware import sign_in_first
from jointlab.web.numbers import language_here

HASH = re.compile(r"[0-9a-f]{64}")
_ON_SIGN_PAGE = ATTESTING | CLEARING
_AMENDED = (State.IN_FORCE, State.SUSPENDED, State.NOT_YET, State.CONDITIONS)


@dataclass(frozen=True)
class SignedBy:
    """A party and its signature as it was attested; no step, none yet."""

    prefix: str
    party: str
    step: CaseStep | None


@dataclass(frozen=True)
class Stage:
    """One of the steps from a draft to the end; `kind` is done, now or nothing."""

    title: str
    kind: str
    day: date | None = None


@dataclass(frozen=True)
class PaperShown:
    """A printed file with its name, in its own language, and how it is asked for."""

    paper: Paper
    title: str
    lang: str = ""
    query: str = ""


@sign_in_first
@require_safe
def agreement(request: HttpRequest, id: str) -> HttpResponse:
    """A version by its hash, or the one of an agreement that counts today."""
    actor = actor_at(request)
    if HASH.fullmatch(id) is None:
        return redirect("agreement", _by_id(actor, id).current.hash)
    entry = listing.agreement_by_hash(actor, id)
    page = case_page(actor, entry.case, first=first_of(entry)) if entry.case else None
    return _drawn(request, actor, entry, page, 200)


def drawn(request: HttpRequest, page: CasePage, status: int) -> HttpResponse:
    """A case of an agreement, also after a step of it was refused."""
    actor = actor_at(request)
    entry = listing.agreement_by_hash(actor, listing.version_on_table(page.case))
    return _drawn(request, actor, entry, page, status)


def address(case: Case) -> str:
    """The page of the text on the table."""
    hash = listing.version_on_table(case)
    return reverse("agreement", args=[hash]) if hash else reverse("agreements")


def first_of(entry: Entry) -> dict[str, dict[str, str]]:
    """What forms begin with: the hash of the text on the table."""
    return {name: {"version": entry.hash} for name in ACCEPTING | AGREEING | ATTESTING}


def _drawn(request: HttpRequest, actor: Actor, entry: Entry, page: CasePage | None, status: int) -> HttpResponse:
    version, now, entered = entry.version, entry.standing, entered_by_title(actor)
    line, texts = _line(actor, entry), _texts(actor, entry, page)
    context: dict[str, Any] = {
        "entry": entry, "version": version, "page": fitted(page) if page else None, "rank": rank_words(entry.rank),
        "state": state_words(now.state), "state_kind": state_kind(now.state), "why": why(version, now),
        "quoted": quoted(version, now.clauses), "until": until_words(now), "clauses": clauses_shown(version, suspended=now.suspended, beside=beside(actor, entry)),
        "signed_by": signed_by(page) if page else (), "stages": stages(entry, page), "groups": grouped(entry.hash).split(),
        "refers": [(reference_words(one.kind), in_reader(one.title, language_here()), one, page_of(one, entered)) for one in version.head.refers],
        "written_in": [(one, NAMES[one]) for one in version.head.languages], "parent": _parent(actor, entry),
        "pending": [one for one in (line.pending if line else ()) if one.hash != entry.hash], "others": _others(line, entry), "papers": papers_shown(entry.hash),
        "compared": _compared(entry.hash), "still_printing": page is not None and _agrees(page) and printing_ahead(entry.hash),
        "texts": texts, "replaced_by": _replaced_by(line, entry),
        "latest_change": texts[-1][0] if texts and entry.case and entry.case.state in READING else "", "may_amend": Right.WRITE in actor.rights and now.state in _AMENDED,
        "to_sign": page is not None and any(_is_for_sign_page(one) for one in (*page.next, *page.others)),
        "to_answer": page is not None and any(one.step.name in COUNTERING for one in (*page.next, *page.others)),
        "clearances": listing.clearances(actor, entry.case) if entry.case else [], "entered": bool(entry.case and is_entry(entry.case.process)),
    }  # fmt: skip
    return render(request, "agreements/agreement.html", context, status=status)


def fitted(page: CasePage) -> CasePage:
    """The case with the forms that this page has itself left out, and the hash of the text filled in unseen."""
    return replace(page, next=_fitted(page.next), others=_fitted(page.others))


def _fitted(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    kept = tuple(one for one in offers if not _is_for_sign_page(one) and one.step.name not in COUNTERING)
    for one in kept:
        if "version" in one.form.fields and not one.form.errors.get("version"):
            one.form.fields["version"].widget = HiddenInput()
    return kept


def _is_for_sign_page(offer: Offer) -> bool:
    return offer.step.name in _ON_SIGN_PAGE


def signed_by(page: CasePage) -> tuple[SignedBy, ...]:
    """Every party with the signature that stands."""
    steps = {told.row.party: told.row for told in page.told if told.row.step in SIGNING and told.row.number}
    return tuple(SignedBy(prefix, title, steps.get(name)) for name, title, prefix in page.sides)


def stages(entry: Entry, page: CasePage | None) -> tuple[Stage, ...]:
    """From the draft to the end: what is done, where it stands, what comes."""
    now, state = entry.standing, entry.case.state if entry.case else ""
    agreed = state not in {"", "rejected"} | READING
    signed = now.state not in (State.UNSIGNED, State.PARTLY_SIGNED, State.WITHDRAWN, State.LAPSED)
    over = signed and now.last is not None and not now.new_cases and now.state not in (State.NOT_YET, State.CONDITIONS, State.SUSPENDED)  # fmt: skip
    forced = signed and (over or now.state in (State.IN_FORCE, State.SUSPENDED))
    done = [True, agreed, signed, forced, over]
    titles = [
        _("proposed"),
        _("text agreed"),
        _("signed by both") if len(entry.version.head.parties) == 2 else _("signed by all"),
        _("in force"),
        _("ended") if over else _("last day"),
    ]
    days = [page.case.opened_at.date() if page else None, None, None, now.first, now.last]
    latest = max(at for at, one in enumerate(done) if one)
    return tuple(
        Stage(title, "now" if at == latest else "done" if one else "", day)
        for at, (title, one, day) in enumerate(zip(titles, done, days, strict=True))
    )


def papers_shown(hash: str) -> tuple[PaperShown, ...]:
    """The printed files of a version, in the order of the page."""
    return tuple(_paper_shown(one) for one in papers_of(hash))


def _paper_shown(one: Paper) -> PaperShown:
    language = one.name.removeprefix("paper").strip("_")
    if language in NAMES:
        return PaperShown(one, NAMES[language], language, f"?language={language}")
    if language == "beside":
        return PaperShown(one, _("All languages beside each other"), query="?beside=1")
    return PaperShown(one, _("All languages, one after the other"))


def _agrees(page: CasePage) -> bool:
    return any(one.step.name in AGREEING for one in page.next)


def _compared(hash: str) -> tuple[Comparison, str] | None:
    """What this node found of a partner's files, and which came out otherwise, by their names."""
    found = comparison_of(hash)
    names = [_paper_shown(Paper(one)).title for one in found.differ] if found else []
    return (found, ", ".join(names)) if found else None


def _by_id(actor: Actor, id: str) -> Agreement:
    found = next((one for one in listing.agreements(actor) if one.id == id), None)
    if found is None:
        raise NotFound("agreement.none", "There is no such agreement.")
    return found


def _line(actor: Actor, entry: Entry) -> Agreement | None:
    return next((one for one in listing.agreements(actor) if one.id == entry.version.head.agreement), None)


def _others(line: Agreement | None, entry: Entry) -> list[tuple[Entry, str, str]]:
    """The other versions of the same agreement, with their states."""
    found = line.versions if line else ()
    return [(one, state_kind(one.state), state_words(one.state)) for one in found if one.hash != entry.hash]


def _texts(actor: Actor, entry: Entry, page: CasePage | None) -> list[tuple[str, str]]:
    """Texts that lay on the table before this one, with the day on which they came."""
    if page is None:
        return []
    rows = listing.versions_of_case(actor, page.case)
    return [(row.hash, times.date(row.at)) for row in rows if row.hash != entry.hash]


def _replaced_by(line: Agreement | None, entry: Entry) -> Entry | None:
    """The text that lies on the table in the place of this one, which no case is about any more."""
    found = line.versions if line and entry.case is None else ()
    return next((one for one in found if one.number == entry.number), None)


def _parent(actor: Actor, entry: Entry) -> Entry | None:
    """The agreement above, where this person may see it."""
    named = entry.version.head.parent
    try:
        return listing.agreement_by_hash(actor, named.version) if named else None
    except NotFound:
        return None
