"""Files that are brought instead of fetched: by a node that nobody can call, over connections that it opens itself."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from jointlab.errors import BadInput, Fault
from jointlab.federation.blobs.chunks import MANIFEST_LIMIT, Chunks
from jointlab.federation.blobs.serving import chunks_of, count_served, path_for
from jointlab.federation.client import Link
from jointlab.federation.guard import Refusal
from jointlab.federation.models import Partner
from jointlab.federation.own import link_to

CONNECTIONS: Final = 2  # the partner takes few requests at once, and records go first
_MOST_CUTS: Final = 6  # of one chunk, one after the other
_FIRST_WAIT: Final = 0.2  # seconds after a cut, doubled each time
_AGAIN: Final = ("link.cut", "link.answer", "partner.quota")
MakeLink = Callable[[], Link]


@dataclass
class Brought:
    """What was brought."""

    files: int = 0
    bytes: int = 0


def bring_all(partner: Partner, *, stop: threading.Event) -> Brought:
    """Everything that the partner wants of us now. Raises what the link raises; what has come there is kept there."""
    done, tried = Brought(), set[str]()
    link = link_to(partner)
    try:
        while not stop.is_set():
            fresh = [one for one in _names(link.get("/fed/v1/wanted").body) if one not in tried]
            for sha256 in fresh:
                if not stop.is_set():
                    tried.add(sha256)
                    _bring(partner, sha256, link, link.another, done, stop)
            if not fresh:
                break
    finally:
        link.close()
    return done


def _bring(
    partner: Partner, sha256: str, link: Link, make_link: MakeLink, done: Brought, stop: threading.Event
) -> None:
    """One file. What the partner may not have, or no longer wants, is passed over."""
    try:
        path = path_for(partner, sha256)
        chunks = chunks_of(path, sha256)
        said = link.ask(
            "POST",
            f"/fed/v1/bring/{sha256}",
            chunks.to_json(sha256),
            limit=MANIFEST_LIMIT,
            headers={"Content-Type": "application/json"},
        )
        missing = _numbers(said.body)
        count_served(
            partner, sum(end - start for start, end in map(chunks.span, missing)), dt.datetime.now(dt.UTC).date()
        )
    except Refusal:
        return
    except Fault as fault:
        if fault.code.startswith("link."):
            raise
        return
    before = done.bytes
    again = 2  # chunks that the partner's disk has not kept
    while missing and again and not stop.is_set():
        missing = _send(sha256, path, chunks, missing, make_link, done, stop)
        again -= 1
    done.files += not missing and (done.bytes > before or chunks.size == 0)


def _send(
    sha256: str, path: Path, chunks: Chunks, missing: list[int], make_link: MakeLink, done: Brought, stop: threading.Event
) -> list[int]:  # fmt: skip
    """These chunks over several connections; what is missing then."""
    left = [list(missing)]
    lock = threading.Lock()
    queue = list(reversed(missing))

    def work() -> None:
        link = make_link()
        try:
            while not stop.is_set():
                with lock:
                    if not queue:
                        return
                    number = queue.pop()
                found = _post(link, sha256, path, chunks, number, stop)
                with lock:
                    start, end = chunks.span(number)
                    done.bytes += end - start
                    left[0] = found if len(found) < len(left[0]) or not queue else left[0]
        except Fault:
            with lock:
                queue.clear()
            raise
        finally:
            link.close()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for one in [pool.submit(work) for _ in range(min(CONNECTIONS, len(missing)))]:
            one.result()
    return left[0]


def _post(link: Link, sha256: str, path: Path, chunks: Chunks, number: int, stop: threading.Event) -> list[int]:
    """One chunk, again after a cut."""
    start, end = chunks.span(number)
    with path.open("rb") as file:
        file.seek(start)
        data = file.read(end - start)
    cuts = 0
    while True:
        try:
            answer = link.ask(
                "POST",
                f"/fed/v1/bring/{sha256}/{number}",
                data,
                limit=MANIFEST_LIMIT,
                headers={"Content-Type": "application/octet-stream"},
            )
            return _numbers(answer.body)
        except Fault as fault:
            cuts += 1
            damaged = fault.code == "partner.signature"  # flipped on its way: the digest did not fit
            if (not damaged and fault.code not in _AGAIN) or cuts >= _MOST_CUTS or stop.wait(_FIRST_WAIT * 2**cuts):
                raise
            link.close()


def _names(data: bytes) -> list[str]:
    return [str(one) for one in _read(data, "files")]


def _numbers(data: bytes) -> list[int]:
    return [one for one in _read(data, "missing") if isinstance(one, int)]


def _read(data: bytes, name: str) -> list[object]:
    try:
        found = orjson.loads(data)[name]
    except (ValueError, KeyError, TypeError):
        found = None
    if not isinstance(found, list):
        raise BadInput("link.form", "The partner's answer cannot be understood.")
    return found
