"""One connection to one partner, kept open: signed requests, bounded answers, no redirects."""

import contextlib
import errno
import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from jointlab.errors import BadInput, Conflict, Fault, NotAllowed, NotFound, Unavailable
from jointlab.federation.addresses import Base, resolve
from jointlab.federation.problems import Problem, from_json
from jointlab.federation.signatures import Request, sign
from jointlab.ledger.keys import SigningKey

TIMEOUT: Final = 30.0  # seconds without a byte
ANSWER_LIMIT: Final = 9 * 1024 * 1024  # bytes of an answer: a full page that cannot be compressed
SMALL_LIMIT: Final = 256 * 1024  # of one that is no page
VERSION: Final = "1"
_PIECE: Final = 64 * 1024
_RESTED: Final = 5.0  # seconds after which the other end may have closed a connection
_NOBODY: Final = (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH)

_FAMILIES: Final[dict[Problem, type[Fault]]] = {
    Problem.AGREEMENT_CLOSED: NotAllowed, Problem.NOT_PAIRED: NotAllowed, Problem.SIGNATURE: NotAllowed,
    Problem.SKEW: NotAllowed, Problem.NOT_FOUND: NotFound, Problem.BEHIND: Conflict, Problem.REQUEST: BadInput,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, with a status of 200 to 299."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    took: float  # seconds


class Link:
    """Signed requests to one partner. Not for several threads."""

    def __init__(
        self, address: str, *, private_allowed: bool, key: SigningKey | None = None, keyid: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.base = Base.from_text(address)
        self._private_allowed = private_allowed
        self._key, self._keyid, self._clock = key, keyid, clock
        self._connection: http.client.HTTPConnection | None = None
        self._used = 0.0  # when it was used last, by the monotonic clock
        self.ahead: float | None = (
            None  # seconds that the partner's clock is ahead, as the Date of its last answer says
        )

    def get(self, path: str, *, limit: int = SMALL_LIMIT, headers: dict[str, str] | None = None) -> Answer:
        """GET `path`, which begins with a slash. Raises as `ask`."""
        return self.ask("GET", path, limit=limit, headers=headers)

    def post(self, path: str, body: bytes = b"", *, media_type: str = "text/plain", limit: int = SMALL_LIMIT) -> Answer:
        """POST. Raises as `ask`."""
        return self.ask("POST", path, body, limit=limit, headers={"Content-Type": media_type} if body else None)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        limit: int = SMALL_LIMIT,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request and its answer.

        Raises Unavailable ``link.cut``, ``link.redirect``, ``link.answer``, ``link.name``; BadInput ``link.size``; for a
        problem the fault ``partner.<problem>`` with the partner's sentence; and what `resolve` raises.
        """
        begun = time.monotonic()
        with self._closed_on_fault():
            response = self._begin(method, path, body, headers)
            self._note_date(response.getheader("Date"), took=time.monotonic() - begun)
            data = _read(response, limit)
        said = {name.lower(): value for name, value in response.getheaders()}
        if response.will_close:
            self.close()
        if not 200 <= response.status < 300:
            raise self._refusal(response.status, said, data)
        return Answer(response.status, said, data, time.monotonic() - begun)

    def open(self, path: str, *, headers: dict[str, str]) -> "Opened":
        """GET `path`; the body is read by the caller, who closes what is returned. Raises as `ask`."""
        with self._closed_on_fault():
            response = self._begin("GET", path, b"", headers)
            said = {name.lower(): value for name, value in response.getheaders()}
            if 200 <= response.status < 300:
                return Opened(self, response, said)
            raise self._refusal(response.status, said, _read(response, SMALL_LIMIT))

    def another(self) -> "Link":
        """To the same partner, over a connection of its own: for another thread."""
        address = str(self.base)
        return Link(address, private_allowed=self._private_allowed, key=self._key, keyid=self._keyid, clock=self._clock)

    def close(self) -> None:
        """The connection ends; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextlib.contextmanager
    def _closed_on_fault(self) -> Iterator[None]:
        """What stopped half-way cannot be asked again over the same connection."""
        try:
            yield
        except (OSError, http.client.HTTPException) as fault:
            self.close()
            raise self.cut(fault) from fault
        except BadInput:
            self.close()
            raise

    def _begin(self, method: str, path: str, body: bytes, headers: dict[str, str] | None) -> http.client.HTTPResponse:
        """A signed request; its response, whose body has not been read."""
        request = Request(method, f"{self.base}{path}", body)
        signed = sign(request, self._key, keyid=self._keyid, now=int(self._clock())) if self._key else {}
        given = {"Jointlab-Version": VERSION, "Accept-Encoding": "identity", **signed, **(headers or {})}
        return self._send(method, self.base.path + path, body, given)

    def cut(self, fault: Exception) -> Unavailable:
        """The link was cut or never came about, as a fault."""
        if isinstance(fault, OSError) and fault.errno in _NOBODY:
            return Unavailable(
                "link.cut", "Nobody answers at {address}: no node runs there now, or the address is another one.", address=str(self.base)
            )  # fmt: skip
        return Unavailable(
            "link.cut", "The link to {address} was cut: {reason}.", address=str(self.base),
            reason=str(fault) or type(fault).__name__,
        )  # fmt: skip

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> http.client.HTTPResponse:
        """The response, whose body has not been read. A connection that rested may have been closed: then once more.

        What is posted may have been done before the answer was cut, so it is not said twice; it gets a fresh connection.
        """
        if method != "GET" and time.monotonic() - self._used > _RESTED:
            self.close()
        rested = self._connection is not None
        try:
            return self._send_once(method, path, body, headers)
        except (ConnectionError, http.client.RemoteDisconnected, http.client.CannotSendRequest):
            self.close()
            if not rested or method != "GET":
                raise
            return self._send_once(method, path, body, headers)

    def _send_once(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> http.client.HTTPResponse:
        if self._connection is None:
            self._connection = _open(self.base, resolve(self.base, private_allowed=self._private_allowed))
        self._connection.request(method, path, body or None, {"Host": self.base.authority, **headers})
        response = self._connection.getresponse()
        self._used = time.monotonic()
        return response

    def _refusal(self, status: int, headers: dict[str, str], data: bytes) -> Fault:
        if 300 <= status < 400:
            self.close()
            return Unavailable(
                "link.redirect", "{address} sends on to another address ({to}), which is not followed. Pair with the address itself.",
                address=str(self.base), to=headers.get("location", "")[:200],
            )  # fmt: skip
        try:
            problem, sentence = from_json(data)
        except BadInput:
            return Unavailable(
                "link.answer", "{address} answers with status {status}, not as a jointlab node. Look at the proxy in front of it.",
                address=str(self.base), status=status,
            )  # fmt: skip
        family = _FAMILIES.get(problem, Unavailable)
        return family(f"partner.{problem}", "The partner answers: {sentence}", sentence=sentence)

    def _note_date(self, text: str | None, *, took: float) -> None:
        """Date tells whole seconds, cut off, of a moment within the time that the answer took."""
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            if text:
                self.ahead = parsedate_to_datetime(text).timestamp() + 0.5 - (self._clock() - took / 2)


class Opened:
    """A body that is read piece by piece."""

    def __init__(self, link: Link, response: http.client.HTTPResponse, headers: dict[str, str]) -> None:
        self._link, self._response = link, response
        self.status, self.headers = response.status, headers  # names in lower case

    def read(self, most: int) -> bytes:
        """What has come, at most so many bytes; b"" at the end. Raises Unavailable ``link.cut``."""
        try:
            data = self._response.read1(most)
            if not data and self._response.length:  # bytes that were promised and did not come
                raise http.client.IncompleteRead(b"", self._response.length)
        except (OSError, http.client.HTTPException) as fault:
            self._link.close()
            raise self._link.cut(fault) from fault
        return data

    def close(self) -> None:
        """Done with it; a connection on which bytes are left cannot be used again."""
        whole = self._response.isclosed() or self._response.length == 0
        self._response.close()
        if not whole or self._response.will_close:
            self._link.close()


class _Plain(http.client.HTTPConnection):
    """To an IP address that was looked up before; the host name is still said in the request."""

    def __init__(self, base: Base, ip: str) -> None:
        super().__init__(base.host, base.port, timeout=TIMEOUT)
        self.ip = ip

    def connect(self) -> None:
        self.sock = socket.create_connection((self.ip, self.port), self.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _Secure(_Plain):
    """The same with TLS, verified for the host name."""

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _open(base: Base, ip: str) -> http.client.HTTPConnection:
    return _Secure(base, ip) if base.scheme == "https" else _Plain(base, ip)


def _read(response: http.client.HTTPResponse, limit: int) -> bytes:
    """The whole body, at most `limit` bytes. Raises BadInput ``link.size``; IncompleteRead for a cut one."""
    if (response.length or 0) > limit:
        raise _too_large(limit)
    if response.length is None and not response.chunked:  # nobody could tell its end from a cut
        raise http.client.IncompleteRead(b"")
    parts: list[bytes] = []
    left = limit + 1
    while left > 0 and (part := response.read(min(_PIECE, left))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise _too_large(limit)
    if response.length:  # bytes that were promised and did not come
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(parts)


def _too_large(limit: int) -> BadInput:
    return BadInput("link.size", "The partner's answer is larger than {limit} bytes.", limit=limit)
