"""A draft's document: what was typed, kept as JSON values; and what would have to change before it can be proposed. Pure.

Numbers are kept as they are written (a float becomes the text of its digits), salts are drawn when a text is proposed, and
[[double brackets]] mark an example that is still to be replaced.
"""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from jointlab.agreements.comparing import with_salts
from jointlab.agreements.versions import SCHEMA, Examined, Version, examine
from jointlab.errors import BadInput
from jointlab.ledger import BODY_LIMIT

Document = dict[str, Any]

EXAMPLE: Final = re.compile(r"\[\[(.*?)\]\]", re.S)
_DEEPEST: Final = 12
_NO_SALT: Final = "0" * 32


def typed(document: object) -> Document:
    """A document as it can be kept: JSON values without floats, no salts. Raises BadInput ``agreement.object``, ``.size``, ``.json``."""
    plain = _plain(document, 0)
    if not isinstance(plain, dict):
        raise BadInput(
            "agreement.object", "At “{where}” named values are needed, in JSON an object.", where="agreement"
        )
    made = {
        "schema": SCHEMA,
        "head": _unsalted(plain.get("head") or {}),
        "clauses": [_unsalted(one) for one in plain.get("clauses") or []],
    }
    size = len(json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > BODY_LIMIT:
        raise BadInput(
            "agreement.size",
            "An agreement of {size} bytes is too large; at most {limit} are possible.",
            size=size,
            limit=BODY_LIMIT,
        )
    return made


def _plain(value: object, depth: int) -> Any:
    if depth > _DEEPEST:
        raise BadInput("agreement.json", "This is not JSON in UTF-8: {why}.", why="too deep")
    if isinstance(value, Mapping):
        return {str(_plain(str(name), depth)): _plain(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, depth + 1) for one in value]
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise BadInput("agreement.json", "This is not JSON in UTF-8: {why}.", why="a sign that no text has")
        return value
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53):
        return value
    return str(value) if isinstance(value, float | Decimal | int) else repr(value)


def _unsalted(part: object) -> object:
    return {name: value for name, value in part.items() if name != "salt"} if isinstance(part, dict) else part


def salted(document: Mapping[str, Any], before: Version | None = None) -> Document:
    """The text as it would be proposed: in normal form, unchanged clauses with the salts of the version before.

    Raises the first fault of a document that is not sound.
    """
    found = examined(document)
    if found.version is None:
        raise found.faults[0]
    clauses = [_unsalted(clause.content()) for clause in found.version.clauses]
    normal = {"schema": SCHEMA, "head": _unsalted(found.version.head.content()), "clauses": clauses}
    return with_salts(normal, before)


def examined(document: Mapping[str, Any]) -> Examined:
    """A draft read as if it were to be proposed: the version (its salts, and so its hash, are not the final ones) or all faults."""
    clauses = document.get("clauses")
    found = examine({
        **document,
        "head": _placed(document.get("head")),
        "clauses": [_placed(one) for one in clauses] if isinstance(clauses, list) else clauses,
    })  # fmt: skip
    examples = tuple(_examples(document))
    return Examined(None, (*found.faults, *examples)) if examples else found


def _placed(part: object) -> object:
    """With a salt, and with examples as if they were meant: that they are none yet is said once."""
    return {**meant(part), "salt": _NO_SALT} if isinstance(part, dict) else part


def meant(value: Any) -> Any:
    """A document, or a part of one, with its examples taken as what is agreed."""
    if isinstance(value, str):
        return EXAMPLE.sub(r"\1", value)
    if isinstance(value, dict):
        return {name: meant(one) for name, one in value.items()}
    return [meant(one) for one in value] if isinstance(value, list) else value


def _examples(document: Mapping[str, Any]) -> Iterator[BadInput]:
    """The first example in each part that nobody has replaced yet."""
    for part in (document.get("head"), *(document.get("clauses") or ())):
        found = next(_found(part), None)
        if found is not None:
            where = f"clause {part['number']}" if isinstance(part, dict) and part.get("number") else "head"
            yield BadInput(
                "agreement.example", "“{where}” still holds the example [[{found}]]. Write what you agree on, without the brackets.",
                where=where, found=found[:60],
            )  # fmt: skip


def _found(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from EXAMPLE.findall(value)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _found(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _found(one)
