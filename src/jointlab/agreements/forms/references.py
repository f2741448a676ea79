"""What is typed of a treaty or an initiative."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jointlab.agreements.documents.labels import NAMES
from jointlab.agreements.forms.old import ManyFiles
from jointlab.agreements.operations.references import KINDS
from jointlab.agreements.shown import reference_words
from jointlab.agreements.texts import LANGUAGES

_DAY: Any = {"required": False, "max_length": 10, "widget": forms.DateInput(attrs={"type": "date"})}


class ReferenceForm(forms.Form):
    """A treaty, an initiative, an order: titles and texts by language, days, files."""

    kind = forms.ChoiceField(label=_("What it is"))
    source = forms.CharField(
        label=_("Where it is published"), required=False, max_length=300, help_text=_("An address, or the journal with number and day"),
    )  # fmt: skip
    on = forms.CharField(label=_("Signed on"), **_DAY)
    in_force = forms.CharField(label=_("In force from"), **_DAY)
    ended = forms.CharField(label=_("Ended on"), **_DAY)
    brought = ManyFiles(label=_("Files of its text"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].choices = [(one, reference_words(one)) for one in KINDS]
        for language in LANGUAGES:
            attrs = {"lang": language}
            fields[f"title-{language}"] = forms.CharField(
                label=gettext("Title, {language}").format(language=NAMES[language]), required=False, max_length=300,
                widget=forms.TextInput(attrs=attrs),
            )  # fmt: skip
            fields[f"text-{language}"] = forms.CharField(
                label=gettext("What of it matters here, {language}").format(language=NAMES[language]), required=False, max_length=20_000,
                widget=forms.Textarea(attrs={**attrs, "rows": 3}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A title in one language at least."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(data.get(f"title-{language}") for language in LANGUAGES):
            self.add_error(f"title-{LANGUAGES[0]}", gettext("Write the title in one language at least."))
        return data

    def values(self) -> dict[str, Any]:
        """As the operation takes it."""
        data = self.cleaned_data
        words = {
            name: {language: data.get(f"{name}-{language}") or "" for language in LANGUAGES}
            for name in ("title", "text")
        }
        plain = {name: data[name] for name in ("kind", "source", "on", "in_force", "ended")}
        return plain | words | {"files": {one.name: one.chunks() for one in data["brought"]}}

    @property
    def by_language(self) -> list[forms.BoundField]:
        """The words, two columns in each line."""
        return [self[f"{name}-{language}"] for language in LANGUAGES for name in ("title", "text")]

    @property
    def plain(self) -> list[forms.BoundField]:
        """All else."""
        return [self[name] for name in ("kind", "source", "on", "in_force", "ended", "brought")]
