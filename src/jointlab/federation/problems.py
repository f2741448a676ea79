"""What a node answers when it does not do what a partner asked: problem details (RFC 9457) of a fixed list of types."""

from enum import StrEnum
from typing import Final

import orjson

from jointlab.errors import BadInput

MEDIA_TYPE: Final = "application/problem+json"
ROOT: Final = "urn:jointlab:problem:"
_TEXT_LIMIT: Final = 500  # characters of a partner's sentence that are kept
_BYTES_LIMIT: Final = 16 * 1024  # of a problem


class Problem(StrEnum):
    """The last part of a problem's type."""

    AGREEMENT_CLOSED = "agreement-closed"  # what entitled the partner has ended
    NOT_PAIRED = "not-paired"  # the node does not know the key, or the pairing is not confirmed by both
    SKEW = "skew"  # the clocks are too far apart
    QUOTA = "quota"  # more than the partner may ask for at once
    BEHIND = "behind"  # asked for what this node does not have yet
    TOO_NEW = "too-new"  # a protocol version that this node does not speak
    RECOVERING = "recovering"  # restored from a backup: asks its partners before it goes on
    SIGNATURE = "signature"  # missing, false, replayed
    REQUEST = "request"  # cannot be understood, or is larger than the limits
    NOT_FOUND = "not-found"  # no such log, or not for this partner


STATUS: Final[dict[Problem, int]] = {
    Problem.AGREEMENT_CLOSED: 403, Problem.NOT_PAIRED: 403, Problem.SKEW: 401, Problem.QUOTA: 429, Problem.BEHIND: 409,
    Problem.TOO_NEW: 426, Problem.RECOVERING: 503, Problem.SIGNATURE: 401, Problem.REQUEST: 400, Problem.NOT_FOUND: 404,
}  # fmt: skip


def to_json(problem: Problem, detail: str, **facts: object) -> bytes:
    """The body of the answer."""
    return orjson.dumps(
        {"type": ROOT + problem, "title": problem.value, "status": STATUS[problem], "detail": detail, **facts}
    )


def from_json(data: bytes) -> tuple[Problem, str]:
    """The type and the sentence of a partner's problem. Raises BadInput ``problem.form``."""
    try:
        said = orjson.loads(data[:_BYTES_LIMIT])
        return Problem(str(said["type"]).removeprefix(ROOT)), str(said.get("detail", ""))[:_TEXT_LIMIT]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput("problem.form", "The answer is no problem of the known types.") from None
