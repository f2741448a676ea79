"""A draft as its page shows it: its head, its clauses as far as they can be read, and what stands in the way of a proposal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jointlab.agreements.clauses import read_clause
from jointlab.agreements.drafting import EXAMPLE, examined, meant
from jointlab.agreements.heads import Head
from jointlab.agreements.kinds import KINDS
from jointlab.agreements.known_projects import names_for
from jointlab.agreements.life import State
from jointlab.agreements.models import AgreementDraft
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.drafts import faults_of
from jointlab.agreements.shown import in_reader
from jointlab.agreements.values import Setting
from jointlab.agreements.versions import Version
from jointlab.agreements.words import Said, kind_in_words, terms_in_words
from jointlab.errors import BadInput
from jointlab.people.actors import Actor
from jointlab.web.numbers import language_here
from jointlab.web.sentences import sentence

Plain = Mapping[str, Any]
_SALT = "0" * 32
_OF_CLAUSE = re.compile(r"clause ([0-9a-z.]+)")
_SIGNABLE = frozenset(
    {State.IN_FORCE, State.NOT_YET, State.CONDITIONS, State.SUSPENDED, State.PARTLY_SIGNED, State.UNSIGNED}
)


@dataclass(frozen=True)
class DraftClause:
    """One clause; `said` is empty while its terms cannot be read. `at` is its place, from 0."""

    at: int
    number: str
    title: str
    text: str
    kind: str
    typed: bool
    said: tuple[Said, ...]
    faults: tuple[str, ...]
    examples: bool


@dataclass(frozen=True)
class DraftShown:
    """The whole draft in the reader's language."""

    title: str
    clauses: tuple[DraftClause, ...]
    faults: tuple[str, ...]  # of the head and of the whole
    count: int  # of all faults


def shown(draft: AgreementDraft) -> DraftShown:
    """The draft with its faults, each at its clause."""
    head = draft.document.get("head") or {}
    by_clause: dict[str, list[str]] = {}
    whole: list[str] = []
    found = faults_of(draft)
    for fault in found:
        where = str(fault.facts.get("where", "")) or f"clause {fault.facts.get('clause', '')}"
        match = _OF_CLAUSE.match(where)
        (by_clause.setdefault(match[1], []) if match else whole).append(sentence(fault))
    clauses = [one if isinstance(one, dict) else {} for one in draft.document.get("clauses") or []]
    numbers = {str(one.get("number", "")) for one in clauses} | {str(at) for at in range(1, len(clauses) + 1)}
    whole += [text for number, texts in by_clause.items() if number not in numbers for text in texts]
    made = tuple(_clause(at, one, head, by_clause) for at, one in enumerate(clauses))
    return DraftShown(in_reader(head.get("title") or {}, language_here()) or draft.code, made, tuple(whole), len(found))


def _clause(at: int, clause: Plain, head: Plain, by_clause: Mapping[str, list[str]]) -> DraftClause:
    number, kind = str(clause.get("number", "")), KINDS.get(str(clause.get("kind")))
    title, text = (
        in_reader(found, language_here()) if isinstance(found := clause.get(name), Mapping) else ""
        for name in ("title", "text")
    )
    said: tuple[Said, ...] = ()
    faults: list[BadInput] = []
    read = read_clause(
        {**meant(clause), "salt": _SALT}, at + 1, Setting(_parties(head)), list(head.get("languages") or ()), faults
    )
    if read is not None:
        said = terms_in_words(read, language=language_here(), names=names_for(read, _names(head)))
    return DraftClause(
        at, number, str(title), str(text), kind_in_words(kind, language=language_here()) if kind else str(clause.get("kind")),
        kind is not None and kind.name != "free", said, tuple(by_clause.get(number) or by_clause.get(str(at + 1)) or ()), holds_example(clause),
    )  # fmt: skip


def holds_example(value: Any) -> bool:
    """Whether something is still an example."""
    if isinstance(value, str):
        return EXAMPLE.search(value) is not None
    if isinstance(value, Mapping):
        return any(map(holds_example, value.values()))
    return any(map(holds_example, value)) if isinstance(value, list) else False


def preview_of(draft: AgreementDraft) -> Version:
    """The text as it would be printed, marked so that nobody signs it. Raises the first fault that keeps it from being read."""
    found = examined(meant(draft.document))
    if found.version is None:
        raise found.faults[0]
    head: Head = found.version.head
    marks = {
        "en": "Draft, not for signature",
        "ru": "Проект, не для подписания",
        "kk": "Жоба, қол қоюға арналмаған",
        "zh": "草案，不供签署",
    }
    title = {language: f"{marks[language]}: {text}" for language, text in head.title.items()}
    return Version(Head(**{**vars(head), "title": title}), found.version.clauses)


def parents(actor: Actor) -> list[tuple[str, str]]:
    """The versions under which a text can stand, by hash, with their titles."""
    found = (one.current for one in listing.agreements(actor))
    return [(one.hash, f"{one.title} ({one.number})") for one in found if one.state in _SIGNABLE]


def clauses_above(actor: Actor, head: Plain) -> list[tuple[str, str]]:
    """The clauses of the agreement above, by number."""
    named = (head.get("parent") or {}).get("version", "")
    if not named:
        return []
    version = listing.version_for(actor, named)
    return [(one.number, f"{one.number} {in_reader(one.title, language_here())}") for one in version.clauses]


def _parties(head: Plain) -> frozenset[str]:
    return frozenset(_names(head))


def _names(head: Plain) -> dict[str, str]:
    found = (one for one in head.get("parties") or () if isinstance(one, Mapping))
    return {str(one.get("id")): in_reader(one.get("names") or {}, language_here()) for one in found}
