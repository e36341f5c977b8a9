"""The receipt of one sending: what the page and the paper say, from what was sent and not from the draft."""

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from isotrack.journal.models import Entry
from isotrack.kit.clock import day_of
from reports.actions.report import judge
from reports.models import AnnualReport, Attachment, Punctuality, Submission
from reports.questions import is_empty


@dataclass(frozen=True)
class Receipt:
    """What the department confirms to have received; sizes of files in bytes.

    `number` counts the sendings of the report, `others` are its other ones. `entered_at` is set for what came
    on paper, `confirmed_at` where the head confirmed, `withdrawn_at` where the sending counts no more.
    """

    number: int
    code: str
    check_code: str
    agency_name: str
    agency_code: str
    superior_name: str
    year: int
    sent_at: datetime
    sender: str
    is_nil: bool
    nil_reason: str
    is_paper: bool
    entered_at: datetime | None
    confirmed_by: str
    confirmed_at: datetime | None
    withdrawn_at: datetime | None
    withdrawal_reason: str
    punctuality_label: str
    margin: str
    cutoff_words: str
    answers_count: int
    warnings_count: int
    attachments: Sequence[Attachment]
    others: Sequence[Submission]
    department: str
    verify: str
    verify_page: str
    verify_url: str

    @property
    def files(self) -> list[tuple[str, int]]:
        """Names and sizes, as the paper lists them."""
        return [(attachment.name, attachment.size) for attachment in self.attachments]

    @property
    def verify_link(self) -> str:
        """The public page with both codes filled in, for a paper."""
        return settings.SITE_URL + self.verify_url


def sending_of(report: AnnualReport, number: str = "") -> Submission | None:
    """The sending with this number, as typed in an address; without one the latest that counts, if any.

    Where all were withdrawn it is the latest of these. None where there is none.
    """
    sent = report.submissions.select_related("sent_by", "confirmed_by")
    if not number:
        return sent.valid().last() or sent.last()
    return sent.filter(number=number).first() if re.fullmatch(r"[0-9]{1,4}", number) else None


def as_sent(report: AnnualReport, submission: Submission) -> AnnualReport:
    """The report as this sending holds it: a copy to read, never to save."""
    sent = copy(report)
    sent.answers, sent.notes = submission.answers, submission.notes
    sent.state = AnnualReport.State.SUBMITTED  # nothing of last year stands in for an answer any more
    return sent


def receipt_of(report: AnnualReport, submission: Submission) -> Receipt:
    """The receipt of one sending of a report; punctuality is that of the first one."""
    return Receipt(
        number=submission.number,
        code=submission.code,
        check_code=submission.check_code,
        agency_name=report.name_in_lists,
        agency_code=report.agency.code,
        superior_name=report.superior.in_lists if report.superior else "",
        year=report.cycle.year,
        sent_at=submission.sent_at,
        sender=submission.sent_by.get_full_name() if submission.sent_by else "",
        is_nil=submission.is_nil,
        nil_reason=nil_reason_of(report, submission),
        is_paper=submission.is_paper,
        entered_at=submission.entered_at,
        confirmed_by=submission.confirmed_by.get_full_name() if submission.confirmed_by else "",
        confirmed_at=submission.confirmed_at,
        withdrawn_at=submission.withdrawn_at,
        withdrawal_reason=submission.withdrawal_reason,
        punctuality_label=punctuality_in_words(report, submission.sent_at),
        margin=margin_in_words(report),
        cutoff_words=report.in_words,
        answers_count=_answers_in(report, submission),
        warnings_count=submission.warnings,
        attachments=[] if submission.is_nil else list(report.attachments.as_sent_at(submission.fixed_at)),
        others=list(report.submissions.exclude(pk=submission.pk)),
        department=department_of(report),
        verify=_(
            "Mở trang kiểm tra, nhập mã biên nhận và mã kiểm tra, rồi so tên cơ quan, năm báo cáo và "
            "thời điểm gửi ở đó với biên nhận này."
        ),
        verify_page=settings.SITE_URL + reverse("reports:verify"),
        verify_url=verify_url(submission.code, submission.check_code),
    )


def verify_url(code: str, check_code: str) -> str:
    """The path of the public page, filled in for one paper."""
    return reverse("reports:verify", query={"code": code, "check": check_code})


def nil_reason_of(report: AnnualReport, submission: Submission) -> str:
    """Why a nil declaration was sent: the report's own reason, for an earlier sending the journal's."""
    if not submission.is_nil:
        return ""
    if report.is_nil and submission.sent_at == report.submitted_at:
        return report.nil_reason
    told = Entry.objects.about("report", report.pk).filter(verb="report-nil-declared", at=submission.sent_at)
    return told.values_list("reason", flat=True).first() or ""


def _answers_in(report: AnnualReport, submission: Submission) -> int:
    """How many of the questions shown were answered."""
    outcome = judge(as_sent(report, submission), on=day_of(submission.sent_at))
    asked = (question for question in outcome.visible if not question.computed)
    return sum(not is_empty(submission.answers.get(question.key)) for question in asked)


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
