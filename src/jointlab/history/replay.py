"""Stored entries become rows once more: those of the house log, and those of copies that became rows when they came."""

import datetime as dt
from typing import Any

from jointlab.errors import Conflict
from jointlab.history.logs import HOUSE
from jointlab.history.models import Entry, Log, Record, SetAside
from jointlab.history.registry import Kept, Recorded, from_plain, record_type
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, unseal

Waiting = tuple[str, int, Line, bytes]


def standing(line: Line, position: int) -> Record:
    """The row that says where the record stands after this entry."""
    return Record(
        id=line.id, type=line.type, rev=line.rev, position=position, home=line.home, erased=line.op is Op.ERASE,
        withheld=line.op is Op.WITHHOLD,
    )  # fmt: skip


class Replay:
    """Entries of all logs in the order in which this node learnt them."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}  # where each record stands
        self._kept = _kept()
        self._aside = set(SetAside.objects.values_list("log", "position"))
        self._waiting: dict[str, list[Waiting]] = {}  # by the record that is waited for

    def take(self, log: str, position: int, line: Line, body: bytes | None) -> None:
        """One entry. Raises Fault when it cannot become rows."""
        if log == HOUSE:
            self._own(position, line, body)
        elif (log, position) not in self._aside:
            self._partners(log, position, line, body)

    def _own(self, position: int, line: Line, body: bytes | None) -> None:
        if line.op not in (Op.PUT, Op.ERASE):
            return
        known, recorded, kept = record_type(line.type), _recorded(line, position), self._kept.get(line.id)
        if line.op is Op.PUT and body is not None:
            known.apply(recorded, from_plain(line.type, unseal(body)))
        elif kept is None:
            raise Conflict("history.body-gone", "the body of {id} is gone, but it was not erased", id=line.id)
        elif known.erase is not None:
            known.erase(recorded, kept)
        else:
            raise Conflict("history.no-erase", "The body of {id} is gone, and its type cannot be erased.", id=line.id)
        self._stand(line, position)

    def _partners(self, log: str, position: int, line: Line, body: bytes | None) -> None:
        stands = self.records.get(line.id)
        if line.op is Op.PUT and body is not None:
            if stands is not None and stands.rev >= line.rev and not (stands.erased or stands.withheld):
                return  # it had come by another partnership
            self._put(log, position, line, body)
        elif line.op is Op.PUT:
            self._gone(line, position)  # erased or withheld since, or an older revision that was not sent
        elif line.op is Op.ERASE or (line.op is Op.WITHHOLD and not _still_shared(log, line.id)):
            self._gone(line, position)
            self._stand(line, position)

    def _put(self, log: str, position: int, line: Line, body: bytes) -> None:
        known, content = record_type(line.type), from_plain(line.type, unseal(body))
        for need in known.needs(content):
            if need not in self.records:
                self._waiting.setdefault(need, []).append((log, position, line, body))
                return
        known.apply(_recorded(line, position), content)
        self._stand(line, position)

    def _gone(self, line: Line, position: int) -> None:
        known, kept = record_type(line.type), self._kept.get(line.id)
        if kept is not None and known.erase is not None:
            known.erase(_recorded(line, position), kept)

    def _stand(self, line: Line, position: int) -> None:
        self.records[line.id] = standing(line, position)
        for waiting in self._waiting.pop(line.id, ()):
            self._partners(*waiting)


def _recorded(line: Line, position: int) -> Recorded:
    return Recorded(line.id, line.type, line.rev, dt.datetime.fromisoformat(line.at), position, line.home)


def _kept() -> dict[str, Kept]:
    """What each record left when it was erased or withheld, by its id: rows that come before point to it already."""
    ended = Entry.objects.filter(op__in=(Op.ERASE.value, Op.WITHHOLD.value)).exclude(log__kind=Log.Kind.SHARED)
    kept: dict[str, Any] = {}
    for record, body in ended.exclude(body=None).order_by("pk").values_list("record", "body"):
        kept[record] = unseal(bytes(body or b"")).get("kept", {})
    return kept


def _still_shared(log: str, record: str) -> bool:
    """Whether another partnership's copy holds a body of the record."""
    return Entry.objects.filter(record=record, op=Op.PUT.value).exclude(body=None).exclude(log=log).exists()
