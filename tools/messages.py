"""Collect what is to be translated, and check that it is.

    python -m tools.messages           bring the catalogues up to date (new sentences untranslated), compile them
    python -m tools.messages --check   fail unless every sentence is translated and compiled
    python -m tools.messages --left ru what is not translated yet, as a .po on stdout

Sentences stand in templates ({% trans %}), in gettext calls, in faults: `BadInput("code", "sentence")`, and in what the
science room says in English: cautions and plots (tools/said.py), titles and settings of its readers and techniques.
Nothing but Python is needed: the extraction is Babel's, over what Django makes of a template.
"""

import datetime as dt
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tools import said

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "jointlab"
LOCALE = SOURCE / "locale"
LANGUAGES = ("ru", "kk", "zh_Hans")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_now": None,  # gettext, where a module has it beside the lazy one
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
_NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_PLACES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)[^{}]*\}")


@dataclass(frozen=True)
class Sentence:
    """Something to translate; `id` has two parts where it counts."""

    id: str | tuple[str, str]
    context: str | None
    where: str


def sentences() -> Iterator[Sentence]:
    """Everything to translate, file by file."""
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")]):
        if "migrations" in path.parts:
            continue
        where = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            yield from (Sentence(sentence, None, where) for sentence in said.in_source(text))
            source = text
        elif "templates" in path.parts:
            source = templatize(text, origin=where)
        else:
            continue
        for _line, _function, found, _comments in extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {}):
            yield from _of_call(str(_function), found, where)
    yield from (Sentence(sentence, None, "src/jointlab/science") for sentence in said.of_science())


def _of_call(function: str, found: object, where: str) -> Iterator[Sentence]:
    parts = [part for part in (found if isinstance(found, tuple) else (found,)) if isinstance(part, str)]
    if not parts or not parts[0]:
        return
    if function and function.startswith("pgettext") and len(parts) > 1:
        yield Sentence(parts[1], parts[0], where)
    elif function and function.startswith("ngettext") and len(parts) > 1:
        yield Sentence((parts[0], parts[1]), None, where)
    else:
        yield Sentence(parts[0], None, where)


def catalogue_path(language: str) -> Path:
    """The .po file of a language."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue as it is, or an empty one."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def fresh_catalogue(language: str) -> Catalog:
    """What is in the sources now, with the translations that are known."""
    old = read_catalogue(language)
    fresh = Catalog(locale=language, project="jointlab", charset="utf-8", fuzzy=False)
    fresh.header_comment = f"# jointlab in {language}. New sentences come by: python -m tools.messages"
    for sentence in sentences():
        known = old.get(sentence.id if isinstance(sentence.id, str) else sentence.id[0], context=sentence.context)
        said = known.string if known is not None and known.id == sentence.id else ""
        fresh.add(sentence.id, said, locations=[(sentence.where, 0)], context=sentence.context)
    return fresh


def faults_of(message: Message) -> Iterator[str]:
    """What is wrong with one translation."""
    said = list(message.string) if isinstance(message.string, (list, tuple)) else [message.string]
    if not all(said):
        yield "not translated"
        return
    asked = message.id if isinstance(message.id, (list, tuple)) else [message.id]
    wanted = {name for form in asked for name in _names(form)}
    for form in filter(None, said):
        if _names(form) - wanted or (wanted - _names(form) and len(said) == 1):
            yield f"names {sorted(wanted)} became {sorted(_names(form))}"


def _names(text: str) -> set[str]:
    return {match[0] or match[1] for match in _PLACES.findall(text)}


def as_bytes(catalogue: Catalog) -> bytes:
    """The .po file; no dates, so that the same sentences are the same bytes."""
    out = io.BytesIO()
    write_po(out, catalogue, width=110, sort_output=True, omit_header=False, include_lineno=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    dropped = (
        '"POT-Creation-Date',
        '"PO-Revision-Date',
        '"Last-Translator',
        '"Language-Team',
        '"Generated-By',
        '"Report-Msgid',
    )
    return "".join(line for line in lines if not line.startswith(dropped)).encode()


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file; its header has no date of today either."""
    out = io.BytesIO()
    plain = read_po(io.BytesIO(as_bytes(catalogue)), locale=str(catalogue.locale))
    plain.creation_date = plain.revision_date = _NO_DATE
    write_mo(out, plain)
    return out.getvalue()


def update() -> None:
    """Write the catalogues and compile them."""
    for language in LANGUAGES:
        fresh = fresh_catalogue(language)
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_bytes(fresh))
        path.with_suffix(".mo").write_bytes(compiled(fresh))
        left = sum(1 for message in fresh if message.id and any(True for _ in faults_of(message)))
        sys.stdout.write(f"{language}: {len(fresh)} sentences, {left} to translate or mend\n")


def check() -> list[str]:
    """What keeps the translations from being complete."""
    found = []
    for language in LANGUAGES:
        fresh = fresh_catalogue(language)
        for message in fresh:
            found += [f"{language}: {fault}: {message.id!r}" for fault in faults_of(message) if message.id]
        path = catalogue_path(language)
        if (
            not path.exists()
            or path.read_bytes() != as_bytes(fresh)
            or path.with_suffix(".mo").read_bytes() != compiled(fresh)
        ):
            found.append(f"{language}: the catalogue is not up to date: python -m tools.messages")
    return found


def main(arguments: list[str]) -> int:
    """Update, check, or show what is left."""
    if arguments[:1] == ["--left"]:
        left = Catalog(locale=arguments[1], fuzzy=False)
        for message in fresh_catalogue(arguments[1]):
            if message.id and any(True for _ in faults_of(message)):
                left.add(message.id, "", context=message.context, locations=message.locations)
        sys.stdout.write(as_bytes(left).decode())
        return 0
    if arguments == ["--check"]:
        found = check()
        sys.stdout.write("".join(f"{line}\n" for line in found[:40]))
        return 1 if found else 0
    update()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
