"""Notes for programs: words about a sample or a measurement, with files."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import File as FilePart
from ninja import Form, Router, Schema, Status, UploadedFile
from pydantic import Field

from jointlab.laboratory import downloads
from jointlab.laboratory.api.values import DOWNLOAD, Code, Record, Revision, Sha256, Words
from jointlab.laboratory.models import Note
from jointlab.laboratory.operations import notes as operations
from jointlab.laboratory.operations.notes import NewFile
from jointlab.laboratory.queries.measurements import by_code
from jointlab.laboratory.queries.notes import attachment, note_by_id, notes_of
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.people.pages import actor_at

router = Router(tags=["notes"])


class NoteIn(Schema):
    """Words; `measurement` is the code of the measurement of this sample that they are about."""

    text: Words
    measurement: Annotated[str, Field(max_length=80)] = ""


class NoteChange(Schema):
    """The words anew, and the revision that the change rests on; files and measurement stay."""

    text: Words
    rev: Revision


class NoteWords(Schema):
    """The words beside files."""

    text: Words = ""


class AttachedOut(Schema):
    """A file of a note."""

    sha256: str
    name: str
    size: int


class NoteOut(Schema):
    """A note."""

    id: str
    rev: int
    text: str
    sample: str
    measurement: str
    at: datetime
    by: str
    withdrawn: bool
    files: list[AttachedOut]


@router.get("/samples/{code}/notes", response=list[NoteOut])
def notes(request: HttpRequest, code: Code) -> list[dict[str, Any]]:
    """The notes about a sample and its measurements, the latest first."""
    actor = actor_at(request)
    return [note_out(note) for note in notes_of(actor, sample_by_code(actor, code))]


@router.post("/samples/{code}/notes", response={201: NoteOut})
def note_add(request: HttpRequest, code: Code, given: NoteIn) -> Status[dict[str, Any]]:
    """A note about a sample or one of its measurements."""
    actor = actor_at(request)
    sample = sample_by_code(actor, code)
    about = by_code(actor, code=given.measurement) if given.measurement else None
    return Status(201, note_out(operations.add(actor, sample=sample, text=given.text, measurement=about)))


@router.post("/samples/{code}/notes/files", response={201: NoteOut})
def note_add_files(
    request: HttpRequest, code: Code, files: FilePart[list[UploadedFile]], given: Form[NoteWords]
) -> Status[dict[str, Any]]:
    """A note with files, as multipart/form-data."""
    actor = actor_at(request)
    sample = sample_by_code(actor, code)
    sent = [NewFile(file.name or "", file.chunks()) for file in files]
    return Status(201, note_out(operations.add(actor, sample=sample, text=given.text, files=sent)))


@router.put("/notes/{id}", response=NoteOut)
def note_change(request: HttpRequest, id: Record, given: NoteChange) -> dict[str, Any]:
    """Correct the words of one's own note; 409 when it has moved on since `rev`."""
    actor = actor_at(request)
    note = note_by_id(actor, id)
    return note_out(operations.change(actor, note=note, text=given.text, expected_rev=given.rev))


@router.post("/notes/{id}/withdraw", response=NoteOut)
def note_withdraw(request: HttpRequest, id: Record) -> dict[str, Any]:
    """Take one's own note back."""
    actor = actor_at(request)
    return note_out(operations.withdraw(actor, note=note_by_id(actor, id)))


@router.post("/notes/{id}/put-back", response=NoteOut)
def note_put_back(request: HttpRequest, id: Record) -> dict[str, Any]:
    """Put a note back."""
    actor = actor_at(request)
    return note_out(operations.withdraw(actor, note=note_by_id(actor, id), withdrawn=False))


@router.get("/notes/{id}/files/{sha256}", openapi_extra=DOWNLOAD)
def note_file(request: HttpRequest, id: Record, sha256: Sha256) -> HttpResponseBase:
    """A file of a note."""
    file = attachment(actor_at(request), note=id, sha256=sha256)
    return downloads.raw(file.sha256, name=file.name)


def note_out(note: Note) -> dict[str, Any]:
    """A note as `NoteOut`."""
    return {
        "id": note.id, "rev": note.rev, "text": note.text, "sample": note.sample.code,
        "measurement": note.measurement.code if note.measurement else "", "at": note.at, "by": note.by_id,
        "withdrawn": note.withdrawn, "files": list(note.attachments.values("sha256", "name", "size")),
    }  # fmt: skip
