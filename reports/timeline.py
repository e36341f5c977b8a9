"""What happened to one report, in order: journal, notices and the cut-off, told in plain sentences.

The journal tells a sending at the moment that counts: the officer's, or the day of the incoming stamp. When
the head confirmed it or the department had typed it in is told as an event of its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from isotrack.journal.models import Entry, Notice
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline
from isotrack.kit.words import say_date, show_date, show_time
from reports.journal_words import changes_in_words
from reports.models import AnnualReport, Punctuality, Submission

# Verb of the journal → icon and title; a draft is told once, when it begins.
_TOLD = {
    "report-pending": ("clock", gettext_lazy("Trình người đứng đầu xác nhận")),
    "report-sent-back": ("returned", gettext_lazy("Người đứng đầu trả lại để sửa")),
    "report-taken-back": ("returned", gettext_lazy("Người trình lấy lại trước khi được xác nhận")),
    "report-submitted": ("sent", gettext_lazy("Gửi lại")),
    "report-nil-declared": ("nil", gettext_lazy("Báo không phát sinh")),
    "report-withdrawn": ("returned", gettext_lazy("Rút lại một lần gửi; lần đó không được tính")),
    "report-paper-taken": ("file", gettext_lazy("Sở nhận bản giấy, bắt đầu nhập thay")),
    "report-paper-dropped": ("file", gettext_lazy("Sở thôi nhập bản giấy")),
    "report-returned": ("returned", gettext_lazy("Sở trả lại để bổ sung")),
    "report-accepted": ("accepted", gettext_lazy("Sở chấp nhận")),
    "report-reopened": ("returned", gettext_lazy("Sở mở lại báo cáo")),
    "report-extended": ("plus", gettext_lazy("Gia hạn")),
    "report-exempted": ("exempt", gettext_lazy("Được miễn báo cáo")),
    "report-late": ("late", gettext_lazy("Ghi nhận trễ hạn")),
    "report-missing": ("missing", gettext_lazy("Ghi nhận chưa gửi khi hết hạn")),
    "cycle-opened": ("flag", gettext_lazy("Mở kỳ báo cáo")),
    "cycle-switched": ("gear", gettext_lazy("Đổi thiết lập của kỳ")),
    "cycle-closed": ("lock", gettext_lazy("Kết thúc kỳ báo cáo")),
}
_SENDINGS = ("report-submitted", "report-nil-declared")
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
    """Everything known about a report up to `as_of`, and its cut-off wherever that lies. Five queries."""
    told = [*_entries(report), *_notices(report), *_cutoffs(report)]
    past = [event for event in told if event.kind == "cut" or event.at <= as_of]
    return sorted(past, key=lambda event: (event.at, event.kind != "cut"))


def end_of_day(cutoff: datetime) -> str:
    """A cut-off as the end of its last day, which is how people say it: "29/06/2021 24:00"."""
    return f"{show_date(Deadline.ending_at(cutoff).last_day)} 24:00"


def _cutoffs(report: AnnualReport) -> Iterator[Event]:
    """The effective cut-off; where it was extended also the one of the cycle, which counts no more."""
    yield Event(
        at=report.cutoff,
        when=end_of_day(report.cutoff),
        icon="clock",
        title=_("Hạn gửi"),
        detail=_("Gửi %(cutoff)s.") % {"cutoff": report.in_words},
        kind="cut",
        is_key=True,
    )
    common = report.cycle.cutoff
    if report.extended_to is not None and common != report.cutoff:
        detail = _("Báo cáo này được gia hạn nên không tính theo hạn này.")
        yield Event(common, end_of_day(common), "clock", _("Hạn chung của kỳ"), detail)


def _entries(report: AnnualReport) -> Iterator[Event]:
    """The journal of the report and of its cycle, oldest first; of drafting only the beginning."""
    entries = [*Entry.objects.about("cycle", report.cycle_id), *Entry.objects.about("report", report.pk)]
    sendings = {one.code: one for one in report.submissions.select_related("confirmed_by")}
    remarks = _remarks(report)
    has_begun = False
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.pk)):
        if entry.verb in _DRAFTING and not has_begun:
            has_begun = True
            yield _event(entry, "draft", _("Bắt đầu bản nháp"))
        elif entry.verb in _SENDINGS and (sending := sendings.get(_new(entry, "code"))):
            yield _sending(report, entry, sending)
            yield from _later(sending)
        elif entry.verb in _TOLD:
            icon, title = _TOLD[entry.verb]
            yield _event(entry, icon, str(title), more=remarks.get(entry.at, ""))


def _remarks(report: AnnualReport) -> Mapping[datetime, str]:
    """Instant of a return → "Góp ý ở câu 5, 12.": the comments at questions that went with it."""
    by_key = report.cycle.questions.by_key
    numbers: defaultdict[datetime, set[int]] = defaultdict(set)
    for comment in report.comments.sent():
        if comment.sent_at is not None and comment.question in by_key:
            numbers[comment.sent_at].add(by_key[comment.question].number)
    return {
        at: _("Góp ý ở câu %(numbers)s.") % {"numbers": ", ".join(map(str, sorted(found)))}
        for at, found in numbers.items()
    }


def _sending(report: AnnualReport, entry: Entry, sending: Submission) -> Event:
    """One sending: the one that decides is told with what it decides, a withdrawn one as not counted."""
    icon, title = "file", _("Bản giấy đến Sở, theo dấu công văn đến")
    if not sending.is_paper:
        icon, title = _TOLD[entry.verb][0], str(_TOLD[entry.verb][1])
    if sending.withdrawn_at is not None:
        return _event(entry, icon, _("%(what)s – sau đó rút lại, không tính") % {"what": _plain(title)})
    if sending.sent_at != report.first_submitted_at:
        return _event(entry, icon, str(title))
    said = {"what": _plain(title), "result": result_in_words(report)}
    is_late = report.punctuality_at(sending.sent_at) == Punctuality.LATE
    first = _("%(what)s lần đầu, hợp lệ – %(result)s") % said
    return _event(entry, icon, first, kind="verdict" if is_late else "log", is_key=True)


def _plain(title: str) -> str:
    """ "Gửi lại" is said of the second sending and later ones only."""
    return _("Gửi") if title == str(_TOLD["report-submitted"][1]) else title


def _later(sending: Submission) -> Iterator[Event]:
    """What made a sending count although it happened after the moment that counts."""
    if sending.confirmed_at is not None:
        who = {"name": sending.confirmed_by or ""}
        at = sending.confirmed_at
        detail = _("Người xác nhận: %(name)s. Tính hạn theo lúc công chức trình.") % who
        yield Event(at, show_time(at), "accepted", _("Người đứng đầu xác nhận"), detail)
    if sending.entered_at is not None:
        at = sending.entered_at
        detail = _("Tính hạn theo dấu công văn đến ngày %(day)s, không theo ngày nhập.")
        detail %= {"day": say_date(day_of(sending.sent_at))}
        yield Event(at, show_time(at), "file", _("Sở nhập xong bản giấy"), detail)


def result_in_words(report: AnnualReport) -> str:
    """How the first sending counts: "đúng hạn" or "trễ 3 ngày"."""
    sent = report.first_submitted_at
    if sent is None or report.punctuality_at(sent) != Punctuality.LATE:
        return _("đúng hạn")
    days = report.days_late(day_of(sent))
    return ngettext("trễ %(days)d ngày", "trễ %(days)d ngày", days) % {"days": days}


def _event(
    entry: Entry, icon: str, title: str, kind: str = "log", is_key: bool = False, more: str = ""
) -> Event:
    told = _detail(entry)
    if more.removesuffix(".").casefold() in told.casefold():
        more = ""  # a return without a general comment names the questions itself
    detail = " ".join(filter(None, [told, more]))
    return Event(entry.at, show_time(entry.at), icon, title, detail, kind, is_key)


def _coded(entry: Entry) -> str:
    """The receipt of a report; of a cycle the code of its frozen list."""
    code = _new(entry, "code") or _old(entry, "code")
    if not code:
        return ""
    words = _("Mã danh sách %(code)s.") if entry.about_kind == "cycle" else _("Biên nhận %(code)s.")
    return words % {"code": code}


def _detail(entry: Entry) -> str:
    """Receipt, day, document and reason where the entry has them, then who did it."""
    said = [
        _coded(entry),
        *(f"{words} {_day(day)}." for name, words in _days() if (day := _new(entry, name))),
        _("Theo %(document)s.") % {"document": found} if (found := _new(entry, "document")) else "",
        _switched(entry),
        entry.reason if not entry.reason or entry.reason.endswith(".") else f"{entry.reason}.",
        _("Đề nghị sửa trước hết ngày %(day)s; không tính thêm ngày trễ.") % {"day": _day(by)}
        if (by := _new(entry, "correct_by"))
        else "",
        _("Người thực hiện: %(name)s.") % {"name": entry.actor} if entry.actor_key else "",
    ]
    return " ".join(filter(None, said))


def _days() -> list[tuple[str, str]]:
    """Name of a day in the changes → how it is introduced."""
    return [
        ("extended_to", _("Đến hết ngày")),
        ("reopened_until", _("Cho sửa đến hết ngày")),
        ("paper_received_on", _("Dấu công văn đến ngày")),
    ]


def _switched(entry: Entry) -> str:
    """What a switch of the cycle changed: "tính cả ngày ghi trong hạn: Không → Có; …"."""
    if entry.verb != "cycle-switched":
        return ""
    changes = [
        f"{change.label}: {change.old} → {change.new}" for change in changes_in_words("cycle", entry.changes)
    ]
    return f"{'; '.join(changes)}." if changes else ""


def _old(entry: Entry, name: str) -> str:
    """The old value of a change that left nothing new, as text; empty where there is none."""
    change = entry.changes.get(name)
    return str(change[0]) if isinstance(change, list) and len(change) == 2 and not change[1] else ""


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
    if notice.step.startswith("returned"):
        return _("Thư báo trả lại")
    if notice.step.startswith("pending"):
        return _("Thư đề nghị người đứng đầu xác nhận")
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
