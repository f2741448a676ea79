"""Where the background work stands, for pages, alarms and /health."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min

from jointlab.jobs.models import Job


@dataclass(frozen=True)
class Standing:
    """Jobs by state."""

    waiting: int
    running: int
    failed: int
    oldest: dt.datetime | None  # when the oldest waiting job was queued


def standing(*, kind: str | None = None) -> Standing:
    """Of one kind, or of all."""
    jobs = Job.objects.filter(kind=kind) if kind else Job.objects.all()
    counts = {row["state"]: row["n"] for row in jobs.values("state").annotate(n=Count("id"))}
    oldest = jobs.filter(state=Job.State.WAITING).aggregate(at=Min("created_at"))["at"]
    state = Job.State
    return Standing(counts.get(state.WAITING, 0), counts.get(state.RUNNING, 0), counts.get(state.FAILED, 0), oldest)
