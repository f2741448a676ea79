"""Every page that has no argument, in four languages and three widths: no serious fault of accessibility, no error."""

import json
from typing import TYPE_CHECKING

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.browser.conftest import Signed

if TYPE_CHECKING:
    from playwright.sync_api import Page

_FOR_PROGRAMS = ("api/", "dav/", "fed/", ".well-known/")
NO_PAGE = {
    "sign-out",
    "set-language",
    "health",
    "demonstration",
    "agreements-calendar",
    "agreements-list",
    "mobility-calendar",
}  # no page of the shell; the demonstration's is one of demonstrations only; calendars are files


def _addresses() -> list[str]:
    """The plain addresses of the node, as the program knows them."""
    found: list[str] = []

    def walk(patterns: "list[URLPattern | URLResolver]", prefix: str) -> None:
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, route)
            elif "<" not in route and not route.startswith(_FOR_PROGRAMS) and entry.name not in NO_PAGE:
                found.append(f"/{route}")

    walk(list(get_resolver().url_patterns), "")
    return found


ADDRESSES = _addresses()


def serious(page: "Page") -> list[str]:
    """What axe calls serious or critical, as lines for people."""
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(page, options={"resultTypes": ["violations"]}).response
    return [
        f"{page.url}: {fault['id']}: {fault['help']}: {json.dumps([node['html'][:160] for node in fault['nodes'][:3]], ensure_ascii=False)}"
        for fault in results["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


def test_the_pages_are_found() -> None:
    assert {"/", "/sign-in", "/components", "/account"} <= set(ADDRESSES)


# Colours do not depend on the language nor on the width, and few faults do: all else in the long run.
LOOKS = [
    ("en", 1316, "light"), ("en", 390, "dark"),
    *(pytest.param("en", *one, marks=pytest.mark.long) for one in ((1316, "dark"), (390, "light"))),
    *(pytest.param(language, width, "light", marks=pytest.mark.long) for language in ("ru", "kk", "zh-hans") for width in (1316, 390)),
]  # fmt: skip


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS)
def test_no_page_has_a_serious_fault(signed_in: Signed, language: str, width: int, scheme: str) -> None:
    page = signed_in("omarova", language=language, width=width, color_scheme=scheme).new_page()
    page.emulate_media(reduced_motion="reduce", color_scheme="dark" if scheme == "dark" else "light")
    faults = []
    for address in ADDRESSES:
        answer = page.goto(address)
        assert answer is not None
        if answer.headers["content-type"].startswith("text/html"):
            assert answer.status in (200, 405), address  # 405: it takes forms only, and says so on a page
            faults += serious(page)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["en", "ru", "kk", "zh-hans"])
def test_nothing_scrolls_sideways_at_320_pixels(signed_in: Signed, language: str) -> None:
    page = signed_in("omarova", language=language, width=320).new_page()
    wide = []
    for address in ADDRESSES:
        page.goto(address)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide.append(f"{address}: {over} px")
    assert not wide


def test_the_menu_opens_on_the_phone_without_scripts(signed_in: Signed) -> None:
    page = signed_in(width=390, java_script_enabled=False).new_page()
    page.goto("/")
    assert not page.locator("#menu").is_visible()
    page.locator(".tabs a[href='#menu']").click()
    assert page.locator("#menu").is_visible()
    page.locator("#menu .close").click()
    assert not page.locator("#menu").is_visible()


def test_keys(signed_in: Signed) -> None:
    page = signed_in().new_page()
    page.goto("/components")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog#keys").is_visible()
    page.locator("#f1").focus()
    page.keyboard.type("go?/")  # typing in a field is typing
    assert "go?/" in page.locator("#f1").input_value()
    assert not page.locator("dialog#keys").is_visible()
    page.locator("main").focus()
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/")


def test_the_focus_goes_skip_link_menu_then_the_header(signed_in: Signed) -> None:
    page = signed_in().new_page()
    page.goto("/components")
    order = []
    for _ in range(4):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.className"))
    assert order[0] == "skip" and order[1] == "brand" and order[2].startswith("it")
    page.goto("/components")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_message_leaves_the_page_alone_and_can_be_read(signed_in: Signed) -> None:
    page = signed_in(width=390).new_page()
    page.goto("/account")
    page.locator("form button.pri, form button").filter(has_text="Save").first.click()
    page.wait_for_load_state()
    assert page.locator(".toasts[role=status] .toast, .say.ok").first.is_visible()
