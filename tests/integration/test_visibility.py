"""The one visibility rule, over what every other query is built on."""

from datetime import UTC, datetime

import pytest

from jointlab.laboratory.models import File, Measurement, Project, Sample
from jointlab.laboratory.operations import projects
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.queries import visibility
from jointlab.people.actors import Actor, Right, actor_of
from jointlab.people.models import Person

pytestmark = pytest.mark.damages

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _sample(code: str, project: Project | None, by: Person) -> Sample:
    return Sample.objects.create(
        id=f"kz:{code}",
        rev=1,
        code=code,
        title=code,
        project=project,
        institution_id="kz",
        created_at=NOW,
        created_by=by,
    )


def _file(name: str, by: Person) -> File:
    return File.objects.create(
        id=f"kz:{name}", sha256=name.ljust(64, "0"), name=name, size=1, source="page", received_at=NOW, received_by=by
    )


def _measurement(code: str, sample: Sample, file: File, by: Person) -> Measurement:
    return Measurement.objects.create(
        id=f"kz:{code}", rev=1, code=code, file=file, sample=sample, project=sample.project, technique="impedance",
        format="x", measured_on=NOW.date(), recorded_at=NOW, recorded_by=by,
    )  # fmt: skip


@pytest.fixture
def world(actor: Actor, researcher: Person, administrator: Person, partner: Person) -> dict[str, Actor]:
    """Three projects: open, restricted (the researcher's alone), joint (restricted, with the partner)."""
    made = {
        "open": projects.add(actor, ProjectDraft("Open")),
        "secret": projects.add(actor, ProjectDraft("Secret", restricted=True)),
        "joint": projects.add(actor, ProjectDraft("Joint", restricted=True, members=(partner.id,))),
    }
    for name, project in [*made.items(), ("none", None)]:
        sample = _sample(name, project, researcher)
        _measurement(f"m-{name}", sample, _file(name, researcher), researcher)
    _file("loose", administrator)
    return {
        "member": actor,
        "colleague": actor_of(administrator, home="kz"),
        "partner": actor_of(partner, home="kz"),
    }


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("member", {"open", "secret", "joint", "none"}),
        ("colleague", {"open", "none"}),
        ("partner", {"joint"}),
    ],
)
def test_samples_and_measurements_follow_their_project(world: dict[str, Actor], who: str, seen: set[str]) -> None:
    actor = world[who]
    assert {sample.code for sample in visibility.visible_samples(actor)} == seen
    assert {m.code for m in visibility.visible_measurements(actor)} == {f"m-{name}" for name in seen}
    assert {p.slug for p in visibility.visible_projects(actor)} == seen - {"none"}


def test_files_follow_their_measurements_or_their_receiver(world: dict[str, Actor]) -> None:
    def names(who: str) -> set[str]:
        return {file.name for file in visibility.visible_files(world[who])}

    assert names("member") == {"open", "secret", "joint", "none", "loose"}
    assert names("colleague") == {"open", "none", "loose"}
    assert names("partner") == {"joint"}


def test_a_partner_knows_own_people_and_fellow_members(world: dict[str, Actor], researcher: Person) -> None:
    names = {person.name for person in visibility.visible_persons(world["partner"])}
    assert names == {"Wang Lei", "A. Serikov"}
    assert visibility.visible_persons(world["colleague"]).count() == 3


def test_a_partner_of_no_project_sees_nothing(node: None, partner: Person, actor: Actor) -> None:
    _sample("loose", None, partner)
    assert not visibility.visible_samples(actor_of(partner, home="kz")).exists()


def test_without_the_right_to_read_there_is_nothing(world: dict[str, Actor], researcher: Person) -> None:
    inbox_only = actor_of(researcher, home="kz", rights=frozenset[Right]())
    for visible in (
        visibility.visible_projects, visibility.visible_samples, visibility.visible_measurements,
        visibility.visible_files, visibility.visible_devices, visibility.visible_notes, visibility.visible_persons,
    ):  # fmt: skip
        assert not visible(inbox_only).exists()
