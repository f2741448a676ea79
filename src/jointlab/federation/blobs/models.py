"""Files on their way from partners, and what is kept to serve our own. Kept out of the log: all of it can be made again."""

from django.db import models

from jointlab.history.models import Blob


class ChunkList(models.Model):
    """The SHA-256 of each chunk of a file that a partner has asked for: computed once. Goes with the file."""

    blob = models.OneToOneField(Blob, on_delete=models.CASCADE, primary_key=True, related_name="+")
    size = models.BigIntegerField()
    hashes = models.BinaryField()  # 32 bytes each


class Fetch(models.Model):
    """A file of a partner that is not here, or that came from there."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"  # until the settings let it come, or a person asks
        FETCHING = "fetching"
        RESTING = "resting"  # something was amiss: `code` and `sentence`; again at `next_at`
        HERE = "here"

    sha256 = models.CharField(max_length=64, primary_key=True)
    partner = models.CharField(max_length=20)  # prefix of the node that has it
    size = models.BigIntegerField(null=True)  # bytes; None: not known yet
    derived = models.BooleanField(default=False)  # columns or plots
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    asked = models.BooleanField(default=False)  # by a person: before all others, whatever the settings say
    stopped = models.BooleanField(default=False)  # by a person: does not come before somebody asks again
    asked_by = models.CharField(max_length=80, default="", blank=True)  # the person's record
    code = models.CharField(max_length=60, default="", blank=True)
    sentence = models.TextField(default="", blank=True)
    tries = models.IntegerField(default=0)  # that failed, one after the other
    next_at = models.DateTimeField(null=True)
    hashes = models.BinaryField(default=bytes)  # of the chunks, as the partner says; empty: not asked yet
    have = models.BinaryField(default=bytes)  # a bit for each chunk that is on the disk and verified
    rate = models.FloatField(default=0)  # bytes a second, lately
    wanted_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)  # a chunk came
    here_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["partner", "size"], name="fetch_due", condition=~models.Q(state="here")),
            models.Index(fields=["partner", "here_at"], name="fetch_here", condition=models.Q(state="here")),
        )


class ProjectFiles(models.Model):
    """How the files of one project come to this node, as a person has set it on the project's page. Of this node alone."""

    class Mode(models.TextChoices):
        """When they come."""

        AT_ONCE = "at-once"
        AT_NIGHT = "at-night"
        ON_DEMAND = "on-demand"

    slug = models.CharField(max_length=60, primary_key=True)  # of the project
    mode = models.CharField(max_length=10, choices=Mode.choices)
    up_to = models.BigIntegerField(default=0)  # bytes; larger files come when a person asks for them
    by = models.CharField(max_length=80)  # the person's record
    at = models.DateTimeField()


class Served(models.Model):
    """How many bytes of files a partner took on one day (UTC)."""

    partner = models.CharField(max_length=20)
    day = models.DateField()
    bytes = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["partner", "day"], name="served_once"),)
