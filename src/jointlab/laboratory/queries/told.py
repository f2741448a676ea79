"""Under which clause a record is shared, with whom and from which day; or which clause keeps it back."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from jointlab.agreements.events import Life
from jointlab.agreements.kinds import DATA
from jointlab.agreements.life import months_after, standing
from jointlab.agreements.rule import Rule, Ruling, day_at, judge
from jointlab.agreements.sharing import Reach
from jointlab.history.identifiers import home
from jointlab.history.logs import log_name, members
from jointlab.history.models import Entry
from jointlab.history.shared_entries import in_log
from jointlab.laboratory.models import Project
from jointlab.laboratory.queries.agreed import clauses_decide, held_projects, life_of, now, rule_of, subject_of
from jointlab.laboratory.queries.homes import partnerships
from jointlab.laboratory.queries.parts import Thing
from jointlab.laboratory.queries.ruling import Ruled, ruled
from jointlab.people.actors import Actor
from jointlab.web.numbers import language_here


@dataclass(frozen=True)
class Clause:
    """A clause as it is quoted. Titles are by language, with that of the agreement's first language under ""."""

    number: str
    title: Mapping[str, str]
    agreement: str
    agreement_title: Mapping[str, str]
    version: str  # hash
    embargo: int  # months

    @property
    def title_here(self) -> str:
        """In the reader's language, else in the agreement's first."""
        return _in_language(self.title)

    @property
    def agreement_here(self) -> str:
        """The same of the agreement's title."""
        return _in_language(self.agreement_title)


@dataclass(frozen=True)
class Told:
    """Of one record and one partnership."""

    partnership: str
    giver: str  # the prefix of whose it is
    to: tuple[str, ...]  # prefixes
    there: bool  # whether the others have it now
    reason: str  # why it does not go; "" when it goes
    clause: Clause | None  # by which it goes, or that comes nearest
    data: str  # samples, measurements …: what the clause decided about
    rests_on: str = ""  # the record that is kept back, where it is another than this one
    since: dt.date | None = None  # from which day the clause lets it go
    opens: dt.date | None = None  # the end of the embargo
    day: dt.date | None = None  # the day asked for, where the agreement is

    @property
    def goes(self) -> bool:
        """Whether a clause lets it go now."""
        return not self.reason


def told_of(actor: Actor, thing: Thing) -> list[Told]:
    """For each partnership in which agreements decide and that the person may know of. The caller found the record."""
    giver = thing.pk.partition(":")[0]
    return [
        _told(thing, partnership, rule_of(partnership))
        for partnership in partnerships(actor)
        if giver in members(partnership) and (giver == home() or _came(partnership, giver, thing.pk)) and clauses_decide(partnership)
    ]  # fmt: skip


def told(thing: Thing, partnership: str) -> Told:
    """Of one record of this node, for operations."""
    return _told(thing, partnership, rule_of(partnership))


def preview_of(project: Project, partnership: str) -> list[Told]:
    """What would become of each kind of data of this side that was recorded in the project just now."""
    rule, to = rule_of(partnership), tuple(one for one in members(partnership) if one != home())
    on_hold, found = project.pk in held_projects(partnership), []
    for data in DATA:
        ruling = judge(rule, subject_of(project, party=home(), data=data, on_hold=on_hold), now(), to=to)
        found.append(Told(
            partnership, home(), to, False, ruling.reason, clause_of(ruling.reach, partnership) if ruling.reach else None, data,
            opens=ruling.opens if ruling.reason == "embargo" else None, day=_day(rule, ruling),
        ))  # fmt: skip
    return found


def clause_of(reach: Reach, partnership: str) -> Clause:
    """The clause that stands behind a reach, with its titles."""
    return clause_of_life(life_of(partnership, reach.version), reach.clause)


def clause_of_life(life: Life, number: str) -> Clause:
    """A clause of an agreement that is here."""
    clause, head = life.version.clause(number), life.version.head
    assert clause is not None, "the number comes from the text itself"
    first = head.languages[0]
    return Clause(
        number, {**clause.title, "": clause.title[first]}, head.agreement, {**head.title, "": head.title[first]}, life.version.hash,
        clause.count("embargo"),
    )  # fmt: skip


def _in_language(words: Mapping[str, str]) -> str:
    return str(words.get(language_here()) or words[""])


def _told(thing: Thing, partnership: str, rule: Rule) -> Told:
    giver, found = thing.pk.partition(":")[0], ruled(thing, partnership, rule)
    ruling, there = found.ruling, _is_there(partnership, giver, thing.pk)
    reach = ruling.reach if ruling.allowed or not there else (ruling.keeps or ruling.reach)
    return Told(
        partnership, giver, tuple(one for one in members(partnership) if one != giver), there, ruling.reason,
        clause_of(reach, partnership) if reach else None, _data(found, reach), rests_on="" if found.of.is_row else found.of.record,
        since=_since(found, reach, partnership), opens=ruling.opens if ruling.reason == "embargo" else None, day=_day(rule, ruling),
    )  # fmt: skip


def _is_there(partnership: str, giver: str, record: str) -> bool:
    """Whether the others hold it now: of ours as our log says, of theirs as it came, unless it was taken back since."""
    stands = in_log(log_name(partnership, giver), [record]).get(record)
    return stands is not None and stands.is_put


def _data(found: Ruled, reach: Reach | None) -> str:
    """Of what a record is made of, what the clause does not cover; else the first."""
    lacking = [one for one in found.of.data if reach is not None and one not in reach.data]
    return (lacking or [*found.of.data, ""])[0]


def _since(found: Ruled, reach: Reach | None, partnership: str) -> dt.date | None:
    """The first day on which the clause lets it go: in force, the embargo over."""
    if reach is None or found.of.recorded is None:
        return None
    life = life_of(partnership, reach.version)
    zone = ZoneInfo(life.version.head.zone)
    first = standing(life, day_at(now(), zone)).first
    opens = months_after(day_at(found.of.recorded, zone), reach.embargo)
    return max(first, opens) if first else opens


def _day(rule: Rule, ruling: Ruling) -> dt.date | None:
    zoned = (one.day for one in rule.zoned if ruling.reach in one.reaches.listed)
    return next(zoned, None)


def _came(partnership: str, giver: str, record: str) -> bool:
    """Whether a partner's record came by this partnership."""
    return Entry.objects.filter(log=log_name(partnership, giver), record=record).exists()
