"""The main path of a stay, its ways out, and what a change after the admission does."""

import pytest

from jointlab.errors import Fault
from jointlab.mobility.process import APPROVED, MINOR, MOBILITY, ORDER, facts_of, signed_by, step_of_change
from jointlab.processes import Instance, Verdict, check, faults_of, offered, replay
from jointlab.processes.process import INERT, NOTIFY, REAPPROVE
from tests.unit.mobility.made_case import PERSON, WAY, step, taken, until, walked


def _refused(now: Instance, name: str, /, **form: str) -> str:
    with pytest.raises(Fault) as caught:
        check(now, step(now, name, **form))
    return caught.value.code


def test_the_declaration_is_sound() -> None:
    assert faults_of(MOBILITY) == ()


def test_the_main_path_from_nomination_to_the_end() -> None:
    now = walked(*WAY)
    assert (now.state, now.ended) == ("closed", True)
    assert [one.step for one in now.standing] == list(WAY)
    states = [walked(*WAY[:count]).state for count in range(1, len(WAY))]
    assert states == [
        "nominated",
        "admitted",
        "for_person",
        "for_sending",
        "for_receiving",
        "ready",
        "abroad",
        "departed",
        "transcript",
        "recognised",
    ]


def test_the_order_of_signatures_is_data() -> None:
    assert [one.name for one in ORDER] == ["person", "sending", "receiving"]
    now = until("propose")
    assert _refused(now, "sign_sending") == "process.state"
    assert _refused(now, "sign_receiving") == "process.state"
    for count, one in enumerate(ORDER, 1):
        now = taken(now, f"sign_{one.name}")
        assert signed_by(now) == tuple(signer.name for signer in ORDER[:count])
    assert now.state == "ready"


def test_nobody_signs_for_the_person() -> None:
    now = until("propose")
    with pytest.raises(Fault) as caught:
        check(now, step(now, "sign_person", by="kz:office"))
    assert caught.value.code == "process.person"
    assert replay(MOBILITY, now.id, (*now.standing, step(now, "sign_person", by="kz:office"))).state == "for_person"
    assert taken(now, "sign_person").standing[-1].by == PERSON


def test_a_refusal_needs_its_reason() -> None:
    assert _refused(until("nominate"), "refuse", why="") == "process.empty"
    assert taken(until("nominate"), "refuse").state == "refused"


def test_before_the_arrival_both_may_end_it_and_afterwards_neither() -> None:
    for last in ("admit", "propose", "sign_person", "sign_sending", "sign_receiving"):
        assert taken(until(last), "withdraw").state == "withdrawn"
        assert taken(until(last), "step_down").state == "withdrawn"
        assert taken(until(last), "cancel").state == "cancelled"
    for name in ("withdraw", "step_down", "cancel", "no_show"):
        assert _refused(until("arrive"), name) == "process.state"


def test_who_does_not_come_is_missed_after_the_first_day_only() -> None:
    assert _refused(until("sign_receiving"), "no_show", on="2027-02-21") == "mobility.not_begun"
    assert taken(until("sign_receiving"), "no_show").state == "no_show"


def test_a_signature_goes_back_with_its_reason_and_is_void_then() -> None:
    for party in ("sending", "receiving"):
        now = taken(until("sign_sending"), "send_back", party=party)
        assert (now.state, signed_by(now)) == ("admitted", ())


@pytest.mark.parametrize("last", ["admit", "propose", "sign_person", "sign_sending", "sign_receiving", "arrive"])
@pytest.mark.parametrize(
    "minor", [{"name": "NURLANOVA Botagoz"}, {"email": "b@example.kz"}, {"contact": "Office 5"}, {"note": "Room"}]
)
def test_a_minor_change_voids_no_signature(last: str, minor: dict[str, str]) -> None:
    """A birth date, a name, a contact once forced three new signatures: here they are corrected in place."""
    before = until(last)
    name = step_of_change(before, minor)
    now = taken(before, name, **minor)
    assert (name, now.state, signed_by(now)) == (f"correct_{before.state}", before.state, signed_by(before))
    assert facts_of(now) == facts_of(before) | minor


@pytest.mark.parametrize("last", ["admit", "propose", "sign_person", "sign_sending", "sign_receiving"])
@pytest.mark.parametrize(
    "major",
    [
        {"last": "2027-06-30"},
        {"level": "master"},
        {"activity": "research"},
        {"programme": "Physics"},
        {"language": "B1"},
    ],
)
def test_a_change_of_what_was_approved_sends_it_back(last: str, major: dict[str, str]) -> None:
    before = until(last)
    assert step_of_change(before, major) == "change"
    now = taken(before, "change", **({"last": ""} | major))
    assert (now.state, signed_by(now)) == ("nominated", ())
    assert facts_of(now) == facts_of(before) | major


def test_both_kinds_at_once_are_approved_again_and_nothing_is_no_change() -> None:
    now = until("admit")
    assert step_of_change(now, {"email": "b@example.kz", "last": "2027-06-30"}) == "change"
    assert step_of_change(now, {"last": "2027-07-09", "email": ""}) == ""
    assert _refused(now, "change", last="2027-07-09") == "mobility.no_change"
    assert _refused(now, "correct_admitted") == "mobility.no_correction"


def test_every_field_says_what_its_change_does() -> None:
    assert {one.tag for one in APPROVED} == {REAPPROVE}
    assert {one.tag for one in MINOR} == {INERT, NOTIFY}


def test_of_a_change_and_an_admission_at_once_the_change_stands() -> None:
    """What was admitted is no longer what is asked for, so the receiving side looks again."""
    now = until("nominate")
    change, admit = step(now, "change"), step(now, "admit")
    both = replay(MOBILITY, now.id, (*now.standing, admit, change))
    assert (both.state, both.verdicts[admit.hash]) == ("nominated", Verdict.OVERTAKEN)
    assert "admit" in [one.name for one in offered(both, "receiving")]


@pytest.mark.parametrize(
    ("last", "name", "form", "code"),
    [
        ("", "nominate", {"last": "2027-01-01"}, "mobility.days"), ("sign_receiving", "arrive", {"on": "2027-07-10"}, "mobility.after_last"),
        ("arrive", "depart", {"on": "2027-02-22"}, "mobility.before_arrival"),
        ("admit", "propose", {"components": ""}, "mobility.no_learning"), ("admit", "propose", {"host_scheme": ""}, "mobility.scheme"),
        ("admit", "propose", {"components": "a | b"}, "mobility.cells"),
        ("depart", "transcript", {"results": "XXX1 | Opera | 3 | A"}, "mobility.not_agreed"),
        ("depart", "transcript", {"results": ""}, "mobility.no_results"),
        ("transcript", "recognise", {"decisions": "MAT305 | PHY201 | full | 4.5 | "}, "mobility.undecided"),
        ("transcript", "recognise", {"outcome": "none", "why": "x"}, "mobility.outcome"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(last: str, name: str, form: dict[str, str], code: str) -> None:
    assert _refused(until(last) if last else walked(), name, **form) == code


def test_recognised_in_part_needs_words() -> None:
    rows = "MAT305 | PHY201 | full | 4.5 | \nMAT309 | PHY202 | none | 0 | Not equivalent"
    assert _refused(until("transcript"), "recognise", decisions=rows, outcome="partial") == "process.empty"
    now = taken(until("transcript"), "recognise", decisions=rows, outcome="partial", why="No laboratory")
    assert now.state == "recognised"


def test_research_has_a_programme_and_a_report_instead_of_courses() -> None:
    now = taken(
        until("admit"), "propose", components="", home_scheme="", host_scheme="", programme_of_work="Thin films"
    )
    for name in ("sign_person", "sign_sending", "sign_receiving", "arrive", "depart"):
        now = taken(now, name)
    now = taken(now, "transcript", results="", report="Twelve films")
    assert taken(now, "recognise", decisions="").state == "recognised"
