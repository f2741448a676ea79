"""Pages and endpoints of stays: who sees what, the main path by forms, refusals that quote the clause in the reader's language."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from jointlab.cases.models import Case
from jointlab.mobility.operations.places import keep_counts
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_institution
from jointlab.people.records import InstitutionRecord
from jointlab.people.tokens import make
from tests.integration.conftest import _person, signed_in
from tests.integration.stays import FIRST, granted, nominated, nomination, walked


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


def _client(actor: Actor, language: str = "en") -> Client:
    client = signed_in(Person.objects.get(id=actor.person))
    client.cookies["jointlab_almaty_language"] = language
    return client


def _step(client: Client, case: Case, name: str, **form: str) -> int:
    seen = Case.objects.get(pk=case.pk).head
    return client.post(f"/cases/{case.pk}/{name}", {"seen": seen, **form}).status_code


def test_the_main_path_by_forms(actor: Actor, guest: Actor, student: Actor) -> None:
    hash = granted(actor, guest)
    ours, theirs, mine = _client(actor), _client(guest), _client(student)
    assert "Nobody is nominated yet" in ours.get("/mobility").content.decode()
    page = ours.get("/mobility/nominate").content.decode()
    assert "5 of 5 persons left" in page
    form = nomination(hash) | {"place": f"{hash} 5.1 nj", "subject": student.person}
    answer = ours.post("/mobility/nominate", form)
    assert answer.status_code == 302, answer.content.decode()
    keep_counts()
    case = Case.objects.get(process="mobility/1")
    at = f"/mobility/{case.pk}"
    assert "This stay has its place; 1 of 5 are taken." in ours.get(at).content.decode()
    assert "You must act: Admit" in theirs.get(at).content.decode()
    assert "You have nothing to do now." in mine.get(at).content.decode()
    assert _step(theirs, case, "admit", unit="School of Materials") == 302
    rows = {
        "row-0-home_code": "PHY201", "row-0-home_title": "Solid state | physics", "row-0-home_credits": "5", "row-0-host_code": "MAT305",
        "row-0-host_title": "Materials science", "row-0-host_credits": "3", "home_scheme": "ects", "host_scheme": "nj-credit",
    }  # fmt: skip
    more = ours.post(f"{at}/learning-agreement", rows | {"more": "1", "seen": case.head}).content.decode()
    assert "row-4-home_code" in more
    assert "Solid state | physics" in more
    wrong = ours.post(f"{at}/learning-agreement", rows | {"row-0-host_credits": "three", "seen": _head(case)})
    assert wrong.status_code == 422
    assert "“three” is no number of credits" in wrong.content.decode()
    assert ours.post(f"{at}/learning-agreement", rows | {"seen": _head(case)}).status_code == 302
    shown = mine.get(at).content.decode()
    assert "Your next step: Sign the learning agreement" in shown
    assert "1 nj-credit = 1.5 ects by the signed table of clause 90" in shown
    assert _step(mine, case, "sign_person") == 302
    assert _step(ours, case, "sign_sending") == 302
    assert _step(theirs, case, "sign_receiving") == 302
    assert _step(theirs, case, "arrive", on=FIRST.isoformat()) == 302
    assert _step(theirs, case, "depart", on=(FIRST + timedelta(80)).isoformat()) == 302
    graded = {
        "row-0-host_code": "MAT305",
        "row-0-title": "Materials science",
        "row-0-credits": "3",
        "row-0-grade": "87",
        "on": "2027-09-01",
    }
    assert theirs.get(f"{at}/transcript").status_code == 200
    assert theirs.post(f"{at}/transcript", graded | {"seen": _head(case)}).status_code == 302
    page = ours.get(f"{at}/recognition").content.decode()
    assert "3 → 4.5" in page
    decided = {
        "row-0-host_code": "MAT305", "row-0-earned": "3 → 4.5", "row-0-home_code": "PHY201", "row-0-decision": "full", "row-0-credits": "4.5",
        "row-0-note": "", "on": "2027-09-20", "outcome": "full",
    }  # fmt: skip
    assert ours.post(f"{at}/recognition", decided | {"seen": _head(case)}).status_code == 302
    assert _step(ours, case, "close") == 302
    keep_counts()
    assert Case.objects.get(pk=case.pk).state == "closed"
    assert "recognised in full" in mine.get(at).content.decode()
    assert "given" in ours.get("/mobility/places").content.decode()


def _head(case: Case) -> str:
    return Case.objects.get(pk=case.pk).head


@pytest.mark.parametrize(
    ("language", "sentence", "quoted"),
    [
        ("en", "Clause 5.1 allows 1 in", "In each calendar year the receiving Party takes up to"), ("ru", "Пункт 5.1", "Ежегодно (календарный год) принимающая Сторона"),
        ("kk", "5.1-тармақ", "Қабылдаушы Тарап әр күнтізбелік жылда"), ("zh-hans", "第 5.1 条", "接收方每一自然年接收不超过"),
    ],
)  # fmt: skip
def test_a_refused_nomination_quotes_the_clause(
    actor: Actor, guest: Actor, student: Actor, language: str, sentence: str, quoted: str
) -> None:
    hash = granted(actor, guest, limit="1")
    nominated(actor, student.person, hash)
    form = nomination(hash) | {"place": f"{hash} 5.1 nj", "subject": student.person}
    answer = _client(actor, language).post("/mobility/nominate", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert quoted in page
    assert "NURLANOVA B." in page, "what was typed stays"


def test_who_sees_which_page(actor: Actor, guest: Actor, student: Actor, stranger: Actor) -> None:
    hash = granted(actor, guest)
    case = walked(nominated(actor, student.person, hash), "propose", sending=actor, receiving=guest, person=student)
    other = nominated(actor, _person("Another One", "kz", "reader"), hash, name="ANOTHER ONE")
    at = f"/mobility/{case.pk}"
    pages = {
        "/mobility": (200, 200, 302, 200), at: (200, 200, 200, 404), f"/mobility/{other.pk}": (200, 200, 404, 404),
        f"{at}/learning-agreement": (200, 403, 403, 404), f"{at}/transcript": (403, 403, 403, 404), f"{at}/change": (200, 403, 403, 404),
        f"{at}/calendar.ics": (200, 200, 200, 404), "/mobility/calendar.ics": (200, 200, 200, 200),
        "/mobility/nominate": (200, 200, 403, 200), "/mobility/places": (200, 200, 403, 200), "/mobility/none": (404, 404, 404, 404),
    }  # fmt: skip
    clients = [_client(one) for one in (actor, guest, student, stranger)]
    found = {page: tuple(client.get(page).status_code for client in clients) for page in pages}
    assert found == pages
    for client in (clients[2], clients[3]):
        for page in ("/mobility", "/mobility?as=table&lane=ended", "/mobility/calendar.ics"):
            assert "ANOTHER ONE" not in client.get(page, follow=True).content.decode()
    assert "NURLANOVA" not in clients[3].get("/mobility").content.decode()
    assert _step(clients[2], case, "withdraw", why="I decide") == 403
    assert _step(clients[3], case, "send_back", why="I decide") == 404
    assert Client().get("/mobility").status_code == 302


def test_a_step_on_an_old_view_is_refused_with_the_newer_one(actor: Actor, guest: Actor, student: Actor) -> None:
    hash = granted(actor, guest)
    case = nominated(actor, student.person, hash)
    walked(case, "admit", sending=actor, receiving=guest, person=student)
    answer = _client(actor).post(f"/mobility/{case.pk}/change", {"email": "b@example.kz", "seen": case.head})
    assert answer.status_code == 422
    answer = _client(guest).post(f"/cases/{case.pk}/refuse", {"seen": case.head, "why": "Late"})
    assert answer.status_code == 409
    assert "Admitted" in answer.content.decode()


def test_a_change_of_what_was_admitted_is_asked_twice(actor: Actor, guest: Actor, student: Actor) -> None:
    hash = granted(actor, guest)
    case = walked(
        nominated(actor, student.person, hash), "sign_receiving", sending=actor, receiving=guest, person=student
    )
    ours, at = _client(actor), f"/mobility/{case.pk}/change"
    whole = nomination(hash) | {"seen": case.head}
    assert ours.post(at, whole | {"email": "b@example.kz"}).status_code == 302
    assert _state(case) == "ready"
    form = whole | {"seen": _head(case), "email": "b@example.kz", "last": (FIRST + timedelta(60)).isoformat()}
    first = ours.post(at, form)
    assert first.status_code == 422
    assert "has to be admitted and signed again" in first.content.decode()
    assert _state(case) == "ready"
    assert ours.post(at, form | {"again": "1"}).status_code == 302
    assert _state(case) == "nominated"


def _state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def test_the_calendar_can_be_read_by_programs(actor: Actor, guest: Actor, student: Actor) -> None:
    hash = granted(actor, guest)
    case = nominated(actor, student.person, hash, name="Нурланова; Ботагоз, «Б»")
    data = _client(actor, "ru").get(f"/mobility/{case.pk}/calendar.ics").content
    lines = data.decode().split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = data.decode().replace("\r\n ", "")
    assert whole.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == 4
    assert f"DTSTART;VALUE=DATE:{FIRST - timedelta(60):%Y%m%d}" in whole
    assert "Нурланова\\; Ботагоз\\, «Б»" in whole
    assert "TRIGGER:-P14D" in whole


def test_programs_see_and_ask_the_same(actor: Actor, guest: Actor, student: Actor, stranger: Actor) -> None:
    hash = granted(actor, guest)
    head = {}
    for name, one in (("own", actor), ("student", student), ("stranger", stranger)):
        secret = make(one, name="t", scope="write" if name == "own" else "read", days=1).secret
        head[name] = {"Authorization": f"Bearer {secret}"}
    client = Client()
    form = {key: value for key, value in nomination(hash).items() if key not in ("agreement", "clause")}
    body = {"person": student.person, "receiving": "nj", "agreement": hash, "clause": "5.1", "form": form}
    made = client.post("/api/v1/mobility", json.dumps(body), content_type="application/json", headers=head["own"])
    assert made.status_code == 201, made.content
    keep_counts()
    id = made.json()["id"]
    assert client.get(f"/api/v1/mobility/{id}", headers=head["own"]).json()["facts"]["name"] == "NURLANOVA B."
    assert client.get("/api/v1/mobility/places", headers=head["own"]).json()[0]["limit"] == "5"
    count = client.get(f"/api/v1/mobility/places/{hash}/5.1/{FIRST:%Y}", headers=head["own"]).json()
    assert (count["reserved"], count["left"], [one["act"] for one in count["entries"]]) == ("1", "4", ["reserve"])
    too_many = client.post(
        "/api/v1/mobility",
        json.dumps(body | {"form": form | {"level": "staff"}}),
        content_type="application/json",
        headers=head["own"],
    )
    assert (too_many.status_code, too_many.json()["code"]) == (400, "mobility.level")
    assert [
        client.get(f"/api/v1/mobility/{id}", headers=head[name]).status_code for name in ("student", "stranger")
    ] == [200, 404]
    assert [
        len(client.get("/api/v1/mobility", headers=head[name]).json()["stays"])
        for name in ("own", "student", "stranger")
    ] == [1, 1, 0]
    assert client.get("/api/v1/mobility/places", headers=head["student"]).status_code == 403
