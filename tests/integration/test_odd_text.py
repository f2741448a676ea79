"""Text that databases or forms of Unicode differ about, out of a file: recorded, and proved by the fixture's fsck."""

import json

from jointlab.laboratory.models import Analysis, Reading
from jointlab.laboratory.operations import files, measurements
from jointlab.laboratory.reading_apart import read_file
from jointlab.laboratory.tasks import task_of, write_reading
from jointlab.people.actors import Actor
from tests.integration.measured import a_sample

ISOTHERM = {
    "isotherm_data": [{"pressure": p / 10, "loading": 1 + p / 10} for p in range(1, 9)], "adsorbate": "N2", "temperature": 77.355,
    "pressure_mode": "absolute", "pressure_unit": "bar", "loading_basis": "molar", "loading_unit": "mmol",
    "material_basis": "mass", "material_unit": "g", "material": "sil\0ica", "user": "Ju\u0308rgen \ud800", "e\u0301tat": "sec",
}  # fmt: skip


def test_it_is_stored_on_every_database_and_rebuilt_alike(actor: Actor) -> None:
    data = json.dumps(ISOTHERM).encode()
    file = files.receive(actor, chunks=[data], name="isotherm.json", source="page").file
    write_reading(file, read_file(task_of(file)))
    assert Reading.objects.get(file=file).state == "read"
    file.refresh_from_db()
    measurement = measurements.record(actor, file=file, sample=a_sample(actor))
    facts = str(Analysis.objects.get(measurement=measurement).answer["facts"])
    assert "sil�ica" in facts and "Jürgen �" in facts
