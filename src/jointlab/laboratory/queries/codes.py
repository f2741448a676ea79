"""How a code is built: a head that is the same for a series, and the number at its end."""

import re
from dataclasses import dataclass

_NUMBER_AT_END = re.compile(r"(?P<head>.*?\D)(?P<number>\d{1,9})")


@dataclass(frozen=True)
class SplitCode:
    """KZ-26-0117: head “KZ-26-”, number 117."""

    head: str
    number: int


def split_code(code: str) -> SplitCode | None:
    """The parts of a code; None where it does not end with a number or has no head."""
    match = _NUMBER_AT_END.fullmatch(code)
    return SplitCode(match["head"], int(match["number"])) if match else None
