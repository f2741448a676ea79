"""What people type who ask for a measurement."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jointlab.cases.forms import StepForm
from jointlab.laboratory.measurement_request import REQUEST
from jointlab.laboratory.queries.requests import instruments_elsewhere
from jointlab.laboratory.queries.visibility import visible_samples
from jointlab.people.actors import Actor
from jointlab.processes import Instance

_PINNED = ("agreement", "clause")  # by the node: what is in force


class RequestForm(StepForm):
    """The opening step: which sample, on which instrument, what."""

    sample = forms.CharField(label=_("Sample"), max_length=40, help_text=_("Its code, such as KZ-26-0117"))

    def __init__(self, data: Any = None, *, actor: Actor, sample: str = "", instrument: str = "") -> None:
        step = REQUEST.step("ask")
        assert step is not None, "the process begins with it"
        self.actor, self.known = actor, instruments_elsewhere(actor)
        super().__init__(data, step=step, instance=Instance(REQUEST, ""), first={"sample": sample})
        for name in _PINNED:
            del self.fields[name]
        choices = [(one.pk, f"{one.name} · {one.institution}") for one in self.known]
        chosen = next((one.pk for one in self.known if one.slug == instrument), "")
        self.fields["instrument"] = forms.ChoiceField(
            label=self.fields["instrument"].label, choices=choices, initial=chosen
        )
        self.order_fields(["sample", "instrument"])

    def clean_sample(self) -> str:
        """A sample that the person sees."""
        code = str(self.cleaned_data["sample"]).strip()
        if not visible_samples(self.actor).filter(code=code).exists():
            raise forms.ValidationError(_("There is no such sample, or not for you."))
        return code

    def values(self) -> dict[str, str]:
        """What was typed, as the operation takes it."""
        return {one.name: str(self.cleaned_data.get(one.name) or "") for one in self.step.fields}
