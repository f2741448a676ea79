"""The edge cases of cooperation that need a store: what a partner's log brings late or in pieces, and a partner's new name."""

from typing import Any

import pytest

from jointlab.cases import operations
from jointlab.cases.models import Case, CaseParty, CaseStep
from jointlab.cases.projections import cases_rule
from jointlab.cases.records import CaseStepRecord
from jointlab.history.models import Log
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.history.registry import to_plain
from jointlab.people.actors import Actor
from jointlab.people.models import Institution
from tests.integration.letters import KIND
from tests.integration.partner import Partner

WANG = "nj:wang"
OURS = {"writer": "kz", "reader": "nj"}
THEIRS = {"writer": "nj", "reader": "kz"}


@pytest.fixture
def nanjing(node: None) -> Partner:
    """Paired; its log begins with its institution and a person."""
    there = Partner()
    there.pair()
    there.begin()
    there.followed()
    return there


def _writes(there: Partner, number: int, body: CaseStepRecord) -> str:
    """A step in the partner's log; its hash."""
    there.put("case-step/1", f"step-{number}", to_plain(body), at=f"2026-11-{20 + number % 7}T10:00:00Z")
    return body.taken(home="nj").hash


def _letter(number: int) -> CaseStepRecord:
    return CaseStepRecord(
        process="letter/1", instance=f"nj:{number}", step="write", party="writer", by=WANG, subject=WANG, code=f"NJ-L-{number}",
        form={"title": f"Letter {number}", "words": "We greet you."}, parties=THEIRS, nodes=THEIRS,
    )  # fmt: skip


def _ours(actor: Actor, number: int) -> Case:
    form = {"title": f"Ours {number}", "words": "We greet you."}
    return operations.open_case(
        actor, kind=KIND, party="writer", parties=OURS, form=form, code=f"KZ-L-{number}", subject=actor.person
    )


def _week(there: Partner, ours: list[Case]) -> None:
    """Seven days at the partner's node: a letter each day, every second one taken back, and answers to ours."""
    for number, case in enumerate(ours):
        opened = _writes(there, 3 * number, _letter(number))
        if number % 2:
            back = CaseStepRecord("letter/1", f"nj:{number}", "withdraw", "writer", WANG, opened, {"why": "An error"})
            _writes(there, 3 * number + 1, back)
        answer = CaseStepRecord(
            "letter/1", case.id, "answer", "reader", WANG, case.head, {"mood": "glad", "scan": "a" * 64}
        )
        _writes(there, 3 * number + 2, answer)


@pytest.mark.damages  # scans that are named have not come
@pytest.mark.parametrize("cuts", [(), (1,), (4, 5, 11), tuple(range(1, 17))])
def test_partner_offline_for_a_week(nanjing: Partner, actor: Actor, cuts: tuple[int, ...]) -> None:
    """What was written meanwhile is pulled by number, from where one stopped, however often the link is cut; both go on working."""
    ours = [_ours(actor, number) for number in range(7)]
    begun = len(nanjing.lines)
    _week(nanjing, ours)
    late = operations.take(actor, case=ours[6], step="withdraw", form={"why": "Too late"}, seen=ours[6].head)
    assert late.state == "taken_back", "nobody waits for the link"
    assert len(cases_rule("kz+nj").due) == 8, "what waits for the partner is known by what it has not got"
    for cut in cuts:
        nanjing.followed(begun + cut)
        assert Log.objects.get(name=nanjing.name).size == begun + cut
        assert CaseStep.objects.filter(home="nj").count() == cut
    nanjing.followed()
    nanjing.followed()  # asked once more, nothing comes twice
    assert CaseStep.objects.filter(home="nj").count() == 17
    states = dict(Case.objects.values_list("code", "state"))
    assert states == {
        **{f"NJ-L-{number}": "taken_back" if number % 2 else "written" for number in range(7)},
        **{f"KZ-L-{number}": "answered" for number in range(6)}, "KZ-L-6": "taken_back",
    }  # fmt: skip
    raced = CaseStep.objects.get(instance=ours[6].id, step="answer")
    assert raced.verdict == "overtaken", "of a letter that is written, its writer is the arbiter"
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before


@pytest.mark.damages
def test_partner_renamed_merged_new_provider(nanjing: Partner, actor: Actor) -> None:
    """An institution is its prefix: with a new name its cases go on, and what was signed names it as it was called then."""
    case = _ours(actor, 1)
    old: dict[str, Any] = {"prefix": "nj", "names": {"en": "Nanjing, in its own words"}, "city": {"en": "Nanjing"}, "mark": "n", "zone": "Asia/Shanghai", "country": "CN"}  # fmt: skip
    nanjing.put(
        "institution/1",
        "inst",
        old | {"names": {"en": "United University of Nanjing"}, "ror": "https://ror.org/00xp9wg62"},
    )
    answer = CaseStepRecord(
        "letter/1", case.id, "answer", "reader", WANG, case.head, {"mood": "glad", "scan": "a" * 64}
    )
    _writes(nanjing, 1, answer)
    nanjing.followed()
    assert Institution.objects.get(prefix="nj").names["en"] == "United University of Nanjing"
    assert Case.objects.get(pk=case.pk).state == "answered"
    assert dict(CaseParty.objects.filter(case=case).values_list("party", "institution")) == OURS
    assert rebuild().changed == ()
    assert Institution.objects.get(prefix="nj").ror, "after a rebuild it is still called what it calls itself"
