"""`jointlab formats`: what is read, by technique, and what is recognised and refused."""

import sys

from jointlab.node.layout import wrapped
from jointlab.science.readers import all_readers
from jointlab.science.readers.unreadable import UNREADABLE

_TOGETHER = "voltammetry, chronoamperometry, chronopotentiometry"
_HEADINGS = {
    "cyclic_voltammetry": _TOGETHER,
    "linear_sweep_voltammetry": _TOGETHER,
    "chronoamperometry": _TOGETHER,
    "chronopotentiometry": _TOGETHER,
    "solar_cell_iv": "solar cell J-V",
    "current_voltage": "current-voltage curves of other devices",
}


def run_formats() -> int:
    """Print the two lists; a reader of several techniques stands under each."""
    readers = sorted(all_readers(), key=lambda reader: reader.name)
    wide = max(len(name) for name in [*(r.name for r in readers), *(u.name for u in UNREADABLE)])
    groups: dict[str, list[str]] = {}
    for reader in readers:
        for heading in dict.fromkeys(_HEADINGS.get(name, name.replace("_", " ")) for name in reader.techniques):
            groups.setdefault(heading, []).extend(wrapped(_sentence(reader.title), first=f"  {reader.name:<{wide}}  "))
    lines = ["READ, recognised by content"]
    for heading, entries in sorted(groups.items()):
        lines += ["", f"{heading[0].upper()}{heading[1:]}", *entries]
    lines += ["", "RECOGNISED AND REFUSED, with what to do instead", ""]
    for entry in sorted(UNREADABLE, key=lambda entry: entry.name):
        first = f"  {entry.name:<{wide}}  "
        lines += wrapped(f"{_sentence(entry.title)}.", first=first)
        lines += wrapped(entry.advice, first=" " * len(first))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _sentence(title: str) -> str:
    """`title` as the beginning of a sentence; the names of makers and programs stay as they are written."""
    return title[0].upper() + title[1:] if title.split()[0].islower() else title
