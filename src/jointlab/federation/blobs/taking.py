"""Files that a partner brings, which nobody can call: chunk by chunk, each proved, the whole proved before it is visible."""

import datetime as dt
from hashlib import sha256 as hash_of
from typing import Final

from django.conf import settings
from django.utils import timezone

from jointlab.errors import BadInput
from jointlab.federation.blobs import wanting
from jointlab.federation.blobs.chunks import Chunks, Have
from jointlab.federation.blobs.models import Fetch
from jointlab.federation.blobs.parts import Part, part_path
from jointlab.federation.blobs.publishing import no_room, publish
from jointlab.federation.blobs.settings import policy
from jointlab.federation.guard import Refusal
from jointlab.federation.models import Partner
from jointlab.federation.problems import Problem

AT_ONCE: Final = 64  # files that are named in one answer
REST: Final = dt.timedelta(minutes=10)  # before a file that was not what it should be is taken again
State = Fetch.State


def wanted(partner: Partner) -> list[str]:
    """The SHA-256 of what the partner should bring now, as the settings of this node say; what persons asked for first."""
    _require_bringer(partner)
    return [row.sha256 for row in wanting.due(partner.prefix, policy(), now=timezone.now(), most=AT_ONCE)]


def begin(partner: Partner, sha256: str, data: bytes) -> list[int]:
    """The partner says which chunks a file has; the numbers of those that are missing here, none when it is here.

    Raises Refusal ``not-found`` for what is not wanted, BadInput ``chunks.form``, Unavailable ``fetch.quota``, ``fetch.disk*``.
    """
    row = _row(partner, sha256)
    if row.state == State.HERE:
        return []
    chunks, known = Chunks.from_json(data, sha256=sha256, size=row.size), policy()
    if chunks.size > known.quota - wanting.taken_bytes(partner.prefix):
        raise no_room(partner.prefix, chunks.size, known)
    part = Part(part_path(settings.NODE.incoming, sha256), wait=True)
    try:
        kept = part.make_room(chunks.size) and bytes(row.hashes) == chunks.hashes
        have = Have.of(chunks.count, bytes(row.have) if kept else b"")
        if chunks.size == 0:
            have.add(0)
        now = timezone.now()
        Fetch.objects.filter(sha256=sha256, stopped=False).exclude(state=State.HERE).update(
            state=State.FETCHING, size=chunks.size, hashes=chunks.hashes, have=bytes(have.bits), started_at=now, changed_at=now,
            code="", sentence="", next_at=None, rate=0,
        )  # fmt: skip
        return _rest(sha256, part, chunks, have)
    finally:
        part.close()


def take(partner: Partner, sha256: str, number: int, data: bytes) -> list[int]:
    """One chunk; what is missing after it. Raises Refusal ``not-found``, BadInput ``chunk.other`` for another than was said."""
    row = _row(partner, sha256)
    if row.state == State.HERE:
        return []
    chunks = Chunks(row.size or 0, bytes(row.hashes))
    if row.state != State.FETCHING or not 0 <= number < chunks.count or hash_of(data).digest() != chunks.hash(number):
        raise BadInput("chunk.other", "This is not chunk {number} of the file {sha256}.", number=number, sha256=sha256)
    part = Part(part_path(settings.NODE.incoming, sha256), wait=True)
    try:
        part.write(data, chunks.span(number)[0])
        part.keep()
        row = _row(partner, sha256)  # as it is now that nobody else writes
        have = Have.of(chunks.count, bytes(row.have))
        have.add(number)
        now = timezone.now()
        since = (now - (row.changed_at or now)).total_seconds()
        rate = len(data) / since if since > 0.01 else row.rate
        Fetch.objects.filter(sha256=sha256, stopped=False).exclude(state=State.HERE).update(
            have=bytes(have.bits), changed_at=now, rate=(row.rate + rate) / 2 if row.rate else rate
        )
        return _rest(sha256, part, chunks, have)
    finally:
        part.close()


def _rest(sha256: str, part: Part, chunks: Chunks, have: Have) -> list[int]:
    """What is missing; when nothing is, the whole is proved and becomes visible."""
    missing = [number for number in range(chunks.count) if number not in have]
    if missing:
        return missing
    if part.sha256() == sha256:
        publish(sha256)
        return []
    _, good = part.examine(chunks)
    lost = [number for number in range(chunks.count) if number not in good]
    if lost:  # the disk has not kept them: after a power cut
        for number in lost:
            have.drop(number)
        Fetch.objects.filter(sha256=sha256).update(have=bytes(have.bits))
        return lost
    fault = BadInput(
        "fetch.false", "What the partner sends is not the file {sha256}. It is tried again later; its administrator should run: jointlab fsck --contents",
        sha256=sha256,
    )  # fmt: skip
    Fetch.objects.filter(sha256=sha256).update(
        state=State.RESTING,
        have=b"",
        hashes=b"",
        code=fault.code,
        sentence=fault.message,
        next_at=timezone.now() + REST,
        rate=0,
    )
    raise fault


def _row(partner: Partner, sha256: str) -> Fetch:
    """Raises Refusal."""
    _require_bringer(partner)
    row = Fetch.objects.filter(sha256=sha256, partner=partner.prefix, stopped=False).first()
    if row is None:
        raise Refusal(Problem.NOT_FOUND, "This node does not want that file of you.")
    return row


def _require_bringer(partner: Partner) -> None:
    if partner.reach != Partner.Reach.THEY_DELIVER:
        raise Refusal(Problem.REQUEST, "This node fetches your files itself; it takes none that are brought.")
