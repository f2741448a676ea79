"""Which numbers are given: follows from the codes in the records."""

from collections.abc import Sequence

from django.db.models import Model

from jointlab.history.identifiers import home
from jointlab.history.registry import Recorded
from jointlab.laboratory.models import Series
from jointlab.laboratory.queries.codes import split_code


def note_code(recorded: Recorded, code: str) -> None:
    """The number at the end of this code is given; called when the record with the code is applied.

    A partner's codes do not move our numbers.
    """
    parts = split_code(code)
    if parts is None or recorded.home != home():
        return
    series, new = Series.objects.get_or_create(head=parts.head[:40], defaults={"last": parts.number})
    if not new and series.last < parts.number:
        series.last = parts.number
        series.save(update_fields=["last"])


def free_code(table: type[Model], recorded: Recorded, code: str) -> str:
    """The code as it stands in our rows. A partner's code that is taken here, or looks like one that we would give
    next, gets the partner's prefix at its end; what the partner's record says stays in the log.
    """
    if recorded.home == home():
        return code
    stands = table._default_manager.filter(pk=recorded.id).values_list("code", flat=True).first()
    if stands is not None and stands in (code, _marked(code, recorded)):
        return str(stands)
    taken = table._default_manager.filter(code=code).exclude(pk=recorded.id).exists()
    return _marked(code, recorded) if taken or _could_be_ours(code, recorded) else code


def free_codes(table: type[Model], written: Sequence[tuple[Recorded, str]]) -> dict[str, str]:
    """As `free_code`, for records that are all new: the code of each by its id."""
    taken: set[str] = set()
    codes = [code for one, code in written if one.home != home()]
    for start in range(0, len(codes), 500):
        rows = table._default_manager.filter(code__in=codes[start : start + 500])
        taken.update(rows.values_list("code", flat=True))
    found: dict[str, str] = {}
    for one, code in written:
        if one.home != home() and (code in taken or _could_be_ours(code, one)):
            code = _marked(code, one)
        taken.add(code)
        found[one.id] = code
    return found


def free_slug(table: type[Model], recorded: Recorded, slug: str) -> str:
    """The same for short names in addresses."""
    if recorded.home == home():
        return slug
    marked = f"{recorded.home}-{slug}"[:60]
    stands = table._default_manager.filter(pk=recorded.id).values_list("slug", flat=True).first()
    if stands is not None and stands in (slug, marked):
        return str(stands)
    return marked if table._default_manager.filter(slug=slug).exclude(pk=recorded.id).exists() else slug


def here(table: type[Model], id: str) -> str | None:
    """What an erased or withheld record still points to, where this node has it: a partner may never have been shown it."""
    return id if id and table._default_manager.filter(pk=id).exists() else None


def _marked(code: str, recorded: Recorded) -> str:
    return f"{code[:36]}.{recorded.home}"


def _could_be_ours(code: str, recorded: Recorded) -> bool:
    """Of our series; a device that a partner built of our sample says so in its code: KZ-26-0117-CN-C1."""
    upper = code.upper()
    return upper.startswith(f"{home().upper()}-") and f"-{recorded.home.upper()}-" not in upper
