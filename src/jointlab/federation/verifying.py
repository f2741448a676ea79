"""`jointlab verify`: a log from its first entry, or a file that anybody can check without this node."""

from itertools import pairwise
from pathlib import Path

from jointlab.errors import BadInput, NotFound
from jointlab.federation.documents import NodeDocument
from jointlab.federation.own import own_document
from jointlab.history import serving
from jointlab.history.logs import log_named
from jointlab.history.models import Log
from jointlab.history.signing import log_keys
from jointlab.ledger.checkpoints import open_checkpoint
from jointlab.ledger.entries import Entry, body_hash
from jointlab.ledger.evidence import EVIDENCE_LIMIT, Exhibit, Verdict
from jointlab.ledger.notes import Note
from jointlab.ledger.tree import Frontier, leaf_hash

_WORDS = {
    Verdict.EQUIVOCATION: "Proof: one size of this log was signed with two different roots.",
    Verdict.SPLIT_VIEW: "Proof: two logs were signed, and the larger does not begin with the smaller: it has another root at that size.",
    Verdict.TWO_SIZES: "Both checkpoints are signed; the smaller was shown after the larger, says the holder of this file.",
    Verdict.ONE_NOTE: "The checkpoint shown is signed; that the entries do not lead to it is the word of the holder of this file.",
    Verdict.NOTHING: "The checkpoint shown is signed by no key of this log.",
}


def verify_log(name: str, *, save: Path | None = None) -> tuple[list[str], bool]:
    """All entries again, every checkpoint by its signature; of a halted log also its evidence, written to `save`."""
    try:
        log = log_named(name)
    except NotFound as none:
        return [none.message, "Logs of this node:", *(f"    {one}" for one in Log.objects.order_by("name").values_list("name", flat=True))], False  # fmt: skip
    keys = log_keys(log)
    frontier, bodies = Frontier(), 0
    sizes = [0, *serving.checkpoints(name)]
    for start, upto in pairwise(sizes):
        for line in serving.entries(name, start=start, upto=upto):
            entry = Entry.from_bytes(line.entry)
            if line.body is not None:
                bodies += 1
                if body_hash(line.body) != entry.body:
                    return [f"{name}:{frontier.size}: the body is not the one whose hash was logged"], False
            frontier.push(leaf_hash(line.entry))
        note = serving.checkpoint_at(name, size=upto) or b""
        try:
            said = open_checkpoint(Note.from_bytes(note), keys, origin=log.origin).checkpoint
        except BadInput as fault:
            return [f"{name}@{upto}: {fault.message}"], False
        if (said.size, said.root) != (frontier.size, frontier.root()):
            return [f"{name}@{upto}: the entries do not give the signed root"], False
    lines = [
        f"{name}: {frontier.size} entries, {bodies} bodies, {len(sizes) - 1} checkpoints, root {frontier.root().hex()}"
    ]
    return lines + _halts(log, save), log.state != Log.State.HALTED


def verify_file(path: Path) -> tuple[list[str], bool]:
    """A file of evidence: what it shows to somebody who trusts nobody but the keys in it."""
    with path.open("rb") as file:
        exhibit = Exhibit.from_bytes(file.read(EVIDENCE_LIMIT + 1))
    verdict = exhibit.verdict()
    lines = [f"{exhibit.origin}, written by {exhibit.home}, stopped {exhibit.at}: {exhibit.reason}", _WORDS[verdict]]
    lines += [f"key {span.key.name}: {span.key.fingerprint}" for span in exhibit.keys.spans]
    return lines, verdict is not Verdict.NOTHING


def fingerprints() -> dict[str, str]:
    """Of this node: what stands in the act of pairing."""
    document = NodeDocument.from_bytes(own_document())
    return {"key": document.key.fingerprint, "recovery": document.recovery.fingerprint}


def _halts(log: Log, save: Path | None) -> list[str]:
    lines = []
    for halt in log.halts.filter(settled_at=None):
        lines.append(f"{log.name} stopped at {halt.at:%Y-%m-%d %H:%M} UTC: {halt.sentence}")
        if save is not None:
            save.write_bytes(bytes(halt.evidence))
            lines.append(f"evidence: {save}")
    return lines
