"""What the mails about reports say, found at the moment they are sent.

A mail's text is a template under templates/mail: the first line of the .txt is the subject. Days are counted
when the mail leaves, so a mail that waited tells the true number.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Value
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import Agency
from isotrack.journal.models import Notice
from isotrack.journal.voices import NoLonger, Words
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline
from isotrack.kit.words import say_time
from reports.models import AnnualReport, ReportCycle
from reports.rates import rates

REMINDER, SUPERIOR, DIGEST = "report-reminder", "superior-reminder", "report-digest"
RETURNED, PENDING = "report-returned", "report-pending"


def notice_columns(
    *,
    voice: str,
    about: Any,
    about_label: Any,
    step: str,
    recipient: Any,
    recipient_label: Any,
    province: int,
    planned_for: datetime,
) -> dict[str, Any]:
    """Columns of a planned notice for `insert_select`; every field without a default of the database."""
    return {
        "voice": Value(voice),
        "about": about,
        "about_label": about_label,
        "step": Value(step),
        "recipient": recipient,
        "recipient_label": recipient_label,
        "province": Value(str(province)),
        "planned_for": Value(planned_for),
        "state": Value(Notice.State.PLANNED.value),
        "reason": Value(""),
        "tries": Value(0),
        "message_id": Value(""),
        "subject": Value(""),
        "body_text": Value(""),
        "body_html": Value(""),
    }


def reminder_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Remind an agency of its own report; nothing to say once it has come, is exempt or its cycle closed."""
    keys = {notice: int(notice.about.removeprefix("report:")) for notice in notices}
    wanted = AnnualReport.objects.select_related("cycle__province", "agency", "extension_document")
    wanted = wanted.prefetch_related("cycle__documents")
    reports = wanted.in_bulk(set(keys.values()))
    return {notice.pk: _remind(notice, reports.get(key), as_of) for notice, key in keys.items()}


def superior_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell a superior which of its agencies are missing or came late, so that it writes to them."""
    # What such a notice is about reads "cycle:3:superior:17".
    keys = {notice.pk: tuple(map(int, notice.about.split(":")[1::2])) for notice in notices}
    superiors = Agency.objects.in_bulk({superior for _cycle, superior in keys.values()})
    behind: dict[tuple[int, ...], list[AnnualReport]] = {}
    cycles = ReportCycle.objects.select_related("province").in_bulk(
        {cycle for cycle, _superior in keys.values()}
    )
    for cycle in cycles.values():
        for report in _behind(cycle, as_of, superior__in=superiors):
            behind.setdefault((cycle.pk, report.superior_id or 0), []).append(report)
    return {
        pk: _tell_superior(cycles[key[0]], superiors[key[1]], behind.get(key, []), as_of)
        for pk, key in keys.items()
    }


def digest_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell the department how a cycle stands, and who is missing or late."""
    digests: dict[str, Words] = {}
    for notice in notices:
        if notice.about not in digests:
            cycle = ReportCycle.objects.get(pk=notice.about.removeprefix("cycle:"))
            context = {"rates": rates(cycle, as_of), **_two_lists(_behind(cycle, as_of))}
            digests[notice.about] = _render("report_digest", cycle, as_of, "reports:cycle-board", **context)
    return {notice.pk: digests[notice.about] for notice in notices}


def returned_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell an agency that its report was returned, what to mend and where; nothing once it was sent again."""
    reports = _reports_of(notices)
    return {notice.pk: _tell_returned(report, as_of) for notice, report in reports}


def pending_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Ask the head of an agency to confirm; nothing once it was confirmed or taken back."""
    reports = _reports_of(notices)
    return {notice.pk: _ask_head(report, as_of) for notice, report in reports}


def _reports_of(notices: Sequence[Notice]) -> list[tuple[Notice, AnnualReport | None]]:
    keys = [(notice, int(notice.about.removeprefix("report:"))) for notice in notices]
    wanted = AnnualReport.objects.select_related("cycle__province", "cycle__questionnaire", "agency")
    reports = wanted.prefetch_related("comments").in_bulk({key for _notice, key in keys})
    return [(notice, reports.get(key)) for notice, key in keys]


def _tell_returned(report: AnnualReport | None, as_of: datetime) -> Words | NoLonger:
    if report is None or report.state != AnnualReport.State.RETURNED:
        return NoLonger(_("Báo cáo đã được gửi lại"))
    by_key = report.cycle.questions.by_key
    comments = [one for one in report.comments.all() if one.settled_at is None and one.question in by_key]
    numbered = sorted(((by_key[one.question], one.text) for one in comments), key=lambda pair: pair[0].number)
    first = numbered[0][0] if numbered else None
    page, place = ("reports:report-section", [first.section]) if first else ("reports:report-fill", [])
    context = {"report": report, "comments": numbered, "anchor": f"#q-{first.key}" if first else ""}
    return _render("report_returned", report.cycle, as_of, page, [report.pk, *place], **context)


def _ask_head(report: AnnualReport | None, as_of: datetime) -> Words | NoLonger:
    if report is None or report.state != AnnualReport.State.PENDING:
        return NoLonger(_("Báo cáo không còn chờ xác nhận"))
    return _render("report_pending", report.cycle, as_of, "reports:report-detail", [report.pk], report=report)


def _tell_superior(
    cycle: ReportCycle, superior: Agency, behind: Sequence[AnnualReport], as_of: datetime
) -> Words | NoLonger:
    if cycle.closed_at is not None:
        return NoLonger(_("Kỳ báo cáo đã kết thúc"))
    if all(report.first_submitted_at is not None for report in behind):
        return NoLonger(_("Không còn đơn vị trực thuộc nào chưa gửi"))
    context = {"superior": superior, **_two_lists(behind)}
    return _render("superior_reminder", cycle, as_of, "reports:report-list", **context)


def _remind(notice: Notice, report: AnnualReport | None, as_of: datetime) -> Words | NoLonger:
    if report is None:
        return NoLonger(_("Báo cáo không còn trong kỳ"))
    if report.first_submitted_at is not None and report.first_submitted_at <= as_of:
        return NoLonger(_("Đã gửi báo cáo lúc %(time)s") % {"time": say_time(report.first_submitted_at)})
    if report.exempted_at is not None:
        return NoLonger(_("Được miễn báo cáo"))
    if report.cycle.closed_at is not None:
        return NoLonger(_("Kỳ báo cáo đã kết thúc"))
    if report.extended_at is not None and notice.planned_for <= report.extended_at:
        return NoLonger(_("Được gia hạn: gửi %(words)s") % {"words": report.in_words})
    offset = report.deadline.offset(day_of(as_of))
    context = {"report": report, "is_late": offset > 0, "how_long": _how_long(report.deadline, offset)}
    return _render("report_reminder", report.cycle, as_of, "reports:report-fill", [report.pk], **context)


def _how_long(deadline: Deadline, offset: int) -> str:
    """ "Còn 7 ngày", "Hạn cuối là hôm nay, đến 24:00" or "Trễ 3 ngày"."""
    if offset > 0:
        return ngettext("Trễ %(days)d ngày", "Trễ %(days)d ngày", offset) % {"days": offset}
    return deadline.left_in_words(deadline.last_day + timedelta(days=offset))


def _behind(cycle: ReportCycle, as_of: datetime, **only: Any) -> Sequence[AnnualReport]:
    """Missing and late reports, missing first, by superior and in protocol order."""
    behind = cycle.reports.overdue(as_of) | cycle.reports.received_late(as_of)
    ordered = behind.filter(**only).select_related("agency", "superior", "cycle")
    return sorted(
        ordered,
        key=lambda report: (
            report.superior.sort_order if report.superior else 0,
            report.superior.name_sort if report.superior else "",
            report.first_submitted_at is not None,
            report.agency.sort_order,
            report.agency.name_sort,
        ),
    )


def _two_lists(behind: Sequence[AnnualReport]) -> dict[str, Any]:
    """What a superior's letter lists: who has not sent, and who sent late by how many days."""
    sent = [(report, report.first_submitted_at) for report in behind]
    return {
        "missing": [report for report, at in sent if at is None],
        "late": [(report, report.deadline.offset(day_of(at))) for report, at in sent if at is not None],
    }


def _department(province: Agency) -> str:
    """ "Sở Khoa học và Công nghệ tỉnh An Giang": whose installation the mail comes from."""
    place = province.in_lists.removeprefix("UBND").strip()
    return _("Sở Khoa học và Công nghệ %(province)s") % {"province": place}


def _render(
    name: str,
    cycle: ReportCycle,
    as_of: datetime,
    url: str,
    args: Iterable[Any] | None = None,
    **context: Any,
) -> Words:
    """Render templates/mail/<name>.txt and .html in Vietnamese; the text's first line is the subject."""
    where = reverse(url, args=list(args) if args is not None else [cycle.year] if "cycle" in url else [])
    context |= {
        "cycle": cycle,
        "today": day_of(as_of),
        "as_of": as_of,
        "link": settings.SITE_URL + where,
        "department": _department(cycle.province),
        "reply_to": settings.REPLY_TO,
    }
    with translation.override("vi"):
        subject, _line, text = render_to_string(f"mail/{name}.txt", context).strip().partition("\n")
        html = render_to_string(f"mail/{name}.html", context | {"subject": subject})
    return Words(subject.strip(), text.strip() + "\n", html)
