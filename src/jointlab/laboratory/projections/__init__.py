"""How this room's records become rows: one module for each subject, with its record types in TYPES."""

from jointlab.history.registry import RecordType, register_sharing
from jointlab.history.registry import register as register_types
from jointlab.laboratory import models
from jointlab.laboratory.projections import (
    devices,
    files,
    instruments,
    measurements,
    notes,
    projects,
    samples,
    sharing,
    transfers,
)
from jointlab.laboratory.queries.due import projects_rule, transfers_rule

TYPES: tuple[RecordType, ...] = (
    *projects.TYPES,
    *instruments.TYPES,
    *samples.TYPES,
    *devices.TYPES,
    *measurements.TYPES,
    *notes.TYPES,
    *files.TYPES,
    *transfers.TYPES,
    *sharing.TYPES,
)

TABLES = (  # what points to another table before that table
    models.ShareByHand, models.ProjectSharing, models.TransferStep, models.Transfer, models.Term, models.Attachment, models.Note, models.Result, models.Analysis, models.Measurement, models.File,
    models.Device, models.Parent, models.Tag, models.Sample, models.Series, models.Instrument, models.Membership, models.Project,
)  # fmt: skip


def register() -> None:
    """Called once when the program starts."""
    register_types(*TYPES, tables=TABLES, drafts=files.drafted_columns)
    register_sharing(projects_rule, types=("project-sharing/1", "project/1", "case-step/1", "agreement-version/1"))
    register_sharing(transfers_rule)
