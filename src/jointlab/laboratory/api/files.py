"""Raw files for programs: sent in, looked at in the inbox, decided on, fetched as they came."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import File as FilePart
from ninja import Form, Query, Router, Schema, Status, UploadedFile
from pydantic import Field, StrictBool

from jointlab.errors import BadInput
from jointlab.laboratory import downloads
from jointlab.laboratory.api.values import DOWNLOAD, Cursor, Settings, Sha256
from jointlab.laboratory.models import File, Instrument, Reading
from jointlab.laboratory.operations import files as operations
from jointlab.laboratory.operations.archives import Unpacked, receive_archive
from jointlab.laboratory.operations.inbox import stop_reading
from jointlab.laboratory.queries import inbox as queries
from jointlab.laboratory.queries.files import place_of
from jointlab.laboratory.queries.projects import instrument as instrument_called
from jointlab.people.actors import Actor
from jointlab.people.pages import actor_at

router = Router(tags=["files"])

Name = Annotated[str, Field(max_length=1000)]
Folder = Annotated[str, Field(max_length=500)]
Slug = Annotated[str, Field(max_length=80)]
_PIECE = 1024 * 1024  # bytes
_BODY = {
    "requestBody": {
        "required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}  # fmt: skip


class Question(Schema):
    """What must be known before the file can be read: the setting `key`, and what each answer would give."""

    key: str
    options: list[dict[str, str]]


class RefusedOut(Schema):
    """Why a file was not read."""

    code: str
    message: str
    question: Question | None = None


class FileOut(Schema):
    """A raw file. `state`: waiting, read, question, refused, recorded or attached (kept as a document)."""

    id: str
    sha256: str
    name: str
    folder: str
    size: int
    source: str
    instrument: str
    received_at: datetime
    received_by: str
    state: str
    technique: str
    format: str
    settings: dict[str, str]
    refused: RefusedOut | None
    suggested: str
    why: str


class FilesPage(Schema):
    """Files, the newest first; `after` asks for older ones, "" where there are none."""

    items: list[FileOut]
    after: str


class ReceivedOut(Schema):
    """A file that arrived; `new` is false when the node had the same bytes, then `state` says where they stand."""

    sha256: str
    name: str
    new: bool
    state: str


class LeftOut(Schema):
    """A part of an archive that was left out, and why."""

    name: str
    code: str
    message: str


class UploadOut(Schema):
    """What arrived: one file, or the parts of an archive."""

    received: list[ReceivedOut]
    left: list[LeftOut]


class SentAs(Schema):
    """What a file is called (where the part's own name will not do), its folder, and the slug of its instrument."""

    name: Name = ""
    folder: Folder = ""
    instrument: Slug = ""


class BodySentAs(SentAs):
    """The same for a file that is the body itself: it has no name of its own."""

    name: Name


class FilesAsked(Schema):
    """Files that nobody has decided on (open), or those kept as documents."""

    kept: Literal["open", "documents"] = "open"
    after: Cursor = ""


class AnswerIn(Schema):
    """Settings that answer the file's question; with `remember` for all files of its instrument. "" takes one back."""

    settings: Settings
    remember: StrictBool = False


class KeepIn(Schema):
    """Kept as a document, or that taken back."""

    attached: StrictBool = True


class StoppedOut(Schema):
    """How many files are not read now."""

    stopped: int


@router.post("/files", response={201: UploadOut})
def file_send(request: HttpRequest, file: FilePart[UploadedFile], given: Form[SentAs]) -> Status[dict[str, Any]]:
    """Send a file as multipart/form-data. ZIPs are unpacked."""
    actor = actor_at(request)
    return Status(201, _unpacked(actor, _take(actor, file.chunks(), given, name=given.name or file.name or "")))


@router.put("/files", response={201: UploadOut}, openapi_extra=_BODY)
def file_put(request: HttpRequest, given: Query[BodySentAs]) -> Status[dict[str, Any]]:
    """Send a file as the body itself, streamed; its name in the address. ZIPs are unpacked."""
    actor = actor_at(request)
    return Status(201, _unpacked(actor, _take(actor, _body(request), given, name=given.name)))


@router.get("/files", response=FilesPage)
def files(request: HttpRequest, asked: Query[FilesAsked]) -> dict[str, Any]:
    """The inbox, 100 at a time, the newest first."""
    page = queries.page(actor_at(request), documents=asked.kept == "documents", after=asked.after)
    return {"items": [file_out(file) for file in page.files], "after": page.after}


@router.post("/files/stop-reading", response=StoppedOut)
def files_stop(request: HttpRequest) -> dict[str, int]:
    """Take the files that wait to be read out of the line; they stay."""
    return {"stopped": stop_reading(actor_at(request))}


@router.get("/files/{sha256}", response=FileOut)
def file(request: HttpRequest, sha256: Sha256) -> dict[str, Any]:
    """One file and where it stands."""
    return file_out(queries.file_by_hash(actor_at(request), sha256))


@router.get("/files/{sha256}/original", openapi_extra=DOWNLOAD)
def file_original(request: HttpRequest, sha256: Sha256) -> HttpResponseBase:
    """The file as it came, byte for byte."""
    return downloads.original(queries.file_by_hash(actor_at(request), sha256))


@router.post("/files/{sha256}/answer", response=FileOut)
def file_answer(request: HttpRequest, sha256: Sha256, given: AnswerIn) -> dict[str, Any]:
    """Answer a file's question; it is read again."""
    actor = actor_at(request)
    found = queries.file_by_hash(actor, sha256)
    operations.answer(actor, file=found, settings=given.settings, remember=given.remember)
    return file_out(queries.file_by_hash(actor, sha256))


@router.post("/files/{sha256}/keep", response=FileOut)
def file_keep(request: HttpRequest, sha256: Sha256, given: KeepIn) -> dict[str, Any]:
    """Keep a file as a document, or take that back."""
    actor = actor_at(request)
    operations.keep_as_document(actor, file=queries.file_by_hash(actor, sha256), attached=given.attached)
    return file_out(queries.file_by_hash(actor, sha256))


@router.post("/files/{sha256}/read-again", response=FileOut)
def file_read_again(request: HttpRequest, sha256: Sha256) -> dict[str, Any]:
    """Have a file read anew."""
    actor = actor_at(request)
    operations.read_again(actor, file=queries.file_by_hash(actor, sha256))
    return file_out(queries.file_by_hash(actor, sha256))


def file_out(file: File) -> dict[str, Any]:
    """A file as `FileOut`; the suggestion as far as the query left it."""
    reading: Reading = file.reading
    target = reading.device or reading.sample
    plain = ("id", "sha256", "name", "folder", "size", "source", "received_at")
    return {
        **{name: getattr(file, name) for name in plain},
        "instrument": file.instrument.slug if file.instrument else "", "received_by": file.received_by_id,
        "state": reading.state, "technique": reading.technique, "format": reading.format, "settings": reading.settings,
        "refused": reading.refused, "suggested": target.code if target else "", "why": reading.why if target else "",
    }  # fmt: skip


def _take(actor: Actor, chunks: Iterable[bytes], given: SentAs, *, name: str) -> Unpacked:
    """Raises NotFound for an instrument that is not there, BadInput ``file.name``; then no byte is read."""
    instrument: Instrument | None = instrument_called(actor, slug=given.instrument) if given.instrument else None
    if not name.strip():
        raise BadInput("file.name", "Give the file its name, as the instrument's program wrote it.")
    return receive_archive(
        actor, chunks=chunks, name=name, folder=given.folder, source=File.Source.API, instrument=instrument
    )


def _unpacked(actor: Actor, taken: Unpacked) -> dict[str, Any]:
    """Of bytes that the node had, but not for the caller, nothing more is told than that they were taken."""
    told = []
    for one in taken.received:
        place = None if one.new else place_of(actor, one.file)
        new, state = place is None, Reading.State.WAITING if place is None else place.state
        told.append(
            {"sha256": one.file.sha256, "name": one.file.name if place or one.new else "", "new": new, "state": state}
        )
    left = [{"name": part.name, "code": part.code, "message": part.message} for part in taken.left]
    return {"received": told, "left": left}


def _body(request: HttpRequest) -> Iterator[bytes]:
    while piece := request.read(_PIECE):
        yield piece
