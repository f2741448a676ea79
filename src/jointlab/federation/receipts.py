"""Cosignatures: a partner's word, with the time, that it holds one of our logs up to a size; and ours for theirs."""

import datetime as dt
import time

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jointlab.errors import BadInput, Conflict
from jointlab.federation.models import Partner, Receipt
from jointlab.history import serving
from jointlab.history.models import Log
from jointlab.history.signing import cosigner, cosigner_of
from jointlab.ledger.checkpoints import Checkpoint, cosign, cosignatures
from jointlab.ledger.keys import VerifyingKey
from jointlab.ledger.notes import Note


def cosigned(note: bytes) -> bytes:
    """The partner's note with our line under it: what this node holds, durably, at this moment."""
    opened = Note.from_bytes(note)
    return opened.adding(cosign(Checkpoint.from_text(opened.text), cosigner(), time=int(time.time()))).to_bytes()


@transaction.atomic
def keep(partner: Partner, log: Log, note: Note) -> None:
    """Keep the partner's line under a checkpoint of ours, when it is of a checkpoint that this node signed.

    Raises BadInput ``receipt.missing`` and ``cosignature.*``, Conflict ``receipt.other-log``.
    """
    keys = [cosigner_of(VerifyingKey.from_vkey(row["vkey"])) for row in partner.keys if not row["void"]]
    found = cosignatures(note, keys)
    if not found:
        raise BadInput("receipt.missing", "No key of the partner has cosigned this checkpoint.")
    said = Checkpoint.from_text(note.text)
    ours = serving.checkpoint_at(log.name, size=said.size)
    if ours is None or Note.from_bytes(ours).text != note.text:
        raise Conflict(
            "receipt.other-log", "This node has not signed that checkpoint of {log} with {size} entries.", log=log.name,
            size=said.size,
        )  # fmt: skip
    line = next(one for one in note.signatures if any(one.is_by(key) for key in keys))
    at = dt.datetime.fromtimestamp(found[0].time, dt.UTC)
    before = Receipt.objects.filter(log=log.name, partner=partner.prefix).first()
    if before is None:
        Receipt.objects.create(log=log.name, partner=partner.prefix, size=said.size, line=line.line, at=at)
    elif said.size >= before.size:
        Receipt.objects.filter(pk=before.pk).update(size=said.size, line=line.line, at=at)
    Partner.objects.filter(prefix=partner.prefix).update(seen_at=timezone.now())


def count_sent(partner: Partner, size: int) -> None:
    """Bytes that went out, for the quota and the partner page."""
    Partner.objects.filter(prefix=partner.prefix).update(sent=F("sent") + size)
