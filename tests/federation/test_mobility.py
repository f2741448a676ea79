"""A student's year over two nodes; and two nodes that ask for one place while the link is cut: nobody overspends."""

from typing import Any

import pytest

from tests.federation.nodes import DriverFault, Node, Pair


def _meet(pair: Pair) -> None:
    """What is due is shared and pulled, both ways; counted; and shared again."""
    for _ in range(3):
        for node in (pair.kz, pair.cn):
            node.do("sharing_round('cn+kz'); sign_logs()")
        for node in (pair.kz, pair.cn):
            node.do("pull(); keep_counts()")


def _granted(pair: Pair, terms: str = "") -> None:
    for node, other in ((pair.kz, pair.cn), (pair.cn, pair.kz)):
        node.serve()
        node.do("from tests.federation.mobility_names import *; from jointlab.history.sharing import sharing_round")
        other.do(f"Partner.objects.update(address={node.address!r}, private_allowed=True)")
    _meet(pair)
    pair.kz.do(f"propose_agreement({terms})")
    _meet(pair)
    pair.cn.do("agreement('agree_second')")
    _meet(pair)
    pair.kz.do("agreement('clear')")
    _meet(pair)
    pair.cn.do("agreement('clear')")
    _meet(pair)
    pair.kz.do("agreement('attest')")
    _meet(pair)
    pair.cn.do("agreement('attest')")
    _meet(pair)


def _alike(pair: Pair) -> dict[str, Any]:
    """What both nodes show, which is the same, also after a rebuild."""
    here, there = pair.kz.value("seen()"), pair.cn.value("seen()")
    assert here == there
    assert pair.kz.value("rebuilt()") == pair.cn.value("rebuilt()") == []
    pair.in_step()
    return dict(here)


def _fault(node: Node, code: str) -> str:
    with pytest.raises(DriverFault) as caught:
        node.do(code)
    return caught.value.code


def test_a_students_year_over_two_nodes(pair: Pair) -> None:
    _granted(pair)
    kz, cn = pair.kz, pair.cn
    kz.do("nominate('Botagoz')")
    assert kz.value("figures()") == ["5", "0", "0", "5", "1"], "asked for; the receiving side counts"
    _meet(pair)
    assert _alike(pair)["figures"][0] == ["5", "0", "1", "4", "0"]
    assert _fault(kz, "step('Botagoz', 'admit')") == "process.party"
    for node, names in ((cn, ("admit",)), (kz, ("propose", "sign_person", "sign_sending")), (cn, ("sign_receiving", "arrive", "depart", "transcript")),
                        (kz, ("recognise", "close"))):  # fmt: skip
        for name in names:
            node.do(f"step('Botagoz', {name!r})")
        _meet(pair)
    found = _alike(pair)
    assert (found["cases"][0]["state"], found["figures"][0]) == ("closed", ["5", "1", "0", "4", "0"])
    assert [(one["number"], one["act"], one["home"]) for one in found["entries"]] == [
        (1, "reserve", "cn"),
        (2, "commit", "cn"),
        (3, "use", "cn"),
    ]


@pytest.mark.parametrize("pool", ["apart", "together"])
def test_one_place_asked_for_on_both_nodes_while_the_link_is_cut_is_given_once(pair: Pair, pool: str) -> None:
    """Apart: the sending node asks twice unheard. Together: both nodes spend the last place of one pool at once."""
    _granted(pair, f"limit='1', pool={pool!r}")
    kz, cn = pair.kz, pair.cn
    for node in (kz, cn):
        node.stop()
    kz.do("nominate('Botagoz')")
    if pool == "apart":
        assert _fault(kz, "nominate('Second')") == "places.none_left"
        kz.do("nominate('Second', unasked=True)")
    else:
        cn.do("nominate('Second'); keep_counts()")
        assert cn.value("figures()") == ["1", "0", "1", "0", "0"]
        assert _fault(cn, "nominate('Third')") == "places.none_left"
    for node in (kz, cn):
        assert _fault(node, "sharing_round('cn+kz'); sign_logs(); pull()") == "link.cut"
    for node in (kz, cn):
        node.serve()
    _meet(pair)
    found = _alike(pair)
    assert found["figures"][0] == ["1", "0", "1", "0", "1"], "one has it, one still asks, on both nodes alike"
    held = [one["case"] for one in found["entries"]]
    assert len(held) == len(set(held)) == 1
    first, last = ("Botagoz", "Second") if pool == "apart" else ("Second", "Botagoz")
    if pool == "apart":
        assert _fault(cn, f"step({last!r}, 'admit')") == "places.none_left"
        cn.do(f"step({first!r}, 'refuse')")
        _meet(pair)
        cn.do(f"step({last!r}, 'admit')")
    else:
        kz.do(f"step({first!r}, 'admit')")
        assert _fault(cn, f"step({last!r}, 'admit')") == "places.none_left"
    _meet(pair)
    assert _alike(pair)["figures"][0] == (["1", "0", "1", "0", "0"] if pool == "apart" else ["1", "0", "1", "0", "1"])


def test_withdrawn_there_and_admitted_or_arrived_here_at_once_holds_no_place(pair: Pair) -> None:
    """The sending side's withdrawal stands, the admission is overtaken on both, and the place is free again."""
    _granted(pair, "limit='1'")
    kz, cn = pair.kz, pair.cn
    kz.do("nominate('Botagoz')")
    _meet(pair)
    for node in (kz, cn):
        node.stop()
    kz.do("step('Botagoz', 'withdraw')")
    cn.do("step('Botagoz', 'admit'); keep_counts()")
    for node in (kz, cn):
        node.serve()
    _meet(pair)
    found = _alike(pair)
    assert found["cases"][0]["state"] == "withdrawn"
    assert {one["step"]: one["verdict"] for one in found["steps"]} == {
        "nominate": "stands",
        "withdraw": "stands",
        "admit": "overtaken",
    }
    assert found["figures"][0] == ["1", "0", "0", "1", "0"]
    assert [one["act"] for one in found["entries"]] == ["reserve", "commit", "release"]
    kz.do("nominate('Second')")
    _meet(pair)
    assert _alike(pair)["figures"][0] == ["1", "0", "1", "0", "0"]
    for node, names in ((cn, ("admit",)), (kz, ("propose", "sign_person", "sign_sending")), (cn, ("sign_receiving",))):
        for name in names:
            node.do(f"step('Second', {name!r})")
        _meet(pair)
    for node in (kz, cn):
        node.stop()
    kz.do("step('Second', 'withdraw')")
    cn.do("step('Second', 'arrive'); keep_counts()")
    assert cn.value("figures()") == ["1", "1", "0", "0", "0"], "used, as far as this node knows"
    for node in (kz, cn):
        node.serve()
    _meet(pair)
    assert _alike(pair)["figures"][0] == ["1", "0", "0", "1", "0"], "nobody came: the place is free on both"
