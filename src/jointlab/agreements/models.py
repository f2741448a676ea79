"""Texts of agreements and what follows from the logs about them; drafts, which are in backups only."""

from django.db import models

from jointlab.people.models import Institution, Person


class AgreementVersion(models.Model):
    """One text under its hash. The same text may be recorded by both sides; it is the same version."""

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    hash = models.CharField(max_length=64, db_index=True)
    home = models.CharField(max_length=20)
    agreement = models.CharField(max_length=200, db_index=True)  # the same in all versions
    number = models.IntegerField()
    rank = models.CharField(max_length=20)
    title = models.JSONField(default=dict)  # by language
    parties = models.JSONField(default=list)  # identifiers as the text has them
    parent = models.CharField(max_length=64, default="", blank=True, db_index=True)  # hash
    amends = models.CharField(max_length=64, default="", blank=True, db_index=True)  # hash
    text = models.TextField()  # canonical JSON
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.agreement} {self.number}"


class AgreementCase(models.Model):
    """Which version a case of an agreement is about now. What happened to it stands in the steps of the case."""

    id = models.CharField(max_length=80, primary_key=True)  # the case's
    process = models.CharField(max_length=60)
    version = models.CharField(max_length=64, db_index=True)  # hash of the text on the table
    signatures = models.IntegerField(default=0)
    mark = models.CharField(max_length=64)  # another one whenever the steps that stand are others

    def __str__(self) -> str:
        return f"{self.id} {self.version[:12]}"


class Clearance(models.Model):
    """A house's own note on a text: who looked at it, on what ground. Not for partners."""

    id = models.CharField(max_length=80, primary_key=True)
    case = models.CharField(max_length=80, db_index=True)
    party = models.CharField(max_length=20)
    office = models.CharField(max_length=200)
    ground = models.TextField(default="", blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class SignatoryKey(models.Model):
    """A person's own key under a passphrase; the newest one signs, the others show what was signed with them."""

    id = models.CharField(max_length=80, primary_key=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sealed = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["by", "-at"], name="signatory_key_newest"),)


class Passkey(models.Model):
    """A passkey of a person at one site."""

    id = models.CharField(max_length=80, primary_key=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    credential = models.TextField()  # hexadecimal
    public_key = models.TextField()
    domain = models.CharField(max_length=255)
    origin = models.CharField(max_length=300)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Evidence(models.Model):
    """A digital signature beside the paper, of either side."""

    id = models.CharField(max_length=80, primary_key=True)
    home = models.CharField(max_length=20)
    case = models.CharField(max_length=80, db_index=True)
    version = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=10)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    signed = models.TextField(default="", blank=True)
    of = models.CharField(max_length=80, default="", blank=True)
    device = models.JSONField(
        default=dict
    )  # of a passkey: credential, domain, how often it answered, whether it asked for the person
    file = models.CharField(max_length=64, default="", blank=True)
    size = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.version[:12]}"


class Reference(models.Model):
    """A treaty or an initiative that is referred to."""

    id = models.CharField(max_length=80, primary_key=True)
    rev = models.IntegerField(default=1)
    kind = models.CharField(max_length=20)
    title = models.JSONField(default=dict)
    formerly = models.JSONField(default=list)  # titles that it had before it was corrected
    source = models.CharField(max_length=300, default="", blank=True)
    on = models.DateField(null=True)  # signed
    in_force = models.DateField(null=True)
    ended = models.DateField(null=True)
    text = models.JSONField(default=dict)
    files = models.JSONField(default=dict)  # SHA-256 by name
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class AgreementDraft(models.Model):
    """A text that one side is writing. Private to its institution; no record, in backups only."""

    id = models.CharField(max_length=80, primary_key=True)
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+")
    partner = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+", null=True)
    code = models.CharField(max_length=80)
    document = models.JSONField(default=dict)  # as typed: it need not be sound yet
    revision = models.IntegerField(default=1)  # one more with each change
    base = models.CharField(max_length=64, default="", blank=True)  # hash of the version that it began from
    answers = models.CharField(max_length=80, default="", blank=True)  # the case whose text it is an answer to
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    changed_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=["institution", "-changed_at"], name="draft_newest"),)

    def __str__(self) -> str:
        return self.code


class PaperComparison(models.Model):
    """What this node found when it printed once more what a partner had printed. No record: each node looks for itself."""

    step = models.CharField(max_length=64, primary_key=True)  # hash of the step that names the files
    differ = models.JSONField(default=list)  # names of the files that came out otherwise
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.step[:12]} {self.differ}"


class FormTemplate(models.Model):
    """The columns of a list that an office hands to its ministry: edited by the office, no record, in backups only."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    columns = models.JSONField(default=list)  # [title, value] pairs
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["institution", "name"], name="form_template_once"),)

    def __str__(self) -> str:
        return self.name
