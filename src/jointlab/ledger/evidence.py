"""Why a mirror stopped, as one file that anybody can check: the keys, both notes and the entry in question."""

from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from jointlab.errors import BadInput
from jointlab.ledger.canonical import decode, encode
from jointlab.ledger.checkpoints import Checkpoint, open_checkpoint
from jointlab.ledger.keys import KeyHistory, KeySpan, VerifyingKey, strict_base64
from jointlab.ledger.mirror import Evidence, Halt, Line, Reason
from jointlab.ledger.notes import Note
from jointlab.ledger.tree import verify_consistency

FORM: Final = "jointlab-evidence/1"
EVIDENCE_LIMIT: Final = 8 * 1024 * 1024  # bytes


class Verdict(StrEnum):
    """What the file shows to somebody who trusts nobody but the keys."""

    EQUIVOCATION = "equivocation"  # two signed roots for one size: proof
    SPLIT_VIEW = "split-view"  # two signed logs, and the larger does not begin with the smaller: proof
    TWO_SIZES = "two-sizes"  # both notes are signed; that the smaller came later is the holder's word
    ONE_NOTE = "one-note"  # the note shown is signed; that the entries do not lead to it is the holder's word
    NOTHING = "nothing"  # the note shown is signed by no key of this log


@dataclass(frozen=True, slots=True)
class Exhibit:
    """The evidence of one halt."""

    origin: str  # of the log
    home: str
    keys: KeyHistory
    at: str  # when the mirror stopped, by its holder's clock
    reason: Reason
    evidence: Evidence

    @classmethod
    def of(cls, halt: Halt, *, origin: str, home: str, keys: KeyHistory, at: str) -> Self:
        """What a mirror refused."""
        return cls(origin, home, keys, at, halt.reason, halt.evidence)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        line = self.evidence.line
        content: dict[str, Any] = {
            "at": self.at, "form": FORM, "held": _text(self.evidence.held), "home": self.home, "origin": self.origin,
            "keys": [{"from": s.valid_from_size, "vkey": s.key.vkey, "void": s.void_from_size} for s in self.keys.spans],
            "position": self.evidence.position, "reason": self.reason.value, "shown": _text(self.evidence.shown),
            "entry": _text(line.entry if line else None), "body": _text(line.body if line else None),
        }  # fmt: skip
        if self.evidence.root is not None:
            content |= {"root": _text(self.evidence.root), "proof": [_text(part) for part in self.evidence.proof]}
        return encode(content, limit=EVIDENCE_LIMIT)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` wrote. Raises BadInput ``evidence.form``, ``canonical.*``, ``keys.*``."""
        content = decode(data, limit=EVIDENCE_LIMIT)
        if not isinstance(content, dict) or content.get("form") != FORM:
            raise BadInput("evidence.form", "This is no evidence of a stopped log.")
        try:
            keys = tuple(KeySpan(VerifyingKey.from_vkey(k["vkey"]), k["from"], k["void"]) for k in content["keys"])
            shown, entry = _bytes(content["shown"]), _bytes(content["entry"])
            line = Line(entry, _bytes(content["body"])) if entry is not None else None
            proof = tuple(_bytes(part) or b"" for part in content.get("proof", ()))
            evidence = Evidence(
                _bytes(content["held"]), shown or b"", content["position"], line, _bytes(content.get("root")), proof
            )
            return cls(
                content["origin"], content["home"], KeyHistory(keys), content["at"], Reason(content["reason"]), evidence
            )
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput("evidence.form", "This is no evidence of a stopped log.") from fault

    def verdict(self) -> Verdict:
        """What is shown, by the signatures alone."""
        shown = self._opened(self.evidence.shown)
        if shown is None:
            return Verdict.NOTHING
        held = self._opened(self.evidence.held)
        if held is None:
            return Verdict.ONE_NOTE
        if held.size == shown.size:
            return Verdict.EQUIVOCATION if held.root != shown.root else Verdict.ONE_NOTE
        if self._parts(*sorted((held, shown), key=lambda one: one.size)):
            return Verdict.SPLIT_VIEW
        return Verdict.TWO_SIZES if shown.size < held.size else Verdict.ONE_NOTE

    def _parts(self, smaller: Checkpoint, larger: Checkpoint) -> bool:
        """Whether the proof in the file shows that the larger log begins with another root than the smaller one."""
        root = self.evidence.root
        if root is None or root == smaller.root:
            return False
        try:
            verify_consistency(
                self.evidence.proof, old=smaller.size, new=larger.size, old_root=root, new_root=larger.root
            )
        except BadInput:
            return False
        return True

    def _opened(self, note: bytes | None) -> Checkpoint | None:
        try:
            return open_checkpoint(Note.from_bytes(note), self.keys, origin=self.origin).checkpoint if note else None
        except BadInput:
            return None


def _text(data: bytes | None) -> str | None:
    return None if data is None else b64encode(data).decode()


def _bytes(text: object) -> bytes | None:
    if text is None:
        return None
    data = strict_base64(text) if isinstance(text, str) else None
    if data is None:
        raise TypeError
    return data
