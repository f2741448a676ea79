"""Signatures inside the PDF: two parties in turn, and what happens when a byte is changed."""

import re
from datetime import date
from io import BytesIO

import pytest
from cryptography import x509

from jointlab.agreements.documents import check_pdf, render, sign_pdf
from jointlab.agreements.documents.pades import _certificate
from jointlab.agreements.signing import Signatory, Statement
from jointlab.agreements.versions import Version
from jointlab.errors import BadInput
from tests.unit.agreements.made_agreement import KZ, NJ, made, read

FIRST, SECOND = Signatory.generate(), Signatory.generate()


def statement(version: Version, party: str, name: str) -> Statement:
    given = {"version": version.hash, "party": party, "name": name, "office": "Rector of a university with a name that is longer than sixty-four characters", "mandate": "Charter",
             "act": "sign", "day": "2026-11-20", "node": "almaty", "mandate_until": "2027-01-31"}  # fmt: skip
    return Statement.of(given)


@pytest.fixture(scope="module")
def version() -> Version:
    return read(made())


@pytest.fixture(scope="module")
def printed(version: Version) -> bytes:
    return render(version, on=date(2026, 11, 16), languages=["en"])


@pytest.fixture(scope="module")
def once(version: Version, printed: bytes) -> bytes:
    return sign_pdf(printed, statement=statement(version, KZ, "Айгүл Өтегенова"), signatory=FIRST)


@pytest.fixture(scope="module")
def twice(version: Version, once: bytes) -> bytes:
    return sign_pdf(once, statement=statement(version, NJ, "王 Second"), signatory=SECOND)


def test_a_second_signature_leaves_the_first_intact(
    version: Version, printed: bytes, once: bytes, twice: bytes
) -> None:
    (alone,) = check_pdf(once, printed=printed)
    assert alone.stands and alone.last and alone.key == FIRST.public and alone.name == "Айгүл Өтегенова"
    first, second = check_pdf(twice, printed=printed)
    assert first.stands and not first.last and first.key == FIRST.public
    assert second.stands and second.last and second.key == SECOND.public and second.name == "王 Second"
    assert first.reason == second.reason == f"sign {version.hash}" and first.signed_at is not None
    assert once.startswith(printed) and twice.startswith(once)
    assert check_pdf(printed) == ()


def test_one_changed_byte_of_the_document_breaks_both(twice: bytes, printed: bytes) -> None:
    at = printed.index(b"/Creator") + 12
    changed = twice[:at] + bytes([twice[at] ^ 1]) + twice[at + 1 :]
    found = check_pdf(changed)
    assert len(found) == 2 and not any(one.sound or one.stands for one in found)
    with pytest.raises(BadInput) as refused:
        check_pdf(changed, printed=printed)
    assert refused.value.code == "signing.pdf_other"


def test_no_changed_byte_anywhere_leaves_both_standing(twice: bytes) -> None:
    for at in range(7, len(twice), len(twice) // 60):
        try:
            found = check_pdf(twice[:at] + bytes([twice[at] ^ 1]) + twice[at + 1 :])
        except BadInput:
            continue
        assert len(found) < 2 or not all(one.stands for one in found) or _in_last_room(twice, at), at


def _in_last_room(data: bytes, at: int) -> bool:
    """Whether this byte lies in the room of the last signature itself, which nothing can cover: only its zeros do not count."""
    ranges = [tuple(map(int, one.split())) for one in re.findall(rb"/ByteRange\s*\[([\d\s]+)\]", data)]
    start, length, after, _ = max(ranges, key=sum)
    return start + length <= at < after


def test_pages_that_are_changed_after_the_signature_are_found(twice: bytes) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(twice))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    found = check_pdf(out.getvalue())
    assert len(found) == 2 and all(one.sound and not one.unchanged and not one.stands and not one.last for one in found)


def test_it_still_says_that_it_is_pdf_a(twice: bytes, printed: bytes) -> None:
    added = twice[len(printed) :]
    assert b'pdfaid:part="2" pdfaid:conformance="A"' in added


def test_the_certificate_follows_from_the_statement(version: Version) -> None:
    said = statement(version, KZ, "Айгүл Өтегенова")
    made_once = _certificate(said, FIRST)
    assert made_once == _certificate(said, FIRST) != _certificate(said, SECOND)
    certificate = x509.load_der_x509_certificate(made_once)
    assert (
        f"{certificate.not_valid_before_utc:%Y-%m-%d}" == "2026-11-19"
        and f"{certificate.not_valid_after_utc:%Y-%m-%d}" == "2027-02-02"
    )


def test_what_is_no_pdf_is_refused(version: Version) -> None:
    said = statement(version, KZ, "A")
    for data in (b"", b"%PDF-1.7\n", b"no PDF at all", b"%PDF-1.7\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF"):
        with pytest.raises(BadInput) as refused:
            check_pdf(data)
        assert refused.value.code == "signing.pdf_form"
        with pytest.raises(BadInput):
            sign_pdf(data, statement=said, signatory=FIRST)
    with pytest.raises(BadInput, match="too large"):
        check_pdf(b" " * (64 * 1024 * 1024 + 1))
