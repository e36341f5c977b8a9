"""What the mails about reports say, found at the moment they are sent.

A mail's text is a template under templates/mail: the first line of the .txt is the subject. Where the rule
behind a notice has words of its own, they take the template's place (reports.reminder_words). Days are
counted when the mail leaves, so a mail that waited tells the true number.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Value
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.mails import department_of
from agencies.models import Agency
from isotrack.journal.models import Notice
from isotrack.journal.voices import NoLonger, Words
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline
from isotrack.kit.words import say_date, say_time
from reports.deep_link import link_to
from reports.models import AnnualReport, ReportCycle
from reports.rates import rates
from reports.reminder_words import OwnWords, Written, fill, fill_subject

REMINDER, SUPERIOR, DIGEST = "report-reminder", "superior-reminder", "report-digest"
RETURNED, PENDING, HEAD = "report-returned", "report-pending", "head-reminder"


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
    own, said = OwnWords.of(notices, as_of), dict[int, Words | NoLonger]()
    usual = UsualWords()
    for notice, report in _owed_reports(notices):
        reason = why_not(notice, report, is_head=False, as_of=as_of)
        if reason or report is None:
            said[notice.pk] = NoLonger(reason)
        else:
            said[notice.pk] = officer_mail(report, as_of, own.for_notice(notice), usual)
    return said


def head_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell the head of an agency that its report is still owed, or waits for the head's confirmation."""
    own, said = OwnWords.of(notices, as_of), dict[int, Words | NoLonger]()
    for notice, report in _owed_reports(notices):
        reason = why_not(notice, report, is_head=True, as_of=as_of)
        if reason or report is None:
            said[notice.pk] = NoLonger(reason)
        else:
            said[notice.pk] = head_mail(report, notice.recipient_label, as_of, own.for_notice(notice))
    return said


def superior_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell a superior which of its agencies are missing or came late, so that it writes to them."""
    # What such a notice is about reads "cycle:3:superior:17".
    keys = {notice.pk: tuple(map(int, notice.about.split(":")[1::2])) for notice in notices}
    superiors = Agency.objects.in_bulk({superior for _cycle, superior in keys.values()})
    cycles = ReportCycle.objects.select_related("province").in_bulk({cycle for cycle, _one in keys.values()})
    behind: dict[tuple[int, ...], list[AnnualReport]] = {}
    for cycle in cycles.values():
        for report in behind_in(cycle, as_of, superior__in=superiors):
            behind.setdefault((cycle.pk, report.superior_id or 0), []).append(report)
    own, said = OwnWords.of(notices, as_of), dict[int, Words | NoLonger]()
    for notice in notices:
        year, superior = keys[notice.pk]
        said[notice.pk] = _tell_superior(
            cycles[year],
            superiors[superior],
            behind.get((year, superior), []),
            as_of,
            own.for_notice(notice),
        )
    return said


def digest_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell the department how a cycle stands, and who is missing or late."""
    own = OwnWords.of(notices, as_of)
    digests: dict[tuple[str, Written], Words] = {}
    for notice in notices:
        key = notice.about, own.for_notice(notice)
        if key not in digests:
            cycle = ReportCycle.objects.get(pk=notice.about.removeprefix("cycle:"))
            digests[key] = digest_mail(cycle, as_of, key[1])
    return {notice.pk: digests[notice.about, own.for_notice(notice)] for notice in notices}


def returned_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell an agency that its report was returned, what to mend and where; nothing once it was sent again."""
    reports = _reports_of(notices)
    return {notice.pk: _tell_returned(report, as_of) for notice, report in reports}


def pending_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Ask the head of an agency to confirm; nothing once it was confirmed or taken back."""
    reports = _reports_of(notices)
    return {notice.pk: _ask_head(report, as_of) for notice, report in reports}


def why_not(notice: Notice, report: AnnualReport | None, *, is_head: bool, as_of: datetime) -> str:
    """Why a reminder of a report need not be sent any more; "" where it must."""
    if report is None:
        return _("Báo cáo không còn trong kỳ")
    if report.first_submitted_at is not None and report.first_submitted_at <= as_of:
        return _("Đã gửi báo cáo lúc %(time)s") % {"time": say_time(report.first_submitted_at)}
    if report.exempted_at is not None:
        return _("Được miễn báo cáo")
    if report.cycle.closed_at is not None:
        return _("Kỳ báo cáo đã kết thúc")
    if report.extended_at is not None and notice.planned_for <= report.extended_at:
        return _("Được gia hạn: gửi %(words)s") % {"words": report.in_words}
    if report.state == AnnualReport.State.PENDING and report.pending_at and not is_head:
        return _("Đã trình người đứng đầu lúc %(time)s") % {"time": say_time(report.pending_at)}
    return ""


def why_not_superior(cycle: ReportCycle, behind: Sequence[AnnualReport]) -> str:
    """Why a superior need not be told any more; "" where it must."""
    if cycle.closed_at is not None:
        return _("Kỳ báo cáo đã kết thúc")
    if all(report.first_submitted_at is not None for report in behind):
        return _("Không còn đơn vị trực thuộc nào chưa gửi")
    return ""


def _tell_superior(
    cycle: ReportCycle, superior: Agency, behind: Sequence[AnnualReport], as_of: datetime, written: Written
) -> Words | NoLonger:
    reason = why_not_superior(cycle, behind)
    return NoLonger(reason) if reason else superior_mail(cycle, superior, behind, as_of, written)


def officer_mail(
    report: AnnualReport, as_of: datetime, written: Written = None, usual: "UsualWords | None" = None
) -> Words:
    """The reminder to an agency, in the usual words or in those of a rule.

    `usual` keeps what was rendered for others of the same batch.
    """
    usual = usual or UsualWords()
    values = {"co_quan": report.agency_name}
    return _about_report(usual.remind, report, as_of, written, values)


def head_mail(report: AnnualReport, name: str, as_of: datetime, written: Written = None) -> Words:
    """The reminder to the head of an agency, whose name it carries."""
    values = {"co_quan": report.agency_name, "nguoi_dung_dau": name}

    def usual(report: AnnualReport, as_of: datetime, where: str) -> Words:
        known = _days_known(report, as_of) | {"report": report, "head": name}
        return _render("head_reminder", report.cycle, as_of, where, **known)

    return _about_report(usual, report, as_of, written, values)


def superior_mail(
    cycle: ReportCycle,
    superior: Agency,
    behind: Sequence[AnnualReport],
    as_of: datetime,
    written: Written = None,
) -> Words:
    """What a superior is told about the agencies below it."""
    lists, where = _two_lists(behind), reverse("reports:report-list")
    with translation.override(written[2] if written else "vi"):
        values = _values(cycle, cycle.deadline, cycle.in_words, as_of, where) | _list_values(lists)
    values["co_quan"] = superior.name
    known = {"superior": superior, "waiting": AnnualReport.State.PENDING}
    usual = _render("superior_reminder", cycle, as_of, where, **known, **lists)
    return _in_own_words(written, usual, values, as_of)


def digest_mail(cycle: ReportCycle, as_of: datetime, written: Written = None) -> Words:
    """How a cycle stands, for the department; its header leads to where the digest is switched off."""
    lists = _two_lists(behind_in(cycle, as_of))
    where = reverse("reports:cycle-board", args=[cycle.year])
    unsubscribe = settings.SITE_URL + reverse("reports:notice-digest")
    with translation.override(written[2] if written else "vi"):
        values = _values(cycle, cycle.deadline, cycle.in_words, as_of, where) | _list_values(lists)
        values["co_quan"] = values["so_khcn"]
    context = {"rates": rates(cycle, as_of), "unsubscribe": unsubscribe, **lists}
    usual = _render("report_digest", cycle, as_of, where, **context)
    said = _in_own_words(written, usual, values, as_of)
    return replace(said, headers={"List-Unsubscribe": f"<{unsubscribe}>"})


def _owed_reports(notices: Sequence[Notice]) -> list[tuple[Notice, AnnualReport | None]]:
    """The report each notice is about, with what a reminder says of it; five statements."""
    keys = [(notice, int(notice.about.removeprefix("report:"))) for notice in notices]
    # Cycle and superior are one object for all; what an officer filled in is not said in any mail.
    wanted = AnnualReport.objects.select_related("extension_document", "pending_by")
    wanted = wanted.prefetch_related("cycle__province", "cycle__documents", "superior", "passed_to")
    found = wanted.defer("answers", "figures", "saves", "notes").in_bulk({key for _notice, key in keys})
    return [(notice, found.get(key)) for notice, key in keys]


def _about_report(
    say_usual: Callable[[AnnualReport, datetime, str], Words],
    report: AnnualReport,
    as_of: datetime,
    written: Written,
    values: Mapping[str, object],
) -> Words:
    """A mail about one report; its link leads straight to where something is left to do."""
    where = link_to(report, as_of).path
    usual = _NOTHING if written and all(written[:2]) else say_usual(report, as_of, where)
    if not written:
        return usual
    with translation.override(written[2]):
        own = _values(report.cycle, report.deadline, report.in_words, as_of, where)
    own["cap_tren"] = report.superior.name if report.superior else ""
    return _in_own_words(written, usual, own | dict(values), as_of)


_NOTHING = Words("", "", "")
# Signs no text holds (Unicode keeps them free), standing for what is one agency's own.
_OWN_SIGNS = {"title": "\ue000", "agency": "\ue001", "link": "\ue002", "saved": "\ue003", "left_by": "\ue004"}
_ANY_SIGN = re.compile("[\ue000-\ue004]")


@dataclass
class UsualWords:
    """The usual reminder, rendered once for all agencies of a batch that differ only in their name and link.

    Rendering it for each took as long as sending it (measured).
    """

    rendered: dict[tuple[object, ...], Words] = field(default_factory=dict)

    def remind(self, report: AnnualReport, as_of: datetime, where: str) -> Words:
        """The reminder about one report, which leads to `where`."""
        with translation.override("vi"):
            saved = say_time(report.saved_at) if report.saved_at else ""
            own = {"title": str(report), "saved": saved, "left_by": report.agency_name}
        own |= {"agency": addressee_of(report), "link": settings.SITE_URL + where}
        told = bool(saved), report.passed_to_id is not None
        key = report.cycle_id, report.cutoff, report.extension_document_id, report.extended_to, *told
        if key not in self.rendered:
            self.rendered[key] = self._render(report, as_of, has_draft=bool(saved))
        return _with_own(self.rendered[key], own)

    def _render(self, report: AnnualReport, as_of: datetime, *, has_draft: bool) -> Words:
        own = _OWN_SIGNS if has_draft else _OWN_SIGNS | {"saved": ""}
        known = _days_known(report, as_of) | {"report": report} | own
        return _render("report_reminder", report.cycle, as_of, "", **known)


def addressee_of(report: AnnualReport) -> str:
    """Who is asked for it, as letters name them: the agency, or the heir it was passed on to."""
    return report.passed_to.name if report.passed_to else report.agency_name


def _with_own(words: Words, own: Mapping[str, str]) -> Words:
    """Put one agency's own in the place of the signs; in HTML nothing of it is taken for markup."""
    plain = {sign: own[name] for name, sign in _OWN_SIGNS.items()}
    safe = {sign: escape(value) for sign, value in plain.items()}
    return replace(
        words,
        subject=_ANY_SIGN.sub(lambda found: plain[found[0]], words.subject),
        text=_ANY_SIGN.sub(lambda found: plain[found[0]], words.text),
        html=_ANY_SIGN.sub(lambda found: safe[found[0]], words.html),
    )


def _days_known(report: AnnualReport, as_of: datetime) -> dict[str, object]:
    offset = report.deadline.offset(day_of(as_of))
    with translation.override("vi"):
        return {"is_late": offset > 0, "how_long": _how_long(report.deadline, offset)}


def _values(
    cycle: ReportCycle, deadline: Deadline, in_words: str, as_of: datetime, where: str
) -> dict[str, object]:
    """What the placeholders of a rule become, in the language that is spoken now."""
    offset = deadline.offset(day_of(as_of))
    return {
        "nam": cycle.year,
        "han": say_date(deadline.last_day),
        "han_trong_loi": in_words,
        "so_ngay": abs(offset),
        "con_lai": _how_long(deadline, offset),
        "lien_ket": settings.SITE_URL + where,
        "so_khcn": department_of(cycle.province),
    }


def _list_values(lists: Mapping[str, Sequence[Any]]) -> dict[str, object]:
    return {
        "chua_gui": len(lists["missing"]),
        "gui_tre": len(lists["late"]),
        "danh_sach": "\n".join(f"- {report.name_in_lists}" for report in lists["missing"]),
    }


def _in_own_words(written: Written, usual: Words, values: Mapping[str, object], as_of: datetime) -> Words:
    """The rule's subject and text in the place of the usual ones, each where there is one."""
    if not written:
        return usual
    subject, text, language = written
    subject = fill_subject(subject, values) or usual.subject
    if not text:
        return replace(usual, subject=subject)
    context = {"subject": subject, "text": fill(text, values), "language": language, "as_of": as_of}
    context["department"], context["reply_to"] = values["so_khcn"], settings.REPLY_TO
    plain = render_to_string("mail/own_words.txt", context).strip() + "\n"
    return Words(subject, plain, render_to_string("mail/own_words.html", context))


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
    where = reverse(page, args=[report.pk, *place])
    return _render("report_returned", report.cycle, as_of, where, **context)


def _ask_head(report: AnnualReport | None, as_of: datetime) -> Words | NoLonger:
    if report is None or report.state != AnnualReport.State.PENDING:
        return NoLonger(_("Báo cáo không còn chờ xác nhận"))
    where = reverse("reports:report-pending", args=[report.pk])
    return _render("report_pending", report.cycle, as_of, where, report=report)


def _how_long(deadline: Deadline, offset: int) -> str:
    """ "Còn 7 ngày", "Hạn cuối là hôm nay, đến 24:00" or "Trễ 3 ngày"."""
    if offset > 0:
        return ngettext("Trễ %(days)d ngày", "Trễ %(days)d ngày", offset) % {"days": offset}
    return deadline.left_in_words(deadline.last_day + timedelta(days=offset))


def behind_in(cycle: ReportCycle, as_of: datetime, **only: Any) -> Sequence[AnnualReport]:
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


def _render(name: str, cycle: ReportCycle, as_of: datetime, where: str, **context: Any) -> Words:
    """Render templates/mail/<name>.txt and .html in Vietnamese; the text's first line is the subject.

    `where` is the address that the mail leads to, without the server's name.
    """
    context = {"link": settings.SITE_URL + where} | context
    context |= {
        "cycle": cycle,
        "today": day_of(as_of),
        "as_of": as_of,
        "department": department_of(cycle.province),
        "reply_to": settings.REPLY_TO,
    }
    with translation.override("vi"):
        subject, _line, text = render_to_string(f"mail/{name}.txt", context).strip().partition("\n")
        html = render_to_string(f"mail/{name}.html", context | {"subject": subject})
    return Words(subject.strip(), text.strip() + "\n", html)
