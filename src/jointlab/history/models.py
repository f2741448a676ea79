"""Logs as rows: entries (hashes) with their bodies beside them, and where each record stands."""

from typing import Any

from django.db import models

from jointlab.errors import Fault

_LONGEST = 2000  # characters of a sentence, and of each of its facts, that is kept


class Log(models.Model):
    """One append-only log with its Merkle frontier; the house log is named `house`.

    This node writes its house log and its shared ones; a mirror is a verified copy of what another node shares.
    """

    class Kind(models.TextChoices):
        """Whose it is, and for whom."""

        HOUSE = "house"  # every record of this node
        SHARED = "shared"  # what this node shares with a partnership; bodies lie in the house log
        MIRROR = "mirror"  # a partner's shared log

    class State(models.TextChoices):
        """What may happen to it next."""

        OPEN = "open"  # appended to, or followed
        RECOVERING = "recovering"  # own: a backup was restored, partners have not yet been asked how far they got
        HALTED = "halted"  # mirror: it does not fit what was seen before; the evidence waits for a person
        CLOSED = "closed"  # the sharing has ended; only erasures may follow

    name = models.CharField(max_length=120, primary_key=True)  # house, cn+kz/kz
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.HOUSE)
    partnership = models.CharField(max_length=80, default="", blank=True)  # prefixes, sorted: cn+kz; "" for the house
    home = models.CharField(max_length=20, default="", blank=True)  # prefix of the node that writes it
    origin = models.CharField(max_length=200)  # of its checkpoints
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=bytes)  # ledger.tree.Frontier, updated in the transaction that appends
    signed_size = models.BigIntegerField(default=0)  # of its newest checkpoint
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    # The keys that count, oldest first: [{"vkey": ..., "from": size, "void": size or null}]. Empty: this node's own.
    keys: "models.JSONField[list[dict[str, Any]]]" = models.JSONField(default=list)
    recovery = models.TextField(
        default="", blank=True
    )  # mirror: verifier key of the offline key that may revoke others
    refusals = models.IntegerField(default=0)  # mirror: pages refused one after the other
    looked = models.BigIntegerField(default=0)  # shared: number of the newest entry that the last round of sharing saw
    looked_at = models.DateTimeField(null=True)
    held = models.CharField(max_length=64, default="", blank=True)  # shared: hash of what was held then

    class Meta:
        constraints = (models.UniqueConstraint(fields=["partnership", "home", "kind"], name="log_of_member_once"),)


class Checkpoint(models.Model):
    """A signed statement of a log's size and root (C2SP note): ours, or a partner's that this copy agreed with."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="checkpoints")
    size = models.BigIntegerField()
    note = models.TextField()
    frontier = models.BinaryField()  # at this size: where the next signing begins; its root is the one that is signed
    at = models.DateTimeField()  # when it was signed, or last signed again, by this node's clock

    class Meta:
        constraints = (models.UniqueConstraint(fields=["log", "size"], name="checkpoint_once"),)


class Entry(models.Model):
    """One line of a log. The body may be erased; the entry, which holds only hashes, stays.

    Rows are added only while the house log is held, so their automatic numbers are the order in which this node
    learnt things.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="entries")
    position = models.BigIntegerField()
    record = models.CharField(max_length=80)
    type = models.CharField(max_length=60)
    op = models.CharField(max_length=10, default="put")  # of ledger.entries.Op
    entry = models.BinaryField()  # canonical bytes, the leaf of the tree
    body = models.BinaryField(null=True)  # canonical bytes; None when erased, withheld, not there, or at `source`
    source = models.BigIntegerField(null=True)  # in a shared log: position in the house log of the body

    class Meta:
        constraints = (models.UniqueConstraint(fields=["log", "position"], name="entry_position"),)
        indexes = (
            models.Index(fields=["record", "position"], name="entry_of_record"),
            models.Index(fields=["log", "op", "position"], name="entry_unusual", condition=~models.Q(op="put")),
        )


class Record(models.Model):
    """Where a record stands now: its latest revision."""

    id = models.CharField(max_length=80, primary_key=True)
    type = models.CharField(max_length=60)
    rev = models.IntegerField()
    position = models.BigIntegerField()  # in the house log; of a partner's record, in the log that told it last
    home = models.CharField(max_length=20)
    erased = models.BooleanField(default=False)
    withheld = models.BooleanField(default=False)  # a partner's: no longer shared with us


class Blob(models.Model):
    """A file that the store holds. `derived` ones (parsed columns) can be made again from the raw file."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    derived = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)


class NamedBlob(models.Model):
    """A file that a record in a shared log or a mirror names: who may ask for it, and what is still to be fetched."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+")
    record = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(null=True)  # bytes, where the record says it
    derived = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sha256", "log", "record"], name="named_blob_once"),)
        indexes = (models.Index(fields=["log", "record"], name="named_blob_of_record"),)


class SetAside(models.Model):
    """A partner's record that is kept in the log and is not among the rows, with the reason."""

    class Why(models.TextChoices):
        """What is amiss, and what would mend it."""

        FAULT = "fault"  # it breaks the rules: only its home can mend it, by a new revision
        TYPE = "type"  # of a type or version that this program does not know: an upgrade
        NEEDS = "needs"  # it rests on a record that is not here yet: that record's arrival
        BODY = "body"  # the body did not come with it: asking again

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="set_aside")
    position = models.BigIntegerField()
    record = models.CharField(max_length=80, db_index=True)
    type = models.CharField(max_length=60)
    why = models.CharField(max_length=10, choices=Why.choices)
    code = models.CharField(max_length=60)
    template = models.TextField()  # the English sentence with names in braces, by which pages find the translation
    facts: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict)  # what stands for the names
    needs = models.CharField(max_length=80, default="", blank=True, db_index=True)  # the record that is waited for
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["log", "position"], name="set_aside_once"),)

    @property
    def fault(self) -> Fault:
        """The reason, for whoever shows it."""
        return Fault(self.code, self.template, **self.facts)

    @property
    def sentence(self) -> str:
        """The reason in English."""
        return self.fault.message


def reason_of(fault: Fault) -> dict[str, Any]:
    """A fault as `SetAside` keeps it; what a hostile record made very long is cut."""
    plain = (str, int, float, bool, type(None))
    facts = {name: value if isinstance(value, plain) else str(value) for name, value in fault.facts.items()}
    cut = {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in facts.items()}
    return {"code": fault.code[:60], "template": fault.template[:_LONGEST], "facts": cut}


class Halt(models.Model):
    """Why a mirror stopped, with what was held and what was shown, byte for byte, until a person settles it."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="halts")
    at = models.DateTimeField()
    reason = models.CharField(max_length=20)  # of ledger.mirror.Reason
    sentence = models.TextField()
    evidence = models.BinaryField()  # of ledger.evidence: verifies without this node
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, default="", blank=True)  # the person's record
    settlement = models.TextField(default="", blank=True)
