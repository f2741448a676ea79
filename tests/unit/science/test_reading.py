import numpy as np

from jointlab.science.reading import RawColumn, make_table


def test_infinities_are_absent_values() -> None:
    table = make_table("data", [RawColumn(np.array([1.0, np.inf, -np.inf, np.nan]), "potential", "mV")])
    assert table.frame["potential"].to_list()[:3] == [0.001, None, None]
    assert np.isnan(table.array("potential")[1:]).all()
