"""The paper of an agreement, looked at with a reader that is not ours (PDFium)."""

import json
import re
from datetime import date
from hashlib import sha256
from typing import Any

import pypdfium2
import pytest

from jointlab.agreements.documents import Layout, grouped, render
from jointlab.agreements.documents.labels import _LABELS, made_in
from jointlab.agreements.texts import LANGUAGES
from jointlab.agreements.versions import Version, read_version
from jointlab.errors import BadInput
from tests.unit.agreements.made_agreement import changed, clause, made, read, whole

DAY = date(2026, 9, 1)
KAZAKH, HAN = "ӘҒҚҢӨҰҮҺІ әғқңөұүһі", "联合实验室协议条款共同签署"


def pages(data: bytes) -> list[str]:
    """The text of each page with single spaces, line ends and soft breaks gone."""
    opened = pypdfium2.PdfDocument(data)
    try:
        texts = []
        for page in opened:
            reader = page.get_textpage()
            texts.append(" ".join(reader.get_text_range().replace("\u200b", "").replace("\ufffe", "").split()))
            reader.close()
            page.close()
        return texts
    finally:
        opened.close()


def print_of(document: dict[str, Any], **how: Any) -> str:
    return " ".join(pages(render(read(document), on=DAY, **how)))


def squeezed(text: str) -> str:
    """Without spaces: where a line ends is the typesetter's affair."""
    return "".join(text.split())


@pytest.fixture(scope="module")
def version() -> Version:
    return read(whole())


@pytest.mark.parametrize("layout", list(Layout))
def test_every_page_bears_the_hash_and_its_number(version: Version, layout: Layout) -> None:
    found = pages(render(version, on=DAY, layout=layout))
    assert len(found) > 4
    for number, text in enumerate(found, 1):
        assert grouped(version.hash) in text
        assert re.search(rf"Page {number} of {len(found)}|Страница {number} из {len(found)}|{len(found)} беттің {number}-беті|第 ?{number} ?页，共 ?{len(found)} ?页", text)  # fmt: skip


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("languages", [("en",), ("kk",), ("zh", "ru"), None])
def test_two_runs_give_the_same_bytes(version: Version, languages: tuple[str, ...] | None, layout: Layout) -> None:
    once = render(version, on=DAY, languages=languages, layout=layout)
    again = render(read_version(json.dumps(json.loads(version.to_bytes()), indent=3)), on=DAY, languages=languages, layout=layout)  # fmt: skip
    assert sha256(once).digest() == sha256(again).digest()
    assert render(version, on=date(2026, 9, 2), languages=languages, layout=layout) != once


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_pdf_a_and_pdf_ua_with_title_language_and_day(version: Version, language: str) -> None:
    data = render(version, on=DAY, languages=[language])
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in data
    assert (
        b"pdfuaid:part>1<" in data and f"<rdf:li>{language}".encode() in data and f"/Lang({language}".encode() in data
    )
    assert b"/Marked true" in data
    info = pypdfium2.PdfDocument(data).get_metadata_dict()
    assert version.head.title[language] in info["Title"] and info["CreationDate"].startswith("D:20260901")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_agreed_stands_on_paper(version: Version, language: str) -> None:
    text = squeezed(" ".join(pages(render(version, on=DAY, languages=[language]))))
    head = version.head
    for one in version.clauses:
        assert squeezed(one.number + one.title[language]) in text and squeezed(one.text[language]) in text
    for party in head.parties:
        assert text.count(squeezed(party.names[language])) >= 2  # among the parties, and where it signs
        assert party.id in text
    assert head.parent and head.parent.version in text and head.amends and head.amends.version in text
    for attachment in head.attachments:
        assert attachment.sha256 in text and attachment.name in text
    assert squeezed(made_in(head.languages, precedence=head.precedence, language=language)) in text
    assert head.zone in text and "15/11" in text and "register1" in text


def test_terms_stand_in_words_beside_the_text() -> None:
    text = print_of(whole(), languages=["en"])
    for words in (
        "Longest stay 6 months",
        "Notice of termination 6 months",
        "Rounded to multiples of 1/2",
        "Embargo 12 months",
        "Last day 31 August 2031",
    ):
        assert words in text
    assert "Срок уведомления о расторжении 6 месяцев" in print_of(whole(), languages=["ru"])
    assert "Эмбарго 12 ай" in print_of(whole(), languages=["kk"])
    assert squeezed("保密期12个月") in squeezed(print_of(whole(), languages=["zh"]))


def test_kazakh_and_chinese_letters_print_without_any_font_of_the_machine() -> None:
    document = changed(
        made(clause("3", "free")), "clauses", 1, "text", to={"en": "a", "ru": "ё", "kk": KAZAKH, "zh": HAN}
    )
    for layout in Layout:
        data = render(read(document), on=DAY, layout=layout)
        text = squeezed(" ".join(pages(data)))
        assert squeezed(KAZAKH) in text and HAN in text
        fonts = {name.split(b"+")[-1].decode() for name in re.findall(rb"/FontName\s*/([^\s/]+)", data)}
        assert all(name.startswith(("Libertinus", "NotoSerifSC", "NotoSansSC", "DejaVuSansMono")) for name in fonts), (
            fonts
        )
        assert any(name.startswith("NotoSerifSC") for name in fonts)


@pytest.mark.parametrize("hostile", [
    "#panic()", "#import \"x\": *", "$ x^2 $ *bold* _it_ `raw` = Heading", "@label <label> // gone /* gone */", "\\u{41} \\#", "#{while true {}}",
    "{page} {number} {all}", "<script>alert(1)</script> &amp; ]]>", "%PDF-1.7 endstream endobj", "#sys.inputs.data #read(\"/etc/passwd\")",
])  # fmt: skip
def test_text_is_never_markup(hostile: str) -> None:
    document = made(clause("3", "free"))
    for path in (
        ("clauses", 1, "text", "en"),
        ("clauses", 1, "title", "en"),
        ("head", "title", "en"),
        ("head", "parties", 0, "names", "en"),
    ):
        for layout in Layout:
            found = print_of(changed(document, *path, to=hostile), languages=["en", "ru"], layout=layout)
            assert squeezed(hostile) in squeezed(found), (path, layout)


@pytest.mark.parametrize(("text", "code"), [("smile 😀", "U+1F600"), ("한국", "U+D55C"), ("𠮷", "U+20BB7")])
def test_what_no_font_draws_is_refused_by_name(text: str, code: str) -> None:
    document = changed(made(clause("3", "free")), "clauses", 1, "text", "en", to=text)
    with pytest.raises(BadInput, match=re.escape(code)) as refused:
        render(read(document), on=DAY)
    assert refused.value.code == "printing.glyph"


def test_an_endless_word_stays_on_the_page() -> None:
    document = changed(made(clause("3", "free")), "clauses", 1, "text", "en", to="x" * 5000)
    for layout, languages in ((Layout.FOLLOWING, ["en"]), (Layout.BESIDE, None)):
        opened = pypdfium2.PdfDocument(render(read(document), on=DAY, layout=layout, languages=languages))
        seen = 0
        for page in opened:
            reader = page.get_textpage()
            for at in range(reader.count_chars()):
                if reader.get_text_range(at, 1) == "x":
                    seen += 1
                    assert reader.get_charbox(at)[2] < page.get_width() - 20
        assert seen >= 5000


def test_the_largest_version_that_there_can_be_is_printed_in_bounded_time() -> None:
    document = made(*(clause(str(number), "free") for number in range(2, 12)))
    for number in range(1, 11):
        texts = {"en": "word " * 6000, "ru": "слово " * 2200, "kk": "сөз " * 3000, "zh": "条款" * 4000}
        document = changed(document, "clauses", number, "text", to=texts)
    version = read_version(json.dumps(document, ensure_ascii=False))
    assert len(version.to_bytes()) > 900_000
    assert render(version, on=DAY, layout=Layout.BESIDE).startswith(b"%PDF-1.7")


def test_another_language_or_layout_is_refused() -> None:
    version = read(made(clause("3", "free")))
    for languages in (["de"], ["en", "en"]):
        with pytest.raises(BadInput, match="cannot be printed"):
            render(version, on=DAY, languages=languages)
    with pytest.raises(BadInput, match="none of: following, beside"):
        render(version, on=DAY, layout="across")


def test_the_languages_and_which_prevails_are_said() -> None:
    assert (
        made_in(["en", "zh", "kk"], precedence="first", language="en")
        == "Made in English, Chinese and Kazakh. Where the texts differ, the English text prevails."
    )
    assert (
        made_in(["ru", "kk"], precedence="equal", language="ru")
        == "Составлено на русском и казахском языках; все тексты имеют одинаковую силу."
    )
    assert made_in(["zh"], precedence="first", language="zh") == "以中文订立。"
    assert made_in(["kk", "en"], precedence="first", language="kk").startswith("Қазақ және ағылшын тілдерінде жасалды.")


def test_every_label_is_written_in_every_language_with_the_same_facts() -> None:
    for key, words in _LABELS.items():
        assert len(words) == len(LANGUAGES) and all(words), key
        assert len({frozenset(re.findall(r"\{\w+\}", one)) for one in words}) == 1, key
