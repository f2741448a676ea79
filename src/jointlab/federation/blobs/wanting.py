"""Which files of partners are wanted, as rows: what records name and the store does not hold."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, IntegerField, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Cast
from django.utils import timezone

from jointlab.errors import NotFound
from jointlab.federation.blobs.models import Fetch
from jointlab.federation.blobs.parts import part_path
from jointlab.federation.blobs.policy import Policy
from jointlab.federation.blobs.settings import projects_of
from jointlab.history.models import Blob, Log, NamedBlob

_BATCH: Final = 500  # rows of one statement
State = Fetch.State


def newest_name() -> int:
    """The number of the newest row that names a file."""
    return NamedBlob.objects.aggregate(newest=Max("pk"))["newest"] or 0


def note_wanted(*, after: int, upto: int) -> int:
    """Rows for the files that mirrors name in rows with these numbers and that are not here; how many were new."""
    return _note(NamedBlob.objects.filter(log__kind=Log.Kind.MIRROR, pk__gt=after, pk__lte=upto))


def row_of(sha256: str) -> Fetch | None:
    """The row of a file; one that is not stored yet where a mirror names the file and nobody has looked."""
    found = Fetch.objects.filter(sha256=sha256).first()
    if found is None:
        found = next(_fresh(NamedBlob.objects.filter(log__kind=Log.Kind.MIRROR, sha256=sha256)), None)
    return found


@transaction.atomic
def _note(named: "QuerySet[NamedBlob]") -> int:
    fresh = list(_fresh(named.exclude(sha256__in=Fetch.objects.values("sha256"))))
    Fetch.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=_BATCH)
    return len(fresh)


def _fresh(named: "QuerySet[NamedBlob]") -> Iterator[Fetch]:
    missing = named.exclude(sha256__in=Blob.objects.values("sha256"))
    grouped = missing.values("sha256").annotate(
        home=Min("log__home"), most=Max("size"), all_derived=Min(Cast("derived", IntegerField()))
    )
    now = timezone.now()
    for row in grouped.order_by("sha256").iterator(chunk_size=_BATCH):
        derived = bool(row["all_derived"])
        yield Fetch(sha256=row["sha256"], partner=row["home"], size=row["most"], derived=derived, wanted_at=now)


def due(
    prefix: str, policy: Policy, *, now: dt.datetime, most: int, but: Collection[str] = (), only_asked: bool = False
) -> list[Fetch]:
    """What may be fetched from a partner now: what persons asked for first, then small first, all but those given."""
    local = timezone.localtime(now)
    night = policy.is_night(local)
    open_ = Fetch.objects.filter(partner=prefix, stopped=False).exclude(state=State.HERE)
    open_ = open_.filter(Q(next_at=None) | Q(next_at__lte=now))
    limits = [policy.usual, *policy.projects.values()]
    up_to = max(one.now(night=night) for one in limits)
    by_itself = Q(size__lte=up_to) | Q(size=None, derived=True)
    rows = open_.filter(Q(asked=True) if only_asked else Q(asked=True) | by_itself).order_by(
        "-asked", F("size").asc(nulls_first=True), "sha256"
    )
    found: list[Fetch] = []
    stream = iter(rows.iterator(chunk_size=_BATCH))
    while len(found) < most and (batch := list(islice(stream, _BATCH if policy.projects else most + len(but)))):
        found += [row for row in _allowed(batch, policy, night=night) if row.sha256 not in but]
    return found[:most]


def waits_for_night(fetch: Fetch, policy: Policy, project: str, *, now: dt.datetime) -> bool:
    """Whether the file comes by itself, but not before the night."""
    limits, size = policy.limits(project), fetch.size or 0
    return not policy.is_night(timezone.localtime(now)) and limits.now(night=False) < size <= limits.by_itself


def projects(rows: Collection[Fetch]) -> dict[str, str]:
    """By SHA-256, the slug of a project of the records that name each file."""
    names = NamedBlob.objects.filter(sha256__in=[row.sha256 for row in rows], log__kind=Log.Kind.MIRROR)
    records: dict[str, list[str]] = {}
    for sha256, record in names.values_list("sha256", "record"):
        records.setdefault(sha256, []).append(record)
    known = projects_of({record for some in records.values() for record in some})
    return {sha256: next((known[one] for one in some if one in known), "") for sha256, some in records.items()}


def taken_bytes(prefix: str) -> int:
    """How much the files of a partner take here: those that came, each once."""
    here = Fetch.objects.filter(partner=prefix, state=State.HERE)
    return here.aggregate(total=Sum("size"))["total"] or 0


def ask_for(sha256: str, *, by: str) -> Fetch:
    """A person wants the file now, whatever the settings say. Raises NotFound ``fetch.unknown``."""
    fetch = Fetch.objects.filter(sha256=sha256).first()
    if fetch is None:
        _note(NamedBlob.objects.filter(log__kind=Log.Kind.MIRROR, sha256=sha256))
        fetch = Fetch.objects.filter(sha256=sha256).first()
    if fetch is None:
        raise _unknown(sha256)
    open_ = Fetch.objects.filter(sha256=sha256).exclude(state=State.HERE)
    open_.update(asked=True, asked_by=by, next_at=None, tries=0, stopped=False)
    open_.exclude(state=State.FETCHING).update(state=State.WAITING, code="", sentence="")
    return Fetch.objects.get(sha256=sha256)


def stop(sha256: str) -> Fetch:
    """A person does not want the file now: what has come is kept, the rest does not come before somebody asks for it.

    Raises NotFound ``fetch.unknown``.
    """
    open_ = Fetch.objects.filter(sha256=sha256).exclude(state=State.HERE)
    open_.update(
        state=State.WAITING, stopped=True, asked=False, asked_by="", next_at=None, rate=0, code="", sentence=""
    )
    fetch = Fetch.objects.filter(sha256=sha256).first()
    if fetch is None:
        raise _unknown(sha256)
    return fetch


def forget(files: Collection[str]) -> None:
    """Of files that must go, also what has come so far, and every word about them. In the transaction of the erasure."""
    there = []
    for batch in _batches(files):
        rows = Fetch.objects.filter(sha256__in=batch)
        there += list(rows.values_list("sha256", flat=True))
        rows.delete()
    incoming = settings.NODE.incoming

    def remove() -> None:
        for sha256 in there:
            part_path(incoming, sha256).unlink(missing_ok=True)

    if there:
        transaction.on_commit(remove)


def tidy() -> int:
    """Remove parts on the disk that no row knows: of files erased while the program did not run. How many."""
    folder = part_path(settings.NODE.incoming, "").parent
    removed = 0
    for part in folder.glob("*.part"):
        if not Fetch.objects.filter(sha256=part.stem).exclude(state=State.HERE).exists():
            part.unlink(missing_ok=True)
            removed += 1
    return removed


def _allowed(rows: Collection[Fetch], policy: Policy, *, night: bool) -> Iterable[Fetch]:
    """Of rows up to the largest limit, those within the limit of their project."""
    slugs = projects(rows) if policy.projects else {}
    for row in rows:
        limit = policy.limits(slugs.get(row.sha256, "")).now(night=night)
        if row.asked or (limit >= 0 if row.size is None else row.size <= limit):
            yield row


def _unknown(sha256: str) -> NotFound:
    return NotFound("fetch.unknown", "No partner has shared a file {sha256} that is missing here.", sha256=sha256[:80])


def _batches(values: Iterable[str]) -> Iterable[list[str]]:
    rest = iter(values)
    while batch := list(islice(rest, _BATCH)):
        yield batch
