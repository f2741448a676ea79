"""Partners in a browser: one laboratory on two nodes, the link cut and mended, a pairing, a log that halts."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.looks import looks
from tests.browser.node_process import start
from tests.browser.test_pages import serious
from tests.browser.two_nodes import PASSWORD, Two, entered, make_third, served_pair, too_wide

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LONG = 60.0  # seconds that a busy machine may take for what needs two or three
PROJECT = "Photoactive materials"
AT_ALMATY = (
    "/partners", "/partners/cn", "/partners/new", "/demonstration", "/projects/photoactive-materials",
    "/samples/CN-26-0058", "/samples/KZ-26-0203", "/devices/CN-26-0058-S1", "/measurements/CN-M-000005",
)  # fmt: skip
_FORK = """
from jointlab.history.signing import house_key
from jointlab.history.models import Checkpoint, Log
from jointlab.ledger.checkpoints import Checkpoint as Statement
from jointlab.ledger.notes import Note, sign_note
log = Log.objects.get(name="cn+kz/cn")
held = Statement.from_text(Note.from_bytes(Checkpoint.objects.filter(log=log).order_by("-size").first().note.encode()).text)
text = Statement(held.origin, held.size, bytes(32)).to_text()
print(json.dumps(sign_note(text, house_key()).to_bytes().decode()))
"""
_SHOW = """
from jointlab.history.mirroring import accept
print(json.dumps(type(accept("cn+kz/cn", NOTE.encode(), [])).__name__))
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, browser: "Browser") -> Iterator[Two]:
    """The demonstration, served."""
    with served_pair(tmp_path_factory.mktemp("demonstration")) as pair:
        yield pair


def until(happened: Callable[[], bool], what: str) -> float:
    """Wait; how many seconds it took."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < LONG, what
        time.sleep(0.3)
    return time.monotonic() - begun


def shows(page: "Page", address: str, words: str) -> bool:
    """Whether the page holds the words now."""
    page.goto(address)
    return words in page.locator("main").inner_text()


def asked(page: "Page", address: str, words: str) -> bool:
    """The same, once the node was told to ask: the third one has no worker that would, and the other may not have signed yet."""
    page.goto(address)
    with page.expect_navigation():
        page.get_by_role("button", name="Check now").click()
    return shows(page, address, words)


def new_sample(page: "Page", title: str) -> str:
    """A sample of the shared project, made by hand; its code."""
    page.goto("/samples/new")
    page.fill("[name=title]", title)
    page.select_option("[name=project]", label=PROJECT)
    page.locator("main form button.pri").last.click()
    page.wait_for_url("**/samples/*-26-*")
    return page.url.rpartition("/")[2]


def test_what_is_made_in_one_city_is_seen_in_the_other(browser: "Browser", two: Two) -> None:
    with (
        entered(browser, two.almaty.address, "serikov", two.almaty.password) as here,
        entered(browser, two.nanjing.address, "wang", two.nanjing.password) as there,
    ):
        code = new_sample(here, "Anatase, second batch")
        assert "hared with Nanjing" in here.locator("main").inner_text() or shows(here, f"/samples/{code}", "Anatase")
        until(lambda: shows(there, "/samples?q=second", code), "the sample does not come")
        there.goto(f"/samples/{code}")
        assert "kept by the Almaty node, read-only here" in there.locator(".meta").inner_text()
        assert there.locator(f"a[href='/samples/{code}/edit']").count() == 0
        assert "Almaty" in there.locator(".meta .site").inner_text()
        answer = there.goto(f"/samples/{code}/edit")
        assert answer is not None
        assert answer.status == 403
        there.goto(f"/samples/{code}")
        there.fill("[name=text]", "Seen in Nanjing, looks white.")
        there.get_by_role("button", name="Keep note").click()
        until(lambda: shows(here, f"/samples/{code}", "looks white"), "the note does not come back")
        until(
            lambda: shows(here, f"/samples/{code}", "Shared with Nanjing under clause"), "nobody says that it is shared"
        )


def test_what_both_measured_stands_on_one_page(browser: "Browser", two: Two) -> None:
    with entered(browser, two.almaty.address, "serikov", two.almaty.password) as page:
        page.goto("/samples/KZ-26-0203")
        rows = page.locator("#measurements tbody tr")
        marks = {rows.nth(n).locator(".site").get_attribute("class") for n in range(rows.count())}
        assert {"site a", "site n"} <= marks
        page.goto("/measurements/CN-M-000005")
        assert "kept by the Nanjing node" in page.locator(".meta").inner_text()
        assert page.locator("form[action$='/withdraw']").count() == 0
        assert page.locator("form[action$='/analyse']").count() == 0


def test_a_transfer_is_followed_in_both_cities(browser: "Browser", two: Two) -> None:
    """One of two vials has arrived; Nanjing receives the other one on its own node, and Almaty sees it."""
    with (
        entered(browser, two.almaty.address, "serikov", two.almaty.password) as here,
        entered(browser, two.nanjing.address, "wang", two.nanjing.password, width=390) as there,
    ):
        for page in (here, there):
            page.goto("/samples/KZ-26-0203")
            assert page.locator(".custody .seg").count() == 3  # Almaty, under way, Nanjing
            page.goto("/transfers")
            page.get_by_role("link", name="KZ-26-0203-T1").click()
            page.wait_for_url("**/transfers/*-*")
        assert "Nanjing must act." in here.locator("main").inner_text()
        assert here.locator("#receive").count() == 0
        assert too_wide(there) == 0
        assert not serious(there)
        form = there.locator("#receive form")
        form.locator("[name=amount]").fill("248 mg")
        form.locator("[name=condition]").fill("The second vial, seal whole.")
        form.locator("button.pri").click()
        there.wait_for_url("**/transfers/*-*")
        address = here.url.removeprefix(two.almaty.address)
        until(lambda: shows(here, address, "The second vial, seal whole."), "the step does not come")
        words = [page.locator("main dl.kv").inner_text() for page in (here, there)]
        assert words[0] == words[1]
        assert "498" in words[0].replace("\u00a0", " ")
        for page in (here, there):
            page.goto("/samples/KZ-26-0203")
            assert "Lost: 0.002 g" in page.locator(".custody-note").inner_text().replace("\u00a0", " ")


def test_the_link_is_cut_and_mended(browser: "Browser", two: Two) -> None:
    with (
        entered(browser, two.almaty.address, "omarova", two.almaty.password) as here,
        entered(browser, two.nanjing.address, "wang", two.nanjing.password) as there,
    ):
        here.goto("/demonstration")
        here.get_by_role("button", name="Cut the link").click()
        code = new_sample(there, "Made while the link was cut")
        here.goto("/partners/cn")
        here.get_by_role("button", name="Check now").click()
        assert here.locator(".toast.err").count() == 1
        until(lambda: shows(here, "/partners/cn", "No connection to Nanjing"), "nobody says that the link is cut")
        until(lambda: shows(there, "/partners/kz", "record"), "the partner's page of the other node is lost")
        assert here.goto(f"/samples/{code}").status == 404  # type: ignore[union-attr]
        here.goto("/demonstration")
        here.get_by_role("button", name="Mend the link").click()
        until(lambda: shows(here, "/samples?q=while", code), "the sample does not come")
        until(lambda: shows(here, "/partners/cn", "in step"), "the link stays cut")


def test_only_an_administrator_acts(browser: "Browser", two: Two) -> None:
    with entered(browser, two.almaty.address, "serikov", two.almaty.password) as page:
        page.goto("/partners/cn")
        assert page.locator("main form").count() == 0
        for address in ("/partners/new", "/partners/cn/act.pdf"):
            answer = page.request.get(address)
            assert answer.status == 403, address


@looks(1316, 320)
def test_the_pages_have_no_serious_fault(browser: "Browser", two: Two, language: str, width: int) -> None:
    faults = []
    with entered(browser, two.almaty.address, "omarova", two.almaty.password, language=language, width=width) as page:
        for address in AT_ALMATY:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            faults += serious(page)
            if over := too_wide(page):
                faults.append(f"{address}: {over} px wider than the window")
    assert not faults, "\n".join(faults)


def test_two_nodes_are_paired_in_the_browser(
    browser: "Browser", two: Two, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("third") / "ankara"
    make_third(folder)
    third, process = start(folder)
    try:
        with (
            entered(browser, third.address, "kaya", PASSWORD) as here,
            entered(browser, two.nanjing.address, "zhou", two.nanjing.password) as there,
        ):
            here.goto("/partners")
            assert "This node works alone" in here.locator("main").inner_text()
            here.goto("/partners/new")
            here.fill("[name=address]", two.nanjing.address)
            here.check("[name=private_allowed]")
            here.locator("main form button.pri").click()
            here.wait_for_url("**/partners/cn/confirm")
            code = here.locator(".fp.code").inner_text()
            there.goto("/partners")
            there.get_by_role("link", name="Compare the code…").click()
            assert there.locator(".fp.code").inner_text() == code
            there.fill("[name=code]", "11111 11111 11111 11111 11111 11111")
            there.locator("main form button.pri").click()
            assert there.locator(".field.bad [name=code]").count() == 1
            for page, other in ((there, "tr"), (here, "cn")):
                page.fill("[name=code]", code)
                page.check("[name=private_allowed]")
                page.locator("main form button.pri").click()
                page.wait_for_url(f"**/partners/{other}")
            until(lambda: asked(here, "/partners/cn", "in step"), "the link does not open")
            printed = here.request.get("/partners/cn/act.pdf")
            assert printed.body().startswith(b"%PDF")
            there.goto("/projects/photoactive-materials")
            assert there.locator("#sharing .row .site").count() >= 2  # each audience by itself
    finally:
        process.terminate()
        process.wait(20)


def test_a_log_that_halts_says_what_to_do(browser: "Browser", two: Two) -> None:
    """The last of the file: the link stays halted until the end, when it is settled."""
    note = two.nanjing.run(_FORK)
    assert two.almaty.run(f"NOTE = {note!r}\n{_SHOW}") == "Halted"
    with entered(browser, two.almaty.address, "omarova", two.almaty.password) as page:
        page.goto("/partners/cn")
        words = page.locator("main").inner_text()
        assert "Two different logs of the same size were signed." in words
        assert "proof to anybody" in words
        assert not serious(page)
        evidence = page.request.get(page.get_by_role("link", name="Download the evidence").get_attribute("href") or "")
        assert evidence.json()["form"].startswith("jointlab-evidence/")
        page.fill("[name=settlement]", "A test showed a false checkpoint; agreed by telephone.")
        page.get_by_role("button", name="Let the link go on").click()
        assert "A test showed a false checkpoint" in page.locator("main").inner_text()
        until(lambda: shows(page, "/partners/cn", "in step"), "the link does not go on")
    with entered(browser, two.almaty.address, "omarova", two.almaty.password, width=320) as page:
        page.goto("/partners/cn")
        assert too_wide(page) == 0
