"""Every page, fragment, download and form of the node, opened by everybody; a page without a line here fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from jointlab.people.actors import Right, actor_of
from tests.integration.conftest import _person, signed_in
from tests.integration.rooms import PEOPLE, World, made_world, undone, watched

# What the researcher who made it, a reader and an administrator of the same side, a partner and a stranger get:
# yes, no (403), none (404: not for you, or nowhere), bad (400: the input is judged), in (to the sign-in page).
EVERYBODY = "yes yes yes yes yes"
PERSONS = "yes yes yes yes in"
SEE = "yes yes yes none in"  # what hangs on a project, or a colleague's data
WRITE = "yes no yes none in"  # change that
MAKE = "yes no yes yes in"
JUDGED = "bad no bad bad in"  # a form without its input
ADMINISTER = "no no yes no in"
ADMINISTER_SEEN = "no no yes none in"
OF_PROJECT = (
    "{project}",
    "{sample}",
    "{device}",
    "{measurement}",
    "{withdrawn}",
    "{note}",
    "{raw}",
    "{missing}",
    "{transfer}",
    "{parcel}",
)

DJANGOS_OWN = ("set-language", "sign-in")  # do not tell what they take


@dataclass(frozen=True)
class Door:
    """One call: GET, or POST when there is something to send. `quiet`: it may change nothing even when allowed."""

    address: str
    expected: str
    data: dict[str, Any] | None = None
    quiet: bool = False
    restricted: str = ""  # what is expected when the project is restricted to the researcher

    def opened(self, world: World, who: str) -> tuple[HttpResponseBase, bool]:
        """The answer, and whether anything was left behind."""
        client = signed_in(world.persons[who]) if who in world.persons else Client()
        address = world.at(self.address)
        with watched() as watch:
            if self.data is None:
                answer = client.get(address)
            else:
                answer = client.post(address, {name: _sent(world, value) for name, value in self.data.items()})
            b"".join(answer) if answer.streaming else None  # read to its end, a file is closed
            return answer, watch.changed

    def hidden(self) -> str:
        """What is expected of it when the project is restricted."""
        named = any(name in f"{self.address}{self.data}" for name in OF_PROJECT)
        return self.restricted or ("yes none none none in" if named else self.expected)


def _sent(world: World, value: Any) -> Any:
    if isinstance(value, bytes):
        return SimpleUploadedFile("sent.txt", value)
    return world.at(value) if isinstance(value, str) else value


def see(*addresses: str, expected: str = SEE) -> tuple[Door, ...]:
    """Pages that are looked at."""
    return tuple(Door(address, expected) for address in addresses)


def form(address: str, expected: str, data: dict[str, Any], **more: Any) -> tuple[Door, Door]:
    """A page with a form, and the form sent."""
    return Door(address, expected, restricted=more.get("restricted", "")), Door(address, expected, data, **more)


def act(address: str, expected: str, **data: Any) -> tuple[Door]:
    """A button."""
    return (Door(address, expected, data),)


_ONE = "/measurements/{measurement}"
_SAMPLE = {"title": "Named anew", "form": "powder", "project": "{project_id}", "rev": "1", "steps-TOTAL_FORMS": "0", "steps-INITIAL_FORMS": "0"}  # fmt: skip
_PERSON = {"name": "E. New", "institution": "kz", "role": "reader", "active": "on"}
_INSTRUMENT = {"name": "D8 Advance", "zone": "Asia/Almaty", "active": "on"}
_TOKEN = {"form": "token", "name": "notebook", "scope": "read", "days": "30"}
_PASSWORDS = {"form": "password", "old": "{password}", "password": "another long enough sentence"}
_HEAD = {"rank": "agreement", "precedence": "equal", "zone": "Asia/Almaty", "language-0": "en", "rev": "{draft_rev}"}
_LIST = {"name": "Form 8", "order-0": "1", "title-0": "Title", "value-0": "title_en"}
_OLD_PAPER = {
    "title_en": "Memorandum", "partner": "cn", "rank": "agreement", "scan": b"%PDF old", "signed_on": "2016-05-20", "signatory": "Rector",
    "mandate": "Charter",
}  # fmt: skip
_SIGNATURE = {"office": "Rector", "mandate": "Charter", "act": "sign", "day": "{day}", "read": "on", "passphrase": "{password}"}  # fmt: skip
_SM2 = bytes.fromhex("300c060a2a811ccf550601040202")  # an envelope of GM/T 0010
_NONE = "none no none none in"
_WRITTEN_IN_INBOX = "yes no none none in"  # the right is asked for before the place is looked up
_TOO_EARLY, _TOO_EARLY_HIDDEN = "409 no 409 none in", "409 none none none in"  # the other side has not agreed
_STAY, _SENDING = "yes none yes yes in", "yes none yes no in"  # whoever only reads sees the own stay alone
_CARRIED = {
    "version": "{places}",
    "clause": "5.1",
    "period": "{year}",
    "into": "{next_year}",
    "amount": "1",
}  # Nanjing counts
_NOMINATED = {
    "place": "{places} 5.1 nj", "subject": "{student}", "name": "NURLANOVA B.", "level": "bachelor", "activity": "study", "first": "{first}",
    "last": "{last}", "ground": "Minutes 4",
}  # fmt: skip
_DECIDED = {
    "row-0-host_code": "MAT305", "row-0-home_code": "PHY201", "row-0-decision": "full", "row-0-credits": "4.5", "row-1-host_code": "MAT309",
    "row-1-home_code": "PHY202", "row-1-decision": "full", "row-1-credits": "4", "outcome": "full", "on": "{last}",
}  # fmt: skip

DOORS: dict[str, tuple[Door, ...]] = {
    "health": see("/health", expected=EVERYBODY),
    "node-state": see("/state", expected=ADMINISTER),
    "erase": (
        *see("/erase", expected=ADMINISTER), Door("/erase?record={note}", ADMINISTER, restricted=ADMINISTER),
        Door("/erase", ADMINISTER, {"record": "{note}", "ground": "request", "mark": "{mark}"}, restricted=ADMINISTER),
    ),
    "set-language": (Door("/language", EVERYBODY, {"language": "ru"}, quiet=True),),
    "components": see("/components", expected=PERSONS),
    "formats": see("/formats", expected=PERSONS),
    "sign-in": form("/sign-in", EVERYBODY, {"username": "Serikov", "password": "{password}"}, quiet=True),
    "sign-out": (Door("/sign-out", EVERYBODY, {}, quiet=True),),
    "account": (
        *form("/account", PERSONS, _TOKEN), Door("/account", PERSONS, _PASSWORDS),
        Door("/account", PERSONS, {"form": "preferences", "language": "ru"}),
    ),
    "token-revoke": act("/account/tokens/{token}/revoke", "yes none yes none in"),
    "people": see("/people", expected=PERSONS),
    "person-new": form("/people/new", ADMINISTER, _PERSON),
    "person": see("/people/{person}"),
    "person-edit": form("/people/{person}/edit", ADMINISTER_SEEN, {**_PERSON, "rev": "1"}),
    "person-password": form("/people/{person}/password", ADMINISTER_SEEN, {"password": "another long enough sentence"}),
    "overview": see("/", expected=PERSONS),
    "search": see("/search", "/search?q=TiO2", expected=PERSONS),
    "inbox": see("/inbox", "/inbox?documents", expected=PERSONS),
    "inbox-upload": (
        *act("/inbox/files", MAKE, files=b"one more file"), *act("/inbox/files", JUDGED),
    ),
    "inbox-record": (
        Door("/inbox/record", WRITE, {"file": "{read}", "sample": "{sample}"}, restricted=_WRITTEN_IN_INBOX),
        *act("/inbox/record", JUDGED), Door("/inbox/record", _NONE, {"file": "kz:none", "sample": "{sample}"}, restricted=_NONE),
    ),
    "inbox-answer": (
        *act("/inbox/answer", WRITE, answer="{asks}|point"), *act("/inbox/answer", _NONE),
        *act("/inbox/answer", "bad no bad none in", answer="{read}|x"),
    ),
    "inbox-keep": (*act("/inbox/keep", WRITE, keep="{waits}"), *act("/inbox/keep", _NONE)),
    "inbox-again": (*act("/inbox/again", WRITE, again="{read}"), *act("/inbox/again", _NONE)),
    "inbox-stop": (Door("/inbox/stop", "yes no yes yes in", {}, quiet=True),),
    "inbox-undo": (
        Door("/inbox/undo", WRITE, {"m": "{measurement}"}, restricted=_WRITTEN_IN_INBOX),
        *act("/inbox/undo", _NONE, m="none"),
    ),
    "file-coming": (
        *see("/files/{missing}/coming", "/files/{missing}/coming?part"),
        *see("/files/{raw}/coming"),
    ),
    "file-fetch": (
        *act("/files/{missing}/fetch", WRITE, do="fetch"), *act("/files/{missing}/fetch", WRITE, do="stop"),
        Door("/files/{missing}/fetch", "bad no bad none in", {}, restricted="bad none none none in"),
    ),
    "file": see("/files/{raw}", "/files/{waits_raw}"),
    "samples": see("/samples", expected=PERSONS),
    "sample-new": form("/samples/new", MAKE, {**_SAMPLE, "project": "{joint_id}"}),
    "sample": see("/samples/{sample}"),
    "sample-edit": form("/samples/{sample}/edit", WRITE, _SAMPLE),
    "sample-split": form("/samples/{sample}/split", WRITE, {"parts": "10 mg"}),
    "sample-archive": act("/samples/{sample}/archive", WRITE),
    "sample-put-back": act("/samples/{sample}/put-back", WRITE),
    "sample-label": see("/samples/{sample}/label.pdf"),
    "note-new": act("/samples/{sample}/notes", WRITE, text="White."),
    "note-withdraw": act("/notes/{note}/withdraw", WRITE),
    "note-put-back": act("/notes/{note}/put-back", WRITE),
    "note-file": see("/notes/{note}/{attached}"),
    "device-new": form("/samples/{sample}/devices/new?kind=cell", WRITE, {"note": "in Ar"}),
    "device": see("/devices/{device}"),
    "device-edit": form("/devices/{device}/edit", WRITE, {"note": "in Ar", "rev": "1"}),
    "device-archive": act("/devices/{device}/archive", WRITE),
    "device-put-back": act("/devices/{device}/put-back", WRITE),
    "device-label": see("/devices/{device}/label.pdf"),
    "measurements": see("/measurements", expected=PERSONS),
    "measurement": see(_ONE, f"{_ONE}?analysis=1"),
    "measurement-analyse": (
        *act(f"{_ONE}/analyse", WRITE, **{"s-scherrer_k": "1", "do": "record"}),
        Door(f"{_ONE}/analyse", WRITE, {"s-scherrer_k": "1"}, quiet=True),
    ),
    "measurement-show": act(f"{_ONE}/show", WRITE, analysis="1"),
    "measurement-withdraw": act(f"{_ONE}/withdraw", WRITE),
    "measurement-put-back": act("/measurements/{withdrawn}/put-back", WRITE),
    "measurement-compare": see(f"{_ONE}/compare"),
    "measurement-plot": see(f"{_ONE}/plot/0"),
    "measurement-plot-json": see(f"{_ONE}/plot/0.json"),
    "measurement-plot-csv": see(f"{_ONE}/plot/0.csv"),
    "measurement-plot-svg": see(f"{_ONE}/plot/0.svg"),
    "measurement-table": see(f"{_ONE}/table/0"),
    "measurement-table-csv": see(f"{_ONE}/table/0.csv"),
    "measurement-table-parquet": see(f"{_ONE}/table/0.parquet"),
    "measurement-figures": see(f"{_ONE}/figures.csv"),
    "measurement-file": see(f"{_ONE}/file"),
    "measurement-bibtex": see(f"{_ONE}/cite.bib"),
    "measurement-csl": see(f"{_ONE}/cite.json"),
    "case": see("/cases/{letter}", expected=PERSONS),
    "case-step": act("/cases/{letter}/withdraw", "yes no yes no in", why="Not needed", seen="{letter_seen}"),
    "case-file": see("/cases/{answered}/files/{scan}", expected=PERSONS),
    "mobility": see("/mobility", "/mobility?as=table", "/mobility?lane=ended", expected=PERSONS),
    "mobility-calendar": see("/mobility/calendar.ics", expected=PERSONS),
    "mobility-places": (*see("/mobility/places", expected=MAKE), *act("/mobility/places", "no no no yes in", **_CARRIED)),
    "mobility-nominate": (*see("/mobility/nominate", expected=MAKE), *act("/mobility/nominate", "yes no yes 422 in", **_NOMINATED)),
    "mobility-case": see("/mobility/{stay}", "/mobility/{back}", expected=_STAY),
    "mobility-case-calendar": see("/mobility/{stay}/calendar.ics", expected=_STAY),
    "mobility-learning": form("/mobility/{stay}/learning-agreement", _SENDING, {"programme_of_work": "Films", "seen": "{stay_seen}"}),
    "mobility-transcript": form("/mobility/{gone}/transcript", "no none no yes in", {"report": "Films", "on": "{last}", "seen": "{gone_seen}"}),
    "mobility-recognition": form("/mobility/{back}/recognition", _SENDING, {**_DECIDED, "seen": "{back_seen}"}),
    "mobility-change": form("/mobility/{stay}/change", _SENDING, {"email": "b@example.kz", "seen": "{stay_seen}"}),
    "agreements": see("/agreements", expected=PERSONS),
    "agreement-new": form("/agreements/new", MAKE, {"text": "diploma", "partner": "cn", "languages": "en"}),
    "agreement-old": (
        *see("/agreements/old", expected=MAKE), Door("/agreements/old", "yes no yes 422 in", _OLD_PAPER),
        *act("/agreements/old", MAKE, **_OLD_PAPER, clauses="1"), Door("/agreements/old", "422 no 422 422 in", {"partner": "cn"}),
    ),
    "agreement-old-table": (
        *see("/agreements/old/table", expected=MAKE), Door("/agreements/old/table", "422 no 422 422 in", {"table": b"title_en"}),
        Door("/agreements/old/table", "409 no 409 409 in", {"confirm": "1", "kept": "nonsense"}),
    ),
    "agreement-old-template": see("/agreements/old/agreements.xlsx", "/agreements/old/agreements.csv", expected=MAKE),
    "agreement-enter": (
        *act("/agreements/drafts/{draft}/enter", WRITE, scan=b"%PDF old", signed_on="2020-01-01", signatory="Rector", mandate="Charter"),
        Door("/agreements/drafts/{draft}/enter", "422 no 422 none in", {"signatory": "Rector"}),
    ),
    "agreements-exports": see("/agreements/exports", expected=PERSONS),
    "agreements-list": (
        *see("/agreements/exports/list.csv", "/agreements/exports/list.csv?all=1", expected=PERSONS), *see("/agreements/exports/list.csv?form=Form+7"),
    ),
    "agreements-form-new": form("/agreements/exports/forms/new", MAKE, _LIST),
    "agreements-form": (
        *form("/agreements/exports/forms/{form}", WRITE, _LIST), Door("/agreements/exports/forms/{form}", "422 no 422 none in", {"name": ""}),
    ),
    "agreements-form-delete": act("/agreements/exports/forms/{form}/delete", WRITE),
    "agreement-references": see("/agreements/references", expected=PERSONS),
    "agreement-reference-new": form("/agreements/references/new", MAKE, {"kind": "treaty", "title-en": "Charter"}),
    "agreement-reference-known": act("/agreements/references/known/sco-charter", MAKE),
    "agreement-reference": see("/agreements/references/{treaty}", expected=PERSONS),
    "agreement-reference-correct": form("/agreements/references/{treaty}/correct", "yes no yes no in", {"kind": "treaty", "title-en": "Charter", "rev": "1"}),
    "agreement-reference-file": see("/agreements/references/{treaty}/files/{treaty_file}", expected=PERSONS),
    "agreements-calendar": see("/agreements/calendar.ics", expected=PERSONS),
    "agreement-proof-check": (*see("/agreements/proof", expected=PERSONS), Door("/agreements/proof", "422 422 422 422 in", {"hash": "0", "text": "nothing"})),
    "agreement": see("/agreements/{agreement}", "/agreements/{agreed}", "/agreements/{offered}", expected=PERSONS),
    "agreement-sign": (*see("/agreements/{agreed}/sign", expected=PERSONS), *act("/agreements/{agreed}/sign", MAKE, seen="{agreed_seen}", office="Legal office")),
    "agreement-keys": (*see("/agreements/keys", expected=PERSONS), *act("/agreements/keys", MAKE, passphrase="{password}", again="{password}")),
    "agreement-passkey-new": (Door("/agreements/keys/passkey", JUDGED, {"answer": "nothing"}, quiet=True),),
    "agreement-evidence": (
        *see("/agreements/{agreed}/evidence", "/agreements/{offered}/evidence", expected=PERSONS),
        Door("/agreements/{agreed}/evidence", "yes no none none in", _SIGNATURE),  # the others have no key yet
    ),
    "agreement-national": act("/agreements/{agreed}/evidence/national", MAKE, file=_SM2),
    "agreement-passkey": act("/agreements/{agreed}/evidence/{evidence}/passkey", "none no no no in", answer="nothing"),
    "agreement-evidence-file": see("/agreements/{agreed}/evidence/{evidence}/file", expected=PERSONS),
    "agreement-compare": see("/agreements/{agreement}/compare/{agreed}", expected=PERSONS),
    "agreement-amend": form("/agreements/{agreement}/amend", MAKE, {"cases": "new"}),
    "agreement-renew": form("/agreements/{agreement}/renew", MAKE, {"years": "2"}),
    "agreement-answer": act("/agreements/{offered}/answer", MAKE),
    "agreement-paper": see("/agreements/{agreement}/agreement.pdf?language=en", expected=PERSONS),
    "agreement-json": see("/agreements/{agreement}/agreement.json", expected=PERSONS),
    "agreement-calendar": see("/agreements/{agreement}/calendar.ics", expected=PERSONS),
    "agreement-proof": see("/agreements/{agreement}/clauses/1/proof.json", expected=PERSONS),
    "agreement-draft": see("/agreements/drafts/{draft}"),
    "agreement-head": form("/agreements/drafts/{draft}/head", WRITE, _HEAD),
    "agreement-preview": see("/agreements/drafts/{draft}/preview.pdf"),
    "agreement-propose": act("/agreements/drafts/{draft}/propose", WRITE, note="Please read"),
    "agreement-delete": act("/agreements/drafts/{draft}/delete", WRITE, rev="{draft_rev}"),
    "agreement-clause-new": form("/agreements/drafts/{draft}/clauses/new?kind=free", WRITE, {"number": "99", "rev": "{draft_rev}"}),
    "agreement-clause": form("/agreements/drafts/{draft}/clauses/1", WRITE, {"number": "1", "rev": "{draft_rev}"}),
    "agreement-clause-move": act("/agreements/drafts/{draft}/clauses/1/move", WRITE, to="down", rev="{draft_rev}"),
    "agreement-clause-remove": act("/agreements/drafts/{draft}/clauses/1/remove", WRITE, rev="{draft_rev}"),
    "transfers": see("/transfers", expected=PERSONS),
    "transfer": see("/transfers/{transfer}"),
    "transfer-step": act("/transfers/{transfer}/withdraw", "yes no yes none in", why="Not needed", seen="{seen}"),
    "transfer-slip": see("/transfers/{parcel}/slip.pdf"),
    "sample-send": form("/samples/{sample}/send", WRITE, {"partner": "nj", "amount": "1 mg", "purpose": "TEM"}),
    "requests": see("/requests", expected=PERSONS),
    "request-new": (Door("/requests/new", "yes no yes yes in"), Door("/requests/new", "422 no 422 422 in", {"sample": "none"}, quiet=True)),
    "projects": see("/projects", expected=PERSONS),
    "project-new": form("/projects/new", MAKE, {"title": "Anodes", "kind": "fundamental"}),
    "project": see("/projects/{project}"),
    "project-edit": form("/projects/{project}/edit", WRITE, {"title": "Anodes", "kind": "fundamental", "rev": "1"}),
    "project-sharing": (
        *act("/projects/{project}/sharing", WRITE, partnership="cn+kz", do="agree", after_days="0"),
        Door("/projects/{project}/sharing", "bad no bad none in", {"do": "nonsense"}, restricted="bad none none none in"),
    ),
    "project-files": (
        *act("/projects/{project}/files", WRITE, mode="at-night", up_to_mb="50"),
        Door("/projects/{project}/files", "bad no bad none in", {"mode": "nonsense"}, restricted="bad none none none in"),
    ),
    "sample-share": (Door("/samples/{sample}/share", _TOO_EARLY, {"partnership": "cn+kz"}, restricted=_TOO_EARLY_HIDDEN),),
    "measurement-share": (Door(f"{_ONE}/share", _TOO_EARLY, {"partnership": "cn+kz"}, restricted=_TOO_EARLY_HIDDEN),),
    "partners": see("/partners", expected=PERSONS),
    "partner": see("/partners/cn", expected="yes yes yes none in"),
    "partner-files": see("/partners/cn/files", expected="yes yes yes none in"),
    "partner-new": (*see("/partners/new", expected=ADMINISTER), Door("/partners/new", "no no 422 no in", {"address": "nonsense"})),
    "partner-together-new": (*see("/partners/together", expected=ADMINISTER), Door("/partners/together", "no no 422 no in", {})),
    "partner-together": (
        *see("/partners/together/cn+kz+uz"),
        Door("/partners/together/cn+kz+uz", ADMINISTER, {}, quiet=True),  # which is refused: nobody is paired with uz
    ),
    "partner-together-act": see("/partners/together/cn+kz+uz/act.pdf", expected="no no 409 no in"),
    "partner-confirm": form("/partners/de/confirm", ADMINISTER, {"code": "{code}"}),
    "partner-decline": act("/partners/de/decline", ADMINISTER),
    "partner-address": form("/partners/cn/address", ADMINISTER, {"address": "http://127.0.0.1:9", "private_allowed": "on"}),
    "partner-check": (Door("/partners/cn/check", ADMINISTER, {}, quiet=True),),
    "partner-act": see("/partners/cn/act.pdf", expected=ADMINISTER),
    "partner-evidence": see("/partners/cn/evidence/1", expected="no no none no in"),
    "partner-settle": (Door("/partners/cn/settle", ADMINISTER, {"settlement": "agreed"}, quiet=True),),
    "demonstration": see("/demonstration", expected="none none none none in"),
    "demonstration-link": act("/demonstration/link", "no no none no in", do="cut"),
    "instruments": see("/instruments", expected=PERSONS),
    "instrument-new": form("/instruments/new", ADMINISTER, _INSTRUMENT),
    "instrument": (*see("/instruments/{instrument}", expected=PERSONS), *act("/instruments/{instrument}", ADMINISTER)),
    "instrument-edit": form("/instruments/{instrument}/edit", ADMINISTER, {**_INSTRUMENT, "rev": "1"}),
    "instrument-forget": act("/instruments/{instrument}/forget", "yes no yes no in", key="decimal_mark"),
    "instrument-token-revoke": act("/instruments/{instrument}/tokens/{drive_token}/revoke", ADMINISTER),
}  # fmt: skip


def _for_nodes(one: URLPattern) -> bool:
    """Whether partners' nodes ask there, who sign their requests: tests/federation."""
    return str(one.callback.__module__).startswith("jointlab.federation.")


def routes(patterns: list[Any] | None = None, namespace: str = "") -> Iterator[tuple[str, str]]:
    """Namespace and name of every address of the node."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, one.namespace or namespace)
        elif isinstance(one, URLPattern) and (one.name or not _for_nodes(one)):
            yield namespace, str(one.name)


def told(answer: HttpResponseBase) -> str:
    """What was got, in the words of the table."""
    if answer.status_code == 302:
        return "in" if answer["Location"].startswith("/sign-in?next=") else "yes"
    return {200: "yes", 400: "bad", 403: "no", 404: "none"}.get(answer.status_code, str(answer.status_code))


def test_every_route_has_its_doors(node: None) -> None:
    assert {name for namespace, name in routes() if namespace != "api"} == set(DOORS)


@pytest.mark.parametrize("restricted", [False, True], ids=["open project", "restricted project"])
def test_every_door_opens_for_whom_it_should(node: None, restricted: bool) -> None:
    world = made_world(node, restricted=restricted)
    wrong = []
    for name, doors in DOORS.items():
        for door in doors:
            if restricted and door.hidden() == door.expected:
                continue  # has nothing to do with the project
            assert resolve(world.at(door.address).partition("?")[0]).url_name == name
            for who, expected in zip(PEOPLE, (door.hidden() if restricted else door.expected).split(), strict=True):
                with undone():
                    answer, changed = door.opened(world, who)
                if told(answer) != expected:
                    wrong.append(f"{name} {door.address} {door.data or ''}: {who} got {told(answer)}, not {expected}")
                elif changed != (expected == "yes" and door.data is not None) and not (
                    expected == "yes" and door.quiet
                ):
                    wrong.append(
                        f"{name} {door.address}: {who} {'changed something' if changed else 'changed nothing'}"
                    )
    assert not wrong, "\n".join(wrong)


def test_every_method_of_every_page_is_tried(node: None, settings: Any) -> None:
    world = made_world(node, restricted=False)
    administrator = signed_in(world.persons["administrator"])
    wrong = []
    for name, doors in DOORS.items():
        with undone():
            answer = administrator.options(world.at(doors[0].address))
        tried = {"GET" if door.data is None else "POST" for door in doors}
        takes = {method.strip() for method in answer.get("Allow", "").split(",")} - {"HEAD", "OPTIONS", "PUT"}
        if takes != tried and name not in DJANGOS_OWN:
            wrong.append(f"{name} takes {sorted(takes)}; tried were {sorted(tried)}")
    assert not wrong, "\n".join(wrong)


def test_an_administrator_of_the_partner_administers_nothing_here(node: None) -> None:
    partner = _person("Li Na", "nj", "administrator")
    assert actor_of(partner, home="kz").rights == {Right.READ, Right.WRITE}
    assert signed_in(partner).get("/state").status_code == 403
    assert signed_in(partner).get("/people/new").status_code == 403
