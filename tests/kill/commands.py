"""Every command that writes, as the kill tests run it. Another command is one entry of COMMANDS."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jointlab.science.demonstration.laboratory import FILES
from tests.kill.launched import Launcher
from tests.real_node import PASSWORD, RealNode

FILES_OF_A_TRY = 4


@dataclass(frozen=True)
class Scene:
    """A node that stands, a folder beside it, and the process that starts commands on it."""

    node: RealNode
    beside: Path
    launched: Launcher


@dataclass(frozen=True)
class Writing:
    """A command that writes. `arguments` get the node that it works on, the folder beside the scene's node, and the number of the try."""

    name: str
    arguments: Callable[[RealNode, Path, int], list[str]]
    given: str = ""
    first: Callable[[Scene], object] = lambda scene: None  # once
    prepare: Callable[[Scene, int], object] = lambda scene, number: None  # before each try
    already: str = ""  # how it refuses when the killed one had done all its work
    half_way: bool = False  # killed, it leaves the node half-way until it has been repeated
    makes: bool = False  # makes a node of its own in each try, on a database of its own
    idle: float = 0.0  # share of its time in which it only starts processes: kills come later
    proof: str = ""  # code that prints true when all is done, after the command has been repeated


def _store_files(scene: Scene) -> None:
    scene.launched.ask(
        "import os\nfrom jointlab.history.blobs import store\n"
        "from jointlab.history.operations import note_blob\n"
        "for _ in range(20):\n"
        "    stored = store().put([os.urandom(100_000)], limit=1_000_000)\n"
        "    note_blob(sha256=stored.sha256, size=stored.size)\n"
        "print(0)"
    )


def _add_persons(scene: Scene) -> None:
    scene.launched.ask(
        "from django.db import transaction\nfrom jointlab.people.operations import add_person\n"
        "from jointlab.people.records import PersonRecord\n"
        "with transaction.atomic():\n"
        "    for n in range(200):\n"
        "        add_person(PersonRecord(f'Person {n}', 'kz', 'reader'))\n"
        "print(0)"
    )


def _back_one_step(scene: Scene, number: int) -> None:
    scene.launched.ask("from django.core.management import call_command\ncall_command('migrate', 'jobs', 'zero', verbosity=0)\nprint(0)")  # fmt: skip


def _add_sample(scene: Scene) -> None:
    scene.launched.ask(
        "from jointlab.laboratory.operations.samples import SampleDraft, add\n"
        "from jointlab.people.actors import actor_of\nfrom jointlab.people.models import Person\n"
        "print(json.dumps(add(actor_of(Person.objects.get(), home='kz'), SampleDraft(title='TiO2')).code))"
    )


def _export_files(scene: Scene, number: int) -> None:
    """A few new files in the folder of this try."""
    folder = scene.beside / f"export{number}"
    folder.mkdir()
    isotherm = next(entry for entry in FILES if entry.path.endswith(".aif")).make()
    for n in range(FILES_OF_A_TRY):
        (folder / f"isotherm{n}.aif").write_bytes(isotherm + f"\n# {number} {n}\n".encode())


def _back_up(scene: Scene) -> None:
    _store_files(scene)
    status, said = scene.launched.run(["backup", str(scene.beside / "vault"), "--node", str(scene.node.folder)])
    assert status == 0, said


def _restore(target: RealNode, beside: Path, number: int) -> list[str]:
    key = beside / "node" / "secrets" / "backup.key"
    database = ["--database", target.database] if target.database else []
    return ["restore", str(beside / "vault"), "--key", str(key), "--node", str(target.folder), *database]


COMMANDS = (
    Writing(
        "user add",
        lambda node, beside, number: ["user", "add", f"person{number}", "--name", "Person", "--node", str(node.folder)],
        given=f"{PASSWORD}\n", already="is taken",
    ),
    Writing("rebuild", lambda node, beside, number: ["rebuild", "--node", str(node.folder)], first=_add_persons),
    Writing(
        "backup", lambda node, beside, number: ["backup", str(beside / "vault"), "--node", str(node.folder)],
        first=_store_files,
    ),
    Writing(
        "upgrade",
        lambda node, beside, number: ["upgrade", "--backup", str(beside / "vault"), "--node", str(node.folder)],
        prepare=_back_one_step, half_way=True,
    ),
    Writing(
        "ingest",
        lambda node, beside, number: ["ingest", str(beside / f"export{number}"), "--sample", "KZ-26-0001", "--node", str(node.folder)],
        first=_add_sample, prepare=_export_files, idle=0.5,
        proof="from jointlab.jobs.models import Job\nfrom jointlab.laboratory.models import File, Measurement, Reading\n"
        "recorded = Reading.objects.filter(state='recorded').count()\n"
        f"print(json.dumps(File.objects.count() == Measurement.objects.count() == recorded and recorded % {FILES_OF_A_TRY} == 0))",
    ),
    Writing("restore", _restore, first=_back_up, already="already is a node", half_way=True, makes=True),
    Writing("init", lambda node, beside, number: node.init(), already="already is a node", half_way=True, makes=True),
)  # fmt: skip
