"""Asking the partner's instrument for a measurement, step by step, as both sides; nobody else sees it or takes a step."""

import datetime as dt
import html
from dataclasses import dataclass

import pytest
from django.test import Client

from jointlab.agreements.events import Termination
from jointlab.cases import operations as cases
from jointlab.cases.models import Case
from jointlab.cases.queries import visible_cases
from jointlab.errors import BadInput, Conflict, Fault, NotAllowed, NotFound
from jointlab.history.identifiers import new_id
from jointlab.history.models import Log
from jointlab.history.operations import write
from jointlab.history.rebuild import rebuild
from jointlab.laboratory.models import Instrument, Measurement, Sample
from jointlab.laboratory.operations import measurements, projects, requests, samples
from jointlab.laboratory.records import InstrumentRecord
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.clauses_made import BOTH, FIRST, Agreed, clause_on_sharing, life
from tests.integration.conftest import signed_in
from tests.integration.measured import a_file
from tests.unit.agreements.made_agreement import clause

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class World:
    """Almaty asks; Nanjing, which has no node of its own here, measures."""

    asker: Actor
    performer: Actor
    sample: Sample
    instrument: Instrument

    def asked(self) -> Case:
        return requests.ask(
            self.asker, sample=self.sample, instrument=self.instrument, form={"what": "TEM, lattice fringes", "answer_by": "2026-12-20"}
        )  # fmt: skip

    def take(self, case: Case, actor: Actor, step: str, /, **form: str) -> Case:
        return cases.take(actor, case=case, step=step, form=form, seen=case.head)

    def measured(self) -> Measurement:
        return measurements.record(self.performer, file=a_file(self.performer, "xrd"), sample=self.sample)

    def until_measured(self) -> Case:
        case = self.take(self.asked(), self.performer, "accept", by="2026-12-24")
        case = self.take(case, self.performer, "arrive", on="2026-12-01", condition="Sealed")
        return self.take(case, self.performer, "measure", measurement=self.measured().pk, on="2026-12-02")


@pytest.fixture
def world(researcher: Person, administrator: Person, partner: Person) -> World:
    asker, performer = actor_of(researcher, home="kz"), actor_of(partner, home="kz")
    project = projects.add(asker, projects.ProjectDraft(title="Cathodes", members=(partner.id,)))
    sample = samples.add(asker, samples.SampleDraft(title="LFP", project=project.id))
    return World(asker, performer, sample, _instrument(new_id()))


def _instrument(id: str, *, active: bool = True) -> Instrument:
    """Of Nanjing, which keeps its record on this node."""
    record = InstrumentRecord("tecnai", "Tecnai", "nj", "Asia/Shanghai", by="", active=active)
    made = write(type="instrument/1", id=id, body=record)
    return Instrument.objects.get(pk=made.id)


def test_from_the_question_to_the_end(world: World) -> None:
    case = world.asked()
    assert (case.code, case.title, case.waits_id, str(case.due)) == (
        f"{world.sample.code}-M1",
        "Tecnai",
        "nj",
        "2026-12-20",
    )
    case = world.take(case, world.performer, "accept", by="2026-12-24")
    assert (case.state, str(case.due)) == ("accepted", "2026-12-24")
    case = world.take(case, world.performer, "arrive", on="2026-12-01", condition="Sealed")
    result = world.measured()
    case = world.take(case, world.performer, "measure", measurement=result.pk, on="2026-12-02")
    assert (case.waits_id, case.due) == ("kz", None)
    case = world.take(case, world.asker, "again", why="The range is too short.")
    case = world.take(case, world.performer, "measure", measurement=result.pk, on="2026-12-03")
    case = world.take(case, world.asker, "confirm")
    case = world.take(case, world.performer, "close", rest="kept")
    assert (case.state, case.ended, case.waits_id) == ("closed", True, None)
    assert requests.ask(
        world.asker, sample=world.sample, instrument=world.instrument, form={"what": "x"}
    ).code.endswith("-M2")


def test_ways_out_have_a_reason(world: World) -> None:
    for by, step, end in ((world.performer, "decline", "declined"), (world.asker, "withdraw", "withdrawn")):
        case = world.asked()
        with pytest.raises(BadInput):
            world.take(case, by, step)
        assert world.take(case, by, step, why="No time").state == end
    case = world.take(world.asked(), world.performer, "accept", by="2026-12-24")
    assert world.take(case, world.performer, "give_up", why="It decomposes in the beam.").state == "given_up"


def test_what_a_step_names_must_be_of_this_sample(world: World) -> None:
    other = samples.add(world.asker, samples.SampleDraft(title="Other", project=world.sample.project_id or ""))
    result = measurements.record(world.performer, file=a_file(world.performer, "xrd"), sample=other)
    case = world.take(world.asked(), world.performer, "accept", by="2026-12-24")
    for transfer in ("kz:none", result.pk, "x" * 81):
        with pytest.raises(BadInput):
            world.take(case, world.performer, "arrive", on="2026-12-01", transfer=transfer)
    case = world.take(case, world.performer, "arrive", on="2026-12-01")
    for measurement in ("kz:none", result.pk, ""):
        with pytest.raises(BadInput) as refused:
            world.take(case, world.performer, "measure", measurement=measurement, on="2026-12-02")
        assert refused.value.facts.get("field") == "measurement"


def test_each_side_takes_its_own_steps_only(world: World, administrator: Person) -> None:
    case = world.asked()
    with pytest.raises(Fault):
        world.take(case, world.asker, "accept", by="2026-12-24")
    with pytest.raises(Fault):
        world.take(case, world.performer, "withdraw", why="x")
    accepted = world.take(case, world.performer, "accept", by="2026-12-24")
    with pytest.raises(Conflict):
        cases.take(world.asker, case=accepted, step="withdraw", form={"why": "Late"}, seen=case.head)


def test_nobody_asks_for_what_is_not_seen_or_ones_own(world: World, administrator: Person) -> None:
    with pytest.raises(BadInput):
        requests.ask(world.performer, sample=world.sample, instrument=world.instrument, form={"what": "x"})
    secret = samples.add(world.asker, samples.SampleDraft(title="No project"))
    with pytest.raises(NotFound):
        requests.ask(world.performer, sample=secret, instrument=world.instrument, form={"what": "x"})
    _instrument(world.instrument.pk, active=False)
    with pytest.raises(Conflict):
        world.asked()


def test_who_does_not_see_the_sample_does_not_see_the_request(world: World, administrator: Person) -> None:
    world.asked()
    draft = projects.ProjectDraft(title="Cathodes", restricted=True, members=(world.asker.person,))
    assert world.sample.project is not None
    projects.change(world.asker, project=world.sample.project, draft=draft, expected_rev=1)
    assert visible_cases(world.asker).count() == 1
    assert visible_cases(world.performer).count() == 0
    assert visible_cases(actor_of(administrator, home="kz")).count() == 0


def test_under_an_agreement_in_force_it_is_pinned_and_without_one_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = Agreed(monkeypatch)
    agreed = life(clause_on_sharing(), clause("7", "joint-laboratory", directors=["kz", "nj"]))
    now.lives = (agreed,)
    case = world.asked()
    assert (case.agreement, case.clause) == (agreed.version.hash, "7")
    last = (now.at - dt.timedelta(3)).date()
    now.lives = (
        life(
            clause_on_sharing(),
            clause("7", "joint-laboratory", directors=["kz", "nj"]),
            events=(*BOTH, Termination(last, FIRST, FIRST)),
        ),
    )
    with pytest.raises(Conflict) as refused:
        world.take(case, world.performer, "accept", by="2026-12-24")
    assert (refused.value.code, refused.value.facts["clause"]) == ("request.no-agreement", "1")
    with pytest.raises(Conflict):
        world.asked()
    assert world.take(case, world.performer, "decline", why="The agreement has ended.").ended


def test_rows_follow_from_the_records(world: World) -> None:
    case = world.until_measured()
    before = Case.objects.values().get(pk=case.pk)
    rebuild()
    assert Case.objects.values().get(pk=case.pk) == before


def test_pages_from_the_instrument_to_the_result(world: World, researcher: Person, partner: Person) -> None:
    client, theirs = signed_in(researcher), signed_in(partner)
    for address in (f"/instruments/{world.instrument.slug}", f"/samples/{world.sample.code}"):
        assert "Ask for a measurement…" in client.get(address).content.decode()
    assert "Ask for a measurement…" not in theirs.get(f"/instruments/{world.instrument.slug}").content.decode()
    assert "No requests yet" in client.get("/requests").content.decode()
    page = client.get(f"/requests/new?sample={world.sample.code}&instrument={world.instrument.slug}").content.decode()
    assert f'value="{world.sample.code}"' in page
    typed = {"sample": world.sample.code, "instrument": world.instrument.pk, "what": "TEM"}
    wrong = client.post("/requests/new", {**typed, "sample": "KZ-99-9999"})
    assert (wrong.status_code, "There is no such sample" in wrong.content.decode()) == (422, True)
    made = client.post("/requests/new", typed)
    assert made.status_code == 302
    address = made.headers["Location"]
    assert "Nanjing must act." in client.get(address).content.decode()
    assert "You must act: Accept" in theirs.get(address).content.decode()
    case = Case.objects.get()
    theirs.post(f"{address}/accept", {"seen": case.head, "by": "2026-12-24"})
    theirs.post(f"{address}/arrive", {"seen": Case.objects.get().head, "on": "2026-12-01"})
    result = world.measured()
    page = theirs.get(address).content.decode()
    assert f'<option value="{result.pk}">' in page
    theirs.post(f"{address}/measure", {"seen": Case.objects.get().head, "on": "2026-12-02", "measurement": result.pk})
    page = html.unescape(client.get(address).content.decode())
    assert f"/measurements/{result.code}" in page
    assert "You must act: Confirm the result" in page
    assert "Waiting for us" in client.get("/requests").content.decode()
    stale = theirs.post(f"{address}/measure", {"seen": "0" * 64, "on": "2026-12-02", "measurement": result.pk})
    assert stale.status_code == 409


def test_strangers_readers_and_the_api(world: World, researcher: Person, partner: Person) -> None:
    from jointlab.people.operations import add_person
    from jointlab.people.records import PersonRecord
    from tests.integration.test_api import Program

    case = world.asked()
    for address in ("/requests", "/requests/new", f"/cases/{case.pk}"):
        assert Client().get(address).status_code == 302
    reader = actor_of(add_person(PersonRecord("R. Reader", "kz", "reader")), home="kz")
    with pytest.raises(NotAllowed):
        requests.ask(reader, sample=world.sample, instrument=world.instrument, form={"what": "x"})
    body = {"instrument": world.instrument.slug, "what": "SEM"}
    path = f"/samples/{world.sample.code}/measurement-requests"
    made = Program(researcher).call("POST", path, body)
    assert (made.status_code, made.json()["state"], made.json()["waits_for"]) == (201, "asked", "nj")
    assert Program(partner).call("POST", path, body).status_code == 400
    assert Program(researcher).call("POST", path, {"instrument": "none", "what": "x"}).status_code == 404
    assert not Log.objects.filter(kind=Log.Kind.SHARED).exists()
