"""Agreements for tests: two universities, every kind of clause, four languages. Their words and numbers are invented."""

import json
from copy import deepcopy
from typing import Any

from jointlab.agreements.versions import SCHEMA, Version, read_version

KZ, NJ, FIRM = "kz-university", "nj-university", "firm-1"
LANGUAGES = ("en", "zh", "kk", "ru")

Document = dict[str, Any]


def words(text: str) -> dict[str, str]:
    """The same few words, marked by language; in English as they are."""
    marks = {"en": "", "zh": "条款：", "kk": "Бап: ", "ru": "Пункт: "}
    return {language: marks[language] + text for language in LANGUAGES}


def clause(number: str, kind: str, *, under: Any = "", **terms: Any) -> Document:
    """One clause; its salt follows from its number."""
    made: Document = {
        "kind": kind, "number": number, "salt": f"{int(number.replace('.', '')):032x}", "text": words(f"text of {kind} {number}"),
        "title": words(f"{kind} {number}"),
    }  # fmt: skip
    return made | ({"terms": terms} if terms else {}) | ({"under": under} if under else {})


def duration(number: str = "1", **terms: Any) -> Document:
    return clause(
        number, "duration", **({"begins": "2026-09-01", "ends": "2031-08-31", "notice": 6, "run_off": 24} | terms)
    )


def places(number: str = "2", *, under: str = "", **terms: Any) -> Document:
    usual: Document = {
        "from": KZ, "to": NJ, "levels": ["doctoral", "bachelor"], "activities": ["study", "research"], "limit": 5, "unit": "person",
        "period": "host-year", "year_begins": "09-01", "stay_counts": "in-the-year-it-begins", "months_most": 6, "months_least": 1,
        "pool": "apart", "carry_over": 2, "no_show": "given-back", "early_return": "used",
        "weights": [{"what": "semester", "weight": "1/2"}, {"what": "year", "weight": 1}],
    }  # fmt: skip
    return clause(number, "mobility-places", under=under, **(usual | terms))


def sharing(number: str = "4", *, under: str = "", **terms: Any) -> Document:
    usual: Document = {
        "from": [KZ, NJ], "to": "parties", "data": ["measurements", "samples"], "projects": ["almaty:p1"],
        "project_kinds": ["fundamental", "applied"], "since": "2026-09-01", "embargo": 12, "after_end": "withheld",
    }  # fmt: skip
    return clause(number, "data-sharing", under=under, **(usual | terms))


def credits(number: str = "7") -> Document:
    factors = [
        {"level": "master", "from": "kz-credit", "to": "ects", "factor": 1, "since": "2018-09-01"},
        {
            "level": "master",
            "from": "kz-credit",
            "to": "ects",
            "factor": "5/2",
            "since": "2011-09-01",
            "until": "2018-08-31",
        },
        {"level": "bachelor", "from": "nj-credit", "to": "ects", "factor": "15/11", "since": "2026-09-01"},
    ]
    return clause(number, "credit-conversion", factors=factors, step="0.5", rounding="half-up")


def head(**values: Any) -> Document:
    usual: Document = {
        "agreement": "almaty:lab", "number": 1, "rank": "agreement", "title": words("Joint laboratory"), "languages": list(LANGUAGES),
        "precedence": "first", "zone": "Asia/Almaty", "salt": "f" * 32,
        "parties": [
            {"id": KZ, "role": "institution", "names": words("University of Kazakhstan")},
            {"id": NJ, "role": "institution", "names": words("University of Nanjing")},
        ],
    }  # fmt: skip
    return {name: value for name, value in (usual | values).items() if value is not None}


def whole() -> Document:
    """A version with every kind of clause, every optional term, and everything that a head can hold."""
    clauses = [
        duration(sign_by="2026-12-31", notice_day="09-01"), places(counted_by=NJ), clause("3", "free"), sharing(), credits(),
        clause("5", "sample-transfer", **{"from": KZ, "to": NJ}, purposes=["research"], rest=["returned", "destroyed"], onward="never"),
        clause("6", "dual-diploma", parties=[KZ, NJ], level="master", intake=5, thesis="one", defence="one-joint", supervisors=1, programmes=[
            {"party": KZ, "name": "Nanomaterials", "code": "7M0531", "scheme": "ects", "credits": 60},
            {"party": NJ, "name": "Materials", "scheme": "nj-credit", "credits": "32.5"},
        ]),
        clause("8", "condition", party=KZ, by="2026-10-01"), clause("9", "earlier-effect", since="2026-09-01"),
        clause("10", "parent", on_end="falls"),
        clause("11", "joint-laboratory", fields=["0531", "0711"], projects=["almaty:p1"], directors=[KZ, NJ]),
        clause("12", "publication", review=30, delay=90, authorship="contribution", both_affiliations=True),
        clause("13", "intellectual-property", owner="by-contribution", licence="non-exclusive", academic_use="freely",
               background="for-the-project", hold=18),
        clause("14", "enterprises", admission="all-parties", sees="own-project", contract="all-parties"),
        clause("15", "visits", **{"from": NJ, "to": KZ}, limit=10, unit="day", period="home-year", year_begins="09-01"),
        clause("16", "costs", shares=[{"what": "travel", "by": "sending"}, {"what": "living", "by": "receiving", "most": 150000, "currency": "KZT"}]),
    ]  # fmt: skip
    return {
        "schema": SCHEMA, "clauses": clauses,
        "head": head(
            number=2, parent={"agreement": "almaty:frame", "version": "a" * 64}, amends={"version": "b" * 64, "cases": "new"},
            refers=[{"kind": "treaty", "title": words("Charter"), "source": "register 1", "on": "2002-06-07"}],
            attachments=[{"name": "map.pdf", "sha256": "c" * 64, "size": 1000}, {"name": "seal.pdf", "sha256": "d" * 64, "size": 5}],
        ),
    }  # fmt: skip


def made(*clauses: Document, **values: Any) -> Document:
    """A small version: its duration, unless one is given, and these clauses."""
    having = [] if any(one["kind"] == "duration" for one in clauses) else [duration()]
    return {"schema": SCHEMA, "head": head(**values), "clauses": [*having, *clauses]}


def read(document: Document) -> Version:
    """The version of a document, by way of JSON."""
    return read_version(json.dumps(document))


def framework(*clauses: Document, **values: Any) -> Version:
    return read(made(*clauses, **({"agreement": "almaty:frame", "rank": "framework"} | values)))


def below(parent: Version, *clauses: Document, on_end: str = "falls", **values: Any) -> Version:
    """A version under this one."""
    named = {"agreement": parent.head.agreement, "version": parent.hash}
    return read(made(clause("99", "parent", on_end=on_end), *clauses, **({"parent": named} | values)))


def changed(document: Document, *path: str | int, to: Any) -> Document:
    """A copy with one value changed."""
    copy = deepcopy(document)
    place: Any = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return copy
