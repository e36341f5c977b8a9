"""Plans of inspections and what became of them, for tests: the visit of 16 August 2021 to Khánh An."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import Agency, Document, User
from isotrack.kit.forms import CheckedUpload, FileKind
from reports.actions.corrective import answer
from reports.actions.inspection import Found
from reports.actions.inspection_plan import add_rows, draft_plan
from reports.actions.reference import load_checklist
from reports.actions.site_inspection import keep_findings, sign_minutes
from reports.models import ChecklistItem, CorrectiveAction, Inspection, InspectionPlan
from tests import make

YEAR = 2021
SIGNED = date(2021, 6, 16)
AUGUST = {"starts_on": date(2021, 8, 16), "ends_on": date(2021, 8, 20)}


def plan(*, of: Agency | None = None, year: int = YEAR, approved: bool = False) -> InspectionPlan:
    """The plan of a year; approved without its action, so that tests may add rows first."""
    drafted = draft_plan(of or make.province(), year, by=None, at=make.NOW)
    if approved:
        decided = {
            "kind": Document.Kind.DECISION,
            "issuer": "UBND tỉnh",
            "abstract": "Phê duyệt Kế hoạch kiểm tra An Giang",
        }
        decision = make.document("242/QĐ-UBND", of=drafted.province, issued_on=date(2021, 2, 25), **decided)
        InspectionPlan.objects.filter(pk=drafted.pk).update(
            state="approved", decision=decision, approved_at=make.NOW
        )
        drafted.refresh_from_db()
    return drafted


def row(
    agency: Agency, *, of: InspectionPlan | None = None, form: str = "on_site", **values: Any
) -> Inspection:
    """One agency in the plan (of 2021, approved)."""
    there = of or InspectionPlan.objects.filter(province=agency.province, year=YEAR).first()
    there = there or plan(of=agency.province, approved=True)
    told = {"form": form, "unit": "Sở Khoa học và Công nghệ", "reason": "Bổ sung"} | AUGUST | values
    (made,) = add_rows(there, [agency], by=None, at=make.NOW, **told)
    return made


def upload(name: str = "bien-ban.pdf", content: bytes = b"%PDF-1.7\n%%EOF\n") -> CheckedUpload:
    """A file as a form hands it on."""
    return CheckedUpload(SimpleUploadedFile(name, content), FileKind.PDF, "0" * 64)


def found(**answers: str) -> dict[str, Found]:
    """All thirteen items fulfilled but those named, "ISO_b": what is missing."""
    load_checklist()
    failed = {code.replace("_", "-"): Found("no", remark) for code, remark in answers.items()}
    codes = ChecklistItem.objects.values_list("code", flat=True)
    return dict.fromkeys(codes, Found("yes")) | failed


def signed(
    agency: Agency, *, by: User, signed_on: date = SIGNED, at: Any = make.NOW, **answers: str
) -> Inspection:
    """An inspection at the seat with its minutes; by default the dissemination failed."""
    visit = row(agency)
    told = {"held_on": min(signed_on, SIGNED), "conclusion": "Cơ bản tuân thủ."}
    keep_findings(visit, by=by, at=at, found=found(**(answers or {"ISO_b": "Chưa phổ biến"})), **told)
    return sign_minutes(Inspection.objects.get(pk=visit.pk), by=by, at=at, signed_on=signed_on, file=upload())


def answered(visit: Inspection, *, by: User) -> CorrectiveAction:
    """What its agency did about the first failing item, with a file."""
    action = visit.actions.select_related("agency", "item").first()
    assert action is not None
    return answer(action, by=by, at=make.NOW, text="Đã phổ biến ngày 20/6.", file=upload("minh-chung.pdf"))


def overdue(agency: Agency, *, due_on: date) -> CorrectiveAction:
    """One whose day is set by hand."""
    visit = signed(agency, by=make.staff())
    visit.actions.update(due_on=due_on)
    return visit.actions.get()
