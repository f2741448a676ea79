"""The network drive: write-only, one instrument for each token, as Windows uses it."""

import base64
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings

from jointlab.history import blobs
from jointlab.jobs.models import Job
from jointlab.laboratory.drive import application
from jointlab.laboratory.drive.mount import beside
from jointlab.laboratory.models import File, Instrument
from jointlab.laboratory.operations import instruments
from jointlab.people import tokens
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.made_files import made

DATA = b"2theta counts\n" * 50
LOCK = (
    b'<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>'
    b"<D:locktype><D:write/></D:locktype><D:owner><D:href>XRD-PC\\user</D:href></D:owner></D:lockinfo>"
)


class Computer:
    """A WebDAV client without a network."""

    def __init__(self, user: str, password: str) -> None:
        def pages(environ: dict[str, Any], start: Any) -> Any:
            start("200 OK", [("X-Pages", "yes")])
            return [b"pages"]

        self.processes = [beside(pages), beside(pages)]  # two web processes take turns
        self.credentials = base64.b64encode(f"{user}:{password}".encode()).decode()

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1"), "SCRIPT_NAME": "", "QUERY_STRING": "",
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost", "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "wsgi.errors": io.StringIO(),
            "HTTP_AUTHORIZATION": f"Basic {self.credentials}", "REMOTE_ADDR": "10.0.0.5", **headers,
        }  # fmt: skip
        found: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
            found["status"], found["headers"] = int(status.split()[0]), dict(headers)

        self.processes.reverse()
        content = b"".join(self.processes[0](environ, start))
        return found["status"], found["headers"], content

    def status(self, method: str, path: str, body: bytes = b"", **headers: str) -> int:
        return self.ask(method, path, body, **headers)[0]


@pytest.fixture
def xrd(administrator: Person) -> Iterator[Instrument]:
    yield instruments.add(actor_of(administrator, home="kz"), name="XRD", zone="Asia/Almaty")
    for path in (django_settings.NODE.folder / "drive").glob("*.json"):
        path.unlink()


@pytest.fixture
def computer(xrd: Instrument, administrator: Person, monkeypatch: pytest.MonkeyPatch) -> Computer:
    monkeypatch.setattr(application, "close_old_connections", lambda: None)  # it is the test's
    actor = actor_of(administrator, home="kz")
    return Computer("xrd", tokens.make(actor, name="xrd-pc", scope="inbox", subject=xrd.id).secret)


def test_a_file_is_put_and_lands_in_the_inbox(computer: Computer, xrd: Instrument) -> None:
    assert computer.status("PUT", "/dav/xrd/scan 1.xy", DATA) == 201
    file = File.objects.get()
    assert (file.name, file.instrument, file.source, file.size) == ("scan 1.xy", xrd, "drive", len(DATA))
    assert Job.objects.count() == 1


def test_the_way_windows_writes_a_file(computer: Computer) -> None:
    path = "/dav/xrd/Образец 样品.mpt"
    data = made(".mpt")
    assert computer.status("PROPFIND", "/dav/xrd", HTTP_DEPTH="0") == 207
    assert computer.status("PROPFIND", path, HTTP_DEPTH="0") == 404
    assert computer.status("PUT", path) == 201
    assert File.objects.count() == 0
    status, headers, _ = computer.ask("LOCK", path, LOCK, HTTP_TIMEOUT="Second-3600", CONTENT_TYPE="text/xml")
    assert status == 200
    token = headers["Lock-Token"]
    times = b'<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop><Z:Win32LastModifiedTime>Sun, 22 Nov 2026 10:00:00 GMT</Z:Win32LastModifiedTime></D:prop></D:set></D:propertyupdate>'
    assert computer.status("PROPPATCH", path, times, HTTP_IF=f"({token})") == 207
    assert computer.status("PUT", path, data) == 423  # without the lock's token
    assert computer.status("PUT", path, data, HTTP_IF=f"({token})") == 204
    assert computer.status("UNLOCK", path, HTTP_LOCK_TOKEN=token) == 204
    status, _, content = computer.ask("PROPFIND", "/dav/xrd/", HTTP_DEPTH="1")
    assert status == 207
    assert str(len(data)).encode() in content
    file = File.objects.get()
    assert (file.name, file.size) == ("Образец 样品.mpt", len(data))


def test_folders_are_made_and_kept_with_the_file(computer: Computer) -> None:
    assert computer.status("PUT", "/dav/xrd/KZ155/a.xy", DATA) == 409
    assert computer.status("MKCOL", "/dav/xrd/KZ155") == 201
    assert computer.status("PUT", "/dav/xrd/KZ155/a.xy", DATA) == 201
    assert File.objects.get().folder == "KZ155"


def test_nothing_is_read_or_taken_back(computer: Computer) -> None:
    computer.ask("PUT", "/dav/xrd/a.xy", DATA)
    assert computer.status("GET", "/dav/xrd/a.xy") == 405
    assert DATA not in computer.ask("GET", "/dav/xrd/a.xy")[2]
    assert computer.status("DELETE", "/dav/xrd/a.xy") == 403
    assert computer.status("MOVE", "/dav/xrd/a.xy", HTTP_DESTINATION="http://localhost/dav/xrd/b.xy") == 405
    assert b"403 Forbidden" in computer.ask("DELETE", "/dav/xrd/")[2]
    assert computer.status("PROPFIND", "/dav/xrd/a.xy", HTTP_DEPTH="0") == 207
    assert File.objects.get().name == "a.xy"


def test_an_empty_placeholder_may_be_taken_back(computer: Computer) -> None:
    assert computer.status("PUT", "/dav/xrd/a.xy") == 201
    assert computer.status("DELETE", "/dav/xrd/a.xy") == 204
    assert computer.status("PROPFIND", "/dav/xrd/a.xy", HTTP_DEPTH="0") == 404


def test_a_token_opens_its_own_instrument_only(computer: Computer, actor: Actor, administrator: Person) -> None:
    instruments.add(actor_of(administrator, home="kz"), name="SEM", zone="Asia/Almaty")
    assert computer.status("PUT", "/dav/sem/a.xy", DATA) in (404, 409)
    assert computer.status("PROPFIND", "/dav/sem", HTTP_DEPTH="0") == 404
    secret = base64.b64decode(computer.credentials).decode().partition(":")[2]
    assert Computer("sem", secret).status("PUT", "/dav/sem/a.xy", DATA) == 401
    person = tokens.make(actor, name="mine", scope="write").secret
    assert Computer("xrd", person).status("PUT", "/dav/xrd/a.xy", DATA) == 401
    assert Computer("xrd", "jl_forged").status("PROPFIND", "/dav/xrd", HTTP_DEPTH="0") == 401
    assert not File.objects.exists()


def test_guessing_is_slowed_down(computer: Computer) -> None:
    guesser = Computer("xrd", "jl_guess")
    for _ in range(8):
        assert guesser.status("PROPFIND", "/dav/xrd", HTTP_DEPTH="0") == 401
    assert computer.status("PROPFIND", "/dav/xrd", HTTP_DEPTH="0") == 401  # even the right one waits now


def test_a_cut_upload_leaves_nothing(computer: Computer) -> None:
    incoming = django_settings.NODE.incoming
    before = set(incoming.rglob("*"))
    assert computer.status("PUT", "/dav/xrd/a.xy", DATA, CONTENT_LENGTH=str(len(DATA) + 10)) == 400
    assert not File.objects.exists()
    assert computer.status("PROPFIND", "/dav/xrd/a.xy", HTTP_DEPTH="0") == 404
    assert set(incoming.rglob("*")) == before


def test_a_full_disk_is_said(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs, "_write_all", full)
    assert computer.status("PUT", "/dav/xrd/a.xy", DATA) == 507
    assert not File.objects.exists()


def test_windows_finds_the_drive_and_pages_stay_pages(computer: Computer) -> None:
    status, headers, _ = computer.ask("OPTIONS", "/", HTTP_USER_AGENT="Microsoft-WebDAV-MiniRedir/10.0.19045")
    assert (status, headers["DAV"]) == (200, "1,2")
    assert computer.ask("GET", "/samples")[2] == b"pages"
    assert computer.ask("OPTIONS", "/")[2] == b"pages"
    status, headers, _ = computer.ask("OPTIONS", "/dav/xrd")
    assert status == 200
    assert "1,2" in headers["DAV"]
