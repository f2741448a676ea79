"""Measurements, the analyses of each, and one narrow table of figures."""

from django.db import models

from jointlab.laboratory.models.files import File
from jointlab.laboratory.models.instruments import Instrument
from jointlab.laboratory.models.projects import Project
from jointlab.laboratory.models.samples import Device, Sample
from jointlab.people.models import Person


class Measurement(models.Model):
    """One raw file measured on one sample or device."""

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    rev = models.IntegerField()
    code = models.CharField(max_length=40, unique=True)  # KZ-M-000123
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="measurements")
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="measurements")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="measurements")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="+")  # the sample's
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, null=True, related_name="measurements")
    technique = models.CharField(max_length=40, db_index=True)
    format = models.CharField(max_length=40)
    instrument_stated = models.CharField(max_length=200, default="", blank=True)  # what the file calls it
    started = models.CharField(max_length=40, default="", blank=True)  # ISO 8601; an offset only where it is known
    started_zone = models.CharField(max_length=10, default="", blank=True)  # file, setting or ""
    measured_on = models.DateField(db_index=True)  # of `started`, else of arrival: for lists and filters
    recorded_at = models.DateTimeField(db_index=True)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    withdrawn = models.BooleanField(default=False)
    marked = models.PositiveIntegerField(default=0)  # the analysis that a person marked as shown; 0: the latest

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["file", "sample"], name="measurement_of_sample_once", condition=models.Q(device=None)
            ),
            models.UniqueConstraint(fields=["file", "device"], name="measurement_of_device_once"),
        )
        indexes = (
            models.Index(fields=["sample", "technique"], name="measurement_of_sample"),
            models.Index(fields=["-measured_on", "-id"], name="measurement_newest"),
        )

    def __str__(self) -> str:
        return self.code


class Analysis(models.Model):
    """One computation over one measurement: versions, settings, figures. Never changed; a new one stands beside it."""

    id = models.CharField(max_length=80, primary_key=True)  # the record's, or the measurement's for its first
    measurement = models.ForeignKey(Measurement, on_delete=models.CASCADE, related_name="analyses")
    number = models.PositiveIntegerField()  # 1, 2, ... within the measurement
    versions = models.JSONField(default=dict)  # reader and techniques: {"reader": "...", "bet": "2.1"}
    settings = models.JSONField(default=dict)
    # As in the JSON answer of `jointlab read`, numbers as text: tables (with "values_sha256" and "parquet_sha256"),
    # stated, warnings, facts, decisions, analyses, "plots_sha256"
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=500, default="", blank=True)  # it was computed again
    shown = models.BooleanField(default=True)  # the latest recorded, unless a person marked another

    class Meta:
        constraints = (models.UniqueConstraint(fields=["measurement", "number"], name="analysis_number"),)


class Result(models.Model):
    """One figure of one analysis. `value` is for searching and sorting; `value_text` holds the digits recorded."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="results")
    measurement = models.ForeignKey(Measurement, on_delete=models.CASCADE, related_name="results")
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="results")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, null=True, related_name="results")
    order = models.PositiveIntegerField()  # within the analysis
    quantity = models.CharField(max_length=60)  # a name of science.quantities
    value = models.FloatField()  # in the quantity's canonical unit
    value_text = models.CharField(max_length=40)
    uncertainty = models.FloatField(null=True)  # one standard uncertainty, same unit
    uncertainty_text = models.CharField(max_length=40, default="", blank=True)
    unit = models.CharField(max_length=40)
    method = models.CharField(max_length=200, default="", blank=True)
    includes = models.CharField(max_length=500, default="", blank=True)  # what the uncertainty holds
    conditions = models.JSONField(default=dict)
    headline = models.BooleanField(default=False)  # one of the few that are shown first
    shown = models.BooleanField(default=True)  # its analysis is the shown one and the measurement is not withdrawn

    class Meta:
        indexes = (
            models.Index(fields=["quantity", "value", "sample"], name="result_by_value"),
            models.Index(fields=["sample", "quantity", "value"], name="result_of_sample"),
            models.Index(  # lists sorted by a figure
                fields=["quantity", "value", "measurement"],
                condition=models.Q(headline=True, shown=True),
                name="result_headline",
            ),
        )
