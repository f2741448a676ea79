"""What a check finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing found: `wrong` for a fault; otherwise a remark that needs no hurry."""

    code: str  # log.body, blob.missing, ...
    subject: str  # an entry (house:17), a record, a table, a file
    sentence: str
    advice: str
    wrong: bool = True


def fault(code: str, subject: str, sentence: str, advice: str) -> Finding:
    """Something is wrong."""
    return Finding(code, subject, sentence, advice)


def remark(code: str, subject: str, sentence: str, advice: str) -> Finding:
    """Something is worth knowing."""
    return Finding(code, subject, sentence, advice, wrong=False)
