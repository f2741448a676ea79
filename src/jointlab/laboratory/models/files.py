"""Raw files (records as soon as they arrive) and what a reader made of them (drafts until somebody records them)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jointlab.laboratory.models.instruments import Instrument
from jointlab.laboratory.models.samples import Device, Sample
from jointlab.people.models import Person


class File(models.Model):
    """One raw file, kept byte for byte. The same bytes are one file of a node, whatever their name."""

    class Source(models.TextChoices):
        """How it came."""

        PAGE = "page", _("Page")
        API = "api", _("API")
        DRIVE = "drive", _("Network drive")  # an instrument's network drive
        COMMAND = "command", _("Command line")

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    home = models.CharField(max_length=20)  # the node that has it first; both may have the same bytes
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)  # the last part only, cleaned
    folder = models.CharField(max_length=500, default="", blank=True)  # inside the dropped folder or archive
    size = models.BigIntegerField()
    source = models.CharField(max_length=10, choices=Source.choices)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, null=True, related_name="files")
    received_at = models.DateTimeField(db_index=True)
    received_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sha256", "home"], name="file_once"),)

    def __str__(self) -> str:
        return self.name


class Reading(models.Model):
    """What the reader says about a file: a draft, made again whenever it is lost."""

    class State(models.TextChoices):
        """Where a file stands in the inbox."""

        WAITING = "waiting", _("Waiting")  # in line, or being read
        READ = "read", _("Read")
        QUESTION = "question", _("One decision")  # one decision is needed
        REFUSED = "refused", _("Refused")  # kept, marked unread
        RECORDED = "recorded", _("Recorded")  # a measurement holds it
        ATTACHED = "attached", _("Document")  # kept as a document, no measurement

    file = models.OneToOneField(File, on_delete=models.CASCADE, primary_key=True, related_name="reading")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    settings = models.JSONField(default=dict)  # answers given for this file
    technique = models.CharField(max_length=40, default="", blank=True)
    format = models.CharField(max_length=40, default="", blank=True)
    # The answer of `jointlab read --json`, schema 1, without the file's name, plus "plots" and "columns":
    # what the reader and the analyses found, ready to become a measurement.
    answer = models.JSONField(default=dict)
    refused = models.JSONField(null=True)  # {"code", "message", "question"}
    sample = models.ForeignKey(Sample, on_delete=models.SET_NULL, null=True, related_name="+")  # suggested
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, related_name="+")  # suggested
    why = models.CharField(
        max_length=40, default="", blank=True
    )  # of the suggestion: file-name, folder, session, chosen
    read_at = models.DateTimeField(null=True)
