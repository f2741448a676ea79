"""A file that is complete and proved becomes visible: the same for every way on which it came."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jointlab.errors import Unavailable
from jointlab.federation.blobs.models import Fetch
from jointlab.federation.blobs.parts import part_path
from jointlab.federation.blobs.policy import GB, Policy
from jointlab.history.arriving import blobs_arrived
from jointlab.history.blobs import store

State = Fetch.State


@transaction.atomic
def arrived(sizes: Mapping[str, int]) -> None:
    """The store holds these files, by SHA-256 with their bytes. What was erased meanwhile goes again."""
    stay = blobs_arrived(sizes)
    now = timezone.now()
    for sha256 in stay:
        Fetch.objects.filter(sha256=sha256).update(
            state=State.HERE, size=sizes[sha256], here_at=now, changed_at=now, code="", sentence="", hashes=b"",
            have=b"", next_at=None, tries=0, rate=0, stopped=False,
        )  # fmt: skip
    Fetch.objects.filter(sha256__in=sizes.keys() - stay).delete()


def publish(sha256: str) -> int:
    """The part of a file, which the caller has proved, becomes the file; its bytes. Raises as `BlobStore.adopt`."""
    path = part_path(settings.NODE.incoming, sha256)
    size = store().adopt(path, sha256=sha256).size
    arrived({sha256: size})
    path.unlink(missing_ok=True)
    return size


def no_room(partner: str, size: int, policy: Policy) -> Unavailable:
    """The fault where a file would take more than the files of a partner may."""
    return Unavailable(
        "fetch.quota", "With this file of {mb} MB the files of {partner} would take more than the {limit} GB that are allowed: [files] quota_gb in jointlab.toml.",
        mb=round(size / 10**6), partner=partner, limit=round(policy.quota / GB),
    )  # fmt: skip
