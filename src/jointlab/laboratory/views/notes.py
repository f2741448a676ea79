"""Notes: written on the page of a sample or a measurement, taken back, and their files."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jointlab.history.blobs import store
from jointlab.laboratory.forms.samples import NoteForm
from jointlab.laboratory.operations import notes as operations
from jointlab.laboratory.operations.notes import NewFile
from jointlab.laboratory.queries.missing import is_here
from jointlab.laboratory.queries.notes import attachment, note_by_id
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast


@sign_in_first
@require_POST
def add(request: HttpRequest, code: str) -> HttpResponse:
    """A note about a sample."""
    sample = sample_by_code(actor_at(request), code)
    form = NoteForm(request.POST, request.FILES)
    form.full_clean()
    files = [NewFile(file.name, file.chunks()) for file in form.cleaned_data.get("attachments", ())]
    note = operations.add(actor_at(request), sample=sample, text=form.cleaned_data.get("text", ""), files=files)
    toast(request, _("The note is kept."), undo=reverse("note-withdraw", args=[note.pk]))
    return redirect(f"{reverse('sample', args=[code])}#notes")


@sign_in_first
@require_POST
def withdraw(request: HttpRequest, id: str) -> HttpResponse:
    """Take a note back."""
    note = operations.withdraw(actor_at(request), note=note_by_id(actor_at(request), id))
    toast(request, _("The note is taken back."), undo=reverse("note-put-back", args=[note.pk]))
    return redirect("sample", note.sample.code)


@sign_in_first
@require_POST
def put_back(request: HttpRequest, id: str) -> HttpResponse:
    """Put a note back."""
    note = operations.withdraw(actor_at(request), note=note_by_id(actor_at(request), id), withdrawn=False)
    toast(request, _("The note is there again."), undo=reverse("note-withdraw", args=[note.pk]))
    return redirect("sample", note.sample.code)


@sign_in_first
@require_safe
def download(request: HttpRequest, id: str, sha256: str) -> HttpResponseBase:
    """A file of a note: always downloaded, never shown by the browser as a page of this node."""
    file = attachment(actor_at(request), note=id, sha256=sha256)
    if not is_here(sha256):
        return redirect("file-coming", sha256)
    response = FileResponse(
        store().open(sha256), as_attachment=True, filename=file.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
