"""Slips on the command line: the word that was meant is proposed."""

import pytest

from jointlab.node.cli import main


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["raed", "x"], "read"),
        (["formts"], "formats"),
        (["read", "--jsno", "x"], "--json"),
        (["read", "x", "--colums=d"], "--columns"),
    ],
)
def test_a_misspelt_command_or_option_is_answered_with_the_right_one(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert f"Did you mean “{meant}”?" in said
    assert said.startswith("usage:")


def test_what_is_near_nothing_gets_no_proposal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["read", "--qqqqqq", "x"])
    assert "Did you mean" not in capsys.readouterr().err
