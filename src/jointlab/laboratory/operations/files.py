"""Every change of raw files: they arrive, a question about one is answered, one is kept as a document."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings as django_settings
from django.db import IntegrityError, transaction

from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.history.blobs import StoredBlob, store
from jointlab.history.identifiers import home, new_id
from jointlab.history.operations import Draft, note_blobs, write, write_many
from jointlab.jobs.operations import enqueue
from jointlab.laboratory.models import File, Instrument, Reading
from jointlab.laboratory.operations.names import clean_folder, clean_name
from jointlab.laboratory.queries.visibility import visible_files
from jointlab.laboratory.records import FileKeptRecord, FileRecord
from jointlab.people.actors import Actor, Right
from jointlab.science.door import check_settings

READ_FILE = "read_file"  # the kind of work
_LONGEST_VALUE = 200  # characters of a setting
_DECIDED = (Reading.State.RECORDED, Reading.State.ATTACHED)


@dataclass(frozen=True)
class Received:
    """A file that arrived; `new` is false when the node had the same bytes already: then `file` is that one."""

    file: File
    new: bool


@dataclass(frozen=True)
class Arrival:
    """A file whose bytes are in the store, and how it was called."""

    stored: StoredBlob
    name: str
    folder: str = ""


def receive(
    actor: Actor, *, chunks: Iterable[bytes], name: str, folder: str = "", source: str, instrument: Instrument | None = None
) -> Received:  # fmt: skip
    """Take a file: its bytes into the store, its record into the log, and the reading of it in line.

    Raises NotAllowed, BadInput ``blob.too-large``, Unavailable ``blob.*``; then nothing is stored.
    """
    arrival = take(actor, chunks=chunks, name=name, folder=folder)
    return receive_stored(actor, [arrival], source=source, instrument=instrument)[0]


def take(actor: Actor, *, chunks: Iterable[bytes], name: str, folder: str = "") -> Arrival:
    """The first half of `receive`: the bytes into the store, before any transaction."""
    actor.require(Right.WRITE)
    clean = clean_name(name)
    stored = store().put(chunks, limit=django_settings.NODE.upload_limit)
    return Arrival(stored, clean, clean_folder(folder))


def receive_stored(
    actor: Actor, arrivals: Sequence[Arrival], *, source: str, instrument: Instrument | None = None, queue: bool = True
) -> list[Received]:  # fmt: skip
    """The second half: many files in one transaction. Without `queue` the caller reads them itself."""
    actor.require(Right.WRITE)
    try:
        return _receive_stored(actor, arrivals, source, instrument, queue=queue)
    except IntegrityError:  # somebody sent the same file in this moment
        return _receive_stored(actor, arrivals, source, instrument, queue=queue)


@transaction.atomic
def _receive_stored(
    actor: Actor, arrivals: Sequence[Arrival], source: str, instrument: Instrument | None, *, queue: bool
) -> list[Received]:
    hashes = [arrival.stored.sha256 for arrival in arrivals]
    known = {
        file.sha256: file for file in File.objects.filter(sha256__in=hashes, home=home()).select_related("reading")
    }
    fresh = {arrival.stored.sha256: arrival for arrival in reversed(arrivals) if arrival.stored.sha256 not in known}
    drafts = [
        Draft(new_id(), _record_of(actor, arrival, source, instrument), expected_rev=0)
        for arrival in arrivals
        if fresh.get(arrival.stored.sha256) is arrival
    ]
    if drafts:
        note_blobs({sha256: arrival.stored.size for sha256, arrival in fresh.items()})
        written = [recorded.id for recorded in write_many(type="file/1", drafts=drafts)]
        made = File.objects.select_related("reading", "instrument").filter(id__in=written)
        known |= {file.sha256: file for file in made}
        if queue:
            for file in written:
                queue_reading(file)
    return [
        Received(known[arrival.stored.sha256], new=fresh.get(arrival.stored.sha256) is arrival) for arrival in arrivals
    ]


def _record_of(actor: Actor, arrival: Arrival, source: str, instrument: Instrument | None) -> FileRecord:
    return FileRecord(
        sha256=arrival.stored.sha256, name=arrival.name, size=arrival.stored.size, source=source, by=actor.person,
        folder=arrival.folder, instrument=instrument.id if instrument else "",
    )  # fmt: skip


def queue_reading(file: str) -> None:
    """Have a file read (again), by its record."""
    enqueue(kind=READ_FILE, payload={"file": file}, key=f"{READ_FILE}:{file}")


def queue_unread() -> int:
    """Queue every file that waits to be read and is in no line: after a rebuild, a restore, a cut. How many."""
    waiting = list(Reading.objects.filter(state=Reading.State.WAITING).values_list("file_id", flat=True))
    for file in waiting:
        queue_reading(file)
    return len(waiting)


@transaction.atomic
def answer(actor: Actor, *, file: File, settings: Mapping[str, str], remember: bool = False) -> Reading:
    """Answer the question about a file; with `remember` for all files of its instrument, from now on and those that wait.

    An empty value takes an answer back. The file is read again. Raises NotFound, NotAllowed, BadInput ``setting.unknown``,
    ``setting.value``, ``file.no-instrument``, Conflict ``file.decided`` when a measurement holds the file already.
    """
    reading = _open_reading(actor, file)
    _check_answers(settings)
    reading.settings = {key: value for key, value in {**reading.settings, **settings}.items() if value}
    again = [reading]
    if remember:
        again += _remember(actor, file, dict(settings))
    for one in again:
        one.state = Reading.State.WAITING
        one.save(update_fields=["settings", "state"])
        queue_reading(one.file_id)
    return reading


@transaction.atomic
def read_again(actor: Actor, *, file: File) -> Reading:
    """Read a file anew, with a newer program or after a failure."""
    reading = _open_reading(actor, file)
    reading.state = Reading.State.WAITING
    reading.save(update_fields=["state"])
    queue_reading(file.id)
    return reading


@transaction.atomic
def keep_as_document(actor: Actor, *, file: File, attached: bool = True) -> Reading:
    """A file is no measurement, but kept; `attached` = False takes that back. Raises as `answer`."""
    reading = _reading(actor, file)
    if reading.state == Reading.State.RECORDED:
        raise _decided(file)
    write(type="file-kept/1", id=new_id(), body=FileKeptRecord(file=file.id, by=actor.person, attached=attached))
    if not attached:
        queue_reading(file.id)
    reading.refresh_from_db()
    return reading


def _reading(actor: Actor, file: File) -> Reading:
    actor.require(Right.WRITE)
    if not visible_files(actor).filter(id=file.id).exists():
        raise NotFound("file.unknown", "There is no such file, or you may not see it.")
    return Reading.objects.select_for_update().get(file=file)


def _open_reading(actor: Actor, file: File) -> Reading:
    reading = _reading(actor, file)
    if reading.state in _DECIDED:
        raise _decided(file)
    return reading


def _decided(file: File) -> Conflict:
    return Conflict(
        "file.decided",
        "“{name}” is recorded or kept as a document already. Withdraw that first, or analyse the measurement again.",
        name=file.name,
    )


def _remember(actor: Actor, file: File, settings: dict[str, str]) -> list[Reading]:
    """Remember for the instrument; returns the other files of it that asked the same."""
    from jointlab.laboratory.operations import instruments

    if file.instrument is None:
        raise BadInput(
            "file.no-instrument",
            "It is not known which instrument “{name}” comes from, so the answer cannot be remembered for it.",
            name=file.name,
        )
    instruments.remember(actor, instrument=file.instrument, settings=settings)
    asking = Reading.objects.filter(file__instrument=file.instrument, state=Reading.State.QUESTION)
    others = asking.filter(file__in=visible_files(actor)).exclude(file=file)
    return [other for other in others if ((other.refused or {}).get("question") or {}).get("key") in settings]


def _check_answers(settings: Mapping[str, str]) -> None:
    check_settings(settings)
    for key, value in settings.items():
        if len(value) > _LONGEST_VALUE:
            raise BadInput("setting.value", "{key}: at most {most} characters.", key=key, most=_LONGEST_VALUE)
