"""What people type about transfers: each step's form follows from its declaration."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jointlab.errors import BadInput
from jointlab.laboratory.amounts import read_amount
from jointlab.laboratory.forms.samples import faults_at
from jointlab.laboratory.models import Sample
from jointlab.laboratory.operations import transfers as operations
from jointlab.people.models import Institution
from jointlab.processes import Field, Instance, Step


class StepForm(forms.Form):
    """One step. `seen` is the step that the page showed as the latest."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, step: Step, instance: Instance, sample: Sample, left: str = ""
    ) -> None:
        super().__init__(data, initial={"seen": instance.head}, auto_id=f"{step.name}-%s")
        self.step, self.instance, self.sample = step, instance, sample
        for one in step.fields:
            self.fields[one.name] = _field(one, left=left)
        if step.name == "depart":  # the same parcel: what was noted when it was packed need not be typed again
            self.fields["tracking"].initial = next((s.form["tracking"] for s in reversed(instance.standing) if s.form.get("tracking")), "")  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong, each fault at its field."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        typed = {name: str(data.get(name, "")) for name in self.fields if name not in self.errors}
        faults = operations.faults_of(self.step, typed, instance=self.instance, sample=self.sample)
        faults_at(self, [fault for fault in faults if fault.facts.get("field") not in self.errors])
        return data

    def values(self) -> dict[str, str]:
        """What was typed, as the operation takes it."""
        return {one.name: self.cleaned_data.get(one.name, "") for one in self.step.fields}


class AskForm(StepForm):
    """The first step, with the institution that is to have the sample where there is a choice."""

    partner = forms.ModelChoiceField(
        label=_("To whom"), queryset=Institution.objects.none(), to_field_name="prefix", empty_label=None
    )

    def __init__(self, *args: Any, offers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refused: list[BadInput] = []  # why it cannot go to those that are no choice
        if offers:
            choices: Any = self.fields["partner"]
            others = Institution.objects.exclude(prefix=self.sample.institution_id).order_by("prefix")
            faults = {one.prefix: operations.unshared(self.sample, one.prefix) for one in others}
            self.refused = [fault for fault in faults.values() if fault is not None]
            choices.queryset = others.filter(prefix__in=[prefix for prefix, fault in faults.items() if fault is None])
            self.order_fields(["partner"])
        else:
            del self.fields["partner"]

    @property
    def possible(self) -> bool:
        """Whether there is anybody to whom it can go."""
        return "partner" not in self.fields or self.fields["partner"].queryset.exists()  # type: ignore[attr-defined]

    @property
    def partner_typed(self) -> str:
        """The prefix; "" where the caller's own institution asks."""
        partner = self.cleaned_data.get("partner")
        return partner.prefix if partner else ""


def _field(one: Field, *, left: str) -> forms.Field:
    label, hint = gettext(one.title), gettext(one.hint) if one.hint else ""
    common: dict[str, Any] = {"label": label, "required": one.required, "help_text": hint, "max_length": one.most}
    if one.kind == "text":
        return forms.CharField(**common, widget=forms.Textarea(attrs={"rows": 2}))
    if one.kind == "day":
        widget = forms.DateInput(attrs={"type": "date"})
        return forms.CharField(**common, widget=widget, initial=timezone.localdate().isoformat)
    if one.kind == "amount":
        return forms.CharField(**common, initial=left if _positive(left) else "")
    return forms.CharField(**common)


def _positive(text: str) -> bool:
    amount = read_amount(text)
    return amount is not None and amount.value > 0
