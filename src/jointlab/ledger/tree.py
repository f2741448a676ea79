"""The Merkle tree of RFC 6962, section 2.1: hashes, the frontier of a growing log, and proofs.

Leaves are given as leaf hashes (32 bytes), so that a log is hashed once and its entries may lie elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from jointlab.errors import BadInput

HASH_SIZE: Final = 32  # bytes of SHA-256
SIZE_LIMIT: Final = 2**53 - 1  # leaves; a size is written as a JSON integer too
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """What must be kept of a log to append to it and to know its root: the roots of its perfect subtrees.

    The subtrees are as many as the size has binary ones, largest first; so a log of a million entries is 7 hashes.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._peaks: list[bytes] = []
        self._size = 0
        for leaf in leaves:
            self.push(leaf)

    @property
    def size(self) -> int:
        """How many leaves have been pushed."""
        return self._size

    def push(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        rest, peaks = self._size, self._peaks
        while rest & 1:
            leaf = node_hash(peaks.pop(), leaf)
            rest >>= 1
        peaks.append(leaf)
        self._size += 1

    def root(self) -> bytes:
        """The tree hash MTH of all leaves pushed so far."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def copy(self) -> Self:
        """A frontier that grows on its own."""
        other = type(self)()
        other._peaks, other._size = self._peaks.copy(), self._size
        return other

    def to_bytes(self) -> bytes:
        """The size as 8 bytes, big-endian, then the peaks, largest subtree first."""
        return self._size.to_bytes(8, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The frontier that `to_bytes` wrote. Raises BadInput ``tree.frontier`` when the length does not fit the size."""
        size = int.from_bytes(data[:8], "big")
        if len(data) != 8 + HASH_SIZE * size.bit_count() or size > SIZE_LIMIT:
            raise BadInput("tree.frontier", "{length} bytes are not the frontier of a log.", length=len(data))
        frontier = cls()
        frontier._size = size
        frontier._peaks = [data[at : at + HASH_SIZE] for at in range(8, len(data), HASH_SIZE)]
        return frontier


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """The tree hash MTH of leaf hashes."""
    return Frontier(leaves).root()


@dataclass(frozen=True, slots=True)
class Span:
    """The leaves from `start` up to, not including, `end`; a proof is made of the tree hashes of spans."""

    start: int
    end: int


def inclusion_spans(*, index: int, size: int) -> tuple[Span, ...]:
    """The spans whose hashes prove that leaf `index` is in the tree of `size` leaves: PATH of RFC 6962 2.1.1."""
    if not 0 <= index < size:
        raise BadInput("tree.index", "A log of {size} entries has no entry {index}.", size=size, index=index)
    path: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(Span(middle, end))
            end = middle
        else:
            path.append(Span(start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_spans(*, old: int, new: int) -> tuple[Span, ...]:
    """The spans whose hashes prove that the tree of `new` leaves begins with that of `old`: PROOF of RFC 6962 2.1.2.

    Empty for `old` = `new`. Not defined for `old` = 0: every log begins with the empty one, which shows nothing.
    """
    if not 0 < old <= new:
        raise BadInput("tree.sizes", "No proof joins a log of {old} entries to one of {new}.", old=old, new=new)
    path: list[Span] = []
    start, end = 0, new
    while start < old < end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(Span(middle, end))
            end = middle
        else:
            path.append(Span(start, middle))
            start = middle
    if start > 0:  # the verifier knows the old root itself, but not that of a part of it
        path.append(Span(start, end))
    return tuple(reversed(path))


def inclusion_proof(leaves: Sequence[bytes], *, index: int) -> tuple[bytes, ...]:
    """The inclusion proof of a leaf in the tree of `leaves`, lowest level first."""
    return _hashes(leaves, inclusion_spans(index=index, size=len(leaves)))


def consistency_proof(leaves: Sequence[bytes], *, old: int) -> tuple[bytes, ...]:
    """The proof that the tree of `leaves` begins with the tree of its first `old` leaves."""
    return _hashes(leaves, consistency_spans(old=old, new=len(leaves)))


def verify_inclusion(leaf: bytes, proof: Sequence[bytes], *, index: int, size: int, root: bytes) -> None:
    """Check that a leaf hash is at `index` in the log of `size` entries with this root (RFC 9162, 2.1.3.2).

    Raises BadInput ``tree.inclusion`` when the proof does not show it.
    """
    spans = inclusion_spans(index=index, size=size)
    good = _well_formed(proof, len(spans)) and len(leaf) == HASH_SIZE
    if good:
        found = leaf
        for span, part in zip(spans, proof, strict=True):
            found = node_hash(part, found) if span.end <= index else node_hash(found, part)
        good = found == root
    if not good:
        raise BadInput(
            "tree.inclusion", "This proof does not show entry {index} in the log of {size}.", index=index, size=size
        )


def verify_consistency(proof: Sequence[bytes], *, old: int, new: int, old_root: bytes, new_root: bytes) -> None:
    """Check that the log of `new` entries begins with the one of `old` (RFC 9162, 2.1.4.2).

    Raises BadInput ``tree.consistency`` when the proof does not show it.
    """
    spans = consistency_spans(old=old, new=new)
    good = _well_formed(proof, len(spans))
    if good and old == new:
        good = old_root == new_root and len(old_root) == HASH_SIZE
    elif good:
        good = _joins(spans, proof, old, old_root, new_root)
    if not good:
        raise BadInput(
            "tree.consistency",
            "This proof does not show that the log of {new} entries begins with the one of {old}.",
            old=old,
            new=new,
        )


def _joins(spans: Sequence[Span], proof: Sequence[bytes], old: int, old_root: bytes, new_root: bytes) -> bool:
    """Whether the parts give both roots: those within the old tree the old root, all of them the new one."""
    parts = list(zip(spans, proof, strict=True))
    if spans[0].end <= old:
        in_old = in_new = proof[0]
        parts = parts[1:]
    else:  # the old tree is a subtree of the new one: its root starts both
        in_old = in_new = old_root
    for span, part in parts:
        if span.end <= old:
            in_old, in_new = node_hash(part, in_old), node_hash(part, in_new)
        else:
            in_new = node_hash(in_new, part)
    return in_old == old_root and in_new == new_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _well_formed(proof: Sequence[bytes], length: int) -> bool:
    return len(proof) == length and all(len(part) == HASH_SIZE for part in proof)


def _hashes(leaves: Sequence[bytes], spans: Iterable[Span]) -> tuple[bytes, ...]:
    return tuple(tree_root(leaves[span.start : span.end]) for span in spans)
