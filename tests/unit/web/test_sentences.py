"""English sentences of the record find their template again, and are told in the reader's language."""

import pytest
from django.utils.translation import override

from jointlab.errors import BadInput
from jointlab.web import sentences, times
from jointlab.web.templatetags.web import said


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "There is no file “a {b}.mpt”."),
        ("ru", "Файла «a {b}.mpt» нет."),
        ("kk", "«a {b}.mpt» файлы жоқ."),
        ("zh-hans", "没有文件“a {b}.mpt”。"),
    ],
)
def test_a_recorded_sentence_finds_its_template(language: str, told: str) -> None:
    fault = BadInput("file.missing", "There is no file “{name}”.", name="a {b}.mpt")
    with override(language):
        assert sentences.sentence(fault) == told
        assert sentences.recorded(fault.message) == told


def test_a_number_keeps_the_digits_that_were_recorded() -> None:
    text = "The BET line is curved: its correlation is 0.9931."
    with override("ru"):
        assert sentences.recorded(text) == "Прямая БЭТ искривлена: её коэффициент корреляции 0.9931."


def test_a_phrase_of_the_program_inside_a_sentence_is_told_too() -> None:
    template = "“{name}” was recognised, but cannot be read: {title}. {advice}"
    facts = {"name": "a.raw", "title": "STOE WinXPOW file (.raw)", "advice": "In WinXPOW export it as .xyd or .xye."}
    with override("ru"):
        told = sentences.sentence(BadInput("format.unreadable", template, None, **facts))
        assert told.endswith("Файл STOE WinXPOW (.raw). В WinXPOW экспортируйте его как .xyd или .xye.")
        assert sentences.recorded(template.format(**facts)) == told


def test_the_name_of_a_file_is_never_translated() -> None:
    with override("ru"):
        assert (
            sentences.sentence(BadInput("x.y", "There is no file “{name}”.", name="Samples")) == "Файла «Samples» нет."
        )


def test_what_nobody_translated_stands_as_english_and_says_so() -> None:
    with override("kk"):
        assert (
            sentences.recorded("Colourless green ideas sleep furiously.") == "Colourless green ideas sleep furiously."
        )
        assert (
            said("<b>Colourless</b> green ideas.")
            == '<span lang="en">&lt;b&gt;Colourless&lt;/b&gt; green ideas.</span>'
        )
    with override("en"):
        assert said("Colourless green ideas.") == "Colourless green ideas."


def test_the_template_that_explains_most_is_taken() -> None:
    with override("zh-hans"):
        assert sentences.recorded("There is no sample “KZ-26-0001”.") == "没有样品“KZ-26-0001”。"


def test_a_hostile_sentence_is_looked_at_once() -> None:
    hostile = "“" + "” of “" * 50_000 + "” holds"
    with override("ru"):
        assert sentences.recorded(hostile) == hostile


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_a_refusal_says_days_as_the_reader_writes_them(language: str) -> None:
    fault = BadInput(
        "x", "{found}: {day}, {last}, {first}", found="2026-09-02", day="2026-09-02", last="2026-13-02", first="—"
    )
    with override(language):
        day = times.date("2026-09-02")
        assert day != "2026-09-02"
        assert sentences.sentence(fault) == f"2026-09-02: {day}, 2026-13-02, —"
    assert fault.message == "2026-09-02: 2026-09-02, 2026-13-02, —"
