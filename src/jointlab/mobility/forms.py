"""What is typed about stays: the nomination, a change, rows of courses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jointlab.cases.forms import field_of
from jointlab.mobility.components import MOST_ROWS
from jointlab.mobility.process import APPROVED, MINOR, MOBILITY
from jointlab.people.models import Person

_EMPTY_ROWS = 4


class NominateForm(forms.Form):
    """Who goes where under which clause. `place` names the clause with its agreement and the receiving institution."""

    place = forms.ChoiceField(label=_("Place under"))
    subject = forms.ChoiceField(label=_("Person"))

    def __init__(
        self, data: Any = None, *, places: Sequence[tuple[str, str]], persons: Sequence[Person], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self._choose("place", list(places))
        self._choose("subject", [("", "—"), *((one.id, one.name) for one in persons)])
        nominate = MOBILITY.step("nominate")
        assert nominate is not None, "the process begins with it"
        for one in nominate.fields:
            if one.name not in ("agreement", "clause"):
                self.fields[one.name] = field_of(one)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        chosen = self.fields[name]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = choices

    def values(self) -> dict[str, str]:
        """The form of the opening step."""
        plain = {
            name: str(self.cleaned_data.get(name) or "") for name in self.fields if name not in ("place", "subject")
        }
        version, number, _receiving = self.chosen()
        return plain | {"agreement": version, "clause": number}

    def chosen(self) -> tuple[str, str, str]:
        """Version, clause and receiving institution of the chosen place."""
        version, number, receiving = str(self.cleaned_data["place"]).split(" ")
        return version, number, receiving


class ChangeForm(forms.Form):
    """Everything that is said of the stay, as it is now; what is changed is found by comparison."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for one in (*APPROVED, *MINOR):
            self.fields[one.name] = field_of(one)
            self.fields[one.name].required = False

    def values(self) -> dict[str, str]:
        """What stands in the form."""
        return {name: str(value or "") for name, value in self.cleaned_data.items() if name != "seen"}


@dataclass(frozen=True)
class Column:
    """One column of a table that is typed."""

    name: str
    title: str
    narrow: bool = False  # a code, credits
    fixed: bool = False  # shown, not typed
    choices: tuple[tuple[str, str], ...] = ()


@dataclass
class RowTable:
    """Rows of courses as they are typed: the cells stand under `row-0-code`. Empty rows are left out."""

    columns: tuple[Column, ...]
    rows: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def typed(cls, columns: tuple[Column, ...], data: Mapping[str, Any], *, more: bool = False) -> "RowTable":
        """From what was sent; a few empty rows more where they were asked for."""
        rows = []
        for at in range(MOST_ROWS):
            row = {one.name: str(data.get(f"row-{at}-{one.name}", ""))[:200].strip() for one in columns}
            rows.append(row)
        while rows and not any(rows[-1].values()):
            rows.pop()
        table = cls(columns, rows)
        return table.with_room(_EMPTY_ROWS) if more else table

    def with_room(self, count: int = 0) -> "RowTable":
        """The same with empty rows behind, as far as rows are possible."""
        room = min(max(count, _EMPTY_ROWS - len(self.rows) + 1), MOST_ROWS - len(self.rows))
        return RowTable(
            self.columns, [*self.rows, *({one.name: "" for one in self.columns} for _ in range(max(room, 0)))]
        )

    def text(self, *names: str) -> str:
        """The rows as a step holds them; the mark between cells is no part of a cell."""
        lines = (
            " | ".join(row.get(name, "").replace("|", "/").replace("\n", " ") for name in names)
            for row in self.rows
            if any(row.get(one.name, "") for one in self.columns if not one.choices)
        )
        return "\n".join(line.strip() for line in lines)

    def cells(self) -> list[list[dict[str, Any]]]:
        """For the template: each cell with its name, label and value."""
        return [
            [
                {"name": f"row-{at}-{one.name}", "value": row.get(one.name, ""), "column": one, "label": gettext("{column}, row {number}").format(column=one.title, number=at + 1)}
                for one in self.columns
            ]
            for at, row in enumerate(self.rows)
        ]  # fmt: skip
