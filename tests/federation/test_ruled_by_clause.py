"""Numbered scenarios: what two real nodes share follows the agreement that both have signed."""

from hashlib import sha256

import pytest

from tests.federation.nodes import DriverFault, Pair

FILE = b"Mentionsnobody" * 50


@pytest.fixture
def nodes(pair: Pair) -> Pair:
    """Both serve; a project of Almaty with a sample, about which nobody has said anything."""
    for node, other in ((pair.kz, pair.cn), (pair.cn, pair.kz)):
        node.serve()
        node.do("from tests.federation.lab_names import *; from tests.federation.clause_names import *; actor()")
        other.do(f"Partner.objects.update(address={node.address!r}, private_allowed=True)")
    pair.kz.do("project = a_project('Cathodes'); a_sample('Before', project)")
    return pair


def _meet(pair: Pair) -> None:
    for _ in range(2):
        for node in (pair.kz, pair.cn):
            node.do("signed()")
        for node in (pair.kz, pair.cn):
            node.do("pull()")


def _sign(pair: Pair, *, text: str = "propose('cn')", both: bool = True) -> None:
    """Proposed in Almaty, agreed, cleared and attested on both nodes; or by Almaty alone."""
    kz, cn = pair.kz, pair.cn
    kz.do(text)
    _meet(pair)
    cn.do("step('agree_second', version=version_on_table(case())); clear()")
    _meet(pair)
    kz.do("clear()")
    _meet(pair)
    kz.do("attest()")
    _meet(pair)
    if both:
        cn.do("attest()")
        _meet(pair)


def test_25_erased_and_shared_under_a_second_agreement_too(nodes: Pair) -> None:
    """Scenario 25: erased is erased, however many agreements share it; a file stays while another record needs it.

    That one of the two agreements ends takes nothing back: the other still covers it.
    """
    kz, cn = nodes.kz, nodes.cn
    for _ in range(2):
        _sign(nodes)
    for node in (kz, cn):
        node.do("from tests.federation.blob_names import fetch, Blob")
    kz.do(f"first = a_sample('Zhuldyzkerim', project, note='Qandaybolsa', file={FILE!r})")
    kz.do(f"second = a_sample('Kerbezsulu', project, note='Altynarai', file={FILE!r})")
    _meet(nodes)
    assert cn.value("titles()") == ["Before", "Kerbezsulu", "Zhuldyzkerim"]
    assert cn.value("fetch()")["files"] == 1
    kz.do("erased(first)")
    _meet(nodes)
    assert cn.value("titles()") == ["Before", "Kerbezsulu"] and cn.value("words()") == ["Altynarai"]
    nodes.nowhere("Zhuldyzkerim", "Qandaybolsa")
    assert _files(nodes) == [1, 1], "the other note names the same file"
    kz.do("from tests.days import today; step('ask_first', what='terminate', last=today().isoformat(), why='Done')")
    _meet(nodes)
    cn.do("step('grant_second')")
    kz.do("later(30)")
    _meet(nodes)
    assert cn.value("titles()") == ["Before", "Kerbezsulu"], "the first agreement shares it still"
    kz.do("erased(second)")
    _meet(nodes)
    assert cn.value("titles()") == ["Before"]
    assert _files(nodes) == [0, 0]
    nodes.nowhere("Kerbezsulu", "Altynarai", FILE.decode())
    nodes.in_step()


def _files(pair: Pair) -> list[int]:
    """How often each node has the file."""
    digest = sha256(FILE).hexdigest()
    return [node.value(f"Blob.objects.filter(sha256={digest!r}).count()") for node in (pair.kz, pair.cn)]


def test_an_embargo_ends_while_the_link_is_cut(nodes: Pair) -> None:
    """What is kept back for three months goes with the first page after the link is back, and nothing went before."""
    kz, cn = nodes.kz, nodes.cn
    _sign(nodes, text="propose('cn', embargo=3)")
    assert cn.value("titles()") == []
    kz.stop()
    cn.stop()
    kz.do("later(60); a_sample('Meanwhile', project)")
    with pytest.raises(DriverFault):
        cn.do("pull()")
    kz.do("later(40)")  # a hundred days: the embargo of what was there before is over
    for node in (kz, cn):
        node.serve()
    assert cn.value("titles()") == [], "nothing has come yet"
    _meet(nodes)
    assert cn.value("titles()") == ["Before", "Meanwhile"], "both were recorded a hundred days ago, for whoever asks"
    nodes.in_step()


def test_an_amendment_widens_what_is_shared(nodes: Pair) -> None:
    """Samples alone at first; with the signature of both under the amendment their notes go too, the old ones as well."""
    kz, cn = nodes.kz, nodes.cn
    _sign(nodes, text="propose('cn', data=['samples'])")
    kz.do("a_sample('Annealed', project, note='At 450 degrees')")
    _meet(nodes)
    assert cn.value("titles()") == ["Annealed", "Before"] and cn.value("words()") == []
    wider = "amend(data=['samples', 'measurements', 'files', 'findings', 'notes'])"
    _sign(nodes, text=wider, both=False)
    assert cn.value("words()") == [], "one signature widens nothing"
    cn.do("attest()")
    _meet(nodes)
    assert cn.value("titles()") == ["Annealed", "Before"] and cn.value("words()") == ["At 450 degrees"]
    nodes.in_step()


def test_27_only_one_party_has_signed(nodes: Pair) -> None:
    """Scenario 27: nothing goes while one signature is missing; with the second everything that the clause covers goes."""
    _sign(nodes, both=False)
    assert nodes.cn.value("titles()") == []
    nodes.cn.do("attest()")
    _meet(nodes)
    assert nodes.cn.value("titles()") == ["Before"]
    nodes.in_step()


def test_26_an_agreement_ends_while_the_link_is_cut(nodes: Pair) -> None:
    """Scenario 26: it is ended by both, then the partner is away for thirty days; what it has is gone with the first page."""
    _sign(nodes)
    assert nodes.cn.value("titles()") == ["Before"]
    nodes.kz.do("patent_hold(project, held=True); a_sample('Invented', project)")
    _meet(nodes)
    assert nodes.cn.value("titles()") == ["Before"], "a patent hold stops what is new, and takes nothing back"
    nodes.kz.do("patent_hold(project, held=False)")
    _meet(nodes)
    assert nodes.cn.value("titles()") == ["Before", "Invented"]
    nodes.kz.do(
        "from tests.days import today; step('ask_first', what='terminate', last=today().isoformat(), why='Done')"
    )
    _meet(nodes)
    nodes.cn.do("step('grant_second')")
    _meet(nodes)
    assert nodes.cn.value("titles()") == ["Before", "Invented"], "its last day is not over"
    nodes.kz.do("later(30); a_sample('Afterwards', project)")
    assert nodes.cn.value("titles()") == ["Before", "Invented"], "nothing has come yet"
    nodes.cn.do("pull()")
    assert nodes.cn.value("titles()") == []
    nodes.in_step()
