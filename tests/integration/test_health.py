"""A monitor learns one word; administrators what there is to know; an alarm is mailed once."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from jointlab.jobs.models import Job
from jointlab.node import health, state_views
from jointlab.node.keeper import back_up_if_due
from jointlab.people.models import Person
from tests.integration.conftest import signed_in


@pytest.fixture(autouse=True)
def fresh(node: None, settings: Any) -> Iterator[None]:
    """No alarm told before, and a disk with room."""
    settings.NODE = replace(settings.NODE, disk_alarm_gb=0)
    (settings.NODE.folder / health.STATE).unlink(missing_ok=True)
    yield
    (settings.NODE.folder / health.STATE).unlink(missing_ok=True)


def test_a_stranger_learns_one_word() -> None:
    answer = Client().get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_others_than_administrators_learn_no_more(researcher: Person, partner: Person) -> None:
    for person in (researcher, partner):
        client = signed_in(person)
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/state").status_code == 403
    assert Client().get("/state").status_code == 302


def test_an_administrator_sees_the_node(administrator: Person) -> None:
    client = signed_in(administrator)
    Job.objects.create(kind="x", state=Job.State.FAILED, reason="a reason")
    said = client.get("/health").json()
    assert said["status"] == "alarm"
    assert (said["failed_jobs"], said["alarms"][0]["code"]) == (1, "alarm.failed")
    assert said["free_bytes"] > 0
    page = client.get("/state").content.decode()
    assert "Background work has failed (1)" in page


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(state_views, "examine", broken)
    answer = Client().get("/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "down"})


def _seen(**changes: Any) -> health.Health:
    return replace(health.examine(), **changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"failed_jobs": 2}, "alarm.failed"),
        ({"oldest_waiting": timezone.now() - dt.timedelta(hours=2), "waiting_jobs": 1}, "alarm.waiting"),
        ({"unsigned_entries": 3, "unsigned_since": timezone.now() - dt.timedelta(hours=1)}, "alarm.unsigned"),
        ({"last_backup": timezone.now() - dt.timedelta(days=4)}, "alarm.backup"),
    ],
)  # fmt: skip
def test_each_alarm(changes: dict[str, Any], code: str) -> None:
    calm = {"unsigned_since": None, "failed_jobs": 0, "oldest_waiting": None}
    assert health.alarms(_seen(**calm)) == ()
    assert [alarm.code for alarm in health.alarms(_seen(**{**calm, **changes}))] == [code]


def test_a_full_disk_is_an_alarm(settings: Any) -> None:
    settings.NODE = replace(settings.NODE, disk_alarm_gb=1)
    seen = _seen(free_bytes=400_000_000)
    assert [(alarm.code, "0.4 GB" in alarm.message) for alarm in health.alarms(seen)] == [("alarm.disk", True)]


@pytest.mark.damages
def test_an_alarm_is_mailed_once_and_again_when_it_comes_back(administrator: Person, researcher: Person) -> None:
    Person.objects.filter(id=administrator.id).update(email="omarova@example.org")
    Person.objects.filter(id=researcher.id).update(email="serikov@example.org")
    job = Job.objects.create(kind="x", state=Job.State.FAILED)
    assert "alarm.failed" in health.watch()
    assert health.watch() == ()
    assert [message.to for message in mail.outbox] == [["omarova@example.org"]]
    assert "has failed (1)" in mail.outbox[0].body
    assert "State of the node" in signed_in(administrator).get("/").content.decode()
    job.delete()
    health.watch()
    Job.objects.create(kind="x", state=Job.State.FAILED)
    assert "alarm.failed" in health.watch()
    assert len(mail.outbox) == 2


def test_a_backup_is_made_when_it_is_due(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr("jointlab.node.keeper.make_backup", lambda vault, *, keep_days: made.append(keep_days))
    assert not back_up_if_due()
    settings.NODE = replace(settings.NODE, backup={"folder": str(tmp_path), "every_hours": 24, "keep_days": 30})
    monkeypatch.setattr("jointlab.node.keeper.last_backup", lambda: timezone.now() - dt.timedelta(hours=23))
    assert not back_up_if_due()
    monkeypatch.setattr("jointlab.node.keeper.last_backup", lambda: timezone.now() - dt.timedelta(hours=25))
    assert back_up_if_due()
    assert made == [30]


def test_a_node_that_was_never_backed_up_says_so_and_what_to_do(
    administrator: Person, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = signed_in(administrator)
    page = boss.get("/state").content.decode()
    assert "No backup has been made yet." in page and "jointlab backup DIR" in page
    assert "backups are as they should be" not in page
    settings.NODE = replace(settings.NODE, backup={"folder": str(tmp_path)})
    assert f"the first one in {tmp_path} by itself" in boss.get("/state").content.decode()
    monkeypatch.setattr(health, "last_backup", timezone.now)
    assert "No backup has been made yet." not in boss.get("/state").content.decode()
