"""Records that only the database's own rules refuse, and any order of what a partner may do: the log goes on."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jointlab.history.fsck import fsck
from jointlab.history.models import SetAside
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.laboratory.models import Sample
from tests.integration.partner import Partner

KEPT = {"form": "powder", "project": "", "institution": "nj", "at": "2026-11-20T10:00:00+00:00", "by": "nj:wang"}


@pytest.mark.django_db(transaction=True)
def test_a_reference_to_something_of_another_kind_is_found_among_good_records(node: None) -> None:
    nanjing = Partner()
    nanjing.pair()
    person, project = nanjing.begin()
    for number in range(5):
        nanjing.sample(f"{number:04}", by=person, project=project)
    poison = nanjing.sample("0666", by=person, project=f"{person}.colleague")  # there, but no project
    for number in range(5, 9):
        nanjing.sample(f"{number:04}", by=person, project=project)
    followed = nanjing.followed()
    assert (followed.applied, followed.set_aside) == (12, 1)
    assert SetAside.objects.get().record == poison
    assert Sample.objects.filter(id__startswith="nj:").count() == 9
    assert rebuild().changed == ()
    nanjing.sample("0666", by=person, project=project)  # its home mends it
    assert nanjing.followed().applied == 1
    assert Sample.objects.get(id=poison).project_id == project
    assert rebuild().changed == ()


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "put", "erase", "withhold", "early"]), st.integers(0, 2)), max_size=12
)


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS, cuts=st.sets(st.integers(1, 14), max_size=4))
def test_in_whatever_pieces_it_comes_the_rows_are_those_of_the_log(
    node: None, steps: list[Any], cuts: set[int]
) -> None:
    nanjing = Partner()
    nanjing.begin()
    stands: dict[int, str] = {}
    for number, (step, record) in enumerate(steps):
        id, code = f"nj:sample-{record}", f"NJ-26-{record}"
        if stands.get(record) == "erased":
            continue
        if step == "put":
            rev = nanjing.last[id][1] if stands.get(record) == "withheld" else None  # withholding is no revision
            plain = {
                "code": code,
                "title": f"Title {number}",
                "institution": "nj",
                "by": "nj:wang",
                "tags": [f"tag{number}"],
            }
            nanjing.put("sample/1", f"sample-{record}", plain, rev=rev)
            stands[record] = "put"
        elif step == "early":  # rests on the sample that the same number has, perhaps never
            nanjing.put("note/1", f"note-{number}", {"sample": id, "by": "nj:wang", "text": f"Note {number}"})
        elif stands.get(record) == "put":
            (nanjing.erase if step == "erase" else nanjing.withhold)(id, "sample/1", {**KEPT, "code": code})
            stands[record] = {"erase": "erased", "withhold": "withheld"}[step]
    with transaction.atomic():
        nanjing.pair()
        for cut in sorted(one for one in cuts if one < len(nanjing.lines)):
            nanjing.followed(cut)
        nanjing.followed()
        for record, state in stands.items():
            assert bool(Sample.objects.get(id=f"nj:sample-{record}").title) == (state == "put")
        before = projection_digest()
        assert rebuild().changed == ()
        assert projection_digest() == before
        assert fsck().clean, fsck().findings
        transaction.set_rollback(True)
