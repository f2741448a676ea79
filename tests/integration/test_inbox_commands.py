"""`jointlab ingest` and `jointlab watch`."""

import json
import os
import subprocess
import sys
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.conf import settings as django_settings

from jointlab.errors import BadInput, NotFound
from jointlab.jobs import runner
from jointlab.jobs.executors import InLine
from jointlab.laboratory import ingestion
from jointlab.laboratory.models import File, Reading
from jointlab.laboratory.operations import instruments
from jointlab.node.cli import build_parser
from jointlab.node.creation import NewNode, make_folder
from jointlab.node.ingest_command import run_ingest
from jointlab.node.watch_command import Watch, go_on, run_watch
from jointlab.people.actors import actor_of
from jointlab.people.models import Person
from tests.integration.made_files import UNKNOWN, made
from tests.integration.test_archives import packed


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    (folder / "day 1").mkdir(parents=True)
    (folder / "cell.mpt").write_bytes(made(".mpt"))
    (folder / "day 1" / "strange.bin").write_bytes(UNKNOWN)
    (folder / "day 1" / "Thumbs.db").write_bytes(b"x")
    (folder / "more.zip").write_bytes(packed({"inner.xy": b"nothing known\n" * 20}))
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    status = run_ingest(build_parser().parse_args(["ingest", "--json", *words]))
    return status, json.loads(capsys.readouterr().out)


def test_a_folder_is_taken_with_its_archives(
    researcher: Person, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = run(capsys, str(export))
    assert status == 3
    assert {key: said[key] for key in ("files", "new", "known", "read", "refused", "not_taken")} == {
        "files": 3, "new": 3, "known": 0, "read": 1, "refused": 2, "not_taken": 0,
    }  # fmt: skip
    assert {one["file"] for one in said["refusals"]} == {"export/day 1/strange.bin", "export/more/inner.xy"}
    assert set(File.objects.values_list("folder", "name")) == {
        ("export", "cell.mpt"), ("export/day 1", "strange.bin"), ("export/more", "inner.xy"),
    }  # fmt: skip
    status, again = run(capsys, str(export))
    assert (again["new"], again["known"], again["read"], again["refused"]) == (0, 3, 1, 2)
    assert File.objects.count() == 3


def test_a_good_file_ends_with_0(researcher: Person, export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, str(export / "cell.mpt"))[0] == 0


def test_what_is_wrong_with_the_call_is_said(
    researcher: Person, administrator: Person, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, code in (
        ([str(export / "none")], "file.missing"),
        ([str(export)], "people.who"),
        ([str(export), "--as", "nobody"], "people.no-login"),
        ([str(export), "--as", "serikov", "--instrument", "xrd"], "instrument.unknown"),
        ([str(export), "--as", "serikov", "--sample", "KZ-26-9999"], "sample.unknown"),
    ):
        with pytest.raises((BadInput, NotFound)) as caught:
            run(capsys, *words)
        assert caught.value.code == code
    assert not File.objects.exists()


def test_the_instrument_is_known(
    researcher: Person, administrator: Person, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instrument = instruments.add(actor_of(administrator, home="kz"), name="SP-150", zone="Asia/Almaty")
    run(capsys, str(export / "cell.mpt"), "--as", "serikov", "--instrument", "sp-150")
    file = File.objects.select_related("reading").get()
    assert file.instrument == instrument
    assert file.reading.answer["started_zone"] == "setting"


def test_a_file_that_ends_its_process_stops_no_other(
    researcher: Person, export: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[int] = []

    class Broken(InLine):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            if not calls:
                future: Any = Future()
                future.set_exception(BrokenExecutor())
                calls.append(1)
                return future
            return super().submit(fn, *args, **kwargs)

    monkeypatch.setattr(ingestion, "children", lambda *, processes: Broken())
    monkeypatch.setattr(runner, "children", lambda *, processes: InLine())
    _, said = run(capsys, str(export))
    assert (said["files"], said["read"], said["refused"]) == (3, 1, 2)
    assert calls == [1]


def test_a_record_that_was_never_written_is_written_the_next_time(
    researcher: Person, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from jointlab.history.blobs import store

    store().put([made(".mpt")], limit=1 << 30)  # as after kill -9 between store and log
    status, said = run(capsys, str(export / "cell.mpt"))
    assert (status, said["new"], said["read"]) == (0, 1, 1)


def test_a_file_that_grows_is_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    watch = Watch(folder, tmp_path / "memory.json")
    growing, still = folder / "growing.txt", folder / "still.txt"
    growing.write_bytes(b"1")
    still.write_bytes(b"all of it")
    (folder / "empty.txt").write_bytes(b"")
    assert watch.look() == []
    growing.write_bytes(b"12")
    assert watch.look() == [still]
    watch.taken(still)
    assert watch.look() == [growing]
    watch.taken(growing)
    watch.save()
    assert watch.look() == []
    assert not watch.waiting
    again = Watch(folder, tmp_path / "memory.json")
    assert (again.look(), again.look()) == ([], [])
    still.write_bytes(b"all of it, and more")
    assert (again.look(), again.look()) == ([], [still])


def test_a_file_that_could_not_be_taken_is_tried_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"a")
    watch = Watch(tmp_path, tmp_path / "m" / "memory.json")
    watch.look()
    assert watch.look() == [tmp_path / "a"]
    watch.failed(tmp_path / "a")
    assert watch.look() == []
    watch._not_before.update(a=0.0)
    assert watch.look() == [tmp_path / "a"]


def test_a_folder_that_is_away_is_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, stop = tmp_path / "share", Event()
    watch = Watch(folder, tmp_path / "memory.json")
    looks: list[int] = []

    class Slow(Event):
        def wait(self, timeout: float | None = None) -> bool:
            looks.append(1)
            if len(looks) == 2:
                folder.mkdir()
                (folder / "a").write_bytes(b"a")
            return False

    del stop
    taken: list[Path] = []

    def take(paths: list[Path]) -> None:
        taken.extend(paths)
        for path in paths:
            watch.taken(path)

    go_on(watch, Slow(), take=take, every=0, once=True)
    assert taken == [folder / "a"]
    assert capsys.readouterr().err.count("is away") == 1


def test_watch_takes_and_remembers(
    researcher: Person,
    administrator: Person,
    export: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)
    instruments.add(actor_of(administrator, home="kz"), name="XRD", zone="Asia/Almaty")
    words = ["watch", str(export), "--instrument", "xrd", "--as", "serikov", "--every", "0", "--once"]
    assert run_watch(build_parser().parse_args(words)) == 0
    assert capsys.readouterr().out.count("taken") == 3
    assert File.objects.filter(instrument__slug="xrd").count() == 3
    assert Reading.objects.filter(state=Reading.State.WAITING).count() == 0
    assert run_watch(build_parser().parse_args(words)) == 0
    assert capsys.readouterr().out == ""
    for path in (django_settings.NODE.folder / "watched").iterdir():
        path.unlink()


def test_the_command_works_on_a_node_of_its_own(tmp_path: Path, export: Path) -> None:
    folder = tmp_path / "node"
    new = NewNode(folder, "kz", "almaty", "a", "Asia/Almaty", "almaty.example", {"en": "KazNU"}, {"en": "Almaty"})
    make_folder(new)
    fill = (
        "import sys; from pathlib import Path; from jointlab.node.creation import *\n"
        f"new = NewNode(Path({str(folder)!r}), 'kz', 'almaty', 'a', 'Asia/Almaty', 'almaty.example', {{'en': 'K'}}, {{'en': 'A'}})\n"
        "set_up_django(new.folder)\n"
        "from django.core.management import call_command; call_command('migrate', verbosity=0); fill(new)\n"
        "from jointlab.people.operations import *; from jointlab.people.records import PersonRecord\n"
        "open_account(add_person(PersonRecord('A', 'kz', 'researcher')), login='a', password='x' * 20)\n"
    )
    environ = {k: v for k, v in os.environ.items() if k not in ("JOINTLAB_FOLDER", "DJANGO_SETTINGS_MODULE")}
    subprocess.run([sys.executable, "-c", fill], check=True, env=environ)
    command = [sys.executable, "-m", "jointlab.node", "ingest", "--node", str(folder), str(export)]
    ended = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    assert ended.returncode == 3, ended.stderr
    assert "3 files, 3 new, 0 known already, 1 read, 0 with a question, 2 refused, 0 recorded" in ended.stdout
    assert "strange.bin\n  not read (format.unknown)" in ended.stdout
    wrong = subprocess.run([*command[:-2], str(tmp_path / "nowhere"), "x"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "no jointlab.toml" in wrong.stderr
