"""A student's year abroad in the browser, over one node: two offices and the student, on the desk and on the phone."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.browser.node_process import PASSWORD, Served
from tests.browser.test_pages import serious

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

_FILL = """
from jointlab.people.actors import actor_of
from jointlab.people.models import Institution, Person
from jointlab.people.operations import add_institution, add_person, open_account
from jointlab.people.records import InstitutionRecord, PersonRecord
from tests.integration.stays import granted, nominated
if not Institution.objects.filter(prefix="nj").exists():
    add_institution(InstitutionRecord("nj", {"en": "Nanjing University of Science and Technology"}, {"en": "Nanjing", "ru": "Нанкин", "kk": "Нанкин", "zh-hans": "南京"}, "n", "Asia/Shanghai", "CN"))
zhou = add_person(PersonRecord("Zhou Lan", "nj", "researcher"))
open_account(zhou, login="zhou", password=sys.argv[2])
student = add_person(PersonRecord("Botagoz Nurlanova", "kz", "reader"))
open_account(student, login="nurlanova", password=sys.argv[2])
ours = actor_of(Person.objects.get(name="A. Serikov"), home="kz")
hash = granted(ours, actor_of(zhou, home="kz"))
for number, name in enumerate(("Li H.", "T. Omarov")):
    nominated(ours, add_person(PersonRecord(name, "kz", "reader")), hash, name=name.upper(), programme="Physics, 3rd year", level=("doctoral", "bachelor")[number], activity="research")
print(hash)
"""
Signed = Callable[..., "BrowserContext"]


@pytest.fixture(scope="module")
def hash(served: Served) -> str:
    """An agreement with places, a partner's office, a student, two nominations."""
    return served.run(_FILL, PASSWORD).strip()


def _shot(page: "Page", name: str) -> None:
    """A picture, where somebody wants to look at the pages."""
    if folder := os.environ.get("JOINTLAB_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def _press(page: "Page", step: str, **values: str) -> None:
    """Fill in the form of a step and send it with the Enter key on its button."""
    form = page.locator(f"#{step} form")
    for name, value in values.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _wide(page: "Page") -> int:
    over: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return over


def test_a_students_year_abroad(served: Served, signed_in: Signed, hash: str) -> None:
    from tests.integration.stays import FIRST

    ours = signed_in("serikov").new_page()
    ours.goto("/mobility")
    _shot(ours, "board")
    assert serious(ours) == []
    ours.get_by_role("link", name="Nominate…").click()
    ours.wait_for_url("**/mobility/nominate")
    assert serious(ours) == []
    ours.select_option("[name=subject]", label="Botagoz Nurlanova")
    ours.fill("[name=name]", "NURLANOVA BOTAGOZ")
    ours.select_option("[name=level]", "bachelor")
    ours.select_option("[name=activity]", "study")
    ours.fill("[name=first]", FIRST.isoformat())
    ours.fill("[name=last]", (FIRST + timedelta(300)).isoformat())
    ours.fill("[name=ground]", "Minutes 4 of the committee")
    ours.locator("main form button.pri").click()
    assert "Clause 5.1 allows stays of at most 6 months" in ours.locator("main").inner_text()
    assert "In each calendar year the receiving Party takes up to" in ours.locator(".say.g blockquote").inner_text()
    _shot(ours, "nominate-refused")
    assert ours.input_value("[name=name]") == "NURLANOVA BOTAGOZ"
    ours.fill("[name=last]", (FIRST + timedelta(120)).isoformat())
    ours.locator("main form button.pri").click()
    ours.wait_for_url("**/mobility/kz*")
    at = ours.url
    assert "This stay has its place; 3 of 5 are taken." in ours.locator("#place").inner_text()

    theirs = signed_in("zhou", language="zh-hans").new_page()
    theirs.goto(at)
    assert theirs.locator("section.card").first.get_attribute("id") == "admit", "the next step comes first"
    _shot(theirs, "case-zh")
    _press(theirs, "admit", unit="School of Materials")

    ours.goto(at)
    ours.locator("#propose a.pri").click()
    for name, value in {"home_code": "PHY201", "home_title": "Solid state physics", "home_credits": "5", "host_code": "MAT305",
                        "host_title": "Materials science", "host_credits": "3"}.items():  # fmt: skip
        ours.fill(f"[name=row-0-{name}]", value)
    ours.fill("[name=home_scheme]", "ects")
    ours.fill("[name=host_scheme]", "nj-credit")
    _shot(ours, "rows")
    assert serious(ours) == []
    ours.locator("main form button.pri").click()
    ours.wait_for_url("**/mobility/kz*")

    mine = signed_in("nurlanova", language="kk", width=390).new_page()  # on the phone
    mine.goto("/mobility")
    mine.wait_for_url("**/mobility/kz*")
    assert "Келесі қадамыңыз: Оқу келісіміне қол қою" in mine.locator("main").inner_text()
    _shot(mine, "mine-kk-phone")
    assert serious(mine) == []
    assert _wide(mine) <= 0
    _press(mine, "sign_person")

    ours.goto(at)
    _press(ours, "sign_sending")
    theirs.goto(at)
    _press(theirs, "sign_receiving")
    _press(theirs, "arrive", on=FIRST.isoformat())
    _press(theirs, "depart", on=(FIRST + timedelta(110)).isoformat())
    theirs.locator("#transcript a.pri").click()
    theirs.fill("[name=row-0-grade]", "87")
    theirs.fill("[name=on]", (FIRST + timedelta(120)).isoformat())
    theirs.locator("main form button.pri").click()
    theirs.wait_for_url("**/mobility/kz*")
    ours.goto(at)
    ours.locator("#recognise a.pri").click()
    ours.fill("[name=on]", (FIRST + timedelta(140)).isoformat())
    ours.locator("main form button.pri").click()
    ours.wait_for_url("**/mobility/kz*")
    _press(ours, "close")
    _shot(ours, "case-closed")
    assert "recognised in full" in ours.locator("#learning").inner_text()
    assert serious(ours) == []
    ours.goto("/mobility/places")
    _shot(ours, "places")
    assert "1 used, 2 reserved" in _text(ours, "/mobility")
    mine.goto(at)
    assert "Істейтін ештеңе қалған жоқ." in mine.locator("main").inner_text()


def _text(page: "Page", address: str) -> str:
    page.goto(address)
    return page.locator("main").inner_text()


@pytest.mark.parametrize("language", ["en", "ru", "kk", "zh-hans"])
@pytest.mark.parametrize("width", [1316, 390, 320])
def test_the_pages_of_stays_have_no_serious_fault(
    served: Served, signed_in: Signed, hash: str, language: str, width: int
) -> None:
    page = signed_in("serikov", language=language, width=width).new_page()
    page.goto("/mobility")
    first = page.locator(".mc").first.get_attribute("href")
    faults = []
    for address in (
        "/mobility",
        "/mobility?as=table",
        "/mobility/nominate",
        "/mobility/places",
        str(first),
        f"{first}/change",
    ):
        page.goto(address)
        faults += [f"{address}: {fault}" for fault in serious(page)]
        faults += [f"{address}: {_wide(page)} px too wide"] if _wide(page) > 0 else []
        _shot(page, f"{address.strip('/').replace('/', '-').split('?')[0][:18]}-{len(address)}-{language}-{width}")
    assert not faults, "\n".join(faults)
