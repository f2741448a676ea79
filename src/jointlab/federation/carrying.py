"""`jointlab carry`: the same pages by a disk. DISK/jointlab/<from>/ holds what one node gives to its partners:

    node.note                      its document
    cn+kz/000000000000-000000010000.span    a checkpoint and the pages up to it: the deliveries, one after the other
    cn+kz/cn.receipt               its cosignature under what it holds of the partner's log
    files/cn/<sha256>              raw files, see blobs/carrying

A file is there whole or not at all: it grows under another name. What is there already is not written again, so that a
disk pulled out too early is simply carried out once more. Nothing on the disk is believed before it is verified.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.federation import codec, comparing, key_changes, pairing
from jointlab.federation.blobs.carrying import FOLDER as RAW_FOLDER
from jointlab.federation.blobs.carrying import Raw, files_in, files_out, list_out
from jointlab.federation.documents import DOCUMENT_LIMIT, NodeDocument
from jointlab.federation.models import Partner, Receipt
from jointlab.federation.own import own_document
from jointlab.federation.pulling import mirrors_of, said_size, shared_with, step
from jointlab.federation.receipts import cosigned, keep
from jointlab.history import serving
from jointlab.history.identifiers import home
from jointlab.history.logs import members
from jointlab.history.models import Log
from jointlab.history.signing import SPAN
from jointlab.ledger.mirror import Line
from jointlab.ledger.notes import NOTE_LIMIT, Note

FOLDER: Final = "jointlab"
_SPAN_NAME: Final = re.compile(r"([0-9]{12})-([0-9]{12})\.span")
MOST_RAW: Final = 1 << 62  # bytes of raw files, where nobody sets a limit
_PART_LIMIT: Final = codec.PAGE_BYTES + 128 * 1024  # bytes of one page in a file


@dataclass
class Carried:
    """What went onto a disk or came from it."""

    files: int = 0
    entries: int = 0
    bytes: int = 0
    receipts: int = 0
    met: list[str] = field(default_factory=list)  # prefixes of nodes whose pairing waits for its code
    refused: list[str] = field(default_factory=list)  # sentences
    raw: Raw = field(default_factory=Raw)  # files that records name


def carry_out(disk: Path, *, to: str = "", limit: int = MOST_RAW) -> Carried:
    """Everything that one partner does not hold yet, as far as its receipts and lists tell; of raw files at most `limit` bytes.

    A disk is read by whoever holds it: `to` is the partner's prefix, needed where there are several. Raises NotFound
    ``carry.disk``, BadInput ``carry.whom``, Conflict ``carry.mixed`` for a disk with pages that are not for this partner.
    """
    _require_folder(disk)
    done = Carried()
    folder = disk / FOLDER / home()
    partners = _receivers(to)
    _require_unmixed(disk / FOLDER, partners)
    _write(folder / "node.note", own_document(), done, again=True)
    for partner in partners:
        for log in shared_with(partner):
            held = Receipt.objects.filter(log=log.name, partner=partner.prefix).values_list("size", flat=True).first()
            _spans_out(folder, log, held or 0, done)
        for mirror in mirrors_of(partner):
            note = serving.newest_checkpoint(mirror.name)
            if note is not None:
                _write(folder / mirror.partnership / f"{mirror.home}.receipt", cosigned(note), done, again=True)
                done.receipts += 1
        for seen, note in comparing.shown_to(partner):
            _write(folder / seen.partnership / f"{seen.home}.seen", note, done, again=True)
        _write(*list_out(folder, partner), done, again=True)
        files_out(disk, folder, partner, done.raw, limit=limit)
    return done


def _receivers(to: str) -> list[Partner]:
    """The one partner whom the disk is for; none where this node only introduces itself."""
    partners = list(Partner.objects.exclude(confirmed_at=None).order_by("prefix"))
    prefixes = ", ".join(one.prefix for one in partners)
    if not to and len(partners) > 1:
        raise BadInput("carry.whom", "This node has several partners: {prefixes}. Say for whom the disk is: --for PREFIX", prefixes=prefixes)  # fmt: skip
    if to and to not in [one.prefix for one in partners]:
        raise BadInput("carry.whom-unknown", "{to} is no partner of this node. Partners: {prefixes}.", to=to, prefixes=prefixes or "—")  # fmt: skip
    return [one for one in partners if to in ("", one.prefix)]


def _require_unmixed(folder: Path, partners: list[Partner]) -> None:
    """Who gets the disk reads all of it: pages of the partnerships of both, and raw files for one of the two."""
    two = {home(), *(one.prefix for one in partners)}
    pages = [path for path in sorted(folder.glob("*/*+*")) if not two.issubset(members(path.name))]  # of every giver
    strange = pages + [path for path in sorted(folder.glob(f"*/{RAW_FOLDER}/*")) if path.stem not in two]
    if strange:
        raise Conflict(
            "carry.mixed", "The disk holds pages of {partnership} already, which are not for {partner}. Take another disk, or remove {folder} from it.",
            partnership=strange[0].name, partner=partners[0].prefix if partners else "—", folder=str(strange[0]),
        )  # fmt: skip


def carry_in(disk: Path) -> Carried:
    """What the partners' folders on the disk hold; a bad file stops its log, not the others."""
    _require_folder(disk)
    done = Carried()
    for folder in sorted(path for path in (disk / FOLDER).glob("*") if path.is_dir() and path.name != home()):
        try:
            _node_in(folder, done)
        except BadInput as fault:
            done.refused.append(f"{folder.name}: {fault.message}")
    return done


class _FileSource:
    """The pages of one span."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note_after(self, log: str, size: int) -> bytes | None:
        return None

    def pages(self, log: str, *, start: int, upto: int) -> Iterator[list[Line]]:
        """Entries that are here already are passed over: spans are cut where the giver's receipts stood."""
        place = int(self.path.name[:12])
        for data in _parts(self.path):
            lines = codec.read_page(data)
            yield lines[max(0, start - place) :]
            place += len(lines)

    def give_receipt(self, log: str, note: bytes) -> None:
        """It travels with the next disk."""


def _node_in(folder: Path, done: Carried) -> None:
    data = _read(folder / "node.note", DOCUMENT_LIMIT)
    document = NodeDocument.from_bytes(data)
    partner = Partner.objects.filter(prefix=document.home).first()
    if partner is None or partner.confirmed_at is None:
        pairing.meet_by_document(data)
        done.met.append(document.home)
        return
    if not key_changes.take_over(partner, document):
        raise BadInput("carry.keys", "The disk holds a document of {partner} with keys that are not its own.", partner=document.home)  # fmt: skip
    for log in shared_with(partner):
        path = folder / log.partnership / f"{home()}.receipt"
        if path.is_file():
            keep(partner, log, Note.from_bytes(_read(path, NOTE_LIMIT)))
            done.receipts += 1
    try:
        for mirror in mirrors_of(partner):
            _spans_in(partner, mirror, folder / mirror.partnership, done)
        for log in comparing.of_others(partner):
            path = folder / log.partnership / f"{log.home}.seen"
            if path.is_file():
                comparing.take(log, _read(path, NOTE_LIMIT), by=partner.prefix)
    finally:  # a log that has a gap does not keep back files of records that are here
        files_in(folder, partner, done.raw)


def _spans_in(partner: Partner, mirror: Log, folder: Path, done: Carried) -> None:
    found = sorted((match, path) for path in folder.glob("*.span") if (match := _place(path)))
    for (start, end), path in found:
        if end <= mirror.size or mirror.state == Log.State.HALTED:
            continue
        if start > mirror.size:
            raise BadInput("carry.gap", "The disk begins with entry {start} of {log}; this node holds {size}. Carry out again after bringing back the receipt.", start=start, log=mirror.name, size=mirror.size)  # fmt: skip
        before = mirror.size
        with path.open("rb") as file:
            note = _part(file.read(12 + NOTE_LIMIT), 0)
        step(partner, _FileSource(path), mirror, note)
        done.files += 1
        done.entries += mirror.size - before
        done.bytes += path.stat().st_size


def _spans_out(folder: Path, log: Log, held: int, done: Carried) -> None:
    while (note := serving.next_checkpoint(log.name, after=held, most=SPAN)) is not None:
        upto = said_size(note)
        path = folder / log.partnership / f"{held:012}-{upto:012}.span"
        if not path.exists():
            parts = [note, *_pages(log.name, held, upto)]
            _write(path, b"".join(f"{len(part):011}\n".encode() + part for part in parts), done)
            done.entries += upto - held
        held = upto


def _pages(log: str, start: int, upto: int) -> Iterator[bytes]:
    while start < upto:
        lines = islice(serving.entries(log, start=start, upto=upto), codec.PAGE_RECORDS)
        raw, count = codec.fill_page(lines)
        if not count:
            return
        yield codec.compress(raw)
        start += count


def _parts(path: Path) -> Iterator[bytes]:
    """The pages of a span, each read on its own."""
    with path.open("rb") as file:
        first = True
        while head := file.read(12):
            size = _length(head)
            data = file.read(size)
            if len(data) != size:
                raise BadInput("carry.file", "{name} on the disk is not complete. Carry it out again.", name=path.name)
            if not first:
                yield data
            first = False


def _part(data: bytes, at: int) -> bytes:
    size = _length(data[at : at + 12])
    return data[at + 12 : at + 12 + size]


def _length(head: bytes) -> int:
    if len(head) != 12 or not head[:11].isdigit() or (size := int(head)) > _PART_LIMIT:
        raise BadInput("carry.file", "{name} on the disk is not complete. Carry it out again.", name="a span")
    return size


def _place(path: Path) -> tuple[int, int] | None:
    match = _SPAN_NAME.fullmatch(path.name)
    return (int(match[1]), int(match[2])) if match else None


def _write(path: Path, data: bytes, done: Carried, *, again: bool = False) -> None:
    """Whole or not at all, and on the disk when this returns."""
    if path.exists() and not again:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    done.files += 1
    done.bytes += len(data)


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit)
    except FileNotFoundError:
        raise BadInput(
            "carry.file", "{name} on the disk is not complete. Carry it out again.", name=path.name
        ) from None


def _require_folder(disk: Path) -> None:
    if not disk.is_dir():
        raise NotFound("carry.disk", "“{disk}” is no folder. Name the place where the disk is mounted.", disk=str(disk))
