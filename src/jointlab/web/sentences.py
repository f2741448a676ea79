"""Sentences in the reader's language: a fault's English template is the message id of the catalogue.

What was recorded as an English sentence (a caution, a refusal, the title of a plot) finds its template again, so that
records stay in one language and pages speak four.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import GNUTranslations
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language, gettext, to_locale

from jointlab.errors import Fault
from jointlab.web import times

_NAME = re.compile(r"(?<!\{)\{(\w+)[^{}]*\}(?!\})")
_PHRASES = frozenset(
    {"title", "advice", "needs", "reason", "right", "what", "where", "sentence"}
)  # facts that are words of the program
_AS_TYPED = frozenset(
    {"code", "file", "found", "id", "name", "name_", "origin", "text", "value"}
)  # facts that stand as they were written, even where they look like a day
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST = 5000  # characters of a sentence that is looked at
_LEAST = 10  # characters of its own that a template must have to be found again


def sentence(fault: Fault) -> str:
    """The sentence, with the facts filled in; a translation that does not fit its facts falls back to English."""
    facts = {name: _phrase(value) if name in _PHRASES else _said(name, value) for name, value in fault.facts.items()}
    try:
        return gettext(fault.template).format(**facts)
    except (KeyError, IndexError, ValueError):
        return fault.message


def recorded(text: str) -> str:
    """An English sentence of the record in the reader's language; as it stands where no template fits."""
    code = get_language() or "en"
    if code.startswith("en") or not 0 < len(text) < _LONGEST:
        return text
    return _recorded(text, to_locale(code))


@lru_cache(maxsize=4096)
def _recorded(text: str, locale: str) -> str:
    known = _catalogue(locale)
    if text in known:
        return known[text]
    for template in _templates(locale):
        facts = template.facts_in(text)
        if facts is not None:
            said = {
                name: _recorded(fact, locale) if name in _PHRASES else _said(name, fact) for name, fact in facts.items()
            }
            return _filled(template.translation, said)
    return text


@dataclass(frozen=True)
class _Template:
    """One message id with names in it: what stands around the names, in order."""

    literals: tuple[str, ...]
    names: tuple[str, ...]
    translation: str

    @property
    def letters(self) -> int:
        """How much the template says of its own."""
        return sum(map(len, self.literals))

    def facts_in(self, text: str) -> dict[str, str] | None:
        """The facts of a sentence; None for one of another template. Linear in the text, which may be hostile."""
        first, *middle, last = self.literals
        if not text.startswith(first) or not text.endswith(last):
            return None
        at, end = len(first), len(text) - len(last)
        found: list[str] = []
        for part in middle:
            begins = text.find(part, at, end)
            if begins < 0:
                return None
            found.append(text[at:begins])
            at = begins + len(part)
        return dict(zip(self.names, [*found, text[at:end]], strict=True)) if at <= end else None


@cache
def _templates(locale: str) -> tuple[_Template, ...]:
    """Those that say the most of their own first: a sentence is of the template that explains most of it."""
    found = (
        _Template(tuple(_unescaped(part) for part in _NAME.split(id)[::2]), tuple(_NAME.findall(id)), translation)
        for id, translation in _catalogue(locale).items()
        if _NAME.search(id)
    )
    return tuple(sorted((one for one in found if one.letters >= _LEAST), key=lambda one: one.letters, reverse=True))


@cache
def _catalogue(locale: str) -> dict[str, str]:
    """Message ids and translations of our own catalogue, those that count or have a context left out."""
    path = Path(settings.LOCALE_PATHS[0]) / locale / "LC_MESSAGES" / "django.mo"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        pairs = vars(GNUTranslations(file))["_catalog"].items()
    return {id: said for id, said in pairs if isinstance(id, str) and id and said and "\x04" not in id}


def _phrase(value: object) -> object:
    return recorded(value) if isinstance(value, str) else value


def _said(name: str, value: object) -> object:
    """A day, which faults carry as 2026-09-02, as the reader writes it; all else as it is."""
    if isinstance(value, str) and _DAY.fullmatch(value) and name not in _AS_TYPED:
        try:
            return times.date(value)
        except ValueError:
            return value
    return value


def _filled(template: str, facts: Mapping[str, object]) -> str:
    return _unescaped(_NAME.sub(lambda name: str(facts.get(name[1], name[0])), template))


def _unescaped(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")
