"""A clause proved alone: its words and terms, and the path that leads from them to the version's hash.

Who holds the hash, from the signed paper or from a party, needs nothing else to know that the clause stands in that version,
at that place, as shown. Of the other clauses the proof tells their number and nothing more.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jointlab.agreements.versions import SCHEMA, Version, version_hash
from jointlab.errors import BadInput, NotFound
from jointlab.ledger import decode, encode, inclusion_proof, inclusion_spans, leaf_hash, node_hash

PROOF: Final = "jointlab/clause-proof/1"
_MOST: Final = 2**20  # parts
_NODE: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Proved:
    """What a proof shows."""

    version: str  # the hash
    parts: int  # of the version, the head included
    shown: tuple[Mapping[str, object], ...]  # the head, if shown, and the clauses, as canonical JSON holds them


def prove(version: Version, numbers: Sequence[str], *, head: bool = True) -> bytes:
    """Canonical JSON that proves these clauses, and with `head` who agreed on them. Raises NotFound ``agreement.clause``."""
    by_number = {clause.number: at for at, clause in enumerate(version.clauses, 1)}
    for number in numbers:
        if number not in by_number:
            raise NotFound("agreement.clause", "This version has no clause {number}.", number=number)
    positions = sorted({*([0] if head else []), *(by_number[number] for number in numbers)})
    parts = [
        {
            "index": at,
            "part": decode(version.parts[at]),
            "path": [p.hex() for p in inclusion_proof(version.leaves, index=at)],
        }
        for at in positions
    ]
    return encode({"of": len(version.parts), "parts": parts, "schema": PROOF, "version": version.hash})


def check_proof(data: bytes, version: str) -> Proved:
    """What the proof shows of the version with this hash.

    Raises BadInput ``agreement.proof_form`` (no proof at all), ``agreement.proof_version`` (of another version),
    ``agreement.proof`` (what it shows does not lead to the hash) and ``canonical.*``.
    """
    value = decode(data)
    if not isinstance(value, dict) or value.keys() != {"of", "parts", "schema", "version"} or value["schema"] != PROOF:
        raise _no_proof()
    of, parts = value["of"], value["parts"]
    if type(of) is not int or not 0 < of <= _MOST or not isinstance(parts, list) or not parts:
        raise _no_proof()
    if value["version"] != version:
        raise BadInput(
            "agreement.proof_version", "This proof is of the version {found}, not of {wanted}.",
            found=str(value["version"])[:64], wanted=version,
        )  # fmt: skip
    return Proved(version, of, tuple(_shown(part, of, version) for part in parts))


def _shown(part: object, of: int, version: str) -> Mapping[str, object]:
    """The content of one part, whose path was followed up to the hash."""
    if not isinstance(part, dict) or part.keys() != {"index", "part", "path"}:
        raise _no_proof()
    index, content, path = part["index"], part["part"], part["path"]
    if type(index) is not int or not 0 <= index < of or not isinstance(content, dict) or not isinstance(path, list):
        raise _no_proof()
    if content.get("schema") != SCHEMA or content.get("part") != ("clause" if index else "head"):
        raise _no_proof()
    if not all(isinstance(one, str) and _NODE.fullmatch(one) for one in path):
        raise _no_proof()
    spans = inclusion_spans(index=index, size=of)
    found = leaf_hash(encode(content))
    for span, one in zip(spans, path, strict=False):
        found = node_hash(bytes.fromhex(one), found) if span.end <= index else node_hash(found, bytes.fromhex(one))
    if len(path) != len(spans) or version_hash(root=found, parts=of) != version:
        raise BadInput(
            "agreement.proof", "What this proof shows does not lead to the hash of the version; it was changed."
        )
    return content


def _no_proof() -> BadInput:
    return BadInput("agreement.proof_form", "This is not a proof of a clause.")
