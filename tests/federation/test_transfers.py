"""A sample travels between two nodes: each side takes its own steps, and both show the same custody and sums."""

from typing import Any

import pytest

from tests.federation.nodes import DriverFault, Node, Pair

PROJECT = "Powders for both"


@pytest.fixture
def shared(pair: Pair) -> Pair:
    """Both sides share a project whose records are due in ten years; a sample of it is in Almaty."""
    for node, other in ((pair.kz, pair.cn), (pair.cn, pair.kz)):
        node.serve()
        node.do("from tests.federation.transfer_names import *; from jointlab.history.sharing import sharing_round")
        other.do(f"Partner.objects.update(address={node.address!r}, private_allowed=True)")
    pair.kz.do(f"offer({PROJECT!r})")
    _meet(pair)
    pair.cn.do(f"agree({PROJECT!r})")
    _meet(pair)
    pair.kz.do(f"make('Anatase', {PROJECT!r}, '620 mg')")
    _meet(pair)
    return pair


def _meet(pair: Pair) -> None:
    """What is due is shared and pulled, both ways."""
    for _ in range(2):
        for node in (pair.kz, pair.cn):
            node.do("sharing_round('cn+kz'); sign_logs()")
        for node in (pair.kz, pair.cn):
            node.do("pull()")


def _alike(pair: Pair) -> dict[str, Any]:
    """What both nodes show, which is the same; it stays so after a rebuild."""
    here, there = pair.kz.value("seen()"), pair.cn.value("seen()")
    assert here["transfers"] == there["transfers"]
    assert here["steps"] == there["steps"]
    assert here["custody"] == there["custody"]
    assert pair.kz.value("rebuilt()") == pair.cn.value("rebuilt()") == []
    pair.in_step()
    return dict(here)


def _fault(node: Node, code: str) -> str:
    with pytest.raises(DriverFault) as caught:
        node.do(code)
    return caught.value.code


def test_there_in_parts_and_back(shared: Pair) -> None:
    kz, cn = shared.kz, shared.cn
    assert cn.value("Sample.objects.count()") == 0  # it is due in ten years; the transfer brings it along at once
    kz.do("ask('Anatase', '180 mg')")
    code = kz.value("Transfer.objects.get().code")
    for step, form in (("clear", ""), ("send", ", amount='180 mg'"), ("depart", "")):
        kz.do(f"take({code!r}, {step!r}{form})")
    _meet(shared)
    found = _alike(shared)["transfers"][0]
    assert (found["state"], found["waits_id"], found["under_way"]) == ("in_transit", "cn", "180")
    assert cn.value("Sample.objects.get().title") == "Anatase"
    assert cn.value(f"offered({code!r})")[0] == "receive"
    assert kz.value(f"offered({code!r})") == ["lose"]
    cn.do(f"take({code!r}, 'receive_part', amount='100 mg')")
    _meet(shared)
    assert list(_alike(shared)["custody"].values()) == [["440 mg", "80 mg", "100 mg", "0 mg", "0 mg", "cn 2026-10-05"]]
    for step, form in (
        ("receive", "amount='78 mg'"), ("use", "amount='30 mg'"), ("send_back", "amount='148 mg'")
    ):  # fmt: skip
        cn.do(f"take({code!r}, {step!r}, {form})")
    _meet(shared)
    kz.do(f"take({code!r}, 'take_back', amount='147 mg')")
    _meet(shared)
    found = _alike(shared)
    assert (found["transfers"][0]["state"], found["transfers"][0]["ended"]) == ("returned", True)
    assert list(found["custody"].values()) == [["587 mg", "0 mg", "0 mg", "30 mg", "3 mg", "cn 2026-10-05"]]
    assert {one["verdict"] for one in found["steps"]} == {"stands"}


def test_both_act_while_the_link_is_cut(shared: Pair) -> None:
    """Sent: who may hold it in the hand decides. Asked for: its owner does. The other step is kept, overtaken, on both."""
    kz, cn = shared.kz, shared.cn
    for _ in range(2):
        kz.do("ask('Anatase', '100 mg')")
    first, second = kz.value("[one.code for one in Transfer.objects.order_by('code')]")
    kz.do(f"take({first!r}, 'clear'); take({first!r}, 'send', amount='100 mg')")
    _meet(shared)
    for node in (kz, cn):
        node.stop()
    kz.do(f"take({first!r}, 'lose'); take({second!r}, 'clear'); take({second!r}, 'send', amount='100 mg')")
    cn.do(f"take({first!r}, 'receive', amount='100 mg'); take({first!r}, 'use', amount='10 mg')")
    cn.do(f"take({second!r}, 'refuse')")
    for node in (kz, cn):
        assert _fault(node, "sharing_round('cn+kz'); sign_logs(); pull()") == "link.cut"
    assert [one["state"] for one in kz.value("seen()")["transfers"]] == ["lost", "sent"]
    assert [one["state"] for one in cn.value("seen()")["transfers"]] == ["received", "refused"]
    for node in (kz, cn):
        node.serve()
    _meet(shared)
    found = _alike(shared)
    assert [one["state"] for one in found["transfers"]] == ["received", "sent"]
    assert {one["step"] for one in found["steps"] if one["verdict"] == "overtaken"} == {"lose", "refuse"}
    assert list(found["custody"].values()) == [["420 mg", "100 mg", "90 mg", "10 mg", "0 mg", "cn 2026-10-05"]]


def test_the_partner_asks_and_custody_goes_on_when_the_project_does_not(shared: Pair) -> None:
    kz, cn = shared.kz, shared.cn
    cn.do(f"make('Carbon', {PROJECT!r}, '2 g')")
    cn.do("share('Carbon')")
    _meet(shared)
    kz.do("ask('Carbon', '50 mg')")
    _meet(shared)
    code = cn.value("Transfer.objects.get().code")
    assert _fault(kz, f"take({code!r}, 'clear')") == "process.party"
    cn.do(f"take({code!r}, 'clear'); take({code!r}, 'send', amount='50 mg')")
    _meet(shared)
    kz.do(f"sharing.end(someone(), project=Project.objects.get(title={PROJECT!r}), partnership=PARTNERSHIP)")
    assert _fault(kz, "ask('Anatase', '1 mg')") == "transfer.not-shared"
    kz.do(f"take({code!r}, 'receive', amount='50 mg')")
    _meet(shared)
    here, there = kz.value("seen()"), cn.value("seen()")
    assert here["steps"] == there["steps"]
    assert here["transfers"] == there["transfers"]
    assert here["transfers"][0]["state"] == "received"
    assert cn.value("Sample.objects.filter(title='Anatase').count()") == 0
