"""The transfer of a sample between two sites, as the first two-party process.

Whose step stands in a race follows the thing itself: before it is sent its owner decides, from then on whoever may hold
it in the hand. Version 1 is what nodes have agreed on; another meaning is another version.
"""

from jointlab.laboratory.balances import amounts_add_up, nothing_left_there, something_left_there
from jointlab.processes import Field, Guard, Party, Process, State, Step

SENDER, RECEIVER = "sender", "receiver"
_BOTH = (SENDER, RECEIVER)
_ON_THE_WAY = ("sent", "in_transit")


def _(text: str) -> str:
    """Marks words for the catalogue; pages translate them, the declaration needs no Django."""
    return text


def _amount(title: str, hint: str = "") -> Field:
    return Field("amount", title, "amount", hint=hint, most=40)


def _day(title: str) -> Field:
    return Field("on", title, "day", most=10)


def _words(name: str, title: str, hint: str = "", *, required: bool = True) -> Field:
    return Field(name, title, "text", required=required, hint=hint, most=2000)


_WHY = _words("why", _("Why"))
_CARRIER = (
    Field("carrier", _("Carrier"), hint=_("Post, courier, or who carries it")),
    Field("tracking", _("Tracking number"), required=False),
)
_CONDITION = _words("condition", _("Condition on arrival"), _("Packing, seal, temperature, colour: what was found"))
_CLEARANCE = (
    _words("export_control", _("Export control: cleared on what ground"), _("Licence or its number, or why none is needed")),
    _words("hazard", _("Hazard: cleared on what ground"), _("Class, safety data sheet, packing; or why it is harmless")),
    _words("customs", _("Customs: cleared on what ground"), _("Declared as what, value, papers")),
    Field("cleared_by", _("Cleared by"), hint=_("The office or person that may decide this")),
)  # fmt: skip

STATES = (
    State("asked", _("to be cleared"), arbiter=SENDER, waits=SENDER),
    State("cleared", _("cleared"), arbiter=SENDER, waits=SENDER),
    State("sent", _("packed and sent"), arbiter=RECEIVER, waits=SENDER),
    State("in_transit", _("in transit"), arbiter=RECEIVER, waits=RECEIVER),
    State("partly_received", _("received in part"), arbiter=RECEIVER, waits=RECEIVER),
    State("received", _("received"), arbiter=RECEIVER),
    State("returning", _("on the way back"), arbiter=SENDER, waits=SENDER),
    State("closed", _("closed: the rest stays with the receiver"), end=True),
    State("consumed", _("used up"), end=True),
    State("returned", _("returned"), end=True),
    State("lost", _("lost"), end=True),
    State("refused", _("refused"), end=True),
    State("withdrawn", _("withdrawn"), end=True),
)

STEPS = (
    Step("ask", _("Ask for a transfer"), _("Asked for"), _BOTH, ("",), "asked",
         (_amount(_("How much")), _words("purpose", _("What for"))), ("purpose",), main=True),
    Step("clear", _("Record clearance"), _("Cleared"), (SENDER,), ("asked",), "cleared",
         _CLEARANCE, ("export_control", "hazard", "customs"), main=True),
    Step("send", _("Pack and send"), _("Packed and sent"), (SENDER,), ("cleared",), "sent",
         (_amount(_("Amount sent")), _day(_("Sent on")), *_CARRIER, _words("packing", _("Packing and content"), required=False)),
         guards=("amounts",), main=True),
    Step("depart", _("Note that the carrier has it"), _("The carrier has it"), (SENDER,), ("sent",), "in_transit",
         (_day(_("Handed over on")), Field("tracking", _("Tracking number"), required=False)), main=True),
    Step("receive", _("Receive"), _("Received"), (RECEIVER,), (*_ON_THE_WAY, "partly_received"), "received",
         (_amount(_("Amount received"), _("What is missing then counts as lost. If more is to come, use the step for a part.")),
          _day(_("Received on")), _CONDITION), ("condition",), ("amounts",), main=True),
    Step("receive_part", _("Receive a part; the rest is still to come"), _("Received in part"), (RECEIVER,),
         (*_ON_THE_WAY, "partly_received"), "partly_received",
         (_amount(_("Amount received")), _day(_("Received on")), _CONDITION), ("condition",), ("amounts",)),
    Step("lose_rest", _("Report the rest as lost"), _("The rest is lost"), _BOTH, ("partly_received",), "received", (_WHY,), ("why",)),
    Step("lose", _("Report as lost"), _("Lost"), _BOTH, _ON_THE_WAY, "lost", (_WHY,), ("why",)),
    Step("turn_away", _("Refuse the parcel; it goes back"), _("Refused on arrival"), (RECEIVER,), _ON_THE_WAY, "returning", (_WHY,), ("why",)),
    Step("use", _("Note what was used"), _("Used"), (RECEIVER,), ("received",), "received",
         (_amount(_("Amount used")), _day(_("Used on")), _words("purpose", _("What for"))), guards=("something_left", "amounts")),
    Step("use_rest", _("Note that all of it is used up"), _("Used up"), (RECEIVER,), ("received",), "consumed",
         (_day(_("Used on")), _words("purpose", _("What for"))), guards=("something_left",)),
    Step("send_back", _("Send back"), _("Sent back"), (RECEIVER,), ("received",), "returning",
         (_amount(_("Amount sent back")), _day(_("Sent on")), *_CARRIER), guards=("something_left", "amounts")),
    Step("keep", _("Close; the rest stays with the receiver"), _("Closed"), (RECEIVER,), ("received",), "closed",
         (_words("why", _("Remark"), required=False),)),
    Step("take_back", _("Receive what came back"), _("Received back"), (SENDER,), ("returning",), "returned",
         (_amount(_("Amount that came back"), _("What is missing then counts as lost.")), _day(_("Received on")), _CONDITION),
         ("condition",), ("nothing_left", "amounts"), main=True),
    Step("take_back_part", _("Receive what came back; the receiver holds more"), _("A part received back"), (SENDER,), ("returning",), "received",
         (_amount(_("Amount that came back"), _("What is missing then counts as lost.")), _day(_("Received on")), _CONDITION),
         ("condition",), ("something_left", "amounts"), main=True),
    Step("lose_back", _("Report as lost on the way back"), _("Lost on the way back"), (SENDER,), ("returning",), "lost",
         (_WHY,), ("why",), ("nothing_left",)),
    Step("lose_back_part", _("Report as lost on the way back; the receiver holds more"), _("Lost on the way back"), (SENDER,),
         ("returning",), "received", (_WHY,), ("why",), ("something_left",)),
    Step("refuse", _("Refuse"), _("Refused"), (RECEIVER,), ("asked", "cleared"), "refused", (_WHY,), ("why",)),
    Step("withdraw", _("Withdraw"), _("Withdrawn"), (SENDER,), ("asked", "cleared", "sent"), "withdrawn", (_WHY,), ("why",)),
)  # fmt: skip

TRANSFER = Process(
    name="sample-transfer/1",
    title=_("Transfer of a sample"),
    parties=(Party(SENDER, _("Sender")), Party(RECEIVER, _("Receiver"))),
    states=STATES,
    steps=STEPS,
    guards={
        "amounts": Guard(amounts_add_up, of_form=True),
        "nothing_left": Guard(nothing_left_there),
        "something_left": Guard(something_left_there),
    },
)
