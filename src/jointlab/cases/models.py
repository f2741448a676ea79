"""Cases of two-party processes. All tables follow from the steps in the logs; a step is never changed."""

from django.db import models

from jointlab.people.models import Institution, Person


class Case(models.Model):
    """Where one case stands after all steps that are here."""

    id = models.CharField(max_length=80, primary_key=True)  # the instance: the home of its opening step and a UUID
    process = models.CharField(max_length=60)  # with its version
    code = models.CharField(max_length=80)
    title = models.CharField(max_length=300, default="", blank=True)
    subject = models.CharField(max_length=80, default="", blank=True)  # the record that it is about
    state = models.CharField(max_length=40)
    ended = models.BooleanField(default=False)
    waits = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")  # whose move it is
    head = models.CharField(max_length=64)  # hash of the latest step that stands
    agreement = models.CharField(max_length=64, default="", blank=True)  # hash of the version under which it began
    clause = models.CharField(max_length=20, default="", blank=True)
    due = models.DateField(null=True)  # until when the next step is awaited
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["process", "-moved_at", "-id"], name="case_newest"),
            models.Index(fields=["waits", "ended", "-moved_at", "-id"], name="case_waits"),
            models.Index(fields=["ended", "due"], name="case_due"),
            models.Index(fields=["agreement", "clause", "process"], name="case_clause"),
            models.Index(fields=["subject"], name="case_subject"),
            models.Index(fields=["code"], name="case_code"),
        )

    def __str__(self) -> str:
        return self.code


class CaseParty(models.Model):
    """One side of a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="sides")
    party = models.CharField(max_length=20)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    node = models.CharField(max_length=20)  # that writes its steps

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "party"], name="case_party_once"),)
        indexes = (models.Index(fields=["institution", "case"], name="case_of_institution"),)

    def __str__(self) -> str:
        return f"{self.party}: {self.institution_id}"


class CaseStep(models.Model):
    """One step as it was signed, and what became of it."""

    class Verdict(models.TextChoices):
        """As jointlab.processes says it."""

        STANDS = "stands"
        OVERTAKEN = "overtaken"
        REFUSED = "refused"
        WAITING = "waiting"

    id = models.CharField(max_length=80, primary_key=True)  # the record's
    instance = models.CharField(max_length=80)  # no foreign key: a step may come before the opening one
    process = models.CharField(max_length=60)
    step = models.CharField(max_length=40)
    party = models.CharField(max_length=20)
    previous = models.CharField(max_length=64, default="", blank=True)
    hash = models.CharField(max_length=64)
    home = models.CharField(max_length=20)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    form = models.JSONField(default=dict)
    opening = models.JSONField(default=dict)  # of the opening step: subject, code, parties, nodes
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    number = models.IntegerField(default=0)  # of those that stand, from 1
    erased = models.BooleanField(default=False)  # by law: hashes, days and amounts stay, words are gone

    class Meta:
        indexes = (
            models.Index(fields=["instance", "number"], name="case_step_of"),
            models.Index(fields=["-at", "-id"], name="case_step_newest"),
        )

    def __str__(self) -> str:
        return f"{self.instance} {self.step}"


class CaseFile(models.Model):
    """A file that a step names: a scan, a letter, a transcript."""

    step = models.ForeignKey(CaseStep, on_delete=models.CASCADE, related_name="files")
    field = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(default=0)  # bytes, as the step says

    class Meta:
        constraints = (models.UniqueConstraint(fields=["step", "field"], name="case_file_once"),)
        indexes = (models.Index(fields=["sha256"], name="case_file_bytes"),)

    def __str__(self) -> str:
        return self.sha256[:12]
