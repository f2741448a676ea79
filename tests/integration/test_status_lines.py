"""`jointlab status`: times to the minute with their zone, one entry is one entry."""

import datetime as dt
from argparse import Namespace

import pytest

from jointlab.federation import overview
from jointlab.federation.verifying import verify_log
from jointlab.history.logs import HOUSE
from jointlab.node.partner_commands import run_status
from jointlab.people.actors import Actor


def test_times_and_numbers_read_well(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    at = dt.datetime(2026, 11, 23, 7, 23, 51, 978319, dt.timezone(dt.timedelta(hours=5)))
    logs = [{"log": f"cn+kz/{size}", "size": size, "state": "open", "said": ""} for size in (1, 2)]
    seen = {
        "prefix": "cn",
        "state": "in-step",
        "paired": True,
        "confirmed": True,
        "proof_at": at,
        "sentence": "",
        "logs": logs,
    }
    fresh = {**seen, "prefix": "tr", "paired": False, "proof_at": None, "logs": []}
    monkeypatch.setattr(overview, "overview", lambda: {"partners": [seen, fresh]})
    run_status(Namespace(json=False))
    said = capsys.readouterr().out
    assert "last proof 2026-11-23 02:23 UTC\n" in said
    assert "tr  waiting  last proof never\n    waits for the other side's confirmation\n" in said
    assert " 1 entry  " in said and " 2 entries  " in said


def test_a_name_of_no_log_is_answered_with_the_names_there_are(actor: Actor) -> None:
    lines, good = verify_log("cn")
    assert (lines[0], good) == ("There is no log cn here.", False)
    assert f"    {HOUSE}" in lines
    assert verify_log(lines[-1].strip())[1]
