"""Paper: a PDF from a typst template and data. Pure. Texts reach typst as values, never as markup.

Fonts never come from the machine by chance: Latin, Greek and Cyrillic with the Kazakh letters are those that typst carries,
Chinese is that of the package pylopdf-fonts-zh-cn (Noto, SIL Open Font License). So one input gives the same bytes on a bare machine
and on a desk; a character that none of these fonts draws is refused, never printed as an empty box.

typst has no limit of its own and is compiled code, which no signal interrupts: everything that is printed, labels and slips
too, is made in a process apart, which is ended when its time is over.
"""

import json
import pickle
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from platform import machine
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from jointlab.errors import BadInput, Fault, Unavailable

if TYPE_CHECKING:
    import typst

Standard: TypeAlias = Literal["a-2a", "ua-1"]
Form: TypeAlias = Literal["pdf", "png"]
ARCHIVED: Final[tuple[Standard, ...]] = ("a-2a", "ua-1")  # PDF/A-2a: for archives; PDF/UA-1: for readers who listen
_HAN_PACKAGE: Final = "pylopdf_fonts_zh_cn"
SECONDS: Final = 30.0  # for one call; ten pages in four languages, in six files, take one or two
_DOTS: Final = 300.0  # of a picture, an inch
_UNDRAWN: Final = re.compile(r"the text [`‘“\"]*(.+?)[`’”\"]* could not be displayed", re.DOTALL)
_UNBROKEN: Final = re.compile(
    r"[^\s\u2e80-\uffff]{25,}"
)  # longer than any word of the four languages is wide in a column


def pdf(template: bytes, *, data: object, standards: Sequence[Standard] = ()) -> bytes:
    """The PDF of a template, which finds `data` with ``json(bytes(sys.inputs.data))``. Raises as `pdfs`."""
    return pdfs(template, data=[data], standards=standards)[0]


def pdfs(
    template: bytes, *, data: Sequence[object], standards: Sequence[Standard] = (), seconds: float | None = None
) -> list[bytes]:
    """One PDF of the template for each of `data`.

    Raises BadInput ``printing.glyph`` for a character that no font draws, Unavailable ``printing.fonts``, and Unavailable
    ``printing.slow`` when all of it takes longer than `seconds`.
    """
    han_folder()
    inputs = [{"data": json.dumps(one, ensure_ascii=False)} for one in data]
    order = {
        "template": template.decode(),
        "inputs": inputs,
        "standards": list(standards),
        "form": "pdf",
        "at_hand": False,
    }
    return _apart(order, SECONDS if seconds is None else seconds)


def at_hand(template: bytes, *, inputs: Mapping[str, str], form: Form = "pdf") -> bytes:
    """A label, a slip, an act: the template with these ``sys.inputs``, in the fonts of `fonts_at_hand`.

    Raises Unavailable ``printing.slow``.
    """
    order = {"template": template.decode(), "inputs": [dict(inputs)], "standards": [], "form": form, "at_hand": True}
    return _apart(order, SECONDS)[0]


def printer() -> str:
    """What prints here beside the template: releases of typst, which carries fonts of its own, and of the Chinese fonts.

    The kind of machine is named too: nobody promises that two builds of typst round alike.
    """
    return f"typst {version('typst')} {sys.platform}-{machine()}, {_HAN_PACKAGE.replace('_', '-')} {_release(_HAN_PACKAGE)}"


def _release(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "-"


def _apart(order: Mapping[str, object], seconds: float) -> list[bytes]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "jointlab.printing"], input=json.dumps(order).encode(), capture_output=True, timeout=seconds, check=False
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unavailable(
            "printing.slow", "The text could not be printed within {seconds} s, and printing was ended. Shorten its longest tables, or try again when the node has less to do.",
            seconds=f"{seconds:g}",
        ) from None  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"typst ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    made: list[bytes] | Fault = pickle.loads(done.stdout)  # noqa: S301 - of our own child
    if isinstance(made, Fault):
        raise made
    return made


def _child() -> None:
    """In the process apart: from an order on its input to files, or what is wrong, on its output."""
    order = json.loads(sys.stdin.buffer.read())
    made: list[bytes] | Fault
    try:
        made = [_compiled(order, one) for one in order["inputs"]]
    except Fault as fault:
        made = fault
    sys.stdout.buffer.write(pickle.dumps(made))


def _compiled(order: Mapping[str, Any], inputs: dict[str, str]) -> bytes:
    import typst

    try:
        made = typst.compile(
            order["template"].encode(), format=order["form"], ignore_system_fonts=not order["at_hand"], sys_inputs=inputs,
            font_paths=fonts_at_hand() if order["at_hand"] else _fonts(), pdf_standards=order["standards"],
            ppi=_DOTS if order["form"] == "png" else None,
        )  # fmt: skip
    except typst.TypstError as error:
        undrawn = _UNDRAWN.search(str(error))
        if undrawn is None:
            raise
        raise BadInput(
            "printing.glyph", "No font of this node can print “{text}” ({code}). Write it otherwise, so that paper can carry it.",
            text=undrawn[1][:40], code=" ".join(f"U+{ord(one):04X}" for one in undrawn[1][:8]),
        ) from None  # fmt: skip
    assert isinstance(made, bytes), "one document is one file"
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


if __name__ == "__main__":
    _child()
