"""Numbered scenarios: what a partner may sign, or a proxy may make of it, that must not become part of the laboratory."""

import json
from collections.abc import Sequence

import pytest

from jointlab.ledger.mirror import Line
from tests.federation.nodes import DriverFault, Pair
from tests.federation.rewriting import Rewriting, in_pages

LOG = "cn+kz/kz"
SALT = b'"salt":"00000000000000000000000000000000"'


def _refused(pair: Pair) -> None:
    with pytest.raises(DriverFault) as caught:
        pair.cn.do("pull()")
    assert caught.value.code == "link.refused"


def _log(pair: Pair) -> list[object]:
    found: list[object] = pair.cn.value(f"[(one.state, one.size) for one in [Log.objects.get(name={LOG!r})]][0]")
    return found


def _begin(pair: Pair, count: int = 3) -> None:
    """Almaty serves, Nanjing has followed; the records on both sides are the honest ones."""
    pair.kz.serve()
    pair.kz.do(f"grow({count})")
    pair.cn.do(f"pull({pair.kz.address!r})")


def test_8_history_rewritten(pair: Pair) -> None:
    """Scenario 8: validly signed, longer, and another history before my position: it does not extend my copy."""
    _begin(pair)
    pair.kz.do(
        f"row = Entry.objects.get(log={LOG!r}, position=1); honest = bytes(row.entry)\n"
        'Entry.objects.filter(pk=row.pk).update(entry=honest.replace(b\'"at":"20\', b\'"at":"19\'))\n'
        f"sign_anew({LOG!r}); grow(2)"
    )
    before = _log(pair)
    for _ in range(2):
        _refused(pair)
        assert _log(pair) == before
    pair.cn.do("pull()")
    assert _log(pair) == ["halted", before[1]]
    assert pair.cn.value(f"Halt.objects.get(log={LOG!r}).reason") == "fork"
    assert "do not lead from this copy to the signed root" in pair.cn.run("status")
    pair.kz.do(f"Entry.objects.filter(pk=row.pk).update(entry=honest); sign_anew({LOG!r})")
    pair.cn.run("partners", "settle", LOG, "--why", "Almaty put its rows back.")
    pair.cn.do("pull()")
    pair.in_step(LOG)


def _swapped(lines: Sequence[Line]) -> Sequence[Line]:
    return [*lines[1::-1], *lines[2:]]


def _dropped(lines: Sequence[Line]) -> Sequence[Line]:
    return [*lines[:1], *lines[2:]] if len(lines) > 2 else lines


def _doubled(lines: Sequence[Line]) -> Sequence[Line]:
    return [lines[0], *lines]


def test_10_entries_swapped_dropped_doubled(pair: Pair) -> None:
    """Scenario 10: each is refused, nothing of it is applied, and the next honest answer is taken."""
    _begin(pair)
    with Rewriting(pair.kz.port) as proxy:
        pair.cn.do(f"Partner.objects.update(address={proxy.address!r})")
        for change in (_swapped, _dropped, _doubled):
            pair.kz.do("grow(4)")
            before = _log(pair)
            proxy.change = in_pages(change)
            for _ in range(2):
                _refused(pair)
                assert _log(pair) == before
            proxy.change = in_pages(lambda lines: lines)
            pair.cn.do("pull()")
            pair.in_step(LOG)


def test_11_a_record_of_another_node(pair: Pair) -> None:
    """Scenario 11: who writes or erases in another's name is kept apart, shown, and answered by nobody."""
    _begin(pair)
    pair.cn.do(f"from tests.federation.lab_names import *; own = sample('Ours')['sample']; pull({pair.kz.address!r})")
    own, before = pair.cn.value("own"), pair.cn.value("Record.objects.get(id=own).rev")
    body = b'{"by":"kz:x","kept":{},' + SALT + b',"why":""}'
    pair.kz.do(f"forge({body!r}, id={own!r}, type='sample/1', op='erase')")
    pair.kz.do(f"forge({body!r}, id={own!r}, type='sample/1'); forge({body!r}, id='xx:stranger'); grow(1)")
    pair.cn.do("pull()")
    assert pair.cn.value("sorted(SetAside.objects.values_list('record', 'code'))") == [
        [own, "mirror.wrong-home"], [own, "mirror.wrong-home"], ["xx:stranger", "mirror.wrong-home"],
    ]  # fmt: skip
    assert pair.cn.value("[(r.rev, r.erased) for r in [Record.objects.get(id=own)]][0]") == [before, False]
    assert pair.cn.value("Sample.objects.get(id=own).title") == "Ours"
    assert pair.cn.value("sharing_round(PARTNERSHIP).entries") == 0  # nothing of ours was erased, so nobody says so
    shown = pair.cn.value("page('/partners/kz')")
    assert "in the name of another node" in shown
    assert _log(pair)[0] == "open"
    pair.in_step(LOG)


def test_12_a_body_is_missing(pair: Pair) -> None:
    """Scenario 12: the record waits for its body, says so, asks again in each round, and becomes rows when it comes."""
    _begin(pair)
    pair.kz.do(
        "grow(3)\n"
        f"one = Entry.objects.filter(log={LOG!r}).order_by('-position')[1]\n"
        "kept = Entry.objects.get(log='house', position=one.source); body = bytes(kept.body)\n"
        "Entry.objects.filter(pk=kept.pk).update(body=None)"
    )
    rows = f"log_state({LOG!r})['rows']"
    pair.cn.do("from tests.federation.lab_names import *")
    for _ in range(2):
        pair.cn.do("pull()")
        assert list(pair.cn.value("aside()").values()) == ["history.body-pending"]
        assert pair.cn.value(rows) == pair.kz.value(rows) - 1
    assert "The body has not come with the record" in pair.cn.value("page('/partners/kz')")
    pair.kz.do("Entry.objects.filter(pk=kept.pk).update(body=body)")
    pair.cn.do("pull()")
    assert pair.cn.value("aside()") == {}
    pair.in_step(LOG)


BAD = {
    b'{"a":1.5,%s}': "canonical.float",
    b'{"a":1,"a":1,%s}': "canonical.form",
    b'{"a":NaN,%s}': "canonical.syntax",
    b'{"a":9007199254740993,%s}': "canonical.integer",
    b'{"a":"\\ud800",%s}': "canonical.syntax",
    b'{"a":' + b"[" * 33 + b"]" * 33 + b",%s}": "canonical.depth",
    b'{%s,"a":1}': "canonical.form",
    b'{"a": 1,%s}': "canonical.form",
    b'{"a":"e\xcc\x81",%s}': "canonical.normalization",
    b'{"a":"\xff",%s}': "canonical.syntax",
    b'{"a":1}': "body.salt",
    b'[1,"%s"]'.replace(b"%s", b""): "body.object",
    b'{"by":7,%s}': "history.not-applied",
}


def test_13_bodies_outside_the_profile(pair: Pair) -> None:
    """Scenario 13: each is set aside with its reason, the stream goes on, and the partner's page counts them."""
    _begin(pair)
    codes: dict[str, str] = {}
    for form, code in BAD.items():
        codes[pair.kz.value(f"forge({form.replace(b'%s', SALT)!r})")] = code
    liar = pair.kz.value(f"forge({b'{' + SALT + b'}'!r}, size=9)")
    codes[liar] = "mirror.size"
    pair.kz.do("grow(2)")
    pair.cn.do("from tests.federation.lab_names import *; pull()")
    assert pair.cn.value("aside()") == codes
    assert f"<b>{len(codes)} <small>records" in pair.cn.value("page('/partners/kz')")
    assert f"{len(codes)} set aside" in pair.cn.run("status")
    pair.in_step(LOG)
    pair.kz.do(f"Entry.objects.filter(record={liar!r}).update(body=None)")  # whose own fsck says what Almaty has done


def test_14_newer_and_unknown_types(pair: Pair) -> None:
    """Scenario 14: raw bytes are kept, the page says what an upgrade would change, and the upgraded node applies them itself."""
    _begin(pair)
    pair.kz.do(
        "from tests.federation.blob_names import *\n"
        "pairing_body = json.dumps({'by': '', 'code': 'c', 'from_the_future': {'deep': [1, 2]}, 'key': 'k', 'origin': 'o', 'partner': 'p',"
        f" 'recovery': 'r', 'salt': '{'0' * 32}'}}, separators=(',', ':')).encode()"
    )
    minor = pair.kz.value("forge(pairing_body)")
    major = pair.kz.value("forge(pairing_body, type='pairing/2')")
    unknown = pair.kz.value("parcel(10)['record']")
    pair.cn.do("from tests.federation.lab_names import *; pull()")
    assert pair.cn.value("aside()") == {major: "history.newer-type", unknown: "history.type"}
    assert pair.cn.value(f"Pairing.objects.get(record={minor!r}).partner") == "p"  # unknown fields harm nothing
    shown = pair.cn.value("page('/partners/kz')")
    assert "Records of type pairing/2 need a newer version of this program." in shown
    assert "parcel/1" in shown
    pair.cn.close()  # upgraded: the type is known from now on, and Almaty cannot be asked
    pair.kz.stop()
    pair.cn.do("from tests.federation.blob_names import *\nfrom jointlab.history.applying import apply_again")
    assert pair.cn.value("apply_again()") == 1
    assert pair.cn.value("aside()") == {major: "history.newer-type"}
    assert pair.cn.value(f"Record.objects.get(id={unknown!r}).type") == "parcel/1"
    found = pair.cn.value(f"bytes(Entry.objects.get(log={LOG!r}, record={major!r}).body).decode()")
    assert json.loads(found)["from_the_future"] == {"deep": [1, 2]}
    pair.kz.do(f"Pairing.objects.filter(record={minor!r}).delete()")  # Almaty's own rows never had what it forged
