"""Pages of classes: who sees what, what they do there, and what comes out as a file."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from isotrack.kit.sheets import read_sheet
from plans.models import TrainingClass
from tests import make
from tests.plans.classes import attendance, came, officers, training, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning(now):
    now("2021-06-16 08:00")


@pytest.fixture
def binh():
    return make.staff()


def url(name, *args):
    return reverse(f"plans:{name}", args=args)


def test_the_department_plans_a_class(binh, browse):
    law = make.document()
    typed = {
        "year": 2021,
        "topic": "Chuyển đổi  sang phiên bản mới",
        "documents": [law.pk],
        "starts_on": "5/7/2021",
        "ends_on": "06/07/2021",
        "place": "Hội trường Sở",
        "capacity": 30,
    }
    answer = browse(binh).post(url("training-add"), typed)
    made = TrainingClass.objects.get()
    assert answer.url == url("training-detail", made.pk)
    assert (made.topic, list(made.documents.all())) == ("Chuyển đổi sang phiên bản mới", [law])


def test_days_in_disorder_are_told_at_the_field_and_nothing_is_lost(binh, browse):
    typed = {"year": 2021, "topic": "Lớp", "starts_on": "05/07/2021", "ends_on": "04/07/2021"}
    answer = browse(binh).post(url("training-add"), typed | {"place": "Sở", "capacity": 9})
    assert "không được trước ngày khai giảng" in answer.content.decode()
    assert answer.context["form"]["topic"].value() == "Lớp"


def test_the_department_mends_a_class(binh, browse):
    lesson = training()
    page = browse(binh).get(url("training-edit", lesson.pk))
    assert "05/07/2021" in page.content.decode()
    typed = {"year": 2021, "topic": "Chủ đề mới", "starts_on": "5/7/2021", "ends_on": "6/7/2021"}
    browse(binh).post(url("training-edit", lesson.pk), typed | {"place": "Sở", "capacity": 9})
    lesson.refresh_from_db()
    assert (lesson.topic, lesson.capacity) == ("Chủ đề mới", 9)


def test_an_officer_registers_and_withdraws(browse):
    [lan] = officers(1)
    lesson, browser = training(), browse(lan)
    assert "Đăng ký dự lớp" in browser.get(url("training-detail", lesson.pk)).content.decode()
    browser.post(url("training-register", lesson.pk))
    seat = lesson.participants.get(user=lan)
    browser.post(url("training-withdraw", seat.pk))
    assert not lesson.participants.exists()


def test_nobody_withdraws_somebody_else(browse):
    above = make.district()
    below = make.officer(make.agency(superior=above))
    [seat] = came(training(), below, attended=None)
    browser = browse(make.officer(above))
    assert browser.get(url("training-detail", seat.training_id)).status_code == 200
    assert browser.post(url("training-withdraw", seat.pk)).status_code == 404


def test_a_full_class_says_so(browse):
    lan, other = officers(2)
    lesson = training(capacity=1)
    came(lesson, other, attended=None)
    answer = browse(lan).post(url("training-register", lesson.pk))
    assert answer.status_code == 409
    assert "không còn chỗ" in answer.content.decode()


def test_the_department_chooses_from_those_who_need_it(binh, browse):
    trained, new = officers(2)
    came(training(date(2020, 9, 1)), trained)
    lesson = training()
    page = browse(binh).get(url("training-register", lesson.pk))
    assert next(key for key, _label in page.context["form"].fields["people"].choices) == str(new.pk)
    browse(binh).post(url("training-register", lesson.pk), {"people": [new.pk]})
    assert lesson.participants.get().user == new


def test_attendance_comes_in_as_a_workbook(binh, browse, now):
    first, second = officers(2)
    lesson = training()
    came(lesson, first, second, attended=None)
    now("2021-07-06 17:00")
    file = attendance((first.username, "có"), (second.username, "không"))
    browse(binh).post(url("training-attendance", lesson.pk), {"file": upload(file)})
    assert list(lesson.participants.order_by("pk").values_list("attended", flat=True)) == [True, False]


def test_one_wrong_cell_keeps_everything_out(binh, browse, now):
    first, second = officers(2)
    lesson = training()
    came(lesson, first, second, attended=None)
    now("2021-07-06 17:00")
    file = attendance((first.username, "có"), (second.username, "?"))
    page = browse(binh).post(url("training-attendance", lesson.pk), {"file": upload(file)}).content.decode()
    assert "B5" in page
    assert lesson.participants.unmarked().count() == 2


def test_something_that_is_no_workbook_is_refused_politely(binh, browse):
    lesson = training()
    file = upload(BytesIO(b"%PDF-1.7"))
    page = browse(binh).post(url("training-attendance", lesson.pk), {"file": file})
    assert page.status_code == 200
    assert "không phải là XLSX" in page.content.decode()


def test_the_list_goes_out_as_a_workbook_and_as_a_paper(binh, browse):
    lesson = training()
    came(lesson, *officers(2), attended=None)
    book = browse(binh).get(url("training-list-export", lesson.pk, "xlsx"))
    rows = [
        [cell.value for cell in row.cells]
        for sheet in read_sheet(BytesIO(book.content))
        for row in sheet.rows
    ]
    assert [row[2] for row in rows[-2:]] == ["Người Thứ 1", "Người Thứ 2"]
    paper = browse(binh).get(url("training-list-export", lesson.pk, "pdf"))
    assert paper.content.startswith(b"%PDF-")


def test_whoever_came_takes_the_certificate_home(browse):
    lan, other = officers(2)
    [seat] = came(training(date(2020, 9, 1)), lan)
    seat.certificate = "01/GCN-TH2020.1"
    seat.save()
    paper = browse(lan).get(url("training-certificate", seat.pk))
    assert paper.content.startswith(b"%PDF-")
    assert browse(other).get(url("training-certificate", seat.pk)).status_code == 404


def test_coverage_shows_who_needs_the_next_class(binh, browse):
    trained, _new = officers(2)
    came(training(date(2020, 9, 1)), trained)
    page = browse(binh).get(url("training-coverage"))
    text = page.content.decode()
    assert "1/2" in text and "50,00\xa0%" in text
    assert [one.name for one in page.context["page_obj"]] == ["Người Thứ 2"]
    found = browse(binh).get(url("training-coverage"), {"status": "current", "q": "nguoi thu 1"})
    assert [one.name for one in found.context["page_obj"]] == ["Người Thứ 1"]


@pytest.mark.parametrize("name", ["training-add", "training-coverage"])
def test_an_officer_finds_no_page_of_the_department(browse, name):
    assert browse(officers(1)[0]).get(url(name)).status_code == 404


@pytest.mark.parametrize(
    ("name", "args"),
    [("training-edit", ()), ("training-attendance", ()), ("training-list-export", ("xlsx",))],
)
def test_an_officer_does_not_keep_a_class(browse, name, args):
    assert browse(officers(1)[0]).get(url(name, training().pk, *args)).status_code == 404


@pytest.mark.parametrize("role", [Role.FINANCE, Role.LEADER])
def test_others_of_the_province_read_only(browse, role):
    lesson, reader = training(), make.user(role, make.department("Sở Tài chính"))
    assert browse(reader).get(url("training-detail", lesson.pk)).status_code == 200
    assert browse(reader).get(url("training-edit", lesson.pk)).status_code == 404
    assert browse(reader).post(url("training-register", lesson.pk)).status_code == 404


def test_a_stranger_finds_no_class(browse):
    far = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    lan, lesson = make.officer(make.agency(superior=far)), training()
    for name in ("training-detail", "training-register"):
        assert browse(lan).get(url(name, lesson.pk)).status_code == 404
    assert list(browse(lan).get(url("training-list")).context["classes"]) == []


def test_an_officer_sees_only_the_own_seat(browse):
    lan, other = officers(2)
    lesson = training()
    came(lesson, lan, other, attended=None)
    text = browse(lan).get(url("training-detail", lesson.pk)).content.decode()
    assert "Người Thứ 1" in text
    assert "Người Thứ 2" not in text


@pytest.mark.parametrize("name", ["training-list", "training-coverage"])
def test_a_list_costs_the_same_for_one_row_and_for_many(binh, browse, name):
    browser, people = browse(binh), officers(6)
    came(training(date(2020, 9, 1)), *people[:1])
    browser.get(url(name))
    with CaptureQueriesContext(connection) as few:
        browser.get(url(name))
    for day in range(2, 8):
        came(training(date(2020, 9, day)), *people[1:])
    with CaptureQueriesContext(connection) as many:
        browser.get(url(name))
    assert len(few) == len(many)
