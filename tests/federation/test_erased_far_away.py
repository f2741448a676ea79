"""Numbered scenario: what was erased while the partner was away is gone there before it shows anything else."""

from tests.federation.nodes import Pair

TITLE, WORDS, FILE = "Zhuldyzkerimova", "Qandaybolsada", "Mentionsnobody"


def test_24_erased_while_the_partner_was_away(pair: Pair) -> None:
    """Scenario 24: thirty days offline; then bodies, rows, words and files go with the first page, and the partner answers."""
    kz, cn = pair.kz, pair.cn
    for node in (kz, cn):
        node.do(
            "from tests.federation.lab_names import *\nfrom tests.federation.blob_names import fetch\nadministrator()"
        )
    made = kz.value(f"sample({TITLE!r}, words={WORDS!r}, file={(FILE * 50).encode()!r})")
    plain = kz.value("sample('Without a file, Kerbezsulu')")
    kz.serve()
    cn.do(f"pull({kz.address!r})")
    assert cn.value("fetch()")["files"] == 1
    assert made["code"] in cn.value(f"page('/search?q={TITLE}')")
    kz.do(f"erased({made['note']!r}, {made['sample']!r}); grow(700); sample('Made meanwhile')")
    cn.do("import datetime; Partner.objects.update(proof_at=F('proof_at') - datetime.timedelta(days=30))")
    assert "no proof for two days" in cn.value("page('/partners/kz')")
    cn.do("pull()")
    assert cn.value("Sample.objects.filter(title='Made meanwhile').count()") == 1
    assert made["code"] not in cn.value(f"page('/search?q={TITLE}')")
    pair.nowhere(TITLE, WORDS, FILE)  # while both run: not only after they have ended
    kz.do(f"erased({plain['note']!r}, {plain['sample']!r})")
    cn.do("pull()")
    pair.nowhere("Kerbezsulu")  # with which no file goes
    assert cn.value("sharing_round(PARTNERSHIP).entries") >= 4
    cn.do("sign_logs()")
    cn.serve()
    kz.do(f"from jointlab.history.acknowledging import acknowledged; pull({cn.address!r})")
    for record in (made["note"], made["sample"], plain["sample"]):
        assert kz.value(f"list(acknowledged({record!r}))") == ["cn"]
    assert cn.value("Receipt.objects.get(log='cn+kz/cn').size == Log.objects.get(name='cn+kz/cn').size")  # cosigned
    for node in (kz, cn):
        for log in ("cn+kz/kz", "cn+kz/cn"):
            assert node.value(f"verifying.verify_log({log!r})[1]")
    pair.in_step()
    kz.stop()
    cn.stop()
    pair.nowhere(TITLE, WORDS, FILE, "Kerbezsulu")
