"""The pages of transfers, as a browser without scripts uses them."""

import dataclasses
import re

import pytest
from django.test import Client
from django.urls import reverse

from jointlab.federation.models import Partner as Node
from jointlab.history.operations import now
from jointlab.laboratory.models import Sample, Transfer
from jointlab.laboratory.operations import projects, samples
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.queries.transfers import steps_of
from jointlab.laboratory.slips import Slip, slip_of
from jointlab.laboratory.views.custody import custody_bar
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from tests.integration.conftest import signed_in
from tests.integration.test_transfers import CLEARANCE, DRAFT, RECEIVED, SENT, paired  # noqa: F401

_TAGS = re.compile(r"<[^>]*>")


@pytest.fixture
def sample(actor: Actor, partner: Person) -> Sample:
    project = projects.add(actor, ProjectDraft("Cathodes", members=(actor.person, partner.id)))
    return samples.add(actor, dataclasses.replace(DRAFT, project=project.id, made_on="2026-09-02"))


def _seen(page: str, step: str) -> str:
    """What the form of a step carries along."""
    form = page[page.index(f'/{step}"') :]
    found = re.search(r'name="seen" value="(\w*)"', form)
    assert found is not None
    return found[1]


def _do(browser: Client, step: str, typed: dict[str, str], status: int = 302) -> str:
    """Fill in the form of a step as the page offers it."""
    transfer = Transfer.objects.get()
    page = browser.get(reverse("transfer", args=[transfer.id])).content.decode()
    answer = browser.post(reverse("transfer-step", args=[transfer.id, step]), {"seen": _seen(page, step), **typed})
    assert answer.status_code == status, _TAGS.sub("", answer.content.decode())
    return answer.content.decode() if status != 302 else browser.get(answer["Location"]).content.decode()


def test_from_the_samples_page_to_the_partner_and_back(researcher: Person, partner: Person, sample: Sample) -> None:
    ours, theirs = signed_in(researcher), signed_in(partner)
    assert (
        reverse("sample-send", args=[sample.code]) in ours.get(reverse("sample", args=[sample.code])).content.decode()
    )
    opened = ours.post(reverse("sample-send", args=[sample.code]), {"partner": "nj", "amount": "180 mg", "purpose": "Cycling"}, follow=True)  # fmt: skip
    page = opened.content.decode()
    assert "You must act: Record clearance" in page
    assert "Almaty must act." in theirs.get(reverse("transfer", args=[Transfer.objects.get().id])).content.decode()
    _do(ours, "clear", CLEARANCE)
    page = _do(ours, "send", {**SENT, "tracking": "1Z 999"})
    assert "180\u00a0mg" in page
    assert 'name="tracking" value="1Z 999"' in page  # not asked for again
    assert "Offered" in page
    page = _do(ours, "depart", {"on": "2026-09-28"})
    assert "Nanjing must act." in page
    waiting = theirs.get(reverse("transfers")).content.decode()
    assert "Waiting for us" in waiting
    assert re.search(r'Transfers <span class="cnt">1</span>', waiting)
    page = _do(theirs, "receive", RECEIVED)
    assert "Seal whole" in page
    made = ours.get(reverse("sample", args=[sample.code])).content.decode()
    assert re.search(r"Amount made</dt><dd[^>]*>620\u00a0mg", made)
    bar = custody_bar(Sample.objects.get(pk=sample.pk))
    assert [(one.mark, one.title, one.width) for one in bar.segments] == [("a", "Almaty", 6), ("n", "Nanjing", 3)]
    assert [one.text.replace("\u00a0", " ") for one in bar.segments] == [
        "since 2 Sep 2026 · 620 mg made · 440 mg left", "since 4 Oct 2026 · 180 mg left",
    ]  # fmt: skip


def test_every_slip_stands_at_its_field_and_what_was_typed_stays(researcher: Person, sample: Sample) -> None:
    ours = signed_in(researcher)
    address = reverse("sample-send", args=[sample.code])
    wrong = ours.post(address, {"partner": "kz", "amount": "5 pcs", "purpose": ""})
    assert wrong.status_code == 422
    for said in ("cannot be compared", "This field is required", "Select a valid choice", 'value="5 pcs"'):
        assert said in wrong.content.decode(), said
    assert not Transfer.objects.exists()
    ours.post(address, {"partner": "nj", "amount": "180 mg", "purpose": "x"})
    page = _do(ours, "clear", {**CLEARANCE, "hazard": " ", "customs": "Sample <b>"}, 422)
    assert "This field is required" in page
    assert "Sample &lt;b&gt;" in page
    assert Transfer.objects.get().state == "asked"
    _do(ours, "clear", CLEARANCE)
    page = _do(ours, "send", {**SENT, "amount": "621 mg", "on": "yesterday"}, 422)
    for said in ("more than the 620 mg that is here", "is no day"):
        assert said in page, said


def test_who_comes_second_sees_what_is_newer(researcher: Person, partner: Person, sample: Sample) -> None:
    ours, theirs = signed_in(researcher), signed_in(partner)
    ours.post(reverse("sample-send", args=[sample.code]), {"partner": "nj", "amount": "180 mg", "purpose": "x"})
    transfer = Transfer.objects.get()
    page = reverse("transfer", args=[transfer.id])
    seen = _seen(ours.get(page).content.decode(), "clear")
    _do(theirs, "refuse", {"why": "No licence"})
    late = ours.post(reverse("transfer-step", args=[transfer.id, "clear"]), {"seen": seen, **CLEARANCE})
    assert late.status_code == 409
    assert "The latest step is “Refused”" in late.content.decode()
    assert "No licence" in late.content.decode()


def test_a_partner_without_a_side_here_takes_no_step(researcher: Person, administrator: Person, partner: Person, sample: Sample) -> None:  # fmt: skip
    ours, theirs = signed_in(researcher), signed_in(partner)
    ours.post(reverse("sample-send", args=[sample.code]), {"partner": "nj", "amount": "180 mg", "purpose": "x"})
    transfer = Transfer.objects.get()
    forged = theirs.post(reverse("transfer-step", args=[transfer.id, "clear"]), {"seen": transfer.head, **CLEARANCE})
    assert forged.status_code == 403
    assert 'id="clear"' not in theirs.get(reverse("transfer", args=[transfer.id])).content.decode()
    assert theirs.post(reverse("transfer-step", args=[transfer.id, "fly"]), {}).status_code == 404
    assert theirs.post(reverse("transfer-step", args=[transfer.id, "ask"]), {}).status_code == 404
    assert signed_in(administrator).get(reverse("transfer", args=[transfer.id])).status_code == 200


def test_the_packing_slip(researcher: Person, sample: Sample) -> None:
    ours = signed_in(researcher)
    ours.post(reverse("sample-send", args=[sample.code]), {"partner": "nj", "amount": "180 mg", "purpose": "x"})
    address = reverse("transfer-slip", args=[Transfer.objects.get().id])
    assert ours.get(address).status_code == 404
    _do(ours, "clear", CLEARANCE)
    _do(ours, "send", SENT)
    for language in ("en", "ru", "kk", "zh-hans"):
        ours.cookies["jointlab_almaty_language"] = language
        pdf = ours.get(address)
        assert (pdf.status_code, pdf["Content-Type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")
        assert b"/Type/Pages/Count 1/" in pdf.content, "with short answers it is one page"
    transfer = Transfer.objects.get()
    ((_words, address),) = _slip(transfer).pages  # one node for both: the guests sign in here
    assert address == f"https://kz.example/transfers/{transfer.id}"


@pytest.mark.damages  # what comes from the partner stands in its log, which is not here
@pytest.mark.usefixtures("paired")
def test_the_slip_opens_the_receivers_own_node(researcher: Person, sample: Sample) -> None:
    ours = signed_in(researcher)
    ours.post(reverse("sample-send", args=[sample.code]), {"partner": "nj", "amount": "180 mg", "purpose": "x"})
    _do(ours, "clear", CLEARANCE)
    _do(ours, "send", SENT)
    transfer = Transfer.objects.get()
    here = ("Page at the node of Almaty", f"https://kz.example/transfers/{transfer.id}")
    assert _slip(transfer).pages == [here]  # no address of the partner is known
    there = Node.objects.create(
        prefix="nj", origin="nj.example", address="https://nj.example:8443", document="", code="1", recovery="r", proposed_at=now()
    )  # fmt: skip
    slip = _slip(transfer)
    assert slip.pages == [("Page at the node of Nanjing", f"https://nj.example:8443/transfers/{transfer.id}"), here]
    assert slip.opens == slip.pages[0]
    pdf = ours.get(reverse("transfer-slip", args=[transfer.id])).content
    assert b"/Type/Pages/Count 1/" in pdf
    there.delete()


def _slip(transfer: Transfer) -> Slip:
    return slip_of(transfer, {row.step: row for row in steps_of(transfer)}, node="https://kz.example/")


def test_the_list_goes_by_pages(actor: Actor, researcher: Person, sample: Sample) -> None:
    from jointlab.laboratory.operations import transfers
    from jointlab.laboratory.queries.transfers import PAGE, Asked, listed

    for _number in range(PAGE + 2):
        made = transfers.ask(actor, sample=sample, partner="nj", form={"amount": "1 mg", "purpose": "x"})
        transfers.take(actor, transfer=made, step="withdraw", form={"why": "x"}, seen=made.head)
    first = listed(actor)
    rest = listed(actor, Asked(after=first.after))
    assert (len(first.ended), len(rest.ended), rest.after) == (PAGE, 2, "")
    assert len({one.id for one in (*first.ended, *rest.ended)}) == PAGE + 2
    page = signed_in(researcher).get(f"{reverse('transfers')}?sample={sample.code}").content.decode()
    assert f"after={first.after.replace(':', '%3A')}" in page
