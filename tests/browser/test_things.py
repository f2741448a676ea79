"""Pages of one thing (a sample, a device, a measurement, ...) of the demonstration node: axe, width, policy."""

import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.looks import looks
from tests.browser.node_process import Served, start
from tests.browser.test_pages import serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

_BUILD = """
import pathlib, sys
from jointlab.node.demonstration.build import build
if __name__ == "__main__":
    print(build(pathlib.Path(sys.argv[1])).password)
"""
_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5).map((e) => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 40)).slice(-3)"""
ADDRESSES = (
    "/samples", "/samples?q=anatase", "/samples/KZ-26-0117", "/samples/KZ-26-0203", "/samples/KZ-26-0117/edit",
    "/samples/KZ-26-0117/split", "/devices/KZ-26-0117-C1", "/measurements", "/measurements/KZ-M-000001",
    "/measurements/KZ-M-000002", "/measurements/KZ-M-000003", "/measurements/KZ-M-000004", "/projects/photoactive-materials",
    "/instruments/xpert-pro", "/search?q=anatase", "/inbox",
)  # fmt: skip


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory, browser: "Browser") -> Iterator[tuple[Served, str]]:
    """The demonstration node, served, with its password."""
    folder = tmp_path_factory.mktemp("laboratory") / "node"
    script = folder.parent / "build.py"
    script.write_text(_BUILD, encoding="utf-8")
    made = subprocess.run(
        [sys.executable, str(script), str(folder)], check=True, capture_output=True, text=True, timeout=250
    )
    node, process = start(folder)
    yield node, made.stdout.strip()
    process.terminate()
    process.wait(20)


def _enter(
    browser: "Browser", laboratory: tuple[Served, str], *, language: str, width: int, problems: list[str]
) -> "BrowserContext":
    node, password = laboratory
    context = browser.new_context(
        base_url=node.address, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page = context.new_page()
    page.goto("/sign-in")
    page.locator(f"header button[value='{language}']").click()
    page.fill("[name=username]", "omarova")
    page.fill("[name=password]", password)
    page.locator("main button.pri").click()
    page.wait_for_url("**/")
    page.close()
    return context


@pytest.mark.parametrize("width", [1316, 320])
def test_the_page_of_a_thing_has_no_serious_fault(
    browser: "Browser", laboratory: tuple[Served, str], width: int
) -> None:
    problems: list[str] = []
    context = _enter(browser, laboratory, language="en", width=width, problems=problems)
    page = context.new_page()
    faults = []
    for address in ADDRESSES:
        page.goto(address)
        faults += serious(page)
    context.close()
    assert not faults, "\n".join(faults)
    assert not problems, problems


@looks(1316, 320)
def test_the_page_of_a_thing_fits_the_window(
    browser: "Browser", laboratory: tuple[Served, str], language: str, width: int
) -> None:
    problems: list[str] = []
    context = _enter(browser, laboratory, language=language, width=width, problems=problems)
    page = context.new_page()
    faults = []
    for address in ADDRESSES:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            faults.append(f"{address}: {over} px wider than the window: {page.evaluate(_WIDE)}")
    context.close()
    assert not faults, "\n".join(faults)
    assert not problems, problems
