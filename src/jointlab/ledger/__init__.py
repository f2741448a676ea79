"""Signed logs: canonical bytes, Merkle tree, checkpoints, keys, verified mirror. Pure: no database, no network.

Names are imported when they are first used, so that importing the room costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jointlab.ledger.canonical import BODY_LIMIT, ENTRY_LIMIT, decode, encode
    from jointlab.ledger.checkpoints import (
        Checkpoint,
        Cosignature,
        SignedCheckpoint,
        cosign,
        cosignatures,
        open_checkpoint,
        sign_checkpoint,
        verify_cosignature,
    )
    from jointlab.ledger.entries import Entry, Op, Sealed, body_hash, seal, unseal
    from jointlab.ledger.keys import KeyHistory, KeyKind, KeySpan, SigningKey, VerifyingKey, decimal_groups
    from jointlab.ledger.mirror import Accepted, Evidence, Halt, Line, Mirror, Reason, Record, proves_equivocation
    from jointlab.ledger.notes import Note, Signature
    from jointlab.ledger.tree import (
        EMPTY_ROOT,
        Frontier,
        Span,
        consistency_proof,
        consistency_spans,
        inclusion_proof,
        inclusion_spans,
        leaf_hash,
        node_hash,
        tree_root,
        verify_consistency,
        verify_inclusion,
    )

__all__ = [
    "BODY_LIMIT",
    "EMPTY_ROOT",
    "ENTRY_LIMIT",
    "Accepted",
    "Checkpoint",
    "Cosignature",
    "Entry",
    "Evidence",
    "Frontier",
    "Halt",
    "KeyHistory",
    "KeyKind",
    "KeySpan",
    "Line",
    "Mirror",
    "Note",
    "Op",
    "Reason",
    "Record",
    "Sealed",
    "Signature",
    "SignedCheckpoint",
    "SigningKey",
    "Span",
    "VerifyingKey",
    "body_hash",
    "consistency_proof",
    "consistency_spans",
    "cosign",
    "cosignatures",
    "decimal_groups",
    "decode",
    "encode",
    "inclusion_proof",
    "inclusion_spans",
    "leaf_hash",
    "node_hash",
    "open_checkpoint",
    "proves_equivocation",
    "seal",
    "sign_checkpoint",
    "tree_root",
    "unseal",
    "verify_consistency",
    "verify_cosignature",
    "verify_inclusion",
]

_DOORS = ("canonical", "tree", "entries", "keys", "notes", "checkpoints", "mirror")  # the cheap ones first


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    modules = (import_module(f"{__name__}.{door}") for door in _DOORS)
    value: object = next(getattr(module, name) for module in modules if hasattr(module, name))
    globals()[name] = value
    return value
