"""Files between two real nodes: what is served to whom, fetching, resuming after kill -9, faults of link and server."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.federation.nodes import Node, Pair, copied
from tests.federation.proxy import BadLink, Link
from tests.federation.rewriting import Rewriting

MB = 1 << 20
_seeds = count(1)


@pytest.fixture(scope="module")
def two(pair_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Almaty serves; drivers of both know the record type of these tests. One pair for all: each test has its own files."""
    pair = copied(pair_template, tmp_path_factory.mktemp("two") / "nodes")
    try:
        pair.kz.serve()
        for node in (pair.kz, pair.cn):
            node.do("from tests.federation.blob_names import *")
        yield pair
        pair.check()
    finally:
        pair.close()


def parcel(two: Pair, *sizes: int, columns: tuple[int, ...] = (), shared: bool = True) -> dict[str, Any]:
    """Fresh files of Almaty, in a record."""
    arguments = [*map(str, sizes), f"seed={next(_seeds)}, columns={columns!r}, shared={shared}"]
    made: dict[str, Any] = two.kz.value(f"parcel({', '.join(arguments)})")
    return made


def pulled(two: Pair, *sizes: int, columns: tuple[int, ...] = ()) -> list[str]:
    """Files of Almaty that Nanjing knows of, by SHA-256."""
    made = parcel(two, *sizes, columns=columns)
    two.cn.value(f"pull({two.kz.address!r})")
    files: list[str] = made["files"]
    return files


def same_bytes(two: Pair, files: list[str]) -> None:
    for sha256 in files:
        found = [node.folder / "blobs" / sha256[:2] / sha256[2:4] / sha256 for node in (two.kz, two.cn)]
        assert found[0].read_bytes() == found[1].read_bytes()


def test_files_come(two: Pair) -> None:
    files = pulled(two, 0, 1, 100_000, 4 * MB, 4 * MB + 1, 9 * MB, columns=(5, 6 * MB))
    done = two.cn.value("fetch()")
    assert done["files"] == len(files)
    same_bytes(two, files)
    for sha256 in files:
        assert two.cn.value(f"where({sha256!r})")["state"] == "here"
        assert not (two.cn.folder / "incoming" / "fetching" / f"{sha256}.part").exists()
    assert two.cn.value("sorted(Blob.objects.filter(derived=True).values_list('sha256', flat=True))") == sorted(
        files[-2:]
    )
    assert sorted(line.split()[1] for line in two.cn.value("ARRIVED")) == sorted(files)  # the hook was told
    assert two.cn.value("fetch()") == {"files": 0, "bytes": 0, "received": 0}


def test_only_for_whom_it_is_shared(two: Pair) -> None:
    """Nobody's, another's, withheld and erased files look alike: as if there were none."""
    shared, kept = pulled(two, 10)[0], parcel(two, 11, shared=False)["files"][0]
    taken, erased = parcel(two, 12), parcel(two, 13)
    link = "client.Link({!r}, private_allowed=True, key=house_key(), keyid=own_keyid())"
    two.cn.do(f"link = {link.format(two.kz.address)}")
    assert two.cn.value(f"link.get('/fed/v1/blobs/{shared}').status") == 200
    two.kz.do(f"take_back({taken['record']!r}); erase_record({erased['record']!r})")
    answers = set()
    for sha256 in (kept, taken["files"][0], erased["files"][0], "0" * 64, "x"):
        for path in (f"/fed/v1/blobs/{sha256}", f"/fed/v1/blobs/{sha256}/chunks"):
            answers.add(_answer(two, path))
    assert answers == {"partner.not-found"}
    with pytest.raises(urllib.error.HTTPError) as unsigned:
        urllib.request.urlopen(f"{two.kz.address}/fed/v1/blobs/{shared}", timeout=10)
    assert unsigned.value.code in (400, 401, 403)
    unsigned.value.close()


def _answer(two: Pair, path: str) -> str:
    found: str = two.cn.do(
        f"try:\n    link.get({path!r})\n    value = 'served'\nexcept Fault as f:\n    value = f.code"
    )
    return found


def test_headers(two: Pair) -> None:
    """What the reference of federation says of an answer."""
    sha256 = pulled(two, 5 * MB)[0]
    two.cn.do(f"link = client.Link({two.kz.address!r}, private_allowed=True, key=house_key(), keyid=own_keyid())")
    ask = "value = [(a.status, a.headers, len(a.body)) for a in [link.ask({!r}, '/fed/v1/blobs/{}', limit=1 << 24, headers={!r})]][0]"
    status, headers, length = two.cn.do(ask.format("GET", sha256, {"Range": "bytes=3-"}))
    assert (status, length, headers["content-range"]) == (
        206,
        4 * MB,
        f"bytes 3-{4 * MB + 2}/{5 * MB}",
    )  # a chunk at most
    assert headers["etag"] == f'"sha256-{sha256}"'
    assert headers["repr-digest"].startswith("sha-256=:")
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    status, headers, length = two.cn.do(ask.format("GET", sha256, {"Range": "bytes=0-9", "If-Range": '"other"'}))
    assert (status, length, headers["content-length"]) == (200, 5 * MB, str(5 * MB))
    status, headers, length = two.cn.do(ask.format("HEAD", sha256, {}))
    assert (status, length, headers["content-length"]) == (200, 0, str(5 * MB))
    status, headers, length = two.cn.do(ask.format("GET", sha256, {"Range": "bytes=-10"}))
    assert (status, length) == (206, 10)
    two.cn.do(f"chunks = link.get('/fed/v1/blobs/{sha256}/chunks')")
    said = two.cn.value("json.loads(chunks.body)")
    assert (said["size"], said["chunk"], len(said["chunks"])) == (5 * MB, 4 * MB, 2)
    assert two.kz.value(f"ChunkList.objects.filter(blob={sha256!r}).count()") == 1  # computed once, kept


def test_a_bad_link(two: Pair) -> None:
    """Cuts and flipped bits: each costs what it hit, and the file is right."""
    sha256 = pulled(two, 20 * MB)[0]
    with BadLink(two.kz.port, Link(delay=0.01, cut_every=5 * MB, flip_every=12 * MB), seed=3) as link:
        done = two.cn.value(f"fetch({link.address!r})")
        assert two.cn.value(f"where({sha256!r})")["state"] == "here", done
        assert link.cuts
        assert link.flips
    same_bytes(two, [sha256])
    assert done["received"] <= done["bytes"] + link.flips * 4 * MB


def test_kill_9_while_fetching(two: Pair) -> None:
    """What came before the kill is not fetched again; nothing is visible before the whole is proved."""
    sha256 = pulled(two, 24 * MB)[0]
    with BadLink(two.kz.port, Link(rate=3 * MB)) as link:
        other = Node(two.cn.folder, "cn")  # a second process of the node, to be killed
        other.do("from tests.federation.blob_names import *; import threading")
        other.do(f"threading.Thread(target=fetch, args=({link.address!r},), daemon=True).start()")
        state = _until(two, sha256, lambda said: said.get("state") == "fetching" and _chunks(two, sha256) >= 2)
        assert not state["stored"]
        assert not state["known"]
        assert other._driver is not None
        other._driver.kill()
        other._driver.communicate(timeout=30)
        other._driver = None
        before = _chunks(two, sha256)
        assert before < 6
        two.cn.do("worker.resume()")
        assert not two.cn.value(f"where({sha256!r})")["stored"]
    done = two.cn.value(f"fetch({two.kz.address!r})")
    assert done["files"] == 1
    assert done["received"] == (6 - before) * 4 * MB
    same_bytes(two, [sha256])


def _chunks(two: Pair, sha256: str) -> int:
    found: int = two.cn.value(f"sum(bin(b).count('1') for b in bytes(Fetch.objects.get(sha256={sha256!r}).have))")
    return found


def _until(two: Pair, sha256: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while not holds(said := two.cn.value(f"where({sha256!r})")):
        assert time.monotonic() < deadline, said
        time.sleep(0.1)
    return dict(said)


# what servers and disks do wrong (scenarios 22 and 23 of the design)


def _spoiled(two: Pair, spoil: str, size: int = 12 * MB) -> tuple[str, dict[str, Any]]:
    """A file fetched over a link that changes what the server says."""
    sha256 = pulled(two, size)[0]
    with BadLink(two.kz.port, Link(spoil=_SPOILERS[spoil](sha256))) as link:
        done = two.cn.value(f"fetch({link.address!r})")
    return sha256, done


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _once(change: Callable[[bytes], bytes], when: Callable[[bytes], bool]) -> Callable[[bytes], bytes]:
    left = [1]

    def spoil(data: bytes) -> bytes:
        if left[0] and when(data):
            left[0] = 0
            return change(data)
        return data

    return spoil


def _other_etag(sha256: str) -> Callable[[bytes], bytes]:
    """The second answer and the third say that the file has changed meanwhile."""
    seen = [0]

    def spoil(data: bytes) -> bytes:
        if sha256.encode() in data and b"206 Partial" in data:
            seen[0] += 1
            if seen[0] in (2, 3):
                return data.replace(sha256.encode(), b"0" * 64)
        return data

    return spoil


_SPOILERS: dict[str, Callable[[str], Callable[[bytes], bytes]]] = {
    "chunk": lambda _: _once(_flipped, lambda data: len(data) > 9000 and b"HTTP/1.1" not in data),
    "list": lambda _: _once(
        lambda data: data.replace(b'"chunks":["', b'"chunks":["0', 1), lambda data: b'"chunks":[' in data
    ),
    "etag": _other_etag,
}


@pytest.mark.parametrize("spoil", ["chunk", "list", "etag"])
def test_22_what_comes_is_wrong(two: Pair, spoil: str) -> None:
    """Only what was bad is fetched again; what is published is the file."""
    sha256, done = _spoiled(two, spoil)
    assert done["files"] == 1, done
    same_bytes(two, [sha256])
    bad = {"chunk": 1, "list": 0, "etag": 2}[spoil]  # answers of one chunk, 4 MiB, that are refused
    assert 12 * MB <= done["received"] <= (12 + 4 * bad) * MB


def test_22_a_server_that_always_lies_is_given_up(two: Pair) -> None:
    """Nothing of it is ever visible; the reason is told, and it is tried again later."""
    sha256 = pulled(two, 9 * MB)[0]
    with BadLink(
        two.kz.port, Link(spoil=lambda data: _flipped(data) if len(data) > 9000 and b"HTTP/1.1" not in data else data)
    ) as link:
        done = two.cn.value(f"fetch({link.address!r})")
    assert done["files"] == 0
    said = two.cn.value(f"where({sha256!r})")
    assert (said["state"], said["code"], said["stored"], said["known"]) == ("resting", "fetch.false", False, False)
    two.cn.do("now_due()")
    assert two.cn.value(f"fetch({two.kz.address!r})")["files"] == 1
    same_bytes(two, [sha256])


def test_22_a_server_without_ranges(two: Pair) -> None:
    """A proxy in between that sends whole files only: slower, and right."""
    sha256 = pulled(two, 9 * MB)[0]
    with Rewriting(two.kz.port, without=("range", "if-range")) as proxy:
        done = two.cn.value(f"fetch({proxy.address!r})")
    assert done["files"] == 1, done
    same_bytes(two, [sha256])


def test_23_the_disk_is_full(two: Pair) -> None:
    """A clean stop with a sentence; what has come is kept, and the rest comes when there is room."""
    sha256 = pulled(two, 12 * MB)[0]
    small = Node(two.cn.folder, "cn")
    small.do("from tests.federation.blob_names import *")
    small.do(f"limit_files({9 * MB})")
    done = small.value(f"fetch({two.kz.address!r})")
    small.close()
    assert done["files"] == 0
    said = two.cn.value(f"where({sha256!r})")
    assert (said["state"], said["code"], said["stored"]) == ("resting", "fetch.disk-full", False)
    two.cn.do("now_due()")
    assert two.cn.value(f"fetch({two.kz.address!r})")["files"] == 1
    same_bytes(two, [sha256])


def test_23_the_quota_of_a_partner(two: Pair) -> None:
    """Beyond it nothing is fetched, and the row says why."""
    sha256 = pulled(two, 5 * MB)[0]
    two.cn.do("set_files(quota_gb=0.001)")
    done = two.cn.value(f"fetch({two.kz.address!r})")
    said = two.cn.value(f"where({sha256!r})")
    two.cn.do("set_files(); now_due()")
    assert done["files"] == 0
    assert (said["state"], said["code"]) == ("resting", "fetch.quota")
    assert two.cn.value(f"fetch({two.kz.address!r})")["files"] == 1


def test_what_a_partner_may_take_in_a_day(two: Pair, pair_template: Path) -> None:
    """The serving side counts too; the answer is a problem of the known type, and the fetch goes on another day."""
    sha256 = pulled(two, 3 * MB)[0]
    two.kz.stop()
    config = two.kz.folder / "jointlab.toml"
    before = config.read_text()
    config.write_text(before + "\n[files]\nserve_gb_a_day = 0.000001\n")
    two.kz.serve()
    done = two.cn.value(f"fetch({two.kz.address!r}, most=3)")
    two.kz.stop()
    config.write_text(before)
    two.kz.serve()
    assert done.get("files", 0) == 0
    assert not two.cn.value(f"where({sha256!r})")["stored"]
    assert two.cn.value(f"fetch({two.kz.address!r})")["files"] == 1


def test_what_comes_by_itself(two: Pair) -> None:
    """Small by day, larger by night, the largest when a person asks."""
    small, middle, large = pulled(two, 10_000, 1_500_000, 3_000_000)
    two.cn.do("import datetime; set_files(by_day_mb=1, by_itself_mb=2, night='00:00-00:00')")
    assert two.cn.value(f"fetch({two.kz.address!r})")["files"] == 1
    assert two.cn.value(f"where({small!r})")["state"] == "here"
    two.cn.do("set_files(by_day_mb=1, by_itself_mb=2, night='')")
    assert two.cn.value("fetch()")["files"] == 1
    assert two.cn.value(f"where({middle!r})")["state"] == "here"
    assert two.cn.value(f"where({large!r})")["state"] == "waiting"
    two.cn.do(f"from jointlab.federation.blobs import wanting; wanting.ask_for({large!r}, by='cn:somebody')")
    assert two.cn.value("fetch()")["files"] == 1
    two.cn.do("set_files()")
    same_bytes(two, [small, middle, large])


def test_erased_while_it_comes(two: Pair) -> None:
    """Nothing of it stays: no row, no part, no file."""
    made = parcel(two, 12 * MB)
    two.cn.value(f"pull({two.kz.address!r})")
    (sha256,) = made["files"]
    with BadLink(two.kz.port, Link(rate=MB)) as link:
        assert "fault" not in two.cn.value(f"fetch({link.address!r}, most=2)")
    assert two.cn.value(f"where({sha256!r})")["part"]
    two.kz.do(f"erase_record({made['record']!r})")
    two.cn.value(f"pull({two.kz.address!r})")
    assert two.cn.value(f"where({sha256!r})") == {"stored": False, "known": False, "part": None}
    assert two.cn.value("fetch()")["files"] == 0


def test_a_person_stops_it_and_fetches_it_again(two: Pair) -> None:
    """While it comes: it ends within the chunk, what has come is kept and is not fetched again."""
    sha256 = pulled(two, 24 * MB)[0]
    with BadLink(two.kz.port, Link(rate=3 * MB)) as link:
        other = Node(two.cn.folder, "cn")
        other.do("from tests.federation.blob_names import *; import threading")
        other.do(f"done = threading.Thread(target=fetch, args=({link.address!r},), daemon=True); done.start()")
        _until(two, sha256, lambda said: said.get("state") == "fetching" and _chunks(two, sha256) >= 2)
        two.cn.do(f"wanting.stop({sha256!r})")
        other.do("done.join(30); value = done.is_alive()")
        assert not other.value("done.is_alive()")
        other.close()
    state = two.cn.value(f"where({sha256!r})")
    assert (state["state"], state["stored"], state["known"], state["rate"]) == ("waiting", False, False, 0)
    before = _chunks(two, sha256)
    assert 2 <= before < 6
    assert two.cn.value(f"fetch({two.kz.address!r})")["files"] == 0  # stopped is stopped
    two.cn.do(f"wanting.ask_for({sha256!r}, by='cn:somebody')")
    done = two.cn.value(f"fetch({two.kz.address!r})")
    assert done["files"] == 1
    assert done["received"] == (6 - before) * 4 * MB
    same_bytes(two, [sha256])
