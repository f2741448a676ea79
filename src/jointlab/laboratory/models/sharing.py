"""What each side has said about sharing a project with a partnership; both tables follow from records."""

from django.db import models

from jointlab.laboratory.models.projects import Project
from jointlab.people.models import Person


class ProjectSharing(models.Model):
    """One institution's word on sharing a project with a partnership. It is shared when all members agree and none holds."""

    id = models.CharField(max_length=160, primary_key=True)  # the record's
    rev = models.IntegerField()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sharings")
    partnership = models.CharField(max_length=80)  # cn+kz
    home = models.CharField(max_length=20)  # prefix of who says it
    agreed = models.BooleanField()
    after_days = models.PositiveIntegerField(default=0)  # this side's records are shared at this age
    hold = models.BooleanField(default=False)  # nothing more is shared for the time being
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "partnership", "home"], name="sharing_of_side_once"),)
        indexes = (models.Index(fields=["partnership", "home"], name="sharing_of_partnership"),)


class ShareByHand(models.Model):
    """A record of a shared project that somebody shared before its age."""

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    record = models.CharField(max_length=80)  # a sample or a measurement
    partnership = models.CharField(max_length=80)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["partnership", "record"], name="shared_by_hand_once"),)
