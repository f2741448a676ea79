"""Every change of a job's row. Each is one statement, so that it works alike on SQLite and PostgreSQL."""

import datetime as dt
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from jointlab.jobs.models import Job

State = Job.State
LIVE = (State.WAITING, State.RUNNING)
LEASE = 60.0  # seconds
_LONGEST_REASON = 2000  # characters
_AFRESH: dict[str, Any] = {
    "state": State.WAITING, "tries": 0, "worker": "", "lease_until": None, "done": 0, "total": 0, "reason": "",
    "ended_at": None,
}  # fmt: skip


def enqueue(*, kind: str, payload: Mapping[str, Any], key: str | None = None, most_tries: int = 3) -> Job:
    """Queue work. With a `key`, work that waits or runs already is not queued twice; work that has ended is queued anew."""
    values: dict[str, Any] = {"kind": kind, "payload": dict(payload), "most_tries": most_tries}
    if key is None:
        return Job.objects.create(**values)
    job, new = Job.objects.get_or_create(key=key, defaults=values)
    if not new and job.state not in LIVE:
        Job.objects.filter(id=job.id).exclude(state__in=LIVE).update(**values, **_AFRESH)
        job.refresh_from_db()
    return job


def claim(*, worker: str, kinds: Iterable[str], most: int, lease: float = LEASE) -> list[Job]:
    """Take up to `most` waiting jobs, or jobs whose worker let the lease run out; the oldest first.

    The condition stands twice: PostgreSQL looks again at the outer one when another worker held the row meanwhile.
    """
    now = timezone.now()
    free = Q(state=State.WAITING) & (Q(not_before=None) | Q(not_before__lte=now))
    free |= Q(state=State.RUNNING, lease_until__lt=now)
    free &= Q(kind__in=list(kinds), tries__lt=F("most_tries"))
    mark = f"{worker[:60]}/{secrets.token_hex(8)}"
    taken = Job.objects.filter(free, id__in=Job.objects.filter(free).order_by("id").values("id")[:most]).update(
        state=State.RUNNING, worker=mark, lease_until=now + dt.timedelta(seconds=lease), tries=F("tries") + 1
    )
    return list(Job.objects.filter(worker=mark, state=State.RUNNING).order_by("id")) if taken else []


def renew(jobs: Iterable[Job], *, lease: float = LEASE) -> None:
    """The heartbeat: these are still being worked on."""
    until = timezone.now() + dt.timedelta(seconds=lease)
    for mark, ids in _by_mark(jobs).items():
        Job.objects.filter(id__in=ids, worker=mark, state=State.RUNNING).update(lease_until=until)


def end_leases_of_the_dead(*, computer: str) -> int:
    """Work whose process on this computer is no more waits for no lease: the next claim takes it. How many.

    Workers are named ``computer:process/mark``. A process number that was given anew looks alive; its lease then runs out.
    """
    now, ended = timezone.now(), 0
    held = Job.objects.filter(state=State.RUNNING, worker__startswith=f"{computer}:", lease_until__gte=now)
    for mark in set(held.values_list("worker", flat=True)):
        process = mark.removeprefix(f"{computer}:").partition("/")[0]
        if process.isdecimal() and not _runs(int(process)):
            ended += held.filter(worker=mark).update(lease_until=now - dt.timedelta(microseconds=1))
    return ended


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return not _only_waits_to_be_buried(process)


def _only_waits_to_be_buried(process: int) -> bool:
    """A killed process keeps its number until its parent asks after it (Linux: state Z in its stat)."""
    try:
        stat = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return False
    return stat.rpartition(b")")[2].split()[:1] == [b"Z"]


def release(jobs: Iterable[Job]) -> None:
    """Give back, untouched, what was claimed and not begun; the try does not count."""
    for mark, ids in _by_mark(jobs).items():
        Job.objects.filter(id__in=ids, worker=mark, state=State.RUNNING).update(
            state=State.WAITING, worker="", lease_until=None, tries=F("tries") - 1
        )


def end(job: Job, *, state: str = State.DONE, reason: str = "") -> bool:
    """The end of a claimed job; False when it was stopped, or taken by another worker meanwhile."""
    return bool(
        Job.objects.filter(id=job.id, worker=job.worker, state=State.RUNNING).update(
            state=state, reason=reason[:_LONGEST_REASON], ended_at=timezone.now(), lease_until=None
        )
    )


def stop(job: Job) -> bool:
    """Stop work that waits or runs; what a running task still finds is thrown away."""
    return bool(
        Job.objects.filter(id=job.id, state__in=LIVE).update(
            state=State.STOPPED, ended_at=timezone.now(), lease_until=None
        )
    )


def progress(job: Job, *, done: int, total: int) -> None:
    """How far it is, in the unit that the kind of work names."""
    Job.objects.filter(id=job.id, state=State.RUNNING).update(done=done, total=total)


@transaction.atomic
def abandoned() -> list[Job]:
    """Fail jobs whose workers ended again and again while they worked on them; returns those."""
    now = timezone.now()
    spent = Q(state=State.RUNNING, lease_until__lt=now, tries__gte=F("most_tries"))
    failed = []
    for job in Job.objects.filter(spent):
        reason = f"The process that worked on this ended {job.tries} times before it was done."
        if Job.objects.filter(spent, id=job.id).update(
            state=State.FAILED, reason=reason, ended_at=now, lease_until=None
        ):
            job.reason = reason
            failed.append(job)
    return failed


def forget(*, days: float) -> int:
    """Delete work that was done, or stopped, longer ago than this; failed work stays until somebody has looked."""
    before = timezone.now() - dt.timedelta(days=days)
    return Job.objects.filter(state__in=(State.DONE, State.STOPPED), ended_at__lt=before).delete()[0]


def _by_mark(jobs: Iterable[Job]) -> dict[str, list[int]]:
    marks: dict[str, list[int]] = {}
    for job in jobs:
        marks.setdefault(job.worker, []).append(job.id)
    return marks
