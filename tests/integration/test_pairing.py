"""Two administrators pair two nodes: which addresses are accepted, what a page says while the link does not open, what can be changed."""

import socket

import pytest
from django.test import Client

from jointlab.errors import BadInput, NotAllowed, Unavailable
from jointlab.federation import pairing
from jointlab.federation.client import Link
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
    """The document of a node `de` that nobody runs, each time with other keys."""
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


def test_a_newer_proposal_replaces_the_one_that_waits(node: None) -> None:
    make_recovery_key()
    document = proposal()
    first = pairing.note_proposal(document, address=PRIVATE)
    second = pairing.note_proposal(document, address="")  # it says now that nobody can call it
    assert (second.address, second.reach) == ("", Partner.Reach.THEY_DELIVER)
    assert second.code == first.code
    third = pairing.note_proposal(document, address="https://1.1.1.1")
    assert (third.address, third.reach) == ("https://1.1.1.1", Partner.Reach.BOTH)
    pairing.confirm("de", code=third.code, by="")
    pairing.note_proposal(document, address=PRIVATE)
    assert Partner.objects.get().address == "https://1.1.1.1"  # what is confirmed is changed by administrators only


def test_what_an_administrator_typed_is_not_replaced_by_a_proposal(there: Partner) -> None:
    document = there.document.encode()
    Partner.objects.update(asked_here=True, private_allowed=True, reach=Partner.Reach.WE_DELIVER)
    answered = pairing.note_proposal(document, address="https://1.1.1.1")
    assert (answered.address, answered.private_allowed) == (PRIVATE, True)
    assert answered.reach == Partner.Reach.BOTH  # for it has reached this node
    Partner.objects.update(asked_here=False)
    answered = pairing.note_proposal(document, address="https://1.1.1.1")
    assert (answered.address, answered.private_allowed) == ("https://1.1.1.1", False)  # no tick for another address


def test_the_list_says_who_proposed(there: Partner, browser: Client) -> None:
    assert "de.example proposes a pairing" in browser.get("/partners").content.decode()
    Partner.objects.update(asked_here=True)
    page = browser.get("/partners").content.decode()
    assert "You have proposed a pairing to de.example: compare the code" in page
    assert "proposes a pairing" not in page


def test_a_wrong_code_is_most_often_a_wrong_digit(there: Partner, browser: Client) -> None:
    """The refusal stands above the field, so it does not hold what must not be copied into it."""
    with pytest.raises(BadInput, match="Most often a digit") as fault:
        pairing.confirm("de", code="0" * 30, by="")
    assert there.code not in fault.value.message
    refused = browser.post("/partners/de/confirm", {"code": "0" * 30})
    assert refused.status_code == 422
    assert refused.content.decode().count(there.code) == 1  # what this node shows, in its own place


def test_nobody_answers_at_a_dead_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable, match=f"Nobody answers at http://127.0.0.1:{port}: ") as fault:
        Link(f"http://127.0.0.1:{port}", private_allowed=True).get("/.well-known/jointlab")
    assert fault.value.code == "link.cut"
