"""What people type about cases: each step's form follows from its declaration."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext

from jointlab.cases import operations
from jointlab.people.pages import at_field
from jointlab.processes import Field, Instance, Step
from jointlab.processes.process import CHOICE, DAY, FILE, TEXT


class StepForm(forms.Form):
    """One step. `seen` is the step that the page showed as the latest."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(
        self, data: Mapping[str, Any] | None = None, files: Any = None, *, step: Step, instance: Instance, first: Mapping[str, str] | None = None
    ) -> None:  # fmt: skip
        super().__init__(data, files, initial={"seen": instance.head} | dict(first or {}), auto_id=f"{step.name}-%s")
        self.step, self.instance = step, instance
        for one in step.typed:
            self.fields[one.name] = field_of(one)

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong, each fault at its field."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for fault in operations.faults_of(self.step, self.values(), instance=self.instance, uploads=self.uploads()):
            if fault.facts.get("field") not in self.errors:
                at_field(self, fault)
        return data

    def values(self) -> dict[str, str]:
        """What was typed, as the operation takes it."""
        plain = [one.name for one in self.step.typed if one.kind != FILE]
        return {name: str(self.cleaned_data.get(name) or "") for name in plain}

    def uploads(self) -> dict[str, Any]:
        """The files that were brought, in pieces."""
        named = [one.name for one in self.step.typed if one.kind == FILE]
        return {name: self.cleaned_data[name].chunks() for name in named if self.cleaned_data.get(name)}


def field_of(one: Field) -> forms.Field:
    """A field of a form as it is typed."""
    common: dict[str, Any] = {
        "label": gettext(one.title), "required": one.required, "help_text": gettext(one.hint) if one.hint else "",
    }  # fmt: skip
    if one.kind == FILE:
        return forms.FileField(**common, max_length=200)
    if one.kind == CHOICE:
        empty = [] if one.required else [("", "—")]
        return forms.ChoiceField(**common, choices=[*empty, *((value, gettext(title)) for value, title in one.choices)])
    if one.kind == TEXT:
        return forms.CharField(**common, max_length=one.most, widget=forms.Textarea(attrs={"rows": 3}))
    if one.kind == DAY:
        widget = forms.DateInput(attrs={"type": "date"})
        first = timezone.localdate().isoformat if one.required else ""
        return forms.CharField(**common, max_length=one.most, widget=widget, initial=first)
    return forms.CharField(**common, max_length=one.most)
