"""The bar above a list: what a person searches and narrows by, kept in the address."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from isotrack.kit.text import clean


class FilterForm(forms.Form):
    """Read from the address of a list; a value that it does not know narrows nothing.

    The first field is the search and stands in front, the others beside it (on a phone behind "Thêm bộ lọc");
    those in `by_chips` are chosen by the chips above and travel along unseen.
    """

    by_chips: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        for field in self.fields.values():
            field.required = False
            chooses = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if chooses else "form-control"

    @property
    def values(self) -> dict[str, Any]:
        """What was chosen, without what is empty or could not be read."""
        chosen = {name: self.cleaned_data.get(name) for name in self.fields if name not in self.errors}
        return {name: value for name, value in chosen.items() if value not in (None, "")}

    @property
    def search(self) -> BoundField:
        """The field in front."""
        return self[next(iter(self.fields))]

    @property
    def others(self) -> Iterator[BoundField]:
        """The fields beside it."""
        return (self[name] for name in list(self.fields)[1:] if name not in self.by_chips)

    @property
    def is_wrong(self) -> bool:
        """Whether one of these says what cannot be read: then they are not folded away."""
        return any(name in self.errors for name in list(self.fields)[1:])

    @property
    def kept(self) -> dict[str, Any]:
        """What was chosen by chips."""
        return {name: value for name, value in self.values.items() if name in self.by_chips}


class SearchField(forms.CharField):
    """Words to look for, in one written form."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=200, widget=forms.TextInput(attrs={"type": "search"}), **options)

    def to_python(self, value: Any) -> str:
        # A pasted NUL would be refused by the database.
        return clean(str(value or "").replace("\0", " "))
