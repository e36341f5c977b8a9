"""The pages about letters: the department's page of a year, a superior's list, giving and taking back."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Role
from isotrack.journal.jobs import make_part
from isotrack.journal.models import Job
from reports.actions.directive import cancel_duty, open_duties
from reports.jobs.letters import letters as work
from reports.models import DirectiveDuty
from tests import make
from tests.make import at
from tests.reports import letters
from tests.reports.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty(now):
    now("2021-07-12 08:00")
    return letters.duty()


@pytest.fixture
def staff(duty, browse):
    return browse(make.staff())


def test_the_year_lists_late_and_missing_under_their_superior(staff):
    text = words(staff.get("/discipline/2020/"))
    assert re.search(r"Sở Nội vụ .*1 trễ.*1 chưa gửi.*Chưa ban hành.*hạn hết ngày 19/07/2021", text)
    assert "Trễ 3 ngày" in text
    assert "Người của Chi cục Văn thư - Lưu trữ, ccvtlt@agency.example" in text


def test_overdue_ones_are_marked_and_stand_first(staff, now):
    make.agency("Ủy ban nhân dân xã An", superior=make.district(reports_annually=False))
    open_duties(make.cycle(), by=None, at=at("2021-07-12 09:00"))
    now("2021-07-20 08:00")
    text = words(staff.get("/discipline/2020/"))
    assert "1 cơ quan cấp trên đã quá hạn" in text
    assert text.index("quá 1 ngày") < text.index("UBND huyện An Phú")


def test_the_newest_cycle_that_is_due_is_shown_first(staff):
    assert staff.get("/discipline/")["Location"] == "/discipline/2020/"


def test_before_any_cycle_is_due_it_says_so(browse, now):
    now("2021-06-16 08:00")
    make.cycle()
    assert "Chưa có kỳ báo cáo nào hết hạn" in words(browse(make.staff()).get("/discipline/"))


def test_the_leader_reads_the_year_and_cannot_change_anything(duty, browse):
    leader = browse(make.user(Role.LEADER, make.province()))
    text = words(leader.get("/discipline/2020/"))
    assert "Sở Nội vụ" in text
    assert "Kết thúc kỳ" not in text
    assert "Tải tất cả văn bản" not in text
    assert leader.post("/discipline/2020/open/").status_code == 404


def test_what_is_not_there_is_not_counted(duty, browse):
    duty.items.filter(kind="late").delete()
    page = words(browse(make.officer(duty.superior)).get("/discipline/"))
    assert "1 cơ quan chưa gửi" in page
    assert "0 cơ quan" not in page


@pytest.mark.parametrize("page", ["/cycles/2020/close/", "/discipline/2020/"])
def test_closing_a_cycle_belongs_to_discipline(page, duty, staff):
    current = [link.label for link in staff.get(page).context["page"].nav if link.current]
    assert current == ["Đôn đốc"]


def test_a_superior_sees_its_duties_and_the_letters_written_to_it(duty, browse):
    lan = make.officer(duty.superior)
    assert "1 cơ quan gửi trễ, 1 cơ quan chưa gửi" in words(browse(lan).get("/discipline/"))
    named = duty.items.get(kind="late").report.agency
    letters.written(duty, by=lan, when="2021-07-12 08:00")
    text = words(browse(make.officer(named)).get("/discipline/"))
    assert "Văn bản số 812/SNV-VP ngày 12/7/2021 của Sở Nội vụ" in text


def test_the_home_of_a_named_agency_leads_to_the_letter(duty, browse):
    named = duty.items.get(kind="late").report.agency
    letters.written(duty, by=make.staff(), when="2021-07-12 08:00")
    assert f"/discipline/duties/{duty.pk}/scan/" in browse(make.officer(named)).get("/").content.decode()


def test_the_province_s_own_letter_is_the_department_s_to_record(staff):
    make.department("Sở Tư pháp")
    open_duties(make.cycle(), by=None, at=at("2021-07-12 07:00"))
    duty = DirectiveDuty.objects.get(superior=make.province())
    text = words(staff.get(f"/discipline/duties/{duty.pk}/"))
    assert "ghi số thay UBND tỉnh" in text
    assert "2. Ghi văn bản đã ban hành" in text


def test_the_page_says_that_somebody_has_sent_since(duty, staff):
    missing = duty.items.get(kind="missing").report
    make.report(missing.agency, duty.cycle, sent="2021-07-10 10:00")
    assert "đã gửi ngày 10/7/2021, sau khi chốt danh sách" in words(
        staff.get(f"/discipline/duties/{duty.pk}/")
    )
    answer = staff.post(f"/discipline/duties/{duty.pk}/redraw/", follow=True)
    assert "Đã lập lại danh sách" in words(answer)
    assert "sau khi chốt danh sách" not in words(answer)


@pytest.mark.parametrize(("form", "start"), [("pdf", b"%PDF-"), ("docx", b"PK")])
def test_the_draft_is_a_file_for_print_and_one_to_edit(form, start, duty, browse):
    answer = browse(make.officer(duty.superior)).get(f"/discipline/duties/{duty.pk}/letter.{form}")
    assert answer.content.startswith(start)
    assert answer["Content-Disposition"] == f'attachment; filename="nhac-nho-2020-AG-SNV.{form}"'


def test_another_form_does_not_exist(duty, staff):
    assert staff.get(f"/discipline/duties/{duty.pk}/letter.xlsx").status_code == 404


def test_the_department_gives_one_duty_by_hand(browse, now):
    now("2021-07-12 08:00")
    above, cycle = letters.home_affairs()
    typed = {"superior": above.pk, "due_on": "30/7/2021"}
    answer = browse(make.staff()).post("/discipline/2020/open/", typed, follow=True)
    assert "Đã giao Sở Nội vụ ban hành văn bản nhắc nhở, hạn hết ngày 30/7/2021" in words(answer)
    assert cycle.duties.get().due_on == at("2021-07-30").date()


def test_only_superiors_that_nobody_has_asked_can_be_chosen(duty, staff):
    answer = staff.post("/discipline/2020/open/", {"superior": duty.superior_id, "due_on": "30/7/2021"})
    assert "Không còn cơ quan cấp trên nào chờ giao nhiệm vụ" in words(answer)
    assert DirectiveDuty.objects.count() == 1


def test_a_duty_is_taken_back_and_given_again_on_its_pages(duty, staff):
    url = f"/discipline/duties/{duty.pk}/"
    assert "Ghi lý do" in words(staff.post(url + "cancel/", {"reason": " "}))
    assert "Đã nhắc qua họp" in words(staff.post(url + "cancel/", {"reason": "Đã nhắc qua họp"}, follow=True))
    assert "Đã giao lại nhiệm vụ, hạn ban hành hết ngày 30/7/2021" in words(
        staff.post(url + "reopen/", {"due_on": "30/7/2021"}, follow=True)
    )


def test_what_was_taken_back_cannot_be_taken_back_again(duty, staff):
    cancel_duty(duty, by=make.staff(), at=at("2021-07-12 07:00"), reason="Nhầm.")
    answer = staff.post(f"/discipline/duties/{duty.pk}/cancel/", {"reason": "Nhầm"})
    assert answer.status_code == 409
    assert "Không phải ban hành" in words(answer)


def test_every_letter_of_a_year_comes_in_one_archive(duty, staff):
    staff.post("/discipline/2020/letters/")
    for pk in Job.objects.get().parts.values_list("pk", flat=True):
        make_part(pk)
    job = Job.objects.get()
    assert job.name == "van-ban-nhac-nho-2020.zip"
    with ZipFile(BytesIO(job.file.read())) as archive:
        assert archive.namelist() == ["AG-SNV Sở Nội vụ.pdf", "AG-SNV Sở Nội vụ.docx"]
        assert archive.read("AG-SNV Sở Nội vụ.pdf").startswith(b"%PDF-")


def test_letters_are_made_by_twenties(duty):
    for number in range(19):
        district = make.district(f"Ủy ban nhân dân huyện {number}", reports_annually=False)
        make.agency(f"Ủy ban nhân dân xã {number}", superior=district)
    open_duties(make.cycle(), by=None, at=at("2021-07-12 07:00"))
    parts = work.parts({"cycle": duty.cycle_id, "today": "2021-07-12"})
    assert [len(part["duties"]) for part in parts] == [20, 1]  # with Sở Nội vụ and the province


def test_the_report_to_the_committee_is_offered_once_something_is_overdue(staff, now):
    assert "overdue.pdf" not in words(staff.get("/discipline/2020/"))
    now("2021-07-20 08:00")
    assert "/discipline/2020/overdue.pdf" in words(staff.get("/discipline/2020/"))
    assert staff.get("/discipline/2020/overdue.docx").content.startswith(b"PK")


def test_the_year_costs_the_same_for_one_superior_and_for_many(staff):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert staff.get("/discipline/2020/").status_code == 200
        return len(asked)

    cost()
    one = cost()
    for number in range(6):
        district = make.district(f"Ủy ban nhân dân huyện {number}", reports_annually=False)
        for place in range(8):
            make.agency(f"Ủy ban nhân dân xã {number} {place}", superior=district)
    open_duties(make.cycle(), by=None, at=at("2021-07-12 07:00"))
    assert cost() == one


def test_a_superior_s_list_costs_the_same_for_one_duty_and_for_many(duty, browse):
    lan = browse(make.officer(duty.superior))

    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert lan.get("/discipline/").status_code == 200
        return len(asked)

    cost()
    one = cost()
    for year in range(2010, 2019):
        cycle = make.cycle(year=year)
        values = {"opened_at": at("2021-07-12"), "listed_at": at("2021-07-12"), "due_on": duty.due_on}
        DirectiveDuty.objects.create(cycle=cycle, superior=duty.superior, **values)
    assert cost() == one
