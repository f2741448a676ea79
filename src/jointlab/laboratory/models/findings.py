from django.db import models


class Term(models.Model):
    """One word of what can be found: an inverted index that works alike on every database (see laboratory/terms.py)."""

    class Kind(models.TextChoices):
        """What is found."""

        SAMPLE = "sample"
        MEASUREMENT = "measurement"
        PERSON = "person"
        PROJECT = "project"

    term = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    target = models.CharField(max_length=80)  # the record

    class Meta:
        constraints = (
            models.UniqueConstraint(  # compared byte by byte, so that the beginning of a word is a range of the index
                fields=["kind", "term", "target"],
                name="term_once",
                opclasses=["varchar_pattern_ops", "varchar_pattern_ops", "varchar_pattern_ops"],
            ),
        )
        indexes = (models.Index(fields=["target"], name="term_of_target"),)
