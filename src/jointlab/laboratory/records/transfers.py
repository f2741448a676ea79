"""What the transfer of a sample between two sites writes into the log."""

from dataclasses import dataclass, field

from jointlab.processes import Taken


@dataclass(frozen=True)
class TransferStepRecord:
    """transfer-step/1: one step of one side, written once and never revised.

    `previous` is the hash of the step that its taker saw as the latest (jointlab.processes.step_hash); the opening step
    has none and says what the transfer is about and who takes part.
    """

    process: str
    instance: str
    step: str
    party: str  # sender or receiver
    by: str  # the person's record
    previous: str = ""
    form: dict[str, str] = field(default_factory=dict)  # amounts as “180 mg”, days as ISO dates
    sample: str = ""  # opening only: the sample's record
    code: str = ""  # opening only
    parties: dict[str, str] = field(default_factory=dict)  # opening only: institutions by party
    nodes: dict[str, str] = field(default_factory=dict)  # opening only: which node writes the steps of each party

    def taken(self, *, home: str) -> Taken:
        """The step as the process knows it, with its hash; `home` is the node whose log it stands in."""
        return Taken(
            process=self.process, instance=self.instance, step=self.step, party=self.party, previous=self.previous, by=self.by,
            home=home, form=dict(self.form), subject=self.sample, code=self.code, parties=dict(self.parties), nodes=dict(self.nodes),
        ).sealed()  # fmt: skip
