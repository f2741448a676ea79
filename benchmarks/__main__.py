"""`python -m benchmarks [NAME ...] [--rounds N] [--write]`: all figures, or those of the named modules."""

import argparse
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks.bench import HEADINGS, Bench, Figure, table_line

MODULES = (
    "agreement_pdf",
    "biologic",
    "blob_link",
    "cases",
    "federation_apply",
    "federation_nodes",
    "ingest",
    "ledger",
    "neware",
    "pages",
    "plots",
    "serving",
    "sharing",
    "start_up",
    "xrd",
)
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "performance.md"
_MARK = "<!-- written by `python -m benchmarks --write` -->"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(MODULES)}")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side; the best counts")
    parser.add_argument("--write", action="store_true", help=f"write the results to {PAGE.name} too")
    options = parser.parse_args()
    unknown = set(options.names) - set(MODULES)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    bench = Bench(rounds=options.rounds)
    print(table_line(HEADINGS))
    found: list[Figure] = []
    for name in options.names or MODULES:
        for figure in import_module(f"benchmarks.{name}").figures(bench):
            print(table_line(figure.cells()), flush=True)
            found.append(figure)
    if options.write:
        write_page(found, complete=not options.names)
    return 0


def write_page(figures: list[Figure], *, complete: bool) -> None:
    """The table under the mark in docs/reference/performance.md; the words above it stay."""
    words = PAGE.read_text().partition(_MARK)[0].rstrip()
    load = os.getloadavg()[0]
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; "
        f"load at the end {load:.1f}" + (" (other work ran on the machine)" if load > 1.5 else "") + ".",
        "" if complete else "\nOnly a part of the figures was run.\n",
        table_line(HEADINGS),
        table_line(tuple("---" for _ in HEADINGS)),
        *(table_line(figure.cells()) for figure in figures),
    ]
    PAGE.write_text(f"{words}\n\n{_MARK}\n\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
