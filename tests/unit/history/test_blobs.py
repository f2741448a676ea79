"""The store of files: whole or not at all, once, and nothing left when something fails."""

import errno
import hashlib
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from jointlab.errors import BadInput, NotFound, Unavailable
from jointlab.history import blobs
from jointlab.history.blobs import BlobStore, Held

LIMIT = 1 << 30


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    for part in ("blobs", "incoming"):
        (tmp_path / part).mkdir()
    return BlobStore(blobs=tmp_path / "blobs", incoming=tmp_path / "incoming")


def left(store: BlobStore) -> list[Path]:
    return [path for folder in (store.blobs, store.incoming) for path in folder.rglob("*") if path.is_file()]


def test_a_file_lies_under_its_hash_and_is_read_only(store: BlobStore) -> None:
    stored = store.put([b"ab", b"", b"c"], limit=LIMIT)
    sha256 = hashlib.sha256(b"abc").hexdigest()
    assert (stored.sha256, stored.size, stored.new) == (sha256, 3, True)
    assert store.path(sha256) == store.blobs / sha256[:2] / sha256[2:4] / sha256
    assert store.path(sha256).stat().st_mode & 0o777 == 0o440
    with store.open(sha256) as file:
        assert file.read() == b"abc"
    assert left(store) == [store.path(sha256)]
    assert list(store.names()) == [sha256]


def test_the_same_bytes_are_stored_once(store: BlobStore) -> None:
    first = store.put([b"same"], limit=LIMIT)
    inode = store.path(first.sha256).stat().st_ino
    again = store.put([b"sa", b"me"], limit=LIMIT)
    assert again.sha256 == first.sha256
    assert not again.new
    assert store.path(first.sha256).stat().st_ino == inode
    assert len(left(store)) == 1


def test_too_large_a_file_leaves_nothing(store: BlobStore) -> None:
    with pytest.raises(BadInput) as caught:
        store.put([b"x" * 600, b"x" * 600], limit=1000)
    assert caught.value.code == "blob.too-large"
    assert left(store) == []


def test_an_upload_that_is_cut_leaves_nothing(store: BlobStore) -> None:
    def cut() -> Iterator[bytes]:
        yield b"half of it"
        raise ConnectionResetError("the cable was pulled")

    with pytest.raises(ConnectionResetError):
        store.put(cut(), limit=LIMIT)
    assert left(store) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "blob.disk-full"), (errno.EDQUOT, "blob.disk-full"), (errno.EIO, "blob.unwritable")],
)
@pytest.mark.parametrize("call", ["write", "fsync", "link"])
def test_a_disk_that_fails_is_said_and_leaves_nothing(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch, number: int, code: str, call: str
) -> None:
    def fail(*arguments: object, **named: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(Unavailable) as caught:
        store.put([b"something"], limit=LIMIT)
    monkeypatch.undo()
    assert caught.value.code == code
    assert left(store) == []


def test_a_disk_that_is_really_full(store: BlobStore) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    growing = blobs._Growing(store.incoming / "x.part")
    os.close(growing._file)
    growing._file = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(Unavailable, match="disk of this node is full"):
        growing.write(b"x")
    growing.close()
    assert left(store) == []


def test_a_large_upload_is_never_wholly_in_memory(store: BlobStore) -> None:
    piece = bytes(1 << 16)
    tracemalloc.start()
    try:
        stored = store.put((piece for _ in range(1 << 10)), limit=LIMIT)  # 64 MB
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert stored.size == 64 << 20
    assert peak < 2 << 20


def test_a_torn_file_gives_way_to_the_whole_one(store: BlobStore) -> None:
    stored = store.put([b"whole"], limit=LIMIT)
    path = store.path(stored.sha256)
    path.unlink()
    path.write_bytes(b"who")
    assert store.put([b"whole"], limit=LIMIT).new
    assert path.read_bytes() == b"whole"
    assert len(left(store)) == 1


def test_what_is_no_hash_is_no_path(store: BlobStore) -> None:
    for name in ("../../../etc/passwd", "A" * 64, "", "0" * 63 + "/"):
        with pytest.raises(NotFound):
            store.path(name)
    with pytest.raises(NotFound, match="no file"):
        store.open("0" * 64)


def test_what_a_killed_writer_leaves_is_swept_and_what_is_being_written_is_not(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = (
        "import os, sys, pathlib; from jointlab.history.blobs import BlobStore\n"
        "def cut():\n    yield b'half'\n    os.kill(os.getpid(), 9)\n"
        "BlobStore(blobs=pathlib.Path(sys.argv[1]), incoming=pathlib.Path(sys.argv[2])).put(cut(), limit=1000)"
    )
    ended = subprocess.run([sys.executable, "-c", killed, str(store.blobs), str(store.incoming)], check=False)
    assert ended.returncode == -9
    assert len(left(store)) == 1
    assert store.sweep() == 0  # too young to be judged
    monkeypatch.setattr(blobs, "_JUST_MADE", -1)
    with store._growing():
        assert store.sweep() == 1
        assert len(left(store)) == 1
    assert left(store) == []


def hold(store: BlobStore, content: bytes) -> Held:
    return store.hold(content, sha256=hashlib.sha256(content).hexdigest(), limit=LIMIT)


def test_files_that_are_held_are_stored_together(store: BlobStore) -> None:
    known = store.put([b"known"], limit=LIMIT)
    held = [hold(store, content) for content in (b"one", b"known", b"two", b"one")]
    assert [path.parent for path in left(store)].count(store.incoming) == 4
    stored = store.keep_all(held)
    assert [blob.new for blob in stored] == [True, False, True, False]
    assert stored[1].sha256 == known.sha256
    assert sorted(path.read_bytes() for path in left(store)) == [b"known", b"one", b"two"]
    assert store.keep_all([]) == []


def test_what_is_held_is_flushed_before_it_has_its_name(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    flush, link = os.fsync, os.link

    def flushing(handle: int) -> None:
        flush(handle)
        done.append("flush")

    def linking(source: Path, target: Path) -> None:
        link(source, target)
        done.append("name")

    monkeypatch.setattr(os, "fsync", flushing)
    monkeypatch.setattr(os, "link", linking)
    store.keep_all([hold(store, b"one"), hold(store, b"two")])
    assert done == ["flush", "flush", "name", "name", "flush", "flush"]  # contents, names, folders


def test_a_full_disk_leaves_nothing_of_what_is_held(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    held = [hold(store, b"one"), hold(store, b"two")]

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable) as caught:
        store.keep_all(held)
    assert caught.value.code == "blob.disk-full"
    assert left(store) == []
    other = hold(store, b"other")
    other.let_go()
    assert left(store) == []
