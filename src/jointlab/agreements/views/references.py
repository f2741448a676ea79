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
from jointlab.agreements.shown import in_reader, language_here, reference_words
from jointlab.agreements.standard import known_references
from jointlab.errors import NotFound
from jointlab.history.blobs import store
from jointlab.people.actors import Right
from jointlab.people.pages import actor_at, tried
from jointlab.web.form_pages import form_status
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast


@sign_in_first
@require_safe
def references(request: HttpRequest) -> HttpResponse:
    """All of them, with the agreements that refer to each; and those that standard texts name but nobody entered."""
    actor = actor_at(request)
    rows = list(queries.references(actor))
    entered = {title for row in rows for title in row.title.values()}
    missing = [
        (key, in_reader(one["title"], language_here())) for key, one in known_references().items()
        if not entered.intersection(one["title"].values())
    ]  # fmt: skip
    context = {
        "rows": [(row, _title(row), reference_words(row.kind), queries.referring(actor, row)) for row in rows], "missing": missing,
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
        "row": row, "title": _title(row), "kind": reference_words(row.kind), "referring": queries.referring(actor, row),
        "said": [(one, NAMES.get(one, one), row.title.get(one, ""), row.text.get(one, "")) for one in languages],
        "files": sorted(row.files.items()),
    }  # fmt: skip
    return render(request, "agreements/reference.html", context)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A treaty, an initiative or an order, with its texts and days."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    form = ReferenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made: list[Reference] = []
        if tried(form, lambda: made.append(operations.add(actor, **form.values()))):
            toast(request, _("It is entered; drafts and old agreements can refer to it now."))
            return redirect("agreement-reference", made[0].pk)
    return render(request, "agreements/reference_new.html", {"form": form}, status=form_status(form))


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


def _title(row: Reference) -> str:
    return in_reader(row.title, language_here())
