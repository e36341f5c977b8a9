"""The columns of workbooks about reports: the same list whatever is asked for."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models.agency import Group
from isotrack.kit.clock import day_of
from isotrack.kit.sheets import DATE, NUMBER, TEXT, TIME, Column
from isotrack.kit.words import say_time, show_number
from reports.board import Board, Row
from reports.models import Punctuality

BOARD: Sequence[Column[Row]] = [
    Column(gettext_lazy("Mã"), lambda row: row.code, TEXT, 14),
    Column(gettext_lazy("Cơ quan"), lambda row: row.name, TEXT, 48),
    Column(gettext_lazy("Cơ quan cấp trên"), lambda row: row.superior, TEXT, 36),
    Column(gettext_lazy("Nhóm"), lambda row: Group(row.group).label, TEXT, 20),
    Column(gettext_lazy("Thời hạn"), lambda row: Punctuality(row.punctuality).label, TEXT, 16),
    Column(gettext_lazy("Số ngày trễ"), lambda row: row.days_late if row.asks_why else None, NUMBER),
    Column(gettext_lazy("Không phát sinh"), lambda row: row.is_nil, TEXT, 16),
    Column(gettext_lazy("Trạng thái"), lambda row: row.state.label, TEXT, 18),
    Column(gettext_lazy("Gửi lần đầu"), lambda row: row.first_submitted_at, TIME),
    Column(gettext_lazy("Gia hạn đến hết ngày"), lambda row: row.extended_to, DATE, 21),
    Column(gettext_lazy("Thư nhắc đã gửi"), lambda row: row.reminders, NUMBER, 17),
]


def board_notes(board: Board) -> list[str]:
    """What stands above the rows: which cycle, until when, seen from when, and the sums of the screen."""
    counted = [f"{kind.label} {show_number(count)}" for kind, count in board.chips]
    sums = {"expected": show_number(board.rates.expected), "kinds": "; ".join(counted)}
    return [
        str(board.cycle),
        _("Gửi %(deadline)s") % {"deadline": board.cycle.in_words},
        _("Số liệu lúc %(time)s") % {"time": say_time(board.as_of)},
        _("Phải báo cáo %(expected)s. %(kinds)s") % sums,
    ]


def board_file_name(board: Board) -> str:
    """For example "theo-doi-2020-20210616.xlsx"."""
    return f"theo-doi-{board.cycle.year}-{day_of(board.as_of):%Y%m%d}.xlsx"
