"""One delivery as it travels: a checkpoint and a page of the entries before it. Pure."""

from dataclasses import dataclass
from typing import Final, Self

from jointlab.errors import BadInput
from jointlab.federation.codec import PAGE_BYTES
from jointlab.ledger.notes import NOTE_LIMIT

DELIVERY_LIMIT: Final = PAGE_BYTES + NOTE_LIMIT + 128 * 1024  # bytes of one delivery
MEDIA_TYPE: Final = "application/vnd.jointlab.delivery"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A checkpoint and a page of the entries before it: `start LF length-of-note LF note page`."""

    start: int  # position of the page's first entry
    note: bytes
    page: bytes  # compressed; empty when there is nothing but the checkpoint

    def to_bytes(self) -> bytes:
        """As it travels."""
        return f"{self.start}\n{len(self.note)}\n".encode() + self.note + self.page

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read one. Raises BadInput ``delivery.form``."""
        start, _, rest = data.partition(b"\n")
        length, _, rest = rest.partition(b"\n")
        if not (start.isdigit() and length.isdigit() and len(start) < 17 and len(length) < 7):
            raise BadInput("delivery.form", "This is no delivery of a page.")
        size = int(length)
        return cls(int(start), rest[:size], rest[size:])
