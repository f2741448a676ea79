"""For drivers: a record type that names files and does nothing else, and words for scenarios with files."""

import os
import random
import resource
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from jointlab.errors import Fault
from jointlab.federation.blobs import bringing, wanting, worker  # noqa: F401
from jointlab.federation.blobs.models import ChunkList, Fetch, Served  # noqa: F401
from jointlab.federation.blobs.parts import part_path
from jointlab.federation.models import Partner
from jointlab.history.blobs import store
from jointlab.history.erasure import erase
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import partnership_of
from jointlab.history.models import Blob, NamedBlob  # noqa: F401
from jointlab.history.operations import note_blob, write
from jointlab.history.registry import Kept, Recorded, RecordType, register
from jointlab.history.sharing import share, withhold
from jointlab.history.signing import sign_logs

ARRIVED: list[str] = []  # what the hook was told


@dataclass(frozen=True)
class Parcel:
    """parcel/1: names files with their sizes, and derived ones without."""

    files: Mapping[str, int] = field(default_factory=dict)
    columns: tuple[str, ...] = ()


def _apply(recorded: Recorded, body: Parcel) -> None:
    return


def _erase(recorded: Recorded, kept: Kept) -> None:
    return


def _arrived(recorded: Recorded, body: Parcel, sha256: str) -> None:
    ARRIVED.append(f"{recorded.id} {sha256}")


def _blobs(body: Parcel) -> Iterable[str]:
    return body.files


register(
    RecordType(
        "parcel/1",
        Parcel,
        _apply,
        blobs=_blobs,
        sizes=lambda body: body.files,
        derived=lambda body: body.columns,
        erase=_erase,
        arrived=_arrived,
    )
)


def parcel(*sizes: int, seed: int = 1, columns: tuple[int, ...] = (), shared: bool = True) -> dict[str, object]:
    """Files of random bytes on this node, named by a record, shared; the record and the SHA-256 of each, columns last."""
    dice = random.Random(seed)
    files, derived = [], []
    for size in sizes:
        files.append(store().put([dice.randbytes(size)], limit=1 << 40))
    for size in columns:
        derived.append(store().put([dice.randbytes(size)], limit=1 << 40))
    with transaction.atomic():
        for one in files:
            note_blob(sha256=one.sha256, size=one.size)
        for one in derived:
            note_blob(sha256=one.sha256, size=one.size, derived=True)
        body = Parcel({one.sha256: one.size for one in files}, tuple(one.sha256 for one in derived))
        record = write(type="parcel/1", id=new_id(), body=body, expected_rev=0).id
        if shared:
            share(partnership(), [record])
    sign_logs()
    return {"record": record, "files": [one.sha256 for one in (*files, *derived)]}


def partnership() -> str:
    """Of the two."""
    return partnership_of(*(home(), "cn" if home() == "kz" else "kz"))


def take_back(record: str) -> None:
    """No longer shared."""
    withhold(partnership(), [record], "a mistake")
    sign_logs()


def erase_record(record: str) -> None:
    """Erased at home."""
    erase(id=record, by="kz:somebody", why="asked for")
    sign_logs()


def fetch(address: str = "", *, connections: int = 0, most: float = 0) -> dict[str, object]:
    """All that is due from the partner; what ended it, if anything did."""
    if address:
        Partner.objects.update(address=address, private_allowed=True)
    try:
        done = worker.fetch_now(Partner.objects.get(), connections=connections, most=most)
    except Fault as fault:
        return {"fault": fault.code, "sentence": fault.message}
    return {"files": done.files, "bytes": done.bytes, "received": done.received}


def bring(address: str = "") -> dict[str, object]:
    """All that the partner wants brought; what ended it, if anything did."""
    if address:
        Partner.objects.update(address=address, private_allowed=True)
    try:
        return vars(bringing.bring_all(Partner.objects.get(), stop=threading.Event()))
    except Fault as fault:
        return {"fault": fault.code, "sentence": fault.message}


def where(sha256: str) -> dict[str, object]:
    """A file at the receiving node: its row, whether the store shows it, how much of it lies in the folder of parts."""
    row = Fetch.objects.filter(sha256=sha256).values("state", "code", "asked", "size", "rate").first()
    part = part_path(settings.NODE.incoming, sha256)
    there = part.stat().st_blocks * 512 if part.exists() else None
    return {
        **(row or {}),
        "stored": store().has(sha256),
        "known": Blob.objects.filter(sha256=sha256).exists(),
        "part": there,
    }


def now_due() -> None:
    """What rests is tried at once."""
    Fetch.objects.update(next_at=None)


def limit_files(size: int) -> None:
    """This process can write no file beyond so many bytes: a full disk, as far as it can tell. -1: no limit."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, -1))


def set_files(**said: object) -> None:
    """[files] of this process."""
    object.__setattr__(settings.NODE, "files", said)


def process() -> int:
    """Of the driver."""
    return os.getpid()
