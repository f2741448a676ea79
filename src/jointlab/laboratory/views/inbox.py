"""The inbox: files that arrived, what was read in them, and what becomes of each."""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from jointlab.errors import BadInput
from jointlab.history.blobs import store
from jointlab.laboratory.models import File
from jointlab.laboratory.operations import files as operations
from jointlab.laboratory.operations import inbox as many
from jointlab.laboratory.operations import measurements
from jointlab.laboratory.operations.archives import Left, Unpacked, receive_archive
from jointlab.laboratory.queries import inbox as queries
from jointlab.laboratory.queries.measurements import by_code
from jointlab.laboratory.queries.missing import is_here, known_file
from jointlab.laboratory.views.inbox_rows import days
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at
from jointlab.science.readers import all_readers
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast, trouble

_MOST_TROUBLES = 10  # told one by one


@require_safe
@sign_in_first
def inbox(request: HttpRequest) -> HttpResponse:
    """The list by day; with `documents` those that are kept as documents."""
    actor = actor_at(request)
    documents = "documents" in request.GET
    page = queries.page(actor, documents=documents, after=request.GET.get("after", ""))
    older = urlencode({**({"documents": ""} if documents else {}), "after": page.after})
    return render(request, "laboratory/inbox.html", {
        "days": days(page.files), "older": older if page.after else "", "later": "after" in request.GET,
        "documents": documents, "standing": queries.standing(actor), "may_write": Right.WRITE in actor.rights,
        "recorded": [] if documents else queries.recorded_lately(actor), "samples": queries.offered_samples(actor),
        "formats": len(all_readers()), "limit": settings.NODE.upload_limit,
    })  # fmt: skip


@require_POST
@sign_in_first
def inbox_upload(request: HttpRequest) -> HttpResponse:
    """Files from the form, or one from the drop zone's script, which asks for JSON."""
    actor = _writer(request)
    uploads = [upload for upload in request.FILES.getlist("files") if isinstance(upload, UploadedFile)]
    if not uploads:
        raise BadInput("inbox.nothing", "No file was sent. Choose one or more files first.")
    script = request.headers.get("Accept", "").startswith("application/json")
    found, faults = Unpacked(), list[Left]()
    for upload in uploads:
        try:
            taken = receive_archive(
                actor, chunks=upload.chunks(), name=upload.name or "", folder=request.POST.get("folder", "")[:500],
                source=File.Source.PAGE,
            )  # fmt: skip
        except BadInput as fault:
            if script:
                raise
            faults.append(Left(upload.name or "", fault.code, sentence(fault)))
            continue
        found.received += taken.received
        found.left += taken.left
    if script:
        known = [{"name": one.file.name, "state": one.file.reading.state} for one in found.received if not one.new]
        left = [{"name": part.name, "sentence": part.message} for part in found.left]
        return JsonResponse({"received": len(found.received), "known": known, "left": left})
    _say_received(request, found, faults)
    return redirect("inbox")


@require_POST
@sign_in_first
def inbox_record(request: HttpRequest) -> HttpResponse:
    """One file on its suggested sample (`one`), or the selected ones on the sample that was named."""
    actor = _writer(request)
    one = request.POST.get("one")
    chosen = [one] if one else request.POST.getlist("file")
    if not chosen:
        raise BadInput("inbox.none-selected", "No file is selected. Tick the files that belong to the sample first.")
    target = None if one else queries.target(actor, request.POST.get("sample", ""))
    done = many.record(actor, files=queries.files_by_id(actor, chosen), target=target)
    if done.measurements:
        count = len(done.measurements)
        said = ngettext("{count} file recorded on {code}", "{count} files recorded on {code}", count)
        back = urlencode({"m": ",".join(found.code for found in done.measurements)})
        first = done.measurements[0]
        toast(
            request, said.format(count=count, code=first.device.code if first.device else first.sample.code),
            undo=f"{reverse('inbox-undo')}?{back}",
        )  # fmt: skip
    _say_faults(request, [(refused.file.name, sentence(refused.fault)) for refused in done.refused])
    return _back(request)


@require_POST
@sign_in_first
def inbox_answer(request: HttpRequest) -> HttpResponse:
    """The answer to the question of one file: `answer` holds the file's record and the chosen value."""
    actor = _writer(request)
    id, _, value = request.POST.get("answer", "").partition("|")
    file = queries.files_by_id(actor, [id])[0]
    question = (file.reading.refused or {}).get("question") or {}
    if not question:
        raise BadInput("inbox.no-question", "“{name}” has no open question.", name=file.name)
    remember = bool(request.POST.get(f"remember-{id}"))
    operations.answer(actor, file=file, settings={question["key"]: value}, remember=remember)
    toast(request, gettext("Answered; “{name}” is read again").format(name=file.name))
    return _back(request)


@require_POST
@sign_in_first
def inbox_keep(request: HttpRequest) -> HttpResponse:
    """Keep a file as a document, or take that back."""
    actor = _writer(request)
    file = queries.files_by_id(actor, [request.POST.get("keep") or request.GET.get("file", "")])[0]
    attached = "back" not in request.GET
    operations.keep_as_document(actor, file=file, attached=attached)
    if attached:
        back = f"{reverse('inbox-keep')}?{urlencode({'back': '', 'file': file.id})}"
        toast(request, gettext("“{name}” is kept as a document").format(name=file.name), undo=back)
    return _back(request)


@require_POST
@sign_in_first
def inbox_again(request: HttpRequest) -> HttpResponse:
    """Have a file read again."""
    actor = _writer(request)
    file = queries.files_by_id(actor, [request.POST.get("again", "")])[0]
    operations.read_again(actor, file=file)
    return _back(request)


@require_POST
@sign_in_first
def inbox_stop(request: HttpRequest) -> HttpResponse:
    """Stop reading what waits."""
    count = many.stop_reading(_writer(request))
    toast(
        request, ngettext("{count} file is not read now", "{count} files are not read now", count).format(count=count)
    )
    return _back(request)


@require_POST
@sign_in_first
def inbox_undo(request: HttpRequest) -> HttpResponse:
    """Withdraw measurements that were just recorded; their files are open again."""
    actor = _writer(request)
    codes = [code for code in (request.POST.get("m") or request.GET.get("m", "")).split(",") if code][:200]
    for code in codes:
        measurements.withdraw(actor, measurement=by_code(actor, code=code))
    toast(
        request, ngettext("{count} record withdrawn", "{count} records withdrawn", len(codes)).format(count=len(codes))
    )
    return _back(request)


@require_safe
@sign_in_first
def file(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """A raw file as it arrived, always as a download."""
    found = known_file(actor_at(request), sha256)
    if not is_here(sha256):
        return redirect("file-coming", sha256)
    answer = FileResponse(
        store().open(sha256), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
    answer["Content-Security-Policy"] = "sandbox"
    return answer


def _writer(request: HttpRequest) -> Actor:
    """Who asks, and may write: asked before anything is said about what was sent."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    return actor


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """The list that was looked at."""
    shown = "?documents" if "documents" in request.POST else ""
    return HttpResponseRedirect(f"{reverse('inbox')}{shown}")


def _say_received(request: HttpRequest, found: Unpacked, faults: list[Left]) -> None:
    new = sum(received.new for received in found.received)
    known = [received.file.name for received in found.received if not received.new]
    if new:
        toast(request, ngettext("{count} file received", "{count} files received", new).format(count=new))
    if known:
        names = ", ".join(known[:3]) + ("…" if len(known) > 3 else "")
        toast(request, gettext("This node had these files already: {names}").format(names=names))
    _say_faults(request, [(part.name, part.message) for part in (*faults, *found.left)])


def _say_faults(request: HttpRequest, faults: list[tuple[str, str]]) -> None:
    for name, said in faults[:_MOST_TROUBLES]:
        trouble(request, said if name in said else f"{name}: {said}")
    if len(faults) > _MOST_TROUBLES:
        trouble(request, gettext("and {count} more").format(count=len(faults) - _MOST_TROUBLES))
