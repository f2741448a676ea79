"""Clauses of a draft: added, written, moved, taken out. Who writes on an old state sees the newer one beside the own words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jointlab.agreements.drafted import clauses_above
from jointlab.agreements.forms.clauses import ClauseForm, as_sent
from jointlab.agreements.kinds import KINDS, ClauseKind
from jointlab.agreements.known_projects import project_titles
from jointlab.agreements.models import AgreementDraft
from jointlab.agreements.operations import drafts as operations
from jointlab.agreements.queries import drafts as queries
from jointlab.agreements.words import kind_in_words
from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at
from jointlab.web.form_pages import revision
from jointlab.web.middleware import sign_in_first
from jointlab.web.numbers import language_here
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast

Plain = dict[str, Any]


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, id: str) -> HttpResponse:
    """One more clause, of the kind that was chosen."""
    actor = actor_at(request)
    row = queries.draft_by_id(actor, id)
    actor.require(Right.WRITE)
    kind = _kind(request.GET.get("kind", "free"))
    first = {"number": str(len(row.document["clauses"]) + 1)}
    if request.method == "POST":
        return _put(request, row, kind, first, number="")
    form = ClauseForm(kind=kind, clause=first, head=row.document["head"], **_known(actor, row))
    return _drawn(request, row, form)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, id: str, number: str) -> HttpResponse:
    """One clause; what is wrong with it is said at once."""
    actor = actor_at(request)
    row = queries.draft_by_id(actor, id)
    actor.require(Right.WRITE)
    clause = _clause(row, number)
    kind = _kind(str(clause.get("kind")))
    if request.method == "POST":
        return _put(request, row, kind, clause, number=number)
    head = row.document["head"]
    form = ClauseForm(as_sent(kind, clause, head), kind=kind, clause=clause, head=head, **_known(actor, row))
    form.is_valid()
    return _drawn(request, row, form, number=number)


def _put(request: HttpRequest, row: AgreementDraft, kind: ClauseKind, clause: Plain, *, number: str) -> HttpResponse:
    """What was typed is kept, sound or not; with faults its page is shown again."""
    actor, head = actor_at(request), row.document["head"]
    sent = _rows_sent(request, kind, clause)
    form = ClauseForm(request.POST, kind=kind, clause=sent, head=head, **_known(actor, row))
    sound = form.is_valid()
    if not form.clause()["number"]:
        return _drawn(request, row, form, number=number, status=422)
    try:
        operations.put_clause(actor, draft=row.pk, clause=form.clause(), seen=revision(request, fresh=0), number=number)
    except Conflict as fault:
        row.refresh_from_db()
        return _drawn(request, row, form, number=number, stale=sentence(fault), theirs=_found(row, number), status=409)
    except BadInput as fault:
        form.add_error(None, sentence(fault))
        return _drawn(request, row, form, number=number, status=422)
    kept = form.clause()["number"]
    toast(request, _("Clause {number} is saved.").format(number=kept))
    if sound and "more" not in request.POST:
        return redirect(f"{reverse('agreement-draft', args=[row.pk])}#clause-{kept}")
    return redirect("agreement-clause", row.pk, kept)


def _known(actor: Actor, row: AgreementDraft) -> Plain:
    """What this person may choose from: clauses of the agreement above, projects."""
    return {"above": clauses_above(actor, row.document["head"]), "projects": project_titles(actor)}


def _rows_sent(request: HttpRequest, kind: ClauseKind, clause: Plain) -> Plain:
    """The clause with as many rows in its tables as were sent, so that none is lost."""
    found = dict(clause.get("terms") or {})
    for term in kind.terms:
        rows = [
            int(at)
            for name in request.POST
            if name.startswith(f"t-{term.name}-") and (at := name.split("-", 3)[2]).isdigit() and len(at) < 4
        ]
        if rows:
            found[term.name] = [{}] * (max(rows) + 1)
    return {**clause, "terms": found}


@sign_in_first
@require_POST
def move(request: HttpRequest, id: str, number: str) -> HttpResponse:
    """One place up or down."""
    actor = actor_at(request)
    row = queries.draft_by_id(actor, id)
    actor.require(Right.WRITE)
    clauses = list(row.document["clauses"])
    at = clauses.index(_clause(row, number))
    to = at - 1 if request.POST.get("to") == "up" else at + 1
    if 0 <= to < len(clauses):
        clauses[at], clauses[to] = clauses[to], clauses[at]
        operations.edit(
            actor, draft=row.pk, document={**row.document, "clauses": clauses}, seen=revision(request, fresh=0)
        )
    return redirect(f"{reverse('agreement-draft', args=[row.pk])}#clause-{number}")


@sign_in_first
@require_POST
def remove(request: HttpRequest, id: str, number: str) -> HttpResponse:
    """The clause is taken out."""
    actor = actor_at(request)
    row = queries.draft_by_id(actor, id)
    actor.require(Right.WRITE)
    _clause(row, number)
    operations.remove_clause(actor, draft=row.pk, number=number, seen=revision(request, fresh=0))
    toast(request, _("Clause {number} is taken out.").format(number=number))
    return redirect("agreement-draft", row.pk)


def _drawn(
    request: HttpRequest, row: AgreementDraft, form: ClauseForm, *, number: str = "", stale: str = "", theirs: Plain | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    words = [
        (
            code,
            name,
            ((theirs or {}).get("title") or {}).get(code, ""),
            ((theirs or {}).get("text") or {}).get(code, ""),
        )
        for code, name, _f in form.by_language
    ]
    context = {
        "draft": row, "form": form, "number": number, "kind": kind_in_words(form.kind, language=language_here()), "stale": stale,
        "theirs": words if theirs else [], "gone": bool(stale) and number and theirs is None,
    }  # fmt: skip
    return render(request, "agreements/clause.html", context, status=status)


def _found(row: AgreementDraft, number: str) -> Plain | None:
    return next(
        (one for one in row.document["clauses"] if isinstance(one, dict) and number and one.get("number") == number),
        None,
    )


def _clause(row: AgreementDraft, number: str) -> Plain:
    found = _found(row, number)
    if found is None:
        raise NotFound("draft.clause", "This draft has no clause {clause}.", clause=number[:20])
    return found


def _kind(name: str) -> ClauseKind:
    found = KINDS.get(name)
    if found is None:
        raise NotFound("draft.kind", "There is no kind of clause “{name}”.", name=name[:40])
    return found
