"""Words for terms: every kind, term and option in every language, and none besides."""

from collections.abc import Iterator
from datetime import date

import pytest

from jointlab.agreements.kinds import KINDS
from jointlab.agreements.texts import LANGUAGES
from jointlab.agreements.values import Choice, Kind, Set, Table
from jointlab.agreements.words import (
    Said,
    day_in_words,
    kind_in_words,
    number_in_words,
    term_in_words,
    terms_in_words,
)
from jointlab.agreements.words.table import KIND_WORDS, OPTION_WORDS, TERM_WORDS
from tests.unit.agreements.made_agreement import KZ, NJ, Document, clause, credits, made, places, read, whole

NAMES = {KZ: "KazNU, Almaty", NJ: "NJUST"}


def said(document: Document, language: str = "en") -> dict[str, Said]:
    version = read(made(document))
    return {one.name: one for one in terms_in_words(version.clauses[-1], language=language, names=NAMES)}


def _options(key: str, kind: Kind) -> Iterator[tuple[str, str]]:
    if isinstance(kind, Choice):
        yield from ((key, option) for option in kind.options)
    elif isinstance(kind, Set):
        yield from _options(key, kind.of)
    elif isinstance(kind, Table):
        for column in kind.columns:
            yield from _options(f"{key}.{column.name}", column.kind)


def test_every_kind_term_column_and_option_has_its_words_and_nothing_else_has() -> None:
    terms, optional, used = set(), set(), set()
    for kind in KINDS.values():
        for term in kind.terms:
            key = f"{kind.name}.{term.name}"
            terms.add(key)
            if not term.required:
                optional.add(f"{key}?")
            if isinstance(term.kind, Table):
                terms |= {f"{key}.{column.name}" for column in term.kind.columns}
            for place, option in _options(key, term.kind):
                used.add(f"{place}={option}" if f"{place}={option}" in OPTION_WORDS else f"={option}")
    assert set(KIND_WORDS) == set(KINDS)
    assert {key for key in TERM_WORDS if not key.endswith("?")} == terms
    assert {key for key in TERM_WORDS if key.endswith("?")} <= optional
    assert set(OPTION_WORDS) == used


@pytest.mark.parametrize("table", [KIND_WORDS, TERM_WORDS, OPTION_WORDS])
def test_no_word_is_empty_or_in_the_wrong_letters(table: dict[str, tuple[str, ...]]) -> None:
    for key, words in table.items():
        assert len(words) == len(LANGUAGES)
        en, ru, kk, zh = words
        assert all(one.strip() == one != "" for one in words), key
        assert en.isascii(), key
        assert not any("\u4e00" <= one <= "\u9fff" for one in en + ru + kk), key
        assert any("\u4e00" <= one <= "\u9fff" for one in zh), key
        assert any("\u0400" <= one <= "\u04ff" for one in ru) and any("\u0400" <= one <= "\u04ff" for one in kk), key
        assert not set(ru) & set("әғқңөұүһіӘҒҚҢӨҰҮҺІ"), key


def test_a_term_is_said_in_words_with_its_unit() -> None:
    found = said(places(months_most=6, months_least=1, limit="12.5"))
    assert found["Longest stay"].value == "6 months" and found["Shortest stay"].value == "1 month"
    assert found["From"].value == "KazNU, Almaty" and found["Number of places"].value == "12.5"
    assert (
        found["For whom"].value == "undergraduates, doctoral students"
    )  # in the order of the table, not of the alphabet
    assert said(places(limit="12.5"), "ru")["Число мест"].value == "12,5"


@pytest.mark.parametrize(("months", "words"), [(1, "1 месяц"), (3, "3 месяца"), (5, "5 месяцев"), (12, "12 месяцев"), (21, "21 месяц"), (24, "24 месяца"), (0, "0 месяцев")])  # fmt: skip
def test_russian_counts_as_russian_does(months: int, words: str) -> None:
    version = read(made(clause("1", "duration", notice=months, run_off=0)))
    assert words in [one.value for one in terms_in_words(version.duration, language="ru", names=NAMES)]


def test_fractions_of_a_table_stand_exactly_as_they_are_signed() -> None:
    factors = said(credits())["Factors"]
    assert factors.columns == ("Level", "From", "To", "Factor", "Since", "Last day")
    assert factors.rows[0] == ("bachelor", "nj-credit", "ECTS", "15/11", "1 September 2026", "—")
    assert [row[3] for row in factors.rows] == ["15/11", "5/2", "1"]


def test_what_is_left_out_is_said_where_it_means_something() -> None:
    assert said(clause("1", "duration", notice=6, run_off=0))["Last day"].value == "none: without limit of time"
    assert said(places(counted_by="", months_most=""))["Counted by"].value == "the receiving side"
    assert said(places(months_most=""))["Longest stay"].value == "no limit"
    assert "Shortest stay" not in said(places(months_least=""))


def test_all_clauses_can_be_said_in_all_languages() -> None:
    version = read(whole())
    for language in LANGUAGES:
        for one in version.clauses:
            assert kind_in_words(one.kind, language=language)
            for term in terms_in_words(one, language=language, names=NAMES):
                assert term.name and (term.value or term.rows)


def test_days_and_numbers_are_written_as_the_language_writes_them() -> None:
    day = date(2026, 9, 1)
    assert [day_in_words(day, language=one) for one in LANGUAGES] == [
        "1 September 2026", "1 сентября 2026\u00a0г.", "2026 жылғы 1 қыркүйек", "2026年9月1日",
    ]  # fmt: skip
    assert [number_in_words("150000.5", language=one) for one in LANGUAGES] == ["150,000.5", "150\u00a0000,5", "150\u00a0000,5", "150,000.5"]  # fmt: skip
    assert term_in_words(KINDS["mobility-places"], "limit", language="zh") == "名额数"
