"""The documentation is kept true: generated pages are current, links lead somewhere, commands exist."""

import re
from pathlib import Path

import pytest

from jointlab.node.cli import build_parser
from tools.reference_pages import PAGES, REFERENCE

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    broken = [
        target
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if not target.startswith(("http://", "https://", "mailto:")) and not (document.parent / target).exists()
    ]
    assert not broken


def test_every_command_is_in_the_reference() -> None:
    page = (REFERENCE / "command-line.md").read_text(encoding="utf-8")
    for action in build_parser()._actions:
        for name in action.choices or () if action.dest == "command" else ():
            assert f"## jointlab {name}" in page
    for option in ("--json", "--columns", "--set", "--report"):
        assert option in page


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"make ([a-z-]+)", (ROOT / "README.md").read_text())):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_no_page_speaks_of_this_machine() -> None:
    for document in DOCUMENTS:
        assert not re.search(r"/work/|/root/|/home/[a-z]", document.read_text(encoding="utf-8")), document
