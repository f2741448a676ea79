"""Samples (materials) and the devices made of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jointlab.laboratory.models.projects import Project
from jointlab.people.models import Institution, Person


class Sample(models.Model):
    """A material: what it is, how it was made, of what, how much is left."""

    class Form(models.TextChoices):
        """What one holds in the hand."""

        POWDER = "powder", _("Powder")
        FILM = "film", _("Film")
        PELLET = "pellet", _("Pellet")
        CRYSTAL = "crystal", _("Crystal")
        SOLUTION = "solution", _("Solution")
        SLURRY = "slurry", _("Slurry")
        OTHER = "other", _("Other")

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    rev = models.IntegerField()
    code = models.CharField(max_length=40, unique=True)  # KZ-26-0117, by the institution's pattern
    title = models.CharField(max_length=200)  # LiFePO₄/C, 2 % Zn
    composition = models.CharField(max_length=200, default="", blank=True)  # a formula, as typed
    form = models.CharField(max_length=20, choices=Form.choices, default=Form.POWDER)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="samples")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField(null=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    synthesis = models.TextField(default="", blank=True)
    steps = models.JSONField(
        default=list
    )  # [{"what", "temperature", "duration", "atmosphere"}], values with unit as typed
    amount = models.CharField(max_length=40, default="", blank=True)  # "620 mg": a decimal and its unit
    hazards = models.JSONField(default=list)  # GHS pictograms: GHS01 .. GHS09
    created_at = models.DateTimeField(db_index=True)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    archived = models.BooleanField(default=False)

    class Meta:
        indexes = (
            # One for each order and filter of the list, so that no page of it is sorted in memory.
            models.Index(fields=["-created_at", "-id"], name="sample_newest"),
            models.Index(fields=["project", "-created_at", "-id"], name="sample_of_project"),
            models.Index(fields=["created_by", "-created_at", "-id"], name="sample_of_person"),
            models.Index(fields=["form", "-created_at", "-id"], name="sample_of_form"),
        )

    def __str__(self) -> str:
        return self.code


class Tag(models.Model):
    """A word on a sample."""

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="tags")
    word = models.CharField(max_length=60)
    created_at = models.DateTimeField()  # the sample's, so that the samples of a tag are read newest first

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sample", "word"], name="tag_once"),)
        indexes = (models.Index(fields=["word", "-created_at", "-sample"], name="tag_newest"),)


class Series(models.Model):
    """The last number given in one series of codes: "KZ-26-" and 117. Follows from the codes recorded."""

    head = models.CharField(max_length=40, primary_key=True)
    last = models.BigIntegerField()


class Parent(models.Model):
    """What a sample was made from: another sample, or a part split off it."""

    class How(models.TextChoices):
        """The way from parent to child."""

        MADE_FROM = "made_from", _("Made from")
        SPLIT = "split", _("Split off")

    child = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="parents")
    # Without a constraint of the database: a partner's sample may be made from one that is not shared.
    parent = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="children", db_constraint=False)
    how = models.CharField(max_length=10, choices=How.choices)
    amount = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["child", "parent"], name="parent_once"),)


class Device(models.Model):
    """Powder > electrode > cell; film > solar cell. A figure belongs to what was measured."""

    class Kind(models.TextChoices):
        """What was built."""

        ELECTRODE = "electrode", _("Electrode")
        CELL = "cell", _("Cell")
        SOLAR_CELL = "solar_cell", _("Solar cell")
        OTHER = "other", _("Other")

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    rev = models.IntegerField()
    code = models.CharField(max_length=60, unique=True)  # KZ-26-0117-E1, -C3
    kind = models.CharField(max_length=20, choices=Kind.choices)
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="devices")  # the material under study
    made_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="built"
    )  # cell: its electrode
    # Decimals with units as typed, by the names in laboratory/properties.py
    properties = models.JSONField(default=dict)
    note = models.TextField(default="", blank=True)
    made_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    archived = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.code
