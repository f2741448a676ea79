"""Partners and the links to them: kept out of the log like other credentials; in backups. Pairings are records."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Partner(models.Model):
    """Another node: who it says it is, what was confirmed, and how the link is."""

    class Reach(models.TextChoices):
        """Who opens the connections."""

        BOTH = "both"  # each pulls from the other
        WE_DELIVER = "we-deliver"  # this node cannot be reached: it opens every connection
        THEY_DELIVER = "they-deliver"  # the partner cannot be reached
        CARRIED = "carried"  # no connection at all: pages travel on a disk

    class State(models.TextChoices):
        """What a person sees of the link."""

        WAITING = "waiting", _("not paired yet")
        IN_STEP = "in-step", _("in step")
        BEHIND = "behind", _("behind")
        CUT_OFF = "cut-off", _("cut off")
        HALTED = "halted", _("halted")

    prefix = models.CharField(max_length=20, primary_key=True)
    origin = models.CharField(max_length=200)
    address = models.CharField(
        max_length=300, default="", blank=True
    )  # https://lab.example.org; nothing else is called
    reach = models.CharField(max_length=12, choices=Reach.choices, default=Reach.BOTH)
    private_allowed = models.BooleanField(default=False)  # addresses of a campus network or of this machine
    document = models.TextField()  # the node document, as it was signed when the pairing was proposed or renewed
    code = models.CharField(max_length=40)  # of the pairing
    # Its node keys, oldest first: {"vkey": ..., "void": bool}. A request may be signed by any that is not void.
    keys: "models.JSONField[list[dict[str, Any]]]" = models.JSONField(default=list)
    recovery = models.CharField(max_length=400)  # verifier key of its recovery key
    statements = models.IntegerField(default=0)  # number of its newest statement about keys that was taken over
    proposed_at = models.DateTimeField()
    asked_here = models.BooleanField(default=False)  # this node proposed, at the address that was typed here
    confirmed_at = models.DateTimeField(null=True)  # here
    confirmed_by = models.CharField(max_length=80, default="", blank=True)

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    code_of_state = models.CharField(max_length=60, default="", blank=True)  # of the fault that cut the link
    sentence = models.TextField(default="", blank=True)
    seen_at = models.DateTimeField(null=True)  # it answered, or asked
    proof_at = models.DateTimeField(null=True)  # when the newest verified checkpoint was signed, by the partner's clock
    skew = models.FloatField(default=0)  # seconds that its clock is ahead
    poked_at = models.DateTimeField(null=True)  # it said that there is something new
    page_records = models.IntegerField(default=500)  # entries that are asked for at once
    received = models.BigIntegerField(default=0)  # bytes of pages
    sent = models.BigIntegerField(default=0)

    @property
    def paired(self) -> bool:
        """Whether both sides have confirmed the same code: ours here, theirs in their own log."""
        homes = Pairing.objects.filter(code=self.code).values_list("home", "partner")
        return self.confirmed_at is not None and any(home == self.prefix for home, _ in homes)

    @property
    def waits(self) -> bool:
        """Whether only the other side’s confirmation is missing, as far as this node can tell."""
        told = self.code_of_state in ("", "partner.not-paired")
        return self.confirmed_at is not None and told and not self.paired


class Pairing(models.Model):
    """A node's word that it knows another by its keys: ours, and the partners' (projection of records)."""

    record = models.CharField(max_length=80, primary_key=True)
    home = models.CharField(max_length=20)
    partner = models.CharField(max_length=20)
    origin = models.CharField(max_length=200)
    key = models.CharField(max_length=400)
    recovery = models.CharField(max_length=400)
    code = models.CharField(max_length=40)
    by = models.CharField(max_length=80, default="", blank=True)
    at = models.DateTimeField()


class Joining(models.Model):
    """A node's word that it shares with a partnership of more than two: ours, and the partners' (projection of records)."""

    record = models.CharField(max_length=80, primary_key=True)
    home = models.CharField(max_length=20)
    partnership = models.CharField(max_length=80)  # cn+kz+uz
    # As the writer knows them, by prefix: {"home": ..., "origin": ..., "recovery": ...}
    members: "models.JSONField[list[dict[str, str]]]" = models.JSONField(default=list)
    by = models.CharField(max_length=80, default="", blank=True)
    at = models.DateTimeField()


class Sighting(models.Model):
    """A checkpoint that one member shows of another's log, farther than this node's copy: compared when that gets there."""

    log = models.CharField(max_length=120)
    by = models.CharField(max_length=20)
    size = models.BigIntegerField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["log", "by"], name="sighting_once"),)


class Receipt(models.Model):
    """The newest cosignature of a partner under one of our logs: it holds the log up to this size."""

    log = models.CharField(max_length=120)
    partner = models.CharField(max_length=20)
    size = models.BigIntegerField()
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["log", "partner"], name="receipt_once"),)


class Delivered(models.Model):
    """A page that a partner delivered, until the whole of what its checkpoint signs has come."""

    log = models.CharField(max_length=120)
    position = models.BigIntegerField()  # of its first entry
    count = models.IntegerField()  # of its entries
    page = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["log", "position"], name="delivered_once"),)


class Nonce(models.Model):
    """Of a signed request that changes something: kept until its signature has expired, so that it counts once."""

    key = models.CharField(max_length=120, unique=True)  # key id and nonce
    expires_at = models.DateTimeField(db_index=True)


class KeyWord(models.Model):
    """A statement about a node's keys, ours or a partner's (projection of records)."""

    record = models.CharField(max_length=80, primary_key=True)
    home = models.CharField(max_length=20)
    number = models.IntegerField()
    note = models.TextField()
    at = models.DateTimeField()
