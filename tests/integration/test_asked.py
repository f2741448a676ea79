"""A project that the other side offers to share waits for a word of ours: the menu, the list and the overview say so."""

import re

import pytest
from django.test import Client

from jointlab.laboratory.models import Project
from jointlab.laboratory.operations import sharing
from jointlab.laboratory.queries.asked import ask_for_confirmation
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.conftest import signed_in
from tests.integration.partner import PARTNERSHIP, Partner

pytestmark = pytest.mark.django_db
HINT = "waits for your confirmation"


@pytest.fixture
def nanjing(node: None) -> Partner:
    partner = Partner()
    partner.pair()
    partner.begin()
    partner.followed()
    return partner


@pytest.fixture
def boss(administrator: Person) -> Actor:
    return actor_of(administrator, home="kz")


def _say(nanjing: Partner, *, agreed: bool) -> None:
    nanjing.put(
        "project-sharing/1", "word",
        {"project": "nj:project", "partnership": PARTNERSHIP, "agreed": agreed, "by": "nj:wang", "hold": False},
    )  # fmt: skip
    nanjing.followed()


def _counted(page: str) -> str:
    found = re.search(r'href="/projects"[^>]*>Projects(?: <span class="cnt">([^<]*)</span>)?</a>', page)
    assert found
    return found[1] or ""


def _page(browser: Client, address: str) -> str:
    return browser.get(address).content.decode()


def test_an_offer_waits_for_who_may_confirm_it_until_it_is_confirmed(
    nanjing: Partner, boss: Actor, administrator: Person, researcher: Person, partner: Person
) -> None:
    browser = signed_in(administrator)
    assert HINT not in _page(browser, "/") + _page(browser, "/projects")
    _say(nanjing, agreed=True)
    first, listed = _page(browser, "/"), _page(browser, "/projects")
    assert (_counted(first), _counted(listed)) == ("1", "1")
    assert HINT in first and "LFP in two cities" in first and '/projects/lfp#sharing"' in first
    assert HINT in listed and '/projects/lfp#sharing"' in listed
    assert "Confirm: share" in _page(browser, "/projects/lfp")
    for other in (researcher, partner):  # no member; of the other institution
        seen = _page(signed_in(other), "/") + _page(signed_in(other), "/projects")
        assert HINT not in seen and _counted(seen) == ""
    sharing.agree(boss, project=Project.objects.get(slug="lfp"), partnership=PARTNERSHIP)
    assert ask_for_confirmation(boss) == 0
    assert HINT not in _page(browser, "/") + _page(browser, "/projects")


def test_an_offer_that_is_taken_back_waits_no_longer(nanjing: Partner, boss: Actor) -> None:
    _say(nanjing, agreed=True)
    assert ask_for_confirmation(boss) == 1
    _say(nanjing, agreed=False)
    assert ask_for_confirmation(boss) == 0


def test_who_has_ended_a_sharing_is_not_asked_again(nanjing: Partner, boss: Actor) -> None:
    _say(nanjing, agreed=True)
    project = Project.objects.get(slug="lfp")
    sharing.agree(boss, project=project, partnership=PARTNERSHIP)
    sharing.end(boss, project=project, partnership=PARTNERSHIP)
    assert ask_for_confirmation(boss) == 0
