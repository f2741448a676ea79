"""Every change of notes: words about a sample or a measurement, with files."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction

from jointlab.errors import BadInput, NotAllowed, NotFound
from jointlab.history.identifiers import new_id
from jointlab.history.operations import write
from jointlab.laboratory.models import Measurement, Note, Sample
from jointlab.laboratory.queries.visibility import visible_notes, visible_samples
from jointlab.laboratory.records import Attached, NoteRecord
from jointlab.people.actors import Actor, Right
from jointlab.web.typed import clean_line, clean_text

MOST_FILES = 50


@dataclass(frozen=True)
class NewFile:
    """A file to attach: its name as the browser says it, and its bytes in pieces."""

    name: str
    chunks: Iterable[bytes]


def add(
    actor: Actor, *, sample: Sample, text: str, files: Iterable[NewFile] = (), measurement: Measurement | None = None
) -> Note:
    """A new note. Files are stored first, as the store may take long; words without files or files without words do.

    Raises BadInput ``note.*`` and ``words.*``; a file without a record is swept by `fsck`, as any other.
    """
    _require(actor, sample)
    if measurement is not None and measurement.sample_id != sample.id:
        raise NotFound("measurement.none", "There is no measurement {code} of this sample.", code=measurement.code)
    clean = clean_text(text, field="text")
    attached = tuple(_stored(file) for file in files)
    if not clean and not attached:
        raise BadInput("note.empty", "Write something, or attach a file.", field="text")
    if len(attached) > MOST_FILES:
        raise BadInput("note.files", "At most {most} files to a note.", field="files", most=MOST_FILES)
    record = NoteRecord(
        sample=sample.id, by=actor.person, text=clean, measurement=measurement.id if measurement else "",
        attachments=attached,
    )  # fmt: skip
    return _written(record, id=new_id(), expected_rev=0)


def change(actor: Actor, *, note: Note, text: str, expected_rev: int) -> Note:
    """Correct the words of one's own note. Raises also Conflict ``history.stale``."""
    _require_own(actor, note)
    clean = clean_text(text, field="text")
    if not clean and not note.attachments.exists():
        raise BadInput("note.empty", "Write something, or attach a file.", field="text")
    return _written(replace(record_of(note), by=actor.person, text=clean), id=note.id, expected_rev=expected_rev)


def withdraw(actor: Actor, *, note: Note, withdrawn: bool = True) -> Note:
    """Take a note back, or put it back; the log keeps it."""
    _require_own(actor, note)
    return _written(replace(record_of(note), by=actor.person, withdrawn=withdrawn), id=note.id, expected_rev=None)


def record_of(note: Note) -> NoteRecord:
    """The record that the row was made of."""
    files = note.attachments.order_by("id").values_list("sha256", "name", "size")
    return NoteRecord(
        sample=note.sample_id, by=note.by_id, text=note.text, measurement=note.measurement_id or "",
        attachments=tuple(Attached(*file) for file in files), withdrawn=note.withdrawn,
    )  # fmt: skip


@transaction.atomic
def _written(record: NoteRecord, *, id: str, expected_rev: int | None) -> Note:
    from jointlab.history.operations import note_blob

    for file in record.attachments:
        note_blob(sha256=file.sha256, size=file.size, derived=False)
    write(type="note/1", id=id, body=record, expected_rev=expected_rev)
    return Note.objects.get(id=id)


def _stored(file: NewFile) -> Attached:
    from django.conf import settings

    from jointlab.history.blobs import store

    name = clean_line(file.name.replace("\\", "/").rpartition("/")[2], field="files", empty=True, most=255) or "file"
    blob = store().put(file.chunks, limit=settings.NODE.upload_limit)
    return Attached(sha256=blob.sha256, name=name, size=blob.size)


def _require(actor: Actor, sample: Sample) -> None:
    if not visible_samples(actor).filter(pk=sample.pk).exists():
        raise NotFound("sample.none", "There is no sample {code}.", code=sample.code)
    actor.require(Right.WRITE)


def _require_own(actor: Actor, note: Note) -> None:
    """Seen, and one's own; an administrator may take back anybody's."""
    if not visible_notes(actor).filter(pk=note.pk).exists():
        raise NotFound("note.none", "There is no such note.")
    actor.require(Right.WRITE)
    if note.by_id != actor.person and Right.ADMINISTER not in actor.rights:
        raise NotAllowed("note.not-own", "Only {name} may change this note.", name=note.by.name)
