"""Drafts: begun, their head, previewed on paper, proposed or sent as an answer, deleted."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jointlab.agreements.documents import render as paper_of
from jointlab.agreements.drafted import parents, preview_of, shown
from jointlab.agreements.forms.clauses import kind_choices
from jointlab.agreements.forms.drafts import BLANK, AmendForm, AnswerForm, BeginForm, HeadForm, ProposeForm, RenewForm
from jointlab.agreements.forms.old import EnterForm
from jointlab.agreements.models import AgreementDraft
from jointlab.agreements.operations import drafts as operations
from jointlab.agreements.operations import proposing
from jointlab.agreements.queries import drafts as queries
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.references import as_in_head, references
from jointlab.agreements.texts import LANGUAGES
from jointlab.cases.queries import case_by_id
from jointlab.errors import Conflict, Fault, NotFound
from jointlab.history.blobs import store
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at, tried
from jointlab.web.form_pages import form_page, form_status, revision
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """A new draft, from a standard text or from nothing."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    first = {"text": request.GET.get("text", "")[:40], "parent": request.GET.get("parent", "")[:64]}
    form = BeginForm(request.POST or None, own=actor.institution, above=parents(actor), initial=first)
    if request.method == "POST" and form.is_valid():
        made: list[AgreementDraft] = []
        if tried(form, lambda: made.append(_begun(actor, form))):
            return redirect("agreement-draft", made[0].pk)
    return form_page(
        request, form, title=_("New agreement"), back="agreements", back_title=_("Agreements"), act=_("Begin the draft")
    )


def _begun(actor: Actor, form: BeginForm) -> AgreementDraft:
    data, partner = form.cleaned_data, form.partners()
    languages = data["languages"]
    if data["text"] == BLANK:
        draft = operations.blank(actor, partner=partner, languages=languages)
        if data["parent"]:
            above = listing.version_for(actor, data["parent"])
            parent = {"agreement": above.head.agreement, "version": above.hash}
            draft = operations.edit_head(actor, draft=draft.pk, values={"parent": parent}, seen=draft.revision)
        return draft
    return operations.from_template(
        actor, template=data["text"], partner=partner, parent=data["parent"], languages=languages
    )


@sign_in_first
@require_safe
def draft(request: HttpRequest, id: str) -> HttpResponse:
    """The draft: every clause with what is wrong with it, and how it goes on."""
    actor = actor_at(request)
    return drawn(request, actor, queries.draft_by_id(actor, id))


def drawn(
    request: HttpRequest, actor: Actor, row: AgreementDraft, *, form: Any = None, entering: EnterForm | None = None, refused: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page of a draft, also after it was refused."""
    case = case_by_id(actor, row.answers) if row.answers else None
    context = {
        "draft": row, "shown": shown(row), "kinds": kind_choices(), "refused": refused, "case": case,
        "form": form or (AnswerForm() if case else ProposeForm()), "may_write": Right.WRITE in actor.rights,
        "changes": [one for one in queries.changes_of(row) if one.change.value != "same"] if row.base else [],
        "entering": entering or (None if case or row.base else EnterForm()), "entered": entering is not None,
        "partners": queries.partners_of(row), "base": row.base, "answered": listing.version_on_table(case) if case else "",
    }  # fmt: skip
    return render(request, "agreements/draft.html", context, status=status)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def head(request: HttpRequest, id: str) -> HttpResponse:
    """The head of a draft."""
    actor = actor_at(request)
    row = queries.draft_by_id(actor, id)
    actor.require(Right.WRITE)
    kept, above = row.document["head"], parents(actor)
    known = {one.pk: as_in_head(one, LANGUAGES) for one in references(actor)}
    form = HeadForm(
        request.POST or None, request.FILES or None, head=kept, above=above, known=known, initial=HeadForm.first(kept)
    )  # fmt: skip
    seen, stale = revision(request, fresh=row.revision), ""
    if request.method == "POST" and form.is_valid():
        by_hash = {hash: listing.version_for(actor, hash).head.agreement for hash, _title in above}
        try:
            operations.edit_head(
                actor, draft=row.pk, values=form.values(parents=by_hash, attached=_attached(form)), seen=seen
            )
        except Conflict as fault:
            stale = sentence(fault)
            row.refresh_from_db()
        else:
            toast(request, _("Saved."))
            return redirect("agreement-draft", row.pk)
    context = {"form": form, "draft": row, "stale": stale}
    return render(request, "agreements/draft_head.html", context, status=409 if stale else form_status(form))


def _attached(form: HeadForm) -> dict[str, Any] | None:
    brought = form.cleaned_data.get("attachment")
    if not brought:
        return None
    stored = store().put(brought.chunks(), limit=settings.NODE.upload_limit)
    return {"name": brought.name, "sha256": stored.sha256, "size": stored.size}


@sign_in_first
@require_POST
def propose(request: HttpRequest, id: str) -> HttpResponse:
    """The draft goes to the other side: as a new agreement, or in the place of the text on the table."""
    actor = actor_at(request)
    row = queries.draft_by_id(actor, id)
    actor.require(Right.WRITE)
    form: Any = (AnswerForm if row.answers else ProposeForm)(request.POST)
    if not form.is_valid():
        return drawn(request, actor, row, form=form, status=422)
    note = form.cleaned_data["note"]
    try:
        if row.answers:
            case = proposing.counter(actor, draft=row.pk, why=note, seen=request.POST.get("seen", "")[:64])
        else:
            case = proposing.propose(actor, draft=row.pk, note=note)
    except NotFound:
        raise
    except Fault as fault:
        return drawn(
            request, actor, row, form=form, refused=sentence(fault), status=409 if isinstance(fault, Conflict) else 422
        )
    toast(request, _("{code} lies before the other side now.").format(code=case.code))
    return redirect("agreement", listing.version_on_table(case))


@sign_in_first
@require_safe
def preview(request: HttpRequest, id: str) -> HttpResponse:
    """The draft on paper, marked as no text to be signed."""
    row = queries.draft_by_id(actor_at(request), id)
    content = paper_of(preview_of(row), on=datetime.now(UTC).date())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{row.code}-draft.pdf") or "inline"
    return response


@sign_in_first
@require_POST
def delete(request: HttpRequest, id: str) -> HttpResponse:
    """The draft is gone."""
    actor = actor_at(request)
    row = queries.draft_by_id(actor, id)
    try:
        operations.delete(actor, draft=row.pk, seen=revision(request, fresh=0))
    except Conflict as fault:
        return drawn(request, actor, row, refused=sentence(fault), status=409)
    toast(request, _("The draft {code} is deleted.").format(code=row.code))
    return redirect("agreements")


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, id: str) -> HttpResponse:
    """A draft of the next version."""
    actor = actor_at(request)
    listing.version_for(actor, id)
    actor.require(Right.WRITE)
    form = AmendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data, made = form.cleaned_data, []
        if tried(
            form, lambda: made.append(operations.amendment(actor, hash=id, cases=data["cases"], begins=data["begins"]))
        ):
            return redirect("agreement-draft", made[0].pk)
    return form_page(
        request,
        form,
        title=_("Propose amendment"),
        back="agreements",
        back_title=_("Agreements"),
        act=_("Begin the draft"),
    )


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, id: str) -> HttpResponse:
    """A draft of a version that begins when this one ends."""
    actor = actor_at(request)
    listing.version_for(actor, id)
    actor.require(Right.WRITE)
    form = RenewForm(request.POST or {} if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made: list[AgreementDraft] = []
        if tried(form, lambda: made.append(operations.renewal(actor, hash=id, years=form.cleaned_data["years"] or 0))):
            return redirect("agreement-draft", made[0].pk)
    return form_page(
        request, form, title=_("Renew"), back="agreements", back_title=_("Agreements"), act=_("Begin the draft")
    )


@sign_in_first
@require_POST
def answer(request: HttpRequest, id: str) -> HttpResponse:
    """A draft that begins with the text on the table."""
    actor = actor_at(request)
    entry = listing.agreement_by_hash(actor, id)
    if entry.case is None:
        raise NotFound("agreement.no_case", "This text lies on no table any more; another one took its place.")
    mine = queries.drafts(actor).filter(answers=entry.case.pk).first()
    return redirect("agreement-draft", (mine or operations.answer(actor, case=entry.case.pk)).pk)
