"""What the code that is sent to a driver may use: the rooms' own functions, and a few words for scenarios."""

import json  # noqa: F401
from base64 import b64encode
from pathlib import Path  # noqa: F401

from django.db import transaction
from django.db.models import F  # noqa: F401

from jointlab.federation import (  # noqa: F401  # noqa: F401
    carrying,
    client,
    delivering,
    key_changes,
    overview,
    pairing,
    puller,
    pulling,
    receipts,
    verifying,
)
from jointlab.federation.models import Delivered, KeyWord, Nonce, Pairing, Partner, Receipt  # noqa: F401
from jointlab.federation.own import own_document, own_keyid  # noqa: F401
from jointlab.federation.records import PairingRecord
from jointlab.history import mirroring, serving  # noqa: F401
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import hold_house, own_name, partnership_of
from jointlab.history.models import Checkpoint, Entry, Halt, Log, Record, SetAside  # noqa: F401
from jointlab.history.operations import Draft, append_many, now, time_text, write_many
from jointlab.history.sharing import share, sharing_round  # noqa: F401
from jointlab.history.signing import house_key, sign_logs  # noqa: F401
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, body_hash
from jointlab.ledger.tree import Frontier, leaf_hash


def other() -> str:
    """The prefix of the partner."""
    return "cn" if home() == "kz" else "kz"


def grow(count: int, *, sign: bool = True, word: str = "t") -> int:
    """Write and share so many records (words about partners that nobody has met); the size of the shared log."""
    partnership = partnership_of(home(), other())
    drafts = [
        Draft(new_id(), PairingRecord(f"{word}{n}", "a.example", "key", "recovery", f"{n:05} 00000", ""))
        for n in range(count)
    ]
    with transaction.atomic():
        for at in range(0, count, 500):
            written = write_many(type="pairing/1", drafts=drafts[at : at + 500])
            share(partnership, [one.id for one in written])
    if sign:
        sign_logs()
    return Log.objects.get(name=own_name(partnership)).size


def pull(address: str = "") -> dict[str, object]:
    """One round with the partner."""
    if address:
        Partner.objects.filter(prefix=other()).update(address=address, private_allowed=True)
    done = puller.pull_now(Partner.objects.get(prefix=other()))
    return {"entries": done.entries, "bytes": done.bytes, "halted": list(done.halted)}


def forge(body: bytes, *, id: str = "", type: str = "pairing/1", op: str = "put", size: int = 0) -> str:
    """An entry that an honest node never writes, at the end of our shared log and signed; the record's id."""
    record = id or new_id()
    line = Line(
        at=time_text(now()), body=body_hash(body), home=record.partition(":")[0], id=record, op=Op(op), prev=None, rev=1,
        size=size or len(body), type=type,
    )  # fmt: skip
    with transaction.atomic():
        hold_house()
        append_many(Log.objects.get(name=own_name(partnership_of(home(), other()))), [(line, body)])
    sign_logs()
    return record


def sign_anew(name: str) -> None:
    """As if the log had always been what its rows say now: a frontier of them, and one checkpoint."""
    frontier = Frontier()
    for entry in Entry.objects.filter(log=name).order_by("position").values_list("entry", flat=True):
        frontier.push(leaf_hash(bytes(entry)))
    Checkpoint.objects.filter(log=name).delete()
    Log.objects.filter(name=name).update(frontier=frontier.to_bytes(), size=frontier.size, signed_size=0)
    sign_logs()


def aside() -> dict[str, str]:
    """Records of the partner that are kept apart, each with the code of the reason."""
    return dict(SetAside.objects.order_by("position").values_list("record", "code"))


def log_state(name: str) -> dict[str, object]:
    """Everything that must be equal at home and in the mirror, and where the mirror stands."""
    log = Log.objects.get(name=name)
    lines = list(serving.entries(name, start=0, upto=log.size))
    apart = SetAside.objects.filter(log=name).values("record")
    told = Record.objects.filter(id__in=Entry.objects.filter(log=name).values("record"), home=log.home)
    return {
        "records": {one.id: [one.type, one.rev, one.erased] for one in told.exclude(id__in=apart)},
        "size": log.size, "root": Frontier.from_bytes(bytes(log.frontier)).root().hex(), "state": log.state,
        "entries": [one.entry.decode() for one in lines], "rows": Pairing.objects.filter(home=log.home).count(),
        "bodies": [b64encode(one.body or b"").decode() for one in lines], "refusals": log.refusals,
        "aside": list(SetAside.objects.filter(log=name).values_list("record", flat=True)),
    }  # fmt: skip


def check() -> list[str]:
    """What is wrong with this node: every log from its first entry, and fsck."""
    from jointlab.history.fsck import fsck

    sign_logs()
    wrong = []
    for log in Log.objects.order_by("name"):
        lines, good = verifying.verify_log(log.name)
        wrong += [] if good or log.state == Log.State.HALTED else lines
    return wrong + [f"{one.code} {one.subject}: {one.sentence}" for one in fsck().findings if one.wrong]
