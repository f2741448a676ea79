from django.db import models

from jointlab.people.models import Institution


class Instrument(models.Model):
    """An instrument, where it stands, and what is known about all of its files."""

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    rev = models.IntegerField()
    slug = models.SlugField(max_length=60, unique=True)  # in addresses, and the name of its network drive
    name = models.CharField(max_length=120)  # X'Pert Pro
    computer = models.CharField(max_length=60, default="", blank=True)  # xrd-pc
    place = models.CharField(max_length=120, default="", blank=True)  # room
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    zone = models.CharField(max_length=60)  # IANA zone of the computer's clock
    settings = models.JSONField(default=dict)  # answers remembered for its files
    records_alone = models.BooleanField(default=False)  # a file that names its sample is recorded without a person
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name
