"""Files of a text are printed in the background before anybody agrees to it; agreeing takes them, or prints as before."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings

from jointlab import printing
from jointlab.agreements.documents import apart, render_all
from jointlab.agreements.models import PaperComparison
from jointlab.agreements.operations.papers import keep_papers
from jointlab.agreements.queries import papers
from jointlab.agreements.queries.book import version_of
from jointlab.agreements.queries.listing import version_on_table
from jointlab.cases.models import Case, CaseStep
from jointlab.history import staged
from jointlab.history.blobs import store
from jointlab.history.models import Blob
from jointlab.history.staged import drop, stage
from jointlab.jobs.models import Job
from jointlab.jobs.runner import work_off
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.agreeing import proposed, step
from tests.integration.conftest import signed_in

_PRINTING = "still being printed"


@pytest.fixture
def guest(partner: Person) -> Actor:
    return actor_of(partner, home="kz")


def _bundle(case: Case) -> Path:
    return Path(settings.NODE.incoming, f"{papers.ahead_key(version_on_table(case))}.ahead")


def _printed(case: Case) -> Path:
    assert keep_papers() == 1
    work_off()
    assert _bundle(case).is_file()
    return _bundle(case)


def _agreed(guest: Actor, case: Case) -> dict[str, str]:
    step(guest, case, "agree_second", version=version_on_table(case))
    return dict(CaseStep.objects.get(step="agree_second").form)


def _anew(case: Case) -> dict[str, str]:
    hash = version_on_table(case)
    made = render_all(version_of(hash), on=papers.day_of(hash))
    return {name: sha256(content).hexdigest() for name, content in made.items()}


def _no_typst(monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*order: object) -> list[bytes]:
        raise AssertionError("typst was started")

    monkeypatch.setattr(printing, "_apart", started)


def test_agreeing_takes_what_was_printed_ahead(actor: Actor, guest: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    case = proposed(actor)
    _printed(case)
    anew = _anew(case)
    assert not Blob.objects.filter(sha256__in=anew.values()).exists()  # nothing is stored before it is agreed to
    _no_typst(monkeypatch)
    form = _agreed(guest, case)
    assert {name: form[name] for name in anew} == anew and len(anew) == 6
    assert form["printer"].startswith("typst ") and form["printer"] == papers.printer_of(version_on_table(case))
    assert all(store().has(one) for one in anew.values())
    assert (
        keep_papers() == 0 and not _bundle(case).exists()
    )  # nobody reads it now, and one's own files are not compared


def test_without_a_worker_agreeing_prints_itself(actor: Actor, guest: Actor) -> None:
    case = proposed(actor)
    anew = _anew(case)
    form = _agreed(guest, case)
    assert {name: form[name] for name in anew} == anew


@pytest.mark.damages
@pytest.mark.parametrize("harm", ["swept", "torn", "changed"])
def test_what_was_printed_ahead_may_be_lost_at_any_time(actor: Actor, guest: Actor, harm: str) -> None:
    case = proposed(actor)
    bundle = _printed(case)
    if harm == "swept":
        _age(bundle, hours=25)
        store().sweep()
        assert not bundle.exists()
    else:
        content = bundle.read_bytes()
        half = len(content) // 2
        bundle.write_bytes(content[:half] if harm == "torn" else content[:half] + b"\xff\x00\xff" + content[half + 3 :])
    anew = _anew(case)
    form = _agreed(guest, case)
    assert {name: form[name] for name in anew} == anew


def test_it_stays_while_the_text_is_on_the_table_and_goes_with_the_sweep(actor: Actor, guest: Actor) -> None:
    case = proposed(actor)
    bundle = _printed(case)
    _age(bundle, hours=23)
    assert keep_papers() == 0
    _age_of = time.time() - bundle.stat().st_mtime
    assert _age_of < 60  # asked for: another day
    bundle.unlink()
    assert keep_papers() == 1  # lost, so queued anew, once
    assert keep_papers() == 0
    step(guest, case, "reject_second", why="No")
    work_off()
    assert not bundle.exists()  # off the table before its turn came


def test_only_bundles_that_nobody_wants_are_dropped(tmp_path: Path) -> None:
    wanted, other = "a" * 64, "b" * 64
    for key in (wanted, other):
        stage(tmp_path, key, {"paper": b"%PDF"})
    kept = [tmp_path / name for name in (f"{other}.part", "note.ahead", f"{other}.whole")]
    for path in kept:
        path.write_bytes(b"")
    assert (drop(tmp_path, wanted={wanted}), drop(tmp_path, wanted={wanted})) == (1, 0)
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / f"{wanted}.ahead", *kept])


def test_not_more_are_kept_than_so_many_and_those_that_came_last(
    actor: Actor, partner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "MOST_AHEAD", 1)
    older = proposed(actor)
    _printed(older)
    newer = proposed(actor)
    assert keep_papers() == 1 and not _bundle(older).exists()
    work_off()
    assert keep_papers() == 0 and _bundle(newer).is_file()
    assert _PRINTING not in signed_in(partner).get(f"/agreements/{version_on_table(older)}").content.decode()


def test_without_room_on_the_disk_nothing_is_kept_ahead(
    actor: Actor, guest: Actor, partner: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = proposed(actor)
    assert keep_papers() == 1
    with monkeypatch.context() as full:
        full.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=staged.RESERVE))
        stage(tmp_path, "a" * 64, {"paper": b"%PDF"})
        assert list(tmp_path.iterdir()) == []
        Job.objects.all().delete()
        assert keep_papers() == 0
        assert _PRINTING not in signed_in(partner).get(f"/agreements/{version_on_table(case)}").content.decode()
    anew = _anew(case)
    form = _agreed(guest, case)
    assert {name: form[name] for name in anew} == anew


@pytest.mark.damages
def test_opening_a_text_again_and_again_makes_no_more_to_print(
    actor: Actor, guest: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = proposed(actor)
    for _round in range(4):
        step(guest, case, "agree_second", version=version_on_table(case))
        step(guest, case, "reopen_second", why="A slip")
    _agreed_last = step(guest, case, "agree_second", version=version_on_table(case))
    CaseStep.objects.filter(step="agree_second").update(home="nj")
    monkeypatch.setattr("jointlab.agreements.queries.book._mark", object)  # the rows are not what the log says
    assert keep_papers() == 1 and Job.objects.count() == 1
    assert keep_papers() == 0
    work_off()
    assert [one.step for one in PaperComparison.objects.all()] == [_agreed_last.head]
    assert keep_papers() == 0
    found = papers.comparison_of(version_on_table(case))
    assert found is not None and found.kind == "alike"


def test_other_fonts_typesetters_or_forms_are_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    day, hash = date(2026, 11, 23), "a" * 64
    keys = {apart.key_of(hash, day), apart.key_of("b" * 64, day), apart.key_of(hash, date(2026, 11, 24))}
    with monkeypatch.context() as other:
        other.setattr(printing, "printer", lambda: "typst 9.9.9, fonts 1")
        keys.add(apart.key_of(hash, day))
    with monkeypatch.context() as other:
        other.setattr(apart, "_form", lambda: "00000000")
        keys.add(apart.key_of(hash, day))
    assert len(keys) == 5


def test_a_text_that_cannot_be_printed_is_not_tried_again_and_again(
    actor: Actor, partner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = proposed(actor)
    monkeypatch.setattr(printing, "SECONDS", 0.01)
    assert keep_papers() == 1
    work_off()
    assert Job.objects.get().state == Job.State.FAILED and "0.01 s" in Job.objects.get().reason
    assert keep_papers() == 0 and not _bundle(case).exists()
    assert _PRINTING not in signed_in(partner).get(f"/agreements/{version_on_table(case)}").content.decode()


def test_the_page_says_while_the_files_are_still_being_printed(
    actor: Actor, guest: Actor, partner: Person, researcher: Person
) -> None:
    case = proposed(actor)
    page = f"/agreements/{version_on_table(case)}"
    theirs, ours = signed_in(partner), signed_in(researcher)
    assert _PRINTING in theirs.get(page).content.decode()
    assert _PRINTING not in ours.get(page).content.decode()  # who cannot agree to it does not wait
    _printed(case)
    assert _PRINTING not in theirs.get(page).content.decode()


def test_a_worker_killed_while_it_prints_leaves_nothing(actor: Actor, tmp_path: Path) -> None:
    hash = version_on_table(proposed(actor))
    text = tmp_path / "text.json"
    text.write_bytes(version_of(hash).to_bytes())
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    code = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from jointlab.agreements.documents.apart import PrintTask, print_version\n"
        "print('begun', flush=True)\n"
        f"print_version(PrintTask(Path({str(text)!r}).read_text(), date(2026, 11, 23), Path({str(incoming)!r}), '{'a' * 64}'))\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None and worker.stdout.readline() == b"begun\n"
        time.sleep(0.2)
        worker.send_signal(signal.SIGKILL)
    time.sleep(0.5)
    assert list(incoming.iterdir()) == []


@pytest.mark.damages
@pytest.mark.parametrize("kind", ["alike", "differ", "apart", "unsaid", "waiting", "failed"])
def test_a_partners_files_are_printed_once_more_and_compared(
    actor: Actor, guest: Actor, researcher: Person, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The step of a node of the partner's, which these rows only say to be one; two real nodes are in tests/federation."""
    case = proposed(actor)
    form = _agreed(guest, case)
    changed = {
        "differ": {"paper_kk": "1" * 64}, "apart": {"printer": "typst 0.0.1, fonts 0, form 0, 2026-11-23"}, "unsaid": {"printer": ""},
    }.get(kind, {})  # fmt: skip
    CaseStep.objects.filter(step="agree_second").update(home="nj", form={**form, **changed})
    monkeypatch.setattr("jointlab.agreements.queries.book._mark", object)  # the rows are not what the log says
    assert keep_papers() == (1 if kind in ("alike", "differ", "waiting", "failed") else 0)
    if kind == "failed":
        monkeypatch.setattr(printing, "SECONDS", 0.01)
    if kind != "waiting":
        work_off()
        assert keep_papers() == 0
    assert PaperComparison.objects.count() == (1 if kind in ("alike", "differ") else 0)
    shown = signed_in(researcher).get(f"/agreements/{version_on_table(case)}").content.decode()
    words = {
        "alike": "printed alike on both nodes", "differ": "another file than the partner: Қазақша", "apart": "“typst 0.0.1, fonts 0, form 0, 2026-11-23”",
        "unsaid": "does not say what they were printed with", "waiting": "prints the text once more",
        "failed": "could not print the text once more",
    }  # fmt: skip
    assert [name for name, word in words.items() if word in shown] == [kind]
    assert ("another file" in shown) == (kind == "differ")


def _age(path: Path, *, hours: float) -> None:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
