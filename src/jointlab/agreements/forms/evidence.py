"""What is typed for digital evidence: a passphrase for a new key, a signature with it, a signature from elsewhere."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jointlab.agreements.signing.keys import SHORTEST
from jointlab.errors import BadInput
from jointlab.web.sentences import sentence

_DAY = forms.DateInput(attrs={"type": "date"})
FIELDS = ("office", "mandate", "mandate_until", "act", "day")


def _secret(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


class KeyForm(forms.Form):
    """A passphrase, twice."""

    passphrase = forms.CharField(
        label=_("Passphrase"), max_length=1000, strip=False, widget=_secret("new-password"),
        help_text=_("Twelve characters or more, several words for example. Nobody can restore it, no administrator either."),
    )  # fmt: skip
    again = forms.CharField(label=_("The same again"), max_length=1000, strip=False, widget=_secret("new-password"))

    def clean(self) -> dict[str, Any]:
        """Both alike, and long enough."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = data.get("passphrase", ""), data.get("again", "")
        if first and second and first != second:
            self.add_error("again", _("The two are not the same."))
        if first and len(first) < SHORTEST:
            fault = BadInput("signing.passphrase_short", "A passphrase of {length} characters is guessed too easily; use {least} or more, several words for example.", length=len(first), least=SHORTEST)  # fmt: skip
            self.add_error("passphrase", sentence(fault))
        return data


class SignForm(forms.Form):
    """Who signs in which office, by what mandate, on which day."""

    office = forms.CharField(label=_("In which office"), max_length=300, help_text=_("Rector, dean, director of the laboratory"))  # fmt: skip
    mandate = forms.CharField(
        label=_("By what mandate"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Charter, or power of attorney with its number and day"),
    )  # fmt: skip
    mandate_until = forms.CharField(label=_("Mandate valid until"), required=False, max_length=10, widget=_DAY)
    act = forms.ChoiceField(
        label=_("What you sign"), choices=(("sign", _("I agree to this text for my side")), ("attest", _("the signed and sealed paper carries this hash")))
    )  # fmt: skip
    day = forms.CharField(label=_("Day"), max_length=10, widget=_DAY)
    read = forms.BooleanField(label=_("I have read the text, and I know what the node will keep to"))
    passphrase = forms.CharField(label=_("Passphrase of your key"), max_length=1000, strip=False, widget=_secret("current-password"))  # fmt: skip


class NationalForm(forms.Form):
    """A detached signature as a file."""

    file = forms.FileField(
        label=_("Signature file"), max_length=200,
        help_text=_("A detached signature (CMS, PKCS #7; .p7s, .sig, .cms, PEM) over one of the PDF files, over the version as JSON, or over its hash as text. At most 1 MB."),
    )  # fmt: skip
