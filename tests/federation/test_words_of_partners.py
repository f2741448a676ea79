"""Numbered scenarios: addresses and file names in a partner's records are words, and lead nowhere."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.federation.nodes import Pair

LOG = "cn+kz/kz"


class Listener:
    """A port of loopback that counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.visits = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            connection.close()

    def close(self) -> None:
        """Nobody comes any more."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Of one test."""
    made = Listener()
    yield made
    made.close()


# every place that the partner's driver connects to or asks the name of, from now on
_WATCH = """
import sys
places = []
def watch(event, arguments):
    if event == 'socket.connect':
        places.append(str(arguments[1]))
    elif event == 'socket.getaddrinfo':
        places.append(str(arguments[:2]))
sys.addaudithook(watch)
"""


def test_20_addresses_in_words_are_never_fetched(pair: Pair, listener: Listener) -> None:
    """Scenario 20: pulled, indexed, shown and exported, a record full of addresses makes nobody open a connection."""
    url = f"http://127.0.0.1:{listener.port}/x"
    words = f'{url} <img src="{url}"> ![p]({url}) <script src="{url}"></script> [[{url}]] file://{url} http://no.such.name.invalid/y'
    names = "from tests.federation.lab_names import *"
    pair.kz.do(names)
    made = pair.kz.value(f"sample({'See ' + url!r}, words={words!r}, file={words.encode()!r})")
    pair.kz.serve()
    pair.cn.do(f"{names}\nadministrator()\n{_WATCH}")
    pair.cn.do(f"pull({pair.kz.address!r})")
    assert pair.cn.value(f"Sample.objects.get(id={made['sample']!r}).title") == f"See {url}"
    shown = [
        pair.cn.value(f"page({path!r})")
        for path in ("/", "/samples", f"/samples/{made['code']}", f"/search?q={listener.port}", "/partners/kz")
    ]
    assert url in shown[2]
    for found in shown:
        assert f'src="{url}' not in found
        assert f'href="{url}' not in found
    pair.cn.serve(worker=True)  # and what a running node does in the background with it
    pair.cn.stop()
    places = pair.cn.value("places")
    assert places
    assert all(str(pair.kz.port) in place for place in places), places
    assert listener.visits == 0
    pair.in_step(LOG)


NAMES = {
    "../../x": "x", "/etc/passwd": "passwd", "..\\..\\boot.ini": "boot.ini", "a\0b.txt": "ab.txt",
    "invoice\u202etxt.exe": "invoicetxt.exe", "x" * 300 + ".txt": "x" * 251 + ".txt", "CON": "CON", "": "unnamed",
    "..": "unnamed", "line\nbreak.csv": "linebreak.csv", "Образец 1.txt": "Образец 1.txt",
}  # fmt: skip


def _all_but_contents(folder: Path) -> set[str]:
    """What lies in a node's folder, its database and its store left out."""
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    return {str(path) for path in found if path.parts[0] != "blobs" and not path.name.startswith("node.sqlite3")}


def test_21_names_of_files(pair: Pair) -> None:
    """Scenario 21: stored by its hash, whatever it is called; the name is cleaned here too, and nothing lies outside the store."""
    kz, cn = pair.kz, pair.cn
    for node in (kz, cn):
        node.do(
            "from tests.federation.lab_names import *\nfrom tests.federation.blob_names import fetch\nadministrator()"
        )
    records = [kz.value(f"file_named({name!r}, b'content {n}')") for n, name in enumerate(NAMES)]
    kz.serve()
    outside = {
        path for path in cn.folder.parent.rglob("*") if cn.folder not in path.parents and kz.folder not in path.parents
    }
    before = _all_but_contents(cn.folder)
    cn.do(f"pull({kz.address!r})")
    assert cn.value("fetch()")["files"] == len(NAMES)
    assert cn.value("aside()") == {}
    for record, clean in zip(records, NAMES.values(), strict=True):
        assert cn.value(f"File.objects.get(id={record!r}).name") == clean
    assert _all_but_contents(cn.folder) - before <= {"incoming/fetching", "incoming/erasing"}
    assert outside == {
        path for path in cn.folder.parent.rglob("*") if cn.folder not in path.parents and kz.folder not in path.parents
    }
    stored = [path for path in (cn.folder / "blobs").rglob("*") if path.is_file()]
    assert all(len(path.name) == 64 and path.parent.parent.name == path.name[:2] for path in stored)
    assert len(stored) == len(NAMES)
    pair.in_step(LOG)
