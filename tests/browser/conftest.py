"""A served node and a browser; skipped, and said so, where there is no Chromium."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.node_process import PASSWORD, Served, make, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

# The shell draws no window around the page: the same engine in a quarter of the time.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
Signed = Callable[..., "BrowserContext"]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One node for all tests of a process."""
    folder: Path = tmp_path_factory.mktemp("served") / "node"
    make(folder)
    node, process = start(folder)
    yield node
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium, headless."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


def _is_problem(said: "ConsoleMessage") -> bool:
    """Errors; not that an address which takes forms only was opened as a page, or a form refused, on purpose."""
    return said.type == "error" and "405" not in said.text and "422" not in said.text


@pytest.fixture
def signed_in(browser: "Browser", served: Served) -> Iterator[Signed]:
    """A browser context in which a person is signed in; console errors, which policy violations are, fail the test."""
    contexts = []

    def sign_in(
        login: str = "serikov", *, language: str = "en", width: int = 1316, **options: object
    ) -> "BrowserContext":
        context = browser.new_context(base_url=served.address, viewport={"width": width, "height": 900}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        context.on("console", lambda said: problems.append(said.text) if _is_problem(said) else None)
        page = context.new_page()
        page.goto("/sign-in")
        page.locator(f"header button[value='{language}']").click()
        page.fill("[name=username]", login)
        page.fill("[name=password]", PASSWORD)
        page.locator("main button.pri").click()
        page.wait_for_url("**/")
        page.close()
        return context

    problems: list[str] = []
    yield sign_in
    for context in contexts:
        context.close()
    assert not problems, problems
