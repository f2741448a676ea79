"""One row is one piece of work. Its state lives here and nowhere else, so that kill -9 loses nothing."""

from django.db import models


class Job(models.Model):
    """Waiting, running under a lease, done, or failed with a reason."""

    class State(models.TextChoices):
        """Where a piece of work stands."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=200, unique=True, null=True)  # the same work is not queued twice
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    most_tries = models.PositiveSmallIntegerField(default=3)
    not_before = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, default="", blank=True)
    lease_until = models.DateTimeField(null=True)  # renewed by the worker's heartbeat
    done = models.PositiveBigIntegerField(default=0)  # of `total`, in the unit that the kind of work names
    total = models.PositiveBigIntegerField(default=0)
    reason = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state", "not_before", "id"], name="job_next"),)
