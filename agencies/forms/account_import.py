"""The file of accounts."""

from django import forms
from django.utils.translation import gettext_lazy

from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField


class AccountFileForm(HouseFormMixin, forms.Form):
    """Which workbook."""

    file = UploadField(
        kinds=(FileKind.XLSX,),
        label=gettext_lazy("Tệp Excel"),
        help_text=gettext_lazy(
            "Tệp .xlsx có cột họ và tên, thư điện tử, mã cơ quan; cột vai trò, chức vụ, từ ngày nếu có."
        ),
    )
    submit_label = gettext_lazy("Xem trước")
