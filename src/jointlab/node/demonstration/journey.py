"""The journey of a powder from Almaty to Nanjing: asked for, cleared, sent in two vials, of which one has arrived."""

from typing import TYPE_CHECKING

from jointlab.node.demonstration.content import SENT

if TYPE_CHECKING:
    from jointlab.people.actors import Actor

CODE = f"{SENT}-T1"
_ASKED = {"amount": "500 mg", "purpose": "The same powder by X-ray diffraction and nitrogen adsorption in Nanjing."}
_ALMATY = (
    ("clear", {
        "export_control": "Titanium dioxide is on no control list; checked by its CAS number 13463-67-7.",
        "hazard": "No class for transport; safety data sheet enclosed, two sealed vials in a padded box.",
        "customs": "Sample for research without commercial value, declared at 5 EUR; pro forma invoice enclosed.",
        "cleared_by": "Export control office of the university",
    }),
    ("send", {"amount": "500 mg", "on": "2026-10-05", "carrier": "Courier", "tracking": "DEMO-0203", "packing": "Two vials of 250 mg"}),
    ("depart", {"on": "2026-10-05"}),
)  # fmt: skip
_NANJING = (
    ("receive_part", {"amount": "250 mg", "on": "2026-10-12", "condition": "Seal whole, powder white and dry; the second vial comes in a parcel of its own."}),
)  # fmt: skip


def send(actor: "Actor") -> None:
    """Almaty's steps."""
    from jointlab.laboratory.models import Sample
    from jointlab.laboratory.operations import transfers

    sample = Sample.objects.get(code=SENT)
    transfers.ask(actor, sample=sample, partner="cn", form=_ASKED)
    _take(actor, _ALMATY)


def receive(actor: "Actor") -> None:
    """Nanjing's step; the next one waits for whoever tries the demonstration."""
    _take(actor, _NANJING)


def _take(actor: "Actor", steps: tuple[tuple[str, dict[str, str]], ...]) -> None:
    from jointlab.laboratory.models import Transfer
    from jointlab.laboratory.operations import transfers

    for step, form in steps:
        transfer = Transfer.objects.get(code=CODE)
        transfers.take(actor, transfer=transfer, step=step, form=form, seen=transfer.head)
