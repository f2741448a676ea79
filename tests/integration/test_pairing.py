"""Two administrators pair two nodes: which addresses are accepted, what a page says while the link does not open, what can be changed."""

import pytest
from django.test import Client

from jointlab.errors import NotAllowed
from jointlab.federation import pairing
from jointlab.federation.documents import NodeDocument
from jointlab.federation.models import Partner
from jointlab.federation.own import make_recovery_key
from jointlab.ledger.keys import SigningKey
from jointlab.people.models import Person
from tests.integration.conftest import signed_in

pytestmark = pytest.mark.django_db

PRIVATE = "http://127.0.0.1:9121"
NOT_ENCRYPTED = f"{PRIVATE} is not encrypted. Use https, or allow private addresses for this pairing."


def proposal() -> bytes:
    """The document of a node `de` that nobody runs."""
    key, recovery = (SigningKey.generate(name=name) for name in ("de.example", "de.example/recovery"))
    return (
        NodeDocument(home="de", origin="de.example", key=key.public, recovery=recovery.public).to_note(key).to_bytes()
    )


@pytest.fixture
def there(node: None) -> Partner:
    """What it proposed, with a private address."""
    make_recovery_key()
    return pairing.note_proposal(proposal(), address=PRIVATE)


@pytest.fixture
def browser(administrator: Person) -> Client:
    """Of an administrator."""
    return signed_in(administrator)


def test_a_private_address_without_the_tick_is_refused_before_anything_is_confirmed(
    there: Partner, browser: Client
) -> None:
    sent = {"code": there.code, "address": PRIVATE}
    refused = browser.post("/partners/de/confirm", sent)
    assert refused.status_code == 422
    assert NOT_ENCRYPTED in refused.content.decode()
    assert Partner.objects.get().confirmed_at is None
    with pytest.raises(NotAllowed) as fault:  # the command alike, which may leave the address as it was proposed
        pairing.confirm("de", code=there.code, by="")
    assert fault.value.message == NOT_ENCRYPTED
    with pytest.raises(NotAllowed, match="which is not public"):
        pairing.confirm("de", code=there.code, by="", address="https://127.0.0.1:9121")
    assert Partner.objects.get().confirmed_at is None
    assert browser.post("/partners/de/confirm", sent | {"private_allowed": "on"}).status_code == 302
    found = Partner.objects.get()
    assert found.confirmed_at is not None
    assert (found.address, found.private_allowed) == (PRIVATE, True)


def test_the_address_is_changed_after_the_confirmation(there: Partner, browser: Client) -> None:
    pairing.confirm("de", code=there.code, by="", private_allowed=True)
    page = browser.get("/partners/de").content.decode()
    assert f"This node calls the other at {PRIVATE}." in page
    assert "/partners/de/address" in page
    moved = "http://127.0.0.1:9122"
    refused = browser.post("/partners/de/address", {"address": moved})
    assert refused.status_code == 422
    assert f"{moved} is not encrypted" in refused.content.decode()
    assert Partner.objects.get().address == PRIVATE
    assert browser.post("/partners/de/address", {"address": moved, "private_allowed": "on"}).status_code == 302
    found = Partner.objects.get()
    assert (found.address, found.private_allowed, found.reach) == (moved, True, Partner.Reach.BOTH)
    assert found.poked_at is not None  # a running node tries at once
    pairing.change_address("de", "https://1.1.1.1/", private_allowed=False)
    found = Partner.objects.get()
    assert (found.address, found.private_allowed) == ("https://1.1.1.1", False)


def test_a_node_that_cannot_be_reached_stays_the_one_that_calls(there: Partner) -> None:
    """To type the partner's address again does not mean that the partner reaches this node."""
    Partner.objects.update(reach=Partner.Reach.WE_DELIVER)
    pairing.confirm("de", code=there.code, by="", private_allowed=True, address=PRIVATE)
    assert Partner.objects.get().reach == Partner.Reach.WE_DELIVER


def test_the_page_says_why_the_link_does_not_open(there: Partner, browser: Client) -> None:
    pairing.confirm("de", code=there.code, by="", private_allowed=True)
    assert "The other side has not confirmed yet" in browser.get("/partners/de").content.decode()
    cut = {"state": Partner.State.CUT_OFF, "sentence": NOT_ENCRYPTED}
    Partner.objects.update(code_of_state="link.plain", **cut)
    page = browser.get("/partners/de").content.decode()
    assert NOT_ENCRYPTED in page
    assert "The other side has not confirmed yet" not in page
    assert "cut off" in browser.get("/partners").content.decode()
    Partner.objects.update(code_of_state="partner.not-paired", **cut | {"sentence": "The partner answers: not yet"})
    assert "The other side has not confirmed yet" in browser.get("/partners/de").content.decode()
    listed = browser.get("/partners").content.decode()
    assert "waits for the other side’s confirmation" in listed
