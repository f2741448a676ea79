"""By which clause one record goes, or why not: what the rule of agreements (by_clause.py) says of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from jointlab.agreements.rule import Rule, Ruling, Subject, judge
from jointlab.history.identifiers import home
from jointlab.history.logs import members
from jointlab.history.sharing import is_shared
from jointlab.laboratory.queries.agreed import held_projects, subject_of
from jointlab.laboratory.queries.parts import Rested, Thing, parts_of, project_of


@dataclass(frozen=True)
class Ruled:
    """What decides: of the record itself, or of one that it rests on."""

    ruling: Ruling
    of: Rested


def ruled(thing: Thing, partnership: str, rule: Rule) -> Ruled:
    """Of one record of a member: the first of its parts that may not go, else the record itself."""
    party, project = thing.pk.partition(":")[0], project_of(thing)
    held = project is not None and project.pk in held_projects(partnership)
    to = tuple(one for one in members(partnership) if one != party)
    found: list[Ruled] = []
    keeps = True
    for part in parts_of(thing, ours=party):
        subjects = [subject_of(project, party=party, data=data, on_hold=held) for data in part.data]
        one = _of_part(rule, subjects, part, to, partial(_is_there, party, partnership, part.record))
        keeps = keeps and (part.recorded is None or one.ruling.keeps is not None)
        found.append(one)
    first = next((one for one in found if not one.ruling.allowed), found[0])
    return Ruled(replace(first.ruling, keeps=found[0].ruling.keeps if keeps else None), first.of)


def _of_part(
    rule: Rule, subjects: list[Subject], part: Rested, to: tuple[str, ...], there: Callable[[], bool]
) -> Ruled:
    """What is there and stays need not go again; the record itself must be allowed to."""
    if part.recorded is None:
        return Ruled(Ruling("" if there() else "none"), part)
    rulings = [judge(rule, subject, part.recorded, to=to) for subject in subjects]
    first = next((one for one in rulings if not one.allowed), rulings[0])
    keeps = rulings[0].keeps if all(one.keeps is not None for one in rulings) else None
    stays = keeps is not None and not part.is_row and not first.allowed and there()
    return Ruled(replace(first, reason="" if stays else first.reason, keeps=keeps), part)


def _is_there(party: str, partnership: str, record: str) -> bool:
    """Whether the other members have it: of a partner's record, we do."""
    return party != home() or is_shared(partnership, record)
