"""The receipt of one sending: what the page and the paper say, from what was sent and not from the draft."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from isotrack.kit.clock import day_of
from reports.actions.report import judge
from reports.models import AnnualReport, Attachment, Punctuality, Submission
from reports.questions import is_empty


@dataclass(frozen=True)
class Receipt:
    """What the department confirms to have received; sizes of files in bytes."""

    code: str
    check_code: str
    agency_name: str
    agency_code: str
    superior_name: str
    year: int
    sent_at: datetime
    sender: str
    is_nil: bool
    punctuality_label: str
    margin: str
    cutoff_words: str
    answers_count: int
    warnings_count: int
    attachments: Sequence[Attachment]
    department: str
    verify: str

    @property
    def files(self) -> list[tuple[str, int]]:
        """Names and sizes, as the paper lists them."""
        return [(attachment.name, attachment.size) for attachment in self.attachments]


def as_sent(report: AnnualReport, submission: Submission) -> AnnualReport:
    """The report as this sending holds it: a copy to read, never to save."""
    sent = copy(report)
    sent.answers, sent.notes = submission.answers, submission.notes
    return sent


def receipt_of(report: AnnualReport, submission: Submission) -> Receipt:
    """The receipt of one sending of a report; punctuality is that of the first one."""
    sent = as_sent(report, submission)
    outcome = judge(sent, on=day_of(submission.sent_at))
    asked = [question for question in outcome.visible if not question.computed]
    return Receipt(
        code=submission.code,
        check_code=submission.check_code,
        agency_name=report.name_in_lists,
        agency_code=report.agency.code,
        superior_name=report.superior.in_lists if report.superior else "",
        year=report.cycle.year,
        sent_at=submission.sent_at,
        sender=submission.sent_by.get_full_name() if submission.sent_by else "",
        is_nil=submission.is_nil,
        punctuality_label=punctuality_in_words(report, submission.sent_at),
        margin=margin_in_words(report),
        cutoff_words=report.in_words,
        answers_count=sum(not is_empty(submission.answers.get(question.key)) for question in asked),
        warnings_count=0 if submission.is_nil else len(outcome.warnings),
        attachments=[] if submission.is_nil else list(report.attachments.as_sent_at(submission.sent_at)),
        department=department_of(report),
        verify=_("Mã kiểm tra do hệ thống tính từ mã biên nhận và thời điểm gửi; Sở đối chiếu được khi cần."),
    )


def punctuality_in_words(report: AnnualReport, as_of: datetime) -> str:
    """ "Đúng hạn", "Trễ 3 ngày", "Chưa gửi" …"""
    kind = report.punctuality_at(as_of)
    if kind != Punctuality.LATE:
        return str(kind.label)
    days = report.days_late(day_of(as_of))
    return ngettext("Trễ %(days)d ngày", "Trễ %(days)d ngày", days) % {"days": days}


def margin_in_words(report: AnnualReport) -> str:
    """How far from the last day the first sending was: "trước hạn 13 ngày"; empty when never sent."""
    if report.first_submitted_at is None:
        return ""
    offset = report.deadline.offset(day_of(report.first_submitted_at))
    if offset == 0:
        return _("vào ngày cuối của hạn")
    if offset < 0:
        return ngettext("trước hạn %(days)d ngày", "trước hạn %(days)d ngày", -offset) % {"days": -offset}
    return ngettext("sau hạn %(days)d ngày", "sau hạn %(days)d ngày", offset) % {"days": offset}


def department_of(report: AnnualReport) -> str:
    """ "Sở Khoa học và Công nghệ tỉnh An Giang": who receives the reports of this province."""
    place = report.cycle.province.name.removeprefix("Ủy ban nhân dân").strip()
    return _("Sở Khoa học và Công nghệ %(province)s") % {"province": place}
