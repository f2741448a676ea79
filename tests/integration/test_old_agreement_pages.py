"""Pages on which agreements signed long ago are entered: one, a draft with its clauses, a table of them; and how they are confirmed."""

import io
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jointlab.agreements.models import AgreementDraft
from jointlab.agreements.old_papers import COLUMNS, MOST_BYTES, read_rows
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.lives import standing_on, version_named
from jointlab.agreements.sheets import as_xlsx
from jointlab.cases.models import Case
from jointlab.errors import BadInput
from jointlab.history.models import Entry
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from tests.integration.agreeing import drafted
from tests.integration.conftest import signed_in

PAPER = {
    "title_ru": "Меморандум", "title_zh": "备忘录", "partner": "nj", "rank": "framework", "subject": "Обмен студентами", "signed_on": "2016-05-20",
    "begins": "2016-09-01", "ends": "2045-08-31", "notice": "6", "run_off": "12", "signatory": "Ректор", "mandate": "Устав",
}  # fmt: skip
ROW = {
    "title_en": "Memorandum", "partner": "nj", "begins": "2016-09-01", "ends": "2045-08-31", "notice": "6", "signed_on": "2016-05-20",
    "signatory": "Rector", "mandate": "Charter", "scan": "old.pdf",
}  # fmt: skip


@pytest.fixture
def ours(researcher: Person) -> Client:
    return signed_in(researcher)


@pytest.fixture
def theirs(partner: Person) -> Client:
    return signed_in(partner)


def _scan(name: str = "old.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4 " + name.encode())


def _xlsx(*rows: dict[str, str]) -> bytes:
    return as_xlsx([("Agreements", [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in rows)])])


def _sent(client: Client, data: bytes, *scans: str, kept: str = "") -> Any:
    table = SimpleUploadedFile("table.xlsx", data)
    return client.post(
        "/agreements/old/table", {"table": table, "scans": [_scan(name) for name in scans], "kept": kept}
    )


def _kept(page: str) -> str:
    return str(re.findall(r'name="kept" value="([^"]*)"', page)[0])


def test_one_is_entered_and_the_other_side_confirms_it(actor: Actor, ours: Client, theirs: Client) -> None:
    assert "Enter it" in ours.get("/agreements/old").content.decode()
    more = [_scan("annex.pdf"), _scan("translation.pdf")]
    address = ours.post("/agreements/old", PAPER | {"scan": _scan(), "more": more})["Location"]
    hash = address.rpartition("/")[2]
    version = version_named(hash)
    assert version is not None
    assert (version.head.title["en"], version.head.title["zh"]) == ("Меморандум", "备忘录")
    assert [one.name for one in version.head.attachments] == ["annex.pdf", "translation.pdf"]
    page = theirs.get(address).content.decode()
    assert "entered this agreement as signed before" in page
    page = theirs.get(f"{address}/sign").content.decode()
    assert "I compared what was entered with our own signed paper" in page
    assert "Cleared inside each house" not in page
    sent = {"seen": Case.objects.get().head, "version": hash, "scan": _scan("theirs.pdf"), "signed_on": "2016-06-01", "signatory": "President", "mandate": "Charter"}  # fmt: skip
    assert theirs.post(f"{address}/sign", sent).status_code == 422, "it was not compared"
    assert theirs.post(f"{address}/sign", sent | {"scan": _scan("theirs.pdf"), "compared": "on"})["Location"] == address
    assert standing_on(hash).state == "in-force"  # type: ignore[union-attr]
    assert "All parties have signed; in force since" in ours.get(address).content.decode()


def test_what_is_wrong_stands_at_its_field_and_nothing_is_stored(ours: Client) -> None:
    before = Entry.objects.count()
    for more, said in (
        ({"title_ru": "", "title_zh": ""}, "in one language at least"), ({"ends": "2010-01-01"}, "comes after the last"),
        ({"signed_on": "2999-01-01"}, "still to come"), ({"mandate_until": "2001-01-01"}, "The mandate was valid until"),
        ({"begins": "soon"}, "soon"), ({"rank": "annex"}, "must name the agreement to which it belongs"), ({"signatory": ""}, "required"),
    ):  # fmt: skip
        answer = ours.post("/agreements/old", PAPER | {"scan": _scan()} | more)
        assert answer.status_code == 422, more
        assert said in answer.content.decode(), more
    assert ours.post("/agreements/old", PAPER).status_code == 422, "the scan is needed"
    assert Entry.objects.count() == before


def test_its_clauses_are_typed_first_and_then_it_is_entered(ours: Client) -> None:
    signature = dict.fromkeys(("signed_on", "signatory", "mandate"), "")
    address = ours.post("/agreements/old", PAPER | signature | {"clauses": "1"})["Location"]
    draft = AgreementDraft.objects.get()
    assert address == f"/agreements/drafts/{draft.pk}"
    assert "Signed on paper already?" in ours.get(address).content.decode()
    signed = {"signed_on": "2016-05-20", "signatory": "Rector", "mandate": "Charter"}
    refused = ours.post(f"{address}/enter", signed)
    assert (refused.status_code, AgreementDraft.objects.count()) == (422, 1)
    refused = ours.post(f"{address}/enter", signed | {"scan": _scan(), "signed_on": "2999-01-01"})
    assert (refused.status_code, "still to come" in refused.content.decode()) == (422, True)
    sent = ours.post(f"{address}/enter", signed | {"scan": _scan()})
    assert sent["Location"].startswith("/agreements/")
    assert (AgreementDraft.objects.count(), Case.objects.get().state) == (0, "entered")


def test_an_amendment_is_no_old_paper(actor: Actor, ours: Client) -> None:
    draft = drafted(actor)
    draft.base = "0" * 64
    draft.save()
    assert "Signed on paper already?" not in ours.get(f"/agreements/drafts/{draft.pk}").content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_empty_table_is_one_that_is_taken(ours: Client, form: str) -> None:
    data = ours.get(f"/agreements/old/agreements.{form}").content
    with pytest.raises(BadInput, match="no rows below"):
        read_rows(data)
    assert ours.get("/agreements/old/agreements.ods").status_code == 404


def test_a_workbook_is_shown_row_by_row_and_entered_by_one_click(ours: Client) -> None:
    before = Entry.objects.count()
    bad = _xlsx(
        ROW,
        ROW | {"title_en": "Protocol", "ends": "2010-01-01", "scan": "lost.pdf"},
        ROW | {"title_en": "Annex", "partner": "xx"},
    )
    answer = _sent(ours, bad, "old.pdf")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "2 rows cannot be entered; nothing was stored" in page
    assert "Row 3, column “scan”: the scan “lost.pdf” was not brought" in page
    assert "Row 3, column “ends”" in page
    assert "Row 4, column “partner”: “xx” is no partner" in page
    assert "Enter all of them" not in page
    good = _xlsx(ROW, ROW | {"title_en": "Protocol", "scan": "second.pdf; old.pdf"})
    page = _sent(ours, good, "second.pdf", kept=_kept(page)).content.decode()  # the first scan is still there
    assert "2 agreements can be entered" in page
    assert (Entry.objects.count(), Case.objects.exists()) == (before, False)
    sent = ours.post("/agreements/old/table", {"confirm": "1", "kept": _kept(page)})
    assert (sent.status_code, Case.objects.count()) == (302, 2)
    assert sorted(case.title for case in Case.objects.all()) == ["Memorandum", "Protocol"]
    version = version_named(listing.version_on_table(Case.objects.get(title="Protocol")))
    assert version is not None
    assert [one.name for one in version.head.attachments] == ["old.pdf"]
    again = ours.post("/agreements/old/table", {"confirm": "1", "kept": _kept(page)})
    assert (again.status_code, Case.objects.count()) == (409, 2)
    assert "is entered already, as KZ-A-" in again.content.decode()


def test_what_another_person_brought_is_nobody_elses(ours: Client, theirs: Client) -> None:
    page = _sent(ours, _xlsx(ROW), "old.pdf").content.decode()
    answer = theirs.post("/agreements/old/table", {"confirm": "1", "kept": _kept(page)})
    assert (answer.status_code, Case.objects.exists()) == (409, False)
    assert "Bring the table and the scans again" in answer.content.decode()


def test_days_and_numbers_of_a_real_workbook() -> None:
    cells = [ROW.get(name, "") for name in COLUMNS]
    sheet = zipfile.ZipFile(io.BytesIO(_xlsx(ROW)))
    parts = {name: sheet.read(name).decode() for name in sheet.namelist()}
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(
        'numFmtId="49" applyNumberFormat="1"/>', 'numFmtId="14" applyNumberFormat="1"/>'
    )
    for text, number in (("2016-09-01", "42614"), ("2016-05-20", "42510"), ("6", "6")):
        assert text in cells
        parts["xl/worksheets/sheet1.xml"] = re.sub(
            rf't="inlineStr" s="0"><is><t xml:space="preserve">{text}</t></is>',
            f's="{1 if text == "6" else 0}"><v>{number}</v>', parts["xl/worksheets/sheet1.xml"],
        )  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    (row,) = read_rows(out.getvalue())
    assert (row.get("begins"), row.get("signed_on"), row.get("notice")) == ("2016-09-01", "2016-05-20", "6")


def _hostile(sheet: bytes, **more: bytes) -> bytes:
    archive, out = zipfile.ZipFile(io.BytesIO(_xlsx(ROW))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in archive.namelist():
            made.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else archive.read(name))
        for name, data in more.items():
            made.writestr(name, data)
    return out.getvalue()


_MAIN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_hostile(_MAIN + b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'), "entering.extent"),
        (_hostile(_MAIN + b"</sheetData></worksheet>", big=bytes(60 * 2**20)), "archive.bomb"),
        (_hostile(_MAIN + b"</sheetData></worksheet>", big=b"".join(b"%d" % one for one in range(5_900_000))[: 41 * 2**20 : 1]), "entering.size"),
        (_xlsx(ROW)[:200], "archive.broken"), (_hostile(b"<nothing"), "workbook.broken"), (b"\xd0\xcf\x11\xe0" + bytes(600), "entering.text"),
        (bytes(MOST_BYTES + 1), "entering.size"), (b"title_en,title_en\na,b\n", "entering.columns_twice"),
    ],
    ids=["far cells", "a bomb", "too much", "cut", "no sheet", "an old .xls", "large", "twice"],
)  # fmt: skip
def test_hostile_workbooks_are_refused_in_words(ours: Client, data: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_rows(data)
    assert caught.value.code == code
    answer = _sent(ours, data)
    assert (answer.status_code, Case.objects.exists()) == (422, False)
