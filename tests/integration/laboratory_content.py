"""A node that holds some of everything: both sides of the demonstration laboratory, and what was done to it afterwards."""

import json
from pathlib import Path

from django.db import transaction

from jointlab.agreements.models import Evidence
from jointlab.agreements.operations import evidence, references
from jointlab.agreements.queries import lives
from jointlab.agreements.signing import Signed
from jointlab.cases.operations import open_case, take
from jointlab.federation.records import KeyRecord, KnownNode, PairingRecord, PartnershipRecord
from jointlab.history.identifiers import new_id
from jointlab.history.operations import write
from jointlab.history.sharing import sharing_round
from jointlab.jobs.runner import work_off
from jointlab.laboratory.models import Device, Measurement, Sample
from jointlab.laboratory.operations import devices, files, measurements, notes, samples, sharing, transfers
from jointlab.laboratory.operations.notes import NewFile
from jointlab.node.demonstration.build import World, add_people
from jointlab.node.demonstration.content import Content, content_of
from jointlab.people.actors import Actor, actor_of
from tests.integration.conftest import _person
from tests.integration.letters import KIND
from tests.integration.partner import Partner
from tests.integration.stays import granted, nominated, walked
from tests.unit.agreements.test_signing import DOMAIN, ORIGIN, Authenticator

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
    letter = open_case(
        actor, kind=KIND, party="writer", parties={"writer": "kz", "reader": "nj"}, form={"title": "Greeting", "words": "We greet you."},
        code="KZ-L-1", subject=actor.person,
    )  # fmt: skip
    answer, uploads = {"mood": "glad"}, {"scan": [b"%PDF-1.7 scan"]}
    guest = actor_of(_person("Wang Lei", "nj", "researcher"), home="kz")
    take(guest, case=letter, step="answer", form=answer, seen=letter.head, uploads=uploads)
    transfers.take(actor, transfer=transfer, step="withdraw", form={"why": "Measured here."}, seen=transfer.head)
    device = Device.objects.order_by("created_at", "id")[0]
    devices.archive(actor, device=device)
    document = files.receive(actor, chunks=[b"%PDF-1.4 certificate"], name="certificate.pdf", source="page").file
    files.keep_as_document(actor, file=document)
    files.receive(actor, chunks=[UNREAD], name="unread.csv", source="page")
    stay = nominated(actor, _person("B. Nurlanova", "kz", "reader"), granted(actor, guest))
    walked(stay, "admit", sending=actor, receiving=guest)
    _sign(actor)
    _share(actor)
    return actor


def _sign(actor: Actor) -> None:
    """The text in force is signed with a key and confirmed with a passkey, as evidence beside the paper."""
    device, challenge = Authenticator(), b"c" * 32
    evidence.make_key(actor, passphrase="correct horse battery staple")
    made = json.dumps(device.made(challenge)).encode()
    evidence.add_passkey(actor, sent=made, challenge=challenge, name="YubiKey", domain=DOMAIN, origin=ORIGIN)
    life = lives.lives_between(actor.institution, "nj")[0]
    form = {"office": "Rector", "mandate": "Charter", "act": "sign", "day": lives.today(life.version).isoformat()}
    evidence.sign_with_key(actor, hash=life.version.hash, form=form, passphrase="correct horse battery staple")
    statement = Signed.from_bytes(Evidence.objects.get().signed.encode()).statement
    answer = json.dumps(device.answer(statement.challenge)).encode()
    evidence.confirm_with_passkey(actor, evidence=Evidence.objects.get().pk, sent=answer)


def _share(actor: Actor) -> None:
    """A third institution, with which no agreement is signed yet: it shares a project with this node, and says so; a sample
    before its age; words about keys and about a partnership of three; a treaty.
    """
    third = Partner("uz", "kz+uz")
    third.pair()
    person, _ = third.begin()
    sample = Sample.objects.filter(project__members=actor.person).order_by("created_at", "id")[0]
    project = sample.project
    assert project is not None
    sharing.agree(actor, project=project, partnership=third.partnership, after_days=30)
    word = {"project": project.id, "partnership": third.partnership, "agreed": True, "by": person}
    third.put("project-sharing/1", "word", word)
    third.followed()
    sharing.share_now(actor, thing=sample, partnership=third.partnership)
    key = third.key.public.vkey
    with transaction.atomic():
        pairing = PairingRecord("uz", third.node, key, key, "12345 67890", actor.person)
        write(type="pairing/1", id=new_id(), body=pairing)
        members = tuple(KnownNode(prefix, f"{prefix}.example", key) for prefix in ("cn", "kz", "uz"))
        write(type="partnership/1", id=new_id(), body=PartnershipRecord(members, actor.person))
        write(type="key/1", id=new_id(), body=KeyRecord(1, third.note().decode()))
    sharing_round(third.partnership)
    references.add_known(actor, key="sco-charter")


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
