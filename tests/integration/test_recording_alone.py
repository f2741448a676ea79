"""Files that go onto a sample without a page: by `ingest --sample`, and by the rule of an instrument."""

import json
from pathlib import Path

import pytest

from jointlab.jobs.runner import work_off
from jointlab.laboratory.models import Measurement, Reading, Sample
from jointlab.laboratory.operations import files, instruments, samples
from jointlab.laboratory.operations.samples import SampleDraft
from jointlab.node.cli import build_parser
from jointlab.node.ingest_command import run_ingest
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.made_files import UNKNOWN, made


@pytest.fixture(autouse=True)
def _recording() -> None:
    pytest.importorskip("jointlab.laboratory.operations.measurements")


@pytest.fixture
def sample(actor: Actor) -> Sample:
    return samples.add(actor, SampleDraft(title="LiFePO4"))


def test_ingest_records_on_the_sample_once(sample: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cell.mpt").write_bytes(made(".mpt"))
    (tmp_path / "strange.bin").write_bytes(UNKNOWN)
    words = ["ingest", "--json", "--sample", sample.code, str(tmp_path)]
    for recorded in (1, 0):
        assert run_ingest(build_parser().parse_args(words)) == 3
        said = json.loads(capsys.readouterr().out)
        assert (said["read"], said["refused"], said["recorded"]) == (1, 1, recorded)
    assert Measurement.objects.get().sample == sample
    assert Reading.objects.get(file=Measurement.objects.get().file).state == Reading.State.RECORDED


@pytest.mark.parametrize("alone", [True, False])
def test_an_instrument_records_alone_only_what_names_its_sample(
    actor: Actor, administrator: Person, sample: Sample, alone: bool
) -> None:
    instrument = instruments.add(actor_of(administrator, home="kz"), name="SP", zone="Asia/Almaty", records_alone=alone)
    data = made(".mpt")
    for name, more in ((f"{sample.code}_cell.mpt", b""), ("cell.mpt", b"\n")):
        files.receive(actor, chunks=[data, more], name=name, source="drive", instrument=instrument)
    work_off()
    assert [m.file.name for m in Measurement.objects.all()] == ([f"{sample.code}_cell.mpt"] if alone else [])
    assert set(Reading.objects.values_list("state", flat=True)) == ({"recorded", "read"} if alone else {"read"})
