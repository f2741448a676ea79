"""How the node is: for a monitor one word; for its administrators what there is to know, and alarms."""

import datetime as dt
import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from jointlab.errors import Fault, Unavailable
from jointlab.history.models import Checkpoint
from jointlab.history.signing import unsigned, unsigned_since
from jointlab.jobs.models import Job
from jointlab.node.backups.making import last_backup
from jointlab.people.models import Person, Role

OLD_WORK = dt.timedelta(hours=1)  # work that has waited longer is an alarm
OLD_TAIL = dt.timedelta(minutes=10)  # so are entries without a checkpoint for longer
STATE = "alarms.json"
GB = 10**9

log = logging.getLogger("jointlab.health")


@dataclass(frozen=True)
class Health:
    """The node at one moment; times in UTC."""

    free_bytes: int
    failed_jobs: int
    waiting_jobs: int
    oldest_waiting: dt.datetime | None
    unsigned_entries: int
    unsigned_since: dt.datetime | None
    last_checkpoint: dt.datetime | None
    last_backup: dt.datetime | None


def examine() -> Health:
    """Look at disk, work, log and backups."""
    waiting = Job.objects.filter(state=Job.State.WAITING)
    oldest = waiting.order_by("id").first()
    checkpoint = Checkpoint.objects.order_by("-size").first()
    return Health(
        free_bytes=shutil.disk_usage(settings.NODE.folder).free,
        failed_jobs=Job.objects.filter(state=Job.State.FAILED).count(),
        waiting_jobs=waiting.count(),
        oldest_waiting=oldest.created_at if oldest else None,
        unsigned_entries=unsigned(),
        unsigned_since=unsigned_since(),
        last_checkpoint=checkpoint.at if checkpoint else None,
        last_backup=last_backup(),
    )


def alarms(health: Health) -> tuple[Fault, ...]:
    """What somebody must do something about, each as a fault with its code and sentence."""
    now, node = timezone.now(), settings.NODE
    found: list[Fault] = []
    if health.free_bytes < node.disk_alarm_gb * GB:
        found.append(Unavailable(
            "alarm.disk", "The disk of the node has only {free} GB left; uploads will soon be refused. Make room, or use a larger disk.",
            free=f"{health.free_bytes / GB:.1f}",
        ))  # fmt: skip
    if health.failed_jobs:
        found.append(Unavailable("alarm.failed", "Background work has failed ({count}). Look at the reasons and run it again.", count=health.failed_jobs))  # fmt: skip
    if health.oldest_waiting and now - health.oldest_waiting > OLD_WORK:
        found.append(Unavailable("alarm.waiting", "Background work has waited for more than an hour ({count}). Does the worker run?", count=health.waiting_jobs))  # fmt: skip
    if health.unsigned_since and now - health.unsigned_since > OLD_TAIL:
        found.append(Unavailable("alarm.unsigned", "The log has not been signed for {count} entries. Run: jointlab fsck", count=health.unsigned_entries))  # fmt: skip
    if not node.demonstration and _is_old(health.last_backup, now):
        found.append(Unavailable("alarm.backup", "There has been no backup for {days} days. Look at the backups.", days=f"{node.backup_alarm_days:g}"))  # fmt: skip
    return tuple(found)


def watch() -> tuple[str, ...]:
    """Look, keep what is found for the pages, and mail each alarm to the administrators once, when it begins.

    The codes of the alarms that have begun.
    """
    found = alarms(examine())
    before = {told.code for told in told_alarms()}
    fresh = [alarm for alarm in found if alarm.code not in before]
    _keep(found)
    for alarm in fresh:
        log.warning("alarm %s begins", alarm.code)
    for code in before - {alarm.code for alarm in found}:
        log.warning("alarm %s is over", code)
    if fresh:
        _mail(fresh)
    return tuple(alarm.code for alarm in fresh)


def told_alarms() -> tuple[Fault, ...]:
    """What the worker found when it last looked; no question to the database."""
    try:
        said = json.loads(_state().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    return tuple(Unavailable(alarm["code"], alarm["template"], **alarm["facts"]) for alarm in said)


def _keep(found: tuple[Fault, ...]) -> None:
    told = [
        {
            "code": alarm.code,
            "template": alarm.template,
            "facts": {name: str(fact) for name, fact in alarm.facts.items()},
        }
        for alarm in found
    ]
    fresh = _state().with_suffix(".new")
    fresh.write_text(json.dumps(told), encoding="utf-8")
    fresh.replace(_state())


def _state() -> Path:
    path: Path = settings.NODE.folder / STATE
    return path


def _mail(fresh: list[Fault]) -> None:
    administrators = Person.objects.filter(role=Role.ADMINISTRATOR, active=True, institution=settings.NODE.prefix)
    to = sorted(administrators.exclude(email="").values_list("email", flat=True))
    if not to:
        return
    text = "\n".join(f"- {alarm.message}" for alarm in fresh)
    try:
        send_mail(f"jointlab {settings.NODE.name}: {len(fresh)} alarm(s)", text, None, to)
    except OSError as fault:  # smtplib's faults are OSErrors
        log.error("the alarms could not be mailed: %s", type(fault).__name__)


def _is_old(at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether the last backup is too long ago; a node that was never backed up has the same time from its first entry."""
    if at is None:
        from jointlab.history.models import Entry
        from jointlab.ledger.entries import Entry as Line

        first = Entry.objects.filter(position=0).values_list("entry", flat=True).first()
        if first is None:
            return False
        at = dt.datetime.fromisoformat(Line.from_bytes(bytes(first)).at)
    return now - at > dt.timedelta(days=settings.NODE.backup_alarm_days)
