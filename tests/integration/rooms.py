"""What the doors of a node lead to: one thing of each kind, made by the researcher, and everybody who may stand at a door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from jointlab.agreements.models import AgreementDraft, Evidence, FormTemplate
from jointlab.agreements.operations import evidence, references
from jointlab.agreements.queries import ministry
from jointlab.agreements.queries.book import version_of
from jointlab.agreements.queries.listing import version_on_table
from jointlab.agreements.queries.lives import today
from jointlab.cases import operations
from jointlab.cases.models import CaseFile
from jointlab.federation.blobs import worker
from jointlab.federation.blobs.models import Fetch, ProjectFiles
from jointlab.federation.documents import NodeDocument
from jointlab.federation.models import Partner
from jointlab.federation.own import make_recovery_key
from jointlab.federation.pairing import confirm, note_proposal
from jointlab.history.identifiers import new_id
from jointlab.history.models import Entry
from jointlab.history.operations import write
from jointlab.jobs.models import Job
from jointlab.laboratory.models import File, Instrument, Reading, Sample, Transfer
from jointlab.laboratory.operations import (
    devices,
    files,
    instruments,
    measurements,
    notes,
    projects,
    samples,
    transfers,
)
from jointlab.laboratory.operations.devices import DeviceDraft
from jointlab.laboratory.operations.notes import NewFile
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.operations.samples import SampleDraft
from jointlab.laboratory.reading_apart import read_file
from jointlab.laboratory.records import InstrumentRecord
from jointlab.laboratory.tasks import task_of, write_reading
from jointlab.ledger.keys import SigningKey
from jointlab.node.erasing import find, going
from jointlab.people import tokens
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Account, Person, Token
from tests.integration.agreeing import drafted, in_force, proposed, step
from tests.integration.conftest import PASSWORD, _person
from tests.integration.letters import KIND
from tests.integration.measured import a_file
from tests.integration.partner import Partner as Node
from tests.integration.stays import FIRST, granted, nominated, walked

ASKS = b"2theta (deg)\tIntensity\n" + b"".join(
    b"%d,%03d\t%d,%03d\n" % (10 + i // 10, i % 10, 100 + i, i) for i in range(90)
)
PEOPLE = ("own", "reader", "administrator", "partner", "stranger")


@dataclass(frozen=True)
class World:
    """The names by which the things are asked for; `persons` by what they are, the stranger left out."""

    persons: dict[str, Person]
    names: dict[str, str]

    def at(self, address: str) -> str:
        """An address with the names in it: /samples/{sample}."""
        return address.format(**self.names)


def made_world(node: None, *, restricted: bool) -> World:
    """Everything made by the researcher in one project; restricted, it is hidden from all others."""
    persons = {
        "own": _person("A. Serikov", "kz", "researcher"), "reader": _person("B. Reader", "kz", "reader"),
        "administrator": _person("D. Omarova", "kz", "administrator"), "partner": _person("Wang Lei", "nj", "researcher"),
    }  # fmt: skip
    own, administrator = (actor_of(persons[name], home="kz") for name in ("own", "administrator"))
    instrument = instruments.add(administrator, name="D8", zone="Asia/Almaty")
    write(type="instrument/1", id=new_id(), body=InstrumentRecord("tem", "TEM", "nj", "Asia/Shanghai", by=""))
    drive = tokens.make(administrator, name="drive", scope="inbox", days=None, subject=instrument.id).token
    project = projects.add(own, ProjectDraft("Oxides", restricted=restricted))
    joint = projects.add(actor_of(persons["partner"], home="kz"), ProjectDraft("Joint"))  # of the partner alone, open
    sample = samples.add(own, SampleDraft(title="TiO2", project=project.id, amount="1 g"))
    device = devices.add(own, sample=sample, draft=DeviceDraft("cell"))
    measurement = measurements.record(own, file=a_file(own, "xrdml"), sample=sample)
    measurements.reanalyse(own, measurement=measurement, settings={"scherrer_k": "0.94"})
    withdrawn = measurements.record(own, file=a_file(own, "aif"), sample=sample)
    measurements.withdraw(own, measurement=withdrawn)
    transfer = transfers.ask(own, sample=sample, partner="nj", form={"amount": "1 mg", "purpose": "TEM"})
    parcel = _sent(own, samples.add(own, SampleDraft(title="TiO2 for Nanjing", project=project.id, amount="1 g")))
    letter = operations.open_case(
        own, kind=KIND, party="writer", parties={"writer": "kz", "reader": "nj"}, form={"title": "Greeting", "words": "We greet you."},
        code="KZ-L-1", subject=own.person,
    )  # fmt: skip
    note = notes.add(own, sample=sample, text="Grey.", files=[NewFile("a.txt", [b"attached"])])
    waits = _received(own, b"nothing that any reader knows\n", instrument=instrument, read=False)
    names = {
        "person": persons["own"].id, "instrument": instrument.slug, "elsewhere": "tem", "drive_token": str(drive.id), "project": project.slug,
        "project_id": project.id, "joint_id": joint.id, "sample": sample.code, "device": device.code, "measurement": measurement.code, "withdrawn": withdrawn.code,
        "raw": measurement.file.sha256, "note": note.id, "transfer": transfer.id, "seen": transfer.head, "parcel": parcel.id, "attached": note.attachments.get().sha256,
        "letter": letter.id, "letter_seen": letter.head, "answered": _answered(own, persons["partner"]), **_scan(),
        "token": str(tokens.make(own, name="notebook", scope="write").token.id),
        "waits": waits.id, "waits_raw": waits.sha256, "read": a_file(own, ".mpt").id,
        "asks": _received(own, ASKS, instrument=instrument, read=True).id, "password": PASSWORD,
    }  # fmt: skip
    names |= _stays(own, persons["partner"])
    names |= {f"{name}_raw": File.objects.get(id=names[name]).sha256 for name in ("read", "asks")}
    names |= _agreements(own, actor_of(persons["partner"], home="kz"))
    code, key = _partners()
    names |= {"code": code, "missing": _missing(sample, key)}
    names["mark"] = going(administrator, find(note.id)).mark
    return World(persons, names)


def _stays(own: Actor, partner: Person) -> dict[str, str]:
    """Places of an agreement in force; one stay that is admitted, one that is over, one with its transcript."""
    guest, student = actor_of(partner, home="kz"), actor_of(_person("B. Nurlanova", "kz", "reader"), home="kz")
    hash = granted(own, guest)
    who = {"sending": own, "receiving": guest, "person": student}
    stay, gone, back = (
        walked(nominated(own, student.person, hash), until, **who) for until in ("admit", "depart", "transcript")
    )
    heads = {f"{name}_seen": case.head for name, case in (("stay", stay), ("gone", gone), ("back", back))}
    days = {
        "first": FIRST.isoformat(),
        "last": (FIRST + timedelta(80)).isoformat(),
        "year": f"{FIRST:%Y}",
        "next_year": f"{FIRST.year + 1}",
    }
    return {
        "places": hash,
        "student": student.person,
        "stay": stay.id,
        "gone": gone.id,
        "back": back.id,
        **heads,
        **days,
    }


def _agreements(own: Actor, partner: Actor) -> dict[str, str]:
    """One in force, one whose text is agreed but not cleared, one on the table, and a draft of our side that can be proposed."""
    force, table = in_force(own, partner, template="framework"), proposed(own, template="diploma")
    frozen = proposed(own)
    frozen = step(partner, frozen, "agree_second", version=version_on_table(frozen))
    draft = drafted(own)
    evidence.make_key(own, passphrase=PASSWORD)
    form = {
        "office": "Rector",
        "mandate": "Charter",
        "act": "sign",
        "day": today(version_of(version_on_table(frozen))).isoformat(),
    }
    evidence.sign_with_key(own, hash=version_on_table(frozen), form=form, passphrase=PASSWORD)
    treaty = references.add(own, kind="treaty", title={"en": "Treaty"}, files={"treaty.pdf": [b"%PDF treaty"]})
    listed = ministry.save_form(own, name="Form 7", columns=[("Title", "title_en")])
    return {
        "evidence": Evidence.objects.get().pk, "day": form["day"], "treaty": treaty.pk, "treaty_file": treaty.files["treaty.pdf"], "form": str(listed.pk),
        "agreement": version_on_table(force), "agreed": version_on_table(frozen), "agreed_seen": frozen.head,
        "offered": version_on_table(table), "draft": draft.pk, "draft_rev": str(draft.revision),
    }  # fmt: skip


def _partners() -> tuple[str, SigningKey]:
    """Two other nodes: `cn`, whose code was compared, and `de`, which waits for that; the code of the latter, the key of the first."""
    make_recovery_key()
    key = SigningKey.generate(name="cn.example")
    documents = (_document("cn", key), _document("de", SigningKey.generate(name="de.example")))
    cn, de = (note_proposal(one, address="https://1.1.1.1") for one in documents)
    confirm("cn", code=cn.code, by="")
    Partner.objects.filter(prefix="cn").update(address="", reach=Partner.Reach.CARRIED)  # nothing here calls anybody
    return de.code, key


def _answered(own: Actor, partner: Person) -> str:
    """A case in which the partner brought a file."""
    case = operations.open_case(
        own, kind=KIND, party="writer", parties={"writer": "kz", "reader": "nj"}, form={"title": "Second", "words": "Again."}, code="KZ-L-2",
    )  # fmt: skip
    by = actor_of(partner, home="kz")
    return operations.take(
        by, case=case, step="answer", form={"mood": "glad"}, seen=case.head, uploads={"scan": [b"%PDF-1.7 scan"]}
    ).id


def _scan() -> dict[str, str]:
    return {"scan": CaseFile.objects.get().sha256}


def _missing(sample: Sample, key: SigningKey) -> str:
    """A file of 9 MB of the node `cn`, named by a measurement of our sample, that has not come; its SHA-256."""
    there, sha256 = Node("cn", "cn+kz"), "5" * 64
    there.key = key
    there.put("institution/1", "inst", {"prefix": "cn", "names": {"en": "Far"}, "city": {"en": "Far"}, "mark": "n", "zone": "Asia/Shanghai", "country": "CN"})  # fmt: skip
    code = Partner.objects.get(prefix="cn").code
    there.put(
        "pairing/1", "pair", {"partner": "kz", "origin": "a", "key": "k", "recovery": "r", "code": code, "by": ""}
    )
    nodes = [{"home": one, "origin": f"{one}.example", "recovery": "r"} for one in ("cn", "kz", "uz")]
    there.put("partnership/1", "three", {"members": nodes, "by": ""})
    by = there.person("li", "Li Na")
    file = there.put("file/1", "file", {"sha256": sha256, "name": "far.xrdml", "size": 9_000_000, "source": "page", "by": by})  # fmt: skip
    analysis = {"technique": "powder_xrd", "format": "xrdml", "versions": [], "figures": []}
    there.put("measurement/1", "measurement", {"code": "CN-M-000001", "file": file, "sample": sample.id, "by": by, "analysis": analysis})  # fmt: skip
    assert there.followed().set_aside == 0
    worker.look(0)
    return sha256


def _document(prefix: str, key: SigningKey) -> bytes:
    origin = f"{prefix}.example"
    recovery = SigningKey.generate(name=f"{origin}/recovery")
    return NodeDocument(home=prefix, origin=origin, key=key.public, recovery=recovery.public).to_note(key).to_bytes()


def _sent(actor: Actor, sample: Sample) -> Transfer:
    """A transfer whose parcel is packed."""
    made = transfers.ask(actor, sample=sample, partner="nj", form={"amount": "1 mg", "purpose": "TEM"})
    clearance = dict.fromkeys(("export_control", "hazard", "customs", "cleared_by"), "nothing in the way")
    made = transfers.take(actor, transfer=made, step="clear", form=clearance, seen=made.head)
    parcel = {"amount": "1 mg", "on": "2026-09-28", "carrier": "DHL"}
    return transfers.take(actor, transfer=made, step="send", form=parcel, seen=made.head)


def _received(actor: Actor, data: bytes, *, instrument: Instrument, read: bool) -> File:
    file = files.receive(actor, chunks=[data], name="sent.txt", source="api", instrument=instrument).file
    if read:
        write_reading(file, read_file(task_of(file)))
        assert Reading.objects.get(file=file).state == Reading.State.QUESTION
    return file


class Watch:
    """Whether what was done has left something behind. Looked at only where anything was written at all."""

    def __init__(self) -> None:
        self._before: object = None

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around every statement: how it was is noted before the first one that writes."""
        if self._before is None and sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            self._before = _traces()
        return execute(sql, params, many, context)

    @property
    def changed(self) -> bool:
        """To be asked inside."""
        return self._before is not None and _traces() != self._before


@contextmanager
def watched() -> Iterator[Watch]:
    """What is done inside is watched."""
    watch = Watch()
    with connection.execute_wrapper(watch):
        yield watch


def _traces() -> object:
    """Everything that a call could leave behind: the log, and the rows that are not in the log."""
    return (
        Entry.objects.count(),
        list(Token.objects.order_by("id").values_list("id", "scope", "revoked_at")),
        list(Account.objects.order_by("id").values_list("id", "password", "language")),
        list(AgreementDraft.objects.order_by("id").values_list("id", "revision")),
        list(FormTemplate.objects.order_by("id").values_list("id", "name", "columns")),
        list(Reading.objects.order_by("file").values_list("file", "state", "settings")),
        list(Job.objects.order_by("id").values_list("id", "state")),
        list(ProjectFiles.objects.values_list("slug", "mode", "up_to")),
        list(Fetch.objects.order_by("sha256").values_list("sha256", "asked", "stopped")),
        list(Partner.objects.order_by("prefix").values_list("prefix", "confirmed_at", "address", "private_allowed")),
    )


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside leaves the database as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
