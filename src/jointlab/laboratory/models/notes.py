from django.db import models

from jointlab.laboratory.models.measurements import Measurement
from jointlab.laboratory.models.samples import Sample
from jointlab.people.models import Person


class Note(models.Model):
    """Words about a sample or a measurement, with files."""

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    rev = models.IntegerField()
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="notes")
    measurement = models.ForeignKey(Measurement, on_delete=models.PROTECT, null=True, related_name="notes")
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    withdrawn = models.BooleanField(default=False)


class Attachment(models.Model):
    """A document that belongs to a note: kept as it is, offered for download, never rendered."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="attachments")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
