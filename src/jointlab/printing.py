"""Paper: a PDF from a typst template and data. Pure. Texts reach typst as values, never as markup.

Fonts never come from the machine by chance: Latin, Greek and Cyrillic with the Kazakh letters are those that typst carries,
Chinese is that of the package pylopdf-fonts-zh-cn (Noto, SIL Open Font License). So one input gives the same bytes on a bare machine
and on a desk; a character that none of these fonts draws is refused, never printed as an empty box.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from jointlab.errors import BadInput, Unavailable

if TYPE_CHECKING:
    import typst

Standard: TypeAlias = Literal["a-2a", "ua-1"]
ARCHIVED: Final[tuple[Standard, ...]] = ("a-2a", "ua-1")  # PDF/A-2a: for archives; PDF/UA-1: for readers who listen
_HAN_PACKAGE: Final = "pylopdf_fonts_zh_cn"
_UNDRAWN: Final = re.compile(r"the text [`‘“\"]*(.+?)[`’”\"]* could not be displayed", re.DOTALL)
_UNBROKEN: Final = re.compile(
    r"[^\s\u2e80-\uffff]{25,}"
)  # longer than any word of the four languages is wide in a column


def pdf(
    template: bytes, *, data: object, inputs: Mapping[str, str] | None = None, standards: Sequence[Standard] = ()
) -> bytes:
    """The PDF of a template, which finds `data` with ``json(bytes(sys.inputs.data))``.

    Raises BadInput ``printing.glyph`` for a character that no font draws, and Unavailable ``printing.fonts``.
    """
    import typst

    try:
        made = typst.compile(
            template, format="pdf", ignore_system_fonts=True, font_paths=_fonts(), pdf_standards=list(standards),
            sys_inputs={**(inputs or {}), "data": json.dumps(data, ensure_ascii=False)},
        )  # fmt: skip
    except typst.TypstError as error:
        undrawn = _UNDRAWN.search(str(error))
        if undrawn is None:
            raise
        raise BadInput(
            "printing.glyph", "No font of this node can print “{text}” ({code}). Write it otherwise, so that paper can carry it.",
            text=undrawn[1][:40], code=" ".join(f"U+{ord(one):04X}" for one in undrawn[1][:8]),
        ) from None  # fmt: skip
    assert isinstance(made, bytes), "one document is one PDF"
    return made


def breakable(text: str) -> str:
    """The text with places where an endless word may be broken (zero-width spaces), so that nothing leaves the page."""
    return _UNBROKEN.sub(lambda found: "\u200b".join(_pieces(found[0])), text)


@lru_cache(maxsize=1)
def han_folder() -> Path:
    """Where the Chinese fonts lie. Raises Unavailable ``printing.fonts``."""
    found = find_spec(_HAN_PACKAGE)
    if found is None or found.origin is None:
        raise Unavailable(
            "printing.fonts", "The Chinese fonts are not installed. Install the package {package}.", package=_HAN_PACKAGE.replace("_", "-")
        )  # fmt: skip
    return Path(found.origin).parent


@lru_cache(maxsize=1)
def _fonts() -> "typst.Fonts":
    """The fonts of every page, found once."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(han_folder())])


@lru_cache(maxsize=1)
def fonts_at_hand() -> "typst.Fonts":
    """The same and those of the machine: for labels and slips, whose bytes nobody signs."""
    import typst

    folders = [str(han_folder())] if find_spec(_HAN_PACKAGE) else []
    return typst.Fonts(include_system_fonts=True, font_paths=folders)


def _pieces(word: str) -> list[str]:
    return [word[at : at + 12] for at in range(0, len(word), 12)]
