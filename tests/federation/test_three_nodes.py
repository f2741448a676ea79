"""A third institution: every pairing makes a partnership of its own, and nothing of one reaches the other."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.federation.nodes import DriverFault
from tests.federation.three import Trio, marry_three, served


@pytest.fixture(scope="session")
def two_partnerships(trio_strangers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Almaty is paired with Nanjing, and with Tashkent; these two do not know each other."""
    folder = tmp_path_factory.mktemp("paired-three") / "nodes"
    shutil.copytree(trio_strangers, folder)
    marry_three(folder, all_pairs=False)
    return folder


@pytest.fixture
def trio(two_partnerships: Path, tmp_path: Path) -> Iterator[Trio]:
    """Three nodes of a test's own; whole at its end."""
    yield from served(shutil.copytree(two_partnerships, tmp_path / "nodes"))


def test_a_second_partner_is_paired_by_the_commands(trio_strangers: Path, tmp_path: Path) -> None:
    trio = Trio(shutil.copytree(trio_strangers, tmp_path / "nodes"))
    try:
        trio.serve()
        kz = trio.kz
        for other in (trio.cn, trio.uz):
            said = kz.run("partners", "pair", other.address, "--here", kz.address, "--private")
            code = re.search(r"\d{5}( \d{5}){5}", said)
            assert code
            kz.run("partners", "confirm", other.prefix, given=f"{code[0]}\n")
            other.run("partners", "confirm", "kz", "--code", code[0], "--private")
        trio.know()
        trio.quiet()
        listed = kz.run("partners")
        assert "shares with: cn+kz" in listed
        assert "shares with: kz+uz" in listed
        assert kz.value("sizes()").keys() == {"cn+kz/kz", "cn+kz/cn", "kz+uz/kz", "kz+uz/uz"}
        assert trio.cn.value("sizes()").keys() == {"cn+kz/kz", "cn+kz/cn"}
        for node in (trio.cn, trio.uz):
            assert node.value("[one.paired for one in Partner.objects.all()]") == [True]
        assert not trio.holds(trio.cn, "tashkent.example")
        assert not trio.holds(trio.uz, "nanjing.example")
        trio.check()
    finally:
        trio.close()


def test_audiences_never_mix(trio: Trio) -> None:
    """Projects, samples, words, files, erasures, search: what is for Nanjing is nowhere in Tashkent's folder."""
    kz, cn, uz = trio.nodes
    first, both = kz.value("project('Cathodes for Nanjing')"), kz.value("project('Perovskites for everybody')")
    kz.do(f"agree({first!r}, 'cn'); agree({both!r}, 'cn')")
    one, two = kz.value(f"sample('Lithium grey', {first!r})"), kz.value(f"sample('Caesium black', {both!r})")
    kz.do(f"note({one!r}, 'Dark words', 'a photo for Nanjing'); note({two!r}, 'Bright words', 'a photo for all')")
    trio.quiet()
    cn.do(f"agree({first!r}, 'kz'); agree({both!r}, 'kz')")
    trio.quiet()
    assert cn.value("shown()")["samples"] == ["Caesium black", "Lithium grey"]
    assert uz.value("shown()")["projects"] == []

    kz.do(f"agree({both!r}, 'uz')")  # apart, and confirmed apart
    trio.quiet()
    assert uz.value("shown()")["projects"] == ["Perovskites for everybody"]
    assert uz.value("shown()")["samples"] == []
    uz.do(f"agree({both!r}, 'kz')")
    trio.quiet()
    assert uz.value("shown()")["samples"] == uz.value("found('black')") == ["Caesium black"]
    assert uz.value("found('grey')") == []
    assert kz.value(f"with_whom({two!r})") == ["cn", "uz"]
    assert kz.value(f"with_whom({one!r})") == ["cn"]

    from_cn = cn.value(f"sample('Sodium from Nanjing', {both!r})")  # a partner's own, in the project of both
    cn.do(f"note({two!r}, 'Nanjing says so', 'a photo from Nanjing')")
    uz.do(f"note({two!r}, 'Tashkent says so')")
    trio.quiet()
    kz.do(f"note({from_cn!r}, 'Almaty on the one of Nanjing')")
    trio.quiet()
    assert kz.value("shown()")["notes"] == sorted(["Dark words", "Bright words", "Nanjing says so", "Tashkent says so", "Almaty on the one of Nanjing"])  # fmt: skip
    assert cn.value("shown()")["notes"] == sorted(["Dark words", "Bright words", "Nanjing says so", "Almaty on the one of Nanjing"])  # fmt: skip
    assert uz.value("shown()")["notes"] == ["Bright words", "Tashkent says so"]
    for secret in ("Cathodes for Nanjing", "Lithium grey", "Dark words", "photo for Nanjing", "Sodium from Nanjing", "Nanjing says so", "on the one of Nanjing", "cn+kz", "nanjing.example", "cn:"):  # fmt: skip
        assert not trio.holds(uz, secret), secret
    for secret in ("Tashkent says so", "kz+uz", "tashkent.example", "uz:"):
        assert not trio.holds(cn, secret), secret

    kz.do(
        f"[forget(id) for id in Note.objects.filter(text='Bright words').values_list('id', flat=True)]; forget({two!r})"
    )
    trio.quiet()
    for node in (kz, cn, uz):
        assert not trio.holds(node, "Caesium black")
        assert not trio.holds(node, "Bright words")
    assert kz.value(f"answered({two!r})") == ["cn", "uz"]


def test_only_members_are_answered(trio: Trio) -> None:
    """Logs, copies and files of one partnership are not there for the other's member."""
    kz, cn, uz = trio.nodes
    only = kz.value("project('Only Nanjing')")
    kz.do(f"agree({only!r}, 'cn')")
    trio.quiet()
    cn.do(f"agree({only!r}, 'kz')")
    sample = kz.value(f"sample('Hidden', {only!r})")
    kz.do(f"note({sample!r}, 'With a file', 'bytes that only Nanjing may have')")
    trio.quiet()
    sha256 = kz.value(
        "__import__('jointlab.history.models').history.models.NamedBlob.objects.get(log='cn+kz/kz').sha256"
    )
    assert cn.value(f"asks({kz.address!r}, '/fed/v1/blobs/{sha256}')") == "200"
    for path in (
        f"/fed/v1/blobs/{sha256}", f"/fed/v1/blobs/{sha256}/chunks", "/fed/v1/logs/cn+kz/kz/checkpoint",
        "/fed/v1/logs/cn+kz/kz/entries?from=0", "/fed/v1/logs/cn+kz/kz/proof?index=0", "/fed/v1/mirror/cn+kz/cn/checkpoint",
        "/fed/v1/mirror/cn+kz/cn/entries?from=0",
    ):  # fmt: skip
        assert uz.value(f"asks({kz.address!r}, {path!r})") == "partner.not-found", path
    assert uz.value(f"asks({cn.address!r}, '/fed/v1/logs')") == "partner.not-paired"


def test_what_came_from_one_partner_is_never_shared_with_another(trio: Trio) -> None:
    kz, cn, uz = trio.nodes
    theirs = cn.value("project('Of Nanjing')")
    cn.do(f"agree({theirs!r}, 'kz')")
    trio.quiet()
    kz.do(f"agree({theirs!r}, 'cn')")
    cn.value(f"sample('Made in Nanjing', {theirs!r})")
    ours = kz.value(f"sample('Made in Almaty for Nanjing', {theirs!r})")
    trio.quiet()
    with pytest.raises(DriverFault) as caught:
        kz.do(f"agree({theirs!r}, 'uz')")
    assert caught.value.code == "sharing.other-audience"
    kz.do(f"share('kz+uz', [{ours!r}])")  # not even by a mistake of this program: it rests on Nanjing's project
    trio.quiet()
    assert uz.value("shown()")["samples"] == []
    assert not trio.holds(uz, "Nanjing")
    assert uz.value("sizes()") == {"kz+uz/kz": 1, "kz+uz/uz": 1}


def test_a_sample_on_a_journey_to_one_partner_leaves_the_other(trio: Trio) -> None:
    """It goes to Nanjing, and out of the project that Tashkent shares: what is said of it then is not for Tashkent."""
    kz, cn, uz = trio.nodes
    both, secret = kz.value("project('For both')"), kz.value("project('For nobody')")
    kz.do(f"agree({both!r}, 'cn'); agree({both!r}, 'uz')")
    trio.quiet()
    cn.do(f"agree({both!r}, 'kz')")
    uz.do(f"agree({both!r}, 'kz')")
    one = kz.value(f"sample('Travels', {both!r})")
    trio.quiet()
    kz.do(f"send({one!r}, 'cn', 'Microscopy in Nanjing')")
    trio.quiet()
    assert uz.value("shown()")["transfers"] == 0
    assert not trio.holds(uz, "Microscopy in Nanjing")
    kz.do(f"move({one!r}, {secret!r}, 'Renamed since')")
    trio.quiet()
    assert not trio.holds(uz, "Renamed since")
    assert not trio.holds(uz, "Travels")
    for node in (cn, uz):
        assert not trio.holds(node, "For nobody")  # the project where it is now is shown to neither
    assert kz.value(f"with_whom({one!r})") == ["cn"]


def test_a_disk_is_for_one_partner(trio: Trio, tmp_path: Path) -> None:
    kz, cn, uz = trio.nodes
    said = kz.run("carry", "out", str(tmp_path), status=1)
    assert "Say for whom the disk is: --for PREFIX" in said
    for node in (cn, uz):
        disk = tmp_path / node.prefix
        disk.mkdir()
        kz.run("carry", "out", str(disk), "--for", node.prefix)
        assert {path.name for path in (disk / "jointlab" / "kz").glob("*+*")} == {f"{'+'.join(sorted(('kz', node.prefix)))}"}  # fmt: skip
        node.run("carry", "in", str(disk))
    said = kz.run("carry", "out", str(tmp_path / "cn"), "--for", "uz", status=1)
    assert "cn+kz" in said
    assert cn.value("sizes()")["cn+kz/kz"] == uz.value("sizes()")["kz+uz/kz"] == 1
