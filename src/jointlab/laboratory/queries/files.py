"""What a person may know about files: the inbox, one file, and where a file stands that came again."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from jointlab.errors import NotFound
from jointlab.laboratory.models import File, Measurement, Reading
from jointlab.laboratory.queries.visibility import visible_files, visible_measurements, visible_samples
from jointlab.people.actors import Actor

State = Reading.State
OPEN = (State.WAITING, State.READ, State.QUESTION, State.REFUSED)  # nobody has decided yet


@dataclass(frozen=True)
class Counts:
    """How many files of the inbox stand where."""

    waiting: int
    read: int
    question: int
    refused: int

    @property
    def open(self) -> int:
        """Files that wait for a person, or are being read."""
        return self.waiting + self.read + self.question + self.refused


@dataclass(frozen=True)
class Place:
    """Where a file is that the node has already."""

    file: File
    state: str  # of its reading
    measurements: tuple[Measurement, ...]  # those that the person may see


def inbox(actor: Actor, *, states: tuple[str, ...] = OPEN, before: File | None = None, most: int = 50) -> list[File]:
    """Files by state, the newest first, with reading, instrument and suggestion; `before` is the last file of a page.

    A suggested sample that the person may not see is left out.
    """
    files = _with_all(visible_files(actor).filter(reading__state__in=states)).order_by("-received_at", "-id")
    if before is not None:
        files = files.filter(
            Q(received_at__lt=before.received_at) | Q(received_at=before.received_at, id__lt=before.id)
        )
    found = list(files[:most])
    _hide(actor, found)
    return found


def counts(actor: Actor) -> Counts:
    """Of the files that the person may see."""
    rows = visible_files(actor).filter(reading__state__in=OPEN).values("reading__state").annotate(n=Count("id"))
    found = {row["reading__state"]: row["n"] for row in rows}
    return Counts(*(found.get(state, 0) for state in OPEN))


def file_called(actor: Actor, sha256: str) -> File:
    """One file by its SHA-256. Raises NotFound ``file.unknown``."""
    found = list(_with_all(visible_files(actor).filter(sha256=sha256)))
    if not found:
        raise NotFound("file.unknown", "There is no such file, or you may not see it.")
    _hide(actor, found)
    return found[0]


def place_of(actor: Actor, file: File) -> Place | None:
    """Where a file stands that came again; None where the person may not know: then it is simply taken."""
    seen = visible_files(actor).filter(id=file.id).select_related("reading").first()
    if seen is None:
        return None
    measurements = visible_measurements(actor).filter(file=seen, withdrawn=False).select_related("sample")
    return Place(seen, seen.reading.state, tuple(measurements.order_by("-recorded_at")))


def _with_all(files: "QuerySet[File]") -> "QuerySet[File]":
    return files.filter(reading__isnull=False).select_related(
        "reading__sample", "reading__device", "instrument", "received_by"
    )  # one query for a page of files


def _hide(actor: Actor, files: list[File]) -> None:
    """Take away suggestions of samples that the person may not see."""
    suggested = {file.reading.sample_id for file in files if file.reading.sample_id}
    seen = set(visible_samples(actor).filter(id__in=suggested).values_list("id", flat=True)) if suggested else set()
    for file in files:
        if file.reading.sample_id not in seen:
            file.reading.sample = file.reading.device = None
            file.reading.why = ""
