"""Keeping what a file inspection found (TT 26/2014 Đ36, Đ37 k1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import User
from isotrack.kit.states import WrongState
from reports.actions.corrective import follow_dossier
from reports.actions.report import locked, write
from reports.models import AnnualReport, ChecklistItem, FileFinding, FileInspection


@dataclass(frozen=True)
class Found:
    """What was found at one item: an answer of FileFinding ("" while not looked at), and a remark."""

    answer: str
    remark: str = ""


@transaction.atomic
def inspect(
    report: AnnualReport,
    *,
    by: User,
    at: datetime,
    inspected_on: date,
    result: str,
    remark: str,
    found: Mapping[str, Found],
) -> FileInspection:
    """Keep the checklist as far as it is filled in; `found` by the code of the item, `result` "" while open.

    Raises WrongState for a report that was not sent; ValidationError when a result is given before every
    item was looked at, a remark stands alone, or a failing one says nothing of what to remedy.
    A dossier row of the year's plan is this inspection; what it asks for becomes a corrective action.
    """
    report = locked(report)
    if report.first_submitted_at is None:
        raise WrongState(_("Chỉ kiểm tra qua hồ sơ được báo cáo đã gửi."))
    items = {item.code: item for item in ChecklistItem.objects.all()}
    _must_be_whole(items, result, remark, found)
    inspection = FileInspection.objects.filter(report=report).first() or FileInspection(report=report)
    before = _as_told(inspection)
    inspection.inspected_on, inspection.inspector = inspected_on, by
    inspection.result, inspection.remark = result, remark
    inspection.save()
    inspection.findings.exclude(item__code__in=found).delete()
    for code, one in found.items():
        inspection.findings.update_or_create(
            item=items[code], defaults={"answer": one.answer, "remark": one.remark}
        )
    after = _as_told(inspection)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        write("report-inspected", report, by=by, at=at, changes=changes, reason=remark)
    follow_dossier(inspection, by=by, at=at)
    return inspection


def _must_be_whole(
    items: Mapping[str, ChecklistItem], result: str, remark: str, found: Mapping[str, Found]
) -> None:
    """Every fault at once, each naming its items."""
    faults: list[str] = []
    silent = [code for code, one in found.items() if not one.answer]
    if silent:
        faults.append(_("Nội dung có ghi chú thì chọn cả kết quả: %(codes)s.") % {"codes": ", ".join(silent)})
    left = len(items.keys() - found.keys())
    if result and left:
        said = ngettext(
            "Còn %(count)d nội dung chưa xem, chưa kết luận được.",
            "Còn %(count)d nội dung chưa xem, chưa kết luận được.",
            left,
        )
        faults.append(said % {"count": left})
    if result == FileInspection.Result.NOT_PASSED and not remark.strip():
        faults.append(_("Kết luận chưa đạt thì ghi yêu cầu khắc phục."))
    if faults:
        raise ValidationError(faults)


def _as_told(inspection: FileInspection) -> dict[str, Any]:
    """What the journal tells of an inspection: its facts, and the answer at each item by code."""
    findings: dict[str, str] = {}
    is_kept = not inspection._state.adding
    if is_kept:
        with translation.override(settings.LANGUAGE_CODE):  # the journal keeps one language
            findings = {one.item.code: _in_words(one) for one in inspection.findings.select_related("item")}
    codes = ChecklistItem.objects.values_list("code", flat=True)
    facts = {
        "inspected_on": str(inspection.inspected_on) if is_kept else None,
        "result": inspection.result,
        "remark": inspection.remark,
    }
    return facts | {code: findings.get(code, "") for code in codes}


def _in_words(finding: FileFinding) -> str:
    return " – ".join(filter(None, [str(finding.get_answer_display()), finding.remark]))
