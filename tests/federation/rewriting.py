"""A server in front of a node that understands what passes: it leaves headers of requests out, and changes answers."""

import contextlib
import http.client
import threading
from collections.abc import Callable, Collection, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jointlab.federation import codec
from jointlab.ledger.mirror import Line

Change = Callable[[str, bytes], bytes]  # of a path and the body of its answer


def _as_it_is(path: str, body: bytes) -> bytes:
    return body


def in_pages(change: Callable[[Sequence[Line]], Sequence[Line]]) -> Change:
    """The entries of every page changed."""

    def changed(path: str, body: bytes) -> bytes:
        if "/entries?" not in path:
            return body
        raw, _ = codec.fill_page(change(codec.read_page(body)))
        return codec.compress(raw)

    return changed


class Rewriting:
    """`with Rewriting(port, change=...) as proxy:` gives `proxy.address`; `without`: headers of requests that are left out."""

    def __init__(self, target: int, *, change: Change = _as_it_is, without: Collection[str] = ()) -> None:
        self.change = change
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                there = http.client.HTTPConnection("127.0.0.1", target, timeout=30)
                given = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
                headers = {name: value for name, value in self.headers.items() if name.lower() not in without}
                there.request(self.command, self.path, given, headers)
                answer = there.getresponse()
                body = answer.read()
                if answer.status == 200:
                    body = front.change(self.path, body)
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in _HOP:
                        self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                there.close()
                with contextlib.suppress(ConnectionError):  # the client has seen enough
                    self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "Rewriting":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


_HOP = ("date", "server", "transfer-encoding", "accept-ranges", "content-length", "connection")
