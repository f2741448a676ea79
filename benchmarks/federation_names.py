"""For the drivers of two nodes (tests/federation): records in number, samples with files, one change, one look."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client

from benchmarks.federation_apply_jobs import TYPE, measured
from jointlab.history.identifiers import new_id
from jointlab.history.models import Log
from jointlab.history.operations import Draft, write_many
from jointlab.history.registry import RecordType, register
from jointlab.history.sharing import share
from jointlab.history.signing import sign_logs
from jointlab.laboratory.models import Sample
from jointlab.laboratory.operations import notes, samples
from tests.federation.lab_names import PARTNERSHIP, administrator, worker

AT_ONCE = 1000


@dataclass(frozen=True)
class Body:
    """Of the records of the benchmark."""

    title: str
    device: str
    figures: tuple[dict[str, Any], ...] = ()
    settings: dict[str, str] = field(default_factory=dict)


register(RecordType(TYPE, Body, lambda recorded, body: None, apply_new=lambda written: None))


def records(count: int) -> dict[str, float]:
    """Written, shared and signed; the processor seconds of the two latter."""
    shared = 0.0
    for start in range(0, count, AT_ONCE):
        drafts = [Draft(new_id(), Body(**measured(number)[0])) for number in range(start, min(start + AT_ONCE, count))]
        with transaction.atomic():
            written = [one.id for one in write_many(type=TYPE, drafts=drafts)]
        begun = time.process_time()
        share(PARTNERSHIP, written)
        sign_logs()
        shared += time.process_time() - begun
    return {"sharing": shared}


def samples_with_files(count: int, size: int) -> None:
    """Samples, each with a note and its file, shared and signed."""
    actor, made = worker(), []
    for number in range(count):
        with transaction.atomic():
            sample = samples.add(
                actor, samples.SampleDraft(title=f"Катод {number}", synthesis="Solid state, argon. " * 4)
            )
            data = number.to_bytes(4, "big") * (size // 4)
            note = notes.add(actor, sample=sample, text="The pattern", files=[notes.NewFile(f"{number}.xy", [data])])
        made += [sample.id, note.id]
    share(PARTNERSHIP, made)
    sign_logs()


def change(title: str) -> float:
    """The newest sample gets another title, as its page does it; when that was done."""
    sample = Sample.objects.order_by("-id")[0]
    draft = samples.draft_of(sample)
    samples.change(
        worker(), sample=sample, draft=type(draft)(**{**_fields(draft), "title": title}), expected_rev=sample.rev
    )
    return time.time()


def seen(title: str, seconds: float) -> float | None:
    """When a sample has this title here; None when it has not within this time."""
    end = time.time() + seconds
    while time.time() < end:
        if Sample.objects.filter(title=title).exists():
            return time.time()
        time.sleep(0.01)
    return None


def cookies() -> dict[str, str]:
    """Of somebody who is signed in."""
    client = Client()
    administrator()
    client.force_login(get_user_model().objects.get(login="admin"))
    return {name: morsel.value for name, morsel in client.cookies.items()}


def size_of(log: str) -> int:
    """Entries of a log here."""
    return Log.objects.get(name=log).size


def _fields(draft: Any) -> dict[str, Any]:
    names: Sequence[str] = draft.__dataclass_fields__
    return {name: getattr(draft, name) for name in names}
