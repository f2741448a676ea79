"""Files of cases while they are on their way from a partner."""

from collections.abc import Collection
from typing import Any

from jointlab.cases.kinds import kind_of
from jointlab.cases.models import Case, CaseFile
from jointlab.cases.queries import visible_cases
from jointlab.federation.blobs.progress import Named


def names_of_files(actor: Any, files: Collection[str]) -> dict[str, Named]:
    """By SHA-256, what the person may know by name."""
    rows = CaseFile.objects.filter(sha256__in=files).select_related("step")
    cases: dict[str, Case] = visible_cases(actor).in_bulk({row.step.instance for row in rows})
    return {
        row.sha256: Named(f"{found.code} {row.field}", kind_of(found.process).address(found))
        for row in rows
        if (found := cases.get(row.step.instance)) is not None
    }
