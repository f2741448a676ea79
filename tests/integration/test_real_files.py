"""All real instrument files through the inbox: none is lost, and what is not read says why."""

import hashlib
from collections import Counter
from typing import Any

import pytest

from jointlab.history.blobs import store
from jointlab.history.models import Entry
from jointlab.jobs.models import Job
from jointlab.jobs.runner import work_off
from jointlab.laboratory.models import File, Reading
from jointlab.laboratory.operations.archives import receive_archive
from jointlab.people.actors import Actor
from tests.instrument_files import ROOT, needs_real_files


@needs_real_files
@pytest.mark.real_files
def test_all_real_files_go_through_the_inbox(actor: Actor, tell: Any) -> None:
    paths = sorted(path for folder in ROOT.iterdir() if folder.is_dir() for path in folder.rglob("*") if path.is_file())
    assert len(paths) >= 119
    for path in paths:
        with path.open("rb") as content:
            dropped = receive_archive(
                actor,
                chunks=iter(lambda: content.read(1 << 16), b""),
                name=path.name,
                folder=path.parent.name,
                source="page",
            )
        assert dropped.left == []
        assert len(dropped.received) == 1, path  # an instrument's file that is a ZIP is one file
    work_off(processes=2)
    bytes_of = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in paths}
    files = {file.sha256: file for file in File.objects.select_related("reading")}
    assert set(files) == set(bytes_of)
    for sha256, file in files.items():
        assert hashlib.sha256(store().path(sha256).read_bytes()).hexdigest() == sha256
        reading = file.reading
        assert reading.state in (Reading.State.READ, Reading.State.QUESTION, Reading.State.REFUSED), file.name
        if reading.state == Reading.State.READ:
            assert reading.answer["tables"]
            assert all(store().has(table["parquet_sha256"]) for table in reading.answer["tables"])
        else:
            assert isinstance(reading.refused, dict)
            assert reading.refused["code"] != "file.not-read"
            assert len(reading.refused["message"]) > 20
    assert Entry.objects.filter(type="file/1").count() == len(files)
    assert not Job.objects.exclude(state=Job.State.DONE).exists()
    states = Counter(file.reading.state for file in files.values())
    assert states[Reading.State.READ] >= 70
    tell(f"real files through the inbox: {len(paths)} of {len(paths)}; {dict(states)}")
