"""How records of files become rows. Readings are drafts: a rebuilt file waits to be read again."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from jointlab.history.identifiers import home
from jointlab.history.operations import know_blob, know_blobs
from jointlab.history.registry import Kept, Recorded, RecordType
from jointlab.laboratory.models import File, Measurement, Reading
from jointlab.laboratory.operations.names import clean_folder, clean_name
from jointlab.laboratory.records import FileKeptRecord, FileRecord
from jointlab.people.queries import colleague_of

_BATCH = 100  # rows of one statement


def _values(recorded: Recorded, body: FileRecord) -> dict[str, Any]:
    name, folder = body.name, body.folder
    if recorded.home != home():  # a partner's program may have let anything through
        name, folder = clean_name(name), clean_folder(folder)
    return {
        "sha256": body.sha256, "name": name, "folder": folder, "size": body.size, "source": body.source,
        "instrument_id": body.instrument or None, "received_at": recorded.at, "received_by_id": body.by,
        "home": recorded.home,
    }  # fmt: skip


def _new_files(written: Sequence[tuple[Recorded, FileRecord]]) -> None:
    File.objects.bulk_create([File(id=one.id, **_values(one, body)) for one, body in written], batch_size=_BATCH)
    own = [(one, body) for one, body in written if one.home == home()]
    Reading.objects.bulk_create([Reading(file_id=one.id) for one, _ in own], batch_size=_BATCH)
    know_blobs({body.sha256: body.size for _, body in own})


def _file(recorded: Recorded, body: FileRecord) -> None:
    File.objects.update_or_create(id=recorded.id, defaults=_values(recorded, body))
    if recorded.home == home():  # a partner's file is read there, and its bytes may come much later, or never
        Reading.objects.get_or_create(file_id=recorded.id)
        know_blob(sha256=body.sha256, size=body.size)


def _kept(recorded: Recorded, body: FileKeptRecord) -> None:
    state = Reading.State.ATTACHED if body.attached else Reading.State.WAITING
    Reading.objects.filter(file_id=body.file).update(state=state)


def _erase(recorded: Recorded, kept: Kept) -> None:
    """Nothing stays: the measurements that were made of the file go first. Another node's may still stand on it."""
    if Measurement.objects.filter(file=recorded.id).exists():
        File.objects.filter(id=recorded.id).update(name="—", folder="")
    else:
        File.objects.filter(id=recorded.id).delete()


def _measurements(file: str) -> Iterable[str]:
    """Our own; what a partner measured of it is the partner's."""
    own = Measurement.objects.filter(file=file, id__startswith=f"{home()}:")
    return own.order_by("id").values_list("id", flat=True)


def drafted_columns() -> Iterator[str]:
    """SHA-256 of the columns and plots of what was read."""
    for answer in Reading.objects.exclude(answer={}).values_list("answer", flat=True).iterator():
        yield from (table.get("parquet_sha256") or "" for table in answer.get("tables") or ())
        yield answer.get("plots_sha256") or ""


TYPES: tuple[RecordType, ...] = (
    RecordType(
        "file/1",
        FileRecord,
        _file,
        blobs=lambda body: (body.sha256,),
        erase=_erase,
        takes=_measurements,
        apply_new=_new_files,
        needs=lambda body: (*filter(None, (body.instrument,)), colleague_of(body.by)),
        sizes=lambda body: {body.sha256: body.size},
    ),
    RecordType(
        "file-kept/1",
        FileKeptRecord,
        _kept,
        needs=lambda body: (body.file, colleague_of(body.by)),
        changes=lambda body: (body.file,),
    ),
)
