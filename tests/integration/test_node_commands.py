"""The commands on a real folder, in real processes: made, checked, backed up, restored, upgraded, served."""

import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from jointlab.node.folder import load_node
from jointlab.node.half_way import HalfWay, half_way
from jointlab.node.occupied import alone, at_work
from tests.real_node import PASSWORD, RealNode, empty_database, made_node

DIGEST = """
from dataclasses import asdict
from jointlab.history.rebuild import projection_digest
from jointlab.people.models import Account
tables = {name: asdict(table) for name, table in projection_digest().items()}
accounts = sorted(Account.objects.values_list("login", "password", "person_id"))
print(json.dumps([tables, accounts]))
"""
STORE = """
from django.db import transaction
from jointlab.history.blobs import store
from jointlab.history.operations import note_blob
for text in ("raw", "raw of three megabytes" * 150_000, ""):
    stored = store().put([text.encode()], limit=10_000_000)
    with transaction.atomic():
        note_blob(sha256=stored.sha256, size=stored.size)
print(json.dumps(sorted(store().names())))
"""
NAMES = "from jointlab.history.blobs import store\nprint(json.dumps(sorted(store().names())))"


@pytest.fixture
def node(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RealNode]:
    with made_node(tmp_path / "node") as made:
        yield made
        if request.node.get_closest_marker("damages") is None:
            assert made.fsck()["clean"]


def test_a_new_node_is_clean_signed_and_private(node: RealNode) -> None:
    report = node.fsck()
    assert (report["clean"], report["findings"], report["entries"]) == (True, [], 3)  # institution, person, colleague
    assert report["checkpoints"] >= 1
    assert load_node(node.folder).origin == "almaty.example"
    for path in (node.folder / "jointlab.toml", *(node.folder / "secrets").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_node_is_not_made_twice(node: RealNode) -> None:
    assert "already is a node" in node.run(*node.init(), status=1)
    assert node.fsck()["entries"] == 3


@pytest.mark.parametrize(
    ("option", "value"),
    [("--prefix", "K Z"), ("--zone", "Nowhere/Town"), ("--origin", "a b"), ("--database", "mysql://x"), ("--name", "a-b")],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_anything_is_made(tmp_path: Path, option: str, value: str) -> None:
    node = RealNode(tmp_path / "node")
    said = node.run(*node.init(), option, value, status=1)
    assert option in said
    assert not node.folder.exists()


def test_a_weak_password_and_a_taken_name_change_nothing(node: RealNode) -> None:
    weak = node.run("user", "add", "wang", "--name", "Wang Lei", given="password\n", status=1)
    assert "password" in weak.lower()
    taken = node.run("user", "add", "Omarova", "--name", "Other", given=f"{PASSWORD}\n", status=1)
    assert "taken" in taken
    assert node.fsck()["entries"] == 3


def test_a_damaged_node_is_told_by_the_exit_status(node: RealNode) -> None:
    node.ask("from jointlab.people.models import Person\nprint(Person.objects.update(name='Somebody else'))")
    assert "rows.differ people_person" in node.run("fsck", status=1)
    assert node.run("fsck", "--quick").endswith("at 3\n")
    assert "changed: people_person" in node.run("rebuild")


def test_no_folder_says_what_to_do(tmp_path: Path) -> None:
    assert "jointlab init" in RealNode(tmp_path / "nothing").run("fsck", status=1)


def test_a_restored_node_is_the_same(node: RealNode, tmp_path: Path) -> None:
    names = node.ask(STORE)
    said = node.run("backup", tmp_path / "vault")
    assert "3 files, 3 of them new" in said
    assert "Keep a copy" in said
    key = tmp_path / "key"
    key.write_text((node.folder / "secrets" / "backup.key").read_text())
    with empty_database() as database:
        copy = RealNode(tmp_path / "copy", database)
        given = ["--database", database] if database else []
        copy.run("restore", tmp_path / "vault", "--key", key, *given)
        assert copy.ask(DIGEST) == node.ask(DIGEST)
        assert copy.ask(NAMES) == names
        report, original = copy.fsck(), node.fsck()
        assert (report["root"], report["size"], report["checkpoints"], report["blobs"]) == (
            original["root"], original["size"], original["checkpoints"], 3,
        )  # fmt: skip
        copy.add_user("wang")  # the restored node goes on: automatic numbers and the log fit
        assert copy.fsck()["entries"] == original["entries"] + 2  # a person and its colleague
        assert "already is a node" in copy.run("restore", tmp_path / "vault", "--key", key, status=1)


def test_files_are_backed_up_once_and_old_backups_go(node: RealNode, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    node.ask(STORE)
    node.run("backup", vault)
    files = sorted((vault / "files").glob("*/*"))
    assert "0 of them new" in node.run("backup", vault)
    assert sorted((vault / "files").glob("*/*")) == files
    names = node.run("restore", vault, "--key", node.folder / "secrets" / "backup.key", "--list").split()
    assert len(names) == 2
    node.ask(
        "from jointlab.history.blobs import store\nfrom jointlab.history.models import Blob\n"
        "blob = Blob.objects.order_by('-size')[0]\nname = blob.sha256\nblob.delete()\n"
        "print(json.dumps(store().remove(name)))"
    )
    node.run("backup", vault)
    for name in names:  # as if made long ago
        for path in (vault / "backups").glob(f"{name}.*"):
            path.rename(path.with_name(f"20200101T0000{names.index(name):02}Z{path.suffix}"))
    said = node.run("backup", vault, "--keep-days", "30")
    assert "Removed, older than 30 days: 20200101T000000Z, 20200101T000001Z" in said
    assert len(list((vault / "backups").iterdir())) == 4  # two backups, of two files each
    assert len(list((vault / "files").glob("*/*"))) == 2


def test_what_is_in_the_vault_cannot_be_read_or_changed(node: RealNode, tmp_path: Path) -> None:
    vault, key = tmp_path / "vault", node.folder / "secrets" / "backup.key"
    node.ask(STORE)
    node.run("backup", vault)
    for path in vault.rglob("*"):
        if path.is_file():
            assert not any(word in path.read_bytes() for word in (b"raw of three", b"omarova", b"SQLite"))
    target = max((vault / "files").glob("*/*"), key=lambda path: path.stat().st_size)
    data = bytearray(target.read_bytes())
    data[len(data) // 2] ^= 1
    target.write_bytes(data)
    copy = RealNode(tmp_path / "copy", node.database)
    assert "damaged" in copy.run("restore", vault, "--key", key, status=1)
    assert "half-way" in copy.run("fsck", status=1)
    wrong = tmp_path / "wrong"
    wrong.write_text("another passphrase")
    assert "not the one" in RealNode(tmp_path / "other").run("restore", vault, "--key", wrong, status=1)


def test_a_passphrase_does_as_well(node: RealNode, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    assert "at least 12" in node.run("backup", vault, "--passphrase", given="short\n", status=1)
    node.run("backup", vault, "--passphrase", given="a long passphrase of mine\n")
    listed = node.run("restore", vault, "--list", "--passphrase", given="a long passphrase of mine\n")
    assert len(listed.split()) == 1
    assert "not the one" in node.run(
        "restore", vault, "--list", "--passphrase", given="some other passphrase\n", status=1
    )


def test_a_folder_of_other_things_is_no_place_for_backups(node: RealNode, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"meow")
    assert "empty folder" in node.run("backup", tmp_path / "photos", status=1)


@pytest.mark.damages
def test_upgrade_backs_up_first_and_goes_on_where_it_stopped(node: RealNode, tmp_path: Path) -> None:
    assert "nothing to do" in node.run("upgrade")
    node.ask(
        "from django.core.management import call_command\ncall_command('migrate', 'jobs', 'zero', verbosity=0)\nprint(0)"
    )
    assert "jointlab upgrade" in node.run("serve", "--port", "0", status=1)
    said = node.run("upgrade", "--backup", tmp_path / "vault")
    assert "Backup" in said
    assert list((tmp_path / "vault" / "backups").glob("*.index"))
    assert node.fsck()["clean"]
    with pytest.raises(RuntimeError), half_way(node.folder, HalfWay("upgrade", {"to": "9.9", "backup": "/there"})):
        raise RuntimeError
    assert "half-way" in node.run("user", "add", "x", "--name", "X", given=f"{PASSWORD}\n", status=1)
    assert "/there" in node.run("fsck", status=1)
    assert "half-way" in node.run("ingest", tmp_path, status=2)
    assert "9.9" in node.run("upgrade", status=1)


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    for line in process.stdout:
        if found := re.search(r"http://\S+?(?=/)(?=/\s)|http://[\d.:]+", line):
            return found[0]
    raise AssertionError("the node said no address")


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as fault:
        return fault.code


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_signs_and_stops_clean(node: RealNode, ending: signal.Signals) -> None:
    process = node.start("serve", "--port", "0")
    try:
        address = _address(process)
        assert _status(f"{address}/sign-in") == 200
        assert _status(f"{address}/static/web/jointlab.css") == 200
        assert "is running" in node.run("upgrade", status=1)
        unsigned = "from jointlab.history.signing import unsigned\nprint(unsigned())"
        node.ask(
            "from django.db import transaction\nfrom jointlab.people.operations import add_person\n"
            "from jointlab.people.records import PersonRecord\n"
            "add_person(PersonRecord('Z', 'kz', 'reader'))\nprint(0)"
        )
        deadline = time.monotonic() + 30
        while node.ask(unsigned) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert node.ask(unsigned) == 0
    finally:
        process.send_signal(ending)
        process.communicate(timeout=60)
    assert process.returncode == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=2)


def test_a_running_node_is_neither_upgraded_nor_restored_over(node: RealNode, tmp_path: Path) -> None:
    vault, key = tmp_path / "vault", node.folder / "secrets" / "backup.key"
    node.run("backup", vault)
    with at_work(node.folder):  # as a server does
        assert "is running" in node.run("upgrade", status=1)
        kept = tmp_path / "key"
        kept.write_text(key.read_text())
        (node.folder / "jointlab.toml").rename(tmp_path / "jointlab.toml")
        assert "is running" in node.run("restore", vault, "--key", kept, status=1)
        (tmp_path / "jointlab.toml").rename(node.folder / "jointlab.toml")
    with alone(node.folder):  # as an upgrade does
        assert "upgraded or restored" in node.run("serve", "--port", "0", status=1)
        assert "upgraded or restored" in node.run("worker", status=1)
        assert "upgraded or restored" in node.run("ingest", tmp_path, status=2)
    assert "nothing to do" in node.run("upgrade")


def test_the_version_needs_neither_django_nor_a_node() -> None:
    code = "import sys\nfrom jointlab.node.cli import build_parser\nbuild_parser()\nprint([n for n in ('django', 'cryptography', 'polars', 'numpy', 'granian') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
