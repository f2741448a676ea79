"""Treaties and initiatives that agreements refer to: the list, one of them with its texts and files, a new one."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jointlab.agreements.documents.labels import NAMES
from jointlab.agreements.forms.references import ReferenceForm
from jointlab.agreements.models import Reference
from jointlab.agreements.operations import references as operations
from jointlab.agreements.queries import references as queries
from jointlab.agreements.queries.listing import agreements, version_for
from jointlab.agreements.shown import in_reader, reference_words
from jointlab.agreements.standard import known_references
from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.history.blobs import store
from jointlab.history.identifiers import home
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at, at_field, tried
from jointlab.web.form_pages import form_status, revision
from jointlab.web.middleware import sign_in_first
from jointlab.web.numbers import language_here
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast


@sign_in_first
@require_safe
def references(request: HttpRequest) -> HttpResponse:
    """All of them, with the agreements that refer to each; and those that standard texts name but nobody entered."""
    actor = actor_at(request)
    rows, listed = list(queries.references(actor)), agreements(actor)
    named = queries.not_entered(actor, listed)
    said = {title for row in rows for title in queries.titles_of(row)}
    said |= {title for one in named for title in one.named.title.values()}
    missing = [
        (key, in_reader(one["title"], language_here())) for key, one in known_references().items()
        if not said.intersection(one["title"].values())
    ]  # fmt: skip
    context = {
        "rows": [(row, _title(row), reference_words(row.kind), queries.referring(row, listed)) for row in rows], "missing": missing,
        "named": [(one, in_reader(one.named.title, language_here()), reference_words(one.named.kind)) for one in named],
        "may_write": Right.WRITE in actor.rights,
    }  # fmt: skip
    return render(request, "agreements/references.html", context)


@sign_in_first
@require_safe
def reference(request: HttpRequest, id: str) -> HttpResponse:
    """One of them: its days, its texts, its files, the agreements that refer to it."""
    actor = actor_at(request)
    row = queries.reference_by_id(actor, id)
    first = language_here()
    languages = sorted({*row.title, *row.text}, key=lambda one: (one != first, one))
    context = {
        "row": row, "title": _title(row), "kind": reference_words(row.kind), "referring": queries.referring(row, agreements(actor)),
        "said": [(one, NAMES.get(one, one), row.title.get(one, ""), row.text.get(one, "")) for one in languages],
        "files": sorted(row.files.items()), "may_write": actor.own_side and Right.WRITE in actor.rights and row.pk.startswith(f"{home()}:"),
    }  # fmt: skip
    return render(request, "agreements/reference.html", context)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A treaty, an initiative or an order, with its texts and days."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    form = ReferenceForm(request.POST or None, request.FILES or None, initial=_named(request, actor))
    if request.method == "POST" and form.is_valid():
        made: list[Reference] = []
        if tried(form, lambda: made.append(operations.add(actor, **form.values()))):
            toast(request, _("It is entered; drafts and old agreements can refer to it now."))
            return redirect("agreement-reference", made[0].pk)
    return render(request, "agreements/reference_edit.html", {"form": form}, status=form_status(form))


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, id: str) -> HttpResponse:
    """What is said of it, corrected; texts that were signed stay as they are."""
    actor = actor_at(request)
    row = operations.correctable(actor, id)
    seen = revision(request, fresh=row.rev)
    form = ReferenceForm(
        request.POST or None, request.FILES or None, initial=ReferenceForm.first(row), files=sorted(row.files)
    )
    stale = ""
    if request.method == "POST" and form.is_valid():
        try:
            operations.correct(actor, reference=row.pk, seen=seen, **form.values())
        except BadInput as fault:
            at_field(form, fault)
        except Conflict as fault:
            row.refresh_from_db()
            stale, seen = sentence(fault), row.rev
        else:
            toast(request, _("It is corrected. What was signed keeps the words that it was signed with."))
            return redirect("agreement-reference", row.pk)
    context = {
        "form": form, "row": row, "title": _title(row), "rev": seen, "stale": stale, "kind": reference_words(row.kind),
        "said": [(one, NAMES.get(one, one), row.title.get(one, ""), row.text.get(one, "")) for one in sorted({*row.title, *row.text})],
    }  # fmt: skip
    return render(request, "agreements/reference_edit.html", context, status=409 if stale else form_status(form))


@sign_in_first
@require_POST
def known(request: HttpRequest, key: str) -> HttpResponse:
    """One of those that the standard texts name."""
    row = operations.add_known(actor_at(request), key=key)
    toast(request, _("It is entered; drafts and old agreements can refer to it now."))
    return redirect("agreement-reference", row.pk)


@sign_in_first
@require_safe
def file(request: HttpRequest, id: str, sha256: str) -> HttpResponseBase:
    """A file of its text."""
    row = queries.reference_by_id(actor_at(request), id)
    name: Any = next((name for name, one in row.files.items() if one == sha256), None)
    if name is None or not store().has(sha256):
        raise NotFound("reference.file", "This file is not here.")
    response = FileResponse(store().open(sha256), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _named(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What an agreement says of what it names: `in` is the agreement's hash, `at` the place from 0 in its head; else nothing."""
    hash, at = request.GET.get("in", ""), request.GET.get("at", "")
    if not hash or not (at.isascii() and at.isdigit() and len(at) < 4):
        return {}
    refers = version_for(actor, hash).head.refers
    return ReferenceForm.first(refers[int(at)]) if int(at) < len(refers) else {}


def _title(row: Reference) -> str:
    return in_reader(row.title, language_here())
