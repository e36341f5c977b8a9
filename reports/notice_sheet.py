"""The columns of the ledger's workbook."""

from typing import Any

from django.utils.translation import gettext_lazy

from agencies.models.agency import in_lists
from isotrack.kit.sheets import NUMBER, TEXT, TIME, Column
from reports.models.reminder import step_in_words

LEDGER: list[Column[Any]] = [
    Column(gettext_lazy("Lập lúc"), lambda notice: notice.planned_for, TIME),
    Column(gettext_lazy("Máy chủ thư nhận lúc"), lambda notice: notice.sent_at, TIME),
    Column(gettext_lazy("Về"), lambda notice: notice.about_label, TEXT),
    Column(gettext_lazy("Mốc"), lambda notice: step_in_words(notice.step), TEXT),
    Column(gettext_lazy("Người nhận"), lambda notice: in_lists(notice.recipient_label), TEXT),
    Column(gettext_lazy("Địa chỉ"), lambda notice: notice.recipient, TEXT),
    Column(gettext_lazy("Kết quả"), lambda notice: notice.get_state_display(), TEXT, 16),
    Column(gettext_lazy("Lý do"), lambda notice: notice.reason, TEXT, 60),
    Column(gettext_lazy("Số lần thử"), lambda notice: notice.tries, NUMBER),
    Column(gettext_lazy("Tiêu đề"), lambda notice: notice.subject, TEXT, 60),
    Column("Message-ID", lambda notice: notice.message_id, TEXT, 44),
]
