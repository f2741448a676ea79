"""The page about the API names every operation, in its own words."""

from pathlib import Path

from jointlab.node.api import api

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "api.md"
BEGIN, END = "<!-- operations: begin -->\n", "<!-- operations: end -->\n"


def operations() -> str:
    """The list as the page must hold it: one line for each operation, made from its description."""
    lines = [
        f"- `{method.upper()} {path.removeprefix('/api/v1')}`: {told['description']}\n"
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, told in methods.items()
    ]
    return "".join(lines)


def test_the_page_lists_every_operation() -> None:
    assert PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0] == operations()
