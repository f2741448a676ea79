"""The clause is the rule: from the first agreement that both have signed on nothing goes but by a clause on sharing."""

import datetime as dt
import html
from typing import Any

import pytest
from django.test import Client

from jointlab.agreements.events import Signature, Suspension, Termination
from jointlab.errors import Conflict, NotAllowed
from jointlab.history.models import Entry
from jointlab.history.sharing import is_shared, sharing_round
from jointlab.laboratory.models import Project, Sample
from jointlab.laboratory.operations import devices, projects, samples, sharing
from jointlab.laboratory.queries.clause_counts import shared_by_clause
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.web.times import day
from tests.integration.clauses_made import BOTH, FIRST, Agreed, clause_on_sharing, life
from tests.integration.conftest import signed_in
from tests.integration.partner import PARTNERSHIP, Partner
from tests.integration.test_api import Program

pytestmark = pytest.mark.django_db
LOG = "kz+nj/kz"


@pytest.fixture
def nanjing(node: None) -> Partner:
    partner = Partner()
    partner.pair()
    partner.begin()
    partner.followed()
    return partner


@pytest.fixture
def now(nanjing: Partner, monkeypatch: pytest.MonkeyPatch) -> Agreed:
    """Today; what is agreed is set by the test."""
    found = Agreed(monkeypatch)
    found.at = dt.datetime.now(dt.UTC)
    return found


@pytest.fixture
def project(actor: Actor, now: Agreed) -> Project:
    return projects.add(actor, projects.ProjectDraft(title="Cathodes"))


@pytest.fixture
def sample(actor: Actor, project: Project) -> Sample:
    return samples.add(actor, samples.SampleDraft(title="First", project=project.id))


def _look() -> None:
    """The next round, after time may have passed."""
    from jointlab.history.models import Log

    Log.objects.filter(name=LOG).update(looked_at=None)
    sharing_round(PARTNERSHIP)


def _goes(sample: Sample) -> bool:
    _look()
    return is_shared(PARTNERSHIP, sample.id)


def _ground(sample: Sample) -> str:
    from jointlab.ledger.entries import unseal

    row = Entry.objects.filter(log=LOG, record=sample.id, op="withhold").latest("position")
    return str(unseal(bytes(row.body or b""))["ground"])


def _revisions(sample: Sample) -> int:
    return Entry.objects.filter(log=LOG, record=sample.id).count()


def _later(now: Agreed, days: int) -> None:
    now.at += dt.timedelta(days)


def test_without_an_agreement_both_sides_decide_by_hand(now: Agreed, sample: Sample) -> None:
    assert not _goes(sample)
    now.lives = (life(clause_on_sharing(), events=(Signature("kz", FIRST, FIRST),)),)
    assert not _goes(sample), "one signature is none"
    now.lives = (life(clause_on_sharing(data=["notes"])),)
    assert not _goes(sample)


def test_by_a_clause_it_goes_without_a_word_on_the_project(now: Agreed, sample: Sample) -> None:
    now.lives = (life(clause_on_sharing()),)
    assert _goes(sample)
    assert is_shared(PARTNERSHIP, sample.project_id or "")


def test_what_was_shared_by_hand_and_no_clause_covers_is_withheld(
    actor: Actor, now: Agreed, nanjing: Partner, sample: Sample
) -> None:
    assert sample.project is not None
    sharing.agree(actor, project=sample.project, partnership=PARTNERSHIP)
    _look()
    word = {"project": sample.project_id, "partnership": PARTNERSHIP, "agreed": True, "by": "nj:wang"}
    nanjing.put("project-sharing/1", "word", word)
    nanjing.followed()
    assert _goes(sample)
    now.lives = (life(clause_on_sharing(project_kinds=["contract"])),)
    assert not _goes(sample)


@pytest.mark.parametrize(("after_end", "stays"), [("withheld", False), ("kept", True)])
def test_what_ends_is_withheld_as_the_clause_says(
    actor: Actor, now: Agreed, sample: Sample, after_end: str, stays: bool
) -> None:
    last = now.at.date() + dt.timedelta(10)
    now.lives = (life(clause_on_sharing(after_end=after_end), events=(*BOTH, Termination(last, FIRST, FIRST))),)
    assert _goes(sample)
    _later(now, 9)
    assert _goes(sample)
    _later(now, 3)
    assert _goes(sample) is stays
    there = _revisions(sample)
    samples.change(actor, sample=sample, draft=samples.SampleDraft(title="Second", project=sample.project_id or ""), expected_rev=1)  # fmt: skip
    assert _goes(sample) is stays
    assert _revisions(sample) == there, "a later revision goes only by a clause in force"
    if not stays:
        assert _ground(sample) == "Clause 4.2 of almaty:lab has ended."


def test_an_embargo_ends_on_its_day(now: Agreed, sample: Sample) -> None:
    now.lives = (life(clause_on_sharing(embargo=1)),)
    assert not _goes(sample)
    _later(now, 27)
    assert not _goes(sample)
    _later(now, 5)
    assert _goes(sample)


def test_a_suspended_clause_lets_nothing_new_go_and_takes_nothing_back(
    actor: Actor, now: Agreed, sample: Sample
) -> None:  # fmt: skip
    today = now.at.date()
    now.lives = (life(clause_on_sharing()),)
    assert _goes(sample)
    now.lives = (life(clause_on_sharing(), events=(*BOTH, Suspension(today, today))),)
    later = samples.add(actor, samples.SampleDraft(title="Later", project=sample.project_id or ""))
    assert (_goes(sample), _goes(later)) == (True, False)


def test_a_patent_hold_stops_what_is_new(actor: Actor, now: Agreed, sample: Sample, project: Project) -> None:
    now.lives = (life(clause_on_sharing()),)
    assert _goes(sample)
    held = projects.ProjectDraft(title="Cathodes", patent_hold=True)
    projects.change(actor, project=project, draft=held, expected_rev=1)
    later = samples.add(actor, samples.SampleDraft(title="Later", project=project.id))
    before = _revisions(sample)
    samples.change(actor, sample=sample, draft=samples.SampleDraft(title="Second", project=project.id), expected_rev=1)
    assert (_goes(sample), _goes(later), _revisions(sample)) == (True, False, before)
    projects.change(actor, project=project, draft=projects.ProjectDraft(title="Cathodes"), expected_rev=2)
    assert (_goes(later), _revisions(sample)) == (True, before + 1)


def test_a_restricted_project_goes_only_where_a_clause_names_it(actor: Actor, now: Agreed) -> None:
    secret = projects.add(actor, projects.ProjectDraft(title="Secret", restricted=True))
    sample = samples.add(actor, samples.SampleDraft(title="First", project=secret.id))
    now.lives = (life(clause_on_sharing()),)
    assert not _goes(sample)
    assert not is_shared(PARTNERSHIP, secret.id), "not even its title"
    now.lives = (life(clause_on_sharing(projects=[secret.id])),)
    assert _goes(sample)


def test_an_amendment_rules_from_its_first_day(actor: Actor, now: Agreed, sample: Sample) -> None:
    old = life(clause_on_sharing())
    now.lives = (old,)
    assert _goes(sample)
    begins = (now.at + dt.timedelta(5)).date()
    new = life(
        clause_on_sharing(data=["notes"]), begins=str(begins), number=2, amends={"version": old.version.hash, "cases": "new"}
    )  # fmt: skip
    now.lives = (life(clause_on_sharing(), successor=new), new)
    assert _goes(sample)
    _later(now, 7)
    assert not _goes(sample)


def test_a_hold_of_a_side_stops_it_and_nobody_agrees_by_hand(actor: Actor, now: Agreed, project: Project) -> None:
    now.lives = (life(clause_on_sharing()),)
    sharing.hold(actor, project=project, partnership=PARTNERSHIP)
    sample = samples.add(actor, samples.SampleDraft(title="First", project=project.id))
    assert not _goes(sample)
    for by_hand in (sharing.agree, sharing.end):
        with pytest.raises(Conflict) as refused:
            by_hand(actor, project=project, partnership=PARTNERSHIP)
        assert refused.value.code == "sharing.by-clause"
    sharing.hold(actor, project=project, partnership=PARTNERSHIP, held=False)
    assert _goes(sample)


def _line(person: Person, address: str) -> str:
    page = signed_in(person).get(address)
    assert page.status_code == 200
    return html.unescape(page.content.decode())


def test_the_page_says_in_one_line_under_which_clause_and_since_when(
    researcher: Person, now: Agreed, sample: Sample
) -> None:  # fmt: skip
    now.lives = (life(clause_on_sharing()),)
    address = f"/samples/{sample.code}"
    assert "Goes to Nanjing under clause 4.2 “data-sharing 4.2” of “Joint laboratory”." in _line(researcher, address)
    assert _goes(sample)
    page = _line(researcher, address)
    assert page.count("“data-sharing 4.2”") == 1
    today = day(now.at.astimezone(dt.timezone(dt.timedelta(hours=5))))
    assert f"Shared with Nanjing under clause 4.2 “data-sharing 4.2” of “Joint laboratory”, since {today}." in page


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"embargo": 12}, "keeps it back for 12 months, until"),
        ({"data": ["notes"]}, "does not cover samples."),
        ({"project_kinds": ["contract"]}, "does not cover projects of this kind."),
        ({"projects": ["kz:other"]}, "does not name its project."),
        ({"since": "2090-01-01"}, "does not cover what was recorded so early."),
        ({"from": ["nj"]}, "covers what others record, not this side."),
    ],
)
def test_every_refusal_quotes_its_clause(
    researcher: Person, now: Agreed, sample: Sample, terms: dict[str, Any], says: str
) -> None:  # fmt: skip
    now.lives = (life(clause_on_sharing(**terms)),)
    page = _line(researcher, f"/samples/{sample.code}")
    assert "Not shared with Nanjing. Clause 4.2 “data-sharing 4.2” of “Joint laboratory” " + says in page
    russian = signed_in(researcher).get(f"/samples/{sample.code}", headers={"accept-language": "ru"})
    assert "“Пункт: data-sharing 4.2”" in html.unescape(russian.content.decode()) or "«Пункт: data-sharing 4.2»" in html.unescape(russian.content.decode())  # fmt: skip
    with pytest.raises(NotAllowed) as refused:
        sharing.share_now(actor_of(researcher, home="kz"), thing=sample, partnership=PARTNERSHIP)
    assert refused.value.facts["clause"] == "4.2"


def test_the_project_says_what_becomes_of_what_is_recorded_now(
    researcher: Person, now: Agreed, sample: Sample, project: Project
) -> None:  # fmt: skip
    now.lives = (life(clause_on_sharing(), clause_on_sharing("4.3", embargo=24)),)
    _look()
    page = _line(researcher, f"/projects/{project.slug}")
    assert "the agreement decides what is shared" in page
    assert page.count("at once, under clause 4.2 “data-sharing 4.2” of “Joint laboratory”") == 5
    assert "1 record shared" in page
    assert "Offer to share" not in page
    assert "Hold" in page


def test_the_api_says_the_same_and_only_to_whom_it_may(
    researcher: Person, partner: Person, now: Agreed, sample: Sample, project: Project
) -> None:  # fmt: skip
    now.lives = (life(clause_on_sharing(embargo=12)),)
    for address in (f"/samples/{sample.code}/sharing", f"/projects/{project.slug}/sharing"):
        found = Program(researcher).call("GET", address).json()
        assert {one["code"] for one in found} == {"sharing.embargo"}
        assert {one["clause_title"] for one in found} == {"data-sharing 4.2"}
        assert Program(partner).call("GET", address).status_code == 404
        assert Client().get(f"/api/v1{address}").status_code == 401
    counted = Program(researcher).call("GET", "/sharing").json()
    assert [(one["giver"], one["waits"], one["total"]) for one in counted] == [("kz", 1, 0)]


def test_counts_by_clause(actor: Actor, now: Agreed, sample: Sample) -> None:
    now.lives = (life(clause_on_sharing()),)
    assert shared_by_clause() == []
    devices.add(actor, sample=sample, draft=devices.DeviceDraft(kind="electrode"))
    _look()
    (found,) = shared_by_clause(actor)
    assert (found.giver, found.clause.number, found.counts) == ("kz", "4.2", {"devices": 1, "samples": 1})
