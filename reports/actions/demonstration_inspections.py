"""What the An Giang demonstration shows of inspections: the visits of August 2020 and the plan of 2021.

How many were visited in 2020 (nine provincial agencies, five districts) and the days of both plans are facts;
which agencies, what was found and who went is invented. Everything goes through the actions that people
use; a second run creates nothing.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import Agency, User
from agencies.models.agency import AgencyQuerySet, Group, Mandate
from isotrack.journal.deliver import deliver_owed
from isotrack.kit import clock
from isotrack.kit.clock import ZONE
from isotrack.kit.forms import CheckedUpload, FileKind
from reports.actions.corrective import accept, answer
from reports.actions.inspection import Found
from reports.actions.inspection_plan import add_rows, approve_plan, draft_plan
from reports.actions.site_inspection import close_inspection, keep_findings, keep_team, sign_minutes
from reports.models import ChecklistItem, Inspection, InspectionPlan

UNIT = "Chi cục Tiêu chuẩn Đo lường Chất lượng"
PARTNER = "Văn phòng UBND tỉnh, Sở Nội vụ"
COST = 1_200_000  # invented
# Due on 22 June, 12 July: one is owed on the demonstration's first morning, soon overdue; the other later.
HELD_2021 = (
    (0, date(2021, 4, 22), "ISO-đ", "Chưa đánh giá nội bộ năm 2020 tại hai phòng chuyên môn."),
    (1, date(2021, 5, 12), "QD19-d", "Chưa cập nhật ba văn bản đã hết hiệu lực vào quy trình."),
    (2, date(2021, 5, 20), "", ""),
)


def seed_inspections(province: Agency, *, scan: bytes) -> int:
    """Play the plans of 2020 and 2021 up to the clock's present; return how many plans are new."""
    if InspectionPlan.objects.filter(province=province).exists():
        return 0
    clerk = User.objects.get(username="sokhcn")
    _play_2020(province, clerk, scan)
    _play_2021(province, clerk, scan)
    return 2


def _play_2020(province: Agency, clerk: User, scan: bytes) -> None:
    """Fourteen obliged agencies, visited from 14 to 27 August; what failed was remedied."""
    plan = draft_plan(province, 2020, by=clerk, at=_at(date(2020, 2, 14)))
    visited = _obliged(province, Group.DEPARTMENT)[:9] + _obliged(province, Group.DISTRICT)[:5]
    days = {"starts_on": date(2020, 8, 14), "ends_on": date(2020, 8, 27)}
    _add(plan, visited, clerk, date(2020, 2, 14), days)
    decided: dict[str, Any] = {"number": "412/QĐ-UBND", "issued_on": date(2020, 3, 2)}
    approve_plan(plan, by=clerk, at=_at(date(2020, 3, 3)), **decided)
    for place, row in enumerate(plan.rows.in_protocol_order()):
        signed_on = date(2020, 8, 14 + place % 12)
        failed = {"ISO-b": "Công chức mới chưa được phổ biến mục tiêu chất lượng."} if place == 3 else {}
        _visit(row, clerk, signed_on, failed, "633/QĐ-UBND", date(2020, 3, 24), scan)
        for action in row.actions.select_related("agency", "item"):
            answer(
                action, by=clerk, at=_at(date(2020, 9, 30)), text="Đã phổ biến tại cuộc họp ngày 25/9/2020."
            )
            accept(action, by=clerk, at=_at(date(2020, 10, 5)), verdict="Đã khắc phục đủ.")
        close_inspection(row, by=clerk, at=_at(date(2020, 10, 6)))


def _play_2021(province: Agency, clerk: User, scan: bytes) -> None:
    """Three of the visits were in spring; two agencies owe a remedy. The third on site is not reached."""
    planned_on = date(2021, 1, 19)
    plan = draft_plan(province, 2021, by=clerk, at=_at(planned_on))
    departments, districts = _obliged(province, Group.DEPARTMENT), _obliged(province, Group.DISTRICT)
    days = {"starts_on": date(2021, 4, 19), "ends_on": date(2021, 5, 28)}
    early = departments[9:12]
    _add(plan, early, clerk, planned_on, days)
    days = {"starts_on": date(2021, 8, 16), "ends_on": date(2021, 8, 27)}
    _add(plan, departments[12:17] + districts[5:9], clerk, planned_on, days)
    days = {"starts_on": date(2021, 6, 1), "ends_on": date(2021, 9, 30)}
    there = {agency.pk for agency in departments[9:17] + districts[5:9]}
    others = [one for one in _obliged(province) if one.pk not in there]
    communes = list(_agencies(province).filter(group=Group.COMMUNE).in_protocol_order())
    _add(plan, others[:-2] + communes, clerk, planned_on, days, form=Inspection.Form.DOSSIER)
    decided: dict[str, Any] = {"number": "05/QĐ-UBND", "issued_on": date(2021, 2, 25)}
    approve_plan(plan, by=clerk, at=_at(date(2021, 2, 26)), **decided)
    for place, signed_on, code, remark in HELD_2021:
        row = plan.rows.get(agency=early[place])
        _visit(row, clerk, signed_on, {code: remark} if code else {}, "11/QĐ-SKHCN", date(2021, 4, 12), scan)


def _add(
    plan: InspectionPlan,
    agencies: Sequence[Agency],
    clerk: User,
    on: date,
    days: dict[str, date],
    *,
    form: str = Inspection.Form.ON_SITE,
) -> None:
    is_visit = form == Inspection.Form.ON_SITE
    told = {"partner": PARTNER if is_visit else "", "cost": COST if is_visit else None}
    add_rows(plan, agencies, by=clerk, at=_at(on), form=form, unit=UNIT, **days, **told)  # type: ignore[arg-type]


def _visit(
    row: Inspection,
    clerk: User,
    signed_on: date,
    failed: dict[str, str],
    decision: str,
    decided_on: date,
    scan: bytes,
) -> None:
    at = _at(signed_on)
    keep_team(
        row,
        by=clerk,
        at=at,
        decision_number=decision,
        decision_dated=decided_on,
        team_lead="Trần Văn K, Chi cục trưởng",
        team_members="Nguyễn Thị L, Sở Nội vụ\nTrần Thị B, Chi cục Tiêu chuẩn Đo lường Chất lượng",
    )
    codes = ChecklistItem.objects.values_list("code", flat=True)
    found = {code: Found("no", failed[code]) if code in failed else Found("yes") for code in codes}
    conclusion = (
        "Cơ quan duy trì hệ thống; cần khắc phục nội dung chưa đạt." if failed else "Cơ quan duy trì tốt."
    )
    keep_findings(row, by=clerk, at=at, held_on=signed_on, conclusion=conclusion, found=found)
    file = SimpleUploadedFile("bien-ban.pdf", scan)
    digest = hashlib.sha256(scan).hexdigest()
    sign_minutes(row, by=clerk, at=at, signed_on=signed_on, file=CheckedUpload(file, FileKind.PDF, digest))
    row.refresh_from_db()
    deliver_owed(at)  # what the agency has to remedy was told then


def _obliged(province: Agency, group: str | None = None) -> list[Agency]:
    found = _agencies(province).filter(mandate=Mandate.MANDATORY).exclude(group=Group.NONE)
    return list((found.filter(group=group) if group else found).in_protocol_order())


def _agencies(province: Agency) -> AgencyQuerySet:
    return Agency.objects.filter(province=province, covered_by__isnull=True).valid_on(clock.today())


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), ZONE)
