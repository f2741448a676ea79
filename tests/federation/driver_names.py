"""What the code that is sent to a driver may use: the rooms' own functions, and a few words for scenarios."""

import json  # noqa: F401
from base64 import b64encode
from pathlib import Path  # noqa: F401

from django.db import transaction

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
from jointlab.history.logs import own_name, partnership_of
from jointlab.history.models import Checkpoint, Entry, Halt, Log, Record, SetAside  # noqa: F401
from jointlab.history.operations import Draft, write_many
from jointlab.history.sharing import share
from jointlab.history.signing import house_key, sign_logs  # noqa: F401
from jointlab.ledger.tree import Frontier


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


def log_state(name: str) -> dict[str, object]:
    """Everything that must be equal at home and in the mirror, and where the mirror stands."""
    log = Log.objects.get(name=name)
    lines = list(serving.entries(name, start=0, upto=log.size))
    return {
        "size": log.size, "root": Frontier.from_bytes(bytes(log.frontier)).root().hex(), "state": log.state,
        "entries": [one.entry.decode() for one in lines], "rows": Pairing.objects.filter(home=log.home).count(),
        "bodies": [b64encode(one.body or b"").decode() for one in lines], "refusals": log.refusals,
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
