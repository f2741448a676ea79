"""Two nodes meet, compare a code, and follow each other's logs: the program's own commands, over loopback."""

import re
import time
from pathlib import Path

from tests.federation.nodes import Pair


def test_pair_and_pull(strangers: Pair, tmp_path: Path) -> None:
    kz, cn = strangers.kz.serve(), strangers.cn.serve()
    said = kz.run("partners", "pair", cn.address, "--here", kz.address, "--private")
    assert f"{kz.address}  code" in cn.run("partners")
    kz.run("partners", "pair", cn.address, "--private", "--outbound")
    assert "they-deliver  code" in cn.run("partners")  # the newer proposal replaces the first
    assert "proposed by the other side" in cn.run("partners")
    said = kz.run("partners", "pair", cn.address, "--here", kz.address, "--private")
    assert "proposed from here" in kz.run("partners")
    code = re.search(r"\d{5}( \d{5}){5}", said)
    assert code
    assert code[0] in cn.run("partners")  # both screens show it
    kz.run("partners", "confirm", "cn", given="00000 00000 00000 00000 00000 00000\n", status=1)
    assert "waits" in kz.run("partners")
    kz.run("partners", "confirm", "cn", given=f"{code[0]}\n")
    assert "waits for the other side’s confirmation" in kz.run("partners")
    refused = kz.run("pull", status=1)  # the other side has not confirmed yet
    assert "has not been confirmed at this node yet" in refused
    act = tmp_path / "act.pdf"
    refused = kz.run("partners", "act", "cn", str(act), status=1)
    assert f"cn has not confirmed the code {code[0]}" in refused
    assert not act.exists()
    unticked = cn.run("partners", "confirm", "kz", "--code", code[0], status=1)
    assert "allow private addresses for this pairing" in unticked
    cn.run("partners", "confirm", "kz", "--code", code[0], "--private")
    cn.run("partners", "address", "kz", kz.address, status=1)  # each time it is said anew
    assert f"kz is called at {kz.address} from now on" in cn.run("partners", "address", "kz", kz.address, "--private")
    kz.run("pull")
    cn.run("pull")
    strangers.in_step()
    for node, other in ((kz, "cn"), (cn, "kz")):
        assert node.value(f"Partner.objects.get(prefix={other!r}).paired")
        assert node.value(f"Receipt.objects.get(partner={other!r}).size") == 1
        assert f"{other}  in-step" in node.run("status")
    kz.run("partners", "act", "cn", str(act))
    assert act.read_bytes().startswith(b"%PDF")


def test_a_change_is_seen_by_itself(pair: Pair) -> None:
    """Workers share, sign, poke and pull without anybody's command."""
    for node, other in ((pair.kz, pair.cn), (pair.cn, pair.kz)):
        node.serve()
        del other
    for node, other in ((pair.kz, pair.cn), (pair.cn, pair.kz)):
        node.do(f"Partner.objects.update(address={other.address!r})")
        node.stop()
    for node in (pair.kz, pair.cn):
        node.serve(worker=True)
    size = pair.kz.value("grow(3, sign=False)")
    deadline = time.monotonic() + 60
    while pair.cn.value("Log.objects.get(name='cn+kz/kz').size") < size or pair.kz.value("Receipt.objects.filter(size__gte=4).count()") == 0:  # fmt: skip
        assert time.monotonic() < deadline, pair.cn.run("status")
        time.sleep(0.2)
    pair.kz.stop()
    pair.cn.stop()
    pair.in_step()
