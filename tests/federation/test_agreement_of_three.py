"""An agreement of three institutions on three real nodes: it travels in the partnership of the three and is the same on all."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.federation.nodes import DriverFault, Node
from tests.federation.three import Trio, served

NAMES = "tests.federation.three_agreement_names"


@pytest.fixture
def trio(one_partnership: Path, tmp_path: Path) -> Iterator[Trio]:
    """One partnership of a test's own, served; whole at its end."""
    yield from served(shutil.copytree(one_partnership, tmp_path / "nodes"), names=NAMES)


@pytest.fixture
def paired(all_pairs: Path, tmp_path: Path) -> Iterator[Trio]:
    """The same three, paired two by two."""
    yield from served(shutil.copytree(all_pairs, tmp_path / "nodes"), names=NAMES)


def _alike(trio: Trio) -> dict[str, Any]:
    """What all three show, which is the same, also after a rebuild."""
    shown = [node.value("agreed()") for node in trio.nodes]
    assert shown[0] == shown[1] == shown[2]
    return dict(shown[0])


def _do(trio: Trio, *acts: tuple[Node, str]) -> None:
    for node, act in acts:
        node.do(act)
        trio.quiet()


def _fault(node: Node, code: str) -> str:
    with pytest.raises(DriverFault) as caught:
        node.do(code)
    return caught.value.code


@pytest.mark.timeout(900)  # three nodes, founded first
def test_from_a_draft_to_run_off(trio: Trio) -> None:
    kz, cn, uz = trio.nodes
    project = kz.value("project('Perovskites for three')")
    kz.do(f"sample('Caesium black', {project!r})")
    _do(trio, (kz, "propose()"))
    assert _alike(trio)["case"][1:3] == ["with_second", "cn"]
    assert _fault(uz, "agree('agree_third')") == "process.state"  # the text goes round
    _do(trio, (cn, "agree('accept_second')"))
    assert _alike(trio)["case"][1:3] == ["with_third", "uz"]
    _do(trio, (uz, "counter('5.1', limit=6)"))  # a round of its own: all others agree anew
    assert _alike(trio)["case"][1:3] == ["with_first", "kz"]
    _do(trio, (kz, "agree('accept_first')"), (cn, "agree('agree_second')"))
    hash = _alike(trio)["case"][4]
    for node, next_one in ((cn, "kz"), (kz, "uz"), (uz, "kz")):  # in any order
        _do(trio, (node, "clear()"))
        assert _alike(trio)["case"][1:3] == ["frozen", next_one]
        assert node.value("[one.office for one in Clearance.objects.all()]") == [f"Office of {node.prefix}"]
    assert _fault(uz, "attest()") == "process.state"  # in order
    _do(trio, (kz, "attest()"), (cn, "attest()"))
    found = _alike(trio)
    assert (found["case"][1:3], found["lives"]) == (["attested_second", "uz"], [])
    claimed = cn.value("claim('third', 'reject_third')")
    trio.quiet()
    assert [node.value("aside()") for node in (kz, uz)] == [{claimed: "process.node"}] * 2
    assert _alike(trio) == found
    assert [node.value("shown()")["samples"] for node in (cn, uz)] == [[], []]
    _do(trio, (uz, "attest()"))
    found = _alike(trio)
    assert (found["case"][1], found["lives"]) == ("signed", [[hash, ["in-force"] * 3]])
    assert [node.value("shown()")["samples"] for node in (cn, uz)] == [["Caesium black"]] * 2
    _do(
        trio,
        (uz, "step('ask_third', what='extend', last='2035-12-31', why='It goes well')"),
        (kz, "step('pass_first')"),
    )
    assert _alike(trio)["case"][1:3] == ["asked_of_second", "cn"]
    _do(trio, (cn, "step('grant_second')"))
    _do(trio, (cn, "from tests.days import today; step('notice', on=today().isoformat(), why='We move')"))
    assert _alike(trio)["lives"] == [[hash, ["in-force", "run-off", "terminated"]]]
    assert uz.value("rebuilt()") == []
    _alike(trio)


def test_entered_by_one_and_confirmed_by_each_other(trio: Trio) -> None:
    kz, cn, uz = trio.nodes
    _do(trio, (kz, "enter()"), (cn, "attest()"))
    found = _alike(trio)
    assert (found["case"][1:3], found["lives"]) == (["entered_second", "uz"], [])
    _do(trio, (uz, "attest()"))
    assert [states for _, states in _alike(trio)["lives"]] == [["in-force"] * 3]


def test_two_act_at_once_while_the_third_is_away(trio: Trio) -> None:
    """The reader holds the pen: its agreement stands, the proposer's withdrawal is overtaken on all three."""
    kz, cn, uz = trio.nodes
    _do(trio, (kz, "propose()"))
    uz.stop()
    kz.do("step('withdraw', why='Too early')")
    cn.do("agree('accept_second')")
    uz.serve()
    trio.know()
    trio.quiet()
    found = _alike(trio)
    assert found["case"][1:3] == ["with_third", "uz"]
    assert {one["step"]: one["verdict"] for one in found["steps"]} == {
        "propose": "stands", "accept_second": "stands", "withdraw": "overtaken",
    }  # fmt: skip


def test_without_a_partnership_of_the_three_nothing_is_begun(paired: Trio) -> None:
    kz = paired.kz
    assert _fault(kz, "draft()") == "agreement.apart"
    assert kz.value("bool(draft('cn'))") is True
    kz.do("come_together('cn', 'uz')")  # one word of three
    paired.quiet()
    assert _fault(kz, "draft()") == "agreement.apart"
