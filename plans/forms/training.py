"""Classes: planning one, registering people, taking attendance, narrowing the lists."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import PLAUSIBLE_DAYS
from agencies.forms.agency import ALL
from agencies.forms.filters import FilterForm, SearchField
from agencies.models import Document
from agencies.models.agency import Level
from agencies.models.document import DocumentQuerySet
from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField, VietnameseDateField
from isotrack.kit.text import clean, fold
from isotrack.kit.words import say_date
from plans.coverage import Coverage, Holder, Status
from plans.models import TrainingClass


class TrainingForm(HouseFormMixin, forms.ModelForm):
    """One class of the year's plan."""

    year = forms.IntegerField(
        label=gettext_lazy("Năm"),
        validators=[MinValueValidator(2000), MaxValueValidator(2199)],
        help_text=gettext_lazy("Thuộc kế hoạch tập huấn năm nào."),
    )
    documents = forms.ModelMultipleChoiceField(
        Document.objects.none(),
        required=False,
        label=gettext_lazy("Văn bản được phổ biến"),
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=gettext_lazy(
            "Giữ Ctrl để chọn nhiều. Lớp khai giảng trước ngày ban hành văn bản không tính là đã phổ biến."
        ),
    )
    starts_on = VietnameseDateField(
        label=gettext_lazy("Từ ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày khai giảng."),
    )
    ends_on = VietnameseDateField(
        label=gettext_lazy("Đến ngày"),
        validators=PLAUSIBLE_DAYS,
        help_text=gettext_lazy("Ngày bế giảng; lớp một ngày thì ghi cùng ngày."),
    )
    layout = ("year", "topic", "documents", "starts_on", "ends_on", "place", "capacity")
    submit_label = gettext_lazy("Lưu lớp")
    constraint_fields = {"class_in_order": "ends_on", "class_holds_somebody": "capacity"}

    class Meta:
        model = TrainingClass
        fields = ["year", "topic", "documents", "starts_on", "ends_on", "place", "capacity"]

    def __init__(self, *args: Any, documents: DocumentQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["documents"].queryset = documents  # type: ignore[attr-defined]

    def clean_topic(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["topic"])

    def clean_place(self) -> str:
        """In one written form."""
        return clean(self.cleaned_data["place"])


class RegisterForm(HouseFormMixin, forms.Form):
    """Whom the department registers: everybody who holds a post, those in need first."""

    people = forms.MultipleChoiceField(
        label=gettext_lazy("Người dự lớp"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Người chưa tập huấn đứng trước, rồi đến người học lâu nhất."),
        error_messages={"required": gettext_lazy("Chọn ít nhất một người.")},
    )
    submit_label = gettext_lazy("Đăng ký người đã chọn")

    def __init__(self, *args: Any, holders: Sequence[Holder], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(str(one.user), _label(one)) for one in holders]
        self.fields["people"].choices = choices  # type: ignore[attr-defined]


class AttendanceForm(HouseFormMixin, forms.Form):
    """The filled-in list of a class."""

    file = UploadField(
        kinds=(FileKind.XLSX,),
        max_mb=5,
        label=gettext_lazy("Danh sách đã điểm danh"),
        help_text=gettext_lazy("Tệp Excel tải từ trang của lớp, cột “Có dự” ghi “có” hoặc “không”."),
    )
    submit_label = gettext_lazy("Ghi điểm danh")


class CoverageFilter(FilterForm):
    """Who of the post holders is shown."""

    q = SearchField(label=gettext_lazy("Tìm họ tên, cơ quan (gõ không dấu được)"))
    status = forms.ChoiceField(
        label=gettext_lazy("Tình trạng"),
        choices=[
            ("", gettext_lazy("Cần lớp tới")),
            *Status.choices,
            ("trained", gettext_lazy("Đã tập huấn")),
            ("all", gettext_lazy("Mọi người giữ nhiệm vụ")),
        ],
    )
    level = forms.ChoiceField(label=gettext_lazy("Cấp"), choices=[ALL, *Level.choices])

    def narrow(self, coverage: Coverage) -> list[Holder]:
        """Those that were asked for; without a status whoever needs the next class, in the order of need."""
        values = self.values
        words = fold(values.get("q", "")).split()
        return [
            one
            for one in self._standing(coverage)
            if values.get("level", one.agency.level) == one.agency.level
            and all(word in fold(f"{one.name} {one.agency} {one.agency.code}") for word in words)
        ]

    def _standing(self, coverage: Coverage) -> Sequence[Holder]:
        match self.values.get("status"):
            case None:
                return coverage.needing()
            case "all":
                return coverage.holders
            case "trained":
                return [one for one in coverage.holders if one.is_trained]
            case status:
                return [one for one in coverage.holders if one.status == status]


class YearFilter(FilterForm):
    """Which year's plan is shown; `years` are those that have classes."""

    year = forms.TypedChoiceField(label=gettext_lazy("Năm"), coerce=int, empty_value=None)

    def __init__(self, data: QueryDict, *, years: Sequence[int]) -> None:
        super().__init__(data)
        self.fields["year"].choices = [ALL, *((year, str(year)) for year in years)]  # type: ignore[attr-defined]


def _label(holder: Holder) -> str:
    return _("%(name)s – %(agency)s (%(when)s)") % {
        "name": holder.name,
        "agency": holder.agency,
        "when": _when(holder.last_on),
    }


def _when(last_on: date | None) -> str:
    if last_on is None:
        return _("chưa tập huấn")
    return _("lần gần nhất %(day)s") % {"day": say_date(last_on)}
