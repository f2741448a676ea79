"""What pages say of the link to a partner: one word in every header, alarms on its page."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from jointlab.errors import BadInput
from jointlab.federation.models import Partner, Receipt
from jointlab.federation.own import RECOVERY_FILE, make_recovery_key, own_document
from jointlab.federation.pills import worst_link
from jointlab.federation.pulling import proved_at
from jointlab.history.models import Checkpoint, Log, SetAside, reason_of
from jointlab.history.sharing import sharing_round
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from tests.integration.conftest import signed_in
from tests.integration.partner import PARTNERSHIP
from tests.integration.partner import Partner as Node

pytestmark = pytest.mark.django_db


@pytest.fixture
def nanjing(node: None) -> Partner:
    """Paired, followed, in step."""
    there = Node()
    there.pair()
    there.begin()
    there.put("pairing/1", "pair", {"partner": "kz", "origin": "a", "key": "k", "recovery": "r", "code": "1", "by": ""})
    there.followed()
    if not (settings.NODE.secrets / RECOVERY_FILE).exists():
        make_recovery_key()
    return Partner.objects.create(
        prefix="nj", origin="nj.example", document=own_document().decode(), code="1", recovery="r", state="in-step",
        proposed_at=timezone.now(), confirmed_at=timezone.now(), proof_at=timezone.now(), seen_at=timezone.now(),
    )  # fmt: skip


def test_every_page_says_how_the_worst_link_is(
    actor: Actor, researcher: Person, nanjing: Partner, django_assert_num_queries: object
) -> None:
    browser = signed_in(researcher)
    rows = Partner.objects.filter(pk="nj")

    def shown() -> tuple[str, str]:
        with django_assert_num_queries(1):  # type: ignore[operator]
            found = worst_link(actor)
        assert found is not None
        page = browser.get("/samples").content.decode()
        assert f'class="pill{" bad" if found.kind == "bad" else ""}" href="/partners/nj"' in page
        assert str(found.word) in page
        return str(found.word), found.kind

    assert shown() == ("in step", "ok")
    sharing_round(PARTNERSHIP)
    Log.objects.filter(name=f"{PARTNERSHIP}/kz").update(size=2, signed_size=2)
    assert shown() == ("behind", "wait")
    rows.update(reach="they-deliver", state="behind")
    assert shown() == ("behind", "wait")
    Log.objects.filter(name=f"{PARTNERSHIP}/kz").update(signed_size=0)
    assert shown() == ("in step", "ok")  # nobody here notes how a link is that only the partner opens
    Log.objects.filter(name=f"{PARTNERSHIP}/kz").update(signed_size=2)
    rows.update(reach="both", state="in-step")
    Receipt.objects.create(log=f"{PARTNERSHIP}/kz", partner="nj", size=2, line="x", at=timezone.now())
    assert shown() == ("in step", "ok")
    Log.objects.filter(name=f"{PARTNERSHIP}/kz").update(size=0, signed_size=0)
    rows.update(state="cut-off")
    assert shown() == ("cut off", "wait")
    rows.update(proof_at=timezone.now() - dt.timedelta(hours=49))
    assert shown() == ("no fresh proof", "bad")
    rows.update(code="2")
    assert shown() == ("not paired yet", "wait")
    Log.objects.filter(home="nj").update(state="halted")
    assert shown() == ("halted", "bad")
    Log.objects.filter(home="nj").update(state="open")


def test_without_a_partner_or_without_a_person_nothing_is_said(actor: Actor, researcher: Person) -> None:
    assert worst_link(actor) is None
    assert b'class="pill' not in signed_in(researcher).get("/samples").content
    assert b'class="pill' not in Client().get("/sign-in").content


def test_a_frozen_log_is_an_alarm(researcher: Person, nanjing: Partner) -> None:
    """The age of the proof is that of the partner's signature, not of our asking."""
    page = signed_in(researcher).get("/partners/nj").content.decode()
    assert "no proof for two days" not in page
    old = timezone.now() - dt.timedelta(hours=49)
    Checkpoint.objects.filter(log__home="nj").update(at=old)
    assert proved_at(nanjing) == old
    Partner.objects.update(proof_at=proved_at(nanjing))
    page = signed_in(researcher).get("/partners/nj").content.decode()
    assert "no proof for two days" in page
    Log.objects.filter(home="nj").update(state="closed")
    assert proved_at(nanjing) is None  # nobody signs a closed log again
    Log.objects.filter(home="nj").update(state="open")


@pytest.mark.parametrize(
    ("skew", "said", "refused"),
    [(20.0, "", False), (90.0, "is 90 s ahead", False), (-400.0, "is 400 s behind", True)],
)
def test_clocks_that_are_apart_say_what_to_set(
    researcher: Person, nanjing: Partner, skew: float, said: str, refused: bool
) -> None:
    Partner.objects.update(skew=skew)
    page = signed_in(researcher).get("/partners/nj").content.decode()
    assert (said in page and "timedatectl set-ntp true" in page) == bool(said)
    assert ("The clocks are too far apart" in page) == refused


def test_why_a_record_is_set_aside_is_said_in_the_readers_language(researcher: Person, nanjing: Partner) -> None:
    kept = reason_of(BadInput("history.needs", "It rests on {need}, which has not come yet.", need="nj:{x}"))
    row = SetAside(
        log_id=f"{PARTNERSHIP}/nj", position=0, record="nj:a", type="note/1", why="needs", at=timezone.now(), **kept
    )
    row.save()
    assert SetAside.objects.get().sentence == "It rests on nj:{x}, which has not come yet."
    browser = signed_in(researcher)
    browser.cookies["jointlab_almaty_language"] = "ru"
    assert "опирается на запись nj:{x}" in browser.get("/partners/nj").content.decode()
    row.delete()
