"""A measurement in a browser: the picture first, the interactive plot on demand, re-analysis by keyboard, without policy violations."""

import re

import pytest

from tests.browser.conftest import Signed
from tests.browser.node_process import Served

_RECORD = """
from jointlab.people.actors import actor_of
from jointlab.people.models import Person
from jointlab.laboratory.operations import measurements
from tests.integration.measured import a_file, a_sample
actor = actor_of(Person.objects.get(name="A. Serikov"), home="kz")
print(measurements.record(actor, file=a_file(actor, "xrdml"), sample=a_sample(actor)).code)
"""


@pytest.fixture(scope="module")
def code(served: Served) -> str:
    return served.run(_RECORD).split()[-1]


def test_the_interactive_plot_takes_the_place_of_the_picture(signed_in: Signed, code: str) -> None:
    page = signed_in().new_page()
    page.goto(f"/measurements/{code}")
    assert page.locator("svg.plot").count() >= 1
    assert not page.evaluate("Boolean(window.Plotly)"), "the library is loaded on demand only"
    page.get_by_role("link", name=re.compile("open interactive plot")).first.click()
    page.locator(".interactive[data-drawn]").wait_for(timeout=60_000)
    assert page.locator(".interactive .main-svg").count() >= 1
    assert page.locator(".interactive > svg.plot").count() == 0


def test_without_scripts_the_picture_and_the_numbers_stay(signed_in: Signed, code: str) -> None:
    page = signed_in(java_script_enabled=False).new_page()
    page.goto(f"/measurements/{code}/plot/0")
    assert page.locator(".interactive > svg.plot").count() == 1
    assert page.locator("#numbers tbody tr").count() == 200


@pytest.mark.parametrize("width", [320, 1316])
def test_computed_by_keyboard(signed_in: Signed, code: str, width: int) -> None:
    page = signed_in(width=width).new_page()
    page.goto(f"/measurements/{code}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing hangs over"
    field = page.locator("[name=s-peak_threshold]")
    field.focus()
    page.keyboard.type("50")
    page.keyboard.press("Enter")
    page.locator("#preview").wait_for(timeout=60_000)
    assert page.locator("[name=s-peak_threshold]").input_value() == "50"
    assert page.get_by_role("button", name="Record as analysis 2").count() == 1
