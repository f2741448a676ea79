"""Files of a partner's records: wanted, arrived, and gone for good when the record is erased."""

from collections.abc import Mapping
from hashlib import sha256

import pytest
from django.db import connection

from jointlab.errors import Conflict
from jointlab.history.arrivals import blob_arrived, wanted_blobs
from jointlab.history.blobs import store
from jointlab.history.fsck import fsck
from jointlab.history.models import Blob, SetAside
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.laboratory.models import File, Measurement, Reading, Result
from jointlab.laboratory.operations import files
from jointlab.ledger.canonical import encode
from jointlab.people.actors import Actor
from jointlab.people.models import Person, Token
from tests.integration.conftest import signed_in
from tests.integration.partner import Partner
from tests.node_folder import NODE

pytestmark = pytest.mark.django_db(transaction=True)
RAW = b"raw data of Nanjing, marked with the word zhuhongqi"
FIGURE = {
    "quantity": "capacity",
    "value": "150.1",
    "unit": "mAh/g",
    "uncertainty": "",
    "method": "",
    "includes": "",
    "conditions": [],
    "headline": False,
}
REST = encode([{**FIGURE, "value": "140.2"}, {**FIGURE, "value": "130.3"}])


@pytest.fixture
def nanjing(node: None) -> Partner:
    partner = Partner()
    partner.pair()
    return partner


def _measured(nanjing: Partner, *, raw: bytes = RAW, rest: bytes = REST) -> tuple[str, str, str]:
    """Sample, file and measurement."""
    person, project = nanjing.begin()
    sample = nanjing.sample("0042", by=person, project=project)
    file = nanjing.put(
        "file/1", "file", {"sha256": sha256(raw).hexdigest(), "name": "cell.csv", "size": len(raw), "source": "page", "by": person}
    )  # fmt: skip
    analysis: Mapping[str, object] = {
        "technique": "galvanostatic_cycling", "format": "csv", "versions": [], "figures": [FIGURE],
        "more_figures": sha256(rest).hexdigest(),
    }  # fmt: skip
    measurement = nanjing.put(
        "measurement/1", "measurement",
        {"code": "NJ-M-000001", "file": file, "sample": sample, "by": person, "analysis": analysis},
    )  # fmt: skip
    return sample, file, measurement


def _arrive(data: bytes) -> None:
    stored = store().put([data], limit=1000)
    blob_arrived(sha256=stored.sha256, size=stored.size)


def test_figures_in_a_file_that_is_on_its_way_are_added_when_it_comes(nanjing: Partner) -> None:
    _, file, measurement = _measured(nanjing)
    assert nanjing.followed().set_aside == 0
    assert Measurement.objects.get(id=measurement).results.count() == 1
    wanted = {one.sha256: one.size for one in wanted_blobs("kz+nj")}
    assert wanted == {sha256(RAW).hexdigest(): len(RAW), sha256(REST).hexdigest(): None}
    assert wanted_blobs("kz+ru") == []
    assert fsck().clean
    _arrive(RAW)
    _arrive(REST)
    assert wanted_blobs() == []
    assert list(Result.objects.order_by("order").values_list("value_text", flat=True)) == ["150.1", "140.2", "130.3"]
    assert Result.objects.filter(shown=True).count() == 3
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before
    assert not Reading.objects.filter(file=file).exists()


def test_the_same_bytes_may_come_from_both_sides(nanjing: Partner, actor: Actor) -> None:
    _, file, _ = _measured(nanjing)
    nanjing.followed()
    _arrive(RAW)
    ours = files.receive(actor, chunks=[RAW], name="same.csv", source="page")
    assert ours.new
    assert ours.file.id != file
    assert {row.home for row in File.objects.filter(sha256=sha256(RAW).hexdigest())} == {"kz", "nj"}


def test_a_file_that_nobody_names_any_more_is_not_published(nanjing: Partner) -> None:
    with pytest.raises(Conflict, match="erased"):
        _arrive(b"of nothing")
    assert not Blob.objects.exists()


def test_no_byte_of_what_is_erased_stays_on_the_disk(nanjing: Partner, actor: Actor) -> None:
    _, file, measurement = _measured(nanjing)
    person = nanjing.person("secret", "Xu Zhuhongqi")
    sample = nanjing.sample("0043", by=person, title="Title with the word zhuhongqi", tags=["zhuhongqi"])
    nanjing.followed()
    _arrive(RAW)
    _arrive(REST)
    assert _on_disk(b"zhuhongqi")
    kept = {
        "code": "NJ-26-0043",
        "form": "powder",
        "project": "",
        "institution": "nj",
        "at": "2026-11-20T10:00:00+00:00",
        "by": person,
    }
    nanjing.erase(sample, "sample/1", kept)
    nanjing.erase(measurement, "measurement/1", {"code": "NJ-M-000001"})
    nanjing.erase(file, "file/1", {})
    nanjing.erase(f"{person}.colleague", "colleague/1", {"person": person, "institution": "nj"})
    followed = nanjing.followed()
    assert followed.erased == (sample, measurement, file, f"{person}.colleague")
    assert set(followed.gone) == {sha256(RAW).hexdigest(), sha256(REST).hexdigest()}
    assert not SetAside.objects.exists()
    assert not _on_disk(b"zhuhongqi")
    assert not _on_disk(RAW)
    assert not Blob.objects.exists()
    assert rebuild().changed == ()


def _on_disk(word: bytes) -> bool:
    """In the files of the node; on PostgreSQL, whose files are another's, in the rows."""
    found = any(word.lower() in path.read_bytes().lower() for path in NODE.folder.rglob("*") if path.is_file())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s OR t::text ILIKE %s',
                    [f"%{word.decode()}%", f"%{word.hex()}%"],
                )
                found |= cursor.fetchone()[0] > 0
    return found


def test_the_drive_of_the_partners_instrument_is_at_the_partners_node(nanjing: Partner, administrator: Person) -> None:
    person, _ = nanjing.begin()
    nanjing.put(
        "instrument/1", "smartlab",
        {"slug": "smartlab", "name": "SmartLab", "institution": "nj", "zone": "Asia/Shanghai", "by": person},
    )  # fmt: skip
    assert nanjing.followed().set_aside == 0
    browser = signed_in(administrator)
    assert "/dav/" not in browser.get("/instruments/smartlab").content.decode()
    assert browser.post("/instruments/smartlab").status_code == 403
    assert not Token.objects.exists()
