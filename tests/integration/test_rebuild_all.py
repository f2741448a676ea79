"""A node that holds some of everything is rebuilt to equal tables, and what nobody had decided on is read again."""

import pytest

from jointlab.history.fsck import fsck
from jointlab.history.models import Entry
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.history.registry import projected_tables, record_types
from jointlab.history.signing import sign_house_log
from jointlab.jobs.models import Job
from jointlab.jobs.runner import work_off
from jointlab.laboratory.models import File, Reading
from jointlab.laboratory.operations.files import queue_unread
from jointlab.node.check_commands import run_rebuild
from jointlab.science.demonstration.laboratory import FILES
from tests.integration.laboratory_content import fill


@pytest.fixture
def full(node: None) -> None:
    """A node with records of every type and rows in every table."""
    fill()


def test_everything_comes_back(full: None) -> None:
    assert File.objects.count() == len(FILES) + 2 >= 15
    assert {*Entry.objects.values_list("type", flat=True)} == set(record_types()), "a type that this test forgets"
    assert [table.__name__ for table in projected_tables() if not table._default_manager.exists()] == []
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before
    sign_house_log()
    report = fsck()
    assert report.findings == ()
    assert report.blobs > 2 * len(FILES)  # raw, columns, plots


def test_lost_drafts_are_read_again(full: None) -> None:
    Reading.objects.all().delete()
    Job.objects.all().delete()
    rebuild()
    states = Reading.objects.values_list("state", flat=True)
    recorded, decided = Reading.State.RECORDED, (Reading.State.RECORDED, Reading.State.ATTACHED)
    waiting = Reading.objects.exclude(state__in=decided).count()
    assert list(states).count(recorded) > 10
    assert Job.objects.count() == 0
    assert queue_unread() == Job.objects.count() == waiting >= 2
    work_off()
    assert not Reading.objects.filter(state=Reading.State.WAITING).exists()
    assert fsck().clean


def test_the_command_puts_unread_files_in_line(full: None) -> None:
    Job.objects.all().delete()
    run_rebuild(None)  # type: ignore[arg-type]
    assert Job.objects.filter(state=Job.State.WAITING).count() == 1  # the one that was never read
