"""Who asks. Every query and operation takes an Actor; none looks at a request."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_noop as _

from jointlab.errors import NotAllowed
from jointlab.people.models import Person, Role


class Right(StrEnum):
    """What may be allowed."""

    READ = _("read")
    WRITE = _("write")  # samples, files, measurements, notes
    ADMINISTER = _("administer")  # persons, instruments, tokens of others, the node


_RIGHTS: dict[str, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.RESEARCHER: frozenset({Right.READ, Right.WRITE}),
    Role.READER: frozenset({Right.READ}),
}


@dataclass(frozen=True)
class Actor:
    """A person at work, perhaps through a token that allows less than the person may do."""

    person: str  # the record of the person
    name: str
    institution: str  # prefix
    home: str  # prefix of this node
    rights: frozenset[Right]
    instrument: str = ""  # the record of the instrument whose inbox token is used

    @property
    def own_side(self) -> bool:
        """Whether the person belongs to the institution that runs this node."""
        return self.institution == self.home

    def require(self, right: Right) -> None:
        """Raises NotAllowed ``people.no-right``."""
        if right not in self.rights:
            raise NotAllowed(
                "people.no-right",
                "This needs the right to {right}, which {name} does not have here. An administrator can give it.",
                right=str(right), name=self.name,
            )  # fmt: skip


def actor_of(person: Person, *, home: str, rights: frozenset[Right] | None = None, instrument: str = "") -> Actor:
    """The person at work; `rights` narrows what the role allows (a token's scope). Nobody administers another's node."""
    allowed = _RIGHTS[person.role] if person.active else frozenset[Right]()
    if person.institution_id != home:
        allowed -= {Right.ADMINISTER}
    return Actor(
        person=person.id, name=person.name, institution=person.institution_id, home=home,
        rights=allowed if rights is None else allowed & rights, instrument=instrument,
    )  # fmt: skip
