"""A partner's file that is not here, in a browser: fetched, watched, stopped; without scripts too; desk and phone."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.browser.looks import looks
from tests.browser.test_pages import serious
from tests.browser.two_nodes import PASSWORD, entered, too_wide
from tests.federation.nodes import Pair, make_pair, marry
from tests.federation.proxy import BadLink, Link

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MB = 1 << 20
LONG = 60.0  # seconds that a busy machine may take
_NAMES = "from tests.federation.blob_names import *; from tests.federation.laboratory_names import *; from tests.federation.lab_names import administrator; administrator()"
_MEASURED = """
from tests.integration.measured import a_file
from jointlab.laboratory.models import Sample
from jointlab.laboratory.operations import measurements
sample = Sample.objects.filter(project={project!r}).first()
value = measurements.record(actor(), file=a_file(actor(), "xrdml"), sample=sample).code
signed()
"""


@dataclass(frozen=True)
class Far:
    """Nanjing, whose pages are looked at, and what is still in Almaty."""

    address: str
    measurement: str  # code
    large: str  # SHA-256 of a file of 24 MB
    pair: Pair


def until(happened: Callable[[], object], what: str) -> None:
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < LONG, what
        time.sleep(0.2)


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory, browser: "Browser") -> Iterator[Far]:
    folder = tmp_path_factory.mktemp("far")
    make_pair(folder)
    marry(folder)
    pair = Pair(folder)
    try:
        pair.kz.serve(worker=True)
        pair.cn.serve(worker=True)
        with BadLink(pair.kz.port, Link(rate=MB / 2)) as link:
            for node, address in ((pair.kz, pair.cn.address), (pair.cn, link.address)):
                node.do(f"{_NAMES}; Partner.objects.update(address={address!r}, private_allowed=True)")
            project = pair.kz.value("project('Oxides in two cities')")
            until(
                lambda: pair.cn.value(f"Project.objects.filter(id={project!r}).exists()"), "the project does not come"
            )
            slug = pair.cn.value(f"agree({project!r})")
            pair.cn.do(f"choose({slug!r}, mode='on-demand', up_to_mb=0, by='cn:x')")
            until(lambda: pair.kz.value(f"sharing_state({project!r})") == "shared", "the project is not shared")
            (large,) = pair.kz.value(f"noted({project!r}, bytes({24 * MB}))")
            code = pair.kz.do(_MEASURED.format(project=project))
            until(lambda: pair.cn.value(f"Measurement.objects.filter(code={code!r}).exists()"), "it does not come")
            yield Far(pair.cn.address, code, large, pair)
        pair.check()
    finally:
        pair.close()


def said(page: "Page") -> str:
    return page.locator("#coming").inner_text().replace("\xa0", " ")


@looks(1316, 320)
def test_the_pages_have_no_serious_fault(browser: "Browser", far: Far, language: str, width: int) -> None:
    faults = []
    with entered(browser, far.address, "admin", PASSWORD, language=language, width=width) as page:
        for address in (f"/measurements/{far.measurement}", f"/files/{far.large}/coming", "/partners/kz", "/projects/oxides-in-two-cities"):  # fmt: skip
            page.goto(address)
            faults += serious(page)
            if over := too_wide(page):
                faults.append(f"{address}: {over} px wider than the window")
    assert not faults, "\n".join(faults)


def test_a_file_is_watched_stopped_and_fetched_again(browser: "Browser", far: Far) -> None:
    """The page changes by itself, without being loaded anew."""
    with entered(browser, far.address, "admin", PASSWORD) as page:
        page.goto(f"/files/{far.large}/coming")
        assert "Files of this size come when somebody fetches them" in said(page)
        page.get_by_role("button", name="Fetch now").click()
        page.evaluate("window.same = 1")
        until(lambda: "/s" in said(page) and "left" in said(page), "no speed is shown")
        first = said(page)
        until(lambda: said(page) != first, "nothing moves")
        assert page.evaluate("window.same") == 1
        assert page.locator("#coming progress").count() == 1
        assert not serious(page)
        other = page.context.new_page()
        other.goto("/partners/kz")
        assert "0.bin" in other.locator("#files").inner_text()
        assert "/s" in other.locator("#files").inner_text()
        other.close()
        page.get_by_role("button", name="Stop").click()
        assert "Stopped by a person" in said(page)
        far.pair.cn.do("time = __import__('time'); time.sleep(3)")
        page.reload()
        assert "Stopped by a person" in said(page)
        assert not far.pair.cn.value(f"where({far.large!r})")["stored"]


def test_a_measurement_gets_its_plots_when_the_file_has_come(browser: "Browser", far: Far) -> None:
    with entered(browser, far.address, "admin", PASSWORD) as page:
        page.goto(f"/measurements/{far.measurement}")
        assert "The file is not at this node" in said(page)
        assert page.locator("main svg.plot, main figure svg").count() == 0
        page.get_by_role("button", name="Fetch now").click()
        page.wait_for_selector("#coming", state="detached", timeout=LONG * 1000)
        assert "open interactive plot" in page.locator("main").inner_text()


def test_without_scripts(browser: "Browser", far: Far) -> None:
    context = browser.new_context(base_url=far.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.locator("main button.pri").click()
    page.goto(f"/files/{far.large}/coming")
    page.get_by_role("button", name="Fetch now").click()

    def come() -> bool:
        if page.get_by_role("link", name="Look again").count():
            page.get_by_role("link", name="Look again").click()
        return (
            "The file is here." in page.locator("main").inner_text()
            and page.get_by_role("link", name="Download").count() == 1
        )

    until(come, "it does not come")
    context.close()
