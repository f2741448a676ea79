"""One partnership of three institutions: founded by three words, one log for each member, and nobody can tell two stories."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.federation.nodes import DriverFault, Node
from tests.federation.three import Trio, served

ALL = "cn+kz+uz"
LOG = f"{ALL}/kz"


@pytest.fixture
def paired(all_pairs: Path, tmp_path: Path) -> Iterator[Trio]:
    """Three paired nodes of a test's own, served; whole at its end."""
    yield from served(shutil.copytree(all_pairs, tmp_path / "nodes"))


@pytest.fixture
def trio(one_partnership: Path, tmp_path: Path) -> Iterator[Trio]:
    """One partnership of a test's own, served; whole at its end."""
    yield from served(shutil.copytree(one_partnership, tmp_path / "nodes"))


def test_three_words_found_a_partnership(paired: Trio) -> None:
    """By the commands: nothing is open before the second word, and each log is for those who have given theirs."""
    kz, cn, uz = paired.nodes
    assert "Two paired nodes share already" in kz.run("partners", "together", "cn", status=1)
    assert f"{ALL}: confirmed by kz; waits for cn, uz" in kz.run("partners", "together", "cn", "uz")
    assert "confirmed" in kz.run("partners", "together", "cn", "uz", status=1)  # once
    paired.quiet()
    assert f"{ALL}: confirmed by kz; waits for cn, uz" in uz.run("partners", "together")
    assert set(kz.value("sizes()")) == {"cn+kz/kz", "cn+kz/cn", "kz+uz/kz", "kz+uz/uz", LOG}
    assert not any(name.startswith(ALL) for name in cn.value("sizes()"))
    cn.run("partners", "together", "kz", "uz")
    paired.quiet()
    assert f"{ALL}/cn" in kz.value("sizes()")
    assert LOG in cn.value("sizes()")
    assert (
        kz.value("overview.state_of(Partner.objects.get(prefix='uz'))") == "in-step"
    )  # what it does not know yet is no debt
    uz.run("partners", "together", "kz", "cn")
    paired.quiet()
    logs = {f"{ALL}/{node.prefix}" for node in paired.nodes}
    for node in paired.nodes:
        assert {name: size for name, size in node.value("sizes()").items() if name in logs} == dict.fromkeys(logs, 1)
        assert f"{ALL}: all members have confirmed" in node.run("partners", "together")
    assert paired.kz.value("overview.state_of(Partner.objects.get(prefix='uz'))") == "in-step"


def test_members_must_be_paired_and_know_each_other_by_the_same_keys(paired: Trio) -> None:
    kz, cn, uz = paired.nodes
    kz.do("come_together('cn', 'uz')")
    paired.quiet()
    uz.do("Partner.objects.filter(prefix='cn').update(code='00000 00000 00000 00000 00000 00000')")  # as if not paired
    with pytest.raises(DriverFault) as caught:
        uz.do("come_together('cn', 'kz')")
    assert caught.value.code == "partnership.not-paired"
    cn.do("one = Partner.objects.get(prefix='uz'); kept = one.recovery; Partner.objects.filter(prefix='uz').update(recovery=Partner.objects.get(prefix='kz').recovery)")  # fmt: skip
    with pytest.raises(DriverFault) as caught:
        cn.do("come_together('kz', 'uz')")
    assert caught.value.code == "partnership.other-nodes"
    assert not any(name.startswith(ALL) for name in cn.value("sizes()"))
    cn.do("Partner.objects.filter(prefix='uz').update(recovery=kept)")


def test_three_share_one_project_and_pairs_keep_their_own(trio: Trio) -> None:
    """What is for all three is with all three; what is for two of them is not with the third; a journey is of two."""
    kz, cn, uz = trio.nodes
    common, pair = kz.value("project('Perovskites for three')"), kz.value("project('Cathodes for Nanjing')")
    kz.do(f"agree({common!r}, 'cn', 'uz'); agree({pair!r}, 'cn')")
    trio.quiet()
    cn.do(f"agree({common!r}, 'kz', 'uz'); agree({pair!r}, 'kz')")
    one, two = kz.value(f"sample('Caesium black', {common!r})"), kz.value(f"sample('Lithium grey', {pair!r})")
    trio.quiet()
    assert cn.value("shown()")["samples"] == ["Lithium grey"]  # one member has not agreed yet
    uz.do(f"agree({common!r}, 'kz', 'cn')")
    trio.quiet()
    for node in (cn, uz):
        assert "Caesium black" in node.value("shown()")["samples"]
    cn.do(f"note({one!r}, 'Nanjing says so', 'a photo from Nanjing')")
    uz.do(f"note({one!r}, 'Tashkent says so')")
    kz.do(f"note({two!r}, 'Dark words')")
    trio.quiet()
    assert kz.value("shown()")["notes"] == ["Dark words", "Nanjing says so", "Tashkent says so"]
    assert cn.value("shown()")["notes"] == ["Dark words", "Nanjing says so", "Tashkent says so"]
    assert uz.value("shown()")["notes"] == ["Nanjing says so", "Tashkent says so"]
    for secret in ("Cathodes for Nanjing", "Lithium grey", "Dark words"):
        assert not trio.holds(uz, secret), secret

    kz.do(
        f"send({one!r}, 'cn', 'Microscopy in Nanjing')"
    )  # the log of three shares the sample, that of two the journey
    trio.quiet()
    assert cn.value("shown()")["transfers"] == kz.value("shown()")["transfers"] == 1
    assert uz.value("shown()")["transfers"] == 0
    assert not trio.holds(uz, "Microscopy in Nanjing")
    kz.do(f"move({one!r}, {pair!r}, 'Renamed since')")  # out of the project of three, on its way to Nanjing
    trio.quiet()
    assert not trio.holds(uz, "Renamed since")
    assert not trio.holds(uz, "Caesium black")

    kz.do(f"forget({one!r})")
    trio.quiet()
    for node in trio.nodes:
        assert not trio.holds(node, "Caesium black")


def test_only_members_are_told_what_others_hold(trio: Trio) -> None:
    _, cn, uz = trio.nodes
    shown = f"/fed/v1/mirror/{LOG}/checkpoint"
    assert cn.value(f"asks({uz.address!r}, {shown!r})") == "200"
    assert uz.value(f"asks({cn.address!r}, {shown!r})") == "200"
    assert uz.value(f"asks({cn.address!r}, '/fed/v1/mirror/cn+kz/kz/checkpoint')") == "partner.not-found"
    assert cn.value(f"asks({uz.address!r}, '/fed/v1/mirror/{ALL}/xx/checkpoint')") == "partner.not-found"
    assert cn.value(f"asks({uz.address!r}, '/fed/v1/mirror/{LOG}/entries?from=0')") == "partner.not-found"


class Liar:
    """Two nodes with one key: as the partners must see a home that shows each of them another log."""

    def __init__(self, trio: Trio) -> None:
        self.trio = trio
        kz = trio.kz
        kz.close()
        self.other = Node(Path(shutil.copytree(kz.folder, kz.folder.with_name("kz-two"))), "kz")
        for node in (kz, self.other):
            node.serve()
            node.do("from tests.federation.three_names import *")
        trio.know()
        trio.uz.do(f"Partner.objects.filter(prefix='kz').update(address={self.other.address!r})")

    def says(self, to_nanjing: int, to_tashkent: int) -> None:
        """So many records to each, none of them the same; signed, and pulled by the one that it is for."""
        for node, count in ((self.trio.kz, to_nanjing), (self.other, to_tashkent)):
            node.do(f"[share({ALL!r}, [write_word(n)]) for n in range({count})]; sign_logs()")
        self.trio.cn.do("pull_from('kz')")
        self.trio.uz.do("pull_from('kz')")


@pytest.fixture
def liar(trio: Trio) -> Iterator[Liar]:
    """Almaty tells two stories; its own folders are not asked whether they are whole."""
    made = Liar(trio)
    try:
        yield made
    finally:
        made.other.close()


def _state(node: Node) -> list[object]:
    found: list[object] = node.value(
        f"[Log.objects.get(name={LOG!r}).state, list(Halt.objects.values_list('log', 'reason'))]"
    )
    return found


@pytest.mark.parametrize(
    ("to_nanjing", "to_tashkent"),
    [
        pytest.param(2, 2, id="same"),
        pytest.param(5, 3, id="smaller", marks=pytest.mark.long),
        pytest.param(3, 5, id="larger"),
    ],
)
def test_29_different_logs_for_two_members(liar: Liar, tmp_path: Path, to_nanjing: int, to_tashkent: int) -> None:
    """Scenario 29: found at the next pull between the two who were lied to, proved to anybody by the file alone."""
    cn, uz = liar.trio.cn, liar.trio.uz
    liar.says(to_nanjing, to_tashkent)
    honest = ["open", []]
    assert _state(cn) == _state(uz) == honest
    split = ["halted", [[LOG, "split-view"]]]
    uz.do("pull_from('cn')")
    cn.do("pull_from('uz')")
    found = [_state(node) == split for node in (cn, uz)]
    assert found == [to_nanjing >= to_tashkent, to_tashkent >= to_nanjing]  # who holds more has both roots at hand
    liar.says(2, 2)  # who holds less sees it as soon as its copy gets there
    assert _state(cn) == _state(uz) == split
    for number, node in enumerate((cn, uz)):
        proof = tmp_path / f"evidence-{number}.json"
        assert "was shown another log of KZ" in node.run("verify", LOG, "--save", str(proof), status=1)
        said = json.loads(proof.read_text())
        assert said["held"] != said["shown"]
        stranger = cn if node is uz else uz
        assert "Proof: " in stranger.run("verify", str(proof))
        assert node.value("Log.objects.filter(kind='mirror', state='halted').count()") == 1  # other logs go on
        page = node.value("page('/partners/kz')")
        assert "Another member was shown another log." in page
        assert "halted" in node.run("status")
        node.run("partners", "settle", LOG, "--why", "A mistake.")
    uz.do("pull_from('cn')")
    cn.do("pull_from('uz')")
    assert "halted" in (_state(cn)[0], _state(uz)[0])  # who settles it without reason is stopped again


def test_members_compare_without_a_link_of_their_own(liar: Liar, tmp_path: Path) -> None:
    """A node that nobody can call brings what it holds; a disk carries it."""
    cn, uz = liar.trio.cn, liar.trio.uz
    uz.do("Partner.objects.filter(prefix='cn').update(reach='we-deliver')")
    cn.do("Partner.objects.filter(prefix='uz').update(reach='they-deliver', address='')")
    liar.says(4, 2)
    uz.do("pull_from('cn')")
    assert _state(cn) == ["halted", [[LOG, "split-view"]]]  # told by the only one that opens connections
    assert _state(uz) == ["open", []]
    cn.run("partners", "settle", LOG, "--why", "To see what the disk says.")
    uz.do("Sighting.objects.all().delete()")
    disk = tmp_path / "disk"
    disk.mkdir()
    uz.run("carry", "out", str(disk), "--for", "cn")
    assert (disk / "jointlab" / "uz" / ALL / "kz.seen").exists()
    cn.run("carry", "in", str(disk))
    assert _state(cn) == ["halted", [[LOG, "split-view"], [LOG, "split-view"]]]
