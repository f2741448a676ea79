"""Transfers of samples between sites. Both tables follow from the steps in the logs; a step is never changed."""

from django.db import models

from jointlab.laboratory.models.samples import Sample
from jointlab.people.models import Institution, Person


class Transfer(models.Model):
    """Where one transfer stands after all steps that are here. Amounts are decimals as text, in `unit`."""

    id = models.CharField(max_length=80, primary_key=True)  # the instance: the home of its opening step and a UUID
    code = models.CharField(max_length=80)  # KZ-26-0117-T1
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="transfers")
    sender = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20)
    ended = models.BooleanField(default=False)
    waits = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")  # whose move it is
    head = models.CharField(max_length=64)  # hash of the latest step that stands
    unit = models.CharField(max_length=20, default="", blank=True)
    sent = models.CharField(max_length=80, default="0")
    under_way = models.CharField(max_length=80, default="0")
    there = models.CharField(max_length=80, default="0")
    back = models.CharField(max_length=80, default="0")
    used = models.CharField(max_length=80, default="0")
    lost = models.CharField(max_length=80, default="0")
    home_again = models.CharField(max_length=80, default="0")
    sent_on = models.DateField(null=True)
    arrived_on = models.DateField(null=True)  # the first part of it
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["-moved_at", "-id"], name="transfer_newest"),
            models.Index(fields=["waits", "-moved_at", "-id"], name="transfer_waits"),
        )

    def __str__(self) -> str:
        return self.code


class TransferStep(models.Model):
    """One step as it was signed, and what became of it."""

    class Verdict(models.TextChoices):
        """As jointlab.processes says it."""

        STANDS = "stands"
        OVERTAKEN = "overtaken"
        REFUSED = "refused"
        WAITING = "waiting"

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    instance = models.CharField(max_length=80)  # no foreign key: a step may come before the opening one
    step = models.CharField(max_length=40)
    party = models.CharField(max_length=20)
    previous = models.CharField(max_length=64, default="", blank=True)
    hash = models.CharField(max_length=64)
    home = models.CharField(max_length=20)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    form = models.JSONField(default=dict)
    opening = models.JSONField(default=dict)  # of the opening step: process, sample, code, parties, nodes
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    number = models.IntegerField(default=0)  # of those that stand, from 1
    erased = models.BooleanField(default=False)  # by law: amounts and dates stay, words are gone

    class Meta:
        indexes = (models.Index(fields=["instance", "number"], name="step_of_instance"),)
