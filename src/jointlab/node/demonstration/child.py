"""What is done at one node of the demonstration, in a process of its own: one line of JSON asks, lines of JSON answer.

`python -m jointlab.node.demonstration.child FOLDER SITE`, and on standard input `{"do": "build"}`. Each answer is any number
of `{"progress": [what, done, total]}` and one of `{"value": ...}` or `{"fault": sentence}`.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jointlab.errors import Fault

PAPER = "recovery-on-paper.txt"  # of a demonstration only: elsewhere that key is never on the disk


class Child:
    """The node's side of the building."""

    def __init__(self, folder: Path, site: str) -> None:
        self.folder, self.site = folder, site

    def build(self) -> dict[str, str]:
        """The node with what is its own; how to sign in."""
        from jointlab.node.demonstration.build import build

        last = [0.0]

        def progress(what: str, /, *, done: int, total: int) -> None:
            if time.monotonic() - last[0] > 0.1 or done == 0:
                last[0] = time.monotonic()
                _say({"progress": [what, done, total]})

        signed = build(self.folder, site=self.site, progress=progress)
        from jointlab.federation.own import make_recovery_key

        (self.folder / "secrets" / PAPER).write_text(make_recovery_key() + "\n", encoding="ascii")
        return {"login": signed.login, "password": signed.password}

    def open(self) -> None:
        """A node that was built before."""
        from jointlab.node.creation import set_up_django

        set_up_django(self.folder)

    def document(self) -> str:
        """Who this node is."""
        from jointlab.federation.own import own_document

        return own_document().decode()

    def propose(self, document: str, address: str) -> str:
        """The other node becomes known here; the code that its administrator would read out."""
        from jointlab.federation.pairing import note_proposal

        return note_proposal(document.encode(), address=address).code

    def confirm(self, prefix: str, code: str) -> None:
        """This side's administrator has compared the code."""
        from jointlab.federation.pairing import confirm

        confirm(prefix, code=code, by=self._world().boss.person, private_allowed=True)

    def move(self, address: str) -> None:
        """The other node answers at another address now: nothing but ports of this machine change."""
        from jointlab.federation.models import Partner

        Partner.objects.update(address=address)

    def share(self, days: int) -> None:
        """Offer to share the common project, or answer the partner's offer."""
        from jointlab.laboratory.models import Project
        from jointlab.laboratory.operations import sharing
        from jointlab.node.demonstration.content import SHARED

        boss = self._world().boss
        sharing.agree(boss, project=Project.objects.get(title=SHARED), partnership="cn+kz", after_days=days)

    def knows(self, code: str) -> bool:
        """Whether the project, sample, device or transfer has come here, the transfer with all its steps."""
        from jointlab.laboratory.models import Device, Project, Sample, Transfer

        return any(
            rows.exists()
            for rows in (
                Project.objects.filter(title=code), Sample.objects.filter(code=code), Device.objects.filter(code=code),
                Transfer.objects.filter(code=code, state="in_transit"),
            )
        )  # fmt: skip

    def go_on(self) -> None:
        """What rests on the partner's records."""
        self._world().go_on()

    def send_sample(self) -> None:
        """A part of a sample goes to Nanjing."""
        from jointlab.node.demonstration.journey import send

        send(self._world().actors["serikov"])

    def receive_sample(self) -> None:
        """The first of two vials arrives."""
        from jointlab.node.demonstration.journey import receive

        receive(self._world().actors["wang"])

    def enter_treaties(self) -> None:
        """The treaties that the agreements refer to."""
        from jointlab.node.demonstration import agreements

        agreements.enter_treaties(self._world().boss)

    def propose_agreements(self, partner: str) -> None:
        """The agreements of the founding case on the table."""
        from jointlab.node.demonstration import agreements

        agreements.propose(self._world().boss, partner=partner)

    def sign_agreements(self) -> int:
        """What this side can do towards their signature now; how many are signed by both."""
        from jointlab.node.demonstration import agreements

        agreements.go_on(self._world().boss)
        return agreements.signed()

    def nominate(self, partner: str) -> None:
        """Persons of this side who go to the other."""
        from jointlab.node.demonstration import stays

        world = self._world()
        stays.nominate(world.actors, world.boss, site=self.site, partner=partner)

    def go_on_with_stays(self) -> list[str]:
        """What this side can do now; which do not stand where they are left."""
        from jointlab.node.demonstration import stays

        world = self._world()
        return stays.go_on(world.actors, world.boss)

    def logs(self) -> dict[str, Any]:
        """Where the shared logs stand here, after everything that is due has been shared and signed."""
        from jointlab.history.models import Log, SetAside
        from jointlab.history.sharing import sharing_round
        from jointlab.history.signing import sign_logs
        from jointlab.ledger.tree import Frontier

        for own in Log.objects.filter(kind=Log.Kind.SHARED):
            sharing_round(own.partnership)
        sign_logs()
        found = {
            log.name: [log.size, Frontier.from_bytes(bytes(log.frontier)).root().hex()]
            for log in Log.objects.exclude(kind=Log.Kind.HOUSE)
        }
        return {"logs": found, "set_aside": [f"{one.type}: {one.sentence}" for one in SetAside.objects.all()[:5]]}

    def summary(self) -> dict[str, Any]:
        """What the node holds, counted, and whether it is whole."""
        from jointlab.node.demonstration.summary import summary

        return summary()

    def shared(self) -> list[list[str]]:
        """What a person sees of the shared project, for comparison with the other node."""
        from jointlab.node.demonstration.summary import shared

        return shared()

    def close(self) -> None:
        """Sign what was written, let go of the database."""
        from django.db import connections

        from jointlab.history.signing import sign_logs

        sign_logs()
        connections.close_all()

    def _world(self) -> Any:
        from jointlab.node.demonstration.build import World
        from jointlab.node.demonstration.content import content_of

        return World(content_of(self.site, self.folder))


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Until standard input ends."""
    child = Child(Path(sys.argv[1]), sys.argv[2])
    for asked in sys.stdin:
        question = json.loads(asked)
        act: Callable[..., Any] = getattr(child, question.pop("do"))
        try:
            _say({"value": act(**question)})
        except Fault as fault:
            _say({"fault": fault.message})


if __name__ == "__main__":
    main()
