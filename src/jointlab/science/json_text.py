"""JSON of an instrument's program as values that can be shown and stored everywhere."""

import json
import re
from typing import Any

_ODD = re.compile(rb"\\u(0000|[dD][89a-fA-F])")  # escapes of NUL, and of halves of surrogate pairs
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def load_json(data: str | bytes) -> Any:
    """As `json.loads`; NUL and lone halves of surrogate pairs, which no database stores, become �.

    Raises ValueError, RecursionError.
    """
    value = json.loads(data)
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    return _storable(value) if b"\0" in raw or _ODD.search(raw) else value


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    return value
