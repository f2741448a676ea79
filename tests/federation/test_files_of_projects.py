"""Two real nodes: the setting of a project decides which of its files come, and when."""

from tests.federation.nodes import Pair


def test_each_project_has_its_own_way(pair: Pair) -> None:
    pair.kz.serve()
    for node in (pair.kz, pair.cn):
        node.do("from tests.federation.blob_names import *; from tests.federation.laboratory_names import *")
    ids = {name: pair.kz.value(f"project({name!r})") for name in ("Eager", "Nightly", "Thrifty", "Usual")}
    pull = f"pull({pair.kz.address!r})"
    pair.cn.value(pull)
    slugs = {name: pair.cn.value(f"agree({id!r})") for name, id in ids.items()}
    # Nanjing cannot be called here: its word comes by a disk
    pair.cn.do(f"carrying.carry_out(Path({str(pair.kz.folder.parent)!r}))")
    pair.kz.do(f"carrying.carry_in(Path({str(pair.kz.folder.parent)!r}))")
    files = {
        name: pair.kz.value(f"noted({id!r}, *[bytes([{n}]) * size for size in (1000, 1_500_000, 4_000_000)])")
        for n, (name, id) in enumerate(ids.items())
    }
    pair.cn.value(pull)
    pair.cn.do("set_files(by_day_mb=2, by_itself_mb=3, night='')")  # it is always night
    for name, mode, up_to in (("Eager", "at-once", 9), ("Nightly", "at-night", 2), ("Thrifty", "on-demand", 9)):
        pair.cn.do(f"choose({slugs[name]!r}, mode={mode!r}, up_to_mb={up_to}, by='cn:x')")

    def here() -> dict[str, int]:
        return {name: sum(pair.cn.value(f"where({one!r})")["stored"] for one in some) for name, some in files.items()}

    pair.cn.value("fetch()")
    assert here() == {"Eager": 3, "Nightly": 2, "Thrifty": 0, "Usual": 2}
    pair.cn.do("set_files(by_day_mb=2, by_itself_mb=3, night='00:00-00:00')")  # it is never night
    pair.cn.do(f"choose({slugs['Thrifty']!r}, mode='at-night', up_to_mb=9, by='cn:x')")
    pair.cn.value("fetch()")
    assert here()["Thrifty"] == 1
    pair.cn.do(f"wanting.ask_for({files['Thrifty'][2]!r}, by='cn:x')")
    pair.cn.value("fetch()")
    assert here()["Thrifty"] == 2
    pair.cn.do(f"choose({slugs['Thrifty']!r}, mode='', up_to_mb=0, by='cn:x')")
    pair.cn.value("fetch()")
    assert here() == {"Eager": 3, "Nightly": 2, "Thrifty": 3, "Usual": 2}
