"""A proof of a clause, pasted or brought as a file."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jointlab.agreements.proofs import Proved, check_proof
from jointlab.errors import BadInput
from jointlab.ledger import BODY_LIMIT
from jointlab.web.sentences import sentence


class ProofForm(forms.Form):
    """The proof, and the hash with which it is compared: from the signed paper, not from the proof."""

    hash = forms.CharField(
        label=_("Hash of the version"), max_length=120, help_text=_("As printed at the foot of each signed page; with or without spaces.")
    )  # fmt: skip
    file = forms.FileField(
        label=_("Proof"), required=False, max_length=200, help_text=_("The file that you were given.")
    )
    text = forms.CharField(
        label=_("or its text"), required=False, max_length=BODY_LIMIT, widget=forms.Textarea(attrs={"rows": 4})
    )
    proved: Proved | None = None

    def clean(self) -> dict[str, Any]:
        """What the proof shows, or why it shows nothing."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        brought = data.get("file")
        if brought and brought.size > BODY_LIMIT:
            self.add_error("file", _("This file is too large for a proof."))
            return data
        content = brought.read() if brought else (data.get("text") or "").strip().encode()
        wanted = re.sub(r"\s", "", data.get("hash", "")).lower()
        if not content or "hash" in self.errors:
            self.add_error("file", _("Bring the proof as a file, or paste its text.")) if not content else None
            return data
        try:
            self.proved = check_proof(_tidy(content), wanted)
        except BadInput as fault:
            field = "hash" if fault.code == "agreement.proof_version" else "text" if not brought else "file"
            self.add_error(field, sentence(fault))
        return data


def _tidy(content: bytes) -> bytes:
    """The proof as it was made: a last line feed that an editor added is no part of it."""
    return content.strip()
