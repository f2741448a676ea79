"""Numbered scenarios: what two real nodes share follows the agreement that both have signed."""

import pytest

from tests.federation.nodes import Pair


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


def _sign(pair: Pair, terms: str = "", *, both: bool = True) -> None:
    """Proposed in Almaty, agreed, cleared and attested on both nodes; or by Almaty alone."""
    kz, cn = pair.kz, pair.cn
    kz.do(f"propose('cn'{terms})")
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
        "import datetime; step('ask_first', what='terminate', last=datetime.date.today().isoformat(), why='Done')"
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
