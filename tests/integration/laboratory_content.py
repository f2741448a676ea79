"""A node that holds some of everything: both sides of the demonstration laboratory, and what was done to it afterwards."""

from pathlib import Path

from django.db import transaction

from jointlab.federation.records import KeyRecord, PairingRecord
from jointlab.history.identifiers import new_id
from jointlab.history.operations import write
from jointlab.history.sharing import sharing_round
from jointlab.jobs.runner import work_off
from jointlab.laboratory.models import Device, Measurement, Sample
from jointlab.laboratory.operations import devices, files, measurements, notes, samples, sharing, transfers
from jointlab.laboratory.operations.notes import NewFile
from jointlab.node.demonstration.build import World, add_people
from jointlab.node.demonstration.content import Content, content_of
from jointlab.people.actors import Actor
from tests.integration.partner import PARTNERSHIP, Partner

UNREAD = b"time/s;E/V\n1,0;0,5\n"


def fill() -> Actor:
    """The demonstration, then: a withdrawal, a re-analysis, a shown one, notes, a split, a document, an unread file."""
    both = _both()
    add_people(both, "correct horse battery staple")
    world = World(both)
    world.begin()
    world.receive()
    work_off()
    world.go_on()
    actor = world.actors["serikov"]
    _work_on_measurements(actor)
    sample = Sample.objects.order_by("created_at", "id")[0]
    note = notes.add(actor, sample=sample, text="Looks grey.", files=[NewFile("photo.jpg", [b"not a real photo"])])
    notes.change(actor, note=note, text="Looks dark grey.", expected_rev=note.rev)
    notes.withdraw(actor, note=notes.add(actor, sample=sample, text="A mistake."))
    samples.split(actor, sample=sample, parts=[samples.Part("10 mg"), samples.Part("20 mg")])
    transfer = transfers.ask(actor, sample=sample, partner="nj", form={"amount": "10 mg", "purpose": "Comparison"})
    transfers.take(actor, transfer=transfer, step="withdraw", form={"why": "Measured here."}, seen=transfer.head)
    device = Device.objects.order_by("created_at", "id")[0]
    devices.archive(actor, device=device)
    document = files.receive(actor, chunks=[b"%PDF-1.4 certificate"], name="certificate.pdf", source="page").file
    files.keep_as_document(actor, file=document)
    files.receive(actor, chunks=[UNREAD], name="unread.csv", source="page")
    _share(actor)
    return actor


def _share(actor: Actor) -> None:
    """A partner that shares a project with this node, and says so; a sample before its age; words about keys."""
    nanjing = Partner()
    nanjing.pair()
    person, _ = nanjing.begin()
    sample = Sample.objects.filter(project__members=actor.person).order_by("created_at", "id")[0]
    project = sample.project
    assert project is not None
    sharing.agree(actor, project=project, partnership=PARTNERSHIP, after_days=30)
    word = {"project": project.id, "partnership": PARTNERSHIP, "agreed": True, "by": person}
    nanjing.put("project-sharing/1", "word", word)
    nanjing.followed()
    sharing.share_now(actor, thing=sample, partnership=PARTNERSHIP)
    key = nanjing.key.public.vkey
    with transaction.atomic():
        pairing = PairingRecord("nj", nanjing.node, key, key, "12345 67890", actor.person)
        write(type="pairing/1", id=new_id(), body=pairing)
        write(type="key/1", id=new_id(), body=KeyRecord(1, nanjing.note().decode()))
    sharing_round(PARTNERSHIP)


def _both() -> Content:
    """The people, projects, instruments, samples and files of both nodes, as if they were one."""
    kz, cn = content_of("almaty", Path("almaty")), content_of("nanjing", Path("nanjing"))
    return Content(
        kz.node, kz.people + cn.people, kz.projects + cn.projects, kz.instruments + cn.instruments,
        kz.samples + cn.samples, {**kz.places, **cn.places},
    )  # fmt: skip


def _work_on_measurements(actor: Actor) -> None:
    powder = Measurement.objects.get(file__name__endswith=".xrdml")
    settings = dict(powder.analyses.get().settings)
    measurements.reanalyse(actor, measurement=powder, settings={**settings, "scherrer_k": "0.94"}, why="spheres")
    measurements.show(actor, measurement=powder, number=1)
    measurements.reanalyse(actor, measurement=powder, settings={**settings, "scherrer_k": "1"})
    first, second, *_ = Measurement.objects.exclude(id=powder.id).order_by("id")
    measurements.withdraw(actor, measurement=first)
    measurements.put_back(actor, measurement=first)
    measurements.withdraw(actor, measurement=second)
