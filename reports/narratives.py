"""The words of a consolidated report drafted from its figures, and what the department made of them.

The draft follows the figures: as long as nobody edits a chapter, every snapshot gets a fresh one. An edited
chapter stays as it was written; where its draft has changed since, whoever opens it is told. Numbers inside
an edited text are the writer's, so the chapters that are made of figures keep those outside the words.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation

from isotrack.kit.words import say_date, show_number, show_percent
from plans.models.funding import LineKind
from plans.models.plan import RolloutPlan
from reports.chapters import TITLES
from reports.consolidated import Consolidated, content_of
from reports.models import Chapter, Narrative, ReportCycle, Snapshot
from reports.rates import Rates
from reports.statistics.picture import DECLARED, ShareLine
from reports.voices import NOT_STARTED, alike

NAMED, QUOTED = 10, 5  # agencies named in a sentence; opinions quoted before the annex is pointed at
LONGEST_QUOTE = 240
BUILDING, OLD_STANDARD = "building", "2008"
ROMAN = ("I", "II", "III", "IV")
ANNEX_OF_VOICES = {Snapshot.Kind.COMMITTEE: "IV", Snapshot.Kind.MINISTRY: "V"}


@dataclass(frozen=True)
class Draft:
    """One chapter before it is frozen: the draft of now, and what somebody wrote instead, if anybody did."""

    chapter: Chapter
    title: str
    draft: str
    written: Narrative | None

    @property
    def text(self) -> str:
        """What would be frozen now."""
        return self.written.text if self.written else self.draft

    @property
    def is_outdated(self) -> bool:
        """Whether the figures have changed since somebody edited the draft."""
        return self.written is not None and self.written.drafted != self.draft


def drafts_of(cycle: ReportCycle, kind: str, as_of: datetime) -> list[Draft]:
    """The chapters of a report of the usual year as it would be frozen as of an instant, in order."""
    figures, rows = content_of(cycle, as_of, kind)
    return _drafts(cycle, kind, figures, rows, as_of)


def words_of(
    cycle: ReportCycle, kind: str, figures: Mapping[str, Any], rows: Sequence[Any], as_of: datetime
) -> dict[str, str]:
    """Chapter → the words that are frozen with these figures and rows."""
    return {one.chapter.value: one.text for one in _drafts(cycle, kind, figures, rows, as_of)}


def _drafts(
    cycle: ReportCycle, kind: str, figures: Mapping[str, Any], rows: Sequence[Any], as_of: datetime
) -> list[Draft]:
    kept = Snapshot(cycle=cycle, kind=kind, figures=figures, rows=rows, as_of=as_of, made_at=as_of)
    written = {one.chapter: one for one in Narrative.objects.about(cycle, kind).select_related("changed_by")}
    drafted = draft(Consolidated.of(kept))
    return [
        Draft(chapter, title, drafted[chapter], written.get(chapter))
        for chapter, title in TITLES[kind].items()
    ]


@translation.override(settings.LANGUAGE_CODE)
def draft(report: Consolidated) -> dict[Chapter, str]:
    """Every chapter of a report in words that follow from its figures; "" where they call for none."""
    return {chapter: "\n".join(_WRITERS[chapter](report)) for chapter in TITLES[report.snapshot.kind]}


# Remarks beside the figures


def _direction(report: Consolidated) -> Iterator[str]:
    pending = report.next_year["pending"]
    if pending:
        yield f"Đang lập, trình {_number(len(pending))} kế hoạch: {_plans(pending)}."


def _received(report: Consolidated) -> Iterator[str]:
    yield from _compared("Tỷ lệ nhận báo cáo", report, lambda rates: rates.share_received)
    yield from _compared("Tỷ lệ báo cáo đúng hạn", report, lambda rates: rates.share_on_time)


def _results(report: Consolidated) -> Iterator[str]:
    if report.snapshot.kind == Snapshot.Kind.MINISTRY:
        yield from _received(report)
        yield from _upkeep(report)
    line, since = report.picture.state, _since(report)
    declared = next((part for part in line.parts if part.value == DECLARED), None) if line else None
    if declared is not None and declared.last_count is not None and not report.picture.rates.not_due:
        more = declared.count - declared.last_count
        yield f"So với {since}, số cơ quan báo cáo đã công bố {_moved(more, show_number)}."
    if report.is_shifted:
        yield from _to_do(report)  # what the agencies meant to do in the year the report speaks of


def _upkeep(report: Consolidated) -> Iterator[str]:
    now, before = report.picture.coverage, report.picture.last_coverage
    if now is not None and before is not None:
        moved = _moved(now - before, _points)
        yield f"So với {_since(report)}, tỷ lệ thủ tục hành chính đã đưa vào hệ thống {moved}."


def _training(report: Consolidated) -> Iterator[str]:
    new, trained = _total(report, "new_staff"), _total(report, "staff_trained")
    if new is not None and trained is not None and new > trained:
        when = f"Theo báo cáo năm {report.cycle_year}, số" if report.is_shifted else "Số"
        yield (
            f"{when} lượt người được tập huấn ({_number(trained)}) ít hơn số người mới nhận nhiệm vụ"
            f" ({_number(new)}); cần mở thêm lớp."
        )


def _inspection(report: Consolidated) -> Iterator[str]:
    lacking = report.on_site_needed - report.on_site
    if lacking > 0:
        yield f"So với mức tối thiểu một phần ba, còn thiếu {_number(lacking)} cơ quan kiểm tra tại trụ sở."
    elif report.obliged:
        yield "Đã đạt mức tối thiểu một phần ba cơ quan kiểm tra tại trụ sở."
    again = report.next_year["again"]
    if again:
        yield f"Cơ quan chưa đạt khi kiểm tra qua hồ sơ: {_names(again)}."


def _money(report: Consolidated) -> Iterator[str]:
    allocated, spent = _total(report, "funding_allocated"), _total(report, "funding_spent_total")
    if allocated and spent is not None:
        share = Decimal(spent) * 100 / Decimal(allocated)
        when = f"{report.in_answers} " if report.is_shifted else ""
        yield f"Các cơ quan {when}đã chi {show_percent(share)} kinh phí được giao."
    if report.is_shifted:
        yield from _estimated(report)


# Chapters of words alone


def _assessment(report: Consolidated) -> Iterator[str]:
    for head, points in (("Ưu điểm", _strengths(report)), ("Hạn chế", _limits(report))):
        found = "; ".join(points)
        if found:
            yield f"{head}: {found}."
    causes = alike(text for _name, text in report.difficulties)
    if causes:
        quoted = "; ".join(_quoted(one.text, one.count) for one in causes[:QUOTED])
        more = len(causes) - QUOTED
        others = f"; và {_number(more)} ý kiến khác" if more > 0 else ""
        yield (
            f"Nguyên nhân, khó khăn theo báo cáo của {_number(len(report.difficulties))} cơ quan"
            f" (Phụ lục {_annex(report)}): {quoted}{others}."
        )
    else:
        yield "Các cơ quan không nêu khó khăn, vướng mắc."


def _strengths(report: Consolidated) -> Iterator[str]:
    rates, state, audit = report.picture.rates, report.picture.state, report.picture.audit
    which = f" năm {report.cycle_year}" if report.is_shifted else ""
    if rates.received:
        yield (
            f"{_number(rates.received)} trên {_number(rates.expected)} cơ quan đã gửi báo cáo{which}"
            f" ({show_percent(rates.share_received)}), trong đó {_number(rates.on_time)} cơ quan đúng hạn"
            f" ({show_percent(rates.share_on_time)} số phải báo cáo)"
        )
    if declared := _count(state, DECLARED):
        yield f"{_number(declared)} cơ quan đã công bố hệ thống"
    if report.picture.coverage:
        yield f"{show_percent(report.picture.coverage)} thủ tục hành chính đã đưa vào hệ thống"
    if audited := _count(audit, "true"):
        yield f"{_number(audited)} cơ quan đã đánh giá nội bộ {report.in_answers}"


def _limits(report: Consolidated) -> Iterator[str]:
    rates, picture = report.picture.rates, report.picture
    if rates.missing:
        yield f"{_number(rates.missing)} cơ quan đã quá hạn mà chưa gửi báo cáo (Phụ lục II)"
    if rates.late:
        yield f"{_number(rates.late)} cơ quan gửi báo cáo trễ hạn (Phụ lục I)"
    counted = (
        (picture.state, NOT_STARTED, "chưa triển khai hệ thống"),
        (picture.state, BUILDING, "đang xây dựng, chưa áp dụng"),
        (picture.standard, OLD_STANDARD, "còn áp dụng phiên bản TCVN ISO 9001:2008"),
        (picture.audit, "false", f"chưa đánh giá nội bộ {report.in_answers}"),
        (picture.review, "false", f"chưa họp xem xét của lãnh đạo {report.in_answers}"),
    )
    for line, value, what in counted:
        if count := _count(line, value):
            yield f"{_number(count)} cơ quan {what}"
    yield from _lags(report)


def _lags(report: Consolidated) -> Iterator[str]:
    """What was counted and not all done."""
    pairs = (
        ("legal_changes", "legal_updates_on_time", "văn bản chưa cập nhật trong ba tháng vào hệ thống"),
        ("nonconformities", "nonconformities_closed", "điểm không phù hợp chưa khắc phục"),
        ("objectives_set", "objectives_met", "mục tiêu chất lượng chưa đạt"),
    )
    for of, done, what in pairs:
        left = (_total(report, of) or 0) - (_total(report, done) or 0)
        if left > 0:
            yield f"{_number(left)} {what}"


def _proposals(report: Consolidated) -> Iterator[str]:
    to_ministry = report.snapshot.kind == Snapshot.Kind.MINISTRY
    own = list(_to_ministry(report) if to_ministry else _to_committee(report))
    said = alike(text for _name, text in report.proposals)
    yield from own
    if said:
        yield (
            f"Tổng hợp đề xuất, kiến nghị của {_number(len(report.proposals))} cơ quan"
            f" (Phụ lục {_annex(report)}):"
        )
        yield from (f"- {_quoted(one.text, one.count)}." for one in said[:QUOTED])
    elif not own:
        yield "Không có kiến nghị; các cơ quan không nêu đề xuất trong báo cáo năm."


def _to_committee(report: Consolidated) -> Iterator[str]:
    province = report.province
    if report.late or report.missing:
        numbers = ", ".join(document.number for document in report.documents)
        under = f" theo văn bản số {numbers}" if numbers else ""
        yield (
            f"Đề nghị Ủy ban nhân dân {province} chỉ đạo cơ quan cấp trên của các cơ quan có tên tại"
            f" Phụ lục I và II có văn bản nhắc nhở, chấn chỉnh{under}."
        )
    if report.not_started:
        names = _names([name for name, _reason in report.not_started])
        yield f"Đề nghị Ủy ban nhân dân {province} chỉ đạo cơ quan chưa triển khai hệ thống: {names}."
    cleared = [plan for plan in report.next_year["pending"] if plan[2] == RolloutPlan.State.CLEARED]
    if cleared:
        yield f"Đề nghị Ủy ban nhân dân {province} xem xét, phê duyệt: {_plans(cleared)}."


def _to_ministry(report: Consolidated) -> Iterator[str]:
    old = _count(report.picture.standard, OLD_STANDARD)
    if old:
        yield (
            f"Đề nghị Bộ Khoa học và Công nghệ hướng dẫn chuyển đổi phiên bản tiêu chuẩn cho {_number(old)}"
            " cơ quan còn áp dụng TCVN ISO 9001:2008."
        )
    if any(_training(report)):
        yield "Đề nghị Bộ Khoa học và Công nghệ hỗ trợ địa phương đào tạo người mới nhận nhiệm vụ."


def _next_year(report: Consolidated) -> Iterator[str]:
    yield from _to_build(report)
    yield from _to_teach(report)
    yield from _to_inspect(report)
    yield from _to_spend(report)
    if not report.is_shifted:
        yield from _estimated(report)
        yield from _to_do(report)


def _to_build(report: Consolidated) -> Iterator[str]:
    building, pending = report.next_year["building"], report.next_year["pending"]
    if building:
        named = [f"{name} ({plan}{_by(day)})" for name, plan, day in building]
        yield (
            f"Hoàn thành xây dựng, áp dụng và công bố hệ thống tại {_number(len(building))} cơ quan của các"
            f" kế hoạch đã phê duyệt: {_names(named)}."
        )
    if pending:
        yield f"Hoàn tất thẩm định, phê duyệt và triển khai: {_plans(pending)}."


def _to_teach(report: Consolidated) -> Iterator[str]:
    year, classes = report.next_year["year"], report.next_year["classes"]
    if not classes:
        yield f"Lập kế hoạch và tổ chức tập huấn năm {year}."
        return
    named = "; ".join(f"{topic} (từ ngày {_day(first)})" for topic, first, _last, _places in classes)
    places = sum(one[3] for one in classes)
    yield f"Tổ chức {_number(len(classes))} lớp tập huấn, {_number(places)} chỗ: {named}."


def _to_inspect(report: Consolidated) -> Iterator[str]:
    if report.obliged:
        yield (
            f"Kiểm tra qua hồ sơ toàn bộ {_number(report.obliged)} cơ quan thuộc diện phải áp dụng, trong đó"
            f" tại trụ sở ít nhất {_number(report.on_site_needed)} cơ quan (khoản 2 Điều 33 Thông tư số"
            " 26/2014/TT-BKHCN)."
        )
    again = report.next_year["again"]
    if again:
        yield f"Ưu tiên kiểm tra tại trụ sở cơ quan chưa đạt khi kiểm tra qua hồ sơ: {_names(again)}."


def _to_spend(report: Consolidated) -> Iterator[str]:
    year = report.next_year["year"]
    upkeep = [one for one in report.next_year["money"] if one[0] == LineKind.MAINTENANCE]
    others = [one for one in report.next_year["money"] if one[0] != LineKind.MAINTENANCE]
    said = []
    if upkeep:
        (_kind, agencies, amount) = upkeep[0]
        said.append(f"duy trì, cải tiến {_dong(amount)} cho {_number(agencies)} cơ quan")
    if others:
        said.append(f"xây dựng, áp dụng và việc khác {_dong(sum(one[2] for one in others))}")
    if said:
        yield f"Kinh phí năm {year} trong các kế hoạch: {'; '.join(said)}."


def _estimated(report: Consolidated) -> Iterator[str]:
    """What the agencies reckon for the year after the one they report on."""
    estimate = _total(report, "next_year_estimate")
    if estimate:
        yield f"Các cơ quan dự toán kinh phí năm {report.tasks_year} là {_dong(estimate)}."


def _to_do(report: Consolidated) -> Iterator[str]:
    """What the agencies mean to do in the year after the one they report on."""
    tasks = report.tasks
    if not tasks["count"]:
        return
    counted = zip(ROMAN, tasks["quarters"], strict=True)
    quarters = ", ".join(f"quý {quarter}: {_number(count)}" for quarter, count in counted if count)
    named = "; ".join(f"{text} ({_number(count)})" for text, count in tasks["common"])
    common = f"; nhiều nhất: {named}" if named else ""
    yield (
        f"{_number(tasks['agencies'])} cơ quan đăng ký {_number(tasks['count'])} nhiệm vụ cho năm"
        f" {report.tasks_year} ({quarters}){common}."
    )


_WRITERS: Mapping[Chapter, Callable[[Consolidated], Iterator[str]]] = {
    Chapter.DIRECTION: _direction,
    Chapter.RECEIVED: _received,
    Chapter.RESULTS: _results,
    Chapter.UPKEEP: _upkeep,
    Chapter.TRAINING: _training,
    Chapter.INSPECTION: _inspection,
    Chapter.MONEY: _money,
    Chapter.ASSESSMENT: _assessment,
    Chapter.PROPOSALS: _proposals,
    Chapter.NEXT_YEAR: _next_year,
}


# Parts of sentences


def _total(report: Consolidated, key: str) -> int | None:
    """The sum of one question; None where nobody answered it."""
    line = report.picture.number(key)
    if line is None or not line.numbers.count or line.numbers.total is None:
        return None
    return int(line.numbers.total)


def _count(line: ShareLine | None, value: str) -> int:
    """How many answered so; 0 where the questionnaire does not ask it or knows no such answer."""
    return next((part.count for part in line.parts if part.value == value), 0) if line else 0


def _compared(what: str, report: Consolidated, part: Callable[[Rates], Decimal | None]) -> Iterator[str]:
    last = report.picture.last_rates
    if report.picture.rates.not_due:
        return  # half a cycle is no less than a whole one
    now, before = part(report.picture.rates), part(last) if last else None
    if now is not None and before is not None:
        yield f"{what} {_moved(now - before, _points)} so với {_since(report)}."


def _since(report: Consolidated) -> str:
    """What the agencies' reports are compared with: "năm trước", or "báo cáo năm 2019"."""
    return f"báo cáo năm {report.cycle_year - 1}" if report.is_shifted else "năm trước"


def _moved(change: Any, show: Callable[[Any], str]) -> str:
    """ "tăng 5,00 điểm phần trăm", "giảm 3", "không thay đổi"."""
    if not change:
        return "không thay đổi"
    return f"{'tăng' if change > 0 else 'giảm'} {show(abs(change))}"


def _points(change: Decimal) -> str:
    return f"{show_percent(change, sign=False)} điểm phần trăm"


def _number(number: int) -> str:
    return show_number(number)


def _dong(amount: int) -> str:
    return f"{show_number(amount)} đồng"


def _day(kept: str) -> str:
    return say_date(date.fromisoformat(kept))


def _by(day: str) -> str:
    return f", công bố đến ngày {_day(day)}" if day else ""


def _names(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(names) - NAMED
    return "; ".join(names[:NAMED]) + (f"; và {_number(more)} cơ quan khác" if more > 0 else "")


def _plans(plans: Iterable[Sequence[Any]]) -> str:
    return "; ".join(f"{title} ({code}, {_number(count)} cơ quan)" for code, title, _state, count in plans)


def _quoted(text: str, count: int) -> str:
    short = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE].rsplit(' ', 1)[0]} …"
    return f"{short} ({_number(count)} cơ quan)" if count > 1 else short


def _annex(report: Consolidated) -> str:
    return ANNEX_OF_VOICES[Snapshot.Kind(report.snapshot.kind)]
