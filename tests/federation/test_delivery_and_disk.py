"""A node that cannot be reached, and one without any link: the same end state."""

from pathlib import Path

from tests.federation.nodes import Pair


def test_by_a_disk(pair: Pair, tmp_path: Path) -> None:
    """There and back: pages first, receipts with the next journey; carried twice, nothing changes."""
    pair.kz.do("grow(20)")
    found = []
    for _ in range(2):
        for node in (pair.kz, pair.cn):
            node.do(f"carrying.carry_out(Path({str(tmp_path)!r}))")
        for node in (pair.kz, pair.cn):
            found.append(node.value(f"vars(carrying.carry_in(Path({str(tmp_path)!r})))"))
    assert [one["entries"] for one in found] == [1, 21, 0, 0]
    assert [one["receipts"] for one in found] == [0, 0, 1, 1]
    assert not any(one["refused"] for one in found)
    pair.in_step()


def test_outbound_only(pair: Pair) -> None:
    """Nanjing opens every connection: it pulls, and delivers its own log page by page."""
    pair.kz.serve()
    pair.kz.do("grow(5); Partner.objects.update(reach='they-deliver')")
    pair.cn.do(f"grow(1200); Partner.objects.update(reach='we-deliver', address={pair.kz.address!r}); pull()")
    pair.in_step()
    assert pair.kz.value("Delivered.objects.count()") == 0
    assert pair.cn.value("Receipt.objects.get(log='cn+kz/cn').size") == 1201


def test_the_node_that_is_only_visited_says_how_the_link_is(pair: Pair) -> None:
    """In step when nothing waits, behind when something does, what was brought counted; a pull has nothing to do there."""
    pair.kz.serve()
    pair.kz.do("Partner.objects.update(reach='they-deliver', address='')")
    pair.cn.do(f"Partner.objects.update(reach='we-deliver', address={pair.kz.address!r})")
    links = "from jointlab.federation.links import link_state; seen = link_state(Partner.objects.get()); value = [seen.state, seen.to_send]"
    assert pair.kz.do(links) == ["behind", 1]
    pair.cn.do("grow(30); pull()")
    assert pair.kz.do(links) == ["in-step", 0]
    assert "in-step" in pair.kz.run("status")
    brought = pair.kz.value("Partner.objects.get().received")
    assert brought == pair.cn.value("Partner.objects.get().sent") > 0
    assert pair.kz.value("Partner.objects.get().sent") == pair.cn.value("Partner.objects.get().received") > 0
    pair.cn.do("pull()")
    assert pair.kz.value("Partner.objects.get().received") == brought  # nothing new was brought
    assert "opens the link itself and brings its pages" in pair.kz.run("pull")
    pair.kz.do("grow(3)")
    assert pair.kz.do(links) == ["behind", 3]
    pair.in_step("cn+kz/cn")
