"""Official papers about inspections: the plan (Mẫu 19), the minutes (Mẫu 21), the summary of November (Đ38).

The bodies of the circular's forms are not public: what stands here follows Điều 34, 37 and 38.
"""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from isotrack.kit.papers import Official
from isotrack.kit.sheets import DATE, MONEY, NUMBER, TEXT, Column, Sheet
from isotrack.kit.words import say_date
from reports.inspection_year import Summary, Year
from reports.models import ChecklistItem, Inspection, InspectionPlan

DEPARTMENT = "Sở Khoa học và Công nghệ"


class _ToSign(Official):
    """Minutes are signed as they come from the printer: never marked as a draft."""

    @property
    def is_draft(self) -> bool:
        return False


ROWS: list[Column[Inspection]] = [
    Column(gettext_lazy("Mã"), lambda row: row.agency.code, TEXT, 12),
    Column(gettext_lazy("Cơ quan"), lambda row: row.agency.in_lists, TEXT, 44),
    Column(gettext_lazy("Hình thức"), lambda row: row.get_form_display(), TEXT, 20),
    Column(gettext_lazy("Đơn vị kiểm tra"), lambda row: row.unit, TEXT, 30),
    Column(gettext_lazy("Đơn vị phối hợp"), lambda row: row.partner, TEXT, 30),
    Column(gettext_lazy("Từ ngày"), lambda row: row.starts_on, DATE),
    Column(gettext_lazy("Đến ngày"), lambda row: row.ends_on, DATE),
    Column(gettext_lazy("Kinh phí (đồng)"), lambda row: row.cost, MONEY),
    Column(gettext_lazy("Trạng thái"), lambda row: row.get_state_display(), TEXT, 18),
    Column(gettext_lazy("Ngày kiểm tra"), lambda row: held_on(row), DATE),
    Column(gettext_lazy("Còn phải khắc phục"), lambda row: getattr(row, "open_actions", 0), NUMBER),
    Column(gettext_lazy("Quá hạn khắc phục"), lambda row: getattr(row, "overdue_actions", 0), NUMBER),
    Column(gettext_lazy("Lý do không kiểm tra"), lambda row: row.cancel_reason, TEXT, 40),
]


def held_on(row: Inspection) -> date | None:
    """The day on which it was held, whichever its form."""
    if row.file_inspection and row.took_place:
        return row.file_inspection.inspected_on
    return row.held_on


def meter_in_words(year: Year) -> str:
    """The sentence about the third on site, with the day on which the obliged were counted."""
    meter = year.meter
    said = _(
        "Phải kiểm tra tại trụ sở ít nhất một phần ba của %(obliged)d cơ quan bắt buộc: cần %(needed)d, "
        "kế hoạch %(planned)d, còn thiếu %(lacking)d "
        "(khoản 2 Điều 33 TT 26/2014/TT-BKHCN; tính ngày %(day)s)."
    )
    told = {"obliged": meter.obliged, "needed": meter.needed, "planned": meter.planned}
    return said % (told | {"lacking": meter.lacking, "day": say_date(year.day)})


def plan_sheet(year: Year) -> Sheet[Inspection]:
    """The plan as a workbook."""
    return Sheet(str(year.plan), ROWS, year.rows(), [meter_in_words(year)])


def summary_sheets(summary: Summary) -> list[Sheet[Any]]:
    """The summary as a workbook: plan against held, findings by item."""
    lines: list[Column[Any]] = [
        Column(gettext_lazy("Hình thức"), lambda line: line.form, TEXT, 22),
        Column(gettext_lazy("Nhóm"), lambda line: line.group, TEXT, 24),
        Column(gettext_lazy("Kế hoạch"), lambda line: line.planned, NUMBER),
        Column(gettext_lazy("Đã kiểm tra"), lambda line: line.held, NUMBER),
        Column(gettext_lazy("Không kiểm tra"), lambda line: line.cancelled, NUMBER),
    ]
    items: list[Column[Any]] = [
        Column(gettext_lazy("Nội dung"), lambda line: line.item.text, TEXT, 70),
        Column(gettext_lazy("Đạt"), lambda line: line.yes, NUMBER),
        Column(gettext_lazy("Chưa đạt"), lambda line: line.no, NUMBER),
        Column(gettext_lazy("Không áp dụng"), lambda line: line.not_applicable, NUMBER),
    ]
    notes = [meter_in_words(summary.year)]
    return [
        Sheet(_("Kế hoạch và thực hiện"), lines, summary.lines, notes),
        Sheet(_("Kết quả theo nội dung"), items, summary.items),
    ]


def plan_paper(year: Year) -> tuple[str, dict[str, Any]]:
    """Template and context of the plan (Mẫu 19. KHKT); a draft until the decision is recorded."""
    plan, province = year.plan, year.plan.province
    rows = [row for row in year.rows() if not row.is_cancelled]
    official = Official(
        issuer_parent=province.in_lists,
        issuer=DEPARTMENT,
        symbol="KH-SKHCN",
        place=province.own_name,
        year=plan.year,
        kind="Kế hoạch",
        abstract=f"Kiểm tra hoạt động xây dựng, áp dụng TCVN ISO 9001 tại các cơ quan năm {plan.year}",
        number=_number(plan),
        signing=("GIÁM ĐỐC",),
        recipients=("UBND tỉnh (để phê duyệt)", "Các cơ quan có tên trong Kế hoạch", "Lưu: VT, TĐC"),
    )
    total = sum(row.cost or 0 for row in rows)
    forms = [(form, [row for row in rows if row.form == form]) for form in Inspection.Form]
    shown = [(form.label, of_form) for form, of_form in forms if of_form]
    context = {"paper": official, "plan": plan, "forms": shown, "meter": year.meter, "total": total}
    return "print/inspection_plan.html", context | {"province": province}


def _number(plan: InspectionPlan) -> int | None:
    """The number of the decision it goes with; a plan that is approved is no draft any more."""
    found = re.match(r"\d+", plan.decision.number) if plan.decision else None
    return int(found[0]) if found else None


def minutes_paper(row: Inspection) -> tuple[str, dict[str, Any]]:
    """Template and context of the minutes (Mẫu 21. BBKT), filled in as far as the checklist is.

    A form to be signed by hand in two originals: it bears no number and is not an issued document.
    """
    province = row.plan.province
    official = _ToSign(
        issuer_parent=province.in_lists,
        issuer="Đoàn kiểm tra",
        symbol="BB-ĐKT",
        place=province.own_name,
        year=row.plan.year,
        kind="Biên bản",
        abstract="Kiểm tra hoạt động xây dựng, áp dụng TCVN ISO 9001",
    )
    found = {one.item_id: one for one in row.findings.all()}
    # Every item has its line: what is not filled in yet is written in by hand.
    lines = [(item, found.get(item.pk)) for item in ChecklistItem.objects.all()]
    failed = [one for one in found.values() if one.answer == "no"]
    context = {"paper": official, "row": row, "lines": lines, "failed": failed}
    return "print/inspection_minutes.html", context | {"members": row.team_members.splitlines()}


def summary_paper(summary: Summary) -> tuple[str, dict[str, Any]]:
    """Template and context of the report on the year's inspections (Đ38)."""
    plan: InspectionPlan = summary.year.plan
    province = plan.province
    official = Official(
        issuer_parent=province.in_lists,
        issuer=DEPARTMENT,
        symbol="BC-SKHCN",
        place=province.own_name,
        year=plan.year,
        kind="Báo cáo",
        abstract=f"Kết quả kiểm tra hoạt động xây dựng, áp dụng TCVN ISO 9001 năm {plan.year}",
        signing=("GIÁM ĐỐC",),
        recipients=("UBND tỉnh", "Lưu: VT, TĐC"),
    )
    failing = sorted((line for line in summary.items if line.no), key=lambda line: -line.no)
    context = {"paper": official, "summary": summary, "plan": plan, "failing": failing, "province": province}
    return "print/inspection_summary.html", context | {"meter": summary.meter, "remedies": summary.remedies}
