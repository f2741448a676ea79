"""Tables of the laboratory: projections of records, and drafts (readings that nobody has recorded yet)."""

from jointlab.laboratory.models.files import File, Reading
from jointlab.laboratory.models.findings import Term
from jointlab.laboratory.models.instruments import Instrument
from jointlab.laboratory.models.measurements import Analysis, Measurement, Result
from jointlab.laboratory.models.notes import Attachment, Note
from jointlab.laboratory.models.projects import Membership, Project
from jointlab.laboratory.models.samples import Device, Parent, Sample, Series, Tag
from jointlab.laboratory.models.sharing import ProjectSharing, ShareByHand
from jointlab.laboratory.models.transfers import Transfer, TransferStep

__all__ = [
    "Analysis", "Attachment", "Device", "File", "Instrument", "Measurement", "Membership", "Note", "Parent", "Project",
    "ProjectSharing", "Reading", "Result", "Sample", "Series", "ShareByHand", "Tag", "Term", "Transfer", "TransferStep",
]  # fmt: skip
