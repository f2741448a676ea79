"""`jointlab erase` on a real node: asks, erases on a ground, and the node is proved afterwards."""

import json
from pathlib import Path

from tests.real_node import made_node

MAKE = """
from django.conf import settings
from jointlab.laboratory.operations import notes, samples
from jointlab.laboratory.operations.notes import NewFile
from jointlab.laboratory.operations.samples import SampleDraft
from jointlab.people.actors import actor_of
from jointlab.people.models import Account
actor = actor_of(Account.objects.get(login="serikov").person, home=settings.NODE.prefix)
sample = samples.add(actor, SampleDraft(title="LFP"))
note = notes.add(actor, sample=sample, text="A face.", files=[NewFile("face.jpg", [b"a face"])])
print(json.dumps([sample.code, note.id, actor.person]))
"""
LOOK = """
from jointlab.history.blobs import store
from jointlab.history.models import Record
from jointlab.laboratory.models import Note
print(json.dumps([Note.objects.count(), len(list(store().names())), Record.objects.filter(erased=True).count()]))
"""
GROUND = ("--ground", "Request of 3 May 2026")


def test_a_record_is_erased_by_an_administrator_on_a_ground(tmp_path: Path) -> None:
    with made_node(tmp_path / "node") as node:
        node.add_user("serikov")
        code, note, person = node.ask(MAKE)
        assert "Nobody is here to confirm" in node.run("erase", note, *GROUND, "--as", "omarova", status=1)
        assert "right to administer" in node.run("erase", note, *GROUND, "--as", "serikov", "--yes", status=1)
        assert "Say who does this" in node.run("erase", note, *GROUND, "--yes", status=1)
        assert "There is no record" in node.run("erase", "none", *GROUND, "--as", "omarova", "--yes", status=1)
        assert "Say on which ground" in node.run("erase", note, "--ground", " ", "--as", "omarova", "--yes", status=1)
        assert node.ask(LOOK) == [1, 1, 0]
        said = node.run("erase", note, *GROUND, "--as", "omarova", "--yes")
        assert f"Note A face. ({note})" in said and "1 versions and 1 files (6 bytes)" in said
        assert "Erased: 1 records, 1 files" in said
        assert node.ask(LOOK) == [0, 0, 1]
        assert code in node.run("erase", code, *GROUND, "--as", "omarova", "--yes")
        assert "has been erased already" in node.run("erase", code, *GROUND, "--as", "omarova", "--yes", status=1)
        node.run("erase", f"https://almaty.example/people/{person}", *GROUND, "--as", "omarova", "--yes")
        report = node.fsck()
        assert report["clean"] and report["size"] == report["entries"], json.dumps(report)
