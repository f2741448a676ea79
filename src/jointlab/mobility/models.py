"""What follows from the logs about stays and places. Nothing here is changed but by records."""

from django.db import models

from jointlab.people.models import Institution


class Mobility(models.Model):
    """What the board shows of a case beside where it stands."""

    id = models.CharField(max_length=80, primary_key=True)  # the case's
    person = models.CharField(max_length=80, db_index=True)  # the record of who goes
    sending = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    receiving = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=20)
    activity = models.CharField(max_length=20)
    programme = models.CharField(max_length=200, default="", blank=True)
    first = models.DateField(null=True)  # planned
    last = models.DateField(null=True)
    arrived = models.DateField(null=True)
    departed = models.DateField(null=True)

    def __str__(self) -> str:
        return self.id


class PlaceEntry(models.Model):
    """One line of the count of a clause's places."""

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    agreement = models.CharField(max_length=200)
    clause = models.CharField(max_length=20)
    number = models.IntegerField()
    version = models.CharField(max_length=64)
    act = models.CharField(max_length=10)
    period = models.CharField(max_length=20)
    amount = models.CharField(max_length=40)  # exact: 3 or 7/2
    case = models.CharField(max_length=80, default="", blank=True, db_index=True)
    source = models.CharField(max_length=20, default="", blank=True)
    by = models.CharField(max_length=80, default="", blank=True)
    home = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["agreement", "clause", "number"], name="place_entry_once"),)

    def __str__(self) -> str:
        return f"{self.agreement} {self.clause} {self.number}"
