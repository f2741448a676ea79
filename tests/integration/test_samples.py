"""Samples and devices: codes, parents, splits, who may, and what two editors see."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from jointlab.errors import BadInput, Conflict, NotAllowed, NotFound
from jointlab.history.models import Entry
from jointlab.laboratory.models import Sample, Series, Tag, Term
from jointlab.laboratory.operations import devices, projects, samples
from jointlab.laboratory.operations.codes import next_code
from jointlab.laboratory.operations.devices import DeviceDraft
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.operations.samples import Part, SampleDraft, draft_of
from jointlab.laboratory.queries.devices import properties_of, settings_of
from jointlab.laboratory.queries.lineage import left_of, lineage_of
from jointlab.laboratory.records import Origin, Step
from jointlab.people.actors import Actor, Right, actor_of
from jointlab.people.models import Person

LFP = SampleDraft(
    title="LiFePO₄/C, 2 % Zn", composition="LiFePO4/C", amount="620 mg", hazards=("GHS07",), tags=("cathode", "Cathode", "zn"),
    steps=(Step("mix"), Step(""), Step("calcine", "700 °C", "10 h", "Ar/H2")), made_on="2026-09-02",
)  # fmt: skip


def test_a_sample_gets_the_next_code_and_stands_in_the_log(actor: Actor) -> None:
    first, second = samples.add(actor, LFP), samples.add(actor, LFP)
    year = first.created_at.year % 100
    assert (first.code, second.code) == (f"KZ-{year}-0001", f"KZ-{year}-0002")
    assert [tag.word for tag in first.tags.order_by("word")] == ["cathode", "zn"]
    assert [step["what"] for step in first.steps] == ["mix", "calcine"]
    assert Entry.objects.filter(record=first.id, type="sample/1").count() == 1
    assert draft_of(first) == dataclasses.replace(
        LFP, code=first.code, tags=("cathode", "zn"), steps=(LFP.steps[0], LFP.steps[2])
    )


def test_a_given_code_is_kept_and_the_series_goes_on_behind_it(actor: Actor) -> None:
    samples.add(actor, dataclasses.replace(LFP, code=next_code().replace("0001", "0041")))
    assert next_code().endswith("-0042")
    with pytest.raises(Conflict, match="taken"):
        samples.add(actor, dataclasses.replace(LFP, code=Sample.objects.get().code))


@pytest.mark.parametrize("code", ["new", "a/b", "../x", "x y", "ЛФП", "-x", "x" * 41])
def test_a_code_that_no_address_could_hold(actor: Actor, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        samples.add(actor, dataclasses.replace(LFP, code=code))
    assert refused.value.code == "sample.code"


def test_numbers_grow_beyond_their_width(actor: Actor) -> None:
    head = next_code()[:-4]
    Series.objects.create(head=head, last=9999)
    assert samples.add(actor, LFP).code == f"{head}10000"
    assert samples.add(actor, LFP).code == f"{head}10001"


def test_every_fault_of_a_draft_is_told(actor: Actor) -> None:
    bad = SampleDraft(
        title=" ", composition="Li(Fe", form="gas", project="kz:none", made_on="2031-02-30", made_by="kz:none", amount="620",
        hazards=("GHS99",), parents=(Origin("kz:none", "made_from"),),
    )  # fmt: skip
    fields = [fault.facts["field"] for fault in samples.faults_of(actor, bad)]
    assert fields == ["title", "composition", "form", "project", "made_on", "made_by", "amount", "hazards", "parents"]
    with pytest.raises(BadInput):
        samples.add(actor, bad)
    assert not Sample.objects.exists()


def test_hostile_text_is_cleaned_and_kept(actor: Actor) -> None:
    sample = samples.add(
        actor,
        SampleDraft(
            title="<script>alert(1)</script>\u202egnp\x00.exe", synthesis="a\r\nb\x07", tags=("'; drop table",)
        ),
    )
    assert sample.title == "<script>alert(1)</script>gnp.exe"
    assert sample.synthesis == "a\nb"
    assert Tag.objects.get().word == "'; drop table"


def test_who_may(actor: Actor, researcher: Person, administrator: Person, partner: Person) -> None:
    wang, omarova = actor_of(partner, home="kz"), actor_of(administrator, home="kz")
    joint = projects.add(actor, ProjectDraft("Joint", members=(partner.id,)))
    secret = projects.add(actor, ProjectDraft("Secret", restricted=True))
    own = samples.add(actor, LFP)
    hidden = samples.add(actor, dataclasses.replace(LFP, project=secret.id))
    with pytest.raises(BadInput, match="member"):
        samples.add(wang, LFP)
    theirs = samples.add(wang, dataclasses.replace(LFP, project=joint.id))
    assert theirs.institution_id == "kz"  # its home is this node
    for who, sample in ((wang, own), (omarova, hidden)):
        with pytest.raises(NotFound):
            samples.archive(who, sample=sample)
        with pytest.raises(NotFound):
            devices.add(who, sample=sample, draft=DeviceDraft("cell"))
    with pytest.raises(BadInput, match="no such project"):
        samples.add(omarova, dataclasses.replace(LFP, project=secret.id))
    reader = actor_of(researcher, home="kz", rights=frozenset({Right.READ}))
    for attempt in (
        lambda: samples.add(reader, LFP),
        lambda: samples.archive(reader, sample=own),
        lambda: samples.split(reader, sample=own, parts=[Part("1 mg")]),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_the_second_of_two_editors_is_stopped(actor: Actor) -> None:
    sample = samples.add(actor, LFP)
    samples.change(actor, sample=sample, draft=dataclasses.replace(LFP, title="first"), expected_rev=1)
    with pytest.raises(Conflict) as stale:
        samples.change(actor, sample=sample, draft=dataclasses.replace(LFP, title="second"), expected_rev=1)
    assert stale.value.code == "history.stale"
    sample.refresh_from_db()
    assert (sample.title, sample.rev) == ("first", 2)


def test_no_sample_is_made_of_itself(actor: Actor) -> None:
    a = samples.add(actor, LFP)
    b = samples.add(actor, dataclasses.replace(LFP, parents=(Origin(a.id, "made_from"),)))
    c = samples.add(actor, dataclasses.replace(LFP, parents=(Origin(b.id, "made_from"),)))
    for parent in (a, c):
        with pytest.raises(BadInput) as refused:
            samples.change(
                actor,
                sample=a,
                draft=dataclasses.replace(LFP, parents=(Origin(parent.id, "made_from"),)),
                expected_rev=1,
            )
        assert refused.value.code == "sample.cycle"
    family = lineage_of(actor, b)
    assert [(r.sample.code, r.depth) for r in family.ancestors] == [(a.code, 1)]
    assert [(r.sample.code, r.depth) for r in family.descendants] == [(c.code, 1)]
    assert [(r.sample.code, r.depth) for r in lineage_of(actor, c).ancestors] == [(b.code, 1), (a.code, 2)]


def test_relatives_that_one_may_not_see_are_counted_not_named(actor: Actor, administrator: Person) -> None:
    secret = projects.add(actor, ProjectDraft("Secret", restricted=True))
    hidden = samples.add(actor, dataclasses.replace(LFP, project=secret.id))
    child = samples.add(actor, dataclasses.replace(LFP, parents=(Origin(hidden.id, "made_from"),)))
    family = lineage_of(actor_of(administrator, home="kz"), child)
    assert (family.ancestors, family.hidden) == ((), 1)


def test_a_split_takes_from_what_is_left(actor: Actor) -> None:
    sample = samples.add(actor, LFP)
    one, two = samples.split(actor, sample=sample, parts=[Part("0.2 g"), Part("120 mg", "for Nanjing")])
    assert (one.title, two.title, one.composition) == (LFP.title, "for Nanjing", "LiFePO4/C")
    assert str(left_of(sample)) == "300 mg"
    assert one.parents.get().how == "split"
    with pytest.raises(BadInput, match="301 mg is more than the 300 mg"):
        samples.split(actor, sample=sample, parts=[Part("300 mg"), Part("1 mg")])
    with pytest.raises(BadInput, match="cannot be compared"):
        samples.split(actor, sample=sample, parts=[Part("1 mL")])
    assert Sample.objects.count() == 3


def test_archiving_is_undone(actor: Actor) -> None:
    sample = samples.add(actor, LFP)
    assert samples.archive(actor, sample=sample).archived
    back = samples.archive(actor, sample=sample, archived=False)
    assert (back.archived, back.rev, draft_of(back).tags) == (False, 3, ("cathode", "zn"))


def test_the_words_follow_the_sample(actor: Actor) -> None:
    sample = samples.add(actor, LFP)
    assert Term.objects.filter(target=sample.id, term="lifepo4").exists()
    samples.change(actor, sample=sample, draft=SampleDraft(title="графен"), expected_rev=1)
    assert not Term.objects.filter(target=sample.id, term="lifepo4").exists()
    assert Term.objects.filter(target=sample.id, term="графен").exists()


def test_a_cell_knows_its_electrode(actor: Actor) -> None:
    sample = samples.add(actor, LFP)
    electrode = devices.add(
        actor,
        sample=sample,
        draft=DeviceDraft("electrode", properties={"coating_mass": "12.4 mg", "active_fraction": "80 %"}),
    )
    cell = devices.add(
        actor,
        sample=sample,
        draft=DeviceDraft("cell", made_of=electrode.id, properties={"one_c": "170 mAh/g", "area": "1.13"}),
    )
    assert (electrode.code, cell.code) == (f"{sample.code}-E1", f"{sample.code}-C1")
    assert settings_of(cell) == {"active_mass": "9.92 mg", "area": "1.13 cm^2", "nominal_capacity": "1.6864 mAh"}
    assert {known.name: known.of.code for known in properties_of(cell)}["coating_mass"] == electrode.code
    weighed = devices.change(
        actor,
        device=cell,
        draft=DeviceDraft("cell", made_of=electrode.id, properties={"active_mass": "10 mg"}),
        expected_rev=1,
    )
    assert settings_of(weighed) == {
        "active_mass": "10 mg"
    }  # its own mass stands, the electrode's does not contradict it


def test_no_device_is_built_of_itself_or_of_a_stranger(actor: Actor) -> None:
    sample, other = samples.add(actor, LFP), samples.add(actor, LFP)
    electrode = devices.add(actor, sample=sample, draft=DeviceDraft("electrode"))
    cell = devices.add(actor, sample=sample, draft=DeviceDraft("cell", made_of=electrode.id))
    with pytest.raises(BadInput) as cycle:
        devices.change(actor, device=electrode, draft=DeviceDraft("electrode", made_of=cell.id), expected_rev=1)
    assert cycle.value.code == "device.cycle"
    with pytest.raises(BadInput, match="no such device"):
        devices.add(actor, sample=other, draft=DeviceDraft("cell", made_of=electrode.id))


def test_two_at_once_get_two_codes(tmp_path: Path) -> None:
    """Three processes on one node's file, as its workers are: the in-memory database of the other tests has one writer."""
    folder = tmp_path / "node"
    program = [sys.executable, "-c", _ADD_FIVE, str(folder)]
    subprocess.run([sys.executable, "-c", _MAKE_NODE, str(folder)], check=True, env=_ENV)
    running = [subprocess.Popen(program, env=_ENV, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    codes = [code for process in running for code in process.communicate(timeout=120)[0].split()]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(codes) == len(set(codes)) == 15


_ENV = {key: value for key, value in os.environ.items() if key not in ("JOINTLAB_FOLDER", "DJANGO_SETTINGS_MODULE")}
_MAKE_NODE = """
import sys
from pathlib import Path
from jointlab.node.creation import NewNode, fill, make_folder, set_up_django
new = NewNode(Path(sys.argv[1]), "kz", "almaty", "a", "Asia/Almaty", "almaty.example", {"en": "KazNU"}, {"en": "Almaty"})
make_folder(new)
set_up_django(new.folder)
from django.core.management import call_command
call_command("migrate", verbosity=0)
fill(new)
from jointlab.people.operations import add_person
from jointlab.people.records import PersonRecord
add_person(PersonRecord("A. Serikov", "kz", "researcher"))
"""
_ADD_FIVE = """
import sys
from pathlib import Path
from jointlab.node.creation import set_up_django
set_up_django(Path(sys.argv[1]))
from jointlab.laboratory.operations.samples import SampleDraft, add
from jointlab.people.actors import actor_of
from jointlab.people.models import Person
actor = actor_of(Person.objects.get(), home="kz")
for n in range(5):
    print(add(actor, SampleDraft(title=f"n {n}")).code)
"""


def test_a_pattern_without_a_number_is_refused(actor: Actor, settings: object) -> None:
    settings.NODE = dataclasses.replace(settings.NODE, sample_code="{prefix}-{yy}")  # type: ignore[attr-defined]
    with transaction.atomic(), pytest.raises(BadInput) as refused:
        next_code()
    assert refused.value.code == "node.code-pattern"
