"""What a partner may have of our files: those that a record shared with it names, and no trace of any other."""

import datetime as dt
from pathlib import Path
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F

from jointlab.federation.blobs.chunks import Chunks
from jointlab.federation.blobs.models import ChunkList, Served
from jointlab.federation.blobs.settings import written_policy
from jointlab.federation.guard import Refusal
from jointlab.federation.models import Partner
from jointlab.federation.problems import Problem
from jointlab.history.blobs import store
from jointlab.history.logs import members
from jointlab.history.models import Log, NamedBlob

_UNKNOWN: Final = "There is no such file, or not for you."


def path_for(partner: Partner, sha256: str) -> Path:
    """Where a file lies that the partner may have, looked at in every request.

    Raises Refusal ``not-found``, the same whether the file exists or not, ``agreement-closed`` where the sharing has ended,
    ``recovering``; NotFound for what is no SHA-256.
    """
    path = store().path(sha256)
    named = NamedBlob.objects.filter(sha256=sha256, log__kind=Log.Kind.SHARED).values_list(
        "log__partnership", "log__state"
    )
    states = {state for partnership, state in named.distinct() if partner.prefix in members(partnership)}
    if Log.State.OPEN in states:
        if path.is_file():
            return path
    elif Log.State.RECOVERING in states:
        raise Refusal(
            Problem.RECOVERING, "This node was restored from a backup and asks its partners before it goes on."
        )
    elif Log.State.CLOSED in states:
        raise Refusal(Problem.AGREEMENT_CLOSED, "The sharing that entitled you to this file has ended.")
    raise Refusal(Problem.NOT_FOUND, _UNKNOWN)


def chunks_of(path: Path, sha256: str) -> Chunks:
    """Of a file of the store; computed once and kept. Raises Refusal ``not-found`` for one whose bytes have changed."""
    kept = ChunkList.objects.filter(blob=sha256).first()
    if kept is not None:
        return Chunks(kept.size, bytes(kept.hashes))
    with path.open("rb") as file:
        found, whole = Chunks.of_file(file)
    if whole != sha256:
        raise Refusal(
            Problem.NOT_FOUND, "The file is damaged here. This node’s administrator must restore it from a backup."
        )
    try:
        with transaction.atomic():
            ChunkList.objects.create(blob_id=sha256, size=found.size, hashes=found.hashes)
    except IntegrityError:  # another request was faster, or the file was erased at this moment
        pass
    return found


def count_served(partner: Partner, size: int, today: dt.date) -> None:
    """Bytes that go out. Raises Refusal ``quota`` when the day's are used up."""
    limit = written_policy().served_a_day
    row, _ = Served.objects.get_or_create(partner=partner.prefix, day=today)
    if limit and row.bytes + size > limit:
        raise Refusal(
            Problem.QUOTA, f"The files of one day are used up: {limit} bytes. They begin anew at midnight UTC."
        )
    Served.objects.filter(pk=row.pk).update(bytes=F("bytes") + size)
