"""GET /fed/v1/blobs/{sha256} and /chunks; /fed/v1/wanted and POST /fed/v1/bring/{sha256} for files that are brought. An answer to a range holds one chunk at most: it leaves this program in one
piece, so that a slow link occupies no thread. A whole file is streamed, for few at once.
"""

import datetime as dt
import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from jointlab.federation.blobs import taking
from jointlab.federation.blobs.chunks import CHUNK, MANIFEST_LIMIT
from jointlab.federation.blobs.serving import chunks_of, count_served, path_for
from jointlab.federation.guard import Refusal, door
from jointlab.federation.models import Partner
from jointlab.federation.problems import Problem
from jointlab.federation.signatures import digest_field

WHOLE_AT_ONCE: Final = 2  # in one process
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_PIECE: Final = 256 * 1024
_slots = threading.BoundedSemaphore(WHOLE_AT_ONCE)


@door("GET", "HEAD")
def blob(request: HttpRequest, partner: Partner, sha256: str) -> HttpResponseBase:
    """The bytes of a file, or of a range of it: the answer may be shorter than what was asked for."""
    path = path_for(partner, sha256)
    size = path.stat().st_size
    tag = f'"sha256-{sha256}"'
    wanted = _range(request, size) if request.headers.get("If-Range", tag) == tag else None
    if tag in request.headers.get("If-None-Match", ""):
        return _guarded(HttpResponse(status=304), sha256)
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(content_type="application/octet-stream")
        response["Content-Length"] = str(size)
        return _guarded(response, sha256)
    if wanted is None:
        count_served(partner, size, dt.datetime.now(dt.UTC).date())
        return _guarded(_whole(path, size), sha256)
    start, end = wanted
    if start >= end:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return _guarded(response, sha256)
    count_served(partner, end - start, dt.datetime.now(dt.UTC).date())
    with path.open("rb") as file:
        file.seek(start)
        response = HttpResponse(file.read(end - start), status=206, content_type="application/octet-stream")
    response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _guarded(response, sha256)


@door("GET")
def wanted(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Which files the partner should bring: for one that nobody can call."""
    response = HttpResponse(orjson.dumps({"files": taking.wanted(partner)}), content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


@door("POST", limit=MANIFEST_LIMIT)
def bring(request: HttpRequest, partner: Partner, sha256: str) -> HttpResponse:
    """The partner is about to bring a file: its chunks. Which of them are missing here."""
    return _missing(taking.begin(partner, sha256, request.body))


@door("POST", limit=CHUNK)
def bring_chunk(request: HttpRequest, partner: Partner, sha256: str, number: int) -> HttpResponse:
    """One chunk."""
    return _missing(taking.take(partner, sha256, number, request.body))


@door("GET")
def chunks(request: HttpRequest, partner: Partner, sha256: str) -> HttpResponse:
    """Size and SHA-256 of each chunk."""
    body = chunks_of(path_for(partner, sha256), sha256).to_json(sha256)
    response = HttpResponse(body, content_type="application/json")
    response["Content-Digest"] = digest_field(body)
    response["Cache-Control"] = "no-store"
    return response


def _missing(numbers: list[int]) -> HttpResponse:
    return HttpResponse(orjson.dumps({"missing": numbers}), content_type="application/json")


def _range(request: HttpRequest, size: int) -> tuple[int, int] | None:
    """Of a single range, first byte and the one after the last, at most a chunk; None for the whole file."""
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None or found.groups() == ("", "") or size == 0:
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
    return start, min(end, start + CHUNK)


class _Pieces:
    """A file, piece by piece; lets go of its place however the transfer ends."""

    def __init__(self, path: Path) -> None:
        if not _slots.acquire(blocking=False):
            raise Refusal(Problem.QUOTA, "Too many whole files at once. Ask for ranges of at most 4 MiB.")
        self._file, self._open = path.open("rb"), True

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self._file.read(_PIECE), b"")

    def close(self) -> None:
        """Called at the end of the response."""
        if self._open:
            self._open = False
            self._file.close()
            _slots.release()


def _whole(path: Path, size: int) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_Pieces(path), content_type="application/octet-stream")
    response["Content-Length"] = str(size)
    return response


def _guarded(response: HttpResponseBase, sha256: str) -> HttpResponseBase:
    """Whose bytes these are; never shown as a page of this site."""
    response["ETag"] = f'"sha256-{sha256}"'
    response["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
