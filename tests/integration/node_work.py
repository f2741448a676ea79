"""`python -m tests.integration.node_work FOLDER COMMAND ...`: one step of a node of its own, in a process of its own.

Pages travel as files: the note, then a line for each entry, entry and body parted by a tab.
"""

import json
import sys
from pathlib import Path
from typing import Any

PARTNERSHIP = "kz+nj"
PLACES = {"kz": ("almaty", "Asia/Almaty", "a"), "nj": ("nanjing", "Asia/Shanghai", "n")}


def make(folder: Path, prefix: str) -> dict[str, Any]:
    """A node with an administrator; its key."""
    from jointlab.node.creation import NewNode, fill, make_folder, set_up_django

    name, zone, mark = PLACES[prefix]
    new = NewNode(folder, prefix, name, mark, zone, f"{name}.example", {"en": name}, {"en": name})
    make_folder(new)
    set_up_django(folder)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(new)
    from jointlab.history.signing import house_key, sign_logs
    from jointlab.people.operations import add_person
    from jointlab.people.records import PersonRecord

    add_person(PersonRecord(f"Admin of {name}", prefix, "administrator", email=f"admin@{name}.example"))
    sign_logs()
    return {"vkey": house_key().public.vkey}


def pair(member: str, vkey: str) -> None:
    from jointlab.history.mirroring import create_mirror
    from jointlab.history.sharing import open_shared_log
    from jointlab.ledger.keys import KeyHistory, VerifyingKey

    open_shared_log(PARTNERSHIP)
    keys = KeyHistory().add(VerifyingKey.from_vkey(vkey), valid_from_size=0)
    create_mirror(PARTNERSHIP, member=member, node_origin=f"{PLACES[member][0]}.example", keys=keys)


def project(title: str) -> dict[str, str]:
    from jointlab.laboratory.operations import projects

    return {"project": projects.add(_actor(), projects.ProjectDraft(title=title)).id}


def agree(project: str) -> None:
    from jointlab.laboratory.models import Project
    from jointlab.laboratory.operations import sharing

    sharing.agree(_actor(), project=Project.objects.get(id=project), partnership=PARTNERSHIP)


def sample(title: str, project: str) -> dict[str, str]:
    from jointlab.laboratory.operations import notes, samples

    made = samples.add(_actor(), samples.SampleDraft(title=title, project=project))
    notes.add(_actor(), sample=made, text=f"A note on {title}")
    return {"sample": made.id}


def note(sample: str, text: str) -> None:
    from jointlab.laboratory.models import Sample
    from jointlab.laboratory.operations import notes

    notes.add(_actor(), sample=Sample.objects.get(id=sample), text=text)


def erase(record: str) -> None:
    from jointlab.history.erasure import erase

    erase(id=record, by=_actor().person, why="asked")


def send(file: str, start: str) -> None:
    """A round of sharing, a checkpoint, and what is new since `start`."""
    from jointlab.history import serving
    from jointlab.history.logs import log_named, own_name
    from jointlab.history.sharing import sharing_round
    from jointlab.history.signing import sign_logs

    sharing_round(PARTNERSHIP)
    sign_logs()
    name = own_name(PARTNERSHIP)
    note = serving.newest_checkpoint(name) or b""
    with Path(file).open("wb") as out:
        out.write(f"{len(note)}\n".encode() + note)
        for line in serving.entries(name, start=int(start), upto=log_named(name).size):
            out.write(line.entry + b"\t" + (line.body or b"") + b"\n")


def receive(member: str, file: str) -> dict[str, Any]:
    from jointlab.history.logs import log_name
    from jointlab.history.mirroring import Followed, accept
    from jointlab.ledger.mirror import Line

    with Path(file).open("rb") as source:
        note = source.read(int(source.readline()))
        lines = [line.rstrip(b"\n").split(b"\t") for line in source]
    pages = [[Line(entry, body or None) for entry, body in lines]]
    done = accept(log_name(PARTNERSHIP, member), note, pages)
    assert isinstance(done, Followed), done
    return {"size": done.checkpoint.size, "set_aside": done.set_aside, "erased": list(done.erased)}


def show(record: str) -> dict[str, Any]:
    """What a person sees of the project; and whether the node is whole, also after a rebuild."""
    from jointlab.history.acknowledging import acknowledged
    from jointlab.history.fsck import fsck
    from jointlab.history.models import Log
    from jointlab.history.rebuild import rebuild
    from jointlab.laboratory.models import Note, Sample
    from jointlab.people.models import Person

    changed = rebuild().changed
    report = fsck()
    return {
        "samples": sorted(Sample.objects.values_list("id", "code", "title")),
        "notes": sorted(Note.objects.values_list("id", "text", "by__name")),
        "mails": sorted(filter(None, Person.objects.values_list("email", flat=True))),
        "logs": {log.name: [log.size, bytes(log.frontier).hex()] for log in Log.objects.exclude(kind="house")},
        "acknowledged": sorted(acknowledged(record)), "changed": list(changed), "faults": [one.sentence for one in report.findings if one.wrong],
    }  # fmt: skip


def _actor() -> Any:
    from django.conf import settings

    from jointlab.people.actors import actor_of
    from jointlab.people.models import Person

    return actor_of(Person.objects.get(role="administrator"), home=settings.NODE.prefix)


if __name__ == "__main__":
    place, command, *rest = sys.argv[1:]
    if command == "make":
        answer: Any = make(Path(place), *rest)
    else:
        from jointlab.node.creation import set_up_django

        set_up_django(Path(place))
        answer = globals()[command](*rest)
    sys.stdout.write(json.dumps(answer) + "\n")
