"""The page of scenarios between nodes names the tests that there are, each in the row of its number."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "federation-tests.md").read_text(encoding="utf-8")
ROWS = {int(number): rest for number, rest in re.findall(r"^\| (\d+) \|(.*)$", PAGE, re.MULTILINE)}


def test_every_number_has_its_row() -> None:
    assert sorted(ROWS) == list(range(1, 31))


def test_every_numbered_test_stands_in_its_row_and_nothing_else_does() -> None:
    there: dict[int, set[str]] = {number: set() for number in ROWS}
    files: dict[int, set[str]] = {number: set() for number in ROWS}
    for path in sorted((ROOT / "tests" / "federation").glob("test_*.py")):
        for name in re.findall(r"^def (test_\d+_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            number = int(name.split("_")[1])
            there[number].add(name)
            files[number].add(str(path.relative_to(ROOT)))
    for number, row in ROWS.items():
        assert set(re.findall(r"(test_\d+_\w+)", row)) == there[number], number
        assert set(re.findall(r"(tests/federation/\w+\.py)", row)) == files[number], number


def test_a_row_without_a_test_says_what_it_waits_for() -> None:
    waiting = {number for number, row in ROWS.items() if "test_" not in row}
    assert waiting <= {25, 26, 27, 29}
    assert all(re.search(r"\| with [a-z ]+ \|$", ROWS[number]) for number in waiting)
