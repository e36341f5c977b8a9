"""The lines of the succession wizard on which new agencies are written: code, name, kind, superior of each.

Lines are numbered for good: taking one away renumbers none, so what stands on the others stays with them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms.picker import PickedAgencyField, Picker
from agencies.models import Agency
from agencies.models.agency import AgencyQuerySet, Kind
from agencies.registry_judge import OF_KIND
from isotrack.kit.text import clean

MOST_LINES = 12  # new agencies of one succession
# A new agency stands as the first predecessor did, until somebody records otherwise.
COPIED = ("kind", "level", "group", "mandate", "ceiling_tier", "reports_annually", "sort_order")
OF_A_KIND = ("level", "group", "mandate", "ceiling_tier")
SAME_KIND = ("", gettext_lazy("Như cơ quan trước"))


def read_lines(sent: Any) -> list[int]:
    """The numbers of the lines on a page, as it sent them: "0,2"; one empty line where it says nothing."""
    found = [
        int(one) for one in str(sent or "").split(",") if one.isascii() and one.isdigit() and len(one) < 4
    ]
    return list(dict.fromkeys(found))[:MOST_LINES] or [0]


def shown_lines(lines: Sequence[int]) -> str:
    """The same as a page carries it."""
    return ",".join(map(str, lines))


def lines_after(lines: Sequence[int], act: str) -> list[int]:
    """The lines after a button was pressed: one "more", one dropped ("drop-2"), or all as they are."""
    if act == "more" and len(lines) < MOST_LINES:
        return [*lines, max(lines) + 1]
    kept = [number for number in lines if act != f"drop-{number}"]
    return kept or [max(lines) + 1]


def founding_fields(number: int, agencies: AgencyQuerySet) -> dict[str, forms.Field]:
    """The fields of one line."""
    superior = PickedAgencyField(
        agencies,
        required=False,
        label=_("Cấp trên của cơ quan mới"),
        help_text=_("Để nguyên thì như cơ quan trước."),
    )
    return {
        f"new{number}-code": forms.CharField(
            max_length=20,
            required=False,
            label=_("Mã cơ quan mới"),
            help_text=_("Mã cũ của cơ quan kết thúc hôm trước dùng lại được."),
        ),
        f"new{number}-name": forms.CharField(
            max_length=200,
            required=False,
            label=_("Tên cơ quan mới"),
            help_text=_("Tên đầy đủ, như ghi trong văn bản."),
        ),
        f"new{number}-kind": forms.ChoiceField(
            choices=[SAME_KIND, *Kind.choices],
            required=False,
            label=_("Loại cơ quan mới"),
            help_text=_("Loại khác thì cấp, nhóm và mức chi theo loại đó."),
        ),
        f"new{number}-superior": superior,
    }


@dataclass(frozen=True)
class Line:
    """One line of a form that has it; `place` counts from 1 as people do."""

    form: forms.Form
    number: int
    place: int

    @property
    def drop(self) -> str:
        """What its button to take it away sends."""
        return f"drop-{self.number}"

    @property
    def plain(self) -> Iterator[BoundField]:
        """Its fields apart from the superior."""
        return (self.form[self.name(part)] for part in ("code", "name", "kind"))

    @property
    def superior(self) -> Picker:
        """Its superior, to be found by typing."""
        picker: Picker = self.form.pick(self.name("superior"), none=_("Như cơ quan trước"))  # type: ignore[attr-defined]
        return picker

    def name(self, part: str) -> str:
        """The field of this line: "new0-code"."""
        return f"new{self.number}-{part}"

    @property
    def values(self) -> dict[str, Any]:
        """What was written on it; fields that could not be read are missing."""
        parts = ("code", "name", "kind", "superior")
        read = self.form.cleaned_data
        return {part: read[self.name(part)] for part in parts if self.name(part) in read}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written on it."""
        return not any(self.values.values()) and not any(name in self.form.errors for name in self._names)

    @property
    def _names(self) -> list[str]:
        return [self.name(part) for part in ("code", "name", "kind", "superior")]

    def check(self, ending: Sequence[Agency]) -> dict[str, ValidationError]:
        """Field → what is wrong: half a line, a superior that ends itself with this succession."""
        found = {}
        for part in ("code", "name"):
            if not clean(self.values.get(part, " ")) and self.name(part) not in self.form.errors:
                found[self.name(part)] = ValidationError(_("Cơ quan mới phải có cả mã và tên."), code="half")
        superior = self.values.get("superior")
        if superior in ending:
            said = _("%(agency)s kết thúc bởi chính việc này; chọn cấp trên khác.") % {"agency": superior}
            found[self.name("superior")] = ValidationError(said, code="ends")
        return found

    def founding(self, first: Agency) -> Mapping[str, Any]:
        """The new agency: it stands as `first`, or as its kind usually does where that is another one."""
        values = self.values
        superior = values["superior"] or first.superior
        stands = {field: getattr(first, field) for field in COPIED}
        if values["kind"] and values["kind"] != first.kind:
            usual = zip(OF_A_KIND, OF_KIND[values["kind"]], strict=True)
            stands |= {"kind": values["kind"], **{field: str(value) for field, value in usual}}
        name = {"code": clean(values["code"]), "name": clean(values["name"])}
        return {**name, "superior": superior.code if superior else "", **stands}
