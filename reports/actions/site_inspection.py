"""One inspection at the seat: team, checklist, signed minutes, dossier (TT 26/2014 Đ35-39)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import User
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.states import WrongState, move
from reports.actions.corrective import ask_after_minutes, must_be_settled
from reports.actions.inspection import Found
from reports.models import ChecklistItem, CorrectiveAction, Inspection, InspectionPaper

TEAM = ("decision_number", "decision_dated", "team_lead", "team_members")


@transaction.atomic
def keep_team(
    row: Inspection,
    *,
    by: User,
    at: datetime,
    decision_number: str,
    decision_dated: date | None,
    team_lead: str,
    team_members: str,
) -> Inspection:
    """Put down the decision on the inspection and who is in the team. Raises WrongState once it was held."""
    row = _held_for_site(row)
    values = (decision_number, decision_dated, team_lead, team_members)
    given = dict(zip(TEAM, values, strict=True))
    changes = {
        name: [_told(getattr(row, name)), _told(value)]
        for name, value in given.items()
        if value != getattr(row, name)
    }
    for name, value in given.items():
        setattr(row, name, value)
    if changes:
        row.save(update_fields=list(changes))
        _write("inspection-prepared", row, by=by, at=at, changes=changes)
    return row


@transaction.atomic
def keep_findings(
    row: Inspection,
    *,
    by: User,
    at: datetime,
    held_on: date,
    conclusion: str,
    found: Mapping[str, Found],
) -> Inspection:
    """Keep the checklist as far as it is filled in; `found` by the code of the item.

    Raises WrongState once the minutes are signed, ValidationError for a remark without an answer.
    """
    row = _held_for_site(row)
    silent = [code for code, one in found.items() if not one.answer]
    if silent:
        said = _("Nội dung có ghi chú thì chọn cả kết quả: %(codes)s.")
        raise ValidationError(said % {"codes": ", ".join(silent)})
    before = _as_told(row)
    row.held_on, row.conclusion = held_on, conclusion
    row.save(update_fields=["held_on", "conclusion"])
    items = {item.code: item for item in ChecklistItem.objects.all()}
    row.findings.exclude(item__code__in=found).delete()
    for code, one in found.items():
        row.findings.update_or_create(item=items[code], defaults={"answer": one.answer, "remark": one.remark})
    after = _as_told(row)
    names = before.keys() | after.keys()
    changes = {
        name: [before.get(name), after.get(name)]
        for name in sorted(names)
        if before.get(name) != after.get(name)
    }
    if changes:
        _write("inspection-found", row, by=by, at=at, changes=changes)
    return row


@transaction.atomic
def sign_minutes(row: Inspection, *, by: User, at: datetime, signed_on: date, file: Any) -> Inspection:
    """Put down the signed minutes with their scan (a checked upload): the inspection was held.

    What failed has to be remedied within two months of the signing (Đ37 k2). Raises ValidationError while
    the checklist is not finished or for a day before the inspection or to come, WrongState when signed.
    """
    row = _held_for_site(row)
    left = ChecklistItem.objects.count() - row.findings.count()
    if left or row.held_on is None:
        said = ngettext(
            "Còn %(count)d nội dung chưa xem, chưa ghi biên bản được.",
            "Còn %(count)d nội dung chưa xem, chưa ghi biên bản được.",
            left,
        )
        raise ValidationError(said % {"count": left})
    if signed_on > day_of(at):
        raise ValidationError({"signed_on": _("Ngày ký không thể sau hôm nay.")})
    if signed_on < row.held_on:
        raise ValidationError({"signed_on": _("Ngày ký không thể trước ngày kiểm tra.")})
    move(row, Inspection.State.HELD, signed_on=signed_on)
    _attach(row, InspectionPaper.Kind.MINUTES, file, by=by, at=at)
    _write("inspection-signed", row, by=by, at=at, changes={"signed_on": [None, str(signed_on)]})
    ask_after_minutes(row, by=by, at=at)
    return row


@transaction.atomic
def close_inspection(row: Inspection, *, by: User, at: datetime) -> Inspection:
    """Nothing is left to settle. Raises WrongState while anything has to be remedied or it was not held."""
    must_be_settled(CorrectiveAction.objects.following(row).unsettled())
    move(row, Inspection.State.CLOSED)
    _write("inspection-closed", row, by=by, at=at)
    return row


@transaction.atomic
def attach_paper(row: Inspection, *, by: User, at: datetime, kind: str, file: Any) -> InspectionPaper:
    """Put a document into the dossier of an inspection (Đ39); `file` is a checked upload."""
    paper = _attach(row, kind, file, by=by, at=at)
    changes = {"kind": [None, str(paper.kind)], "name": [None, paper.name]}
    _write("inspection-paper-added", row, by=by, at=at, changes=changes)
    return paper


def _attach(row: Inspection, kind: str, file: Any, *, by: User, at: datetime) -> InspectionPaper:
    told = {"kind": kind, "name": file.name, "sha256": file.sha256, "added_at": at, "added_by": by}
    paper = InspectionPaper(inspection=row, **told)
    paper.file.save(file.name, file, save=False)
    paper.save()
    return paper


def _held_for_site(row: Inspection) -> Inspection:
    """The row as it is now, locked. Raises WrongState unless it is one at the seat still to be held."""
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("plan", "agency")
    row = rows.get(pk=row.pk)
    if not row.is_on_site:
        raise WrongState(_("Kiểm tra qua hồ sơ là việc xem xét báo cáo; ghi kết quả ở trang của báo cáo."))
    if not row.plan.is_approved:
        raise WrongState(_("Kế hoạch chưa được phê duyệt, chưa ghi kiểm tra được."))
    if not row.is_planned:
        said = _("Lần kiểm tra này không thay đổi được nữa: %(state)s.")
        raise WrongState(said % {"state": str(row.get_state_display()).lower()})
    return row


def _as_told(row: Inspection) -> dict[str, Any]:
    findings = row.findings.select_related("item")
    told = {one.item.code: " – ".join(filter(None, [one.answer, one.remark])) for one in findings}
    return {"held_on": _told(row.held_on), "conclusion": row.conclusion} | told


def _told(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


def _write(verb: str, row: Inspection, **details: Any) -> None:
    record(verb, ("inspection", row.pk, row), province=row.plan.province_id, **details)
