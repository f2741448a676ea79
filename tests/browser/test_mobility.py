"""The pages of stays in the browser, on the desk and on the phone; a whole stay over two nodes is in test_year_abroad."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.looks import looks
from tests.browser.node_process import Served
from tests.browser.test_pages import serious

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

_FILL = """
from jointlab.people.actors import actor_of
from jointlab.people.models import Institution, Person
from jointlab.people.operations import add_institution, add_person
from jointlab.people.records import InstitutionRecord, PersonRecord
from tests.integration.stays import granted, nominated
if not Institution.objects.filter(prefix="nj").exists():
    add_institution(InstitutionRecord("nj", {"en": "Nanjing University of Science and Technology"}, {"en": "Nanjing", "ru": "Нанкин", "kk": "Нанкин", "zh-hans": "南京"}, "n", "Asia/Shanghai", "CN"))
zhou = add_person(PersonRecord("Zhou Lan", "nj", "researcher"))
ours = actor_of(Person.objects.get(name="A. Serikov"), home="kz")
hash = granted(ours, actor_of(zhou, home="kz"))
for number, name in enumerate(("Li H.", "T. Omarov")):
    nominated(ours, add_person(PersonRecord(name, "kz", "reader")), hash, name=name.upper(), programme="Physics, 3rd year", level=("doctoral", "bachelor")[number], activity="research")
print(hash)
"""
Signed = Callable[..., "BrowserContext"]


@pytest.fixture(scope="module")
def hash(served: Served) -> str:
    """An agreement with places, a partner's office, two nominations."""
    return served.run(_FILL).strip()


def _shot(page: "Page", name: str) -> None:
    """A picture, where somebody wants to look at the pages."""
    if folder := os.environ.get("JOINTLAB_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def _wide(page: "Page") -> int:
    over: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return over


@looks(1316, 390, 320)
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
