"""The page of edge cases names the tests that there are: each row has the test of its name, and each such test a row."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "edge-cases.md").read_text(encoding="utf-8")
ROWS = {
    cells[0].strip(): cells
    for cells in (
        line.strip("|").split("|") for line in PAGE.partition("\n## ")[0].splitlines() if line.startswith("|")
    )
    if cells[0].strip() not in ("case", "---")
}
CASES = (
    "Amendment during a stay", "Agreement ends mid-stay", "Terminating needs fields the old one lacked", "Retroactive signature",
    "Who approves first", "Change after acceptance", "Minor data change", "Unapprove", "Delete and recreate under the same id",
    "Extension over year end", "Academic years with gaps", "Partner renamed, merged, new provider", "One agreement vs one per condition",
    "Balance dispute", "Partner offline for a week",
)  # fmt: skip
DEFINED = {
    name: path
    for path in sorted((ROOT / "tests").rglob("test_*.py"))
    for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}


def _named(case: str) -> str:
    """The name of its test: the words of the case."""
    return "test_" + re.sub(r"\W+", "_", case.lower()).strip("_")


def test_every_case_has_its_row() -> None:
    assert tuple(ROWS) == CASES


@pytest.mark.parametrize("case", CASES)
def test_every_row_names_the_test_of_its_name_and_only_tests_that_there_are(case: str) -> None:
    named = re.findall(r"`(test_\w+)`", ROWS[case][2])
    assert named[:1] == [_named(case)]
    assert [name for name in named if name not in DEFINED] == []


def test_every_test_of_an_edge_case_stands_in_a_row() -> None:
    there = {name for name, path in DEFINED.items() if path.stem.startswith("test_edge_cases")}
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert there <= named, there - named
