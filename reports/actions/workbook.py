"""Take a returned workbook into the draft of a report: good cells enter, the others are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agencies.models import User
from isotrack.kit.clock import day_of
from isotrack.kit.words import say_time
from reports.actions.report import Conflict, Page, judge, locked, save_page
from reports.models import AnnualReport
from reports.questions import Finding, Outcome, show
from reports.workbook import Message, Returned
from reports.workbook.back import LEVELS, Level


@dataclass
class Taken:
    """What came of a workbook: how many answers it has that are good, which were new, and every message."""

    answers: int
    changed: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def count(self, level: Level) -> int:
        """How many messages of a level there are."""
        return sum(message.level == level for message in self.messages)


@transaction.atomic
def take_workbook(
    report: AnnualReport, returned: Returned, *, by: User | None, at: datetime, keep: bool = True
) -> Taken:
    """Save what a workbook holds as a draft; whatever somebody else saved since it was made stays.

    Messages name every cell that was not taken, every answer that stands against another one, then what the
    questionnaire says of the draft as it is now. Without `keep` nothing is saved. Raises WrongState when the
    report is no longer open for writing.
    """
    report = locked(report)
    origin = returned.origin
    # Its token is to a workbook what its window is to a page: it may be mended and sent in again.
    page = Page(returned.answers, origin.seen, touched=returned.touched, window=origin.token)
    saved = save_page(report, page, by=by, at=at)
    outcome = judge(report, on=day_of(at))
    conflicts = [_conflicting(report, returned, conflict) for conflict in saved.conflicts]
    found = [*returned.messages, *conflicts, *_judged(returned, outcome)]
    good = returned.good - {conflict.key for conflict in saved.conflicts}
    if not keep:
        transaction.set_rollback(True)
    return Taken(len(good), saved.changed, _in_order(report, found))


def _conflicting(report: AnnualReport, returned: Returned, conflict: Conflict) -> Message:
    question = report.cycle.questions.by_key[conflict.key]
    nothing = _("để trống")
    words = {
        "number": question.number,
        "mine": show(question, conflict.mine) or nothing,
        "theirs": show(question, conflict.theirs) or nothing,
        "time": say_time(conflict.saved_at),
        "who": conflict.saved_by or _("hệ thống"),
    }
    text = _(
        "Câu %(number)d: trong tệp là “%(mine)s”, nhưng sau khi tải biểu mẫu, lúc %(time)s, %(who)s đã lưu "
        "“%(theirs)s”. Bản nháp giữ số đã lưu; muốn dùng số trong tệp thì sửa câu này trên trang web."
    )
    sheet, cell = returned.places[conflict.key]
    return Message(
        sheet=sheet, cell=cell, level="error", code="conflict", message=text % words, key=conflict.key
    )


def _judged(returned: Returned, outcome: Outcome) -> list[Message]:
    """What the questionnaire says of the draft; of a cell that was not taken everything is said already."""
    wrong = returned.wrong
    found = [*outcome.blocking, *outcome.warnings]
    wanted = [finding for finding in found if finding.kind == "rule" or finding.key not in wrong]
    return [_message(returned, outcome, finding) for finding in wanted]


def _message(returned: Returned, outcome: Outcome, finding: Finding) -> Message:
    place, is_there = _place(returned, finding)
    code, text = finding.rule or finding.kind, finding.line
    level: Level = finding.severity
    if finding.kind == "missing":
        level = "info"  # a draft may have gaps
        if finding.key in outcome.unconfirmed:
            code = "unconfirmed"
            text = _("%(said)s. Ghi “Có” vào cột “Vẫn đúng?”, hoặc sửa câu trả lời.") % {"said": text}
    made = Message(sheet=place[0], cell=place[1], level=level, code=code, message=text, key=finding.key)
    return made if is_there else replace(made, is_there=False)


def _place(returned: Returned, finding: Finding) -> tuple[tuple[str, str], bool]:
    """Where to say it: the cell of a table, the question's cell now, or where it stood once."""
    if finding.row is not None and finding.column is not None:
        cell = returned.rows.get((finding.key, finding.row, finding.column))
        if cell is not None:
            return cell, True
    if finding.key in returned.places:
        return returned.places[finding.key], True
    sheet, cell_then = returned.origin.cells.get(finding.key, ("", ""))
    return (sheet, cell_then), False


def _in_order(report: AnnualReport, messages: list[Message]) -> list[Message]:
    """The gravest first, then in the order of the questions; equal ones stay as they were found."""
    questions: Mapping[str, Any] = report.cycle.questions.by_key
    return sorted(messages, key=lambda one: (LEVELS.index(one.level), questions[one.key].number))
