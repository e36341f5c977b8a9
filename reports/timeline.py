"""What happened to one report, in order: journal, notices and the cut-off, told in plain sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from isotrack.journal.models import Entry, Notice
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline
from isotrack.kit.words import say_date, show_date, show_time
from reports.models import AnnualReport, Punctuality

# Verb of the journal → icon and title; a draft is told once, when it begins.
_TOLD = {
    "report-submitted": ("sent", gettext_lazy("Gửi lại")),
    "report-nil-declared": ("nil", gettext_lazy("Báo không phát sinh")),
    "report-returned": ("returned", gettext_lazy("Sở trả lại để bổ sung")),
    "report-accepted": ("accepted", gettext_lazy("Sở chấp nhận")),
    "report-extended": ("plus", gettext_lazy("Gia hạn")),
    "report-exempted": ("exempt", gettext_lazy("Được miễn báo cáo")),
    "report-late": ("late", gettext_lazy("Ghi nhận trễ hạn")),
    "report-missing": ("missing", gettext_lazy("Ghi nhận chưa gửi khi hết hạn")),
    "cycle-opened": ("flag", gettext_lazy("Mở kỳ báo cáo")),
    "cycle-switched": ("gear", gettext_lazy("Đổi cách tính hạn của kỳ")),
    "cycle-closed": ("lock", gettext_lazy("Kết thúc kỳ báo cáo")),
}
_DRAFTING = ("report-saved", "report-file-attached")
_NOTICE_ICONS = {"planned": "clock", "sent": "mail", "failed": "error", "skipped": "skip"}


@dataclass(frozen=True)
class Event:
    """One line of the timeline; `kind` is log, cut (the cut-off) or verdict (the late sending)."""

    at: datetime
    when: str
    icon: str
    title: str
    detail: str = ""
    kind: str = "log"
    is_key: bool = False


def timeline(report: AnnualReport, as_of: datetime) -> list[Event]:
    """Everything known about a report up to `as_of`, and its cut-off wherever that lies. Three queries."""
    told = [*_entries(report), *_notices(report), _cutoff(report)]
    past = [event for event in told if event.kind == "cut" or event.at <= as_of]
    return sorted(past, key=lambda event: (event.at, event.kind != "cut"))


def end_of_day(cutoff: datetime) -> str:
    """A cut-off as the end of its last day, which is how people say it: "29/06/2021 24:00"."""
    return f"{show_date(Deadline.ending_at(cutoff).last_day)} 24:00"


def _cutoff(report: AnnualReport) -> Event:
    return Event(
        at=report.cutoff,
        when=end_of_day(report.cutoff),
        icon="clock",
        title=_("Hạn gửi"),
        detail=_("Gửi %(cutoff)s.") % {"cutoff": report.in_words},
        kind="cut",
        is_key=True,
    )


def _entries(report: AnnualReport) -> Iterator[Event]:
    """The journal of the report and of its cycle, oldest first; of drafting only the beginning."""
    entries = [*Entry.objects.about("cycle", report.cycle_id), *Entry.objects.about("report", report.pk)]
    has_begun = False
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.pk)):
        if entry.verb in _DRAFTING and not has_begun:
            has_begun = True
            yield _event(entry, "draft", _("Bắt đầu bản nháp"))
        elif entry.verb in _TOLD:
            yield _told(report, entry)


def _told(report: AnnualReport, entry: Entry) -> Event:
    icon, title = _TOLD[entry.verb]
    if entry.at == report.first_submitted_at and entry.verb in ("report-submitted", "report-nil-declared"):
        said = {
            "what": _TOLD["report-nil-declared"][1] if entry.verb == "report-nil-declared" else _("Gửi"),
            "result": result_in_words(report),
        }
        first = _("%(what)s lần đầu, hợp lệ – %(result)s") % said
        is_late = report.punctuality_at(entry.at) == Punctuality.LATE
        return _event(entry, icon, first, kind="verdict" if is_late else "log", is_key=True)
    return _event(entry, icon, str(title))


def result_in_words(report: AnnualReport) -> str:
    """How the first sending counts: "đúng hạn" or "trễ 3 ngày"."""
    sent = report.first_submitted_at
    if sent is None or report.punctuality_at(sent) != Punctuality.LATE:
        return _("đúng hạn")
    days = report.days_late(day_of(sent))
    return ngettext("trễ %(days)d ngày", "trễ %(days)d ngày", days) % {"days": days}


def _event(entry: Entry, icon: str, title: str, kind: str = "log", is_key: bool = False) -> Event:
    return Event(entry.at, show_time(entry.at), icon, title, _detail(entry), kind, is_key)


def _detail(entry: Entry) -> str:
    """Receipt, day and reason where the entry has them, then who did it."""
    said = [
        _("Biên nhận %(code)s.") % {"code": code} if (code := _new(entry, "code")) else "",
        _("Đến hết ngày %(day)s.") % {"day": _day(until)} if (until := _new(entry, "extended_to")) else "",
        entry.reason if not entry.reason or entry.reason.endswith(".") else f"{entry.reason}.",
        _("Đề nghị sửa trước hết ngày %(day)s; không tính thêm ngày trễ.") % {"day": _day(by)}
        if (by := _new(entry, "correct_by"))
        else "",
        _("Người thực hiện: %(name)s.") % {"name": entry.actor} if entry.actor_key else "",
    ]
    return " ".join(filter(None, said))


def _new(entry: Entry, name: str) -> str:
    """The new value of a change the entry names, as text; empty where there is none."""
    change = entry.changes.get(name)
    return str(change[1]) if isinstance(change, list) and len(change) == 2 and change[1] else ""


def _day(text: str) -> str:
    return say_date(date.fromisoformat(text))


def _notices(report: AnnualReport) -> Iterator[Event]:
    for notice in Notice.objects.about_thing(f"report:{report.pk}"):
        at = notice.sent_at or notice.planned_for
        said = [notice.get_state_display(), notice.recipient_label, notice.reason]
        detail = " – ".join(filter(None, said))
        yield Event(
            at, show_time(at), _NOTICE_ICONS[notice.state], _step_in_words(report, notice, at), detail
        )


def _step_in_words(report: AnnualReport, notice: Notice, at: datetime) -> str:
    """The true number of days at the time the mail left, whichever rule asked for it."""
    if not notice.step.startswith("officer"):
        return _("Thư báo")
    offset = report.deadline.offset(day_of(at))
    if offset == 0:
        return _("Thư nhắc: ngày cuối của hạn")
    if offset < 0:
        return ngettext("Thư nhắc: còn %(days)d ngày", "Thư nhắc: còn %(days)d ngày", -offset) % {
            "days": -offset
        }
    return ngettext("Thư nhắc: quá %(days)d ngày", "Thư nhắc: quá %(days)d ngày", offset) % {"days": offset}
