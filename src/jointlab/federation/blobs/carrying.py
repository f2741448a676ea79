"""Raw files by a disk. DISK/jointlab/<giver>/files/<receiver>/<sha256> are the bytes; beside that folder lies

    files/<receiver>.json          {"asked": [<sha256>, ...], "here": [<sha256>, ...]}: of the receiver's files, what the giver
                                   wants first and what it has, so that the next disk brings what it lacks

A file is there whole or not at all. Nothing on the disk is believed: the SHA-256 of the whole is taken before it is visible.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256 as hash_of
from pathlib import Path
from typing import Final

import orjson
from django.conf import settings

from jointlab.errors import BadInput, Fault, NotFound
from jointlab.federation.blobs import wanting
from jointlab.federation.blobs.models import Fetch
from jointlab.federation.blobs.parts import Part, disk_fault, part_path
from jointlab.federation.blobs.publishing import no_room, publish
from jointlab.federation.blobs.settings import policy
from jointlab.federation.models import Partner
from jointlab.history.blobs import store
from jointlab.history.identifiers import home
from jointlab.history.logs import members
from jointlab.history.models import Blob, Log, NamedBlob
from jointlab.history.staged import RESERVE

FOLDER: Final = "files"
_LIST_LIMIT: Final = 256 * 1024 * 1024  # bytes of a list
_PIECE: Final = 1 << 20
_BATCH: Final = 500
_NAME: Final = re.compile("[0-9a-f]{64}")
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
State = Fetch.State


@dataclass
class Raw:
    """Raw files that went onto a disk or came from it."""

    files: int = 0
    bytes: int = 0
    left: int = 0  # files that the disk, or the limit, has no room for
    left_bytes: int = 0
    refused: list[str] = field(default_factory=list)  # sentences


def files_out(disk: Path, folder: Path, partner: Partner, done: Raw, *, limit: int) -> None:
    """Files of ours that the partner lacks, asked ones first, then small first, until `limit` bytes of this journey.

    `folder` is ours on the disk. What the partner says it has is taken off it, and what was erased or withheld since.
    """
    there = folder / FOLDER / partner.prefix
    held, asked = _said(folder.parent / partner.prefix / FOLDER / f"{home()}.json")
    lacking = list(_lacking(partner, held, asked))
    for name in {path.name for path in there.glob("*")} - {sha256 for sha256, _ in lacking}:
        (there / name).unlink()
    for sha256, size in lacking:
        path = there / sha256
        if path.exists():
            continue
        if done.bytes + size > limit or shutil.disk_usage(disk).free < size + RESERVE or not _copied(sha256, path):
            done.left, done.left_bytes = done.left + 1, done.left_bytes + size
            continue
        done.files, done.bytes = done.files + 1, done.bytes + size


def list_out(folder: Path, partner: Partner) -> tuple[Path, bytes]:
    """What this node has of the partner's files, and which of them persons ask for: where it goes, and the bytes."""
    rows = Fetch.objects.filter(partner=partner.prefix)
    asked = (
        rows.filter(asked=True).exclude(state=State.HERE).order_by("size", "sha256").values_list("sha256", flat=True)
    )
    named = NamedBlob.objects.filter(log__kind=Log.Kind.MIRROR, log__home=partner.prefix)
    here = named.filter(sha256__in=Blob.objects.values("sha256")).order_by("sha256").values_list("sha256", flat=True)
    said = {"asked": list(asked), "here": list(here.distinct())}
    return folder / FOLDER / f"{partner.prefix}.json", orjson.dumps(said)


def files_in(folder: Path, partner: Partner, done: Raw) -> None:
    """Files of the partner on the disk that its records name and that are not here. A bad one stops no other."""
    wanting.note_wanted(after=0, upto=wanting.newest_name())
    for path in sorted((folder / FOLDER / home()).glob("*")):
        if _NAME.fullmatch(path.name) is None or not path.is_file():
            continue
        row = (
            Fetch.objects.filter(sha256=path.name, partner=partner.prefix, stopped=False)
            .exclude(state=State.HERE)
            .first()
        )
        if row is None:
            continue
        try:
            done.bytes += _file_in(path, partner)
            done.files += 1
        except Fault as fault:
            done.refused.append(fault.message)
            if fault.code in ("fetch.disk-full", "blob.disk-full"):
                return


def _file_in(path: Path, partner: Partner) -> int:
    """One file: copied, proved, visible; its bytes. Raises BadInput ``carry.damaged``, Unavailable ``fetch.*``."""
    sha256, known = path.name, policy()
    size = path.stat().st_size
    if size > known.quota - wanting.taken_bytes(partner.prefix):
        raise no_room(partner.prefix, size, known)
    part = Part(part_path(settings.NODE.incoming, sha256))
    try:
        Fetch.objects.filter(sha256=sha256).update(have=b"", hashes=b"")  # what came over a link is written over
        part.make_room(size)
        whole, at = hash_of(), 0
        for piece in _pieces(path):
            part.write(piece, at)
            whole.update(piece)
            at += len(piece)
        part.keep()
        if at != size or whole.hexdigest() != sha256 or part.sha256() != sha256:
            part.remove()
            raise BadInput(
                "carry.damaged", "The file {sha256} on the disk is damaged. Carry it out again.", sha256=sha256
            )
        return publish(sha256)
    finally:
        part.close()


def _lacking(partner: Partner, held: frozenset[str], asked: frozenset[str]) -> Iterator[tuple[str, int]]:
    """SHA-256 and bytes of what records shared with the partner name and it does not have."""
    logs = [
        log
        for log in Log.objects.filter(kind=Log.Kind.SHARED, state=Log.State.OPEN)
        if partner.prefix in members(log.partnership)
    ]
    named = NamedBlob.objects.filter(log__in=logs).values("sha256")
    rows = Blob.objects.filter(sha256__in=named).order_by("size", "sha256").values_list("sha256", "size")
    found = [row for row in rows.iterator(chunk_size=_BATCH) if row[0] not in held]
    yield from (row for row in found if row[0] in asked)
    yield from (row for row in found if row[0] not in asked)


def _said(path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """What the partner has, and what it asks for, as it said on this disk; nothing where it said nothing that can be read."""
    try:
        if path.stat().st_size > _LIST_LIMIT:
            return frozenset(), frozenset()
        said = orjson.loads(path.read_bytes())
        held, asked = ([str(one) for one in said[name]] for name in ("here", "asked"))
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset(), frozenset()
    return frozenset(one for one in held if _NAME.fullmatch(one)), frozenset(asked)


def _copied(sha256: str, path: Path) -> bool:
    """A file of the store onto the disk, whole or not at all; whether there was room. Raises OSError for other faults."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    try:
        with store().open(sha256) as source, fresh.open("wb") as file:
            shutil.copyfileobj(source, file, _PIECE)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except NotFound:  # lost here: fsck tells it
        return False
    except OSError as fault:
        fresh.unlink(missing_ok=True)
        if fault.errno in _FULL:
            return False
        raise
    return True


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as fault:
        raise disk_fault(fault) from fault
