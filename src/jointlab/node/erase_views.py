"""The page on which an administrator erases a record: named, shown with all that goes with it, erased on a ground."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jointlab.errors import BadInput, Conflict, Fault, NotAllowed
from jointlab.node.erasing import erase_on_ground, find, going
from jointlab.people import operations
from jointlab.people.actors import Right
from jointlab.people.pages import actor_at, at_field
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast


class RecordForm(forms.Form):
    """What is to be erased."""

    record = forms.CharField(
        label=_("What is to be erased"), max_length=400,
        help_text=_("The identifier of the record, a code, a file’s SHA-256, or the address of its page."),
    )  # fmt: skip


class GroundForm(forms.Form):
    """Why; and the mark of what was shown."""

    ground = forms.CharField(
        label=_("Ground"), max_length=500,
        help_text=_("Which request or decision, of which day. No personal data: the ground stays in the log for good."),
    )  # fmt: skip
    record = forms.CharField(widget=forms.HiddenInput, max_length=400)
    mark = forms.CharField(widget=forms.HiddenInput, max_length=64)


@sign_in_first
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """GET asks for the record, with ?record= shows what will go; POST erases exactly what was shown."""
    actor_at(request).require(Right.ADMINISTER)
    if request.method == "POST":
        return _erased(request)
    asked = RecordForm(request.GET if "record" in request.GET else None)
    if not asked.is_valid():
        return _page(request, asked=asked, status=422 if asked.is_bound else 200)
    try:
        return _shown(request, asked.cleaned_data["record"])
    except NotAllowed:
        raise
    except Fault as fault:
        at_field(asked, fault)
        return _page(request, asked=asked, status=422)


def _erased(request: HttpRequest) -> HttpResponse:
    form, actor = GroundForm(request.POST), actor_at(request)
    record = find(request.POST.get("record", ""))
    if not form.is_valid():
        return _shown(request, record.id, form=form)
    if going(actor, record).mark != form.cleaned_data["mark"]:
        form = GroundForm(initial=form.cleaned_data)
        return _shown(request, record.id, form=form, moved=True)
    try:
        done = erase_on_ground(actor, record, ground=form.cleaned_data["ground"])
    except (BadInput, Conflict) as fault:
        at_field(form, fault)
        return _shown(request, record.id, form=form)
    said = gettext("Erased: {id}. Records that went with it: {records}; files: {files}.")
    toast(request, said.format(id=record.id, records=len(done.taken), files=len(done.blobs)))
    return redirect("erase")


def _shown(request: HttpRequest, text: str, *, form: GroundForm | None = None, moved: bool = False) -> HttpResponse:
    """What will go, and the question for the ground."""
    actor, record = actor_at(request), find(text)
    told = going(actor, record)
    if record.type == "person/1":
        operations.note_viewing(actor, of=record.id, page="erase")
    given = {"record": record.id, "mark": told.mark, **({"ground": form.initial.get("ground", "")} if form else {})}
    if form is None or moved:
        form = GroundForm(initial=given)
    status = 409 if moved else 422 if form.is_bound else 200
    return _page(request, going=told, form=form, moved=moved, status=status)


def _page(request: HttpRequest, *, status: int, **context: object) -> HttpResponse:
    return render(request, "node/erase.html", context, status=status)
