"""The acts of pairing and of partnership: one page with all fingerprints, to be signed by hand; the lawyers' anchor of all later proofs."""

import json

from jointlab.errors import Conflict
from jointlab.federation.documents import NodeDocument
from jointlab.federation.models import Partner
from jointlab.federation.own import own_document
from jointlab.federation.together import Together
from jointlab.printing import at_hand

_TOP = b"""
#set page(paper: "a4", margin: 25mm)
#set text(size: 11pt, lang: "en")
#let n = json(bytes(sys.inputs.nodes))
#let mono(words) = text(font: "DejaVu Sans Mono", size: 10pt, words)
"""
_PAIRING = b"""
= Act of pairing
#v(4mm)
The two nodes named below exchange signed logs from #sys.inputs.day on. Each side has compared the code with the other by
a way that does not lead through the nodes, and has confirmed it.
#v(4mm)
#align(center, text(size: 16pt, weight: "bold", mono(sys.inputs.code)))
#v(4mm)
"""
_PARTNERSHIP = b"""
= Act of partnership
#v(4mm)
The nodes named below, each two of them paired, share as one from #sys.inputs.day on: what one of them shares with the
partnership *#sys.inputs.name*, all of them read. Each has written this into its logs with all others.
#v(4mm)
"""
_SIDES = b"""
#grid(columns: (1fr, 1fr), column-gutter: 10mm, ..n.map(one => [
  == #one.name
  #one.city
  #v(2mm)
  Prefix of its records: *#one.home* \\
  Name in its checkpoints: *#one.origin*
  #v(2mm)
  Fingerprint of the node key: \\
  #mono(one.key)
  #v(1mm)
  Fingerprint of the recovery key: \\
  #mono(one.recovery)
  #v(22mm)
  #line(length: 100%) Name, date, signature
]))
#v(8mm)
#text(size: 9pt)[The node key signs the checkpoints of the logs and the requests between the nodes. The recovery key lies on paper
with its institution and signs nothing but statements about node keys. Later changes of the node keys follow from this act
by such statements, which stand in the logs.]
"""


def act_of(partner: Partner) -> bytes:
    """A PDF. Raises Conflict ``pairing.not-confirmed`` before both nodes have confirmed: the act says that they have."""
    if partner.confirmed_at is None:
        raise Conflict("pairing.not-confirmed", "The pairing with {prefix} has not been confirmed at this node yet.", prefix=partner.prefix)  # fmt: skip
    if not partner.paired:
        raise Conflict(
            "pairing.not-confirmed",
            "There is no act of pairing yet: {prefix} has not confirmed the code {code}. Its administrator confirms it there; the act can be printed as soon as word of that has come here.",
            prefix=partner.prefix, code=partner.code,
        )  # fmt: skip
    nodes = [_side(NodeDocument.from_bytes(own_document())), _side(NodeDocument.from_bytes(partner.document.encode()))]
    inputs = {"nodes": json.dumps(nodes), "code": partner.code, "day": f"{partner.confirmed_at:%Y-%m-%d}"}
    return at_hand(_TOP + _PAIRING + _SIDES, inputs=inputs)


def act_of_partnership(found: Together) -> bytes:
    """A PDF. Raises Conflict ``partnership.not-confirmed`` before all members have confirmed the same."""
    words = [one.word for one in found.members if one.word is not None]
    if not found.stands or not words:
        raise Conflict("partnership.not-confirmed", "There is no act of {name} yet: {missing} has not confirmed it.", name=found.name, missing=", ".join(found.missing))  # fmt: skip
    documents = [one.partner.document.encode() if one.partner else own_document() for one in found.members]
    nodes = [_side(NodeDocument.from_bytes(one)) for one in documents]
    day = max(one.at for one in words)
    inputs = {"nodes": json.dumps(nodes), "name": found.name, "day": f"{day:%Y-%m-%d}"}
    return at_hand(_TOP + _PARTNERSHIP + _SIDES, inputs=inputs)


def _side(document: NodeDocument) -> dict[str, str]:
    return {
        "home": document.home, "origin": document.origin, "key": document.key.fingerprint,
        "recovery": document.recovery.fingerprint, "name": document.names.get("en") or document.origin,
        "city": document.city.get("en", ""),
    }  # fmt: skip
