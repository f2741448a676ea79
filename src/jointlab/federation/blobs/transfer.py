"""One file on its way: which chunks are there, who fetches which, what was amiss. For several threads; no database."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256 as hash_of
from typing import Any, Final

from jointlab.errors import BadInput, Fault, Unavailable
from jointlab.federation.blobs.chunks import CHUNK, MANIFEST_LIMIT, Chunks, Have, count_of
from jointlab.federation.blobs.parts import Part
from jointlab.federation.client import Link, Opened
from jointlab.federation.signatures import digest_field

_MOST_BAD: Final = 4  # times that one chunk comes broken, before the list of chunks is doubted
_MOST_DOUBTS: Final = 2  # times that the list is doubted, before the file is given up for now
_MOST_CHANGES: Final = 4  # answers that are of another file
_PIECE: Final = 256 * 1024
_LEARN, _PROVE = -1, -2  # in the place of a chunk's number
_CONTENT_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")


@dataclass(slots=True)
class Piece:
    """A chunk that is being fetched: what has come of it, over as many connections as it takes."""

    number: int
    got: int = 0  # bytes
    digest: Any = field(default_factory=hash_of)
    bad: int = 0  # times that all of it came, and was not what it should be
    came: int = 0  # bytes, over all connections, the bad ones too


class Transfer:
    """A file that is wanted. `step` does one thing over one connection; `ready` when the whole is on disk and proved."""

    def __init__(self, sha256: str, *, size: int | None, part: Part, hashes: bytes = b"", have: bytes = b"") -> None:
        self.sha256, self.size, self.part = sha256, size, part
        self.chunks: Chunks | None = None
        self.have = Have.of(0)
        self.received = 0  # bytes that came in this round, the bad ones too
        self.told = 0  # of them, those that the speed counts already
        self.ready = self.cancelled = False
        self.failed: Fault | None = None
        self._lock = threading.Lock()
        self._open: list[Piece] = []  # to be fetched
        self._out: set[int] = set()  # being fetched
        self._alone = self._whole = False  # one thread learns or proves; ranges do not work
        self._doubts = self._changes = 0
        self._doubted: Chunks | None = None
        self._stop: Callable[[], bool] = lambda: False
        if size is not None and (size <= CHUNK or hashes):
            self._learnt(Chunks.of_one(sha256, size) if size <= CHUNK else Chunks(size, hashes), have)

    # who does what ----------------------------------------------------------------------------------------------

    def take(self) -> Piece | None:
        """Something to do now, for `step`; None when there is nothing, or others are at all of it."""
        with self._lock:
            if self.over or self._alone:
                return None
            if self.chunks is None or not (self._open or self._out):
                self._alone = True
                return Piece(_LEARN if self.chunks is None else _PROVE)
            if not self._open or (self._whole and self._out):
                return None
            piece = self._open.pop(0)
            self._out.add(piece.number)
            return piece

    @property
    def over(self) -> bool:
        """Nothing is left to do: ready, or given up."""
        return self.ready or self.cancelled or self.failed is not None

    @property
    def idle(self) -> bool:
        """Nobody is at work on it: its part may be closed."""
        with self._lock:
            return not self._out and not self._alone

    def step(self, link: Link, piece: Piece, *, stop: Callable[[], bool] = lambda: False) -> None:
        """Learn which chunks there are, fetch one, or prove the whole. What has come stays in the piece when the link is cut.

        Ends early when `stop` says so. Raises what the link and the disk raise; what was to be done can be taken again.
        """
        self._stop = stop
        try:
            if piece.number == _LEARN:
                self._learn(link, piece)
            elif piece.number == _PROVE:
                self._prove()
            elif self._whole:
                self._all_of_it(link, piece)
            else:
                self._chunk(link, piece)
        finally:
            with self._lock:
                if piece.number < 0:
                    self._alone = False
                else:
                    self._out.discard(piece.number)
                    if self.chunks is not None and piece.number not in self.have:
                        self._open.insert(0, piece)

    # learning ---------------------------------------------------------------------------------------------------

    def _learn(self, link: Link, taken: Piece) -> None:
        """Size and chunks. Where the size is not known the first chunk is asked for: most files have no second one."""
        if self.size is None:
            opened = self._ask(link, 0, CHUNK)
            try:
                size = self._size_in(opened)
                if size <= CHUNK:
                    self._learnt(Chunks.of_one(self.sha256, size), b"")
                    for piece in self._open[:]:  # the only one, unless the file is empty
                        self._receive(opened, piece, size, taken)
                    return
                self.size = size
            finally:
                opened.close()
        answer = link.get(f"/fed/v1/blobs/{self.sha256}/chunks", limit=MANIFEST_LIMIT)
        if answer.headers.get("content-digest", digest_field(answer.body)) != digest_field(answer.body):
            raise Unavailable("link.cut", "The list of chunks came damaged.")
        self._learnt(Chunks.from_json(answer.body, sha256=self.sha256, size=self.size), bytes(self.have.bits))

    def _learnt(self, chunks: Chunks, have: bytes) -> None:
        """Room on the disk; what was kept counts where the chunk is the same. Raises Unavailable ``fetch.disk*``."""
        kept = self.part.make_room(chunks.size)
        before = self._doubted
        with self._lock:
            self.size = chunks.size
            mine = Have.of(count_of(chunks.size), have if kept else b"")
            for number in list(mine.numbers()):
                if number >= chunks.count or (before is not None and before.hash(number) != chunks.hash(number)):
                    mine.drop(number)
            self.have, self.chunks = mine, chunks
            if chunks.size == 0:
                mine.add(0)  # nothing has to come
            self._open = [Piece(number) for number in range(chunks.count) if number not in mine]

    # bytes ------------------------------------------------------------------------------------------------------

    def _chunk(self, link: Link, piece: Piece) -> None:
        assert self.chunks is not None
        start, end = self.chunks.span(piece.number)
        opened = self._ask(link, start + piece.got, end)
        try:
            if opened.status == 200:
                self._whole = True  # the server, or a proxy in front of it, knows no ranges
                raise Unavailable("link.no-ranges", "The partner’s server sends whole files only.")
            if self._size_in(opened) != self.chunks.size:
                raise self._another()
            self._receive(opened, piece, end - start, piece)
        finally:
            opened.close()

    def _receive(self, opened: Opened, piece: Piece, length: int, taken: Piece) -> None:
        """The rest of a chunk, as far as this answer goes."""
        start = piece.number * CHUNK
        while piece.got < length and not self._stop() and (data := opened.read(min(_PIECE, length - piece.got))):
            self.part.write(data, start + piece.got)
            piece.digest.update(data)
            piece.got += len(data)
            self._count(len(data), taken)
        if piece.got == length:
            self._judge(piece)

    def _all_of_it(self, link: Link, taken: Piece) -> None:
        """The whole file in one answer, where ranges do not work: chunks that are there are passed over."""
        assert self.chunks is not None
        chunks, wanted = self.chunks, {piece.number: piece for piece in (*self._open, taken)}
        opened = self._ask(link, 0, chunks.size, ranged=False)
        try:
            if opened.status != 200 or self._size_in(opened) != chunks.size:
                raise self._another()
            for number in range(chunks.count):
                start, end = chunks.span(number)
                piece = wanted.get(number)
                if piece is None:
                    self._pass_over(opened, end - start, taken)
                    continue
                piece.got, piece.digest = 0, hash_of()
                self._receive(opened, piece, end - start, taken)
                if 0 < piece.got < end - start:
                    return  # it ended early
        finally:
            opened.close()

    def _pass_over(self, opened: Opened, length: int, taken: Piece) -> None:
        while length > 0 and (data := opened.read(min(_PIECE, length))):
            length -= len(data)
            self._count(len(data), taken)

    def _count(self, length: int, taken: Piece) -> None:
        taken.came += length
        with self._lock:
            self.received += length

    def _ask(self, link: Link, start: int, end: int, *, ranged: bool = True) -> Opened:
        tag = f'"sha256-{self.sha256}"'
        headers = {"Range": f"bytes={start}-{end - 1}", "If-Range": tag} if ranged else {}
        opened = link.open(f"/fed/v1/blobs/{self.sha256}", headers=headers)
        said = _CONTENT_RANGE.fullmatch(opened.headers.get("content-range", ""))
        moved = opened.status == 206 and (said is None or int(said[1]) != start or int(said[2]) >= end)
        if opened.headers.get("etag", tag).removeprefix("W/") != tag or moved:
            opened.close()
            raise self._another()
        return opened

    def _size_in(self, opened: Opened) -> int:
        """The size of the file, as an answer says it. Raises what `_another` gives."""
        said = _CONTENT_RANGE.fullmatch(opened.headers.get("content-range", ""))
        length = opened.headers.get("content-length", "")
        if said is not None:
            return int(said[3])
        if opened.status == 200 and length.isascii() and length.isdigit() and len(length) < 19:
            return int(length)
        raise self._another()

    # proof ------------------------------------------------------------------------------------------------------

    def _judge(self, piece: Piece) -> None:
        """All of a chunk has come: it counts, or is fetched again."""
        assert self.chunks is not None
        with self._lock:
            if piece.digest.digest() == self.chunks.hash(piece.number):
                self.have.add(piece.number)
                self._changes = 0
                self._open = [one for one in self._open if one.number != piece.number]
                return
            piece.got, piece.digest, piece.bad = 0, hash_of(), piece.bad + 1
            if piece.bad >= _MOST_BAD:
                self._doubt()

    def _doubt(self) -> None:
        """What comes again and again is not what was said: ask anew which chunks there are, then give up for now."""
        self._doubts += 1
        self._doubted, self.chunks, self._open = self.chunks, None, []
        if self._doubts > _MOST_DOUBTS:
            self.failed = BadInput(
                "fetch.false", "What the partner sends is not the file {sha256}. It is tried again later; its administrator should run: jointlab fsck --contents",
                sha256=self.sha256,
            )  # fmt: skip

    def _prove(self) -> None:
        """Every chunk is there: is it the file?"""
        assert self.chunks is not None
        self.part.keep()
        if self.part.sha256() == self.sha256:
            self.ready = True
            return
        _, good = self.part.examine(self.chunks)
        with self._lock:
            lost = [number for number in range(self.chunks.count) if number not in good]
            if lost:  # the disk has not kept them: after a power cut
                for number in lost:
                    self.have.drop(number)
                self._open = [Piece(number) for number in lost]
            else:  # the chunks are what the partner said, and the file is not: the list was false
                self.have = Have.of(self.chunks.count)
                self._doubt()

    def _another(self) -> Unavailable:
        """An answer that is not of this file, or of it as it was a moment ago; the fault to raise."""
        with self._lock:
            self._changes += 1
            if self._changes >= _MOST_CHANGES:
                self.failed = Unavailable(
                    "fetch.changed", "The partner’s server answers with something else than the file {sha256}. It is tried again later.",
                    sha256=self.sha256,
                )  # fmt: skip
        return Unavailable("link.other-file", "The answer is not of the file that was asked for.")
