"""Another node, Nanjing, as far as its shared log shows it: made with the pure ledger, its own key and its own records."""

from collections.abc import Mapping
from typing import Any

from jointlab.history.mirroring import Followed, Halted, Refused, accept, create_mirror
from jointlab.history.models import Log
from jointlab.history.sharing import open_shared_log
from jointlab.ledger.checkpoints import Checkpoint, sign_checkpoint
from jointlab.ledger.entries import Entry, Op, Sealed, seal
from jointlab.ledger.keys import KeyHistory, SigningKey
from jointlab.ledger.mirror import Line
from jointlab.ledger.tree import leaf_hash, tree_root

PARTNERSHIP = "kz+nj"


class Partner:
    """The home of a log that this node mirrors."""

    def __init__(self, home: str = "nj", partnership: str = PARTNERSHIP) -> None:
        self.home, self.partnership, self.node = home, partnership, f"{home}.example"
        self.key = SigningKey.generate(name=self.node)
        self.name = f"{partnership}/{home}"
        self.origin = f"{self.node}/log/{partnership.replace('+', '~')}"
        self.lines: list[Line] = []
        self.last: dict[str, tuple[int, int]] = {}  # by record: position, rev

    def pair(self) -> Log:
        """The two logs here: ours for this partnership, and the copy of the partner's."""
        open_shared_log(self.partnership)
        keys = KeyHistory().add(self.key.public, valid_from_size=0)
        return create_mirror(self.partnership, member=self.home, node_origin=self.node, keys=keys)

    def put(
        self, type: str, id: str, plain: Mapping[str, Any], *, op: Op = Op.PUT, rev: int | None = None, body: bool = True,
        home: str = "", at: str = "2026-11-20T10:00:00Z",
    ) -> str:  # fmt: skip
        """One entry more; the record's id."""
        sealed = seal(plain)
        full = f"{home or self.home}:{id}"
        self.add(sealed, full, type, op, rev, body=body, at=at)
        return full

    def add(
        self,
        sealed: Sealed,
        id: str,
        type: str,
        op: Op,
        rev: int | None,
        *,
        body: bool,
        at: str = "2026-11-20T10:00:00Z",
    ) -> None:
        """As `put`, of bytes that may be no proper body."""
        before = self.last.get(id)
        if rev is None:
            rev = (before[1] if before else 0) + (op is not Op.WITHHOLD)
        entry = Entry(
            at=at, body=sealed.hash, home=id.partition(":")[0], id=id, op=op, prev=before[0] if before else None, rev=rev,
            size=sealed.size, type=type,
        )  # fmt: skip
        self.last[id] = (len(self.lines), rev)
        self.lines.append(Line(entry.to_bytes(), sealed.data if body else None))

    def erase(self, id: str, type: str, kept: Mapping[str, str]) -> None:
        """An erasure: the body of each earlier entry of the record is no longer sent."""
        self.put(type, id.partition(":")[2], {"by": "nj:someone", "why": "asked", "kept": dict(kept)}, op=Op.ERASE)
        self._forget(id)

    def withhold(self, id: str, type: str, kept: Mapping[str, str]) -> None:
        """The end of sharing a record."""
        self.put(type, id.partition(":")[2], {"ground": "ended", "kept": dict(kept)}, op=Op.WITHHOLD)
        self._forget(id)

    def note(self, size: int | None = None) -> bytes:
        """The signed checkpoint at a size, else at the end."""
        lines = self.lines[: len(self.lines) if size is None else size]
        root = tree_root(leaf_hash(line.entry) for line in lines)
        return sign_checkpoint(Checkpoint(self.origin, len(lines), root), self.key).to_bytes()

    def send(self, size: int | None = None) -> Followed | Refused | Halted:
        """What is new for this node, up to a size."""
        here = Log.objects.get(name=self.name).size
        return accept(self.name, self.note(size), [self.lines[here:size]])

    def followed(self, size: int | None = None) -> Followed:
        """As `send`, which must go well."""
        found = self.send(size)
        assert isinstance(found, Followed), found
        return found

    def _forget(self, id: str) -> None:
        for place, line in enumerate(self.lines[:-1]):
            entry = Entry.from_bytes(line.entry)
            if entry.id == id and entry.op is Op.PUT:
                self.lines[place] = Line(line.entry)

    # what a laboratory shares first -------------------------------------------------------------------------------

    def begin(self) -> tuple[str, str]:
        """Institution, a person and a project; the ids of person and project."""
        self.put(
            "institution/1", "inst",
            {"prefix": self.home, "names": {"en": "Nanjing, in its own words"}, "city": {"en": "Nanjing"}, "mark": "n", "zone": "Asia/Shanghai", "country": "CN"},
        )  # fmt: skip
        person = self.person("wang", "Wang Lei")
        project = self.put(
            "project/1", "project",
            {"slug": "lfp", "title": "LFP in two cities", "kind": "fundamental", "institution": self.home, "by": person, "members": [person]},
        )  # fmt: skip
        return person, project

    def person(self, short: str, name: str) -> str:
        """A person as partners know it."""
        self.put(
            "colleague/1",
            f"{short}.colleague",
            {"person": f"{self.home}:{short}", "name": name, "institution": self.home},
        )
        return f"{self.home}:{short}"

    def sample(self, short: str, *, by: str, project: str = "", **more: Any) -> str:
        """A sample."""
        plain = {
            "code": f"NJ-26-{short}",
            "title": f"Sample {short}",
            "institution": self.home,
            "by": by,
            "project": project,
            **more,
        }
        return self.put("sample/1", f"sample-{short}", plain)
