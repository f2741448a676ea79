"""What is typed of a treaty or an initiative."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jointlab.agreements.documents.labels import NAMES
from jointlab.agreements.forms.old import ManyFiles
from jointlab.agreements.heads import Reference as Named
from jointlab.agreements.models import Reference
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

    def __init__(self, *args: Any, files: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if files:
            fields["keep"] = forms.MultipleChoiceField(
                label=gettext("Files that stay"), required=False, choices=[(one, one) for one in files], initial=list(files),
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
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
        kept = {"keep": data["keep"]} if "keep" in self.fields else {}
        return plain | words | kept | {"files": {one.name: one.chunks() for one in data["brought"]}}

    @staticmethod
    def first(row: Reference | Named) -> dict[str, Any]:
        """What the fields hold for what is entered, or named by an agreement."""
        plain = {name: getattr(row, name, None) or "" for name in ("kind", "source", "on", "in_force", "ended")}
        words = {"title": row.title, "text": getattr(row, "text", {})}
        return plain | {f"{name}-{language}": text for name, said in words.items() for language, text in said.items()}

    @property
    def by_language(self) -> list[forms.BoundField]:
        """The words, two columns in each line."""
        return [self[f"{name}-{language}"] for language in LANGUAGES for name in ("title", "text")]

    @property
    def plain(self) -> list[forms.BoundField]:
        """All else."""
        names = ("kind", "source", "on", "in_force", "ended", "brought", "keep")
        return [self[name] for name in names if name in self.fields]
