"""One value, one sequence of bytes: a strict profile of JSON, so that a hash over bytes is a hash over a value.

Inside the profile the bytes equal those of RFC 8785 (JSON Canonicalization Scheme). What is left out is what encoders
disagree about: there are no floating-point numbers (decimals are strings, which keeps "12.50" as it was written),
integers lie within 53 bits, keys are ASCII, text is in Unicode normalisation form C, and nesting has an end.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from types import NoneType
from typing import Any, Final
from unicodedata import is_normalized

import orjson

from jointlab.errors import BadInput

ENTRY_LIMIT: Final = 4 * 1024  # bytes of a log entry
BODY_LIMIT: Final = 1024 * 1024  # bytes of a body
DEPTH_LIMIT: Final = 32  # arrays and objects inside each other, the outermost included
INTEGER_LIMIT: Final = 2**53 - 1  # largest magnitude that every JSON implementation keeps exactly

_SCALARS: Final = frozenset({str, int, bool, NoneType})
_CONTAINERS: Final = frozenset({dict, list})
_TOGETHER: Final = 256  # texts that are looked at together: few, so that their values stay in the processor's caches
_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


def encode(value: object, *, limit: int = BODY_LIMIT) -> bytes:
    """The canonical bytes of a value made of None, bool, int, str, list, tuple and dict.

    Raises BadInput: ``canonical.float``, ``.integer``, ``.key``, ``.text``, ``.normalization``, ``.depth``, ``.type``,
    or ``.size`` when there are more than `limit` bytes.
    """
    data = _encode(value)
    if len(data) > limit:
        raise _too_large(len(data), limit)
    return data


def decode(data: bytes, *, limit: int = BODY_LIMIT) -> object:
    """The value of canonical bytes; bytes whose value would be encoded otherwise are refused.

    Raises BadInput: ``canonical.size``, ``canonical.syntax`` (no JSON, or no UTF-8), ``canonical.form`` (spaces,
    order or doubling of keys, needless escapes, another spelling of a number), and all that `encode` raises.
    """
    if len(data) > limit:
        raise _too_large(len(data), limit)
    try:
        value: object = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadInput("canonical.syntax", "These bytes are not JSON in UTF-8: {why}.", why=str(error)) from None
    again = _encode(value)
    if again != data:
        position = next((i for i, (a, b) in enumerate(zip(again, data, strict=False)) if a != b), len(again))
        raise BadInput(
            "canonical.form",
            "This JSON is not in canonical form: it differs at byte {position}. Keys must be sorted and stand once, "
            "with no spaces, no needless escapes and integers in their shortest form.",
            position=position,
        )
    return value


def decode_many(texts: Sequence[bytes], *, limit: int = BODY_LIMIT) -> Iterator[object]:
    """What `decode` says of each text: its value, or the BadInput that it would raise. Half the time for many good texts."""
    for start in range(0, len(texts), _TOGETHER):
        part = texts[start : start + _TOGETHER]
        values = _good(part, limit)
        yield from (_value_or_fault(text, limit) for text in part) if values is None else values


def _good(texts: Sequence[bytes], limit: int) -> list[object] | None:
    """The values of texts that are good, every one of them; None when one is not, or may not be."""
    if max(map(len, texts)) > limit:
        return None
    try:
        values: list[object] = list(map(orjson.loads, texts))
        for value, text in zip(values, texts, strict=True):
            if orjson.dumps(value, option=_OPTIONS) != text:
                return None
    except (orjson.JSONDecodeError, TypeError):
        return None
    together = b"\n".join(texts)
    if not together.isascii() and not is_normalized("NFC", together.decode()):
        return None
    return values if _are_plain(values) else None


def _are_plain(values: list[Any]) -> bool:
    """Whether what was read from JSON is of the profile's types, keys and depth: level by level, at the speed of C."""
    members: list[Any] = values
    for _ in range(DEPTH_LIMIT + 1):
        kinds = set(map(type, members))
        if kinds <= _SCALARS:
            return True
        if not kinds <= _SCALARS | _CONTAINERS:
            return False
        dicts = [member for member in members if type(member) is dict]
        if not "".join(chain.from_iterable(dicts)).isascii():
            return False
        lists = (member for member in members if type(member) is list)
        members = list(chain(chain.from_iterable(map(dict.values, dicts)), chain.from_iterable(lists)))
    return False


def _value_or_fault(text: bytes, limit: int) -> object:
    try:
        return decode(text, limit=limit)
    except BadInput as fault:
        return fault


def _encode(value: object) -> bytes:
    """Fast for what is good; what is not good is looked at again, slowly, for the reason."""
    try:
        good = _is_plain(value, 1)
        data = orjson.dumps(value, option=_OPTIONS) if good else b""
    except TypeError:  # a key that is no text, an integer beyond 53 bits, a lone surrogate
        good = False
    if not good:
        raise _reason(value, "", 1)
    if not data.isascii() and not is_normalized("NFC", data.decode()):
        # Only a hint: an escape such as \n before a combining mark looks composable in the encoded text, but is not.
        fault = _unnormalized(value, "")
        if fault:
            raise fault
    return data


def _is_plain(value: Any, depth: int) -> bool:
    """Whether types, keys and depth are those of the profile. Scalars are looked at together, at the speed of C."""
    kind = type(value)
    if kind is dict:
        if not "".join(value).isascii():
            return False
        members = value.values()
    elif kind is list or kind is tuple:
        members = value
    else:
        return kind in _SCALARS
    if depth > DEPTH_LIMIT:
        return False
    if _SCALARS.issuperset(map(type, members)):
        return True
    for member in members:  # noqa: SIM110 (all() over a generator takes half as long again)
        if type(member) not in _SCALARS and not _is_plain(member, depth + 1):
            return False
    return True


def _reason(value: object, path: str, depth: int) -> BadInput:
    """Why a value is outside the profile."""
    return _fault(value, path, depth) or BadInput("canonical.type", "This value cannot be written as canonical JSON.")


def _fault(value: object, path: str, depth: int) -> BadInput | None:
    """The first fault in a value, with its place."""
    if type(value) in (dict, list, tuple):
        return _container_fault(value, path, depth)
    return _scalar_fault(value, path or "the whole value")


def _container_fault(value: object, path: str, depth: int) -> BadInput | None:
    if depth > DEPTH_LIMIT:
        return BadInput(
            "canonical.depth", "More than {limit} arrays and objects lie inside each other.", limit=DEPTH_LIMIT
        )
    if isinstance(value, dict):
        for key in value:
            if type(key) is not str or not key.isascii():
                return BadInput(
                    "canonical.key",
                    "The key {key} at {path} is not ASCII text.",
                    key=ascii(key),
                    path=path or "the top",
                )
        members = [(f"{path}.{key}" if path else key, member) for key, member in value.items()]
    else:
        assert isinstance(value, list | tuple)
        members = [(f"{path}[{i}]", member) for i, member in enumerate(value)]
    faults = (_fault(member, place, depth + 1) for place, member in members)
    return next((fault for fault in faults if fault), None)


def _scalar_fault(value: object, path: str) -> BadInput | None:
    if type(value) is float:
        return BadInput(
            "canonical.float",
            '{path} is the floating-point number {value}; write decimals as text, such as "12.50".',
            path=path,
            value=value,
        )
    if type(value) is int and abs(value) > INTEGER_LIMIT:
        return BadInput(
            "canonical.integer",
            "The integer at {path} is beyond ±(2^53 - 1); write it as text.",
            path=path,
        )
    if type(value) is str:
        try:
            value.encode()
        except UnicodeEncodeError:
            return BadInput("canonical.text", "The text at {path} has half of a surrogate pair in it.", path=path)
    elif type(value) not in _SCALARS:
        return BadInput(
            "canonical.type",
            "{path} is of type {kind}, which JSON does not know.",
            path=path,
            kind=type(value).__name__,
        )
    return None


def _unnormalized(value: object, path: str) -> BadInput | None:
    """The first text that is not in normalisation form C."""
    if isinstance(value, str):
        if is_normalized("NFC", value):
            return None
        return BadInput(
            "canonical.normalization",
            "The text at {path} is not in Unicode normalisation form C.",
            path=path or "the top",
        )
    if isinstance(value, dict):
        faults = (_unnormalized(member, f"{path}.{key}" if path else key) for key, member in value.items())
    elif isinstance(value, list | tuple):
        faults = (_unnormalized(member, f"{path}[{i}]") for i, member in enumerate(value))
    else:
        return None
    return next((fault for fault in faults if fault), None)


def _too_large(size: int, limit: int) -> BadInput:
    return BadInput("canonical.size", "{size} bytes are more than the {limit} allowed.", size=size, limit=limit)
