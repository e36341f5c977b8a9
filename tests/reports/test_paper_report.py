"""The yearly report as an official document: its form, its words, its pages."""

import re
from datetime import date
from io import BytesIO

import pytest

from agencies.models import Agency
from agencies.models.agency import Kind, Level
from isotrack.kit.papers import pdf
from reports.actions.report import attach, declare_nil, number_letter, save_answers, submit, withdraw
from reports.models import AnnualReport
from reports.papers import paper_of, place_of, signing_of, symbol_of
from tests import make
from tests.reports import papers
from tests.reports.filled import answers

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"
SENT = make.at("2021-06-18 08:10")
TODAY = date(2021, 6, 20)
LETTER = {"number": 7, "symbol": "BC-UBND", "dated": date(2021, 6, 17)}
SIGNED = LETTER | {"signer": "Nguyễn Văn Hòa", "position": "Phó Chủ tịch"}


@pytest.fixture
def khanh_an(settings) -> AnnualReport:
    """Lan's report: complete, with three warnings explained and the signed scan attached, not sent."""
    settings.SITE_URL = "https://iso.angiang.example"
    district = make.district()
    commune = make.agency(superior=district, code="30340")
    lan = make.officer(commune)
    cycle = make.cycle()
    letter = {"issued_on": date(2020, 10, 28), "issuer": "UBND tỉnh An Giang"}
    cycle.documents.add(make.document("1141/UBND-TH", **letter))
    report = cycle.reports.get(agency=commune)
    notes = dict.fromkeys(("R21", "R22", "R25"), "Đã lên lịch làm trong quý III.")
    at = make.at("2021-06-18 08:00")
    save_answers(report, by=lan, at=at, answers=answers("C06"), seen={}, notes=notes)
    file = {"content": BytesIO(PDF), "name": "bao-cao-2020.pdf", "size": len(PDF), "sha256": "0" * 64}
    attach(report, by=lan, at=at, question="signed_report_file", **file)
    return AnnualReport.objects.get(pk=report.pk)


def lan_of(report: AnnualReport):
    return report.agency.posts.get().user


def sent(report: AnnualReport) -> AnnualReport:
    submit(report, by=lan_of(report), at=SENT)
    fixed = {"check_code": "7F3A 91C4 0B2E D518"}  # the real one depends on the secret of this machine
    report.submissions.update(**fixed)
    return AnnualReport.objects.get(pk=report.pk)


def numbered(report: AnnualReport) -> AnnualReport:
    return number_letter(report, by=lan_of(report), at=SENT, **SIGNED)


def printed(report: AnnualReport, *, draft: bool = False) -> bytes:
    submission = None if draft else report.submissions.valid().last()
    return pdf(*paper_of(report, submission, today=TODAY))


# Its pages


def test_a_draft_reads_and_looks_as_it_should(khanh_an):
    paper = printed(khanh_an, draft=True)
    papers.reads_as("report_draft", paper)
    papers.looks_as("report_draft", paper)


def test_a_numbered_report_reads_and_looks_as_it_should(khanh_an):
    paper = printed(numbered(sent(khanh_an)))
    papers.reads_as("report_numbered", paper)
    papers.looks_as("report_numbered", paper)
    papers.looks_as("report_numbered", paper, page=3)


def test_a_nil_declaration_has_a_short_form_of_its_own(khanh_an):
    declare_nil(khanh_an, by=lan_of(khanh_an), at=SENT, reason="Xã mới thành lập, chưa có hệ thống.")
    khanh_an.submissions.update(check_code="7F3A 91C4 0B2E D518")
    paper = printed(AnnualReport.objects.get(pk=khanh_an.pk))
    papers.reads_as("report_nil", paper)
    papers.looks_as("report_nil", paper)
    assert re.search(rb"Pages:\s+1\n", papers.tool("pdfinfo", paper, "-"))


def test_it_is_tagged_a4_and_carries_its_fonts(khanh_an):
    paper = printed(sent(khanh_an))
    told = papers.tool("pdfinfo", paper, "-").decode()
    assert re.search(r"Tagged:\s+yes", told)
    assert "(A4)" in told
    fonts = papers.tool("pdffonts", paper, "-").decode().splitlines()[2:]
    assert {re.sub(r"^[A-Z]+\+", "", line.split()[0]).partition("-")[0] for line in fonts} == {"Tinos"}
    assert {line.split()[-5] for line in fonts} == {"yes"}


def test_pages_are_numbered_from_the_second_on(khanh_an):
    pages = papers.text(printed(numbered(sent(khanh_an)))).split("~~~\n")
    assert [page.splitlines()[0] for page in pages[:3]] == [
        "ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "2",
        "3",
    ]


# Draft, number, receipt


def test_without_a_number_it_is_a_draft_although_it_was_sent(khanh_an):
    said = papers.words(printed(sent(khanh_an)))
    assert "DỰ THẢO" in said
    assert "Số: /BC-UBND" in said


def test_with_a_number_it_is_none_and_its_deputy_signs_for_the_head(khanh_an):
    said = papers.words(printed(numbered(sent(khanh_an))))
    assert "DỰ THẢO" not in said
    assert "Số: 07/BC-UBND Khánh An, ngày 17 tháng 6 năm 2021" in said
    assert "TM. ỦY BAN NHÂN DÂN" in said
    assert said.index("KT. CHỦ TỊCH") < said.index("PHÓ CHỦ TỊCH") < said.rindex("Nguyễn Văn Hòa")


def test_only_what_was_sent_names_its_receipt(khanh_an):
    assert "Biên nhận" not in papers.words(printed(khanh_an, draft=True))
    said = papers.words(printed(sent(khanh_an)))
    assert "Biên nhận BC-2020-30340-1 · Mã kiểm tra 7F3A 91C4 0B2E D518 Kiểm tra tại https" in said


# Its content


def test_numbers_have_their_unit_and_notes_stand_under_their_question(khanh_an):
    said = papers.words(printed(sent(khanh_an)))
    assert re.search(r"3\. Tổng số cán bộ, công chức, viên chức của cơ quan: \d+ người", said)
    assert re.search(r"Đã đánh giá nội bộ trong năm: Không Giải trình: Đã lên lịch làm trong quý III\.", said)
    assert "kèm theo tệp bao-cao-2020.pdf" in said.replace("- ", "-")  # a line may break after a hyphen


def test_questions_that_were_not_asked_are_left_out(khanh_an):
    assert "Ngày đánh giá nội bộ gần nhất" not in papers.words(printed(sent(khanh_an)))


def test_a_draft_says_what_is_not_answered_yet(khanh_an):
    khanh_an.answers.pop("difficulties")
    assert "Khó khăn, vướng mắc: chưa trả lời" in papers.words(printed(khanh_an, draft=True))


def test_a_draft_marks_what_is_last_years_and_not_confirmed(khanh_an):
    sent(khanh_an)
    said = papers.words(printed(make.report(khanh_an.agency, make.cycle(year=2021)), draft=True))
    assert "viên chức của cơ quan: 22 người (năm trước, chưa xác nhận)" in said
    assert "Số lượt người dự tập huấn ISO 9001 trong năm: chưa trả lời" in said


def test_it_says_what_was_sent_and_not_what_was_written_since(khanh_an):
    report = sent(khanh_an)
    report.answers["difficulties"] = "Viết sau khi gửi"
    assert "Viết sau khi gửi" not in papers.words(printed(report))


# Who prints what


@pytest.mark.parametrize(("who", "status"), [("lan", 200), ("staff", 404)])
def test_a_draft_is_printed_by_its_own_agency_only(khanh_an, browse, who, status):
    person = lan_of(khanh_an) if who == "lan" else make.staff()
    assert browse(person).get(f"/reports/{khanh_an.pk}/paper.pdf").status_code == status


def test_the_department_prints_what_was_sent(khanh_an, browse):
    answer = browse(make.staff()).get(f"/reports/{sent(khanh_an).pk}/paper.pdf")
    assert "Biên nhận BC-2020-30340-1" in papers.words(answer.content)
    assert answer["Content-Disposition"] == 'attachment; filename="Bao-cao-2020-30340.pdf"'


def test_what_was_withdrawn_is_printed_no_more(khanh_an, browse):
    report = sent(khanh_an)
    withdraw(report, by=lan_of(report), at=make.at("2021-06-18 09:00"), reason="Nhầm tệp")
    assert browse(make.staff()).get(f"/reports/{report.pk}/paper.pdf").status_code == 404


def test_it_stays_vietnamese_for_an_english_reader(khanh_an, browse):
    client = browse(lan_of(khanh_an))
    client.cookies["django_language"] = "en"
    said = papers.words(client.get(f"/reports/{khanh_an.pk}/paper.pdf").content)
    assert "Kính gửi: Sở Khoa học và Công nghệ tỉnh An Giang" in said


# The form


@pytest.mark.parametrize(
    ("name", "short", "kind", "symbol"),
    [
        ("Ủy ban nhân dân xã Khánh An", "UBND xã Khánh An", Kind.PEOPLES_COMMITTEE_COMMUNE, "BC-UBND"),
        ("Sở Khoa học và Công nghệ", "SKH&CN", Kind.DEPARTMENT, "BC-SKHCN"),
        ("Sở Ngoại vụ", "SNgV", Kind.DEPARTMENT, "BC-SNgV"),
        ("Văn phòng Ủy ban nhân dân tỉnh An Giang", "VP UBND tỉnh", Kind.OFFICE, "BC-VPUBND"),
        ("Chi cục Dân số - Kế hoạch hóa gia đình", "CCDS-KHHGĐ", Kind.SUB_DEPARTMENT, "BC-CCDSKHHGĐ"),
        ("Sở Tài nguyên và Môi trường", "", Kind.DEPARTMENT, "BC-STNMT"),
        ("Ban Dân tộc tỉnh Đồng Tháp", "Ban Dân tộc", Kind.BOARD, "BC-BDT"),
        ("Thanh tra tỉnh", "", Kind.INSPECTORATE, "BC-TTT"),
    ],
)
def test_the_symbol_follows_the_agency(name, short, kind, symbol):
    assert symbol_of(Agency(name=name, short_name=short, kind=kind)) == symbol


@pytest.mark.parametrize(
    ("kind", "position", "lines"),
    [
        (Kind.PEOPLES_COMMITTEE_COMMUNE, "", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        (Kind.DEPARTMENT, "Phó Giám đốc", ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
        (Kind.SUB_DEPARTMENT, "", ("CHI CỤC TRƯỞNG",)),
        (Kind.BOARD, "Q. Trưởng ban", ("Q. TRƯỞNG BAN",)),
        (Kind.OFFICE, "TL. Chủ tịch, Chánh Văn phòng", ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG")),
    ],
)
def test_the_authority_to_sign_stands_above_the_position(kind, position, lines):
    assert signing_of(Agency(kind=kind), position) == lines


def test_the_place_is_the_unit_at_whose_level_the_agency_stands():
    district = make.district()
    office = make.agency("Phòng Nội vụ", superior=district, kind=Kind.DEPARTMENT, level=Level.DISTRICT)
    ward = make.agency("Ủy ban nhân dân phường 9", superior=district)
    places = [place_of(one) for one in (make.department(), district, office, make.agency(), ward)]
    assert places == ["An Giang", "An Phú", "An Phú", "Khánh An", "Phường 9"]


def test_a_committee_names_none_above_it_and_a_sub_department_its_department(khanh_an):
    assert "UBND HUYỆN AN PHÚ" not in papers.words(printed(khanh_an, draft=True)).partition("Kính gửi")[0]
    above = make.department("Sở Nội vụ")
    below = make.agency("Chi cục Văn thư - Lưu trữ", superior=above, kind=Kind.SUB_DEPARTMENT)
    report = make.report(below, make.cycle(year=2021))
    assert paper_of(report, None, today=TODAY)[1]["paper"].issuer_parent == "Sở Nội vụ"
