"""The JSON answer of `jointlab read --json`: one line for each path."""

import json
from typing import TYPE_CHECKING, Any

from jointlab.science.answer import NOTHING, SCHEMA, answer_of, refusal_of
from jointlab.science.source import printable

if TYPE_CHECKING:
    from jointlab.node.read_command import Answer


def answer_json(answer: "Answer") -> str:
    """One line of JSON."""
    content: dict[str, Any] = {"schema": SCHEMA, "file": printable(answer.path), "sha256": answer.sha256}
    content |= answer_of(answer.file) if answer.file is not None else NOTHING
    content["refused"] = None if answer.refused is None else refusal_of(answer.refused)
    return json.dumps(content, ensure_ascii=False, allow_nan=False)
