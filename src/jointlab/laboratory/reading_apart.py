"""Reading a file in a child process: bytes in, columns in the store and plain values out. No Django, no database."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jointlab.errors import BadInput, Fault
from jointlab.history.blobs import BlobStore, Held, StoredBlob
from jointlab.laboratory.columns import store_table
from jointlab.laboratory.computing import keep_plots
from jointlab.science.answer import NOTHING, SCHEMA, answer_of, refusal_of
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source, open_source, printable

READ, QUESTION, REFUSED = "read", "question", "refused"  # states of laboratory.models.Reading


@dataclass(frozen=True)
class ReadTask:
    """One file of the store, and what is known about it."""

    blobs: Path
    incoming: Path
    sha256: str
    name: str
    settings: dict[str, str] = field(default_factory=dict)
    zone: str = ""  # IANA zone of the clock of the instrument's computer


@dataclass(frozen=True)
class ReadResult:
    """What became of it. `answer` is that of `jointlab read --json`, with hashes of columns and number of plots."""

    state: str
    answer: dict[str, Any]
    settings: dict[str, str]  # that were used
    refused: dict[str, Any] | None = None  # code, message, question
    columns: tuple[StoredBlob, ...] = ()  # derived blobs


def read_file(task: ReadTask) -> ReadResult:
    """Read one file of the store; whatever is wrong with it is a refusal. Raises Unavailable ``blob.*``, NotFound."""
    store = BlobStore(blobs=task.blobs, incoming=task.incoming)
    path = store.path(task.sha256)
    head = {"schema": SCHEMA, "file": printable(task.name), "sha256": task.sha256}
    try:
        source = open_source(path, name=task.name, sha256=task.sha256)
    except BadInput as fault:
        return refused_as(fault, head=head, settings=task.settings)
    return _read(source, head, task.settings, task.zone, store)


@dataclass(frozen=True)
class TakeTask:
    """A file somewhere on this computer, to be stored and read at once."""

    blobs: Path
    incoming: Path
    path: Path
    limit: int  # bytes
    settings: dict[str, str] = field(default_factory=dict)
    zone: str = ""


@dataclass(frozen=True)
class Taken:
    """What became of a file. Bytes that the store held before are not read again: then there is no result."""

    stored: StoredBlob | None
    result: ReadResult | None


@dataclass(frozen=True)
class Unsettled:
    """A file that was read, its bytes not yet waited for."""

    held: Held
    result: ReadResult


def take_file(task: TakeTask) -> Taken | Unsettled:
    """Write a file and read it, from one look at its bytes; `settle` stores it. One too large to read, or empty, is stored
    all the same. Raises Unavailable ``blob.*``.
    """
    store = BlobStore(blobs=task.blobs, incoming=task.incoming)
    head: dict[str, Any] = {"schema": SCHEMA, "file": printable(task.path.name), "sha256": None}
    try:
        source = open_source(task.path)
    except Fault as fault:
        stored = _store_unread(store, task) if fault.code in ("file.too-large", "file.empty") else None
        head["sha256"] = stored.sha256 if stored else None
        return Taken(stored, refused_as(fault, head=head, settings=task.settings))
    try:
        if store.has(source.sha256):
            return Taken(store.put([source.data], limit=task.limit), None)
        held = store.hold(source.data, sha256=source.sha256, limit=task.limit)
    except BadInput as fault:
        return Taken(None, refused_as(fault, head=head, settings=task.settings))
    try:
        head["sha256"] = source.sha256
        return Unsettled(held, _read(source, head, task.settings, task.zone, store))
    except BaseException:
        held.let_go()
        raise


def settle(store: BlobStore, taken: Sequence[Taken | Unsettled]) -> list[Taken]:
    """Store what was taken: the disk is waited for once. Raises Unavailable ``blob.*``; then nothing of it is stored."""
    waiting = [one for one in taken if isinstance(one, Unsettled)]
    stored = {id(one): blob for one, blob in zip(waiting, store.keep_all([one.held for one in waiting]), strict=True)}
    return [_settled(one, stored[id(one)]) if isinstance(one, Unsettled) else one for one in taken]


def _settled(one: Unsettled, blob: StoredBlob) -> Taken:
    """Bytes that came into the store from elsewhere meanwhile are read where they came from."""
    return Taken(blob, one.result if blob.new else None)


def _store_unread(store: BlobStore, task: TakeTask) -> StoredBlob | None:
    try:
        return store.put_file(task.path, limit=task.limit)
    except (BadInput, OSError):
        return None


def _read(source: Source, head: dict[str, Any], settings: dict[str, str], zone: str, store: BlobStore) -> ReadResult:
    try:
        file = read_known(source, settings, zone=zone)
    except BadInput as fault:
        return refused_as(fault, head=head, settings=settings)
    return result_of(file, head=head, settings=settings, store=store)


def read_known(source: Source, settings: dict[str, str], *, zone: str) -> ReadFile:
    """As `science.door.read_source`; a clock without an offset gets that of its instrument's zone."""
    file = read_source(source, settings)
    started = file.reading.started
    if started is None or started.tzinfo is not None or not zone:
        return file
    known = in_zone(started, zone)
    return (
        file if known is None else replace(file, reading=replace(file.reading, started=known, started_zone="setting"))
    )


def in_zone(clock: dt.datetime, zone: str) -> dt.datetime | None:
    """The moment that a wall clock shows in a zone; None for an hour that comes twice there, or not at all."""
    place = ZoneInfo(zone)
    early, late = clock.replace(tzinfo=place, fold=0), clock.replace(tzinfo=place, fold=1)
    offset = early.utcoffset()
    if offset is None or offset != late.utcoffset():
        return None
    return clock.replace(tzinfo=dt.timezone(offset))


def result_of(file: ReadFile, *, head: dict[str, Any], settings: dict[str, str], store: BlobStore) -> ReadResult:
    """The answer of a file that was read, its columns stored."""
    answer = head | answer_of(file) | {"refused": None, "plots": sum(len(a.plots) for _, a in file.analyses)}
    said_of = {id(figure): said for said, figure in zip(answer["figures"], file.figures, strict=True)}
    answer["figures"] = [said_of[id(figure)] | {"headline": telling} for figure, telling in file.telling_first()]
    columns = []
    for said, table in zip(answer["tables"], file.tables, strict=True):
        record = store_table(table, to=store)
        said |= {"values_sha256": record.values_sha256, "parquet_sha256": record.parquet_sha256}
        size = store.path(record.parquet_sha256).stat().st_size
        columns.append(StoredBlob(record.parquet_sha256, size, new=True))
    plots = keep_plots(file, store)
    answer["plots_sha256"] = plots.sha256 if plots else ""
    return ReadResult(READ, answer, settings, columns=(*columns, plots) if plots else tuple(columns))


def refused_as(fault: Fault, *, head: dict[str, Any], settings: dict[str, str]) -> ReadResult:
    """The answer of a file that was refused."""
    refused = refusal_of(fault)
    state = REFUSED if refused["question"] is None else QUESTION
    return ReadResult(state, head | NOTHING | {"refused": refused, "plots": 0}, settings, refused=refused)
