"""Files where no link can be opened towards their home: brought by an outbound-only node, or carried by a disk."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.federation.nodes import Node, Pair
from tests.federation.proxy import BadLink, Link

MB = 1 << 20
NAMES = "from tests.federation.blob_names import *; from tests.federation.laboratory_names import *; import random"


@pytest.fixture
def outbound(pair: Pair) -> Pair:
    """Nanjing opens every connection; Almaty serves. Files beyond 40 MB come when somebody asks."""
    config = pair.kz.folder / "jointlab.toml"
    config.write_text(config.read_text() + "\n[files]\nby_itself_mb = 40\nby_day_mb = 40\n")
    pair.kz.serve()
    for node in (pair.kz, pair.cn):
        node.do(NAMES)
    pair.kz.do("Partner.objects.update(reach='they-deliver')")
    pair.cn.do(f"Partner.objects.update(reach='we-deliver', address={pair.kz.address!r})")
    project = pair.cn.value("project('Oxides')")
    pair.cn.do("pull()")
    pair.kz.do(f"agree({project!r})")
    pair.cn.do("pull()")
    pair.cn.do(f"project = {project!r}")
    return pair


def shared(pair: Pair, *sizes: int, seed: int = 1) -> list[str]:
    """Files of Nanjing, small first, that Almaty knows of: of a note, so that the server too knows the kind of record."""
    files: list[str] = pair.cn.value(f"noted(project, *[random.Random({seed} + n).randbytes(n) for n in {sizes!r}])")
    pair.cn.do("pull()")
    pair.kz.do("worker.look(0)")
    return files


def here(pair: Pair, files: list[str]) -> list[bool]:
    """Whether each file is at Almaty: visible, and byte for byte."""
    found = []
    for sha256 in files:
        mine, theirs = (node.folder / "blobs" / sha256[:2] / sha256[2:4] / sha256 for node in (pair.kz, pair.cn))
        said = pair.kz.value(f"where({sha256!r})")
        assert said["stored"] == said["known"] == mine.exists()
        found.append(mine.exists() and mine.read_bytes() == theirs.read_bytes())
    return found


def test_an_outbound_only_node_fetches_and_brings(outbound: Pair) -> None:
    """The same end state as with a link in both directions."""
    theirs = shared(outbound, 1, 100_000, 4 * MB, 9 * MB)
    ours = outbound.kz.value("parcel(70_000, 5_000_000, seed=9)")["files"]
    outbound.cn.do("pull()")
    assert outbound.cn.value("bring()")["files"] == len(theirs)
    assert outbound.cn.value("fetch()")["files"] == len(ours)
    assert all(here(outbound, [*theirs, *ours]))
    assert not list((outbound.kz.folder / "incoming" / "fetching").glob("*"))
    assert outbound.cn.value("bring()") == {"files": 0, "bytes": 0}
    outbound.in_step()


def test_a_running_node_brings_by_itself(outbound: Pair) -> None:
    files = shared(outbound, 5 * MB, seed=11)
    outbound.cn.serve(worker=True)
    deadline = time.monotonic() + 60
    while not outbound.kz.value(f"where({files[0]!r})")["known"]:  # the row comes after the file is in its place
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert here(outbound, files) == [True]


def test_a_large_file_is_brought_when_somebody_asks(outbound: Pair) -> None:
    (large,) = shared(outbound, 41 * MB)
    assert outbound.cn.value("bring()")["files"] == 0
    outbound.kz.do(f"wanting.ask_for({large!r}, by='kz:somebody')")
    assert outbound.cn.value("bring()")["files"] == 1
    assert here(outbound, [large]) == [True]


def test_a_bad_link_and_a_kill_while_a_file_is_brought(outbound: Pair) -> None:
    """Cuts and flipped bits cost a chunk each; chunks that came before the kill are not brought again."""
    (sha256,) = shared(outbound, 24 * MB)
    with BadLink(
        outbound.kz.port, Link(delay=0.01, rate=6 * MB, cut_every=20 * MB, flip_every=30 * MB, up=True), seed=5
    ) as link:
        other = Node(outbound.cn.folder, "cn")  # a second process of the node, to be killed
        other.do(f"{NAMES}; threading.Thread(target=bring, args=({link.address!r},), daemon=True).start()")
        deadline = time.monotonic() + 60
        while not (before := _chunks(outbound, sha256)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert here(outbound, [sha256]) == [False]
        assert other._driver is not None
        other._driver.kill()
        other._driver.communicate(timeout=30)
        other._driver = None
        before = max(before, _chunks(outbound, sha256))
        assert before < 6
        for _ in range(5):  # rounds, as the loop of a running node makes them
            done = outbound.cn.value(f"bring({link.address!r})")
            if "fault" not in done:
                break
        assert link.cuts + link.flips
    assert here(outbound, [sha256]) == [True]


def _chunks(pair: Pair, sha256: str) -> int:
    found: int = pair.kz.value(f"sum(bin(b).count('1') for b in bytes(Fetch.objects.get(sha256={sha256!r}).have))")
    return found


def test_only_what_is_wanted_is_taken_and_only_what_is_right(outbound: Pair) -> None:
    (sha256,) = shared(outbound, 5 * MB)
    outbound.cn.do(
        f"link = client.Link({outbound.kz.address!r}, private_allowed=True, key=house_key(), keyid=own_keyid())"
    )

    def said(path: str, body: str) -> str:
        found: str = outbound.cn.do(
            f"try:\n    value = link.post('/fed/v1/bring/{path}', {body}).body.decode()\nexcept Fault as f:\n    value = f.code"
        )
        return found

    outbound.cn.do(
        "from jointlab.federation.blobs.serving import chunks_of; from jointlab.federation.blobs.chunks import Chunks\n"
        f"chunks = chunks_of(store().path({sha256!r}), {sha256!r}); data = store().open({sha256!r}).read()"
    )
    assert said("0" * 64, "chunks.to_json('0' * 64)") == "partner.not-found"
    assert said(f"{sha256}/0", "data[:4 << 20]") == "partner.request"  # not begun
    assert said(sha256, "b'{}'") == "partner.request"
    assert json.loads(said(sha256, f"chunks.to_json({sha256!r})")) == {"missing": [0, 1]}
    assert said(f"{sha256}/0", "bytes(4 << 20)") == "partner.request"
    assert said(f"{sha256}/7", "data[:9]") == "partner.request"
    assert json.loads(said(f"{sha256}/0", "data[:4 << 20]")) == {"missing": [1]}
    # chunks that fit a list that does not fit the file: nothing of it is ever visible
    other = f"Chunks(5 << 20, chunks.hash(0) + hashlib.sha256(bytes(1 << 20)).digest()).to_json({sha256!r})"
    outbound.cn.do("import hashlib")
    assert json.loads(said(sha256, other)) == {"missing": [0, 1]}
    assert json.loads(said(f"{sha256}/0", "data[:4 << 20]")) == {"missing": [1]}
    assert said(f"{sha256}/1", "bytes(1 << 20)") == "partner.request"
    state = outbound.kz.value(f"where({sha256!r})")
    assert (state["state"], state["code"], state["stored"], state["known"]) == ("resting", "fetch.false", False, False)
    outbound.kz.do("now_due()")
    assert outbound.cn.value("bring()")["files"] == 1
    assert here(outbound, [sha256]) == [True]
    outbound.kz.do("Partner.objects.update(reach='both')")
    assert said(sha256, f"chunks.to_json({sha256!r})") == "partner.request"


# by a disk --------------------------------------------------------------------------------------------------------


def out(node: Node, disk: Path, limit: str = "") -> dict[str, int]:
    found: dict[str, int] = node.value(f"vars(carrying.carry_out(Path({str(disk)!r}){limit}).raw)")
    return found


def in_(node: Node, disk: Path) -> dict[str, Any]:
    found: dict[str, Any] = node.value(f"vars(carrying.carry_in(Path({str(disk)!r})).raw)")
    return found


def test_files_by_a_disk(pair: Pair, tmp_path: Path) -> None:
    """As many as the limit allows, the rest with the next journey; what the other side has is not carried again."""
    for node in (pair.kz, pair.cn):
        node.do(NAMES)
        node.do("Partner.objects.update(reach='carried', address='')")
    files = pair.cn.value("parcel(0, 1000, 3_000_000, 6_000_000, seed=2, columns=(77,))")["files"]
    back = pair.kz.value("parcel(2000, seed=3)")["files"]
    assert out(pair.cn, tmp_path, ", limit=4_000_000") == {"files": 4, "bytes": 3_001_077, "left": 1, "left_bytes": 6_000_000, "refused": []}  # fmt: skip
    came = in_(pair.kz, tmp_path)
    assert (came["files"], came["bytes"], came["refused"]) == (4, 3_001_077, [])
    assert sum(here(pair, files)) == 4
    assert in_(pair.kz, tmp_path)["files"] == 0
    assert out(pair.kz, tmp_path)["files"] == 1
    assert in_(pair.cn, tmp_path)["files"] == 1
    assert out(pair.cn, tmp_path) == {"files": 1, "bytes": 6_000_000, "left": 0, "left_bytes": 0, "refused": []}
    assert (
        len(list((tmp_path / "jointlab" / "cn" / "files" / "kz").iterdir())) == 1
    )  # what is there was taken off the disk
    assert in_(pair.kz, tmp_path)["files"] == 1
    assert all(here(pair, [*files, *back]))
    pair.in_step()


def test_what_a_person_asks_for_is_carried_first(pair: Pair, tmp_path: Path) -> None:
    for node in (pair.kz, pair.cn):
        node.do(NAMES)
    files = pair.cn.value("parcel(1000, 200_000, 500_000, seed=4)")["files"]
    out(pair.cn, tmp_path, ", limit=0")
    in_(pair.kz, tmp_path)
    pair.kz.do(f"wanting.ask_for({files[2]!r}, by='kz:somebody')")
    out(pair.kz, tmp_path)
    out(pair.cn, tmp_path, ", limit=510_000")
    in_(pair.kz, tmp_path)
    assert here(pair, files) == [True, False, True]


def test_a_damaged_file_on_the_disk_is_never_visible(pair: Pair, tmp_path: Path) -> None:
    for node in (pair.kz, pair.cn):
        node.do(NAMES)
    files = pair.cn.value("parcel(3000, 5_000_000, seed=5)")["files"]
    out(pair.cn, tmp_path)
    bad = tmp_path / "jointlab" / "cn" / "files" / "kz" / files[1]
    data = bytearray(bad.read_bytes())
    data[4_500_000] ^= 1
    bad.write_bytes(data)
    done = in_(pair.kz, tmp_path)
    assert (done["files"], len(done["refused"])) == (1, 1)
    assert here(pair, files) == [True, False]
    assert not list((pair.kz.folder / "incoming" / "fetching").glob("*"))
    bad.unlink()
    out(pair.cn, tmp_path)
    assert in_(pair.kz, tmp_path)["files"] == 1
    assert all(here(pair, files))


def test_what_is_erased_leaves_the_disk_too(pair: Pair, tmp_path: Path) -> None:
    for node in (pair.kz, pair.cn):
        node.do(NAMES)
    made = pair.cn.value("parcel(3000, seed=5)")
    out(pair.cn, tmp_path)
    on_disk = tmp_path / "jointlab" / "cn" / "files" / "kz"
    assert [path.name for path in on_disk.iterdir()] == made["files"]
    pair.cn.do(f"erase_record({made['record']!r})")
    assert out(pair.cn, tmp_path)["files"] == 0
    assert not list(on_disk.iterdir())


def test_only_shared_files_are_carried(pair: Pair, tmp_path: Path) -> None:
    for node in (pair.kz, pair.cn):
        node.do(NAMES)
    pair.cn.do("kept = parcel(3000, seed=6, shared=False); taken = parcel(4000, seed=7); take_back(taken['record'])")
    assert out(pair.cn, tmp_path)["files"] == 0
    assert in_(pair.kz, tmp_path)["files"] == 0


def test_the_command_says_what_it_did(pair: Pair, tmp_path: Path) -> None:
    pair.cn.do(f"{NAMES}; parcel(1_000_000, 2_000_000, seed=8)")
    assert "1 raw files, 1.0 MB; 1 (2.0 MB) left for the next journey" in pair.cn.run(
        "carry", "out", str(tmp_path), "--files-gb", "0.0015"
    )
