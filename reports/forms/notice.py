"""Forms about notices: an address that does not receive, and a file of returned mail."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from isotrack.journal.bounces import NotMail, Read, read_bounces
from isotrack.kit.forms import HouseFormMixin


class DeadForm(HouseFormMixin, forms.Form):
    """Why somebody knows that mail does not arrive."""

    submit_label = _("Ghi là không nhận được")

    reason = forms.CharField(
        label=_("Lý do"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ví dụ: cơ quan gọi điện báo hộp thư đã khóa từ ngày 01/6/2021."),
        error_messages={"required": _("Ghi lý do, để người sau biết vì sao không gửi thư đến đây nữa.")},
    )


class BouncesForm(HouseFormMixin, forms.Form):
    """A saved returned mail, or a whole mailbox of them; what was read stands in `read`."""

    submit_label = _("Đọc thư trả lại")

    file = forms.FileField(
        label=_("Tệp thư"),
        help_text=_("Một thư đã lưu (.eml) hoặc cả hộp thư (.mbox). Thư thường lẫn trong đó được bỏ qua."),
        widget=forms.ClearableFileInput(attrs={"accept": ".eml,.mbox,message/rfc822,application/mbox"}),
        error_messages={"required": _("Chọn tệp thư."), "empty": _("Tệp này trống.")},
    )

    read: Read

    def clean_file(self) -> Any:
        """Read it, whatever its name says."""
        upload = self.cleaned_data["file"]
        if upload.size > settings.UPLOAD_MAX_MB * 1024**2:
            raise ValidationError(_("Tệp lớn quá %(max)d MB."), params={"max": settings.UPLOAD_MAX_MB})
        try:
            self.read = read_bounces(upload.read())
        except NotMail as refusal:
            raise ValidationError(str(refusal)) from refusal
        return upload
