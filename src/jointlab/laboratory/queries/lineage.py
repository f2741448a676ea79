"""What a sample was made from, and what was made from it. There are no cycles: operations refuse them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from jointlab.errors import BadInput
from jointlab.laboratory.amounts import Amount, read_amount
from jointlab.laboratory.models import Parent, Sample
from jointlab.laboratory.queries.visibility import visible_samples
from jointlab.people.actors import Actor

DEEPEST = 20  # generations; what is further away is reached through the samples between
MOST = 200  # samples in one tree


@dataclass(frozen=True)
class Relative:
    """One sample of a tree; `depth` 1 is a parent or a child, `how` and `amount` belong to that step."""

    sample: Sample
    depth: int
    how: str
    amount: str


@dataclass(frozen=True)
class Lineage:
    """Both directions, in the order of a tree that is read from top to bottom. `hidden` are there but not for this person."""

    ancestors: tuple[Relative, ...]
    descendants: tuple[Relative, ...]
    hidden: int


def lineage_of(actor: Actor, sample: Sample) -> Lineage:
    """The family of a sample, as far as this person may see it."""
    up = _walk(sample.id, _parents)
    down = _walk(sample.id, _children)
    wanted = {step.sample for step in (*up, *down)}
    seen = {one.id: one for one in visible_samples(actor).filter(pk__in=wanted)} if wanted else {}
    return Lineage(
        ancestors=tuple(_relative(step, seen) for step in up if step.sample in seen),
        descendants=tuple(_relative(step, seen) for step in down if step.sample in seen),
        hidden=len(wanted - set(seen)),
    )


def descendants_of(sample: str) -> frozenset[str]:
    """Records of everything made from this sample, whoever asks: for refusing cycles."""
    found: set[str] = set()
    level = [sample]
    while level:
        level = list(
            Parent.objects.filter(parent__in=level)
            .exclude(child__in=found)
            .values_list("child_id", flat=True)
            .distinct()
        )
        found.update(level)
    return frozenset(found)


def left_of(sample: Sample) -> Amount | None:
    """How much is left: the amount less what was taken for others. None where it is not known.

    What was taken in a unit of another kind (pieces of a film of 4 cm2) cannot be subtracted: then nothing is said.
    """
    try:
        whole = read_amount(sample.amount)
    except BadInput:
        return None
    if whole is None:
        return None
    taken = Decimal(0)
    for text in sample.children.exclude(amount="").values_list("amount", flat=True):
        part = read_amount(text)
        if part is None or not part.fits(whole.unit):
            return None
        taken += part.in_unit(whole.unit)
    return Amount(whole.value - taken, whole.unit)


@dataclass(frozen=True)
class _Step:
    sample: str
    depth: int
    how: str
    amount: str


def _parents(ids: Iterable[str]) -> list[tuple[str, str, str, str]]:
    rows = Parent.objects.filter(child__in=ids).order_by("parent__code")
    return list(rows.values_list("child_id", "parent_id", "how", "amount"))


def _children(ids: Iterable[str]) -> list[tuple[str, str, str, str]]:
    rows = Parent.objects.filter(parent__in=ids).order_by("child__code")
    return list(rows.values_list("parent_id", "child_id", "how", "amount"))


def _walk(start: str, step: "Callable[[Iterable[str]], list[tuple[str, str, str, str]]]") -> list[_Step]:
    """Level by level, one query each; then in the order of a tree."""
    below: dict[str, list[tuple[str, str, str]]] = {}
    seen, level = {start}, [start]
    for _ in range(DEEPEST):
        rows = step(level)
        level = []
        for near, far, how, amount in rows:
            below.setdefault(near, []).append((far, how, amount))
            if far not in seen and len(seen) <= MOST:
                seen.add(far)
                level.append(far)
        if not level:
            break
    return _unrolled(start, below, set())


def _unrolled(start: str, below: dict[str, list[tuple[str, str, str]]], told: set[str], depth: int = 1) -> list[_Step]:
    """Each sample once, at its first place in the tree."""
    found: list[_Step] = []
    for far, how, amount in below.get(start, ()):
        if far in told or depth > DEEPEST:
            continue
        told.add(far)
        found.append(_Step(far, depth, how, amount))
        found += _unrolled(far, below, told, depth + 1)
    return found


def _relative(step: _Step, seen: dict[str, Sample]) -> Relative:
    return Relative(seen[step.sample], step.depth, step.how, step.amount)
