"""The kinds of clauses: which terms each has, and how far those of a text below may go. A table, not a program.

A kind once released is never changed: another meaning is another kind. A clause that no machine can keep is `free`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from jointlab.agreements.values import (
    Choice,
    Column,
    Count,
    Day,
    Exact,
    Flag,
    Kind,
    Line,
    Party,
    Pattern,
    Ratio,
    Set,
    Table,
    YearDay,
)


class Bound(StrEnum):
    """How the term of a clause is bound by the clause of the parent under which it stands."""

    FREE = "free"
    AT_MOST = "at most"  # absent above: no limit; absent below: without limit
    AT_LEAST = "at least"  # absent: nought
    WITHIN = "within"  # a set; absent: all there are
    SAME = "same"  # without which the other terms cannot be compared


@dataclass(frozen=True)
class Term:
    """One value that the node keeps to."""

    name: str
    title: str  # English
    kind: Kind
    required: bool = True
    bound: Bound = Bound.FREE
    shared: bool = False  # the texts below that are in force at once share it: their sum is bound


@dataclass(frozen=True)
class ClauseKind:
    """One kind of clause."""

    name: str
    title: str  # English
    terms: tuple[Term, ...] = ()


_MOST, _LEAST, _WITHIN, _SAME = Bound.AT_MOST, Bound.AT_LEAST, Bound.WITHIN, Bound.SAME

LEVELS: Final = ("bachelor", "master", "doctoral", "teacher", "researcher", "staff")
ACTIVITIES: Final = ("study", "internship", "research", "teaching", "training", "supervision")
UNITS: Final = ("person", "month", "semester", "day", "credit")
PERIODS: Final = ("calendar-year", "home-year", "host-year", "whole-term")
PROJECT_KINDS: Final = ("fundamental", "applied", "contract", "education")
DATA: Final = ("samples", "measurements", "files", "findings", "notes")

_PARTIES = Set(Party())
PROJECT = Pattern(r"[a-z0-9][a-z0-9.-]{0,62}:[a-z0-9][a-z0-9._-]{0,126}", "almaty:p7f3")
_ISCED = Pattern(r"[0-9]{4}", "0531")  # ISCED-F 2013, detailed field
_SCHEME = Pattern(r"[a-z][a-z0-9-]{1,30}", "ects")
_PERIOD = Pattern(r"[0-9]{4}(/[0-9]{4})?", "2026/2027")


def _direction(bound: Bound = _SAME) -> tuple[Term, Term]:
    return Term("from", "from", Party(), bound=bound), Term("to", "to", Party(), bound=bound)


FREE: Final = ClauseKind("free", "Read by people")

DURATION: Final = ClauseKind("duration", "Duration and end", (
    Term("begins", "begins on", Day(), required=False),  # absent: on the day of the last signature
    Term("ends", "last day", Day(), required=False),
    Term("sign_by", "to be signed by", Day(), required=False),
    Term("notice", "notice, months", Count(0, 120)),
    Term("notice_day", "notice takes effect on the next", YearDay(), required=False),
    Term("run_off", "running cases may go on for, months", Count(0, 240)),
))  # fmt: skip

CONDITION: Final = ClauseKind("condition", "Condition precedent", (
    Term("party", "who fulfils it", Party()),
    Term("by", "by", Day(), required=False),
))  # fmt: skip

EARLIER: Final = ClauseKind("earlier-effect", "Effect before signature", (
    Term("since", "in effect since", Day()),
))  # fmt: skip

PARENT: Final = ClauseKind("parent", "Relation to the agreement above", (
    Term("on_end", "when the agreement above ends", Choice(("falls", "runs-on"))),
))  # fmt: skip

LABORATORY: Final = ClauseKind("joint-laboratory", "Joint laboratory", (
    Term("fields", "fields (ISCED-F)", Set(_ISCED), required=False, bound=_WITHIN),
    Term("projects", "projects", Set(PROJECT), required=False, bound=_WITHIN),
    Term("directors", "parties that appoint a director each", _PARTIES),
))  # fmt: skip

SHARING: Final = ClauseKind("data-sharing", "Sharing of data", (
    Term("from", "from", _PARTIES, bound=_WITHIN),
    Term("to", "to", Choice(("parties", "enterprises", "public")), bound=_MOST),
    Term("data", "what", Set(Choice(DATA)), bound=_WITHIN),
    Term("projects", "projects", Set(PROJECT), required=False, bound=_WITHIN),
    Term("project_kinds", "kinds of project", Set(Choice(PROJECT_KINDS)), required=False, bound=_WITHIN),
    Term("since", "recorded since", Day(), required=False, bound=_LEAST),
    Term("embargo", "embargo, months", Count(0, 600), bound=_LEAST),
    Term("after_end", "what was shared, after the end", Choice(("withheld", "kept")), bound=_MOST),
))  # fmt: skip

TRANSFER: Final = ClauseKind("sample-transfer", "Transfer of samples", (
    *_direction(),
    Term("purposes", "purposes", Set(Choice(("research", "comparison", "teaching", "contract"))), bound=_WITHIN),
    Term("rest", "what is left is", Set(Choice(("returned", "destroyed", "kept"))), bound=_WITHIN),
    Term("onward", "may go on to third parties", Choice(("never", "with-consent", "freely")), bound=_MOST),
))  # fmt: skip

PLACES: Final = ClauseKind("mobility-places", "Places for mobility", (
    *_direction(),
    Term("levels", "who", Set(Choice(LEVELS)), bound=_WITHIN),
    Term("activities", "what for", Set(Choice(ACTIVITIES)), bound=_WITHIN),
    Term("limit", "places", Exact(), bound=_MOST, shared=True),
    Term("unit", "counted in", Choice(UNITS), bound=_SAME),
    Term("period", "for each", Choice(PERIODS), bound=_SAME),
    Term("year_begins", "the year begins on", YearDay(), required=False, bound=_SAME),
    Term("periods", "only in the periods", Set(_PERIOD), required=False, bound=_WITHIN),  # absent: in all; a year left out is a gap
    Term("stay_counts", "a stay counts", Choice(("in-the-year-it-begins", "in-the-year-it-ends", "by-days")), bound=_SAME),
    Term("months_most", "longest stay, months", Count(0, 120), required=False, bound=_MOST),
    Term("months_least", "shortest stay, months", Count(0, 120), required=False, bound=_LEAST),
    Term("counted_by", "counted by", Party(), required=False),  # absent: by the receiving side
    Term("pool", "both directions", Choice(("apart", "together")), bound=_SAME),
    Term("carry_over", "unused places carried into the next period, at most", Exact(), bound=_MOST),
    Term("no_show", "the place of who does not come", Choice(("given-back", "used"))),
    Term("early_return", "what is left after an early return", Choice(("given-back", "used"))),
    Term("weights", "weights", Table((
        Column("what", "what", Line()),
        Column("weight", "counts as", Ratio()),
    )), required=False),
))  # fmt: skip

DIPLOMA: Final = ClauseKind("dual-diploma", "Dual diploma", (
    Term("parties", "diplomas of", _PARTIES, bound=_WITHIN),
    Term("level", "level", Choice(("bachelor", "master", "doctoral")), bound=_SAME),
    Term("programmes", "programmes", Table((
        Column("party", "party", Party()),
        Column("name", "programme", Line()),
        Column("code", "code", Line(), required=False),
        Column("scheme", "credit system", _SCHEME),
        Column("credits", "credits to be earned there", Exact()),
    ))),
    Term("intake", "students a year", Count(1), bound=_MOST, shared=True),
    Term("thesis", "theses", Choice(("one", "one-each"))),
    Term("defence", "defences", Choice(("one-joint", "one-each"))),
    Term("supervisors", "supervisors of each party", Count(0, 10), bound=_LEAST),
))  # fmt: skip

CREDITS: Final = ClauseKind("credit-conversion", "Conversion of credits", (
    Term("factors", "factors", Table((
        Column("level", "level", Choice(("bachelor", "master", "doctoral"))),
        Column("from", "from", _SCHEME),
        Column("to", "to", _SCHEME),
        Column("factor", "factor", Ratio()),
        Column("since", "since", Day()),
        Column("until", "last day", Day(), required=False),
    ))),
    Term("step", "rounded to multiples of", Ratio()),
    Term("rounding", "rounded", Choice(("half-up", "down", "half-to-even"))),
))  # fmt: skip

PUBLICATION: Final = ClauseKind("publication", "Publication and authorship", (
    Term("review", "days for the other party to read a manuscript", Count(0, 365), bound=_LEAST),
    Term("delay", "longest delay that it may ask for, days", Count(0, 1000), bound=_MOST),
    Term("authorship", "authors are named by", Choice(("contribution", "discipline", "agreed-list"))),
    Term("both_affiliations", "both institutions are named", Flag(), bound=_SAME),
))  # fmt: skip

PROPERTY: Final = ClauseKind("intellectual-property", "Intellectual property", (  # what the Lambert agreements vary
    Term("owner", "results belong to", Choice(("who-made-them", "parties-jointly", "who-pays", "by-contribution"))),
    Term("licence", "licence of the others", Choice(("none", "option", "non-exclusive", "exclusive"))),
    Term("academic_use", "teaching and research", Choice(("never", "with-consent", "freely"))),
    Term("background", "earlier knowledge", Choice(("stays-closed", "for-the-project", "freely")), bound=_MOST),
    Term("hold", "longest hold before filing a patent, months", Count(0, 60), bound=_MOST),
))  # fmt: skip

ENTERPRISES: Final = ClauseKind("enterprises", "Enterprises", (
    Term("admission", "admitted by", Choice(("all-parties", "one-party")), bound=_MOST),
    Term("sees", "may see", Choice(("own-project", "summaries", "catalogue")), bound=_MOST),
    Term("contract", "a contract is signed by", Choice(("all-parties", "performing-party")), bound=_MOST),
))  # fmt: skip

VISITS: Final = ClauseKind("visits", "Visits and delegations", (
    *_direction(),
    Term("limit", "at most", Exact(), bound=_MOST, shared=True),
    Term("unit", "counted in", Choice(("visit", "day")), bound=_SAME),
    Term("period", "for each", Choice(PERIODS), bound=_SAME),
    Term("year_begins", "the year begins on", YearDay(), required=False, bound=_SAME),
))  # fmt: skip

COSTS: Final = ClauseKind("costs", "Costs", (
    Term("shares", "who pays what", Table((
        Column("what", "what", Choice(("travel", "tuition", "accommodation", "insurance", "visa", "materials", "equipment", "living"))),
        Column("by", "by", Choice(("sending", "receiving", "person", "each-its-own"))),
        Column("most", "at most", Exact(), required=False),
        Column("currency", "currency", Pattern(r"[A-Z]{3}", "KZT"), required=False),
    ))),
))  # fmt: skip

KINDS: Final = {
    kind.name: kind
    for kind in (
        FREE, DURATION, CONDITION, EARLIER, PARENT, LABORATORY, SHARING, TRANSFER, PLACES, DIPLOMA, CREDITS, PUBLICATION, PROPERTY,
        ENTERPRISES, VISITS, COSTS,
    )
}  # fmt: skip
