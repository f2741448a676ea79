"""What is declared of a process. One declaration gives buttons, permission, timeline, API, diagram and the partner's check."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jointlab.errors import Fault

if TYPE_CHECKING:
    from jointlab.processes.instance import Instance

BEGINNING = ""  # the state before the first step
LINE, TEXT, DAY, AMOUNT, CHOICE, FILE = "line", "text", "day", "amount", "choice", "file"
KINDS = frozenset({LINE, TEXT, DAY, AMOUNT, CHOICE, FILE})
INERT, NOTIFY, REAPPROVE = "inert", "notify", "re-approve"
TAGS = frozenset({INERT, NOTIFY, REAPPROVE})


@dataclass(frozen=True)
class Party:
    """One side of the process; an institution stands for it in each instance."""

    name: str
    title: str  # English; pages translate it


@dataclass(frozen=True)
class State:
    """Where an instance stands. When steps of both sides race from here, the arbiter's stands."""

    name: str
    title: str
    arbiter: str = ""  # a party; an end has none
    waits: str = ""  # the party whose move it is; "" when nobody has to do anything
    end: bool = False


@dataclass(frozen=True)
class Field:
    """One value of a step's form, held as text: a line, a text, an ISO day, an amount with its unit, one of its choices,
    or the SHA-256 of a file.
    """

    name: str
    title: str
    kind: str = LINE
    required: bool = True
    hint: str = ""
    most: int = 200  # characters
    choices: tuple[tuple[str, str], ...] = ()  # of a choice: the value, and its title in English
    stays: bool = False  # a line that says nothing of a person: a hash, a number; it is kept when the step is erased
    made: bool = (
        False  # what the taker's node itself puts there, such as the files of a printed text; nobody types or brings it
    )
    tag: str = (
        NOTIFY  # what a change of it after an approval does: inert, notify, or re-approve (it must be approved again)
    )

    @property
    def plain(self) -> bool:
        """Whether its value holds no words of a person."""
        return self.stays or self.kind not in (LINE, TEXT)


@dataclass(frozen=True)
class Step:
    """What a party may do: from one of `source` to `to`."""

    name: str
    title: str  # what the button says
    done: str  # what the timeline says
    who: tuple[str, ...]
    source: tuple[str, ...]  # BEGINNING for the step that opens an instance
    to: str
    fields: tuple[Field, ...] = ()
    evidence: tuple[str, ...] = ()  # the fields that say on what ground
    guards: tuple[str, ...] = ()
    main: bool = False  # of the way that is hoped for; the others are ways out of it
    personal: bool = False  # taken by nobody but the person whom the case is about

    @property
    def typed(self) -> tuple[Field, ...]:
        """The fields that a person fills in."""
        return tuple(one for one in self.fields if not one.made)


@dataclass(frozen=True)
class Guard:
    """What else must hold. It may look at nothing but the instance and the form: both nodes must come to the same answer."""

    refuses: "Callable[[Instance, Step, Mapping[str, str]], Fault | None]"
    of_form: bool = False  # whether it asks the form, so that it cannot be asked before there is one


@dataclass(frozen=True)
class Process:
    """A declared process; `name` carries a version. A version once released is never changed."""

    name: str
    title: str
    parties: tuple[Party, ...]
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    guards: Mapping[str, Guard] = field(default_factory=dict)

    def state(self, name: str) -> State:
        """The state with this name; the beginning has no arbiter and waits for nobody."""
        return next((state for state in self.states if state.name == name), State(BEGINNING, ""))

    def step(self, name: str) -> Step | None:
        """The step with this name, if there is one."""
        return next((step for step in self.steps if step.name == name), None)

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """What leads on from a state, in the order of the declaration."""
        return tuple(step for step in self.steps if state in step.source)


def faults_of(process: Process) -> tuple[str, ...]:
    """What is wrong with a declaration, in words for its author; nothing for a sound one."""
    return (*_names(process), *_ways(process))


def _names(process: Process) -> Iterator[str]:
    """Names that stand twice, or for nothing."""
    parties = {party.name for party in process.parties}
    states = {state.name for state in process.states}
    for kind, names in (("party", [p.name for p in process.parties]), ("state", [s.name for s in process.states]),
                        ("step", [s.name for s in process.steps])):  # fmt: skip
        yield from (f"the {kind} {name} stands twice" for name in sorted({n for n in names if names.count(n) > 1}))
    for state in process.states:
        for role in (state.arbiter, state.waits):
            if role and role not in parties:
                yield f"{state.name}: there is no party {role}"
    for step in process.steps:
        yield from (f"{step.name}: there is no party {who}" for who in step.who if who not in parties)
        yield from (f"{step.name}: there is no state {s}" for s in (*step.source, step.to) if s and s not in states)
        yield from (f"{step.name}: there is no guard {name}" for name in step.guards if name not in process.guards)
        fields = [one.name for one in step.fields]
        yield from (f"{step.name}: the field {name} stands twice" for name in set(fields) if fields.count(name) > 1)
        yield from (f"{step.name}: {one.kind} is no kind of field" for one in step.fields if one.kind not in KINDS)
        yield from (f"{step.name}: {one.tag} is no tag of a field" for one in step.fields if one.tag not in TAGS)
        yield from (
            f"{step.name}: {one.name} needs choices, and nothing else has any"
            for one in step.fields
            if (one.kind == CHOICE) != bool(one.choices)
        )
        yield from (
            f"{step.name}: {one.name} is made by the node, so it is a file or a line that an older step may lack"
            for one in step.fields
            if one.made and (one.kind not in (FILE, LINE) or one.required)
        )
        yield from (f"{step.name}: the evidence {name} is no field" for name in step.evidence if name not in fields)
        if not step.who or not step.source or not step.to:
            yield f"{step.name}: a step needs a party, a state to come from and one to go to"


def _ways(process: Process) -> Iterator[str]:
    """States that nobody reaches or nobody leaves, ends that are left, and races that nobody decides."""
    if BEGINNING in (reached := _reached(process, BEGINNING)):
        yield "a step leads back before the beginning"
    for state in process.states:
        steps = process.steps_from(state.name)
        if state.name not in reached:
            yield f"{state.name} is never reached"
        if state.end and steps:
            yield f"{state.name} is an end, but {steps[0].name} leads on"
        if not state.end and not any(process.state(s).end for s in _reached(process, state.name)):
            yield f"from {state.name} no end is reached"
        if len({who for step in steps for who in step.who}) > 1 and not state.arbiter:
            yield f"{state.name}: both sides may act, and nobody is the arbiter"
        if state.waits and not any(step.main and state.waits in step.who for step in steps):
            yield f"{state.name} waits for {state.waits}, who has no main step there"


def _reached(process: Process, start: str) -> frozenset[str]:
    """Every state that some steps lead to from here."""
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        for step in process.steps_from(ahead.pop()):
            if step.to not in reached:
                reached.add(step.to)
                ahead.append(step.to)
    return frozenset(reached)
