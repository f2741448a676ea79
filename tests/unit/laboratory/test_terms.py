"""Words are found in the four languages, and codes whole and in parts."""

import pytest

from jointlab.laboratory.terms import LONGEST, MOST, Asked, asked, terms_of


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("KZ-26-0117", "kz-26-0117"),
        ("KZ-26-0117", "0117"),
        ("KZ-26-0117", "117"),
        ("LiFePO₄/C, 2 % Zn", "lifepo4"),
        ("LiFePO₄/C", "lifepo4/c"),
        ("sol–gel", "sol-gel"),
        ("sol–gel", "gel"),
        ("Ёмкость", "емкость"),
        ("Йод", "иод"),
        ("ҚАЛЫҢДЫҚ", "қалыңдық"),
        ("氧化石墨烯", "石墨"),
        ("氧化石墨烯", "墨烯"),
        ("石墨烯/C3N4", "c3n4"),
        ("ＬＦＰ", "lfp"),
    ],
)
def test_what_a_text_is_found_under(text: str, term: str) -> None:
    assert term in terms_of([text])


def test_a_word_inside_another_is_no_term() -> None:
    assert "node" not in terms_of(["anode"])
    assert "化石" in terms_of(["氧化石墨烯"])  # pairs overlap, so a pair across two words is found: known and accepted


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", ()),
        ("  —!? ", ()),
        ("KZ-26-01", (Asked("kz-26-01", beginning=True),)),
        ("sol-gel anode", (Asked("sol"), Asked("gel"), Asked("anode", beginning=True))),
        ("石墨烯", (Asked("石墨"), Asked("墨烯"))),
        ("烯", (Asked("烯", beginning=True),)),
        ("2.5 мкм", (Asked("2.5"), Asked("мкм", beginning=True))),
    ],
)
def test_what_a_question_asks_for(question: str, words: tuple[Asked, ...]) -> None:
    assert asked(question) == words


def test_a_single_character_is_found_at_the_end_of_a_word() -> None:
    assert any(term.startswith("烯") for term in terms_of(["石墨烯"]))


def test_terms_are_bounded() -> None:
    assert len(terms_of([" ".join(str(n) for n in range(10 * MOST))])) == MOST
    assert max(map(len, terms_of(["x" * 1000]))) == LONGEST
    assert len(asked(" ".join(str(n) for n in range(1000)))) <= 8
