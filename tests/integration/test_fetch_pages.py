"""A partner's file that is not here: what its page says at each stage, who may fetch, where downloads lead."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from jointlab.federation.blobs import wanting
from jointlab.federation.blobs.models import Fetch
from jointlab.federation.blobs.settings import policy
from jointlab.federation.models import Partner
from jointlab.laboratory.models import Measurement
from jointlab.laboratory.operations import projects
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.people.actors import actor_of
from tests.integration.conftest import signed_in
from tests.integration.rooms import World, made_world

SHA256 = "5" * 64
PAGE, CARD, FETCH = "/measurements/CN-M-000001", f"/files/{SHA256}/coming?part", f"/files/{SHA256}/fetch"
State = Fetch.State
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Almaty"))
MIDNIGHT = NOON + dt.timedelta(hours=12)


@pytest.fixture
def world(node: None) -> World:
    made = made_world(node, restricted=False)
    Partner.objects.filter(prefix="cn").update(reach=Partner.Reach.BOTH)
    return made


def told(client: Client, address: str) -> str:
    """The page, with plain spaces."""
    return client.get(address).content.decode().replace("\xa0", " ")


def _row(**changed: object) -> Fetch:
    Fetch.objects.update(**changed)
    return Fetch.objects.get()


def test_each_stage_says_what_happens_and_what_one_can_do(world: World) -> None:
    own = signed_in(world.persons["own"])

    def said(**changed: object) -> str:
        _row(
            **{
                "state": State.WAITING,
                "code": "",
                "sentence": "",
                "asked": False,
                "stopped": False,
                "rate": 0,
                **changed,
            }
        )
        return told(own, CARD)

    waiting = said()
    assert "9.0 MB" in waiting
    assert "Fetch now" in waiting
    assert "data-look-again" in waiting
    running = said(state=State.FETCHING, size=9 << 20, have=b"\x01", rate=1_000_000)
    assert "4.2 MB of 9.4 MB" in running
    assert "1.0 MB/s" in running or "1 MB/s" in running
    assert "about 5 s left" in running
    assert "Fetch now" not in running
    assert ">Stop<" in running
    failed = said(
        state=State.RESTING,
        code="fetch.disk-full",
        sentence="The disk is full.",
        next_at=timezone.now() + dt.timedelta(minutes=1),
    )
    assert "The last attempt failed" in failed
    assert "Make room on the disk of this node" in failed
    assert "Try now" in failed
    stopped = said(stopped=True, next_at=None)
    assert "Stopped by a person" in stopped
    assert ">Stop<" not in stopped
    assert "data-look-again" not in stopped
    assert "Files of this size come when somebody fetches them" in said(size=900_000_000)
    cut = said(size=9_000_000, code="link.cut", sentence="The link to https://cn.example was cut: timed out.")
    assert "The link was cut" in cut
    assert "goes on where it stopped" in cut
    Partner.objects.filter(prefix="cn").update(reach=Partner.Reach.CARRIED)
    assert "next disk" in said()
    Fetch.objects.all().delete()
    assert "next disk" in told(own, CARD)  # a page does not wait for the worker's look
    assert not Fetch.objects.exists()


def test_fetch_and_stop(world: World) -> None:
    own = signed_in(world.persons["own"])
    _row(state=State.RESTING, code="fetch.false", sentence="x", tries=3, next_at=timezone.now() + dt.timedelta(hours=1))
    assert own.post(FETCH, {"do": "fetch"})["Location"] == PAGE
    row = Fetch.objects.get()
    assert (row.state, row.asked, row.asked_by, row.code, row.next_at) == (
        State.WAITING,
        True,
        world.persons["own"].pk,
        "",
        None,
    )
    assert own.post(FETCH, {"do": "stop", "alone": "1"})["Location"] == f"/files/{SHA256}/coming"
    row = Fetch.objects.get()
    assert (row.asked, row.stopped) == (False, True)
    own.post(FETCH, {"do": "fetch"})
    assert not Fetch.objects.get().stopped


def test_a_member_of_the_project_from_another_side_sees_it_and_fetches_nothing(world: World) -> None:
    project = Measurement.objects.get(code="CN-M-000001").project
    assert project is not None
    draft = ProjectDraft(project.title, members=(world.persons["own"].pk, world.persons["partner"].pk))
    projects.change(actor_of(world.persons["own"], home="kz"), project=project, draft=draft, expected_rev=project.rev)
    guest, reader = signed_in(world.persons["partner"]), signed_in(world.persons["reader"])
    for client in (guest, reader):
        page = told(client, PAGE)
        assert "The file is not at this node" in page
        assert "Fetch now" not in page
        assert client.post(FETCH, {"do": "fetch"}).status_code == 403
    assert not Fetch.objects.get().asked


def test_downloads_of_what_is_not_here_lead_to_its_page(world: World) -> None:
    own = signed_in(world.persons["own"])
    for address in (f"{PAGE}/file", f"/files/{SHA256}"):
        answer = own.get(address)
        assert answer.status_code == 302, (address, answer.content[:3000])
        assert answer["Location"] == f"/files/{SHA256}/coming"
    assert own.get(f"{PAGE}/plot/0").status_code == 404


def test_the_partner_page_names_what_the_reader_may_know(world: World) -> None:
    own, partner = signed_in(world.persons["own"]), signed_in(world.persons["partner"])
    _row(state=State.FETCHING, size=9 << 20, have=b"\x01", rate=1_000_000)
    for address in ("/partners/cn", "/partners/cn/files"):
        assert "far.xrdml" in told(own, address)
        assert partner.get(address).status_code == 404  # of another institution than the link


def test_a_project_says_how_its_files_come(world: World) -> None:
    own, reader = signed_in(world.persons["own"]), signed_in(world.persons["reader"])
    page, form = "/projects/oxides", "/projects/oxides/files"
    assert "Files up to 32 MB come by themselves at once, those up to 256 MB in the night (20:00–07:00)" in told(
        own, page
    )
    assert form not in told(reader, page)
    assert wanting.due("cn", policy(), now=NOON, most=9)
    own.post(form, {"mode": "on-demand"})
    assert "Files of this project come when somebody fetches them." in told(reader, page)
    assert "Set by A. Serikov" in told(reader, page)
    assert "Files of this size come when somebody fetches them" in told(own, CARD)
    assert not wanting.due("cn", policy(), now=NOON, most=9)
    own.post(form, {"mode": "at-night", "up_to_mb": "20"})
    assert "come by themselves at once, those up to 20 MB in the night" in told(own, page)
    assert not wanting.due("cn", policy(), now=NOON, most=9)
    assert wanting.due("cn", policy(), now=MIDNIGHT, most=9)
    own.post(form, {"mode": "at-once", "up_to_mb": "5"})
    assert "Files up to 5.0 MB come by themselves at once; larger" in told(own, page)
    assert not wanting.due("cn", policy(), now=MIDNIGHT, most=9)
    own.post(form, {"mode": ""})
    assert "As this node is set." in told(own, page)
    for wrong in ({"mode": "at-once", "up_to_mb": "-1"}, {"mode": "later"}):
        assert own.post(form, wrong).status_code == 400
