"""In a child: fills a node with agreements and running stays; of one that is filled, times pages and steps: JSON on stdout."""

import json
import shutil
import sys
import time
from functools import partial
from pathlib import Path

from benchmarks.page_jobs import new_node

PERSONS = 40  # who nominate and go
WARM = 5


def fill(folder: Path, *, agreements: int, cases: int) -> None:
    """Agreements through the operations of the product, and one nomination under each; then that case's rows, repeated."""
    from django.core.management import call_command
    from django.db import connection

    from jointlab.node.creation import fill as fill_node
    from jointlab.people.actors import actor_of
    from jointlab.people.operations import add_institution, add_person, open_account
    from jointlab.people.records import InstitutionRecord, PersonRecord
    from tests.integration.stays import granted, nominated

    call_command("migrate", verbosity=0)
    fill_node(new_node(folder))
    add_institution(InstitutionRecord("nj", {"en": "Nanjing"}, {"en": "Nanjing"}, "n", "Asia/Shanghai", "CN"))
    ours, theirs, goes = (
        add_person(PersonRecord(name, institution, role))
        for name, institution, role in (("A. Bench", "kz", "administrator"), ("B. Bench", "nj", "researcher"), ("C. Bench", "kz", "reader"))
    )  # fmt: skip
    open_account(ours, login="bench", password="correct horse battery staple")
    first, second = actor_of(ours, home="kz"), actor_of(theirs, home="kz")
    each = cases // agreements
    for n in range(agreements):
        case = nominated(first, goes, granted(first, second, limit=str(cases)), count=False)
        if n % 10 == 0:
            print(n, file=sys.stderr)
        _repeat(case, each - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _repeat(case, count: int) -> None:
    """As many cases more that stand where this one stands, in the rows that the projections write."""
    from jointlab.cases.models import Case, CaseParty, CaseStep
    from jointlab.history.identifiers import new_id
    from jointlab.mobility.models import Mobility, PlaceEntry

    sides, steps = list(case.sides.all()), list(CaseStep.objects.filter(instance=case.pk))
    stay, held = Mobility.objects.get(pk=case.pk), list(PlaceEntry.objects.filter(case=case.pk))
    made: dict[type, list] = {Case: [], CaseParty: [], CaseStep: [], Mobility: [], PlaceEntry: []}
    number = held[-1].number
    for n in range(count):
        id = f"kz:{new_id()}"
        code = f"{case.code}-{n}"
        made[Case].append(_copy(case, pk=id, code=code))
        made[CaseParty] += [_copy(one, pk=None, case_id=id) for one in sides]
        made[CaseStep] += [_copy(one, pk=f"kz:{new_id()}", instance=id) for one in steps]
        made[Mobility].append(_copy(stay, pk=id))
        for one in held:
            number += 1
            made[PlaceEntry].append(_copy(one, pk=f"kz:{new_id()}", case=id, number=number))
    for model, rows in made.items():
        model._default_manager.bulk_create(rows)


def _copy(row, **changed):
    """The same row under another key."""
    from copy import copy

    other = copy(row)
    other._state = copy(row._state)
    other._state.adding = True
    for name, value in changed.items():
        setattr(other, name, value)
    return other


def ask(rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds, by the clock and of the processor, within which 95 of 100 were answered."""
    from django.test import Client

    from jointlab.agreements.models import AgreementVersion
    from jointlab.people.models import Account, Person
    from tests.integration.stays import nomination

    client = Client()
    client.force_login(Account.objects.get(login="bench"))
    took = {
        name: _p95([_took(partial(client.get, address)) for _ in range(rounds + WARM)][WARM:])
        for name, address in (("overview", "/"), ("board of stays", "/mobility"), ("list of agreements", "/agreements"))
    }  # fmt: skip
    goes = Person.objects.get(name="C. Bench").pk
    hashes = AgreementVersion.objects.order_by("pk").values_list("hash", flat=True)[: rounds + WARM]
    steps = [_nominate(client, nomination(hash) | {"place": f"{hash} 5.1 nj", "subject": goes}) for hash in hashes]
    took["step: a nomination, from the click until the page of the case is shown"] = _p95(steps[WARM:])
    agreed = [_agree(client, case) for case in _texts_of_ten_pages(max(4, rounds // 5) + 1)]
    took["step: agreeing to a text of ten pages whose papers are printed, from the click until it is shown"] = _p95(
        agreed[1:]
    )
    return took


def _texts_of_ten_pages(count: int) -> list:
    """Cases of texts that Nanjing proposes, each printed in the background as it comes."""
    from benchmarks.agreement_pdf import agreement
    from jointlab.agreements.operations import drafts, proposing
    from jointlab.agreements.operations.papers import keep_papers
    from jointlab.agreements.queries.drafts import next_code
    from jointlab.jobs.runner import work_off
    from jointlab.people.actors import actor_of
    from jointlab.people.models import Person

    theirs = actor_of(Person.objects.get(name="B. Bench"), home="kz")
    cases = []
    for _ in range(count):
        code = next_code()
        words = json.dumps(agreement()).replace('"kz-university"', '"kz"').replace('"nj-university"', '"nj"')
        document = json.loads(words)
        document["head"] |= {"agreement": f"kz:{code.lower().removeprefix('kz-')}", "number": 1, "rank": "framework"}
        for name in ("parent", "amends", "refers", "attachments"):
            document["head"].pop(name, None)
        for clause in document["clauses"]:
            clause.pop("under", None)
        document["clauses"] = [one for one in document["clauses"] if one["kind"] != "parent"]
        draft = drafts.from_document(theirs, partner="kz", code=code, document=document)
        cases.append(proposing.propose(theirs, draft=draft.pk))
    keep_papers()
    work_off()
    return cases


def _agree(client, case) -> tuple[float, float]:
    from jointlab.agreements.queries.listing import version_on_table

    form = {"version": version_on_table(case), "seen": case.head}
    return _took(lambda: client.post(f"/cases/{case.pk}/agree_second", form, follow=True), shown="Printed once")


def _nominate(client, form: dict[str, str]) -> tuple[float, float]:
    return _took(lambda: client.post("/mobility/nominate", form, follow=True), shown="This stay has its place")


def _took(ask, shown: str = "</main>") -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    start, busy = time.perf_counter(), time.process_time()
    answer = ask()
    took = time.perf_counter() - start, time.process_time() - busy
    assert answer.status_code == 200, answer.content.decode()
    assert shown in answer.content.decode(), answer.content.decode()
    return took


def _p95(took: list[tuple[float, float]]) -> dict[str, float]:
    wall, busy = ([1e3 * one for one in sorted(column)] for column in zip(*took, strict=True))
    return {"wall": wall[int(0.95 * len(wall))], "cpu": busy[int(0.95 * len(busy))]}


def main() -> None:
    folder, agreements, cases, rounds = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    from jointlab.node.creation import make_folder, set_up_django

    done = folder / "filled"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_folder(new_node(folder))
    set_up_django(folder)
    if done.exists():
        print(json.dumps(ask(rounds)))
    else:
        fill(folder, agreements=agreements, cases=cases)
        done.touch()


if __name__ == "__main__":
    main()
