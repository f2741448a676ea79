from django.db import models
from django.utils.translation import gettext_lazy as _

from jointlab.people.models import Institution, Person


class Project(models.Model):
    """What samples are made for. A restricted project is seen by its members only."""

    class Kind(models.TextChoices):
        """The kind of research."""

        FUNDAMENTAL = "fundamental", _("Fundamental research")
        APPLIED = "applied", _("Applied research")
        CONTRACT = "contract", _("Contract research")
        EDUCATION = "education", _("Education")

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    rev = models.IntegerField()
    slug = models.SlugField(max_length=60, unique=True)  # in addresses
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.FUNDAMENTAL)
    summary = models.TextField(default="", blank=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    restricted = models.BooleanField(default=False)
    closed = models.BooleanField(default=False)
    # A patent is being prepared: nothing of it is opened to anybody until the hold is lifted.
    patent_hold = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    members: "models.ManyToManyField[Person, Membership]" = models.ManyToManyField(
        Person, through="Membership", related_name="projects"
    )

    def __str__(self) -> str:
        return self.title


class Membership(models.Model):
    """A person in a project; the way in for persons of a partner."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["project", "person"], name="member_once"),)
