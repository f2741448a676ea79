"""`jointlab ingest`: files of this computer into the inbox, read, and on a sample if one is named."""

import json
import sys
from argparse import Namespace
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from jointlab.errors import Fault, NotFound
from jointlab.node.inbox_commands import actor_at_work, instrument_called
from jointlab.node.progress_bar import ProgressBar
from jointlab.node.read_command import EXIT_READ, EXIT_REFUSED
from jointlab.science.source import printable

if TYPE_CHECKING:
    from jointlab.laboratory.ingestion import Ingested
    from jointlab.laboratory.models import Device, File, Sample
    from jointlab.people.actors import Actor


@dataclass(frozen=True)
class Target:
    """Where measurements go."""

    sample: "Sample"
    device: "Device | None" = None


@dataclass
class Summary:
    """What `--json` prints."""

    files: int = 0
    new: int = 0
    known: int = 0  # the node had them already
    read: int = 0
    questions: int = 0  # one decision is needed
    refused: int = 0
    recorded: int = 0
    not_taken: int = 0
    refusals: list[dict[str, str]] = field(default_factory=list)  # file, code, message

    @property
    def complete(self) -> bool:
        """Whether everything that was named could be read, and recorded where that was wanted."""
        return not self.refusals


def run_ingest(options: Namespace) -> int:
    """The command; returns the exit status."""
    from jointlab.laboratory.ingestion import find, ingest
    from jointlab.laboratory.models import File

    missing = [path for path in options.paths if not path.exists()]
    if missing:
        raise NotFound("file.missing", "There is no file “{name}”.", name=printable(str(missing[0])))
    actor = actor_at_work(options.login)
    instrument = instrument_called(options.instrument)
    target = _target(actor, options.sample) if options.sample else None
    with ProgressBar() as bar:
        done = ingest(
            actor, list(find(options.paths)), source=File.Source.COMMAND, instrument=instrument,
            progress=lambda done, total: bar("files", done=done, total=total),
        )  # fmt: skip
    summary = _summary(done)
    if target is not None:
        _record(actor, [received.file for received in done.received], target, summary)
    if options.json:
        sys.stdout.write(json.dumps(asdict(summary), ensure_ascii=False) + "\n")
    else:
        _print(summary)
    return EXIT_READ if summary.complete else EXIT_REFUSED


def _target(actor: "Actor", code: str) -> Target:
    """The sample or device of a code. Raises NotFound ``sample.unknown``."""
    from jointlab.laboratory.queries.visibility import visible_devices, visible_samples

    device = visible_devices(actor).select_related("sample").filter(code=code).first()
    if device is not None:
        return Target(device.sample, device)
    sample = visible_samples(actor).filter(code=code).first()
    if sample is None:
        raise NotFound("sample.unknown", "There is no sample or device “{code}”, or you may not see it.", code=code)
    return Target(sample)


def _summary(done: "Ingested") -> Summary:
    from jointlab.laboratory.models import Reading

    readings = {r.file_id: r for r in Reading.objects.filter(file__in=[received.file for received in done.received])}
    states = Counter(reading.state for reading in readings.values())
    state = Reading.State
    summary = Summary(
        files=len(done.received) + len(done.left), new=sum(received.new for received in done.received),
        known=sum(not received.new for received in done.received),
        read=states[state.READ] + states[state.RECORDED], questions=states[state.QUESTION], refused=states[state.REFUSED],
        not_taken=len(done.left),
    )  # fmt: skip
    for received in done.received:
        said = readings[received.file.id].refused
        if said and readings[received.file.id].state in (state.REFUSED, state.QUESTION):
            name = "/".join(part for part in (received.file.folder, received.file.name) if part)
            summary.refusals.append({"file": name, "code": said["code"], "message": said["message"]})
    summary.refusals += [{"file": left.name, "code": left.code, "message": left.message} for left in done.left]
    return summary


def _record(actor: "Actor", files: "list[File]", target: Target, summary: Summary) -> None:
    """Everything that was read, on the sample."""
    from importlib import import_module

    from jointlab.laboratory.models import Measurement, Reading

    measurements = import_module("jointlab.laboratory.operations.measurements")
    ready = set(
        Reading.objects.filter(file__in=files, state__in=(Reading.State.READ, Reading.State.RECORDED)).values_list(
            "file_id", flat=True
        )
    )
    there = set(
        Measurement.objects.filter(sample=target.sample, device=target.device, withdrawn=False).values_list(
            "file_id", flat=True
        )
    )
    for file in dict.fromkeys(files):
        if file.id not in ready or file.id in there:
            continue
        try:
            measurements.record(actor, file=file, sample=target.sample, device=target.device)
            summary.recorded += 1
        except Fault as fault:
            summary.refusals.append({"file": file.name, "code": fault.code, "message": fault.message})


def _print(summary: Summary) -> None:
    for one in summary.refusals:
        sys.stdout.write(f"{printable(one['file'])}\n  not read ({one['code']}): {printable(one['message'])}\n")
    words = [
        f"{summary.files} files", f"{summary.new} new", f"{summary.known} known already", f"{summary.read} read",
        f"{summary.questions} with a question", f"{summary.refused} refused", f"{summary.recorded} recorded",
    ]  # fmt: skip
    if summary.not_taken:
        words.append(f"{summary.not_taken} not taken")
    sys.stdout.write(", ".join(words) + "\n")
