"""`jointlab demo --once`: the check that anyone can script."""

import json
import subprocess
import sys

from jointlab.science.demonstration.laboratory import FILES


def test_one_command_builds_both_nodes_and_proves_them() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jointlab.node", "demo", "--once"], capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    almaty, nanjing = answer["nodes"]["almaty"], answer["nodes"]["nanjing"]
    assert answer["in_step"] is True
    assert answer["seconds"] > 0
    assert (almaty["refused"], nanjing["refused"]) == (1, 0)
    for node in (almaty, nanjing):
        assert node["fsck"] == "clean"
        assert [log["name"] for log in node["logs"]] == ["cn+kz/cn", "cn+kz/kz", "house"]
        assert node["logs"][2]["size"] > 20
    assert almaty["logs"][:2] == nanjing["logs"][:2]  # sizes and roots
    ours = len(FILES) - 1
    foreign = almaty["measurements"] + nanjing["measurements"] - ours
    assert 5 <= foreign <= ours  # what the clause covers stands at both, the rest at one
    assert answer["shared"] > 100
    assert (almaty["transfers"], nanjing["transfers"]) == (["KZ-26-0203-T1 partly_received"],) * 2
    assert almaty["figures"] > 100 < nanjing["figures"]
    assert almaty["agreements"] == nanjing["agreements"]
    assert [one["state"] for one in almaty["agreements"]] == ["in-force"] * 3
    assert all(len(one["version"]) == 64 for one in almaty["agreements"])
    assert almaty["places"] == nanjing["places"] != []
    assert sorted((one["clause"], one["limit"], one["used"]) for one in almaty["places"]) == [
        ("3.1", "5", "0"), ("3.2", "5", "0"), ("5.1", "5", "1"), ("5.2", "5", "0"),
    ]  # fmt: skip
    assert almaty["shared_under"] == nanjing["shared_under"]
    assert {one["from"] for one in almaty["shared_under"]} == {"cn", "kz"}
