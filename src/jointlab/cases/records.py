"""What a two-party process writes into the log."""

from dataclasses import dataclass, field

from jointlab.processes import Taken


@dataclass(frozen=True)
class CaseStepRecord:
    """case-step/1: one step of one side, written once and never revised.

    `previous` is the hash of the step that its taker saw as the latest (jointlab.processes.step_hash); the opening step
    has none and says what the case is about and who takes part.
    """

    process: str
    instance: str
    step: str
    party: str
    by: str  # the person's record
    previous: str = ""
    form: dict[str, str] = field(default_factory=dict)
    subject: str = ""  # opening only: the record that the case is about
    code: str = ""  # opening only
    parties: dict[str, str] = field(default_factory=dict)  # opening only: institutions by party
    nodes: dict[str, str] = field(default_factory=dict)  # opening only: which node writes the steps of each party
    sizes: dict[str, int] = field(default_factory=dict)  # bytes by SHA-256 of the files that the form names

    def taken(self, *, home: str) -> Taken:
        """The step as the process knows it, with its hash; `home` is the node whose log it stands in."""
        return Taken(
            process=self.process, instance=self.instance, step=self.step, party=self.party, previous=self.previous, by=self.by,
            home=home, form=dict(self.form), subject=self.subject, code=self.code, parties=dict(self.parties), nodes=dict(self.nodes),
        ).sealed()  # fmt: skip
