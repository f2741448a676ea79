"""A connection that rested while a large step was stored: the other end may have closed it meanwhile."""

import http.server
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from jointlab.errors import Unavailable
from jointlab.federation import client
from jointlab.federation.client import Link


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    done: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.done.append(self.command)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.close_connection = True  # without a word of it: the client learns of it when it asks again

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def link() -> Iterator[Link]:
    _Handler.done.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made = Link(f"http://127.0.0.1:{server.server_port}", private_allowed=True)
    yield made
    made.close()
    server.shutdown()
    server.server_close()


def test_what_is_posted_after_a_rest_goes_over_a_fresh_connection(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_RESTED", 0.0)
    link.post("/receipt", b"one")
    link.post("/receipt", b"two")
    assert _Handler.done == ["POST", "POST"]


def test_what_is_posted_is_not_said_twice_when_the_connection_breaks(link: Link) -> None:
    link.post("/receipt", b"one")
    with pytest.raises(Unavailable) as refused:
        link.post("/receipt", b"two")
    assert (refused.value.code, _Handler.done) == ("link.cut", ["POST"])


def test_what_is_asked_for_is_asked_once_more(link: Link) -> None:
    link.get("/page")
    link.get("/page")
    assert _Handler.done == ["GET", "GET"]
