"""Files arrive, are read, ask, are kept: through the same operations as any page."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from django.conf import settings as django_settings

from jointlab.errors import BadInput, Conflict, NotAllowed, NotFound, Unavailable
from jointlab.history import blobs
from jointlab.history.blobs import store
from jointlab.history.models import Blob, Entry
from jointlab.jobs.models import Job
from jointlab.jobs.runner import work_off
from jointlab.laboratory import tasks
from jointlab.laboratory.columns import load_columns, values_sha256
from jointlab.laboratory.models import File, Instrument, Reading
from jointlab.laboratory.operations import files, instruments
from jointlab.laboratory.reading_apart import read_file
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.science.door import read_source
from jointlab.science.source import Source
from tests.integration.made_files import UNKNOWN, made

State = Reading.State


def receive(actor: Actor, data: bytes, name: str, **more: object) -> files.Received:
    return files.receive(actor, chunks=[data[:100], data[100:]], name=name, source="page", **more)  # type: ignore[arg-type]


def refused(file: File) -> dict[str, Any]:
    said = Reading.objects.get(file=file).refused
    assert isinstance(said, dict)
    return said


@pytest.fixture
def instrument(administrator: Person) -> Instrument:
    return instruments.add(actor_of(administrator, home="kz"), name="X'Pert Pro", zone="Asia/Almaty")


def test_a_file_is_kept_byte_for_byte_and_read(actor: Actor) -> None:
    data = made(".mpt")
    received = receive(actor, data, "cell.mpt", folder="KZ155/day 1")
    assert received.new
    file = received.file
    assert (file.name, file.folder, file.size, file.source) == ("cell.mpt", "KZ155/day 1", len(data), "page")
    assert file.received_by_id == actor.person
    with store().open(file.sha256) as kept:
        assert kept.read() == data
    assert Reading.objects.get(file=file).state == State.WAITING
    work_off()
    reading = Reading.objects.get(file=file)
    assert reading.state == State.READ
    assert (reading.technique, reading.format) == ("galvanostatic_cycling", "biologic.mpt")
    known = read_source(Source("cell.mpt", data))
    assert reading.answer["plots"] == sum(len(a.plots) for _, a in known.analyses) > 0
    assert [f["value"] for f in reading.answer["figures"]] == [f.value for f, _ in known.telling_first()]
    assert sorted(f["value"] for f in reading.answer["figures"]) == sorted(f.value for f in known.figures)
    assert sum(f["headline"] for f in reading.answer["figures"]) == len(known.headline()) > 0
    assert reading.answer["sha256"] == file.sha256
    [table], [said] = known.tables, reading.answer["tables"]
    columns = load_columns(said["parquet_sha256"])
    assert columns.equals(table.frame)
    assert said["values_sha256"] == values_sha256(columns)
    assert Blob.objects.get(sha256=said["parquet_sha256"]).derived
    assert not Blob.objects.get(sha256=file.sha256).derived


def test_the_same_file_twice_is_one_file(actor: Actor) -> None:
    first = receive(actor, UNKNOWN, "a.txt")
    entries = Entry.objects.count()
    again = receive(actor, UNKNOWN, "another name.dat", folder="elsewhere")
    assert not again.new
    assert again.file == first.file
    assert again.file.name == "a.txt"
    assert Entry.objects.count() == entries
    assert Job.objects.count() == 1


def test_the_same_file_twice_in_one_batch_is_one_file(actor: Actor) -> None:
    taken = [files.take(actor, chunks=[UNKNOWN], name=name) for name in ("a", "b")]
    received = files.receive_stored(actor, taken, source="command")
    assert [r.new for r in received] == [True, False]
    assert File.objects.count() == 1


def test_a_file_of_no_known_format_is_kept_and_says_why(actor: Actor) -> None:
    file = receive(actor, UNKNOWN, "strange.bin").file
    work_off()
    reading = Reading.objects.get(file=file)
    assert reading.state == State.REFUSED
    assert refused(file)["code"] == "format.unknown"
    assert "strange.bin" in refused(file)["message"]
    assert store().has(file.sha256)


def test_an_empty_file_is_kept_and_says_so(actor: Actor) -> None:
    file = receive(actor, b"", "nothing.csv").file
    work_off()
    assert (file.size, refused(file)["code"]) == (0, "file.empty")


def test_an_upload_that_is_cut_leaves_nothing(actor: Actor) -> None:
    def cut() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    before = sorted(django_settings.NODE.incoming.iterdir())
    with pytest.raises(ConnectionResetError):
        files.receive(actor, chunks=cut(), name="x", source="page")
    assert not File.objects.exists()
    assert sorted(django_settings.NODE.incoming.iterdir()) == before


def test_too_large_an_upload_is_refused(actor: Actor, settings: object) -> None:
    settings.NODE = replace(django_settings.NODE, upload_limit=50)  # type: ignore[attr-defined]
    with pytest.raises(BadInput) as caught:
        receive(actor, UNKNOWN, "x")
    assert caught.value.code == "blob.too-large"
    assert not File.objects.exists()


def test_a_full_disk_is_said_and_nothing_stored(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs, "_write_all", full)
    before = Entry.objects.count()
    with pytest.raises(Unavailable) as caught:
        receive(actor, UNKNOWN, "x")
    assert caught.value.code == "blob.disk-full"
    assert (File.objects.count(), Job.objects.count(), Entry.objects.count()) == (0, 0, before)


def test_a_full_disk_while_columns_are_written_leaves_the_file_unread_with_a_reason(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = receive(actor, made(".mpt"), "cell.mpt").file

    def full(file: int, chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs, "_write_all", full)
    work_off()
    reading = Reading.objects.get(file=file)
    assert reading.state == State.REFUSED
    assert "disk of this node is full" in refused(file)["message"]
    monkeypatch.undo()
    files.read_again(actor, file=file)
    work_off()
    reading.refresh_from_db()
    assert reading.state == State.READ


def test_who_may_not_write_stores_nothing(actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        receive(replace(actor, rights=frozenset()), b"not allowed", "x")
    assert not store().has(hashlib.sha256(b"not allowed").hexdigest())


QUESTION = b"2theta (deg)\tIntensity\n" + b"".join(
    b"%d,%03d\t%d,%03d\n" % (10 + i // 10, i % 10, 100 + i, i) for i in range(90)
)


def question_file() -> bytes:
    """A file that asks; the test is empty if it does not."""
    with pytest.raises(BadInput) as caught:
        read_source(Source("q.txt", QUESTION))
    assert caught.value.question is not None, caught.value.code
    return QUESTION


def test_a_question_is_answered_for_one_file(actor: Actor) -> None:
    file = receive(actor, question_file(), "q.txt").file
    work_off()
    reading = Reading.objects.get(file=file)
    assert reading.state == State.QUESTION
    question = refused(file)["question"]
    assert len(question["options"]) >= 2
    files.answer(actor, file=file, settings={question["key"]: question["options"][0]["value"]})
    work_off()
    reading.refresh_from_db()
    assert reading.state == State.READ


def test_an_answer_is_remembered_for_the_instrument_and_lifts_the_same_question_of_others(
    actor: Actor, instrument: Instrument
) -> None:
    first = receive(actor, question_file(), "q.txt", instrument=instrument).file
    other = receive(actor, question_file().replace(b"10,0", b"10,00"), "r.txt", instrument=instrument).file
    work_off()
    question = refused(first)["question"]
    files.answer(actor, file=first, settings={question["key"]: question["options"][0]["value"]}, remember=True)
    work_off()
    assert set(Reading.objects.values_list("state", flat=True)) == {State.READ}
    assert Instrument.objects.get().settings == {question["key"]: question["options"][0]["value"]}
    later = receive(actor, question_file().replace(b"10,0", b"10,000"), "s.txt", instrument=instrument).file
    work_off()
    assert Reading.objects.get(file=later).state == State.READ
    assert other.instrument_id == instrument.id


def test_an_answer_nobody_understands_is_refused(actor: Actor) -> None:
    file = receive(actor, UNKNOWN, "x").file
    with pytest.raises(BadInput) as caught:
        files.answer(actor, file=file, settings={"decimal_mrak": "comma"})
    assert caught.value.code == "setting.unknown"
    with pytest.raises(BadInput) as caught:
        files.answer(actor, file=file, settings={"decimal_mark": "comma"}, remember=True)
    assert caught.value.code == "file.no-instrument"


def test_an_answer_that_comes_while_the_file_is_read_is_not_lost(actor: Actor) -> None:
    file = receive(actor, made(".mpt"), "cell.mpt").file
    task = tasks.prepare({"file": file.id})
    assert task is not None
    result = read_file(task)
    files.answer(actor, file=file, settings={"active_mass": "10 mg"})
    tasks.finish({"file": file.id}, result)
    assert Reading.objects.get(file=file).state == State.WAITING
    work_off()
    reading = Reading.objects.get(file=file)
    assert reading.state == State.READ
    assert any(f["quantity"].startswith("specific") for f in reading.answer["figures"])


def test_the_instruments_clock_zone_is_given_to_a_clock_without_one(actor: Actor, instrument: Instrument) -> None:
    file = receive(actor, made(".mpt"), "cell.mpt", instrument=instrument).file
    work_off()
    answer = Reading.objects.get(file=file).answer
    assert answer["started"].endswith("+05:00")
    assert answer["started_zone"] == "setting"


def test_a_file_is_kept_as_a_document_and_back(actor: Actor) -> None:
    file = receive(actor, UNKNOWN, "report.pdf").file
    work_off()
    assert files.keep_as_document(actor, file=file).state == State.ATTACHED
    with pytest.raises(Conflict, match="kept as a document"):
        files.answer(actor, file=file, settings={})
    assert Entry.objects.filter(type="file-kept/1").count() == 1
    assert files.keep_as_document(actor, file=file, attached=False).state == State.WAITING
    work_off()
    assert Reading.objects.get(file=file).state == State.REFUSED


def test_a_partner_cannot_touch_a_file_that_is_not_shared(actor: Actor, partner: Person) -> None:
    file = receive(actor, UNKNOWN, "x").file
    other = actor_of(partner, home="kz")
    with pytest.raises(NotFound):
        files.answer(other, file=file, settings={})
    with pytest.raises(NotFound):
        files.keep_as_document(other, file=file)
    with pytest.raises(NotFound):
        files.read_again(other, file=file)
    assert Entry.objects.filter(type="file-kept/1").count() == 0


def test_after_a_rebuild_files_wait_to_be_read_again(actor: Actor) -> None:
    file = receive(actor, UNKNOWN, "x").file
    work_off()
    Reading.objects.update(state=State.WAITING)
    assert files.queue_unread() == 1
    work_off()
    assert Reading.objects.get(file=file).state == State.REFUSED


def test_values_have_one_hash_whatever_the_parquet_file(tmp_path: object) -> None:
    frame = pl.DataFrame(
        {"a": [1.5, None, float("nan")], "b": [1, 2, 3], "c": ["x", None, "й"], "d": [True, False, None]}
    )
    same = frame.with_columns(pl.col("b").cast(pl.Int32))
    assert values_sha256(frame) == values_sha256(same)
    seen = {values_sha256(frame)}
    for changed in (
        frame.with_columns(pl.Series("a", [1.5, 0.0, float("nan")])),
        frame.with_columns(pl.Series("a", [1.5, None, None])),
        frame.with_columns(pl.Series("c", ["x", "", "й"])),
        frame.rename({"a": "A"}),
        frame.select("b", "a", "c", "d"),
        frame.head(2),
    ):
        seen.add(values_sha256(changed))
    assert len(seen) == 7
