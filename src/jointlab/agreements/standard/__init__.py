"""Standard texts, ready to edit: a framework agreement, a joint laboratory, a dual diploma. Pure.

Each is a TOML file in four languages. In their words {first} and {second} stand for the parties' names, {from} and {to} for those
of a direction; a clause with `directions` is written once for each. What stands in [[double brackets]] is an example, in the
words and in the terms: a draft that still holds one cannot be proposed.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from importlib.resources import files
from itertools import permutations
from typing import Any, Final

from jointlab.agreements.texts import LANGUAGES
from jointlab.agreements.versions import SCHEMA, Version
from jointlab.errors import BadInput

Document = dict[str, Any]

NAMES: Final = ("framework", "laboratory", "diploma")
_SHARED: Final = "shared"  # clauses that several of them have
_MARKED: Final = re.compile(r"(\[\[.*?\]\])", re.S)
_OF_TWO: Final = {  # words that are true between two parties alone
    "en": re.compile(r"\b(both|the two|the other( (Party|institution|side))?)\b"),
    "ru": re.compile(r"\b(об(е|еих|еим|еими|а|оих|оим|оими)|друг(ая|ой|ую)( Сторон\w+)?)\b"),
    "kk": re.compile(r"\b(екі \w+|екеуі\w*|(басқа|екінші) [Тт]арап\w*)\b"),
    "zh": re.compile(r"双方|两位|对方|另一方"),
}  # fmt: skip


def titles() -> dict[str, Mapping[str, str]]:
    """The title of each standard text, by language."""
    return {name: _read(name)["head"]["title"] for name in NAMES}


def known_references() -> Mapping[str, Document]:
    """The treaties and initiatives that they refer to, by a short name."""
    found: Mapping[str, Document] = _read(_SHARED)["refers"]
    return found


def document_of(
    name: str, *, languages: Sequence[str], parties: Sequence[Document], zone: str, above: Version | None = None
) -> Document:
    """A standard text between the parties, in these languages in their order of precedence, under the text `above`, if any.

    Between more than two, words that count them (both, the other) are marked as examples. Raises BadInput ``agreement.template``, ``agreement.template_of_two`` for a dual diploma, and ``agreement.choice`` for a language that there is not.
    """
    if name not in NAMES:
        raise BadInput(
            "agreement.template",
            "There is no standard text “{name}”. There are: {known}.",
            name=name[:40],
            known=", ".join(NAMES),
        )
    if name == "diploma" and len(parties) > 2:
        raise BadInput("agreement.template_of_two", "This standard text is one between two parties; begin with another, or with an empty text.", field="text")  # fmt: skip
    wrong = [language for language in languages if language not in LANGUAGES]
    if wrong or not languages:
        raise BadInput(
            "agreement.choice",
            "“{where}”: “{found}” is none of: {known}.",
            where="head, languages",
            found=", ".join(wrong) or "—",
            known=", ".join(LANGUAGES),
        )
    read = deepcopy(_read(name))
    head = read["head"] | {
        "number": 1,
        "languages": list(languages),
        "zone": zone,
        "parties": [in_languages_of(one, languages) for one in parties],
    }
    head["refers"] = [_read(_SHARED)["refers"][key] for key in head.get("refers", ())]
    if above is not None:
        head["parent"] = {"agreement": above.head.agreement, "version": above.hash}
    clauses = [
        filled
        for clause in map(_whole, read["clauses"])
        if clause["kind"] != "parent" or above is not None
        for filled in _filled(clause, parties, above)
    ]
    if len(parties) > 2:
        clauses = [_counted(clause) for clause in clauses]
    made: Document = _only({"schema": SCHEMA, "head": head, "clauses": clauses}, languages)
    return made


@cache
def _read(name: str) -> Document:
    found: Document = tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))
    return found


def _whole(clause: Document) -> Document:
    """A clause that refers to a shared one has its words."""
    same = clause.pop("same", "")
    return deepcopy(_read(_SHARED)[same]) | clause if same else clause


def _filled(clause: Document, parties: Sequence[Document], above: Version | None) -> Iterator[Document]:
    """The clause with the parties in it; one for each direction where it has two."""
    directions = clause.pop("directions", False)
    ways = list(permutations(parties, 2))
    first, second = _together(parties[:-1]), parties[-1]
    for number, (giving, taking) in enumerate(ways if directions else ways[:1], start=1):
        made: Document = _put(
            _of_all(clause, parties), {"first": first, "second": second, "from": giving, "to": taking}
        )
        if directions:
            made["number"] = f"{clause['number']}.{number}"
        bounding = [one for one in above.clauses if one.kind.name == made["kind"]] if above else []
        bounding = [
            one
            for one in bounding
            if one.terms.get("from") in (None, made.get("terms", {}).get("from"))
            or isinstance(one.terms.get("from"), list)
        ]
        if len(bounding) == 1 and made["kind"] not in ("free", "duration", "condition", "earlier-effect", "parent"):
            made["under"] = bounding[0].number
        yield made


def _together(parties: Sequence[Document]) -> Document:
    """Several as one, whose name lists theirs: all but the last, where a text says {first} and {second}."""
    if len(parties) == 1:
        return parties[0]
    names = {
        language: ("、" if language == "zh" else ", ").join(_name(one, language) for one in parties)
        for language in LANGUAGES
    }
    return {"id": parties[0]["id"], "names": names}


def _of_all(clause: Document, parties: Sequence[Document]) -> Document:
    """Where a term lists both parties it lists all."""
    terms = {
        name: [one["id"] for one in parties] if value == ["@first", "@second"] else value
        for name, value in clause.get("terms", {}).items()
    }
    return clause | ({"terms": terms} if terms else {})


def _counted(clause: Document) -> Document:
    """Words that count two parties, marked as examples, so that a draft cannot be proposed before they are mended."""
    made = dict(clause)
    for name in ("title", "text"):
        made[name] = {language: _marked(text, language) for language, text in clause[name].items()}
    return made


def _marked(text: str, language: str) -> str:
    """Without a second mark inside one that there is."""
    parts = _MARKED.split(text)
    return "".join(part if _MARKED.fullmatch(part) else _OF_TWO[language].sub(r"[[\g<0>]]", part) for part in parts)


def _put(value: Any, parties: Mapping[str, Document], language: str = "") -> Any:
    """Names in words, identifiers in terms (`@first`)."""
    if isinstance(value, dict):
        return {name: _put(one, parties, name if name in LANGUAGES else language) for name, one in value.items()}
    if isinstance(value, list):
        return [_put(one, parties, language) for one in value]
    if isinstance(value, str):
        if value.startswith("@"):
            return parties[value[1:]]["id"]
        for name, party in parties.items():
            value = value.replace(f"{{{name}}}", _name(party, language or "en"))
        return value.strip()
    return value


def in_languages_of(party: Document, languages: Sequence[str]) -> Document:
    """A party with a name in each of these languages: its English one where it has no other."""
    return {**party, "names": {language: _name(party, language) for language in languages}}


def _name(party: Document, language: str) -> str:
    names = party["names"]
    found = names.get(language) or (names.get("zh-hans") if language == "zh" else None) or names.get("en")
    return str(found or next(iter(names.values()), party["id"]))


def _only(value: Any, languages: Sequence[str]) -> Any:
    """Words in these languages alone."""
    if isinstance(value, dict):
        if value and value.keys() <= set(LANGUAGES):
            return {language: value[language] for language in languages if language in value}
        return {name: _only(one, languages) for name, one in value.items()}
    return [_only(one, languages) for one in value] if isinstance(value, list) else value
