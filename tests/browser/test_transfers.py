"""A sample goes from Almaty to Nanjing in the browser: two persons, by keyboard, on the desk and on the phone."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.looks import looks
from tests.browser.node_process import PASSWORD, Served
from tests.browser.test_pages import serious

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

_FILL = """
from jointlab.laboratory.operations import projects, samples
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.operations.samples import SampleDraft
from jointlab.people.actors import actor_of
from jointlab.people.models import Institution, Person
from jointlab.people.operations import add_institution, add_person, open_account
from jointlab.people.records import InstitutionRecord, PersonRecord
if not Institution.objects.filter(prefix="nj").exists():
    add_institution(InstitutionRecord("nj", {"en": "Nanjing University of Science and Technology"}, {"en": "Nanjing"}, "n", "Asia/Shanghai", "CN"))
wang = add_person(PersonRecord("Wang Lei", "nj", "researcher"))
open_account(wang, login="wang", password=sys.argv[2])
own = Person.objects.get(name="A. Serikov")
actor = actor_of(own, home="kz")
project = projects.add(actor, ProjectDraft("Cathodes for transfer", members=(own.id, wang.id)))
print(samples.add(actor, SampleDraft(title="LiFePO4/C", amount="620 mg", project=project.id, made_on="2026-09-02")).code)
"""
_WORDS = {
    "export_control": "Not on the list", "hazard": "Harmless powder", "customs": "Sample without value", "cleared_by": "Export office",
    "carrier": "DHL", "condition": "Seal whole", "purpose": "Cycling",
}  # fmt: skip
Signed = Callable[..., "BrowserContext"]


@pytest.fixture(scope="module")
def code(served: Served) -> str:
    """A sample of Almaty in a project that Wang Lei of Nanjing is a member of."""
    return served.run(_FILL, PASSWORD).strip()


def _fill(page: "Page", step: str, **values: str) -> None:
    """Fill in the form of a step and send it with the Enter key on its button."""
    form = page.locator(f"#{step} form")
    for name, value in {**_WORDS, **values}.items():
        field = form.locator(f"[name={name}]")
        if field.count():
            field.fill(value)
    form.locator("button.pri").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_sample_goes_to_nanjing(served: Served, signed_in: Signed, code: str) -> None:
    ours = signed_in("serikov").new_page()
    ours.goto(f"/samples/{code}")
    ours.get_by_role("link", name="Send to the partner…").click()
    ours.locator("[name=amount]").fill("180 mg")
    ours.locator("[name=purpose]").fill("Cycling")
    ours.get_by_role("button", name="Open the transfer").click()
    ours.wait_for_url("**/transfers/*")
    assert "You must act: Record clearance" in ours.locator(".say").inner_text()
    _fill(ours, "clear")
    assert serious(ours) == []
    _fill(ours, "send", amount="180 mg")
    _fill(ours, "depart")
    theirs = signed_in("wang", language="zh-hans", width=390).new_page()  # on the phone
    theirs.goto("/transfers")
    theirs.locator("table a").first.click()
    theirs.wait_for_url("**/transfers/*")
    assert serious(theirs) == []
    assert theirs.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    _fill(theirs, "receive", amount="178 mg")
    theirs.goto(f"/samples/{code}")
    assert theirs.locator(".custody .seg").count() == 2
    ours.goto(f"/samples/{code}")
    bar = ours.locator(".custody").inner_text().replace("\u00a0", " ")
    assert "440 mg left" in bar
    assert "178 mg left" in bar
    assert "Lost: 2 mg" in ours.locator(".custody-note").inner_text().replace("\u00a0", " ")
    widths = ours.locator(".custody .seg").evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
    assert widths[0] > 1.5 * widths[1] > 100


@looks(1316, 320)
def test_the_pages_of_transfers_have_no_serious_fault(
    served: Served, signed_in: Signed, code: str, language: str, width: int
) -> None:
    page = signed_in("serikov", language=language, width=width).new_page()
    page.goto(f"/samples/{code}/send")
    if not served.run("from jointlab.laboratory.models import Transfer\nprint(Transfer.objects.count() or '')").strip():
        page.locator("[name=amount]").fill("1 mg")
        page.locator("[name=purpose]").fill("TEM")
        page.locator("main form button.pri").click()
        page.wait_for_url("**/transfers/*")
    page.goto("/transfers")
    first = page.locator("main table a").first.get_attribute("href")
    faults = []
    for address in (f"/samples/{code}", f"/samples/{code}/send", "/transfers", str(first)):
        page.goto(address)
        faults += [f"{address}: {fault}" for fault in serious(page)]
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults += [f"{address}: {over} px too wide"] if over > 0 else []
    assert not faults, "\n".join(faults)
