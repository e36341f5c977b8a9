"""Writing money: amounts as people type them, the lines of a table, sources, workbooks.

A line's form knows what its page showed (`seen`), so that two windows do not overwrite each other unseen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Document, User
from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField
from isotrack.kit.text import clean
from isotrack.kit.words import Misread, read_decimal, show_number
from plans.actions.funding import Edit, NewLine, default_item
from plans.amounts import read_amount, show_quantity
from plans.models import CostItem, FundingLine, FundingSource, LineKind, PlanEntry, RolloutPlan

NO_SOURCE = ("", gettext_lazy("Chưa ghi nguồn"))


class AmountField(forms.Field):
    """Whole đồng, typed as "33.000.000", "33 triệu" or "1,5 triệu đồng" and shown as 33.000.000."""

    def __init__(self, **options: Any) -> None:
        shown = {"class": "form-control", "inputmode": "text", "autocomplete": "off", "data-amount": ""}
        super().__init__(**{"widget": forms.TextInput(attrs=shown | {"maxlength": 40})} | options)

    def prepare_value(self, value: Any) -> Any:
        return show_number(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        if clean(str(value or "")) == "":
            return None
        try:
            return read_amount(str(value))
        except Misread as misread:
            raise ValidationError(str(misread), code="amount") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed("" if initial is None else initial, data)


class QuantityField(forms.Field):
    """A number of at most two decimals, typed with a decimal comma and shown without needless zeros."""

    def __init__(self, **options: Any) -> None:
        shown = {"class": "form-control", "inputmode": "decimal", "autocomplete": "off"}
        super().__init__(**{"widget": forms.TextInput(attrs=shown | {"maxlength": 12})} | options)

    def prepare_value(self, value: Any) -> Any:
        return show_quantity(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        return read_quantity(str(value)) if clean(str(value or "")) else None


def read_quantity(typed: str) -> Decimal:
    """Read "3", "2,5" (people, months, processes, percent of the work). Raises ValidationError."""
    try:
        number = read_decimal(typed)
    except Misread as misread:
        raise ValidationError(str(misread), code="quantity") from None
    if number <= 0:
        raise ValidationError(_("Số lượng phải lớn hơn 0."), code="quantity")
    if number != round(number, 2) or number >= 10**7:
        raise ValidationError(_("Số lượng có nhiều nhất hai số lẻ, ví dụ 2,5."), code="quantity")
    return number


@dataclass(frozen=True)
class Choices:
    """What the rows of one table choose from, found once for all of them."""

    entries: Mapping[int, PlanEntry]
    items: Mapping[int, CostItem]
    sources: Mapping[int, FundingSource]

    @classmethod
    def of(cls, plan: RolloutPlan, sources: Mapping[int, FundingSource]) -> "Choices":
        """Those of a plan, in two queries."""
        entries = plan.entries.select_related("agency")
        items = CostItem.objects.local()
        return cls({entry.pk: entry for entry in entries}, {item.pk: item for item in items}, sources)

    def sources_of(self, year: int | None) -> list[tuple[Any, Any]]:
        """Of one fiscal year, or all."""
        found = [one for one in self.sources.values() if year in (None, one.fiscal_year)]
        return [NO_SOURCE, *((str(one.pk), str(one)) for one in found)]


class LineForm(forms.Form):
    """One stored line: the amount of one column, in a draft or review its source, in a draft its quantity."""

    def __init__(
        self,
        line: FundingLine,
        column: str,
        choices: Choices,
        *,
        data: Any = None,
        suggested: int | None = None,
    ) -> None:
        stored = getattr(line, column)
        self.line, self.column = line, column
        self.conflicts = False  # set when another hand changed it: the next save knows what is stored now
        initial = {
            "amount": suggested if stored is None else stored,
            "quantity": line.quantity,
            "source": str(line.source_id or ""),
        }
        super().__init__(data, prefix=f"l{line.pk}", initial=initial, auto_id="id_%s")
        self.fields["amount"] = AmountField(required=column == "estimate", label=_("Số tiền"))
        if column in ("estimate", "approved"):
            widget = forms.Select(attrs={"class": "form-select form-select-sm"})
            self.fields["source"] = forms.ChoiceField(
                label=_("Nguồn"), choices=choices.sources_of(line.fiscal_year), required=False, widget=widget
            )
        if column == "estimate":
            self.fields["quantity"] = QuantityField(label=_("Số lượng"))
            self.fields["remove"] = forms.BooleanField(label=_("Xóa"), required=False)

    @property
    def wants_removal(self) -> bool:
        """Whether the line is to be removed; what else was typed in it does not matter then."""
        return bool(self.data.get(self.add_prefix("remove"))) and self.column == "estimate"

    @property
    def current(self) -> str:
        """What is stored now, as one hidden value."""
        line = self.line
        parts = [getattr(line, self.column), line.quantity, line.source_id]
        return "|".join("" if part is None else str(part) for part in parts)

    @property
    def seen(self) -> str:
        """The hidden value to write into the page."""
        posted = self.data.get(self.add_prefix("seen")) if self.is_bound else None
        return self.current if posted is None or self.conflicts else str(posted)

    def edit(self) -> Edit:
        """The change this form asks for; call it on a valid form."""
        values: dict[str, Any] = {self.column: self.cleaned_data["amount"]}
        if "source" in self.fields:
            values["source"] = int(self.cleaned_data["source"]) if self.cleaned_data["source"] else None
        if "quantity" in self.fields:
            values["quantity"] = self.cleaned_data["quantity"]
        return Edit(self.line.pk, values, self._seen_values())

    def _seen_values(self) -> dict[str, Any] | None:
        """What the page showed; None where the hidden value was tampered with, which means: no comparison."""
        parts = self.seen.split("|")
        try:
            amount, quantity, source = parts
            return {
                self.column: int(amount) if amount else None,
                "quantity": Decimal(quantity),
                "source": int(source) if source else None,
            }
        except (ValueError, InvalidOperation):
            return None


class NewLineForm(forms.Form):
    """A line to add; an untouched one is no line."""

    def __init__(
        self, place: int, plan: RolloutPlan, choices: Choices, user: User, *, data: Any = None
    ) -> None:
        initial = {"quantity": Decimal(1), "fiscal_year": plan.starts_on.year}
        super().__init__(
            data, prefix=f"new{place}", initial=initial, empty_permitted=True, use_required_attribute=False
        )
        self.choices, self.user = choices, user
        self.key = f"new{place}"
        agencies = [(str(pk), str(entry.agency)) for pk, entry in choices.entries.items()]
        items = [(str(pk), item.name) for pk, item in choices.items.items()]
        self.fields["entry"] = _choice(_("Cơ quan"), [("", _("Chọn cơ quan")), *agencies])
        self.fields["kind"] = _choice(_("Dòng"), [("", _("Chọn dòng")), *LineKind.choices])
        self.fields["item"] = _choice(_("Nội dung chi"), [("", _("Theo dòng")), *items], required=False)
        self.fields["quantity"] = QuantityField(label=_("Số lượng"))
        self.fields["fiscal_year"] = forms.IntegerField(
            label=_("Năm"),
            min_value=2000,
            max_value=2100,
            widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "numeric"}),
            localize=False,
        )
        self.fields["source"] = _choice(_("Nguồn"), choices.sources_of(None), required=False)
        self.fields["document"] = forms.CharField(
            label=_("Số văn bản"), required=False, max_length=60, widget=_text()
        )
        self.fields["estimate"] = AmountField(label=_("Dự toán (đồng)"))
        self.fields["note"] = forms.CharField(
            label=_("Ghi chú"), required=False, max_length=300, widget=_text()
        )

    def clean_document(self) -> Document | None:
        """A document is named by its number, as it stands in the register."""
        typed = clean(self.cleaned_data["document"])
        return find_document(self.user, typed) if typed else None

    def new_line(self) -> NewLine:
        """The line this form asks for; call it on a valid, touched form."""
        cleaned = self.cleaned_data
        kind = cleaned["kind"]
        items = {item.identifier: item for item in self.choices.items.values()}
        chosen = self.choices.items.get(int(cleaned["item"])) if cleaned["item"] else None
        values = {
            "entry": self.choices.entries[int(cleaned["entry"])],
            "kind": kind,
            "item": chosen or items[default_item(kind)],
            "source": int(cleaned["source"]) if cleaned["source"] else None,
        }
        plain = ("quantity", "fiscal_year", "document", "estimate", "note")
        return NewLine(self.key, values | {name: cleaned[name] for name in plain})


class SourceForm(HouseFormMixin, forms.ModelForm):
    """A source of one fiscal year with the amount the Department of Finance enters."""

    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Năm ngân sách"),
        validators=[MinValueValidator(2000), MaxValueValidator(2100)],
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        localize=False,
        help_text=gettext_lazy("Bốn chữ số, ví dụ 2020."),
    )
    amount = AmountField(
        label=gettext_lazy("Số có thể dùng (đồng)"),
        help_text=gettext_lazy("Ví dụ 300.000.000 hoặc 300 triệu."),
    )
    document = forms.CharField(
        label=gettext_lazy("Số văn bản giao"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Số, ký hiệu trong sổ văn bản; để trống khi chưa có."),
    )
    layout = ("name", "kind", "fiscal_year", "amount", "document")
    submit_label = gettext_lazy("Lưu nguồn")

    class Meta:
        model = FundingSource
        fields = ["name", "kind", "fiscal_year"]

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        instance = options.get("instance")
        if instance is not None:
            told = {
                "amount": instance.amount,
                "document": instance.document.number if instance.document else "",
            }
            options["initial"] = told | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.user = user

    def clean_name(self) -> str:
        """One written form, so that the same source is recognised."""
        return clean(self.cleaned_data["name"])

    def clean_document(self) -> Document | None:
        """A document is named by its number, as it stands in the register."""
        typed = clean(self.cleaned_data["document"])
        return find_document(self.user, typed) if typed else None

    def _post_clean(self) -> None:
        """The action writes and checks the row; here only the fields are read."""


class ImportForm(HouseFormMixin, forms.Form):
    """A workbook with the lines of a plan."""

    file = UploadField(
        kinds=(FileKind.XLSX,),
        label=gettext_lazy("Tệp Excel"),
        help_text=gettext_lazy("Tệp đã xuất từ bảng kinh phí này, sửa rồi lưu thành dạng .xlsx."),
    )
    submit_label = gettext_lazy("Nhập từ Excel")


def find_document(user: User, number: str) -> Document:
    """The newest document of this number that the person may see. Raises ValidationError."""
    found = Document.objects.visible_to(user).filter(number__iexact=number).first()
    if found is None:
        told = {"number": number}
        raise ValidationError(
            _("Chưa có văn bản %(number)s trong sổ. Ghi văn bản vào sổ trước.") % told, code="document"
        )
    return found


def _choice(label: str, choices: list[tuple[Any, Any]], required: bool = True) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, choices=choices, required=required, widget=widget)


def _text() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control"})
