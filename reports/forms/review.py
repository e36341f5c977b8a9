"""Forms with which the department decides on one report: return, extend, exempt, reopen, withdraw."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models import Document, User
from isotrack.kit.deadlines import Deadline
from isotrack.kit.forms import HouseFormMixin, VietnameseDateField
from isotrack.kit.words import say_date
from reports.models import AnnualReport

DAYS_TO_CORRECT = 10
LONGEST = 5000  # letters of a comment or a reason


class ReturnForm(HouseFormMixin, forms.Form):
    """What has to be mended, and by when."""

    submit_label = _("Trả lại kèm góp ý")

    comment = forms.CharField(
        label=_("Góp ý"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Nêu rõ câu nào, cần sửa hoặc bổ sung gì. Cơ quan đọc được toàn bộ nội dung này."),
        error_messages={"required": _("Ghi góp ý để cơ quan biết cần sửa gì.")},
    )
    correct_by = VietnameseDateField(
        label=_("Đề nghị gửi lại đến hết ngày"),
        help_text=_("Trả lại không làm báo cáo thành trễ hạn: hạn tính theo lần gửi hợp lệ đầu tiên."),
        error_messages={"required": _("Chọn ngày đề nghị gửi lại.")},
    )

    def __init__(self, *args: Any, today: date, has_comments: bool = False, **options: Any) -> None:
        """With `has_comments` at questions a general one may be left out."""
        super().__init__(*args, **options)
        self.today = today
        self.fields["correct_by"].initial = today + timedelta(days=DAYS_TO_CORRECT)
        if has_comments:
            self.fields["comment"].required = False
            self.fields["comment"].label = _("Góp ý chung (không bắt buộc)")

    def clean_correct_by(self) -> date:
        """Not a day that is already over."""
        day: date = self.cleaned_data["correct_by"]
        if day < self.today:
            raise ValidationError(
                _("Ngày gửi lại phải từ hôm nay (%(today)s) trở đi."), params={"today": say_date(self.today)}
            )
        return day


class _ByDocument(HouseFormMixin, forms.Form):
    """A decision that rests on a document of the register, with its reason."""

    document = forms.ModelChoiceField(
        Document.objects.none(),
        label=_("Văn bản"),
        empty_label=_("Chọn văn bản trong sổ"),
        help_text=_("Chưa có trong danh sách thì vào sổ ở mục Văn bản trước."),
        error_messages={
            "required": _("Chọn văn bản làm căn cứ."),
            "invalid_choice": _("Văn bản này không có trong sổ."),
        },
    )
    reason = forms.CharField(
        label=_("Lý do"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Một hai câu, ghi vào nhật ký."),
        error_messages={"required": _("Ghi lý do.")},
    )

    def __init__(self, *args: Any, report: AnnualReport, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.report = report
        field = self.fields["document"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Document.objects.visible_to(user)


class ExtendForm(_ByDocument):
    """A later last day for one report."""

    submit_label = _("Gia hạn")
    field_order = ["until", "document", "reason"]

    until = VietnameseDateField(
        label=_("Gia hạn đến hết ngày"),
        help_text=_("Ngày cuối cùng gửi vẫn được tính là đúng hạn."),
        error_messages={"required": _("Ghi ngày được gia hạn đến.")},
    )

    def clean_until(self) -> date:
        """After the cycle's own last day, and not beyond the day on which the cycle locks."""
        until: date = self.cleaned_data["until"]
        cycle = self.report.cycle
        if until <= cycle.deadline.last_day:
            said = gettext("Hạn chung của kỳ đã là hết ngày %(last)s; chọn ngày sau đó.")
            raise ValidationError(said % {"last": say_date(cycle.deadline.last_day)})
        if Deadline(until).cutoff > cycle.locks_at:
            last = Deadline.ending_at(cycle.locks_at).last_day
            raise ValidationError(
                gettext("Kỳ khóa sau ngày %(last)s; chọn ngày không muộn hơn.") % {"last": say_date(last)}
            )
        return until


class ExemptForm(_ByDocument):
    """No report this year, on the strength of a document."""

    submit_label = _("Miễn báo cáo")


class ReopenForm(_ByDocument):
    """A day until which the agency writes again."""

    submit_label = _("Mở lại báo cáo")
    field_order = ["until", "document", "reason"]

    until = VietnameseDateField(
        label=_("Cho sửa đến hết ngày"),
        help_text=_("Sau ngày này báo cáo lại khóa. Đúng hạn hay trễ không đổi: tính theo lần gửi đầu."),
        error_messages={"required": _("Ghi ngày cho sửa đến.")},
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["until"].initial = today + timedelta(days=DAYS_TO_CORRECT)

    def clean_until(self) -> date:
        """Not a day that is already over."""
        until: date = self.cleaned_data["until"]
        if until < self.today:
            said = gettext("Chọn ngày từ hôm nay (%(today)s) trở đi.")
            raise ValidationError(said % {"today": say_date(self.today)})
        return until


class WithdrawForm(_ByDocument):
    """The agency asked in writing to take its latest sending back."""

    submit_label = _("Rút lại lần gửi")


class DropPaperForm(HouseFormMixin, forms.Form):
    """Why the paper is not typed in after all."""

    submit_label = _("Thôi nhập bản giấy")

    reason = forms.CharField(
        label=_("Lý do"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Một hai câu, ghi vào nhật ký; ví dụ bản giấy là của cơ quan khác."),
        error_messages={"required": _("Ghi lý do.")},
    )
