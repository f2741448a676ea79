"""note/1 becomes rows."""

from collections.abc import Iterable, Mapping

from jointlab.history.identifiers import home
from jointlab.history.registry import Kept, Recorded, RecordType
from jointlab.laboratory.models import Attachment, Measurement, Note
from jointlab.laboratory.operations.names import clean_name
from jointlab.laboratory.records import NoteRecord
from jointlab.people.queries import colleague_of


def apply_note(recorded: Recorded, body: NoteRecord) -> None:
    """One revision of a note with its files."""
    about = Measurement.objects.filter(id=body.measurement).first() if body.measurement else None  # or it was erased
    values = {
        "rev": recorded.rev, "sample_id": body.sample, "measurement": about, "text": body.text,
        "withdrawn": body.withdrawn,
    }  # fmt: skip
    created = {"at": recorded.at, "by_id": body.by}
    note, _ = Note.objects.update_or_create(id=recorded.id, defaults=values, create_defaults={**values, **created})
    Attachment.objects.filter(note=note).delete()
    Attachment.objects.bulk_create(
        [
            Attachment(note=note, sha256=file.sha256, name=_name(recorded, file.name), size=file.size)
            for file in body.attachments
        ]
    )


def _name(recorded: Recorded, name: str) -> str:
    """A partner's program may have let anything through."""
    return name if recorded.home == home() else clean_name(name)


def _blobs(body: NoteRecord) -> Iterable[str]:
    return (file.sha256 for file in body.attachments)


def _erase(recorded: Recorded, kept: Kept) -> None:
    """The words and the files of an erased note are gone."""
    Attachment.objects.filter(note=recorded.id).delete()
    Note.objects.filter(id=recorded.id).delete()


def _needs(body: NoteRecord) -> Iterable[str]:
    return (body.sample, *filter(None, (body.measurement,)), colleague_of(body.by))


def _sizes(body: NoteRecord) -> Mapping[str, int]:
    return {file.sha256: file.size for file in body.attachments}


TYPES = (RecordType("note/1", NoteRecord, apply_note, blobs=_blobs, sizes=_sizes, erase=_erase, needs=_needs),)
