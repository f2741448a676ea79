"""Two nodes in folders and processes of their own, and files that travel between them: one laboratory, two logs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


class Site:
    """One node."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder, self.prefix, self.other_size = folder, prefix, 0
        self.vkey: str = self.do("make", prefix)["vkey"]

    def do(self, command: str, *arguments: object) -> Any:
        """A step, in a process of its own."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("JOINTLAB_", "DJANGO_"))
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.integration.node_work", self.folder, command, *map(str, arguments)],
            capture_output=True, text=True, check=False, cwd=ROOT, env=environment, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    def pull(self, other: "Site") -> dict[str, Any]:
        """What is new at the other site."""
        file = self.folder.parent / "page"
        other.do("send", file, self.other_size)
        done: dict[str, Any] = self.do("receive", other.prefix, file)
        self.other_size = done["size"]
        return done


@pytest.fixture
def sites(tmp_path: Path) -> tuple[Site, Site]:
    almaty, nanjing = Site(tmp_path / "almaty", "kz"), Site(tmp_path / "nanjing", "nj")
    almaty.do("pair", "nj", nanjing.vkey)
    nanjing.do("pair", "kz", almaty.vkey)
    return almaty, nanjing


def test_what_is_made_at_one_site_is_seen_at_the_other_and_erased_at_both(sites: tuple[Site, Site]) -> None:
    almaty, nanjing = sites
    project = almaty.do("project", "Cathodes in two cities")["project"]
    almaty.do("agree", project)
    assert nanjing.pull(almaty)["set_aside"] == 0
    nanjing.do("agree", project)
    ours = almaty.do("sample", "Almaty's powder", project)["sample"]
    theirs = nanjing.do("sample", "Nanjing's powder", project)["sample"]
    assert almaty.pull(nanjing)["set_aside"] == 0
    assert nanjing.pull(almaty)["set_aside"] == 0
    nanjing.do("note", ours, "It also looks well in Nanjing.")
    almaty.pull(nanjing)
    here, there = almaty.do("show", ours), nanjing.do("show", ours)
    assert here["samples"] == there["samples"]
    assert {row[0] for row in here["samples"]} == {ours, theirs}
    assert here["notes"] == there["notes"]
    assert len(here["notes"]) == 3
    assert here["logs"] == there["logs"]
    assert (here["mails"], there["mails"]) == (["admin@almaty.example"], ["admin@nanjing.example"])
    assert here["faults"] + there["faults"] + here["changed"] + there["changed"] == []

    almaty.do("erase", ours)
    assert nanjing.pull(almaty)["erased"] == [ours]
    almaty.pull(nanjing)
    here, there = almaty.do("show", ours), nanjing.do("show", ours)
    assert here["acknowledged"] == ["nj"]
    assert {row[0]: row[2] for row in there["samples"]} == {ours: "", theirs: "Nanjing's powder"}
    assert here["samples"] == there["samples"]
    assert here["faults"] + there["faults"] + here["changed"] + there["changed"] == []
    for site in sites:
        bytes_there = b"".join(path.read_bytes() for path in site.folder.rglob("node.sqlite3*"))
        assert b"Almaty's powder" not in bytes_there.replace(b"A note on Almaty's powder", b"")
