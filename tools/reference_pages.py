"""The generated pages of docs/reference: quantities, formats, techniques. `make docs` writes them, a test compares."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from jointlab.errors import BadInput
from jointlab.science.demonstration.laboratory import FILES
from jointlab.science.door import read_source
from jointlab.science.plots.svg import standalone
from jointlab.science.printed_units import display_unit
from jointlab.science.quantities import INFINITY, Quantity, all_quantities
from jointlab.science.readers import MODULES as READER_MODULES
from jointlab.science.readers import all_readers
from jointlab.science.readers.unreadable import UNREADABLE
from jointlab.science.settings import Setting
from jointlab.science.source import Source
from jointlab.science.techniques import MODULES as TECHNIQUE_MODULES
from jointlab.science.techniques import all_techniques
from tools import format_pictures
from tools.agreement_pages import agreements_page
from tools.process_pages import processes_page
from tools.tables import NOTE, table

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def quantities_page() -> str:
    """Every quantity with symbol, unit, definition and its four names."""
    head = (
        "Name in files",
        "Symbol",
        "Unit",
        "Possible",
        "Definition",
        "English",
        "Русский",
        "Қазақша",
        "中文",
        "Source",
    )
    rows = [
        (f"`{q.name}`", q.symbol, display_unit(q.unit), _possible(q), q.definition, q.en, q.ru, q.kk, q.zh, q.source)
        for q in all_quantities()
    ]
    lead = "Every column and every figure is one of these, in its one unit. A reader converts at the door; values outside of “possible” refuse the file.\n\n"
    return f"# Quantities\n\n{NOTE}{lead}{table(head, rows)}"


def formats_page() -> str:
    """Every format that is read, and every known one that is refused."""
    readers = all_readers()
    read = [
        (
            f"`{r.name}`",
            r.title,
            ", ".join(r.extensions),
            ", ".join(t.replace("_", " ") for t in r.techniques),
            _keys(r.settings),
        )
        for r in readers
    ]
    refused = [(f"`{u.name}`", u.title, ", ".join(u.extensions), u.advice) for u in UNREADABLE]
    pages = "".join(f"- [{name}](formats/{name}.md)\n" for name in sorted(m.replace("_", "-") for m in READER_MODULES))
    return (
        f"# Formats\n\n{NOTE}Recognised by content, never by the extension alone.\n\n## Read\n\n"
        f"{table(('Format', 'What it is', 'Usually called', 'Techniques', 'Settings'), read)}\n"
        f"## Recognised and refused\n\n{table(('Format', 'What it is', 'Usually called', 'What to export instead'), refused)}\n"
        f"## Settings\n\nAnswers to the questions of readers, given with `--set KEY=VALUE`. Those of analyses are on the page of [techniques](techniques.md#settings).\n\n"
        f"{_settings(s for r in readers for s in r.settings)}\n"
        f"## A page for each reader\n\n{pages}"
    )


def techniques_page() -> str:
    """Every analysis with the figures it may give and its settings."""
    rows = [
        (
            f"`{t.name}`",
            t.version,
            t.title,
            t.of.replace("_", " "),
            ", ".join(f"`{q}`" for q in t.quantities),
            _keys(t.settings),
        )
        for t in all_techniques()
    ]
    settings = _settings(s for t in all_techniques() for s in t.settings)
    return (
        f"# Techniques\n\n{NOTE}{table(('Analysis', 'Version', 'What it does', 'Of readings', 'Figures', 'Settings'), rows)}\n"
        f'## Settings\n\nGiven with `--set KEY=VALUE`; a number may carry its unit (`--set active_mass="12.3 mg"`).\n\n{settings}'
    )


PAGES = {
    "quantities.md": quantities_page,
    "formats.md": formats_page,
    "techniques.md": techniques_page,
    "processes.md": processes_page,
    "agreements.md": agreements_page,
}


def _possible(q: Quantity) -> str:
    if q.low == -INFINITY and q.high == INFINITY:
        return ""
    return f"{'' if q.low == -INFINITY else f'{q.low:g}'} … {'' if q.high == INFINITY else f'{q.high:g}'}"


def _keys(settings: Iterable[Setting]) -> str:
    return ", ".join(f"`{s.key}`" for s in settings)


def _settings(settings: Iterable[Setting]) -> str:
    """One row for each key; where several take it in their own way, all meanings, choices and defaults."""
    keys: dict[str, list[Setting]] = {}
    for setting in settings:
        keys.setdefault(setting.key, []).append(setting)
    rows = []
    for key, same in keys.items():
        choices = dict.fromkeys(option for s in same for option in s.options)
        unit = next((s.unit for s in same if s.unit), None)
        defaults = dict.fromkeys(s.default for s in same if s.default)
        rows.append(
            (
                f"`{key}`",
                " ".join(dict.fromkeys(s.help for s in same)),
                unit or " / ".join(choices) or "text",
                " or ".join(defaults),
            )
        )
    return table(("Key", "Meaning", "Unit or choices", "Default"), rows)


def pictures() -> Iterator[tuple[str, str]]:
    """Name and SVG of a picture for each technique's page: its first plot of a file of the demonstration laboratory."""
    open_modules = dict.fromkeys(TECHNIQUE_MODULES)
    for entry in FILES:
        try:
            file = read_source(Source(entry.path, entry.make()), entry.settings)
        except BadInput:
            continue  # the demonstration holds a file that is refused
        for technique, analysis in file.analyses:
            module = technique.analyse.__module__.rpartition(".")[2]
            if module in open_modules and analysis.plots:
                del open_modules[module]
                yield f"{module.replace('_', '-')}.svg", standalone(analysis.plots[0])


def main() -> None:
    """Write every page."""
    (REFERENCE / "techniques" / "pictures").mkdir(exist_ok=True)
    for name, picture in pictures():
        (REFERENCE / "techniques" / "pictures" / name).write_text(picture, encoding="utf-8")
    (REFERENCE / "formats" / "pictures").mkdir(exist_ok=True)
    for name, drawn in format_pictures.pictures().items():
        (REFERENCE / "formats" / "pictures" / name).write_text(drawn.svg, encoding="utf-8")
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{len(PAGES)} pages written to {REFERENCE}\n")


if __name__ == "__main__":
    main()
