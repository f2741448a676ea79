"""An agreement between two nodes: proposed, answered, agreed to, cleared, attested by both, amended; the same on both."""

from typing import Any

import pytest

from tests.federation.nodes import DriverFault, Node, Pair
from tests.federation.test_transfers import _meet


@pytest.fixture
def served(pair: Pair) -> Pair:
    for node, other in ((pair.kz, pair.cn), (pair.cn, pair.kz)):
        node.serve()
        node.do("from tests.federation.agreement_names import *; from jointlab.history.sharing import sharing_round")
        other.do(f"Partner.objects.update(address={node.address!r}, private_allowed=True)")
    _meet(pair)
    return pair


def _alike(pair: Pair) -> dict[str, Any]:
    """What both nodes show, which is the same, also after a rebuild."""
    here, there = pair.kz.value("seen()"), pair.cn.value("seen()")
    assert here == there
    assert pair.kz.value("rebuilt()") == pair.cn.value("rebuilt()") == []
    assert pair.kz.value("seen()") == here
    pair.in_step()
    return dict(here)


def _fault(node: Node, code: str) -> str:
    with pytest.raises(DriverFault) as caught:
        node.do(code)
    return caught.value.code


def _signed(pair: Pair) -> None:
    """From the table to both signatures."""
    kz, cn = pair.kz, pair.cn
    for node, step in ((cn, "agree()"), (kz, "clear()"), (cn, "clear()"), (kz, "attest()"), (cn, "attest()")):
        node.do(step)
        _meet(pair)


def test_from_a_proposal_to_force_and_an_amendment(served: Pair) -> None:
    kz, cn = served.kz, served.cn
    kz.do("propose()")
    _meet(served)
    found = _alike(served)
    assert [(one["state"], one["waits_id"]) for one in found["cases"]] == [("with_second", "cn")]
    cn.do("answer('5.1', limit=6)")
    _meet(served)
    found = _alike(served)
    assert (len(found["texts"]), found["cases"][0]["waits_id"]) == (2, "kz")
    kz.do("agree()")
    _meet(served)
    for node in (kz, cn):
        node.do("clear()")
        _meet(served)
    assert _fault(cn, "attest()") == "process.state"  # the first party attests first
    kz.do("attest()")
    _meet(served)
    assert _alike(served)["lives"] == []
    cn.do("attest()")
    _meet(served)
    found = _alike(served)
    assert [one["state"] for one in found["cases"]] == ["signed"]
    assert [(number, states) for number, _, states in found["lives"]] == [(1, ["in-force"] * 3)]
    assert [one[:1] for one in found["listed"]] and [one[2] for one in found["listed"]] == ["in-force"]
    for node, other in ((kz, "cn"), (cn, "kz")):  # a house's own note stays in the house
        assert node.value("[one.office for one in Clearance.objects.all()]") == [f"Office of {node.prefix}"]
        assert other not in node.value("str(list(Clearance.objects.values_list('office')))")
    kz.do("amend(days=10)")
    _meet(served)
    _signed(served)
    found = _alike(served)
    assert [(number, states) for number, _, states in found["lives"]] == [
        (1, ["in-force", "in-force", "run-off"]), (2, ["not-yet", "not-yet", "in-force"]),
    ]  # fmt: skip


def test_both_act_while_the_link_is_cut(served: Pair) -> None:
    """Who reads the text holds the pen: its answer stands, the other's withdrawal is kept as overtaken, on both."""
    kz, cn = served.kz, served.cn
    kz.do("propose()")
    _meet(served)
    for node in (kz, cn):
        node.stop()
    kz.do("take('withdraw', why='Too early')")
    cn.do("agree()")
    for node in (kz, cn):
        node.serve()
    _meet(served)
    found = _alike(served)
    assert found["cases"][0]["state"] == "frozen"
    assert {one["step"]: one["verdict"] for one in found["steps"]} == {
        "propose": "stands",
        "agree_second": "stands",
        "withdraw": "overtaken",
    }
    assert _fault(kz, "attest()") == "agreement.not_cleared"


def test_both_hand_out_the_files_that_were_printed_when_the_text_was_frozen(served: Pair) -> None:
    """Nanjing agrees and prints; Almaty knows the hashes with the step, says that the files are away, and fetches the same bytes."""
    kz, cn = served.kz, served.cn
    kz.do("from tests.federation.blob_names import fetch")
    kz.do("propose()")
    _meet(served)
    assert {recorded for recorded, _ in cn.value("papers()").values()} == {""}  # printed on request till then
    cn.do("agree()")
    _meet(served)
    there, here = cn.value("papers()"), kz.value("papers()")
    assert len(there) == 6 and all(recorded == served for recorded, served in there.values())
    assert here == {name: [recorded, "agreement.paper_away"] for name, (recorded, _) in there.items()}
    assert kz.value("fetch()")["files"] == len(there)
    assert kz.value("papers()") == there
    _alike(served)


def test_the_files_are_printed_ahead_and_once_more_at_the_other_node(served: Pair) -> None:
    """Nanjing's worker prints what it reads before it agrees; Almaty's prints what Nanjing printed, and finds it alike."""
    kz, cn = served.kz, served.cn
    kz.do("propose()")
    assert kz.value("in_background()") == 0, "it is the other side that reads"
    _meet(served)
    assert cn.value("in_background()") == 1
    cn.do("agree_without_typst()")
    assert cn.value("(in_background(), comparison())") == [0, None], "nobody compares what the own side printed"
    _meet(served)
    assert kz.value("comparison()") == "waiting"
    assert kz.value("(in_background(), comparison(), in_background())") == [1, "alike", 0]
    _alike(served)


def test_a_digital_signature_travels_and_the_key_stays(served: Pair) -> None:
    """Almaty signs with a key; Nanjing verifies it, fetches the PDF with the signature inside, and never gets the sealed key."""
    kz, cn = served.kz, served.cn
    for node in (kz, cn):
        node.do("from tests.federation.blob_names import fetch")
    kz.do("propose()")
    _meet(served)
    cn.do("agree()")
    _meet(served)
    kz.value("fetch()")
    kz.do("sign_digitally()")
    _meet(served)
    (mine, keys), (theirs, none) = kz.value("digital()"), cn.value("digital()")
    assert (keys, none, len(mine)) == (1, 0, 1)
    assert theirs == [[*mine[0][:4], False]]  # the file is still at Almaty
    assert cn.value("fetch()")["files"] == 1
    assert cn.value("digital()")[0] == mine
    cn.do("sign_digitally()")
    _meet(served)
    assert [one[1] for one in kz.value("digital()")[0]] == ["kz", "cn"]
    _alike(served)
