"""Digital evidence in a browser: a key, the hash signed with it, a passkey (of a device in software) that confirms it."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Signed
from tests.browser.node_process import PASSWORD, Served
from tests.browser.test_pages import serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_DEVICE: dict[str, Any] = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip
_AGREED = """
from jointlab.people.actors import actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_institution, add_person
from jointlab.people.records import InstitutionRecord, PersonRecord
from jointlab.agreements.queries.listing import version_on_table
from tests.integration.agreeing import agreed, proposed
add_institution(InstitutionRecord("nj", {"en": "Nanjing University"}, {"en": "Nanjing"}, "n", "Asia/Shanghai", "CN"))
guest = actor_of(add_person(PersonRecord("Wang Lei", "nj", "researcher")), home="kz")
own = actor_of(Person.objects.get(name="A. Serikov"), home="kz")
print(version_on_table(agreed(own, guest, proposed(own))))
"""
PASSPHRASE = "four words and a river"


@pytest.fixture
def agreed(served: Served) -> str:
    """The hash of a text that both sides agreed to."""
    return served.run(_AGREED).strip()


def test_a_key_a_signature_and_a_passkey(served: Served, browser: "Browser", agreed: str) -> None:
    address = f"/agreements/{agreed}/evidence"
    context = browser.new_context(
        base_url=served.address.replace("127.0.0.1", "localhost")
    )  # a passkey belongs to a name
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE})
    page.goto("/sign-in")
    page.fill("[name=username]", "serikov")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.pri")
    page.wait_for_url("**/")
    page.goto("/agreements/keys")
    assert page.locator("[data-without-passkey]").is_hidden()
    page.fill("[name=passphrase]", PASSPHRASE)
    page.fill("[name=again]", PASSPHRASE)
    page.click("text=Make a key")
    assert page.locator("main .hash").inner_text().count(" ") == 5
    page.fill("#passkey-name", "This computer")
    page.click("text=Register a passkey")
    page.wait_for_selector("main .feed >> text=This computer")
    page.goto(address)
    page.fill("[name=office]", "Rector")
    page.fill("[name=mandate]", "Charter, article 5")
    page.check("[name=read]")
    page.fill("main [name=passphrase]", PASSPHRASE)
    page.click("text=Sign the hash")
    assert "Charter, article 5" in page.locator("main .todo").inner_text()
    page.click("text=Confirm with a passkey")
    page.wait_for_selector("text=the device asked for the person")
    with page.expect_download() as download:
        page.click("text=PDF with the signature inside")
    assert download.value.suggested_filename.endswith("-signed.pdf")
    assert serious(page) == [] and problems == []
    context.close()


def test_without_passkeys_the_pages_still_work(served: Served, signed_in: Signed) -> None:
    page = signed_in(java_script_enabled=False).new_page()
    page.goto("/agreements/keys")
    assert page.locator("[data-without-passkey]").is_visible()
    assert page.locator("form[data-passkey]").is_hidden()
    assert page.locator("main [name=passphrase]").first.is_visible() or page.locator("main .hash").is_visible()
