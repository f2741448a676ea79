"""Recorded, taken back, computed again, another analysis shown: rows and log agree, and nothing is lost."""

import datetime as dt
import json

import pytest

from jointlab.errors import BadInput, Conflict, NotAllowed, NotFound
from jointlab.history.blobs import store
from jointlab.history.models import Entry
from jointlab.history.registry import Recorded, from_plain, record_type
from jointlab.laboratory.bodies import body_of_answer, body_of_file
from jointlab.laboratory.columns import store_columns
from jointlab.laboratory.computing import keep_plots
from jointlab.laboratory.models import Analysis, Measurement, Reading, Result
from jointlab.laboratory.operations import devices
from jointlab.laboratory.operations import measurements as operations
from jointlab.laboratory.operations.devices import DeviceDraft
from jointlab.ledger.entries import Entry as Line
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.science.door import read_source
from jointlab.science.source import Source
from tests.integration.measured import a_file, a_sample, made

RESULT_FIELDS = [
    field.name for field in Result._meta.concrete_fields if field.name != "id"
]  # numbers of rows are no facts


def test_a_file_on_a_sample_becomes_a_measurement_with_its_figures(actor: Actor) -> None:
    name, data, settings = made("xrdml")
    expected = read_source(Source(name, data), settings)
    sample, file = a_sample(actor), a_file(actor, "xrdml")
    measurement = operations.record(actor, file=file, sample=sample)
    assert measurement.code == "KZ-M-000001"
    assert (measurement.technique, measurement.started[:10]) == ("powder_diffraction", "2026-10-12")
    assert measurement.measured_on.isoformat() == "2026-10-12"
    results = list(measurement.results.order_by("order"))
    assert [(r.quantity, r.value, r.uncertainty) for r in results] == [
        (f.quantity, f.value, f.uncertainty) for f, _ in expected.telling_first()
    ], "stored floats are the computed ones, bit for bit"
    assert all(float(r.value_text) == r.value and r.shown for r in results)
    assert [r.quantity for r in results if r.headline]
    assert {r.id for r in results if r.headline} == {
        r.id for r, (_, telling) in zip(results, expected.telling_first(), strict=True) if telling
    }
    assert Reading.objects.get(file=file).state == "recorded"


def test_one_act_is_one_record(actor: Actor) -> None:
    sample, file = a_sample(actor), a_file(actor, "xrdml")
    before = Entry.objects.count()
    measurement = operations.record(actor, file=file, sample=sample)
    operations.reanalyse(actor, measurement=measurement, settings={"scherrer_k": "0.94"}, why="other shape")
    operations.withdraw(actor, measurement=measurement)
    added = [entry.type for entry in Entry.objects.order_by("position")][before:]
    assert added == ["measurement/1", "analysis/1", "measurement-state/1"]


def test_the_body_of_the_inbox_and_of_a_fresh_reading_are_one(actor: Actor) -> None:
    name, data, settings = made("mpt")
    answer = Reading.objects.get(file=a_file(actor, "mpt")).answer
    read = read_source(Source(name, data), settings)
    kept = keep_plots(read, store())
    assert kept is not None
    fresh = body_of_file(read, settings=settings, tables=store_columns(read), plots_sha256=kept.sha256)
    assert body_of_answer(json.loads(json.dumps(answer)), settings=settings) == fresh
    assert fresh.figures
    assert fresh.chosen


def test_the_same_file_is_not_recorded_twice_on_one_sample(actor: Actor) -> None:
    sample, other, file = a_sample(actor), a_sample(actor, title="Other"), a_file(actor, "xrdml")
    first = operations.record(actor, file=file, sample=sample)
    with pytest.raises(Conflict, match=first.code):
        operations.record(actor, file=file, sample=sample)
    assert operations.record(actor, file=file, sample=other).code == "KZ-M-000002"


def test_withdrawn_and_recorded_again_is_the_same_measurement(actor: Actor) -> None:
    sample, file = a_sample(actor), a_file(actor, "xrdml")
    measurement = operations.record(actor, file=file, sample=sample)
    operations.withdraw(actor, measurement=measurement)
    assert not Result.objects.filter(measurement=measurement, shown=True).exists()
    assert Reading.objects.get(file=file).state == "read"
    with pytest.raises(Conflict, match="withdrawn already"):
        operations.withdraw(actor, measurement=measurement)
    with pytest.raises(Conflict, match="Put it back"):
        operations.reanalyse(actor, measurement=measurement, settings={"scherrer_k": "0.94"})
    again = operations.record(actor, file=file, sample=sample)
    assert (again.id, again.withdrawn) == (measurement.id, False)
    assert Result.objects.filter(measurement=measurement, shown=True).exists()
    assert Reading.objects.get(file=file).state == "recorded"


def test_reanalysis_is_previewed_then_recorded_and_the_old_one_stays(actor: Actor) -> None:
    sample, file = a_sample(actor), a_file(actor, "xrdml")
    measurement = operations.record(actor, file=file, sample=sample)
    entries = Entry.objects.count()
    changed = {**measurement.analyses.get().settings, "scherrer_k": "0.94"}
    found = operations.preview(actor, measurement=measurement, settings=changed)
    assert Entry.objects.count() == entries, "a preview records nothing"
    analysis = operations.reanalyse(actor, measurement=measurement, settings=changed, why="K of spheres")
    assert [(r.quantity, r.value_text, r.uncertainty_text) for r in analysis.results.order_by("order")] == [
        (f.quantity, f.value, f.uncertainty) for f in found.figures
    ]
    old = measurement.analyses.get(number=1)
    size = {a.number: a.results.filter(quantity="crystallite_size").order_by("order")[0].value for a in (old, analysis)}
    assert size[2] / size[1] == pytest.approx(0.94 / 0.9, rel=1e-9), "Scherrer's size is proportional to K"
    assert (old.shown, analysis.shown, analysis.number, analysis.why) == (False, True, 2, "K of spheres")
    assert set(Result.objects.filter(measurement=measurement, shown=True).values_list("analysis", flat=True)) == {
        analysis.id
    }
    with pytest.raises(Conflict, match="same settings"):
        operations.reanalyse(actor, measurement=measurement, settings=changed)


def test_a_marked_analysis_stays_shown_when_a_later_one_comes(actor: Actor) -> None:
    measurement = operations.record(actor, file=a_file(actor, "xrdml"), sample=a_sample(actor))
    operations.reanalyse(actor, measurement=measurement, settings={"scherrer_k": "0.94"})
    operations.show(actor, measurement=measurement, number=1)
    operations.reanalyse(actor, measurement=measurement, settings={"scherrer_k": "1"})
    assert measurement.analyses.get(shown=True).number == 1
    operations.withdraw(actor, measurement=measurement)
    operations.put_back(actor, measurement=measurement)
    assert measurement.analyses.get(shown=True).number == 1, "a withdrawal does not forget the mark"
    operations.show(actor, measurement=measurement, number=0)
    assert measurement.analyses.get(shown=True).number == 3
    assert not Result.objects.filter(measurement=measurement, shown=True).exclude(analysis__number=3).exists()
    with pytest.raises(NotFound):
        operations.show(actor, measurement=measurement, number=9)


def test_a_device_tells_the_reader_its_mass(actor: Actor) -> None:
    sample, file = a_sample(actor), a_file(actor, "mpt", settings={})
    plain = operations.record(actor, file=file, sample=sample)
    cell = devices.add(actor, sample=sample, draft=DeviceDraft("cell", properties={"active_mass": "10 mg"}))
    measured = operations.record(actor, file=file, sample=sample, device=cell)
    assert measured.device == cell
    assert measured.analyses.get().settings == {"active_mass": "10 mg"}
    specific = measured.results.filter(quantity="specific_discharge_capacity").order_by("order")[0].value
    capacity = plain.results.filter(quantity="discharge_capacity").order_by("order")[0].value
    assert specific == pytest.approx(capacity / 0.010, rel=1e-9)
    other = a_sample(actor, title="Other")
    with pytest.raises(BadInput, match="not made of"):
        operations.record(actor, file=file, sample=other, device=cell)


def test_settings_that_nobody_knows_and_values_that_do_not_fit_are_refused(actor: Actor) -> None:
    measurement = operations.record(actor, file=a_file(actor, "xrdml"), sample=a_sample(actor))
    with pytest.raises(BadInput) as fault:
        operations.preview(actor, measurement=measurement, settings={"bet_low": "0.05"})
    assert fault.value.code == "analysis.setting"
    with pytest.raises(BadInput) as fault:
        operations.reanalyse(actor, measurement=measurement, settings={"scherrer_k": "wide"})
    assert (fault.value.code, fault.value.facts["key"]) == ("setting.value", "scherrer_k")
    assert measurement.analyses.count() == 1


def test_after_a_rebuild_a_recorded_file_can_stand_on_another_sample(actor: Actor) -> None:
    file = a_file(actor, "xrdml")
    first = operations.record(actor, file=file, sample=a_sample(actor))
    Reading.objects.filter(file=file).update(answer={})  # as a rebuild leaves it
    second = operations.record(actor, file=file, sample=a_sample(actor, title="Other"))
    assert [(r.quantity, r.value_text) for r in second.results.order_by("order")] == [
        (r.quantity, r.value_text) for r in first.results.order_by("order")
    ]


def test_many_files_on_one_sample_and_one_that_fails(actor: Actor) -> None:
    sample = a_sample(actor)
    files = [a_file(actor, part) for part in ("xrdml", "mpt")]
    Reading.objects.filter(file=files[1]).update(state="question")
    found = operations.record_many(actor, files=files, sample=sample)
    assert [m.file_id for m in found.measurements] == [files[0].id]
    assert [(failed.file.id, failed.fault.code) for failed in found.failed] == [(files[1].id, "measurement.unread")]


def test_more_figures_than_a_record_holds_lie_beside_it(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from jointlab.laboratory import bodies

    monkeypatch.setattr(bodies, "MOST_FIGURES", 3)
    sample, file = a_sample(actor), a_file(actor, "mpt")
    measurement = operations.record(actor, file=file, sample=sample)
    stored = Reading.objects.get(file=file).answer["figures"]
    assert measurement.results.count() == len(stored) > 3
    assert [r.value for r in measurement.results.order_by("order")] == [figure["value"] for figure in stored]


def test_rows_made_again_from_the_log_are_the_same(actor: Actor) -> None:
    measurement = operations.record(actor, file=a_file(actor, "xrdml"), sample=a_sample(actor))
    operations.reanalyse(actor, measurement=measurement, settings={"scherrer_k": "0.94"})
    operations.show(actor, measurement=measurement, number=1)
    operations.withdraw(actor, measurement=measurement)

    def rows() -> list[object]:
        results = Result.objects.order_by("analysis", "order")
        analyses = Analysis.objects.order_by("number")
        return [*Measurement.objects.values(), *analyses.values(), *results.values(*RESULT_FIELDS)]

    before = rows()
    Measurement.objects.all().delete()
    for entry in Entry.objects.order_by("position"):
        known = record_type(entry.type)
        if known.name in ("measurement/1", "analysis/1", "measurement-state/1"):
            line = Line.from_bytes(bytes(entry.entry))
            at = dt.datetime.fromisoformat(line.at)
            recorded = Recorded(line.id, line.type, line.rev, at, entry.position, line.home)
            known.apply(recorded, from_plain(entry.type, json.loads(bytes(entry.body or b"{}"))))
    assert rows() == before


def test_partner_and_reader(actor: Actor, partner: Person, researcher: Person) -> None:
    measurement = operations.record(actor, file=a_file(actor, "xrdml"), sample=a_sample(actor))
    stranger = actor_of(partner, home="kz")
    with pytest.raises(NotFound):
        operations.preview(stranger, measurement=measurement, settings={})
    with pytest.raises(NotFound):
        operations.withdraw(stranger, measurement=measurement)
    from jointlab.people.actors import Right

    reading_only = actor_of(researcher, home="kz", rights=frozenset({Right.READ}))
    with pytest.raises(NotAllowed):
        operations.withdraw(reading_only, measurement=measurement)
    assert not Measurement.objects.get(id=measurement.id).withdrawn
