"""Every sentence that a page may show is translated into Russian, Kazakh and Chinese, and the catalogues are compiled."""

from tools.messages import check


def test_every_sentence_is_translated() -> None:
    left = check()
    shown = "\n".join(left[:20])
    assert not left, (
        f"{len(left)} sentences have no sound translation. Run `python -m tools.messages`, translate what "
        f"`python -m tools.messages --left ru` prints (also kk, zh_Hans; terms: docs/reference/terms.md), run it again:\n{shown}"
    )
