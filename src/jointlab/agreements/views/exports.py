"""What leaves the house: days for a calendar, the documents, and lists by forms that the office itself writes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jointlab.agreements.forms.exports import ListForm
from jointlab.agreements.heads import RANKS
from jointlab.agreements.life import State
from jointlab.agreements.models import FormTemplate
from jointlab.agreements.queries import listing, ministry
from jointlab.agreements.shown import rank_words, state_kind, state_words
from jointlab.errors import BadInput
from jointlab.people.actors import Right
from jointlab.people.pages import actor_at
from jointlab.web.form_pages import form_status
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast

_SIGNED = tuple(one for one in State if one not in (State.UNSIGNED, State.PARTLY_SIGNED, State.WITHDRAWN, State.LAPSED))


@sign_in_first
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """Everything that can be taken along, in one place."""
    actor = actor_at(request)
    entries = [one.current for one in listing.agreements(actor)]
    context = {
        "forms": ministry.forms(actor), "may_write": Right.WRITE in actor.rights,
        "entries": [(one, state_kind(one.state), state_words(one.state)) for one in entries],
    }  # fmt: skip
    return render(request, "agreements/exports.html", context)


@sign_in_first
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The list as CSV: by a form of the house, `form` is its name, or by the standard one; `all` also what has ended."""
    actor = actor_at(request)
    name = request.GET.get("form", "")[:120]
    words = {one.value: state_words(one) for one in State} | {one: rank_words(one) for one in RANKS}
    content = ministry.as_csv(
        actor, name=name, states=_SIGNED if request.GET.get("all") else (State.IN_FORCE,), words=words
    )
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    file = content_disposition_header(True, f"{name or 'agreements'}.csv")
    response["Content-Disposition"] = file or "attachment"
    return response


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def form_new(request: HttpRequest) -> HttpResponse:
    """A form of the house, begun with the columns of the standard one."""
    return _form(request, None)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def form_edit(request: HttpRequest, id: int) -> HttpResponse:
    """Which columns a form has, in which order, under which headings."""
    return _form(request, ministry.form_by_id(actor_at(request), id))


@sign_in_first
@require_POST
def form_delete(request: HttpRequest, id: int) -> HttpResponse:
    """The form is gone; no agreement is touched."""
    actor = actor_at(request)
    row = ministry.form_by_id(actor, id)
    ministry.delete_form(actor, row)
    toast(request, _("The form “{name}” is deleted.").format(name=row.name))
    return redirect("agreements-exports")


def _form(request: HttpRequest, row: FormTemplate | None) -> HttpResponse:
    actor = actor_at(request)
    actor.require(Right.WRITE)
    kept = row.columns if row else ministry.standard()
    form = ListForm(request.POST or None, name=row.name if row else "", kept=[(title, value) for title, value in kept])
    if request.method == "POST" and form.is_valid():
        try:
            saved = ministry.save_form(actor, name=form.cleaned_data["name"], columns=form.columns(), form=row)
        except BadInput as fault:
            form.add_error("name" if fault.facts.get("field") == "name" else None, sentence(fault))
        else:
            if "more" in request.POST:
                return redirect("agreements-form", saved.pk)
            toast(request, _("The form “{name}” is saved.").format(name=saved.name))
            return redirect("agreements-exports")
    context = {"form": form, "row": row}
    return render(request, "agreements/list_form.html", context, status=form_status(form))
