"""The pages of samples and devices, as a browser without scripts uses them."""

import dataclasses
import re
from collections.abc import Iterable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jointlab.laboratory.models import Device, Note, Sample
from jointlab.laboratory.operations import devices, projects, samples
from jointlab.laboratory.operations.devices import DeviceDraft
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.operations.samples import Part, SampleDraft
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from tests.integration.conftest import signed_in

DRAFT = SampleDraft(title="LiFePO₄/C", composition="LiFePO4/C", amount="620 mg", tags=("cathode",), hazards=("GHS07",))
STEPS = {"steps-TOTAL_FORMS": "3", "steps-INITIAL_FORMS": "0"}


@pytest.fixture
def sample(actor: Actor) -> Sample:
    return samples.add(actor, DRAFT)


@pytest.fixture
def browser(researcher: Person) -> Client:
    return signed_in(researcher)


def _addresses(sample: Sample, device: Device) -> Iterable[tuple[str, int]]:
    """Every page to look at, and what a stranger's sample answers."""
    for name in ("sample", "sample-edit", "sample-split", "sample-label", "device-new"):
        yield reverse(name, args=[sample.code]), 404
    for name in ("device", "device-edit", "device-label"):
        yield reverse(name, args=[device.code]), 404
    for name in ("samples", "search"):
        yield reverse(name), 200


def test_three_persons_on_every_page(
    actor: Actor, researcher: Person, administrator: Person, partner: Person, node: None
) -> None:
    secret = projects.add(actor, ProjectDraft("Secret", restricted=True))
    sample = samples.add(actor, dataclasses.replace(DRAFT, project=secret.id))
    device = devices.add(actor, sample=sample, draft=DeviceDraft("cell"))
    for address, foreign in _addresses(sample, device):
        assert signed_in(researcher).get(address).status_code == 200, address
        for other in (administrator, partner):
            page = signed_in(other).get(address)
            assert page.status_code == foreign, address
            assert sample.title not in page.content.decode()
        stranger = Client().get(address)
        assert (stranger.status_code, stranger.headers["Location"].split("?")[0]) == (302, reverse("sign-in")), address


def test_three_persons_on_every_act(actor: Actor, researcher: Person, partner: Person, sample: Sample) -> None:
    device = devices.add(actor, sample=sample, draft=DeviceDraft("cell"))
    acts = [
        reverse(name, args=[sample.code]) for name in ("sample-archive", "sample-put-back", "note-new", "sample-split")
    ]
    acts += [reverse(name, args=[device.code]) for name in ("device-archive", "device-put-back")]
    for address in acts:
        assert signed_in(partner).post(address).status_code == 404, address
        assert Client().post(address).status_code == 302, address
    assert (Sample.objects.get().rev, Device.objects.get().rev, Note.objects.count()) == (1, 1, 0)


def test_a_sample_is_made_with_steps_and_without_scripts(browser: Client) -> None:
    typed = {
        "title": "TiO₂ film", "form": "film", "amount": "4 cm2", "tags": "tio2, sol–gel", "hazards": ["GHS02", "GHS07"], **STEPS,
        "steps-0-what": "spin-coat", "steps-2-what": "anneal", "steps-2-temperature": "450 °C",
    }  # fmt: skip
    more = browser.post(reverse("sample-new"), {**typed, "more": "1"})
    assert more.status_code == 200
    assert not Sample.objects.exists()
    assert len(re.findall(r'name="steps-\d+-what"', more.content.decode())) == 7  # what was typed, and five more
    made = browser.post(reverse("sample-new"), typed, follow=True)
    sample = Sample.objects.get()
    assert [step["what"] for step in sample.steps] == ["spin-coat", "anneal"]
    page = made.content.decode()
    for text in (sample.code, "TiO₂ film", "anneal", "450 °C", "GHS02", "is made.", "Undo"):
        assert text in page


def test_every_slip_stands_at_its_field_and_what_was_typed_stays(browser: Client) -> None:
    typed = {"title": "", "composition": "Li(Fe", "amount": "lots", "form": "film", "parents": "KZ-99-9999", **STEPS}
    page = browser.post(reverse("sample-new"), typed)
    text = page.content.decode()
    assert page.status_code == 422
    assert not Sample.objects.exists()
    for said in ("This field is required", "never closed", "is no number with a unit", "KZ-99-9999", 'value="Li(Fe"'):
        assert said in text, said


def test_hostile_text_is_shown_as_text(actor: Actor, browser: Client) -> None:
    bad = "<script>alert(1)</script>"
    sample = samples.add(actor, SampleDraft(title=bad, composition=bad, synthesis=bad, tags=(bad,)))
    samples.change(actor, sample=sample, draft=SampleDraft(title=bad + "2", synthesis=bad), expected_rev=1)
    for address in (reverse("sample", args=[sample.code]), reverse("samples"), reverse("search") + "?q=script"):
        assert "<script>alert" not in browser.get(address).content.decode()


def test_the_second_editor_sees_both_changes(actor: Actor, sample: Sample, browser: Client) -> None:
    samples.change(
        actor, sample=sample, draft=dataclasses.replace(DRAFT, amount="500 mg", title="theirs"), expected_rev=1
    )
    typed = {"title": "mine", "composition": "LiFePO4", "amount": "620 mg", "form": "powder", "tags": "cathode", "hazards": ["GHS07"],
             "rev": "1", **STEPS}  # fmt: skip
    stale = browser.post(reverse("sample-edit", args=[sample.code]), typed)
    text = stale.content.decode()
    assert stale.status_code == 409
    for said in (
        "Somebody else changed this",
        "theirs",
        'value="mine"',
        'value="500 mg"',
        'value="LiFePO4"',
        'name="rev" value="2"',
    ):
        assert said in text, said
    sample.refresh_from_db()
    assert sample.title == "theirs"
    saved = browser.post(
        reverse("sample-edit", args=[sample.code]), {**typed, "amount": "500 mg", "rev": "2"}, follow=True
    )
    sample.refresh_from_db()
    assert (saved.status_code, sample.title, sample.amount, sample.rev) == (200, "mine", "500 mg", 3)
    assert "version 3" in saved.content.decode()


@pytest.mark.parametrize("rev", ["", "x", "-1", "9" * 30, "١"])
def test_a_form_of_nobodys_making_changes_nothing(sample: Sample, browser: Client, rev: str) -> None:
    typed = {"title": "forged", "form": "powder", "rev": rev, **STEPS}
    assert browser.post(reverse("sample-edit", args=[sample.code]), typed).status_code == 409
    sample.refresh_from_db()
    assert sample.title == DRAFT.title


def test_archive_and_undo(sample: Sample, browser: Client) -> None:
    archived = browser.post(reverse("sample-archive", args=[sample.code]), follow=True).content.decode()
    assert "is archived." in archived
    assert reverse("sample-put-back", args=[sample.code]) in archived
    assert sample.code not in browser.get(reverse("samples")).content.decode()
    assert sample.code in browser.get(reverse("samples") + "?archived=1").content.decode()
    browser.post(reverse("sample-put-back", args=[sample.code]))
    assert sample.code in browser.get(reverse("samples")).content.decode()


def test_split_on_the_page(sample: Sample, browser: Client) -> None:
    address = reverse("sample-split", args=[sample.code])
    assert "620 mg" in browser.get(address).content.decode()
    refused = browser.post(address, {"parts": "700 mg"})
    assert (refused.status_code, "more than the 620 mg" in refused.content.decode()) == (422, True)
    page = browser.post(address, {"parts": "0,2 g, for Nanjing\n100 mg"}, follow=True).content.decode()
    assert "320\u00a0mg left" in page
    assert {s.title for s in Sample.objects.exclude(pk=sample.pk)} == {"for Nanjing", DRAFT.title}


def test_devices_on_the_page(sample: Sample, browser: Client) -> None:
    new = reverse("device-new", args=[sample.code])
    assert "active_fraction" in browser.get(f"{new}?kind=electrode").content.decode()
    assert "counter_electrode" not in browser.get(f"{new}?kind=electrode").content.decode()
    refused = browser.post(f"{new}?kind=electrode", {"active_fraction": "0.8"})
    assert (refused.status_code, "per cent" in refused.content.decode()) == (422, True)
    browser.post(f"{new}?kind=electrode", {"coating_mass": "12,4 mg", "active_fraction": "80 %"})
    electrode = Device.objects.get()
    page = browser.post(
        f"{new}?kind=cell", {"made_of": electrode.pk, "one_c": "170 mAh/g"}, follow=True
    ).content.decode()
    for text in (f"{sample.code}-C1", "9.92 mg", "nominal_capacity", f"of {electrode.code}"):
        assert text in page, text


def test_notes_with_files(sample: Sample, browser: Client, partner: Person) -> None:
    file = SimpleUploadedFile("../SEM <1>.tif", b"II*\x00not really", content_type="text/html")
    page = browser.post(
        reverse("note-new", args=[sample.code]), {"text": "Looks <b>good</b>", "attachments": [file]}, follow=True
    )
    note = Note.objects.get()
    text = page.content.decode()
    assert "Looks &lt;b&gt;good&lt;/b&gt;" in text
    assert note.attachments.get().name == "SEM <1>.tif"
    address = reverse("note-file", args=[note.pk, note.attachments.get().sha256])
    answer = browser.get(address)
    assert b"".join(answer.streaming_content) == b"II*\x00not really"  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert signed_in(partner).get(address).status_code == 404
    assert browser.get(address[:-1] + ("0" if address[-1] != "0" else "1")).status_code == 404
    browser.post(reverse("note-withdraw", args=[note.pk]))
    assert "good" not in browser.get(reverse("sample", args=[sample.code])).content.decode()
    browser.post(reverse("note-put-back", args=[note.pk]))
    assert "good" in browser.get(reverse("sample", args=[sample.code])).content.decode()


def test_an_empty_note_is_refused(sample: Sample, browser: Client) -> None:
    assert browser.post(reverse("note-new", args=[sample.code]), {"text": " "}).status_code == 400
    assert not Note.objects.exists()


@pytest.mark.parametrize(("size", "status"), [("50x25", 200), ("62x29", 200), ("A4", 400)])
def test_labels(sample: Sample, browser: Client, size: str, status: int) -> None:
    answer = browser.get(reverse("sample-label", args=[sample.code]) + f"?size={size}")
    assert answer.status_code == status
    if status == 200:
        assert answer.content.startswith(b"%PDF")
        assert answer.headers["Content-Type"] == "application/pdf"


def test_the_list_filters_sorts_and_pages(actor: Actor, browser: Client) -> None:
    whole = samples.add(actor, DRAFT)
    samples.split(actor, sample=whole, parts=[Part("1 mg", f"part {n}") for n in range(50)])
    samples.add(actor, SampleDraft(title="Kesterite film", form="film", tags=("pv",)))

    def codes(address: str) -> list[str]:
        return re.findall(r'href="/samples/(KZ-\d\d-\d{4})"', browser.get(address).content.decode())

    first = browser.get(reverse("samples") + "?sort=code")
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert following
    rest = codes(reverse("samples") + following[1].replace("&amp;", "&"))
    assert codes(reverse("samples") + "?sort=code") + rest == sorted(Sample.objects.values_list("code", flat=True))
    assert len(codes(reverse("samples") + "?form=film")) == len(codes(reverse("samples") + "?tag=pv")) == 1
    assert len(codes(reverse("samples") + "?text=kester")) == 1
    empty = browser.get(reverse("samples") + "?form=film&text=lifepo4").content.decode()
    assert "No sample fits" in empty
    assert re.search(r"Form: Film”</a>: 51", empty)
    for bad in ("?sort=nonsense", "?after=xxx", "?since=yesterday", "?after=WyJkYXRlIiwieCIsInkiXQ"):
        assert browser.get(reverse("samples") + bad).status_code == 400, bad


def test_pages_go_forwards_and_back(actor: Actor, browser: Client) -> None:
    whole = samples.add(actor, DRAFT)
    for _ in range(3):
        samples.split(actor, sample=whole, parts=[Part("1 mg")] * 50)

    def page(address: str) -> str:
        return browser.get(reverse("samples") + address.replace("&amp;", "&")).content.decode()

    def at(rel: str, text: str) -> str:
        found = re.search(rf'rel="{rel}" href="([^"]+)"', text)
        return found[1] if found else ""

    first = page("")
    second = page(at("next", first))
    third = page(at("next", second))
    assert at("prev", first) == ""
    assert "".join(re.findall(r"/samples/KZ\S+", page(at("prev", third)))) == "".join(
        re.findall(r"/samples/KZ\S+", second)
    )
    assert at("prev", page(at("prev", second))) == ""
    assert at("next", page(at("next", third))) == ""


def test_search(actor: Actor, browser: Client, sample: Sample, partner: Person) -> None:
    projects.add(actor, ProjectDraft("Графеновые аноды"), slug="graphene")
    device = devices.add(actor, sample=sample, draft=DeviceDraft("cell"))
    samples.add(actor, SampleDraft(title="氧化石墨烯"))
    for question, found in (
        ("lifep", sample.code),
        ("石墨", "氧化石墨烯"),
        ("烯", "氧化石墨烯"),
        ("ГРАФЕНОВЫЕ ан", "Графеновые аноды"),
        ("serik", "A. Serikov"),
    ):
        assert found in browser.get(reverse("search"), {"q": question}).content.decode(), question
    assert "Nothing holds all" in browser.get(reverse("search"), {"q": "lifepo4 nowhere"}).content.decode()
    assert browser.get(reverse("search"), {"q": sample.code.lower()}).headers["Location"] == reverse(
        "sample", args=[sample.code]
    )
    assert browser.get(reverse("search"), {"q": device.code}).headers["Location"] == reverse(
        "device", args=[device.code]
    )
    hidden = signed_in(partner).get(reverse("search"), {"q": "lifep"}).content.decode()
    assert sample.code not in hidden
    assert browser.get(reverse("search"), {"q": "'\"%_*\x07" * 100}).status_code == 200
