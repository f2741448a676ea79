"""The recovery key as it is written on paper: groups of letters and digits that cannot be confused, each checked. Pure.

A group is five characters of Crockford's base 32 (25 bits): 16 bits of the key and 9 bits of a check that knows the place
of the group, so that a slip of the pen is found in its group, not after sixteen of them.
"""

from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jointlab.errors import BadInput
from jointlab.ledger.keys import SigningKey

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS: Final = 16  # of 16 bits: 256 bits
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def to_groups(seed: bytes) -> str:
    """32 secret bytes as 16 groups."""
    return "-".join(_group(place, int.from_bytes(seed[2 * place : 2 * place + 2], "big")) for place in range(_GROUPS))


def from_groups(text: str) -> bytes:
    """The secret bytes of what was typed, in any case, with any separators. Raises BadInput ``recovery.groups``."""
    letters = "".join(one for one in text.upper() if one.isalnum()).translate(_READ_AS)
    if len(letters) != 5 * _GROUPS or not set(letters) <= set(_LETTERS):
        raise BadInput("recovery.groups", "The recovery key has {groups} groups of five letters and digits.", groups=_GROUPS)  # fmt: skip
    parts: list[bytes] = []
    for place in range(_GROUPS):
        group = letters[5 * place : 5 * place + 5]
        bits = 0
        for letter in group:
            bits = bits << 5 | _LETTERS.index(letter)
        number = bits >> 9
        if number >= 1 << 16 or _group(place, number) != group:
            raise BadInput("recovery.group", "Group {number} of the recovery key, {group}, has a slip in it.", number=place + 1, group=group)  # fmt: skip
        parts.append(number.to_bytes(2, "big"))
    return b"".join(parts)


def recovery_key(seed: bytes, *, origin: str) -> SigningKey:
    """The key in these bytes."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(seed), name=f"{origin}/recovery")


def _group(place: int, number: int) -> str:
    check = int.from_bytes(sha256(bytes([place]) + number.to_bytes(2, "big")).digest()[:2], "big") >> 7  # 9 bits
    bits = number << 9 | check
    return "".join(_LETTERS[bits >> shift & 31] for shift in (20, 15, 10, 5, 0))
