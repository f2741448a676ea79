"""What is typed when a text is cleared inside the house, and when the signed paper is attested."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jointlab.agreements.of_many import is_entry
from jointlab.cases.forms import StepForm


class ClearForm(forms.Form):
    """Who looked at the text inside the own house. The partner sees none of it."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    office = forms.CharField(label=_("Cleared by"), max_length=200, help_text=_("The office: legal department, international office, faculty"))  # fmt: skip
    ground = forms.CharField(
        label=_("On what ground"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Opinion, minutes or order with its number and day. Stays inside the house."),
    )  # fmt: skip


class AttestForm(StepForm):
    """The signed paper: its scan, who signed by what mandate, and that its hash was compared."""

    compared = forms.BooleanField(label=_("I compared the hash on every page of the paper with the one shown here"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].widget = forms.HiddenInput()
        self.fields["scan"].help_text = gettext("One PDF or picture of all pages, signed and sealed.")
        if is_entry(self.instance.process.name):  # paper from before there was a hash
            self.fields["compared"].label = gettext("I compared what was entered with our own signed paper")
            self.fields["signed_on"].initial = ""
        self.order_fields(["scan", "signed_on", "signatory", "mandate", "mandate_until", "compared"])
