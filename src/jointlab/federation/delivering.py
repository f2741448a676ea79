"""Pages that are brought instead of fetched: by a node that cannot be reached, over connections that it opens itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Length

from jointlab.errors import BadInput, Conflict
from jointlab.federation import codec, comparing
from jointlab.federation.client import Link
from jointlab.federation.delivering_form import MEDIA_TYPE, Delivery
from jointlab.federation.models import Delivered, Partner
from jointlab.federation.pulling import said_size, shared_with, step
from jointlab.federation.receipts import count_sent, keep
from jointlab.history import serving
from jointlab.history.models import Log
from jointlab.history.signing import SPAN
from jointlab.ledger.mirror import Line
from jointlab.ledger.notes import NOTE_LIMIT, Note

WAITING_LIMIT: Final = 64 * 1024 * 1024  # bytes of pages that wait for the rest of their checkpoint
_START: Final = 500


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a log has come here."""

    next: int  # position of the entry that is wanted next
    cosignature: bytes  # the checkpoint with our line under it; empty while pages wait


class _Waiting:
    """The pages that have been delivered, as a source."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.cosigned = b""

    def note_after(self, log: str, size: int) -> bytes | None:
        return None

    def pages(self, log: str, *, start: int, upto: int) -> Iterator[list[Line]]:
        for row in Delivered.objects.filter(log=log).order_by("position").iterator():
            yield codec.read_page(bytes(row.page))

    def give_receipt(self, log: str, note: bytes) -> None:
        self.cosigned = note


def reached(log: Log) -> int:
    """The position that is wanted next: behind what the mirror holds and what waits."""
    last = Delivered.objects.filter(log=log.name).order_by("-position").first()
    return max(log.size, last.position + last.count if last else 0)


def take_in(partner: Partner, log: Log, delivery: Delivery) -> Reached:
    """Keep a page; when its checkpoint is reached, verify and apply all that waited.

    A page that is here already is passed over. Raises Conflict ``delivery.refused`` when the log was not followed.
    """
    Delivered.objects.filter(log=log.name, position__lt=log.size).delete()
    upto = said_size(delivery.note)
    if delivery.page and delivery.start == reached(log) and delivery.start < upto:
        _wait(partner, log, delivery)
    if reached(log) < upto:
        return Reached(reached(log), b"")
    source = _Waiting(log)
    step(partner, source, log, delivery.note)
    Delivered.objects.filter(log=log.name).delete()
    if not source.cosigned:
        raise Conflict("delivery.refused", "The log {log} was not followed from {size} entries on.", log=log.name, size=log.size)  # fmt: skip
    return Reached(log.size, source.cosigned)


def deliver_all(partner: Partner, link: Link) -> int:
    """Bring the partner our logs, up to their newest checkpoints; how many entries."""
    count = sum(_deliver(partner, link, log) for log in shared_with(partner))
    comparing.bring(partner, link)
    return count


def _deliver(partner: Partner, link: Link, log: Log) -> int:
    answer = link.get(f"/fed/v1/mirror/{log.name}/checkpoint", limit=NOTE_LIMIT)
    held = said_size(answer.body) if answer.body else 0
    wanted = brought = 0
    wanted = _next(answer.headers, held)
    records = _START
    while True:
        note = serving.next_checkpoint(log.name, after=held, most=SPAN)
        if note is None:
            return brought
        upto = said_size(note)
        lines = islice(serving.entries(log.name, start=wanted, upto=min(upto, wanted + records)), records)
        raw, count = codec.fill_page(lines)
        delivery = Delivery(wanted, note, codec.compress(raw) if count else b"")
        given = link.post(f"/fed/v1/deliver/{log.name}", delivery.to_bytes(), media_type=MEDIA_TYPE)
        count_sent(partner, len(delivery.page))
        records = min(codec.PAGE_RECORDS, records * 2) if given.took < 5 else max(1, records // 2)
        before, wanted = wanted, _next(given.headers, wanted)
        brought += max(0, wanted - before)
        if given.body:
            keep(partner, log, Note.from_bytes(given.body))
            held = upto
        elif wanted <= before:
            raise Conflict("delivery.stuck", "The partner does not take the log {log} beyond {size} entries.", log=log.name, size=wanted)  # fmt: skip


def _next(headers: dict[str, str], otherwise: int) -> int:
    said = headers.get("jointlab-next", "")
    return int(said) if said.isdigit() and len(said) < 17 else otherwise


@transaction.atomic
def _wait(partner: Partner, log: Log, delivery: Delivery) -> None:
    lines = codec.read_page(delivery.page)
    held = Delivered.objects.filter(log=log.name).aggregate(size=Sum(Length("page")))["size"] or 0
    if held + len(delivery.page) > WAITING_LIMIT:
        Delivered.objects.filter(log=log.name).delete()
        raise BadInput("page.size", "The page is larger than {limit} bytes.", limit=WAITING_LIMIT)
    Delivered.objects.create(log=log.name, position=delivery.start, count=len(lines), page=delivery.page)
    Partner.objects.filter(prefix=partner.prefix).update(received=F("received") + len(delivery.page))
