"""How far the clocks of two nodes are apart is known from the partner's answers, also from refusals."""

import pytest

from tests.federation.nodes import DriverFault, Pair

_SHIFT = """
import time
client.Link.__init__.__kwdefaults__["clock"] = lambda: time.time() + SECONDS
"""


def test_the_partners_date_tells_how_far_its_clock_is(pair: Pair) -> None:
    pair.kz.serve()
    pair.cn.do(f"pull({pair.kz.address!r})")
    assert pair.cn.value("Partner.objects.get().skew") == 0
    pair.cn.do(_SHIFT.replace("SECONDS", "-100") + "\npull()")
    assert pair.cn.value("Partner.objects.get().skew") == pytest.approx(100, abs=10)
    with pytest.raises(DriverFault) as caught:
        pair.cn.do(_SHIFT.replace("SECONDS", "400") + "\npull()")
    assert caught.value.code == "partner.skew"
    assert pair.cn.value("Partner.objects.get().skew") == pytest.approx(-400, abs=10)
    pair.cn.do(_SHIFT.replace("SECONDS", "0") + "\npull()")
    assert abs(pair.cn.value("Partner.objects.get().skew")) < 6


def test_a_partner_that_delivers_tells_its_time_by_what_it_signs(pair: Pair) -> None:
    pair.kz.serve()
    pair.kz.do("Partner.objects.update(reach='they-deliver')")
    pair.cn.do(_SHIFT.replace("SECONDS", "-200") + f"\npull({pair.kz.address!r})")
    assert pair.kz.value("Partner.objects.get().skew") == pytest.approx(-200, abs=10)
