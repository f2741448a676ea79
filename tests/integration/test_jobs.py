"""Background work: claimed once, never lost, and a task that kills its process fails alone."""

import datetime as dt
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from jointlab.errors import BadInput
from jointlab.jobs import operations, registry
from jointlab.jobs.executors import InLine
from jointlab.jobs.models import Job
from jointlab.jobs.operations import claim, end, enqueue, renew, stop
from jointlab.jobs.queries import standing
from jointlab.jobs.registry import JobKind, register
from jointlab.jobs.runner import Runner, work_off
from tests.unit.jobs import tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    found: dict[str, Any] = {}

    def finish(payload: Mapping[str, Any], result: Any) -> None:
        if result == "unwritable":
            Job.objects.create(kind="trace", payload={})
            raise BadInput("test.no", "It cannot be written.")
        found[str(payload["of"])] = result

    def fail(payload: Mapping[str, Any], reason: str) -> None:
        found[str(payload["of"])] = reason

    def prepare(payload: Mapping[str, Any]) -> Any:
        if payload["of"] == "unready":
            raise BadInput("test.unready", "It is not ready.")
        return payload["of"]

    monkeypatch.setattr(registry, "_kinds", {})
    register(JobKind("misbehave", prepare, tasks.misbehave, finish, fail, seconds=1.0))
    yield found


def test_the_same_work_is_not_queued_twice_but_again_when_it_has_ended() -> None:
    job = enqueue(kind="misbehave", payload={"of": 1}, key="a")
    assert enqueue(kind="misbehave", payload={"of": 2}, key="a").id == job.id
    assert Job.objects.get().payload == {"of": 1}
    [claimed] = claim(worker="w", kinds=["misbehave"], most=5)
    assert enqueue(kind="misbehave", payload={"of": 2}, key="a").state == Job.State.RUNNING
    assert end(claimed)
    again = enqueue(kind="misbehave", payload={"of": 3}, key="a")
    assert (again.id, again.state, again.payload, again.tries) == (job.id, Job.State.WAITING, {"of": 3}, 0)


def test_a_job_is_claimed_once_in_order_and_by_kind() -> None:
    for n in range(3):
        enqueue(kind="misbehave", payload={"of": n})
    enqueue(kind="other", payload={})
    first = claim(worker="a", kinds=["misbehave"], most=2)
    assert [job.payload["of"] for job in first] == [0, 1]
    assert [job.payload["of"] for job in claim(worker="b", kinds=["misbehave"], most=2)] == [2]
    assert claim(worker="c", kinds=["misbehave"], most=2) == []


def test_a_job_that_is_not_due_waits() -> None:
    job = enqueue(kind="misbehave", payload={})
    Job.objects.filter(id=job.id).update(not_before=timezone.now() + dt.timedelta(hours=1))
    assert claim(worker="a", kinds=["misbehave"], most=1) == []


def test_a_killed_workers_job_is_taken_after_its_lease_and_the_late_result_is_refused() -> None:
    enqueue(kind="misbehave", payload={})
    [late] = claim(worker="a", kinds=["misbehave"], most=1, lease=30)
    assert claim(worker="b", kinds=["misbehave"], most=1) == []
    Job.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    [taken] = claim(worker="b", kinds=["misbehave"], most=1)
    assert taken.tries == 2
    assert not end(late)
    renew([late], lease=9999)
    assert Job.objects.get().lease_until == taken.lease_until
    assert end(taken)


def test_the_work_of_a_process_that_is_no_more_is_taken_at_once(results: dict[str, Any]) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    runner = Runner(processes=0)
    for number, process in enumerate((ended.pid, os.getppid(), "nonsense")):
        enqueue(kind="misbehave", payload={"of": f"of {number}"})
        assert claim(worker=f"{runner.computer}:{process}", kinds=["misbehave"], most=1)
    enqueue(kind="misbehave", payload={"of": "elsewhere"})
    assert claim(worker=f"elsewhere:{ended.pid}", kinds=["misbehave"], most=1)
    runner.work_off()
    assert list(results) == ["of 0"]
    assert sorted(Job.objects.values_list("state", "tries")) == [("done", 2), *[("running", 1)] * 3]


def test_work_that_ends_its_workers_again_and_again_is_given_up(results: dict[str, Any]) -> None:
    enqueue(kind="misbehave", payload={"of": "x"}, most_tries=2)
    for _ in range(2):
        [job] = claim(worker="a", kinds=["misbehave"], most=1)
        Job.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert claim(worker="a", kinds=["misbehave"], most=1) == []
    Runner(processes=0)._give_up_abandoned()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "ended 2 times" in job.reason
    assert results == {"x": job.reason}


def test_a_stopped_job_is_not_run_and_its_result_is_thrown_away(results: dict[str, Any]) -> None:
    assert stop(enqueue(kind="misbehave", payload={"of": 1}))
    running = enqueue(kind="misbehave", payload={"of": 2})

    class StoppedMeanwhile(InLine):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
            assert stop(running)
            return super().submit(fn, *args, **kwargs)

    Runner(executor=StoppedMeanwhile()).work_off()
    assert results == {}
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.STOPPED}


def test_work_off_does_all_and_one_bad_result_takes_back_only_itself(results: dict[str, Any]) -> None:
    for of in ("a", "raise", "unwritable", "unready", "b"):
        enqueue(kind="misbehave", payload={"of": of})
    work_off()
    assert results == {
        "a": "a", "raise": "ValueError: no good", "unwritable": "It cannot be written.", "unready": "It is not ready.", "b": "b",
    }  # fmt: skip
    assert not Job.objects.filter(kind="trace").exists()
    found = standing(kind="misbehave")
    assert (found.waiting, found.running, found.failed) == (0, 0, 3)


@pytest.mark.parametrize("how", ["crash", "killed", "memory"])
def test_a_task_that_kills_its_child_fails_alone(results: dict[str, Any], how: str) -> None:
    for of in (1, 2, how, 3, 4):
        enqueue(kind="misbehave", payload={"of": of})
    work_off(processes=1)
    reason = results.pop(how)
    assert "memory" in reason
    assert results == {"1": 1, "2": 2, "3": 3, "4": 4}


def test_a_task_that_takes_too_long_is_ended(results: dict[str, Any]) -> None:
    enqueue(kind="misbehave", payload={"of": "hang"})
    enqueue(kind="misbehave", payload={"of": 1})
    work_off(processes=1)
    assert results == {"hang": "It took longer than 1 s and was ended.", "1": 1}


def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_not_begun(results: dict[str, Any]) -> None:
    job = enqueue(kind="misbehave", payload={"of": 1})

    class Never(InLine):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
            return Future()

    runner = Runner(executor=Never())
    runner._fill()
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
    runner._stop()
    job.refresh_from_db()
    assert (job.state, job.tries) == (Job.State.WAITING, 0)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same_job() -> None:
    for n in range(40):
        enqueue(kind="misbehave", payload={"of": n})
    taken: list[int] = []

    def take() -> None:
        try:
            while jobs := claim(worker="w", kinds=["misbehave"], most=3):
                taken.extend(job.id for job in jobs)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40
    assert connection.vendor in ("sqlite", "postgresql")


def test_done_work_is_forgotten_and_failed_work_is_not() -> None:
    for state in (Job.State.DONE, Job.State.FAILED):
        Job.objects.create(kind="x", state=state, ended_at=timezone.now() - dt.timedelta(days=9))
    assert operations.forget(days=7) == 1
    assert Job.objects.get().state == Job.State.FAILED
