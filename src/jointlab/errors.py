"""The error families of the whole product. Imports nothing of ours.

    Fault
    ├── BadInput      what was given cannot be used as it is (a file, a form, a setting)
    ├── NotAllowed    this person or partner may not do that
    ├── NotFound      there is no such thing, or not for this person
    ├── Conflict      the world has moved on since the request was made
    └── Unavailable   a part that is needed does not answer, or is not installed

A fault has a stable `code` (``room.what-is-wrong``), a sentence that says what was found and what would work, and the
facts in it. The sentence is a template, so that it can be translated and filled in later.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One answer to a question, with the reading that it would give."""

    value: str
    example: str


@dataclass(frozen=True)
class Question:
    """What must be known before a file can be read; answered by the setting `key`."""

    key: str
    options: tuple[Option, ...]


class Fault(Exception):
    """An expected failure with a code, a sentence for the user and its facts."""

    def __init__(self, code: str, template: str, /, **facts: object) -> None:
        self.code = code
        self.template = template
        self.facts = facts
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        """As it is, when it comes back from a child process."""
        return _again, (type(self), self.__dict__)

    @property
    def message(self) -> str:
        """The sentence in English, with the facts filled in."""
        return self.template.format(**self.facts)


def _again(family: type[Fault], content: dict[str, object]) -> Fault:
    fault = family.__new__(family)
    fault.__dict__.update(content)
    fault.args = (fault.message,)
    return fault


class BadInput(Fault):
    """What was given cannot be used as it is; `question` says what to ask, if an answer would help."""

    def __init__(self, code: str, template: str, /, question: Question | None = None, **facts: object) -> None:
        self.question = question
        super().__init__(code, template, **facts)


class NotAllowed(Fault):
    """This person or partner may not do that."""


class NotFound(Fault):
    """There is no such thing, or not for this person."""


class Conflict(Fault):
    """The world has moved on since the request was made."""


class Unavailable(Fault):
    """A part that is needed does not answer, or is not installed."""
