"""The consolidated reports as paper and as workbook, from the snapshot alone; see test_plan_papers_golden."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from reports.actions.snapshot import number_snapshot
from reports.jobs.consolidated import Paper, Workbook, arguments_of, book_of, paper_of
from reports.models import AnnualReport, Snapshot
from tests import make
from tests.plans.test_plan_papers_golden import agrees
from tests.reports.filled import answers
from tests.reports.papers import looks_as

pytestmark = pytest.mark.django_db
COUNTED = ("staff_total", "qms_state", "standard_version", "internal_audit_done", "management_review_done")
MORE = ("procedures_total", "procedures_in_qms", "funding_estimate", "funding_spent_total", "new_staff")


def figures(case: str, **changed) -> dict:
    given = answers(case, **changed)
    return {key: given[key] for key in (*COUNTED, *MORE) if key in given}


@pytest.fixture
def cycle():
    """A department, a district and three communes: on time, late, missing, nil and not begun."""
    district = make.district(code="886")
    names = ("Khánh An", "Phú Hội", "Nhơn Hội")
    communes = [
        make.agency(f"Ủy ban nhân dân xã {name}", superior=district, code=f"3034{n}")
        for n, name in enumerate(names)
    ]
    office = make.department("Sở Tư pháp", code="AG-STP")
    letter = make.document(
        "1141/UBND-TH", issued_on=make.at("2020-10-28").date(), abstract="Về việc bổ sung Kế hoạch"
    )
    opened = make.cycle()
    opened.documents.add(letter)
    make.report(communes[0], opened, sent="2021-06-10", figures=figures("C01"))
    make.report(
        communes[1],
        opened,
        sent="2021-07-02",
        figures={"qms_state": "not_started"},
        answers={"not_started_reason": "Thiếu người"},
    )
    make.report(office, opened, sent="2021-06-12", figures=figures("C02"))
    make.report(district, opened, sent="2021-06-20", is_nil=True, nil_reason="Chưa có")
    return opened


@pytest.mark.parametrize("kind", ["committee", "ministry"])
def test_the_paper_reads_and_looks_as_it_should(cycle, kind, settings):
    settings.SECRET_KEY = "the same for every run"
    snapshot = make.snapshot(cycle, kind, as_of="2021-07-05 09:00")
    paper = paper_of(snapshot)
    agrees(f"consolidated_{kind}", paper)
    looks_as(f"consolidated_{kind}", paper, page=1)
    looks_as(f"consolidated_{kind}", paper, page=2)


def test_how_answers_lie_is_drawn_in_the_annex(cycle, settings):
    settings.SECRET_KEY = "the same for every run"
    looks_as("consolidated_committee", paper_of(make.snapshot(cycle, as_of="2021-07-05 09:00")), page=8)


def test_once_numbered_it_is_no_draft_any_more(cycle, settings):
    settings.SECRET_KEY = "the same for every run"
    snapshot = make.snapshot(cycle, as_of="2021-07-05 09:00")
    letter = {"number": 5, "symbol": "BC-SKHCN", "dated": make.at("2021-07-06").date(), "signer": "Võ Văn E"}
    at = make.at("2021-07-06 09:00")
    number_snapshot(snapshot, by=make.staff(), at=at, **letter, position="Phó Giám đốc")
    agrees("consolidated_numbered", paper_of(Snapshot.objects.get()))


def test_paper_and_workbook_stay_the_same_after_later_edits(cycle):
    snapshot = make.snapshot(cycle, as_of="2021-07-05 09:00")
    before = cells(book_of(snapshot, "vi"))
    AnnualReport.objects.update(figures={"staff_total": 1}, agency_name="Khác", is_nil=False)
    assert cells(book_of(Snapshot.objects.get(), "vi")) == before


def cells(content: bytes) -> dict[str, list]:
    book = load_workbook(BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def test_the_workbook_has_its_seven_sheets_with_the_same_figures(cycle):
    book = cells(book_of(make.snapshot(cycle, as_of="2021-07-05 09:00"), "vi"))
    figures = ["Tổng hợp", "Theo nhóm", "Theo cấp trên", "Câu hỏi", "Từng cơ quan"]
    assert list(book) == [*figures, "Lời văn", "Ý kiến cơ quan"]
    assert list(dict(book["Lời văn"][5:]))[-2:] == ["VI. KIẾN NGHỊ", "VII. NHIỆM VỤ NĂM SAU"]
    facts = {row[0]: row[1] for row in book["Tổng hợp"][5:]}
    assert (facts["Phải báo cáo"], facts["Trễ hạn"], facts["Chưa gửi"]) == (5, 1, 1)
    said = {(row[0], row[3]): row[4] for row in book["Câu hỏi"][5:]}
    assert said[5, "Chưa triển khai"] == 1
    assert len(book["Từng cơ quan"][5:]) == 5


def test_the_workbook_speaks_the_language_of_whoever_asked(cycle):
    arguments = arguments_of(make.snapshot(cycle), "vi")
    made = Workbook().make(arguments, {})
    assert Workbook().join(arguments, [made]) == ("TH-89-2020-1.xlsx", made)
    assert Paper().join(arguments, [b"%PDF"]) == ("TH-89-2020-1.pdf", b"%PDF")


def test_questions_stand_in_the_order_of_the_form(cycle):
    book = cells(book_of(make.snapshot(cycle, as_of="2021-07-05 09:00"), "vi"))
    numbers = [row[0] for row in book["Câu hỏi"][5:]]
    assert numbers == sorted(numbers) and len(set(numbers)) > 10
