"""What waits in the inbox: files that no measurement holds yet, and what was done with others lately."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.utils import timezone

from jointlab.errors import BadInput, NotFound
from jointlab.laboratory.models import Device, File, Measurement, Reading, Result, Sample
from jointlab.laboratory.queries.visibility import visible_devices, visible_files, visible_measurements, visible_samples
from jointlab.people.actors import Actor

State = Reading.State
OPEN = (State.WAITING, State.READ, State.QUESTION, State.REFUSED)
NEEDS_A_PERSON = (State.QUESTION, State.REFUSED)
PER_PAGE = 100
_LATELY = dt.timedelta(hours=1)
_OFFERED = 50  # samples that the field suggests


@dataclass(frozen=True)
class InboxPage:
    """Files, the newest first; `after` leads to older ones, "" where there are none."""

    files: tuple[File, ...]
    after: str


@dataclass(frozen=True)
class Standing:
    """How many files stand where; bytes of those that wait and of all that are open."""

    waiting: int
    read: int
    question: int
    refused: int
    documents: int
    bytes_waiting: int
    bytes_open: int

    @property
    def open(self) -> int:
        """Files that nobody has decided on."""
        return self.waiting + self.read + self.question + self.refused

    @property
    def done(self) -> int:
        """Open files that a reader has looked at."""
        return self.open - self.waiting


@dataclass(frozen=True)
class Target:
    """Where files go: a sample, or a device of it."""

    sample: Sample
    device: Device | None = None


def page(actor: Actor, *, documents: bool = False, after: str = "") -> InboxPage:
    """Open files, or those kept as documents. Raises BadInput ``list.page``."""
    rows = _files(actor).filter(reading__state__in=(State.ATTACHED,) if documents else OPEN)
    if after:
        at, _, id = after.partition("_")
        try:
            moment = dt.datetime.fromisoformat(at)
        except ValueError:
            raise BadInput("list.page", "This is no page of the list. Go back to its beginning.") from None
        if moment.tzinfo is None or not 1900 <= moment.year <= 9000:
            raise BadInput("list.page", "This is no page of the list. Go back to its beginning.")
        rows = rows.filter(Q(received_at__lt=moment) | Q(received_at=moment, id__lt=id))
    found = list(rows.order_by("-received_at", "-id")[: PER_PAGE + 1])
    _hide_unseen(actor, found)
    last = found[PER_PAGE - 1] if len(found) > PER_PAGE else None
    return InboxPage(tuple(found[:PER_PAGE]), f"{last.received_at.isoformat()}_{last.id}" if last else "")


def standing(actor: Actor) -> Standing:
    """Of all files that this person sees."""
    rows = (
        visible_files(actor)
        .filter(reading__isnull=False)
        .values("reading__state")
        .annotate(n=Count("id"), bytes=Sum("size"))
    )
    by_state: dict[str, tuple[int, int]] = {row["reading__state"]: (row["n"], row["bytes"] or 0) for row in rows}

    def number(state: str) -> int:
        return by_state.get(state, (0, 0))[0]

    return Standing(
        waiting=number(State.WAITING), read=number(State.READ), question=number(State.QUESTION), refused=number(State.REFUSED),
        documents=number(State.ATTACHED), bytes_waiting=by_state.get(State.WAITING, (0, 0))[1],
        bytes_open=sum(by_state.get(state, (0, 0))[1] for state in OPEN),
    )  # fmt: skip


def waits_for_a_person(actor: Actor) -> int:
    """Files with a question, and refused ones that nobody has kept as documents."""
    needing = Reading.objects.filter(state__in=NEEDS_A_PERSON)
    if not needing.exists():  # every page asks: mostly there are none, whoever looks
        return 0
    return visible_files(actor).filter(reading__in=needing).count()


def waiting(actor: Actor) -> list[File]:
    """Files that are in line to be read, or being read."""
    return list(_files(actor).filter(reading__state=State.WAITING))


def files_by_id(actor: Actor, ids: Iterable[str]) -> list[File]:
    """In the order given. Raises NotFound ``file.unknown`` when one of them is not there for this person."""
    wanted = list(dict.fromkeys(ids))
    found = {file.id: file for file in _files(actor).filter(id__in=wanted)}
    if len(found) != len(wanted):
        raise NotFound("file.unknown", "There is no such file, or you may not see it.")
    _hide_unseen(actor, found.values())
    return [found[id] for id in wanted]


def file_by_hash(actor: Actor, sha256: str) -> File:
    """Raises NotFound ``file.unknown``."""
    found = _files(actor).filter(sha256=sha256).first()
    if found is None:
        raise NotFound("file.unknown", "There is no such file, or you may not see it.")
    _hide_unseen(actor, [found])
    return found


def target(actor: Actor, code: str) -> Target:
    """The sample or device with this code, in any case of the letters. Raises BadInput ``inbox.sample``, NotFound."""
    code = code.strip().partition(" ")[0]
    if not code:
        raise BadInput(
            "inbox.sample", "Name the sample that was measured: its code, such as one of those that the field offers."
        )
    device = visible_devices(actor).filter(code__iexact=code).select_related("sample").first()
    if device is not None:
        return Target(device.sample, device)
    sample = visible_samples(actor).filter(code__iexact=code).first()
    if sample is None:
        raise NotFound("sample.none", "There is no sample {code}.", code=code[:80])
    return Target(sample)


def offered_samples(actor: Actor) -> list[Sample]:
    """The samples made last, for the field's suggestions."""
    return list(visible_samples(actor).filter(archived=False).order_by("-created_at", "-id")[:_OFFERED])


def recorded_lately(actor: Actor) -> list[Measurement]:
    """Measurements of the last hour, which can be taken back from the inbox."""
    return list(
        visible_measurements(actor)
        .filter(recorded_at__gte=timezone.now() - _LATELY, withdrawn=False)
        .select_related("file", "sample", "device", "recorded_by")
        .prefetch_related(Prefetch("results", Result.objects.filter(shown=True, headline=True).order_by("order")))
        .order_by("-recorded_at", "-id")[:50]
    )


def _hide_unseen(actor: Actor, files: Iterable[File]) -> None:
    """A file's name may suggest a sample of a project that this person may not know of."""
    suggested = [file for file in files if file.reading.sample_id is not None]
    seen = set(
        visible_samples(actor)
        .filter(id__in={file.reading.sample_id for file in suggested})
        .values_list("id", flat=True)
    )
    for file in suggested:
        if file.reading.sample_id not in seen:
            file.reading.sample = file.reading.device = None


def _files(actor: Actor) -> "QuerySet[File]":
    """Our own: a partner's files are read there, and stand on measurements when they come."""
    return (
        visible_files(actor)
        .filter(reading__isnull=False)
        .select_related("reading", "reading__sample", "reading__device", "instrument", "received_by")
    )
