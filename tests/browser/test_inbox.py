"""From a dropped file to a figure on a sample (J1), by mouse, by keyboard, on the phone, in four languages."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload

from jointlab.science.demonstration import laboratory
from tests.browser.conftest import Signed
from tests.browser.node_process import Served
from tests.browser.test_pages import serious

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SAMPLE = """
from jointlab.people.models import Person
from jointlab.people.actors import actor_of
from jointlab.laboratory.operations.samples import SampleDraft, add
print(add(actor_of(Person.objects.get(name="A. Serikov"), home="kz"), SampleDraft(title="LiFePO4/C")).code)
"""
_WORK = "from jointlab.jobs.runner import work_off\nwork_off()\n"
_DROP = """([name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
  document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def sample(served: Served) -> str:
    return served.run(_SAMPLE).strip()


@pytest.fixture(scope="module")
def contents() -> "Iterator[bytes]":
    """Isotherms of which no two have the same bytes."""
    made = next(file.make() for file in laboratory.FILES if file.path.endswith(".aif"))
    return (made.replace(b"\n", b"\n# variant %d\n" % number, 1) for number in range(1, 100))


def _choose(page: "Page", name: str, content: bytes) -> None:
    page.set_input_files("#files", FilePayload(name=name, mimeType="application/octet-stream", buffer=content))
    page.wait_for_selector(f".fn:text-is('{name}')")


def test_a_dropped_file_is_read_without_a_reload_and_the_selection_stays(
    signed_in: Signed, served: Served, sample: str, contents: "Iterator[bytes]"
) -> None:
    import base64

    page = signed_in().new_page()
    page.goto("/inbox")
    _choose(page, "first.aif", next(contents))
    served.run(_WORK)
    page.wait_for_selector("text=BET area")
    page.evaluate(_DROP, ["second.aif", base64.b64encode(next(contents)).decode()])
    page.wait_for_selector(".fn:text-is('second.aif')")
    page.locator("[aria-label='Select first.aif']").check()
    page.fill("#sample", sample)
    served.run(_WORK)
    page.wait_for_selector("[aria-label='Select second.aif']")  # the list was renewed by itself
    assert page.locator("[aria-label='Select first.aif']").is_checked()
    assert page.input_value("#sample") == sample
    assert not serious(page)
    page.locator("[aria-label='Select second.aif']").check()
    page.locator("#bulk button").click()
    page.wait_for_selector(f".toast:has-text('2 files recorded on {sample}')")
    page.locator(".toast button").click()
    page.wait_for_selector(".toast:has-text('2 records withdrawn')")


@pytest.mark.parametrize("language", ["en", "ru", "kk", "zh-hans"])
def test_by_keyboard_in_every_language(
    signed_in: Signed, served: Served, sample: str, contents: "Iterator[bytes]", language: str
) -> None:
    page = signed_in(language=language).new_page()
    page.goto("/inbox")
    name = f"keys-{language}.aif"
    _choose(page, name, next(contents))
    served.run(_WORK)
    page.wait_for_selector(f"[aria-label*='{name}']")
    page.locator(f"[aria-label*='{name}']").focus()
    page.keyboard.press("Space")
    page.locator("#sample").focus()
    page.keyboard.type(sample)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".toast:has-text('{sample}')")
    assert page.locator("td", has_text=name).count() == 1  # recorded in the last hour


def test_on_the_phone_without_scripts(
    signed_in: Signed, served: Served, sample: str, contents: "Iterator[bytes]"
) -> None:
    page = signed_in(width=390, java_script_enabled=False).new_page()
    page.goto("/inbox")
    name = f"{sample}_phone.aif"
    page.set_input_files("#files", FilePayload(name=name, mimeType="application/octet-stream", buffer=next(contents)))
    page.locator("#drop .choose button").click()
    page.wait_for_selector(f".fn:text-is('{name}')")
    served.run(_WORK)
    page.goto("/inbox")
    row = page.locator(".file", has_text=name)
    row.locator("button[name=one]").click()
    page.wait_for_selector(f".toast:has-text('{sample}')")
    over = page.locator("html").bounding_box()
    assert over is not None and over["width"] <= 390


def test_a_refused_file_says_why_and_an_empty_one_is_not_taken(signed_in: Signed, served: Served) -> None:
    page = signed_in().new_page()
    page.goto("/inbox")
    _choose(page, "report.pdf", b"%PDF-1.4 a report")
    served.run(_WORK)
    page.wait_for_selector(".say.err:has-text('in no format that is known here')")
    assert not serious(page)
