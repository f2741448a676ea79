"""What people type about devices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jointlab.laboratory.forms.samples import faults_at
from jointlab.laboratory.models import Device, Sample
from jointlab.laboratory.operations import devices as operations
from jointlab.laboratory.operations.devices import DeviceDraft
from jointlab.laboratory.properties import BY_NAME, PROPERTIES
from jointlab.people.actors import Actor

PROPERTY_WORDS = {
    "area": _("Area"), "coating_mass": _("Mass of the coating"), "active_fraction": _("Active fraction"),
    "active_mass": _("Mass of active material"), "loading": _("Loading of active material"), "thickness": _("Thickness"),
    "electrolyte": _("Electrolyte"), "counter_electrode": _("Counter electrode"), "one_c": _("1C means"),
}  # fmt: skip
_HINTS = {
    "active_mass": _("Or the coating’s mass and its active fraction, or loading and area: then it is computed."),
    "one_c": _("A capacity or a current at 1C: 170 mAh/g, 170 mA/g, 1.7 mA."),
}


class DeviceForm(forms.Form):
    """A device of a sample; its kind is chosen before and stays."""

    made_of = forms.ModelChoiceField(
        label=_("Built of"), queryset=Device.objects.none(), required=False, empty_label=_("the sample itself")
    )
    made_on = forms.CharField(
        label=_("Made on"), required=False, max_length=10, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self, *args: Any, actor: Actor, sample: Sample, kind: str, device: Device | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.sample, self.kind, self.device = actor, sample, kind, device
        others = Device.objects.filter(sample=sample, archived=False).exclude(pk=device.pk if device else "")
        made_of: Any = self.fields["made_of"]
        made_of.queryset = others.order_by("code")
        for known in PROPERTIES:
            if kind in known.kinds:
                self.fields[known.name] = forms.CharField(
                    label=PROPERTY_WORDS[known.name], required=False, max_length=200,
                    help_text=_HINTS.get(known.name, ""), widget=forms.TextInput(attrs={"placeholder": known.example}),
                )  # fmt: skip
        last = ("made_on", "note")
        self.order_fields([*(name for name in self.fields if name not in last), *last])

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong, each fault at its field."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        faults_at(self, operations.faults_of(self.actor, self.draft(), sample=self.sample, device=self.device))
        return data

    def draft(self) -> DeviceDraft:
        """What was typed."""
        data = self.cleaned_data
        return DeviceDraft(
            kind=self.kind, made_of=data["made_of"].pk if data.get("made_of") else "", note=data.get("note", ""),
            made_on=data.get("made_on", ""), properties={name: data[name] for name in BY_NAME if data.get(name)},
        )  # fmt: skip


def initial_of(device: Device) -> dict[str, Any]:
    """A device as the form's first values."""
    return {
        **device.properties, "made_of": device.made_of_id, "note": device.note,
        "made_on": device.made_on.isoformat() if device.made_on else "",
    }  # fmt: skip
