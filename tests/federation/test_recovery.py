"""A node out of an old backup asks its partner what it had said since, before it says anything more."""

import shutil
from pathlib import Path

from tests.federation.nodes import Pair


def test_5_an_old_backup_is_restored(pair: Pair, tmp_path: Path) -> None:
    kz, cn = pair.kz, pair.cn
    kz.do("grow(2)")
    key, vault = kz.folder / "secrets" / "backup.key", tmp_path / "vault"
    kz.run("backup", str(vault))
    size = kz.do("value = grow(3)")  # after the backup: seen by the partner, lost here
    kz.serve()
    cn.do(f"value = pull({kz.address!r})")
    assert cn.value("Log.objects.get(name='cn+kz/kz').size") == size
    pair.kz.close()
    kept = tmp_path / "backup.key"
    shutil.copy(key, kept)
    shutil.rmtree(kz.folder)
    kz.run("restore", str(vault), "--key", str(kept))
    assert kz.value("Log.objects.get(name='cn+kz/kz').size") < size
    cn.serve()
    kz.do("Partner.objects.update(address='http://127.0.0.1:1')")
    said = kz.run("recover", status=1)  # nobody answers there: nothing goes on
    assert "has not answered" in said
    assert kz.value("Log.objects.get(name='cn+kz/kz').state") == "recovering"
    kz.do(f"Partner.objects.update(address={cn.address!r})")
    said = kz.run("recover")
    assert "3 entries came back, 3 records" in said
    assert "cn+kz/kz goes on" in said
    assert kz.value("Log.objects.get(name='cn+kz/kz').size") == size
    assert "No log of this node waits" in kz.run("recover")
    kz.do("grow(1)")
    kz.serve()
    cn.do(f"value = pull({kz.address!r})")
    kz.do(f"value = pull({cn.address!r})")
    pair.in_step()
