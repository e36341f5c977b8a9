"""Choose the filled-in workbook of a report."""

from django import forms
from django.utils.translation import gettext_lazy

from isotrack.kit.forms import FileKind, HouseFormMixin, UploadField


class WorkbookForm(HouseFormMixin, forms.Form):
    """The report form as it comes back from a spreadsheet."""

    file = UploadField(
        kinds=(FileKind.XLSX,),
        label=gettext_lazy("Biểu mẫu đã điền"),
        help_text=gettext_lazy("Tệp .xlsx tải từ trang này và đã điền, tối đa 20 MB."),
    )
    submit_label = gettext_lazy("Tải lên và kiểm tra")
