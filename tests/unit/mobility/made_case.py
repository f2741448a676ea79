"""A stay for tests, step by step, between two institutions that have a node each."""

from jointlab.mobility.process import MOBILITY, RECEIVING, SENDING
from jointlab.processes import Instance, Taken, check, replay

SIDES = {SENDING: "kz", RECEIVING: "nj"}
PERSON = "kz:student"
ROWS = "PHY201 | Solid state physics | 5 | MAT305 | Materials science | 3\nPHY202 | Practice | 4 | MAT309 | Laboratory | 2.5"
FORMS: dict[str, dict[str, str]] = {
    "nominate": {
        "agreement": "a" * 64, "clause": "2", "name": "NURLANOVA B.", "level": "bachelor", "activity": "study", "first": "2027-02-22",
        "last": "2027-07-09", "ground": "Minutes 4 of 2026",
    },
    "admit": {"unit": "School of Materials"}, "refuse": {"why": "No supervisor"},
    "propose": {"components": ROWS, "home_scheme": "ects", "host_scheme": "nj-credit"},
    "sign_person": {}, "sign_sending": {}, "sign_receiving": {}, "send_back": {"why": "MAT305 is not taught"},
    "arrive": {"on": "2027-02-23"}, "depart": {"on": "2027-07-09"},
    "transcript": {"results": "MAT305 | Materials science | 3 | 87\nMAT309 | Laboratory | 2.5 | B", "on": "2027-07-20"},
    "recognise": {"decisions": "MAT305 | PHY201 | full | 4.5 | \nMAT309 | PHY202 | full | 3.5 | ", "outcome": "full", "on": "2027-08-01"},
    "close": {}, "close_early": {"why": "No transcript"}, "withdraw": {"why": "Ill"}, "step_down": {"why": "Ill"},
    "cancel": {"why": "Closed"}, "no_show": {"on": "2027-03-10"}, "change": {"last": "2027-06-30"},
}  # fmt: skip
WAY = (
    "nominate",
    "admit",
    "propose",
    "sign_person",
    "sign_sending",
    "sign_receiving",
    "arrive",
    "depart",
    "transcript",
    "recognise",
    "close",
)


def step(
    now: Instance, name: str, /, *, party: str = "", previous: str | None = None, by: str = "", **form: str
) -> Taken:
    """The next step as its side would sign it, with the usual form changed by `form`."""
    declared = MOBILITY.step(name)
    assert declared is not None
    side = party or declared.who[0]
    usual = FORMS.get(name, {}) | form
    opening = {} if now.standing else {"subject": PERSON, "code": "KZ-M-26-1", "parties": SIDES, "nodes": SIDES}
    return Taken(
        process=MOBILITY.name, instance=now.id, step=name, party=side, previous=now.head if previous is None else previous,
        by=by or (PERSON if declared.personal else f"{SIDES[side]}:office"), home=SIDES[side],
        form={name: value for name, value in usual.items() if value}, **opening,  # type: ignore[arg-type]
    ).sealed()  # fmt: skip


def walked(*names: str, id: str = "kz:1", first: dict[str, str] | None = None) -> Instance:
    """A case after these steps; `first` changes the nomination."""
    now = Instance(MOBILITY, id)
    for name in names:
        now = taken(now, name, **((first or {}) if name == "nominate" else {}))
    return now


def taken(now: Instance, name: str, /, *, party: str = "", **form: str) -> Instance:
    """One step further, checked."""
    made = step(now, name, party=party, **form)
    check(now, made)
    return replay(MOBILITY, now.id, (*now.standing, made))


def until(name: str) -> Instance:
    """The main way, up to and with this step."""
    return walked(*WAY[: WAY.index(name) + 1])
