"""One case of a process, replayed from its signed steps.

Each step names the hash of the step before it, so the steps of one instance are a tree: where two sides acted without
having seen each other, it forks. Replay walks from the opening step; at a fork the arbiter's step stands and the others,
with all that rests on them, are kept as overtaken. So the state depends on which steps there are, never on the order in
which they came: any two nodes that hold the same steps show the same state.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256

from jointlab.errors import BadInput, Conflict, Fault, NotAllowed
from jointlab.processes.process import BEGINNING, CHOICE, DAY, FILE, Field, Process, Step

_SHA256 = re.compile(r"[0-9a-f]{64}")
_DOMAIN = b"jointlab/process-step/1\n"  # so that the hash of a step is never the hash of anything else


class Verdict(StrEnum):
    """What became of a step."""

    STANDS = "stands"
    OVERTAKEN = "overtaken"  # the other side's step, taken at the same time, stands
    REFUSED = "refused"  # its taker may not, or not from there
    WAITING = "waiting"  # the step before it has not come yet


@dataclass(frozen=True)
class Taken:
    """A step as it was signed. `home` is the node that wrote it: it comes from the log, not from the step's own words."""

    process: str
    instance: str
    step: str
    party: str
    previous: str  # hash of the step that its taker saw as the latest; "" for the opening one
    by: str  # the person's record
    home: str
    form: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""  # opening only: the record that the instance is about
    code: str = ""  # opening only: what people call it
    parties: Mapping[str, str] = field(default_factory=dict)  # opening only: each party's institution
    nodes: Mapping[str, str] = field(default_factory=dict)  # opening only: the node that writes each party's steps
    hash: str = ""

    def sealed(self) -> "Taken":
        """The step with its hash."""
        return replace(self, hash=step_hash(self))


def step_hash(taken: Taken) -> str:
    """SHA-256 in hex over the step's content: keys sorted, no spaces, UTF-8."""
    content = {name: value for name, value in vars(taken).items() if name != "hash"}
    plain = {name: dict(value) if isinstance(value, Mapping) else value for name, value in content.items()}
    data = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(_DOMAIN + data.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Instance:
    """Where a case stands, and how it came there."""

    process: Process
    id: str
    state: str = BEGINNING
    standing: tuple[Taken, ...] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)  # by the hash of each step

    @property
    def head(self) -> str:
        """The hash that the next step must name; "" before the first."""
        return self.standing[-1].hash if self.standing else ""

    @property
    def parties(self) -> Mapping[str, str]:
        """Each party's institution."""
        return self.standing[0].parties if self.standing else {}

    @property
    def nodes(self) -> Mapping[str, str]:
        """The node that writes each party's steps."""
        return self.standing[0].nodes if self.standing else {}

    @property
    def ended(self) -> bool:
        """Whether nothing more can happen."""
        return self.process.state(self.state).end

    def with_step(self, taken: Taken, to: str) -> "Instance":
        """One step further."""
        return replace(self, state=to, standing=(*self.standing, taken))


def replay(process: Process, instance: str, steps: Iterable[Taken]) -> Instance:
    """The instance after these steps, which may come in any order and twice."""
    after: dict[str, dict[str, Taken]] = {}
    for taken in steps:
        after.setdefault(taken.previous, {})[taken.hash] = taken
    now = Instance(process, instance)
    verdicts: dict[str, Verdict] = {}
    while candidates := after.pop(now.head, None):
        sound = {hash: taken for hash, taken in candidates.items() if refusal(now, taken) is None}
        verdicts |= dict.fromkeys(candidates.keys() - sound.keys(), Verdict.REFUSED)
        if not sound:
            break
        stands = _stands(now, tuple(sound.values()), after)
        verdicts |= dict.fromkeys(sound, Verdict.OVERTAKEN) | {stands.hash: Verdict.STANDS}
        step = process.step(stands.step)
        assert step is not None, "a step without a declaration is refused"
        now = now.with_step(stands, step.to)
    _follow(after, verdicts)
    return replace(now, verdicts=verdicts)


def _stands(now: Instance, rivals: tuple[Taken, ...], after: Mapping[str, Mapping[str, Taken]]) -> Taken:
    """Of rivals, the one from which most other sides have gone on; of equals the arbiter's.

    Else the lower hash: of two steps of one side, which only a node that forks its own log writes, or without the arbiter's.
    """
    if len(rivals) == 1:
        return rivals[0]
    arbiter = now.process.state(now.state).arbiter
    behind = {taken.hash: len(_gone_on(now, taken, after)) for taken in rivals}
    return min(rivals, key=lambda taken: (-behind[taken.hash], taken.party != arbiter, taken.hash))


def _gone_on(now: Instance, taken: Taken, after: Mapping[str, Mapping[str, Taken]]) -> frozenset[str]:
    """The other sides' nodes with steps that rest on this one; between more than two none rests on an end, so that two
    cannot give up together what the third has signed.
    """
    step = now.process.step(taken.step)
    if len(now.process.parties) > 2 and step is not None and now.process.state(step.to).end:
        return frozenset()
    opened = now if now.standing else now.with_step(taken, now.state)
    found, ahead, seen = set[str](), [taken.hash], {taken.hash}
    while ahead:
        for later in after.get(ahead.pop(), {}).values():
            # What its taker may never take is no voice, whether it came before or after the opening; hashes of
            # erased steps are their home's own words and may lead in a circle.
            if later.hash in seen or false_claim(opened, later) is not None:
                continue
            if later.party != taken.party and later.home != taken.home:
                found.add(later.home)
            seen.add(later.hash)
            ahead.append(later.hash)
    return frozenset(found)


def _follow(after: dict[str, dict[str, Taken]], verdicts: dict[str, Verdict]) -> None:
    """What rests on a step that does not stand shares its lot; what rests on one that is not here waits for it."""
    ahead = [hash for hash, verdict in verdicts.items() if verdict is not Verdict.STANDS]
    while ahead:
        hash = ahead.pop()
        for one in after.pop(hash, {}):
            verdicts[one] = verdicts[hash]
            ahead.append(one)
    for waiting in after.values():
        verdicts |= dict.fromkeys(waiting, Verdict.WAITING)


def check(instance: Instance, taken: Taken) -> None:
    """Refuse a step that may not be taken now. Raises Conflict ``process.stale`` with what is newer, or `refusal`'s."""
    if taken.previous != instance.head:
        newest = instance.process.step(instance.standing[-1].step) if instance.standing else None
        raise Conflict(
            "process.stale",
            "This moved on while you were looking at it. The latest step is “{what}”, and it now stands at “{where}”. Look at it, then decide again.",
            what=newest.done if newest else "—", where=instance.process.state(instance.state).title or "—",
            newest=instance.head,
        )  # fmt: skip
    fault = refusal(instance, taken)
    if fault is not None:
        raise fault


def refusal(instance: Instance, taken: Taken) -> Fault | None:
    """Why this step may not follow, or None: NotAllowed, Conflict or BadInput ``process.*``, or a guard's fault."""
    step = instance.process.step(taken.step)
    if step is None or taken.process != instance.process.name or taken.instance != instance.id:
        return BadInput("process.step", "There is no step “{step}” in this process.", step=taken.step[:60])
    return (
        _wrong_state(instance, step)
        or (_wrong_opening(instance, taken) if not instance.standing else None)
        or _wrong_party(instance, step, taken)
        or _wrong_form(step, taken.form)
        or _guarded(instance, step, taken.form)
    )


def false_claim(instance: Instance, taken: Taken) -> Fault | None:
    """What makes a step false whatever else may come: unknown, opened unsoundly, or not its taker's to take.

    Unlike a `refusal` it does not ask where the instance stands, so a node may keep such a step out of its rows.
    """
    step = instance.process.step(taken.step)
    if step is None or taken.process != instance.process.name or taken.instance != instance.id:
        return BadInput("process.step", "There is no step “{step}” in this process.", step=taken.step[:60])
    if not taken.previous:
        return _wrong_opening(instance, taken) or _wrong_party(instance, step, taken)
    if instance.standing:
        return _wrong_party(instance, step, taken)
    return None  # the opening step, which says who takes part, has not come yet


def offered(instance: Instance, party: str) -> tuple[Step, ...]:
    """What this party may do now, as far as that can be said before a form is filled in; the main step first."""
    steps = (
        step
        for step in instance.process.steps_from(instance.state)
        if party in step.who and _guarded(instance, step, None) is None
    )
    return tuple(sorted(steps, key=lambda step: not step.main))


def _wrong_state(instance: Instance, step: Step) -> Fault | None:
    if instance.state in step.source:
        return None
    state = instance.process.state(instance.state).title or "—"
    return Conflict("process.state", "“{what}” cannot follow: it stands at “{where}”.", what=step.title, where=state)


def _wrong_opening(instance: Instance, taken: Taken) -> Fault | None:
    """An instance is opened by its own home, between different institutions, and each side writes on its own node or there."""
    names = {party.name for party in instance.process.parties}
    sides = list(taken.parties.values())
    sound = (
        taken.parties.keys() == taken.nodes.keys() == names
        and len(set(sides)) == len(sides)
        and taken.home in sides
        and taken.instance.startswith(f"{taken.home}:")
        and all(node in (taken.home, taken.parties[party]) for party, node in taken.nodes.items())
    )
    return None if sound else BadInput("process.opening", "This opening step does not say soundly who takes part.")


def _wrong_party(instance: Instance, step: Step, taken: Taken) -> Fault | None:
    nodes = instance.nodes or taken.nodes
    if taken.party not in step.who:
        return NotAllowed("process.party", "“{what}” is a step of the other side.", what=step.title)
    if nodes.get(taken.party) != taken.home:
        return NotAllowed(
            "process.node", "“{what}” is taken on the node “{node}”.", what=step.title, node=nodes.get(taken.party, "—")
        )
    if step.personal and taken.by != (instance.standing[0].subject if instance.standing else taken.subject):
        return NotAllowed(
            "process.person", "“{what}” is for the person whom this is about, and for nobody else.", what=step.title
        )
    return None


def _wrong_form(step: Step, form: Mapping[str, str]) -> Fault | None:
    """Every field that is needed, none that is unknown, none too long."""
    fields = {one.name: one for one in step.fields}
    for name, value in form.items():
        if name not in fields:
            return BadInput("process.field", "“{what}” has no field “{name}”.", what=step.title, name=name[:60])
        if len(value) > fields[name].most:
            most = fields[name].most
            return BadInput("process.long", "At most {most} characters; these are {length}.", field=name, most=most, length=len(value))  # fmt: skip
        if value and (fault := _wrong_value(fields[name], value)):
            return fault
    missing = next((name for name, one in fields.items() if one.required and not form.get(name, "").strip()), None)
    return BadInput("process.empty", "This is needed.", field=missing) if missing else None


def _wrong_value(one: Field, value: str) -> Fault | None:
    """A day, a choice or a file's hash that is none."""
    if one.kind == DAY and not _is_day(value):
        return BadInput("process.day", "“{text}” is no day. Write it as 2026-09-02.", field=one.name, text=value[:40])
    if one.kind == CHOICE and value not in {known for known, _ in one.choices}:
        known = ", ".join(known for known, _ in one.choices)
        return BadInput(
            "process.choice", "“{found}” is none of: {known}.", field=one.name, found=value[:40], known=known
        )
    if one.kind == FILE and _SHA256.fullmatch(value) is None:
        return BadInput(
            "process.file", "A file is named by its SHA-256, 64 digits from 0 to 9 and a to f.", field=one.name
        )
    return None


def _is_day(text: str) -> bool:
    """An ISO date in its plain form, which every version of every node reads alike."""
    if len(text) != 10:
        return False
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _guarded(instance: Instance, step: Step, form: Mapping[str, str] | None) -> Fault | None:
    """The first guard that refuses; without a form only those that do not ask one."""
    for name in step.guards:
        guard = instance.process.guards[name]
        if form is None and guard.of_form:
            continue
        fault = guard.refuses(instance, step, form or {})
        if fault is not None:
            return fault
    return None
