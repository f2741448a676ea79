"""`jointlab formats`: what is read, and what is recognised and refused."""

import sys

from jointlab.science.readers import all_readers
from jointlab.science.readers.unreadable import UNREADABLE


def run_formats() -> int:
    """Print the two lists."""
    lines = ["Read:"]
    for reader in all_readers():
        lines.append(f"  {reader.name:<28} {reader.title}: {', '.join(reader.techniques).replace('_', ' ')}")
    lines += ["", "Recognised and refused, with what to export instead:"]
    lines += [f"  {entry.name:<28} {entry.title}. {entry.advice}" for entry in UNREADABLE]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0
