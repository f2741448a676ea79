"""Stays and places as they are stored: the main path, refusals that quote the clause, the count, rebuild, hostile lines."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from jointlab.agreements.periods import period_of
from jointlab.agreements.queries.lives import version_named
from jointlab.cases.models import Case
from jointlab.cases.operations import take
from jointlab.cases.queries import case_by_id, visible_cases
from jointlab.errors import Fault, NotFound
from jointlab.history.identifiers import new_id
from jointlab.history.models import Entry
from jointlab.history.operations import now, write
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.history.registry import Recorded
from jointlab.mobility.models import Mobility, PlaceEntry
from jointlab.mobility.operations import stays
from jointlab.mobility.operations.places import adjust, keep_counts
from jointlab.mobility.projections import apply_entry
from jointlab.mobility.queries.board import Asked, board, waits_for
from jointlab.mobility.queries.places import balances, lines_in_force, place_of_case, places_of
from jointlab.mobility.records import PlaceEntryRecord
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_institution
from jointlab.people.records import InstitutionRecord
from tests.integration.conftest import _person
from tests.integration.stays import FIRST, granted, nominated, nomination, took, walked

YEAR = f"{FIRST:%Y}"


@pytest.fixture
def guest(partner: Person) -> Actor:
    return actor_of(partner, home="kz")


@pytest.fixture
def student(node: None) -> Actor:
    return actor_of(_person("B. Nurlanova", "kz", "reader"), home="kz")


@pytest.fixture
def stranger(node: None) -> Actor:
    add_institution(InstitutionRecord("uz", {"en": "Tashkent"}, {"en": "Tashkent"}, "n", "Asia/Tashkent", "UZ"))
    return actor_of(_person("U. Stranger", "uz", "researcher"), home="kz")


def _figures(hash: str, period: str = YEAR, clause: str = "5.1") -> list[str]:
    found = places_of(hash, clause, period)
    return [str(value) for value in (found.limit, found.used, found.reserved, found.left, found.asked)]


def _fault(call: object, *args: object, **kwargs: object) -> Fault:
    before = Entry.objects.count()
    with pytest.raises(Fault) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    assert Entry.objects.count() == before, "nothing was written"
    return caught.value


def test_a_students_year_abroad(actor: Actor, guest: Actor, student: Actor) -> None:
    hash = granted(actor, guest)
    case = nominated(actor, student.person, hash)
    who = {"sending": actor, "receiving": guest, "person": student}
    assert (case.code[:5], case.title, case.waits_id, case.due) == (
        "KZ-M-",
        "NURLANOVA B.",
        "nj",
        FIRST - timedelta(60),
    )
    assert _figures(hash) == ["5", "0", "1", "4", "0"]
    case = walked(case, "sign_receiving", **who)
    assert (case.state, _figures(hash)) == ("ready", ["5", "0", "1", "4", "0"])
    case = took(guest, case, "arrive", on=FIRST.isoformat())
    assert _figures(hash) == ["5", "1", "0", "4", "0"]
    case = took(guest, case, "depart", on=(FIRST + timedelta(80)).isoformat())
    assert case.due == FIRST + timedelta(115), "five weeks"
    for step in ("transcript", "recognise", "close"):
        form = next(
            form for _, name, form in __import__("tests.integration.stays", fromlist=["WAY"]).WAY if name == step
        )
        case = took(guest if step == "transcript" else actor, case, step, **form)
    assert (case.state, case.ended, _figures(hash)) == ("closed", True, ["5", "1", "0", "4", "0"])
    assert [row.act for row in PlaceEntry.objects.order_by("number")] == ["reserve", "commit", "use"]
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before


def test_a_refusal_quotes_the_clause(actor: Actor, guest: Actor, student: Actor) -> None:
    hash = granted(actor, guest, limit="1")
    for more, code in (
        ({"level": "staff"}, "mobility.level"), ({"activity": "training"}, "mobility.activity"),
        ({"last": (FIRST + timedelta(200)).isoformat()}, "mobility.too_long"), ({"last": FIRST.isoformat()}, "mobility.too_short"),
        ({"clause": "5.2"}, "mobility.way"), ({"clause": "1"}, "places.other_kind"), ({"clause": "77"}, "agreement.no_clause"),
        ({"agreement": "0" * 64}, "agreement.unknown"),
    ):  # fmt: skip
        fault = _fault(stays.nominate, actor, person=student.person, receiving="nj", form=nomination(hash) | more)
        assert (fault.code, fault.facts.get("clause", more.get("clause", "5.1"))) == (code, more.get("clause", "5.1"))
    nominated(actor, student.person, hash)
    fault = _fault(stays.nominate, actor, person=student.person, receiving="nj", form=nomination(hash))
    assert (fault.code, fault.facts["clause"], fault.facts["left"]) == ("places.none_left", "5.1", "0")


def test_only_ones_own_people_are_nominated_and_only_by_the_office(
    actor: Actor, guest: Actor, student: Actor, stranger: Actor
) -> None:
    hash = granted(actor, guest)
    assert (
        _fault(stays.nominate, actor, person=guest.person, receiving="nj", form=nomination(hash)).code
        == "mobility.person"
    )
    assert (
        _fault(stays.nominate, student, person=student.person, receiving="nj", form=nomination(hash)).code
        == "people.no-right"
    )
    assert (
        _fault(stays.nominate, actor, person=student.person, receiving="kz", form=nomination(hash)).code
        == "mobility.receiving"
    )
    assert (
        _fault(stays.nominate, stranger, person=stranger.person, receiving="nj", form=nomination(hash)).code
        == "process.opening"
    )


def test_three_persons_and_the_student(actor: Actor, guest: Actor, student: Actor, stranger: Actor) -> None:
    hash = granted(actor, guest)
    case = nominated(actor, student.person, hash)
    other = nominated(actor, _person("Another", "kz", "reader"), hash)
    seen = {name: {one.pk for one in visible_cases(who, processes=["mobility/1"])} for name, who in
            {"own": actor, "partner": guest, "student": student, "stranger": stranger}.items()}  # fmt: skip
    assert seen == {"own": {case.pk, other.pk}, "partner": {case.pk, other.pk}, "student": {case.pk}, "stranger": set()}
    with pytest.raises(NotFound):
        case_by_id(student, other.pk)
    form = {"unit": "School"}
    assert _fault(take, actor, case=case, step="admit", form=form, seen=case.head).code == "process.party"
    assert _fault(take, student, case=case, step="admit", form=form, seen=case.head).code == "people.no-right"
    assert _fault(take, stranger, case=case, step="admit", form=form, seen=case.head).code == "case.none"
    case = walked(case, "propose", sending=actor, receiving=guest, person=student)
    for one in (actor, guest):
        assert _fault(take, one, case=case, step="sign_person", form={}, seen=case.head).code == "process.person"
    assert [waits_for(one) for one in (actor, guest, student, stranger)] == [0, 1, 1, 0]
    assert took(student, case, "sign_person").state == "for_sending"


def test_the_first_nominated_get_the_places_and_the_rest_wait(actor: Actor, guest: Actor) -> None:
    hash = granted(actor, guest, limit="2")
    people = [_person(f"Person {number}", "kz", "reader") for number in range(4)]
    first, second = (nominated(actor, one, hash) for one in people[:2])
    waiting = [  # as if the other node had nominated while the link was cut
        _unchecked(actor, people[number], hash) for number in (2, 3)
    ]  # fmt: skip
    keep_counts()
    assert _figures(hash) == ["2", "0", "2", "0", "2"]
    assert [(place_of_case(one) or (None, None))[1] for one in (first, second, *waiting)] == [True, True, False, False]
    refused = _fault(take, guest, case=waiting[0], step="admit", form={"unit": "School"}, seen=waiting[0].head)
    assert (refused.code, refused.facts["clause"]) == ("places.none_left", "5.1")
    took(guest, first, "refuse", why="No supervisor")
    assert _figures(hash) == ["2", "0", "2", "0", "1"], "the third has it now"
    assert took(guest, waiting[0], "admit", unit="School").state == "admitted"


def _unchecked(actor: Actor, person: Person, hash: str) -> Case:
    """A nomination that this node was not asked about before."""
    from jointlab.cases.kinds import kind_of, register
    from jointlab.cases.operations import open_case

    kind = kind_of("mobility/1")
    try:
        register(replace(kind, guard=lambda asking: None))
        case = open_case(
            actor, kind=kind_of("mobility/1"), party="sending", parties={"sending": "kz", "receiving": "nj"}, form=nomination(hash),
            code=f"X-{person.pk}", subject=person.id,
        )  # fmt: skip
    finally:
        register(kind)
    return case


def test_a_stay_that_ends_early_or_never_begins_gives_back_by_the_clause(
    actor: Actor, guest: Actor, student: Actor
) -> None:
    hash = granted(actor, guest, no_show="used")
    who = {"sending": actor, "receiving": guest, "person": student}
    case = walked(nominated(actor, student.person, hash), "sign_receiving", **who)
    took(guest, case, "no_show", on=FIRST.isoformat())
    assert _figures(hash) == ["5", "1", "0", "4", "0"]
    case = walked(nominated(actor, student.person, hash), "sign_receiving", **who)
    took(student, case, "step_down", why="Ill")
    assert _figures(hash) == ["5", "1", "0", "4", "0"]


def test_a_changed_stay_is_admitted_again_in_the_year_it_moves_to(actor: Actor, guest: Actor, student: Actor) -> None:
    hash = granted(actor, guest)
    case = walked(
        nominated(actor, student.person, hash), "sign_receiving", sending=actor, receiving=guest, person=student
    )
    moved = stays.change(actor, case=case, wanted={"email": "b@example.kz"}, seen=case.head)
    assert (moved.state, _figures(hash)) == ("ready", ["5", "0", "1", "4", "0"]), "a correction voids nothing"
    later = date(FIRST.year + 1, 3, 1)
    moved = stays.change(
        actor,
        case=moved,
        wanted={"first": later.isoformat(), "last": (later + timedelta(60)).isoformat()},
        seen=moved.head,
    )
    keep_counts()
    assert moved.state == "nominated"
    assert (_figures(hash)[2], _figures(hash, f"{later:%Y}")[2]) == ("0", "1")
    assert _fault(stays.change, actor, case=moved, wanted={}, seen=moved.head).code == "mobility.nothing_new"
    too_long = {"last": (later + timedelta(400)).isoformat()}
    assert _fault(stays.change, actor, case=moved, wanted=too_long, seen=moved.head).code == "mobility.too_long"


def test_after_the_end_nobody_is_nominated_and_who_is_admitted_goes_on(
    actor: Actor, guest: Actor, student: Actor
) -> None:
    """Agreement ends mid-stay: run-off."""
    hash = granted(actor, guest, duration={"run_off": 24})
    case = walked(nominated(actor, student.person, hash), "propose", sending=actor, receiving=guest, person=student)
    version = version_named(hash)
    assert version is not None
    agreement = Case.objects.get(process="agreement/1")
    ending = (date.today() - timedelta(1)).isoformat()
    asked = take(
        actor,
        case=agreement,
        step="ask_first",
        form={"what": "terminate", "last": ending, "why": "Over"},
        seen=agreement.head,
    )
    take(guest, case=asked, step="grant_second", form={}, seen=asked.head)
    last = date.today() + timedelta(1)
    from unittest.mock import patch

    with patch("jointlab.mobility.case_kind.today", return_value=last):
        fault = _fault(stays.nominate, actor, person=student.person, receiving="nj", form=nomination(hash))
        assert (fault.code, fault.facts["clause"]) == ("clause.ended", "5.1")
        assert took(student, case, "sign_person").state == "for_sending"


def test_unused_places_are_carried_over_by_who_counts(
    actor: Actor, guest: Actor, student: Actor, administrator: Person
) -> None:
    hash = granted(actor, guest)
    later = f"{FIRST.year + 1}"
    assert (
        _fault(adjust, actor, hash=hash, clause="5.1", period=later, amount="1", source=YEAR).code
        == "places.counted_elsewhere"
    )
    assert adjust(guest, hash=hash, clause="5.1", period=later, amount="2", source=YEAR).amount == 2
    assert [_figures(hash)[0], _figures(hash, later)[0]] == ["3", "7"]
    fault = _fault(adjust, guest, hash=hash, clause="5.1", period=later, amount="1", source=YEAR)
    assert (fault.code, fault.facts["clause"]) == ("places.carry_over", "5.1")
    for amount in ("x", "0", "-1", "1/0"):
        assert (
            _fault(adjust, guest, hash=hash, clause="5.1", period=later, amount=amount, source=YEAR).code
            == "places.line"
        )


def test_the_board_and_the_strip(actor: Actor, guest: Actor, student: Actor) -> None:
    hash = granted(actor, guest)
    case = nominated(actor, student.person, hash)
    assert next((one.name, one.count) for one in board(guest, Asked(who="us"))) == ("nominated", 1)
    assert [one.count for one in board(actor, Asked(who="us"))] == [0, 0, 0, 0, 0]
    assert [(line.clause.number, line.source, line.target) for line in lines_in_force("kz")] == [
        ("5.1", "kz", "nj"),
        ("5.2", "nj", "kz"),
    ]
    walked(case, "arrive", sending=actor, receiving=guest, person=student)
    assert [one.count for one in board(actor, Asked())] == [0, 0, 0, 1, 0]
    assert Mobility.objects.get().arrived == FIRST
    line = lines_in_force("kz")[0]
    assert period_of(line.clause, FIRST) == YEAR
    assert [amount for *_, amount in balances(lines_in_force("kz"))] in ([Fraction(0)], [Fraction(1)])


def _line(hash: str, number: int, **more: object) -> PlaceEntryRecord:
    version = version_named(hash)
    assert version is not None
    usual = PlaceEntryRecord(
        version.head.agreement, hash, "5.1", number, "reserve", YEAR, "1", "kz:version", case="kz:c1"
    )
    return replace(usual, **more)  # type: ignore[arg-type]


@pytest.mark.damages
@pytest.mark.parametrize(
    ("home", "changed", "code"),
    [
        ("uz", {}, "places.counted_elsewhere"), ("nj", {"number": 2}, "places.stale"), ("nj", {"number": 0}, "places.stale"),
        ("nj", {"amount": "6"}, "places.none_left"), ("nj", {"amount": "1/0"}, "places.line"), ("nj", {"amount": "-1"}, "places.line"),
        ("nj", {"act": "invent"}, "places.line"), ("nj", {"act": "use"}, "places.not_held"), ("nj", {"case": ""}, "places.line"),
        ("nj", {"clause": "1"}, "places.other_kind"), ("nj", {"version": "0" * 64}, "agreement.unknown"),
        ("nj", {"agreement": "kz:other"}, "places.line"), ("nj", {"act": "adjust", "case": "", "source": "2020", "amount": "9"}, "places.carry_over"),
    ],
)  # fmt: skip
def test_a_partners_line_that_breaks_the_clause_is_no_row(
    actor: Actor, guest: Actor, home: str, changed: dict[str, object], code: str
) -> None:
    hash = granted(actor, guest)
    recorded = Recorded(f"{home}:line", "place-entry/1", 1, now(), 1, home)
    with pytest.raises(Fault) as caught:
        apply_entry(recorded, replace(_line(hash, 1), **changed))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert not PlaceEntry.objects.exists()
    apply_entry(Recorded("nj:line", "place-entry/1", 1, now(), 1, "nj"), _line(hash, 1))
    assert _figures(hash)[2] == "1"


def test_this_node_cannot_write_a_line_beyond_the_limit(actor: Actor, guest: Actor) -> None:
    from django.db import transaction

    hash = granted(actor, guest, limit="1")
    with transaction.atomic():
        write(type="place-entry/1", id=new_id(), body=_line(hash, 1))
    with pytest.raises(Fault) as caught, transaction.atomic():
        write(type="place-entry/1", id=new_id(), body=_line(hash, 2, case="kz:c2"))
    assert caught.value.code == "places.none_left"
    assert PlaceEntry.objects.count() == 1
