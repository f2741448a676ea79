"""project-sharing/1 and share-by-hand/1 become rows."""

from jointlab.errors import BadInput
from jointlab.history.logs import members
from jointlab.history.registry import Recorded, RecordType
from jointlab.laboratory.models import ProjectSharing, ShareByHand
from jointlab.laboratory.records import ProjectSharingRecord, ShareByHandRecord
from jointlab.people.queries import colleague_of


def apply_sharing(recorded: Recorded, body: ProjectSharingRecord) -> None:
    """One side's word. Raises BadInput ``sharing.stranger`` for a side that is no member of the partnership."""
    if recorded.home not in members(body.partnership):
        raise BadInput(
            "sharing.stranger",
            "{home} is no member of {partnership}.",
            home=recorded.home,
            partnership=body.partnership,
        )
    ProjectSharing.objects.update_or_create(
        id=recorded.id,
        defaults={
            "rev": recorded.rev, "project_id": body.project, "partnership": body.partnership, "home": recorded.home,
            "agreed": body.agreed, "after_days": body.after_days, "hold": body.hold, "by_id": body.by, "at": recorded.at,
        },
    )  # fmt: skip


def apply_by_hand(recorded: Recorded, body: ShareByHandRecord) -> None:
    """Somebody did not want to wait."""
    ShareByHand.objects.get_or_create(
        partnership=body.partnership, record=body.record,
        defaults={"id": recorded.id, "by_id": body.by, "at": recorded.at},
    )  # fmt: skip


TYPES = (
    RecordType(
        "project-sharing/1",
        ProjectSharingRecord,
        apply_sharing,
        needs=lambda body: (body.project, colleague_of(body.by)),
    ),
    RecordType("share-by-hand/1", ShareByHandRecord, apply_by_hand, shared=False),
)
