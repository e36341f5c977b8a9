"""The journal in words: what a verb means, what a field is called, how old and new values read.

Entries keep verbs, fields and values as data; their names come from the models and, for answers, from the
questionnaire of the report. What is not known any more is shown as it was written.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from agencies.models import AbsenceRule, Agency, Document, Invitation, Post, SavedView, Succession, User
from isotrack.journal.models import DeadAddress, Entry, Notice
from isotrack.kit.words import NOTHING, show_date, show_number, show_time
from plans.models import (
    Consultant,
    Contract,
    Declaration,
    FundingLine,
    FundingSource,
    PlanEntry,
    RolloutPlan,
    TrainingClass,
    Upkeep,
)
from reports.models import (
    AnnualReport,
    CorrectiveAction,
    DirectiveDuty,
    FileInspection,
    Inspection,
    InspectionPaper,
    InspectionPlan,
    ReportCycle,
    Snapshot,
    Submission,
)
from reports.models.questionnaire import QuestionnaireVersion, questions_of
from reports.models.reminder import ReminderRule
from reports.questions.parts import Question

Words = str | Promise

VERBS: dict[str, Words] = {
    "agency-founded": gettext_lazy("Ghi vào danh bạ"),
    "agency-changed": gettext_lazy("Đổi thông tin cơ quan"),
    "agency-contact-changed": gettext_lazy("Đổi thư nhận tin"),
    "agency-ended": gettext_lazy("Kết thúc cơ quan"),
    "succession-planned": gettext_lazy("Ghi việc sắp xếp cơ quan"),
    "succession-done": gettext_lazy("Thực hiện việc sắp xếp cơ quan"),
    "succession-cancelled": gettext_lazy("Hủy việc sắp xếp cơ quan"),
    "account-opened": gettext_lazy("Lập tài khoản"),
    "account-changed": gettext_lazy("Đổi tài khoản"),
    "password-changed": gettext_lazy("Đổi mật khẩu"),
    "second-factor-added": gettext_lazy("Thêm lớp xác thực thứ hai"),
    "second-factor-removed": gettext_lazy("Bỏ một cách xác thực thứ hai"),
    "second-factor-reset": gettext_lazy("Xóa lớp xác thực thứ hai"),
    "sessions-ended": gettext_lazy("Kết thúc các phiên đăng nhập"),
    "calendar-renewed": gettext_lazy("Đổi địa chỉ lịch"),
    "calendar-revoked": gettext_lazy("Thu hồi địa chỉ lịch"),
    "post-begun": gettext_lazy("Giao nhiệm vụ"),
    "post-changed": gettext_lazy("Đổi chức vụ"),
    "post-ended": gettext_lazy("Kết thúc nhiệm vụ"),
    "delegation-given": gettext_lazy("Ủy quyền"),
    "delegation-ended": gettext_lazy("Kết thúc ủy quyền"),
    "person-invited": gettext_lazy("Mời mở tài khoản"),
    "invitation-sent-again": gettext_lazy("Gửi lại lời mời"),
    "invitation-withdrawn": gettext_lazy("Rút lời mời"),
    "invitation-accepted": gettext_lazy("Nhận lời mời, mở tài khoản"),
    "invitation-expired": gettext_lazy("Lời mời hết hạn"),
    "absence-rule-changed": gettext_lazy("Đổi quy tắc khóa khi vắng mặt"),
    "document-registered": gettext_lazy("Ghi văn bản vào sổ"),
    "document-file-added": gettext_lazy("Thêm tệp của văn bản"),
    "cycle-opened": gettext_lazy("Mở kỳ báo cáo"),
    "cycle-switched": gettext_lazy("Đổi thiết lập kỳ"),
    "cycle-closed": gettext_lazy("Kết thúc kỳ báo cáo"),
    "report-saved": gettext_lazy("Lưu nháp báo cáo"),
    "report-file-attached": gettext_lazy("Tải tệp lên báo cáo"),
    "report-submitted": gettext_lazy("Gửi báo cáo"),
    "report-nil-declared": gettext_lazy("Báo không phát sinh"),
    "report-accepted": gettext_lazy("Chấp nhận báo cáo"),
    "report-returned": gettext_lazy("Trả lại báo cáo"),
    "report-extended": gettext_lazy("Gia hạn báo cáo"),
    "report-exempted": gettext_lazy("Miễn báo cáo"),
    "report-pending": gettext_lazy("Trình người đứng đầu xác nhận"),
    "report-sent-back": gettext_lazy("Người đứng đầu trả lại để sửa"),
    "report-taken-back": gettext_lazy("Lấy lại báo cáo đang chờ xác nhận"),
    "report-withdrawn": gettext_lazy("Rút lại báo cáo"),
    "report-numbered": gettext_lazy("Ghi số văn bản của báo cáo"),
    "report-reopened": gettext_lazy("Mở lại báo cáo"),
    "report-paper-taken": gettext_lazy("Nhận báo cáo giấy"),
    "report-paper-dropped": gettext_lazy("Thôi nhập báo cáo giấy"),
    "report-inspected": gettext_lazy("Kiểm tra qua hồ sơ"),
    "report-assigned": gettext_lazy("Giao người xem xét"),
    "report-commented": gettext_lazy("Góp ý ở câu hỏi"),
    "report-comment-settled": gettext_lazy("Góp ý đã xong"),
    "report-passed-on": gettext_lazy("Chuyển báo cáo cho cơ quan kế thừa"),
    "report-late": gettext_lazy("Ghi nhận trễ hạn"),
    "report-missing": gettext_lazy("Ghi nhận chưa gửi"),
    "notice-retried": gettext_lazy("Gửi lại thông báo"),
    "notice-came-back": gettext_lazy("Thư bị trả lại"),
    "address-dead": gettext_lazy("Ghi địa chỉ không nhận thư"),
    "address-revived": gettext_lazy("Ghi địa chỉ dùng lại được"),
    "pause-begun": gettext_lazy("Bật chế độ chỉ đọc"),
    "pause-ended": gettext_lazy("Tắt chế độ chỉ đọc"),
    "rule-added": gettext_lazy("Thêm mốc nhắc"),
    "rule-changed": gettext_lazy("Đổi mốc nhắc"),
    "rule-switched": gettext_lazy("Bật, tắt mốc nhắc"),
    "duty-opened": gettext_lazy("Giao ban hành văn bản nhắc nhở"),
    "duty-redrawn": gettext_lazy("Lập lại danh sách được nhắc"),
    "duty-recorded": gettext_lazy("Ghi văn bản nhắc nhở đã ban hành"),
    "duty-cancelled": gettext_lazy("Bỏ nhiệm vụ ban hành văn bản nhắc nhở"),
    "duty-reopened": gettext_lazy("Giao lại nhiệm vụ ban hành văn bản nhắc nhở"),
    "duty-passed-on": gettext_lazy("Chuyển nhiệm vụ nhắc nhở cho cơ quan kế thừa"),
    "duty-overdue": gettext_lazy("Ghi nhận quá hạn ban hành văn bản nhắc nhở"),
    "inspectionplan-drafted": gettext_lazy("Lập kế hoạch kiểm tra"),
    "inspectionplan-extended": gettext_lazy("Thêm cơ quan vào kế hoạch kiểm tra"),
    "inspectionplan-shortened": gettext_lazy("Bỏ cơ quan khỏi kế hoạch kiểm tra"),
    "inspectionplan-approved": gettext_lazy("Ghi phê duyệt kế hoạch kiểm tra"),
    "inspection-changed": gettext_lazy("Đổi lần kiểm tra"),
    "inspection-cancelled": gettext_lazy("Không kiểm tra cơ quan trong kế hoạch"),
    "inspection-prepared": gettext_lazy("Ghi quyết định và đoàn kiểm tra"),
    "inspection-found": gettext_lazy("Ghi kết quả kiểm tra tại trụ sở"),
    "inspection-signed": gettext_lazy("Ghi biên bản kiểm tra đã ký"),
    "inspection-held": gettext_lazy("Đã kiểm tra qua hồ sơ theo kế hoạch"),
    "inspection-closed": gettext_lazy("Kết thúc lần kiểm tra"),
    "inspection-paper-added": gettext_lazy("Thêm tài liệu hồ sơ kiểm tra"),
    "action-asked": gettext_lazy("Yêu cầu khắc phục"),
    "action-changed": gettext_lazy("Đổi yêu cầu khắc phục"),
    "action-dropped": gettext_lazy("Bỏ yêu cầu khắc phục"),
    "action-answered": gettext_lazy("Báo cáo khắc phục"),
    "action-accepted": gettext_lazy("Chấp nhận việc khắc phục"),
    "action-refused": gettext_lazy("Không chấp nhận việc khắc phục"),
    "action-overdue": gettext_lazy("Ghi nhận quá hạn khắc phục"),
    "plan-drafted": gettext_lazy("Lập kế hoạch"),
    "plan-changed": gettext_lazy("Đổi thông tin kế hoạch"),
    "plan-entries-added": gettext_lazy("Thêm cơ quan vào kế hoạch"),
    "plan-entry-changed": gettext_lazy("Đổi cơ quan trong kế hoạch"),
    "plan-entry-removed": gettext_lazy("Bỏ cơ quan khỏi kế hoạch"),
    "plan-entry-passed-on": gettext_lazy("Chuyển cơ quan trong kế hoạch cho cơ quan kế thừa"),
    "plan-entry-dropped": gettext_lazy("Thôi thực hiện ở cơ quan trong kế hoạch"),
    "plan-steps-planned": gettext_lazy("Đặt tiến độ các bước"),
    "plan-steps-recorded": gettext_lazy("Ghi tiến độ các bước"),
    "plan-submitted": gettext_lazy("Trình thẩm định kế hoạch"),
    "plan-returned": gettext_lazy("Trả lại kế hoạch"),
    "plan-cleared": gettext_lazy("Thẩm định xong kế hoạch"),
    "plan-approved": gettext_lazy("Phê duyệt kế hoạch"),
    "plan-started": gettext_lazy("Bắt đầu thực hiện kế hoạch"),
    "plan-closed": gettext_lazy("Kết thúc kế hoạch"),
    "funding-saved": gettext_lazy("Lưu dòng kinh phí"),
    "funding-commented": gettext_lazy("Góp ý kinh phí"),
    "funding-comments-answered": gettext_lazy("Báo đã sửa góp ý"),
    "source-added": gettext_lazy("Ghi nguồn kinh phí"),
    "source-changed": gettext_lazy("Đổi nguồn kinh phí"),
    "declaration-made": gettext_lazy("Ghi bản công bố"),
    "declaration-published": gettext_lazy("Ghi thông báo, niêm yết công bố"),
    "upkeep-recorded": gettext_lazy("Ghi việc duy trì"),
    "upkeep-finished": gettext_lazy("Hoàn thành việc duy trì"),
    "training-planned": gettext_lazy("Lập lớp tập huấn"),
    "training-changed": gettext_lazy("Đổi lớp tập huấn"),
    "training-registered": gettext_lazy("Đăng ký tập huấn"),
    "training-withdrawn": gettext_lazy("Thôi đăng ký tập huấn"),
    "training-attended": gettext_lazy("Điểm danh lớp tập huấn"),
    "consultant-added": gettext_lazy("Ghi tổ chức, chuyên gia tư vấn"),
    "consultant-changed": gettext_lazy("Đổi thông tin tư vấn"),
    "consultant-confirmed": gettext_lazy("Ghi Giấy xác nhận tư vấn"),
    "contract-signed": gettext_lazy("Ghi hợp đồng tư vấn"),
    "questionnaire-copied": gettext_lazy("Chép biểu mẫu thành bản nháp"),
    "questionnaire-uploaded": gettext_lazy("Tải biểu mẫu lên"),
    "questionnaire-changed": gettext_lazy("Sửa biểu mẫu"),
    "questionnaire-published": gettext_lazy("Phát hành biểu mẫu"),
    "narrative-written": gettext_lazy("Sửa lời văn báo cáo tổng hợp"),
    "snapshot-made": gettext_lazy("Chốt số liệu"),
    "snapshot-numbered": gettext_lazy("Ghi số báo cáo tổng hợp"),
    "view-shared": gettext_lazy("Lưu chế độ xem dùng chung"),
    "view-changed": gettext_lazy("Đổi chế độ xem dùng chung"),
    "view-removed": gettext_lazy("Xóa chế độ xem dùng chung"),
    "cycle-questionnaire-changed": gettext_lazy("Đổi biểu mẫu của kỳ"),
}
KINDS: dict[str, Words] = {
    "agency": gettext_lazy("Cơ quan"),
    "succession": gettext_lazy("Sắp xếp cơ quan"),
    "user": gettext_lazy("Tài khoản"),
    "invitation": gettext_lazy("Lời mời"),
    "absence-rule": gettext_lazy("Khóa khi vắng mặt"),
    "document": gettext_lazy("Văn bản"),
    "cycle": gettext_lazy("Kỳ báo cáo"),
    "report": gettext_lazy("Báo cáo năm"),
    "notice": gettext_lazy("Thông báo"),
    "address": gettext_lazy("Địa chỉ thư"),
    "rule": gettext_lazy("Mốc nhắc"),
    "duty": gettext_lazy("Nhiệm vụ nhắc nhở"),
    "inspectionplan": gettext_lazy("Kế hoạch kiểm tra"),
    "inspection": gettext_lazy("Lần kiểm tra"),
    "action": gettext_lazy("Khắc phục sau kiểm tra"),
    "questionnaire": gettext_lazy("Biểu mẫu"),
    "snapshot": gettext_lazy("Số liệu đã chốt"),
    "pause": gettext_lazy("Chế độ chỉ đọc"),
    "plan": gettext_lazy("Kế hoạch"),
    "plan-entry": gettext_lazy("Cơ quan trong kế hoạch"),
    "source": gettext_lazy("Nguồn kinh phí"),
    "declaration": gettext_lazy("Công bố"),
    "upkeep": gettext_lazy("Duy trì hệ thống"),
    "training": gettext_lazy("Lớp tập huấn"),
    "consultant": gettext_lazy("Tư vấn"),
    "view": gettext_lazy("Chế độ xem"),
}
SHOWN = 3
_PAGES = {
    "agency": "agency-detail",
    "succession": "reports:succession-detail",
    "user": "agencies:account-detail",
    "document": "agencies:document-detail",
    "report": "reports:report-detail",
    "notice": "reports:notice-detail",
    "rule": "reports:rule-edit",
    "snapshot": "reports:snapshot-detail",
    "duty": "reports:directive-detail",
    "inspection": "reports:inspection-detail",
    "action": "reports:corrective-detail",
    "plan": "plans:plan-detail",
    "source": "plans:source-edit",
    "declaration": "plans:declaration-detail",
    "training": "plans:training-detail",
    "consultant": "plans:consultant-edit",
    "questionnaire": "reports:questionnaire-detail",
}
# A verb, or its first word → the kind of thing it is written about, where the two differ.
_ABOUT = {
    "account": "user",
    "calendar": "user",
    "post": "user",
    "delegation": "user",
    "password": "user",
    "second": "user",  # "second-factor-added"
    "sessions": "user",
    "person": "invitation",
    "narrative": "cycle",
    "absence": "absence-rule",
    "funding": "plan",
    "contract": "consultant",
    "plan-entry-changed": "plan-entry",
    "plan-steps-planned": "plan-entry",
    "plan-steps-recorded": "plan-entry",
}
# Verbs whose changes are named by the keys of questions.
_OF_QUESTIONS = ("report-saved", "report-file-attached", "report-commented", "report-comment-settled")
# What an administrator may read: no content of reports.
TECHNICAL_KINDS = ("agency", "user", "invitation", "absence-rule", "document", "rule")

_MODELS: dict[str, tuple[type[models.Model], ...]] = {
    "agency": (Agency,),
    "succession": (Succession,),
    "user": (User, Post),
    "invitation": (Invitation,),
    "absence-rule": (AbsenceRule,),
    "document": (Document,),
    "cycle": (ReportCycle,),
    "report": (AnnualReport, Submission, FileInspection),
    "notice": (Notice,),
    "address": (DeadAddress,),
    "rule": (ReminderRule,),
    "snapshot": (Snapshot,),
    "duty": (DirectiveDuty,),
    "inspectionplan": (InspectionPlan,),
    "inspection": (Inspection, InspectionPaper),
    "action": (CorrectiveAction,),
    "questionnaire": (QuestionnaireVersion,),
    "plan": (RolloutPlan,),
    "plan-entry": (PlanEntry,),
    "line": (FundingLine,),
    "source": (FundingSource,),
    "declaration": (Declaration,),
    "upkeep": (Upkeep,),
    "training": (TrainingClass,),
    "consultant": (Consultant, Contract),
    "view": (SavedView,),
}
# "Ban Dân tộc, A – thuê tổ chức tư vấn 2020 #83: estimate": a line of money, and what changed in it.
_MONEY = re.compile(
    r"(?P<line>.+?)(?: #\d+)?: (?P<column>estimate|approved|allocated|spent|settled|quantity|source)\+*"
)
# Names in `changes` that are no field of the thing itself.
_OTHER_NAMES: dict[tuple[str, str], Words] = {
    ("cycle", "expected"): gettext_lazy("số cơ quan phải báo cáo"),
    ("report", "code"): gettext_lazy("mã biên nhận"),
    ("cycle", "code"): gettext_lazy("mã danh sách chốt"),
    ("cycle", "narrative"): gettext_lazy("lời văn"),
    ("duty", "items"): gettext_lazy("số cơ quan được nhắc"),
    ("report", "document"): gettext_lazy("văn bản"),
    ("inspectionplan", "agencies"): gettext_lazy("cơ quan"),
    ("plan", "agencies"): gettext_lazy("cơ quan"),
    ("plan", "version"): gettext_lazy("lần trình"),
    ("plan", "comments"): gettext_lazy("góp ý"),
    ("training", "participants"): gettext_lazy("học viên"),
}


@dataclass(frozen=True)
class Change:
    """One field of an entry, and what it was before and after, in words."""

    label: Words
    old: str
    new: str


@dataclass(frozen=True)
class Line:
    """One entry as a person reads it."""

    entry: Entry
    verb: Words
    kind: Words
    changes: list[Change]

    @property
    def first_changes(self) -> list[Change]:
        """As many as a list shows at once."""
        return self.changes[:SHOWN]

    @property
    def more_changes(self) -> list[Change]:
        """Those behind "và … thay đổi nữa"."""
        return self.changes[SHOWN:]

    @property
    def url(self) -> str:
        """The page of the thing; "" for a thing without one."""
        name = _PAGES.get(self.entry.about_kind)
        return reverse(name, args=[self.entry.about_key]) if name else ""

    @property
    def about(self) -> str:
        """The thing as the journal's address names it: "report:17"."""
        return f"{self.entry.about_kind}:{self.entry.about_key}"


def kind_of(verb: str) -> str:
    """The kind of thing a verb is written about: "post-begun" → "user"."""
    first = verb.partition("-")[0]
    return _ABOUT.get(verb) or _ABOUT.get(first, first)


def lines(entries: Sequence[Entry]) -> list[Line]:
    """Entries in words, in the same order; at most one query for the questionnaires of their reports."""
    asked = _questions(entries)
    return [
        _line(entry, asked.get(entry.about_key, {}) if entry.about_kind == "report" else {})
        for entry in entries
    ]


def changes_in_words(
    kind: str, changes: Mapping[str, Sequence[Any]], questions: Mapping[str, Question] | None = None
) -> list[Change]:
    """The changes {name: [old, new]} of a thing of this kind.

    `questions` name the answers of a report and order them: a JSON object of the database has no order.
    """
    asked = questions or {}
    answers = sorted(asked.keys() & changes.keys(), key=lambda name: asked[name].number)
    others = [name for name in changes if name not in asked]
    return [_answer(asked[name], *changes[name]) for name in answers] + [
        Change(_label(kind, name), *(_value(kind, name, value) for value in changes[name])) for name in others
    ]


def _line(entry: Entry, questions: Mapping[str, Question]) -> Line:
    return Line(
        entry,
        VERBS.get(entry.verb, entry.verb),
        KINDS.get(entry.about_kind, entry.about_kind),
        changes_in_words(entry.about_kind, entry.changes, questions),
    )


def _questions(entries: Iterable[Entry]) -> dict[str, Mapping[str, Question]]:
    """Report key → its questions by key, for entries that tell of answers."""
    saves = [entry for entry in entries if entry.verb in _OF_QUESTIONS]
    reports = AnnualReport.objects.filter(pk__in={int(entry.about_key) for entry in saves})
    pairs = reports.values_list("pk", "cycle__questionnaire_id") if saves else ()
    return {str(pk): questions_of(version).by_key for pk, version in pairs}


def _answer(question: Question, old: Any, new: Any) -> Change:
    language = get_language()
    labels = {choice.value: choice.label(language) for choice in question.choices}
    before, after = (labels.get(value, "") if isinstance(value, str) else "" for value in (old, new))
    return Change(f"{question.number}. {question.label(language)}", before or show(old), after or show(new))


@cache
def _field(kind: str, name: str) -> "models.Field[Any, Any] | None":
    for model in _MODELS.get(kind, ()):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if isinstance(field, models.Field):
            return field
    return None


def _label(kind: str, name: str) -> Words:
    field = _field(kind, name)
    found = _MONEY.fullmatch(name) if kind == "plan" else None
    if found:
        column = _field("line", found["column"])
        return f"{found['line']}: {column.verbose_name}" if column else name
    return _OTHER_NAMES.get((kind, name)) or (field.verbose_name if field else name)


def _value(kind: str, name: str, value: Any) -> str:
    field = _field(kind, name)
    choices = dict(field.flatchoices) if field is not None and isinstance(value, str) else {}
    return str(choices[value]) if choices and value in choices else show(value)


def show(value: Any) -> str:
    """A stored value as people read it: days, instants and numbers in Vietnamese form, rows counted."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("Có") if value else _("Không")
    if isinstance(value, int):
        return show_number(value) if value >= 10_000 else str(value)  # years stay plain
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    if isinstance(value, list | dict):
        return _("%(number)s dòng") % {"number": len(value)}
    return _show_instant(str(value)) or str(value)


def _show_instant(text: str) -> str:
    """A day or an instant in ISO 8601 in Vietnamese form; "" for any other text."""
    try:
        return show_date(date.fromisoformat(text)) if len(text) == 10 else show_time(_aware(text))
    except ValueError:
        return ""


def _aware(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant
