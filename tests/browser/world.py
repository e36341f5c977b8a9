"""A small province after the deadline, in which every kind of page has something to show.

Its reports stand in every state; so do its plans, one of them over a ceiling and over its source.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import F

from agencies.actions.calendar import renew_calendar
from agencies.actions.registry_file import confirm as confirm_registry_file
from agencies.actions.registry_file import preview as preview_registry_file
from agencies.models import Agency, Document, Role, User
from isotrack.journal.models import Notice
from plans.actions.consultant import sign_contract
from plans.actions.funding import answer_comments, comment_lines
from plans.actions.plan import approve, clear, start
from plans.actions.plan import return_for_correction as return_plan
from plans.actions.plan import submit as submit_plan
from plans.actions.reference import load_standards
from plans.actions.training import take_attendance
from plans.models import FundingLine, LineKind, RolloutPlan, StandardVersion, UpkeepKind
from reports.actions.inspection import Found, inspect
from reports.actions.inspection_plan import leave_out
from reports.actions.overdue import flag_overdue
from reports.actions.reminder import remind
from reports.actions.report import attach, declare_nil, save_answers, submit
from reports.actions.review import accept, exempt, extend, return_for_correction, take_paper
from reports.actions.review import comment as write_comment
from reports.deep_link import link_to
from reports.models import AnnualReport, ChecklistItem, ReminderRule, ReportCycle
from tests import make
from tests.plans import classes, money, planning
from tests.reports import drafts, inspected, successions
from tests.reports.filled import answers, version_1

AFTER = "2021-07-05 09:00"
LONG_AGO = "2021-04-01 09:00"  # a link of then has ended
PDF = b"%PDF-1.7\n%%EOF\n"
# A number that cannot be read, numbers that contradict each other, a day out of its year, a warning.
FAULTY = answers("C11") | {
    "staff_total": "12,345,6",
    "procedures_in_qms": 130,
    "funding_allocated": 9_000_000,
}
EXPLAINED = dict.fromkeys(("R21", "R22", "R25"), "Đã lên lịch làm trong quý III.")

# Long work as its page shows it: under way, finished, failed.
JOBS: list[dict[str, Any]] = [
    {},
    {"file": PDF},
    {"state": "failed", "message": "Phần 1 không làm được: hết chỗ"},
]

Keys = dict[str, list[dict[str, Any]]]


@dataclass
class World:
    """Who is there, and for each noun of the addresses the keys that can stand in them."""

    people: dict[str, User]
    keys: Keys


def world() -> World:
    """Ten agencies, each with its report in another state, and a person of each role."""
    agencies = _agencies()
    people = {name: make.officer(agency) for name, agency in agencies.items()} | _offices()
    # Her post begins later: today she has an account and no agency.
    people["drafting"].failed_sign_ins.create(step="password", hour=make.NOW, last_at=make.NOW, number=3)
    people["newcomer"] = make.officer(agencies["drafting"], starts_on=date(2021, 8, 1))
    people["head"] = make.officer(agencies["pending"], full_name="Trần Văn Thọ")
    people["head"].posts.update(is_head=True, is_responsible=False)
    cycle, letter = make.cycle(), make.document()
    letter.file.save("cong-van.pdf", ContentFile(PDF))
    reports = {name: cycle.reports.get(agency=agency) for name, agency in agencies.items()}
    file = _season(reports, people, letter)
    keys = _keys(cycle, reports, people, letter, file)
    keys |= {
        "calendar-feed": [{"token": renew_calendar(people["drafting"], by=people["staff"], at=make.NOW)}]
    }
    keys |= drafts.keys(people["staff"])
    keys |= _people(agencies, people)
    keys |= _inspections(agencies, people)
    return World(people, keys | _rollout(agencies, people) | _upkeep(agencies, people, letter))


def _inspections(agencies: dict[str, Agency], people: dict[str, User]) -> Keys:
    """A plan with visits held and to come, dossiers, one cancelled; remedies owed, overdue, answered."""
    by = {"by": people["staff"], "at": make.at(AFTER)}
    held = inspected.signed(
        agencies["extended"], by=people["staff"], ISO_b="Chưa phổ biến", ISO_g="Chưa cải tiến"
    )
    late = inspected.signed(agencies["superior"], by=people["staff"])
    late.actions.update(due_on=date(2021, 7, 1))
    answered = inspected.answered(held, by=people["extended"])
    planned = inspected.row(agencies["drafting"])
    dossiers = [inspected.row(agencies[name], form="dossier") for name in ("accepted", "sent")]
    cancelled = inspected.row(agencies["exempt"])
    leave_out(cancelled, **by, reason="Cơ quan đã giải thể.")
    inspected.plan(year=2022)
    rows = [held, late, planned, *dossiers, cancelled]
    year, draft = {"year": inspected.YEAR}, {"year": 2022}
    return {
        "inspection": [{"pk": row.pk} for row in rows],
        "inspection-paper": [{"pk": held.pk, "paper_pk": held.papers.get().pk}],
        "inspectionplan": [year, draft, {"year": 2019}],
        "inspectionplan-summary-file": [year | {"form": "xlsx"}],
        "corrective": [{"pk": one.pk} for one in (answered, *late.actions.all())],
        "corrective-file": [{"pk": answered.pk}],
    }


def _people(agencies: dict[str, Agency], people: dict[str, User]) -> Keys:
    """Somebody invited, somebody away with a colleague in her place, and the rule of absence."""
    after = make.at(AFTER)
    lasts = {"sent_at": after, "expires_at": after + timedelta(days=14)}
    invited = make.invitation(agencies["exempt"], **lasts)
    make.invitation(agencies["sent"], email="cu@people.example", state="expired")
    away = make.delegation(people["sent"])
    return {
        "account": [{"pk": one} for one in (people["drafting"].pk, people["newcomer"].pk, away.user_id)],
        "invitation-accept": [{"token": invited.token}, {"token": "0"}],
        "invitation": [{"pk": invited.pk}],
        "delegation": [{"pk": away.pk}],
        "absence": [{"role": "officer"}],
    }


def _agencies() -> dict[str, Agency]:
    district = make.district(contact="anphu@agency.example")
    return {
        "superior": district,
        "drafting": make.agency(superior=district, code="30340"),
        "sent": make.agency("Ủy ban nhân dân xã Khánh Bình", superior=district),
        "returned": make.agency("Ủy ban nhân dân xã Vĩnh Hội Đông", superior=district),
        "accepted": make.agency("Ủy ban nhân dân thị trấn Long Bình", superior=district),
        "nil": make.agency("Ủy ban nhân dân xã Phú Hội", superior=district),
        "paper": make.agency("Ủy ban nhân dân xã Nhơn Hội", superior=district),
        "extended": make.department("Sở Giáo dục và Đào tạo"),
        "exempt": make.department("Ban Tôn giáo", contact=""),
        "pending": make.agency("Ủy ban nhân dân xã Quốc Thái", superior=district),
    }


def _offices() -> dict[str, User]:
    office = make.department("Văn phòng Ủy ban nhân dân tỉnh", contact="")
    return {
        "staff": make.staff(),
        "finance": make.user(Role.FINANCE, make.department("Sở Tài chính", contact="")),
        "leader": make.user(Role.LEADER, make.province()),
        "administrator": make.user(Role.ADMINISTRATOR, office),
    }


def _season(reports: dict[str, AnnualReport], people: dict[str, User], letter: Document) -> int:
    """What happened from the reminders to today; returns the key of an attached file."""
    early, last_day = make.at("2021-06-20 10:00"), make.at("2021-06-29 23:00")
    remind(as_of=make.at("2021-06-15 08:00"))
    _fill(reports["drafting"], people["drafting"], FAULTY)
    files = [_send(reports[name], people[name]) for name in ("sent", "returned", "accepted")]
    _hand_up(reports["pending"], people["pending"])
    declare_nil(reports["nil"], by=people["nil"], at=last_day, reason="Xã mới thành lập, chưa có hệ thống.")
    accept(reports["accepted"], by=people["staff"], at=early)
    comment = "Câu 17: đề nghị bổ sung lý do."
    decided = {"by": people["staff"], "at": make.at("2021-07-02 09:00")}
    for name in ("returned", "sent"):
        write_comment(reports[name], **decided, question="staff_total", text="Chưa khớp với phụ lục.")
    return_for_correction(reports["returned"], **decided, comment=comment, correct_by=date(2021, 7, 9))
    _inspect(reports["accepted"], decided)
    _take_paper(reports["paper"], decided)
    exempt(reports["exempt"], **decided, document=letter, reason="Đã giải thể.")
    extend(reports["extended"], **decided, document=letter, until=date(2021, 7, 20), reason="Bão số 2.")
    flag_overdue(as_of=make.at("2021-06-30 08:00"))
    return files[0]


def _inspect(report: AnnualReport, decided: dict[str, Any]) -> None:
    codes = ChecklistItem.objects.values_list("code", flat=True)
    found = {code: Found("no" if code == "ISO-b" else "yes", "Xem biên bản") for code in codes}
    told = {"result": "not_passed", "remark": "Phổ biến lại trước ngày 30/9.", "found": found}
    inspect(report, **decided, inspected_on=date(2021, 7, 1), **told)


def _take_paper(report: AnnualReport, decided: dict[str, Any]) -> None:
    file = {"content": BytesIO(PDF), "name": "quet.pdf", "size": len(PDF), "sha256": "0" * 64}
    take_paper(report, **decided, received_on=date(2021, 6, 28), **file)


def _hand_up(report: AnnualReport, by: User) -> None:
    """In a cycle that wants it confirmed by the head; the others are sent in one that does not."""
    cycles = ReportCycle.objects.filter(pk=report.cycle_id)
    cycles.update(head_confirms=True)
    declare_nil(report, by=by, at=make.at("2021-06-28 16:00"), reason="Chưa có thủ tục nào được giải quyết.")
    cycles.update(head_confirms=False)


def _fill(report: AnnualReport, by: User, filled: dict[str, Any]) -> None:
    at = make.at("2021-06-18 08:00")
    save_answers(report, by=by, at=at, answers=filled, seen={}, notes=EXPLAINED)


def _send(report: AnnualReport, by: User) -> int:
    """Fill in what leaves warnings, explain them, attach the signed report, send it."""
    _fill(report, by, answers("C06"))
    file = attach(
        report,
        by=by,
        at=make.at("2021-06-18 08:05"),
        question="signed_report_file",
        content=BytesIO(PDF),
        name="bao-cao-2020.pdf",
        size=len(PDF),
        sha256="0" * 64,
    )
    submit(report, by=by, at=make.at("2021-06-18 08:10"))
    return file.pk


def _keys(
    cycle: ReportCycle,
    reports: dict[str, AnnualReport],
    people: dict[str, User],
    letter: Document,
    file: int,
) -> Keys:
    owed = [{"pk": report.pk} for report in reports.values()]
    drafting = reports["drafting"]
    every_section = [{"pk": drafting.pk, "section": section.key} for section in version_1().sections]
    failed = Notice.objects.order_by("pk").first()
    assert failed is not None
    Notice.objects.filter(pk=failed.pk).update(
        state="failed", sent_at=None, reason="550 no such user", tries=3
    )
    notices = Notice.objects.order_by("pk").values_list("pk", flat=True)
    return {
        "agency": [{"pk": drafting.agency_id}, {"pk": reports["superior"].agency_id}],
        "document": [{"pk": letter.pk}],
        "registry": [{"pk": pk} for pk in _lists(people["staff"])],
        **_successions(),
        "cycle": [{"year": cycle.year}],
        "snapshot": [{"code": make.snapshot(cycle, as_of=AFTER).code}],
        "cycle-narrative": [{"year": cycle.year, "kind": kind} for kind in ("committee", "ministry")],
        "public": [{"code": cycle.province.code}],
        "snapshot-file": [{"code": f"TH-89-{cycle.year}-1", "form": "pdf"}],
        "job": [{"pk": make.job(people["staff"], **told).pk} for told in JOBS],
        "report": owed,
        **_letters(cycle, reports),
        "report-file": [{"pk": reports["sent"].pk, "file_pk": file}],
        "report-comment-settle": [
            {"pk": reports["sent"].pk, "comment_pk": reports["sent"].comments.get().pk},
        ],
        "report-section-state": every_section[:1],
        "report-section": [*every_section, *(key | {"section": "general"} for key in owed)],
        "notice": [{"pk": pk} for pk in notices[:2]],
        "address": [{"pk": make.dead_address().pk}],
        "view": [{"pk": make.saved_view(people["staff"]).pk}],
        "ahead-day": [{"day": "2021-07-06"}, {"day": "2021-07-07"}],
        "deep-link": [{"token": link_to(drafting, make.at(moment)).token} for moment in (AFTER, LONG_AGO)],
        "reminder-letter": [{"pk": drafting.pk}],
        "rule": [{"pk": rule.pk} for rule in ReminderRule.objects.filter(province=cycle.province)[:2]],
        "account_reset_password_from_key": [{"uidb36": "1", "key": "abc-def"}],
        "mfa_remove_webauthn": [{"pk": 1}],
        "mfa_edit_webauthn": [{"pk": 1}],
        "openid_connect_login": [{"provider_id": "sso"}],
        "openid_connect_callback": [{"provider_id": "sso"}],
    }


def _lists(by: User) -> list[Any]:
    """Lists sent in: dropped for the next one, written, and one full of mistakes that waits."""
    good = ["30399", "Ủy ban nhân dân xã Mới", "89", "UBND cấp xã", "2d", "có", None]
    dropped, written = make.registry_file(by, good), make.registry_file(by, good)
    seen = preview_registry_file(written).digest
    confirm_registry_file(written, by=by, at=make.NOW, seen=seen)
    wrong = ["30340", "Ủy ban nhân dân xã Khánh An", "Sở lạ", "sao", "2e", "tùy", "31/02/2020"]
    changed = ["30399", "Ủy ban nhân dân xã Rất Mới", None, None, None, None, None]
    waiting = make.registry_file(by, ["I. Các xã"], wrong, changed, [*good[:1], "UBND xã Khác", *good[2:]])
    return [dropped.pk, written.pk, waiting.pk]


def _successions() -> Keys:
    """One that waits for its day, one nobody knows yet, and a split with what it left open."""
    waiting = successions.planned(
        "dissolved", make.agency("Ủy ban nhân dân xã Đa Phước"), on=date(2030, 1, 1)
    )
    unknown = successions.planned("unknown", make.department("Chi cục Thủy lợi", contact=""), on=None)
    duty = successions.undecided()
    pages = [waiting, unknown, duty.succession]
    return {
        "succession": [{"pk": one.pk} for one in pages],
        "succession-decide": [{"pk": duty.pk}],
    }


def _letters(cycle: ReportCycle, reports: dict[str, AnnualReport]) -> Keys:
    """Letters to be written, overdue, written and taken back; and the list that was frozen."""
    district, other = reports["superior"].agency, make.district("Ủy ban nhân dân huyện Phú Tân")
    overdue = make.duty(cycle.province, reports["superior"], due_on=date(2021, 7, 2))
    owed = make.duty(district, reports["drafting"], reports["returned"])
    taken_back = make.duty(other, reports["drafting"], state="cancelled")
    written = make.duty(reports["sent"].agency, reports["drafting"], state="done")
    make.closing(cycle, reports["drafting"], reports["superior"])
    year = {"year": cycle.year}
    return {
        "directive": [{"pk": duty.pk} for duty in (owed, overdue, taken_back, written)],
        "directive-paper": [{"pk": owed.pk, "form": "docx"}],
        "discipline": [year],
        "discipline-paper": [year | {"form": "docx"}],
        "closing": [year],
    }


SPRING = date(2021, 3, 1)


def _rollout(agencies: dict[str, Agency], people: dict[str, User]) -> Keys:
    """A plan in everybody's hands: mended by the department, reviewed, to be decided, under way."""
    load_standards()
    money.declared(agencies["drafting"], date(2019, 5, 1))
    plans = {name: _estimated(agencies, name) for name in ("running", "cleared", "reviewed", "mending")}
    running, cleared, reviewed, mending = plans.values()
    _too_much(mending, people)
    _commented(reviewed, people)
    by = {"by": people["finance"], "at": planning.AT}
    for plan in (cleared, running):
        submit_plan(plan, by=people["staff"], at=planning.AT)
        clear(plan, **by)
    _carried_out(running, people)
    pages = {name: [{"pk": plan.pk}] for name, plan in plans.items()}
    entries = [
        {"pk": plan.pk, "entry_pk": entry.pk} for plan in (mending, running) for entry in plan.entries.all()
    ]
    return {
        "plan": pages["mending"] + pages["running"],
        "plan-return": pages["reviewed"],
        "plan-clear": pages["reviewed"],
        "plan-approve": pages["cleared"],
        "plan-start": pages["cleared"],
        "plan-close": pages["running"],
        "plan-entry-edit": entries[:1],
        "plan-entry-remove": entries[:1],
        "plan-entry-steps": entries[1:3],
        "plan-paper": [pages["mending"][0] | {"kind": "annex"}],
        "funding": pages["mending"] + pages["reviewed"] + pages["running"],
        "finance": pages["reviewed"],
        "source": [{"pk": line.source_id} for line in FundingLine.objects.filter(entry__plan=mending)[:2]],
        **_hired(running, people),
    }


def _estimated(agencies: dict[str, Agency], name: str) -> RolloutPlan:
    """A draft with an agency that builds and one that keeps what it declared, and what both need."""
    titles = {"code": f"KH-{name}", "title": f"Kế hoạch bổ sung {name}"}
    plan = planning.drafted(agencies["sent"], agencies["drafting"], **titles)
    builds, keeps = plan.entries.get(agency=agencies["sent"]), plan.entries.get(agency=agencies["drafting"])
    money.line(builds, LineKind.HIRED, 5_000_000, note="Theo báo giá")
    money.line(builds, LineKind.OWN_WORK, 3_000_000, item="DOCUMENT_WRITING")
    money.line(keeps, LineKind.MAINTENANCE, 4_000_000, item="MAINTENANCE")
    return plan


def _too_much(plan: RolloutPlan, people: dict[str, User]) -> None:
    """Over the ceiling and over its source: returned, one comment answered and one open; sent twice."""
    poor = money.source(1_000_000, name="Nguồn thu hợp pháp khác")
    line = money.line(plan.entries.first(), LineKind.HIRED, 90_000_000, source=poor)
    submit_plan(plan, by=people["staff"], at=planning.AT)
    _say(plan, line, people)
    return_plan(plan, by=people["finance"], at=planning.AT, reason="Rà soát lại toàn bộ.")
    answer_comments(plan, by=people["staff"], at=planning.AT, comments=[plan.comments.first().pk])
    FundingLine.objects.filter(pk=line.pk).update(estimate=80_000_000)
    submit_plan(plan, by=people["staff"], at=planning.AT)
    return_plan(plan, by=people["finance"], at=planning.AT, reason="Vẫn vượt trần.")


def _commented(plan: RolloutPlan, people: dict[str, User]) -> None:
    submit_plan(plan, by=people["staff"], at=planning.AT)
    _say(plan, FundingLine.objects.of_plan(plan)[0], people)


def _say(plan: RolloutPlan, line: FundingLine, people: dict[str, User]) -> None:
    comment_lines(plan, by=people["finance"], at=planning.AT, texts={line.pk: "Giảm còn 20 triệu."})


def _carried_out(plan: RolloutPlan, people: dict[str, User]) -> None:
    """Decided and begun; the first steps are done, others overdue; half of the money is allocated."""
    decided = {"number": "2944/QĐ-UBND", "issued_on": date(2020, 11, 19)}
    approve(plan, by=people["leader"], at=planning.AT, **decided)
    start(plan, by=people["staff"], at=planning.AT)
    for entry in plan.entries.all():
        planning.done(entry, "GAP_ASSESSMENT", "PLAN_APPROVED")
    FundingLine.objects.filter(entry__plan=plan, kind=LineKind.HIRED).update(allocated=F("approved"))


def _hired(plan: RolloutPlan, people: dict[str, User]) -> Keys:
    """Consultants: one with a contract and a confirmation that ends soon, one that nobody hired."""
    firm, other = classes.consultant(date(2021, 7, 20)), classes.consultant(name="Viện Năng suất Việt Nam")
    days = {"starts_on": date(2020, 12, 1), "ends_on": date(2021, 7, 15)}
    entry = plan.entries.first()
    sign_contract(firm, by=people["staff"], at=make.morning(SPRING), entry=entry, number="5/HĐ-TV", **days)
    own = [{"pk": firm.pk}, {"pk": other.pk}]
    return {"consultant": own, "confirmation": own[:1], "contract": own[:1]}


def _upkeep(agencies: dict[str, Agency], people: dict[str, User], letter: Document) -> Keys:
    """Declarations with what is owed from them; a class that was and one that will be."""
    agency = agencies["drafting"]
    old = money.declared(agency, date(2014, 12, 10))
    type(old).objects.filter(pk=old.pk).update(standard=StandardVersion.objects.get(code="2008"))
    new = agency.declarations.latest("declared_on")
    classes.upkeep(agency, UpkeepKind.INTERNAL_AUDIT, date(2020, 5, 1), document=letter)
    update = classes.upkeep(agency, UpkeepKind.LEGAL_UPDATE, SPRING, due_on=date(2021, 6, 1))
    return {
        "declaration": [{"pk": new.pk}, {"pk": old.pk}],
        "declaration-add": [{"pk": agencies[name].pk} for name in ("drafting", "sent")],
        "upkeep-add": [{"pk": agency.pk}],
        "upkeep-finish": [{"pk": update.pk}],
        **_classes(agencies, people, letter),
    }


def _classes(agencies: dict[str, Agency], people: dict[str, User], letter: Document) -> Keys:
    was = classes.training(SPRING, documents=[letter])
    there = classes.came(was, people["drafting"], people["sent"], attended=None)
    marks = list(zip(there, [True, False], strict=True))
    take_attendance(was, marks, by=people["staff"], at=make.at("2021-03-02 17:00"))
    to_come = classes.training(date(2021, 7, 20))
    registered = classes.came(to_come, people["drafting"], attended=None)
    return {
        "training": [{"pk": was.pk}, {"pk": to_come.pk}],
        "training-list-export": [{"pk": was.pk, "form": "xlsx"}],
        "training-certificate": [{"pk": there[0].pk}],
        "training-withdraw": [{"pk": registered[0].pk}],
    }
