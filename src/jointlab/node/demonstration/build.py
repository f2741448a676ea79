"""Building one node of the demonstration: everything goes through the same operations as by hand."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jointlab.history.progress import Progress, silent
from jointlab.node.creation import fill, make_folder, set_up_django
from jointlab.node.demonstration.content import Content, DemonstrationSample, content_of
from jointlab.science.demonstration.laboratory import FILES

if TYPE_CHECKING:
    from jointlab.laboratory.models import Device, Project, Sample
    from jointlab.people.actors import Actor


@dataclass(frozen=True)
class SignIn:
    """How to get in."""

    login: str
    password: str


def build(folder: Path, *, site: str = "almaty", progress: Progress = silent) -> SignIn:
    """Make the node in `folder`, which must not be one yet; its files are received and read, and what needs no partner's
    record is recorded.
    """
    content = content_of(site, folder)
    make_folder(content.node)
    set_up_django(folder)
    from jointlab.node.tables import bring_up

    progress("database", done=0, total=1)
    bring_up()
    fill(content.node)
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    progress("people and samples", done=0, total=1)
    add_people(content, password)
    world = World(content)
    world.begin()
    world.receive(progress)
    progress("reading", done=0, total=len(content.places))
    _read()
    world.go_on(progress)
    return SignIn(content.people[1].login, password)


def add_people(content: Content, password: str) -> None:
    """Everybody, with a way to sign in."""
    from jointlab.people.operations import add_person, open_account
    from jointlab.people.records import PersonRecord

    for one in content.people:
        person = add_person(PersonRecord(one.name, content.node.prefix, one.role))
        open_account(person, login=one.login, password=password)


def _read() -> None:
    """Every file is read, on all cores."""
    from jointlab.jobs.runner import work_off

    work_off()


class World:
    """The laboratory of one node, made step by step; what is there already is left as it is."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.actors: dict[str, Actor] = {one.key: _actor(one.login, content.node.prefix) for one in content.people}

    @property
    def boss(self) -> "Actor":
        """The administrator."""
        return self.actors[self.content.administrator.key]

    def begin(self) -> None:
        """Projects and instruments."""
        from jointlab.laboratory.operations import instruments, projects

        for one in self.content.projects:
            members = tuple(self.actors[key].person for key in one.members)
            draft = projects.ProjectDraft(one.title, one.kind, one.summary, members=members)
            projects.add(self.actors[one.members[0]], draft)
        for known in self.content.instruments:
            made = instruments.add(
                self.boss, name=known.name, zone=self.content.node.zone, computer=known.computer, place=known.place, slug=known.slug
            )  # fmt: skip
            if known.settings:
                instruments.remember(self.boss, instrument=made, settings=known.settings)

    def receive(self, progress: Progress = silent) -> None:
        """The files arrive from their instruments."""
        from jointlab.laboratory.models import File, Instrument
        from jointlab.laboratory.operations import files

        ours = [entry for entry in FILES if entry.path in self.content.places]
        for number, entry in enumerate(ours):
            progress("files", done=number, total=len(ours))
            place = self.content.places[entry.path]
            folder, _, name = entry.path.rpartition("/")
            received = files.receive(
                self.actors[place.by], chunks=[entry.make()], name=name, folder=folder, source=File.Source.DRIVE,
                instrument=Instrument.objects.get(slug=place.instrument),
            )  # fmt: skip
            if place.settings:
                files.answer(self.actors[place.by], file=received.file, settings=place.settings)

    def go_on(self, progress: Progress = silent) -> None:
        """Samples whose project is here, and measurements whose sample is here."""
        from jointlab.laboratory.models import Sample

        for one in self.content.samples:
            project = _project(one.project)
            if project is not None and not Sample.objects.filter(code=one.code).exists():
                self._sample(one, project)
        self._record(progress)

    def _sample(self, one: DemonstrationSample, project: "Project") -> None:
        from jointlab.laboratory.models import Device, Sample
        from jointlab.laboratory.operations import devices, samples
        from jointlab.laboratory.records import Origin, Step

        actor = self.actors[one.by]
        parents = (Origin(Sample.objects.get(code=one.parent).id, "made_from"),) if one.parent else ()
        draft = samples.SampleDraft(
            title=one.title, composition=one.composition, form=one.form, project=project.id, made_on=one.made_on,
            made_by=actor.person, synthesis=one.synthesis, steps=tuple(Step(*step) for step in one.steps), amount=one.amount,
            hazards=one.hazards, tags=one.tags, parents=parents, code=one.code,
        )  # fmt: skip
        made = samples.add(actor, draft)
        for device in one.devices:
            origin = Device.objects.get(code=device.made_of).id if device.made_of else ""
            built = devices.DeviceDraft(kind=device.kind, made_of=origin, properties=device.properties)
            devices.add(actor, sample=made, draft=built)

    def _record(self, progress: Progress) -> None:
        """What was read stands on what was measured."""
        from jointlab.laboratory.models import Reading
        from jointlab.laboratory.operations import measurements

        waiting = Reading.objects.filter(state=Reading.State.READ).select_related("file")
        for number, reading in enumerate(waiting.order_by("file_id")):
            progress("recording", done=number, total=len(waiting))
            place = self.content.places.get(f"{reading.file.folder}/{reading.file.name}")
            sample, device = _target(place.target) if place else (None, None)
            if place and sample:
                measurements.record(self.actors[place.by], file=reading.file, sample=sample, device=device)


def _actor(login: str, prefix: str) -> "Actor":
    from jointlab.people.actors import actor_of
    from jointlab.people.models import Account

    return actor_of(Account.objects.get(login=login).person, home=prefix)


def _project(title: str) -> "Project | None":
    from jointlab.laboratory.models import Project

    return Project.objects.filter(title=title).first()


def _target(code: str) -> "tuple[Sample | None, Device | None]":
    from jointlab.laboratory.models import Device, Sample

    device = Device.objects.select_related("sample").filter(code=code).first()
    return (device.sample, device) if device else (Sample.objects.filter(code=code).first(), None)
