"""The columns of a list, as an office writes them: what stands in each, in which order, under which heading."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jointlab.agreements.queries.ministry import MOST, Column

_EMPTY = 4  # rows to fill in below those that there are
_FIXED = "fixed"


def value_words() -> dict[str, str]:
    """What may stand in a column, in the reader's language."""
    return {
        "code": gettext("number of the agreement"), "agreement": gettext("identifier of the agreement"), "version": gettext("number of the version"),
        "hash": gettext("hash of the version"), "rank": gettext("what it is: framework, agreement, annex"), "state": gettext("where it stands today"),
        "signed": gettext("day of the last signature"), "first": gettext("first day in force"), "last": gettext("last day"),
        "countries": gettext("countries of the parties"),
        **{f"title_{code}": gettext("title, {language}").format(language=name) for code, name in _NAMES.items()},
        **{f"parties_{code}": gettext("parties, {language}").format(language=name) for code, name in _NAMES.items()},
    }  # fmt: skip


_NAMES = {"en": "English", "ru": "Русский", "kk": "Қазақша", "zh": "中文"}


class ListForm(forms.Form):
    """A list by its columns; what stands in a row without a value is left out."""

    name = forms.CharField(label=_("Name of the form"), max_length=120, help_text=_("As the ministry calls it: Form 7"))

    def __init__(self, data: Any = None, *, name: str, kept: Sequence[Column]) -> None:
        super().__init__(data, initial={"name": name})
        self.count = min(MOST, len(kept) + _EMPTY)
        choices = [("", "—"), *value_words().items(), (_FIXED, gettext("fixed words"))]
        for at in range(self.count):
            title, value = kept[at] if at < len(kept) else ("", "")
            fixed = value[1:-1] if value.startswith('"') else ""
            fields: dict[str, forms.Field] = {
                "order": forms.IntegerField(
                    label=gettext("Order"), required=False, min_value=1, max_value=999, initial=at + 1, widget=forms.NumberInput(attrs={"class": "num"})
                ),
                "title": forms.CharField(label=gettext("Heading"), required=False, max_length=200, initial=title),
                "value": forms.ChoiceField(
                    label=gettext("What stands in it"), required=False, choices=choices, initial=_FIXED if fixed else value
                ),
                "words": forms.CharField(label=gettext("Fixed words"), required=False, max_length=190, initial=fixed),
            }  # fmt: skip
            for part, field in fields.items():
                self.fields[f"{part}-{at}"] = field

    def clean(self) -> dict[str, Any]:
        """Each column with a heading and a value."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for at in range(self.count):
            value, title = data.get(f"value-{at}"), (data.get(f"title-{at}") or "").strip()
            if value and not title:
                self.add_error(f"title-{at}", gettext("This column needs a heading."))
            elif value == _FIXED and not (data.get(f"words-{at}") or "").strip():
                self.add_error(f"words-{at}", gettext("Write the words that stand in every row."))
            elif title and not value and f"value-{at}" not in self.errors:
                self.add_error(
                    f"value-{at}", gettext("Choose what stands in it, or delete the heading to leave the column out.")
                )
        return data

    def columns(self) -> list[Column]:
        """The columns in their order."""
        data = self.cleaned_data
        rows = [at for at in range(self.count) if data.get(f"value-{at}")]
        rows.sort(key=lambda at: (data.get(f"order-{at}") or 999, at))
        return [(data[f"title-{at}"], self._value(at)) for at in rows]

    def _value(self, at: int) -> str:
        value = str(self.cleaned_data[f"value-{at}"])
        return f'"{self.cleaned_data[f"words-{at}"].strip()}"' if value == _FIXED else value

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The fields row by row."""
        return [[self[f"{part}-{at}"] for part in ("order", "title", "value", "words")] for at in range(self.count)]

    @property
    def heads(self) -> list[str]:
        """What stands above the rows, in the order of their fields."""
        return [str(field.label) for field in self.rows[0]]
