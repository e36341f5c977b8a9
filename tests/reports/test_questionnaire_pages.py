"""The pages of the questionnaires, by people who work without script."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Role
from reports.actions import questionnaire as act
from reports.models import AnnualReport, QuestionnaireVersion
from reports.questions import editing
from reports.questions.writing import write_definition
from tests import make
from tests.reports.drafts import draft, typed, version
from tests.reports.filled import answers
from tests.reports.pages import words

pytestmark = pytest.mark.django_db
LIST = "/questionnaires/"


@pytest.fixture
def person():
    return make.staff()


@pytest.fixture
def clerk(browse, person, now):
    now("2021-06-16 08:00")
    return browse(person)


@pytest.fixture
def made(person):
    return draft(person)


def url(version, *rest):
    return "/".join([f"/questionnaires/{version.pk}", *rest, ""])


def edited(clerk, made, part, part_key, /, **changed):
    """Open a part, type, save."""
    return clerk.post(
        url(made, part, part_key, "edit"), typed(made.definition, part, part_key) | changed, follow=True
    )


def file(text):
    return {"file": SimpleUploadedFile("a.yaml", text if isinstance(text, bytes) else text.encode())}


def test_the_list_names_versions_with_what_they_ask_and_where(clerk):
    make.cycle()
    page = words(clerk.get(LIST))
    assert "BC-HTQLCL-NAM, phiên bản 2" in page
    assert 'data-l="Câu hỏi">65</td>' in page
    assert 'data-l="Kỳ đang dùng">2020</td>' in page


def test_the_list_costs_the_same_for_any_number_of_versions(clerk, person):
    version()
    clerk.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as few:
        clerk.get(LIST)
    for _each in range(4):
        draft(person)
    with CaptureQueriesContext(connection) as many:
        clerk.get(LIST)
    assert len(many) == len(few)


def test_facts_of_a_version_are_words(clerk, made):
    page = words(clerk.get(url(made)))
    assert "01/01 đến 31/12 của năm báo cáo" in page
    assert "suy ra từ văn bản, chưa thấy mẫu chính thức" in page


def test_a_version_is_copied_with_one_button(clerk):
    page = clerk.post(url(version(), "copy"), follow=True)
    assert "Đã chép thành bản nháp: BC-HTQLCL-NAM, phiên bản 3." in words(page)


def test_a_question_is_saved_and_shown_where_it_stands(clerk, made):
    page = edited(clerk, made, "question", "staff_total", max="6.000", label_vi="Tổng số người")
    assert page.redirect_chain == [(url(made) + "#question-staff_total", 302)]
    assert "3. Tổng số người" in words(page)
    assert "1 đến 6.000" in words(page)


def test_what_is_left_to_mend_leads_to_its_place(clerk, made):
    page = clerk.post(url(made, "question", "staff_total", "remove"), follow=True)
    assert "Đã lưu bản nháp. Còn 1 điểm phải sửa trước khi phát hành." in words(page)
    problem = "Quy tắc R01: không có câu “staff_total” ở phía trước."
    assert f'<a href="{url(made, "rule", "R01", "edit")}">{problem}</a>' in words(page)
    assert "Phát hành</a>" not in words(page)


def test_before_a_part_goes_the_page_says_who_would_miss_it(clerk, made):
    page = words(clerk.get(url(made, "question", "scope_changed", "remove")))
    assert "câu 22, quy tắc R23." in page


def test_a_slip_keeps_everything_typed(clerk, made):
    page = edited(clerk, made, "question", "staff_total", key="Tổng số", label_vi="Chữ vừa gõ")
    assert page.status_code == 422
    assert "Chữ vừa gõ" in words(page)
    assert 'href="#f-key">Khóa: Bắt đầu bằng chữ thường' in words(page)
    made.refresh_from_db()
    assert "staff_total" in editing.parts(made.definition, "question")


def test_more_rows_are_given_without_saving_or_judging(clerk, made):
    page = edited(clerk, made, "question", "staff_total", key="", label_vi="Chữ vừa gõ", do="more:depends_on")
    assert page.status_code == 200
    assert "Chữ vừa gõ" in words(page)
    assert 'name="depends_on-3-key"' in words(page)
    assert "Chưa lưu được" not in words(page)


def test_two_hands_meet_and_the_second_sees_both(clerk, made):
    mine = typed(made.definition, "question", "staff_total") | {"label_vi": "Của tôi"}
    edited(clerk, made, "question", "staff_total", label_vi="Của người kia")
    page = clerk.post(url(made, "question", "staff_total", "edit"), mine)
    assert page.status_code == 409
    assert "Của tôi" in words(page)
    assert "<dd> Của người kia </dd>" in words(page)
    seen = editing.fingerprint(
        editing.part(QuestionnaireVersion.objects.get(pk=made.pk).definition, "question", "staff_total")
    )
    assert clerk.post(url(made, "question", "staff_total", "edit"), mine | {"seen": seen}).status_code == 302


def test_what_was_typed_for_a_part_that_is_gone_can_be_added(clerk, made):
    mine = typed(made.definition, "question", "staff_total") | {"label_vi": "Của tôi"}
    clerk.post(url(made, "question", "staff_total", "remove"))
    page = clerk.post(url(made, "question", "staff_total", "edit"), mine)
    assert page.status_code == 409
    assert f'action="{url(made, "question", "add")}"' in words(page)
    assert clerk.post(url(made, "question", "add"), mine).status_code == 302


def test_what_was_typed_when_the_version_was_published_stays_on_the_page(clerk, made, person):
    mine = typed(made.definition, "question", "staff_total") | {"label_vi": "Của tôi"}
    act.publish(made, by=person, at=make.NOW, from_year=2021)
    page = clerk.post(url(made, "question", "staff_total", "edit"), mine)
    assert page.status_code == 409
    assert "đã phát hành nên không đổi được nữa" in words(page)
    assert "Của tôi" in words(page)


def test_a_rule_is_added_in_two_steps(clerk, made):
    assert "Loại quy tắc" in words(clerk.get(url(made, "rule", "add")))
    new = {
        "id": "R30",
        "message_vi": "Sai.",
        "severity": "error",
        "left": "new_staff",
        "right": "staff_total",
    }
    sent = typed(made.definition, "rule", type="le") | new
    page = clerk.post(url(made, "rule", "add") + "?type=le", sent, follow=True)
    assert "R30. Sai." in words(page)
    assert "Số bên trái không lớn hơn số bên phải: câu 27, 3" in words(page)


def test_a_question_moves_by_a_button(clerk, made):
    clerk.post(url(made, "question", "move"), {"move": "staff_in_scope:down"})
    made.refresh_from_db()
    assert editing.position(made.definition, "staff_in_scope").section == "status"


@pytest.mark.parametrize("move", ["", "staff_total", "staff_total:left"])
def test_a_way_that_does_not_exist_is_not_found(clerk, made, move):
    assert clerk.post(url(made, "question", "move"), {"move": move}).status_code == 404


def test_a_published_version_cannot_be_opened_for_editing(clerk, made, person):
    act.publish(made, by=person, at=make.NOW, from_year=2021)
    assert clerk.get(url(made, "question", "staff_total", "edit")).url == url(made)
    assert clerk.get(url(version(), "question", "staff_total", "edit")).status_code == 404


def test_a_version_is_published_for_a_year(clerk, made):
    assert "không thể:" in words(clerk.get(url(made, "publish")))
    page = clerk.post(url(made, "publish"), {"from_year": "2021"}, follow=True)
    assert "Đã phát hành: BC-HTQLCL-NAM, phiên bản 3." in words(page)


@pytest.mark.parametrize("year", ["", "20 21", "1999", "9" * 30])
def test_a_year_that_is_none_is_refused(clerk, made, year):
    assert clerk.post(url(made, "publish"), {"from_year": year}).status_code == 422


def test_a_draft_with_problems_is_not_published(clerk, made):
    clerk.post(url(made, "question", "staff_total", "remove"))
    assert clerk.post(url(made, "publish"), {"from_year": "2021"}).status_code == 409
    made.refresh_from_db()
    assert made.is_draft


def test_yaml_goes_out_and_in_again(clerk):
    out = clerk.get(url(version())[:-1] + "/definition.yaml")
    assert out.content.decode() == write_definition(version().definition)
    assert 'filename="BC-HTQLCL-NAM-2.yaml"' in out["Content-Disposition"]
    page = clerk.post(LIST + "upload/", file(out.content), follow=True)
    assert "Đã tải lên thành bản nháp: BC-HTQLCL-NAM, phiên bản 3." in words(page)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("form: [", "Dòng 1: không đúng cú pháp YAML."),
        (b"\xff\xfe\x00", "Tệp không phải chữ mã hóa UTF-8."),
        (b"a" * (1024**2 + 1), "Tệp lớn hơn 1 MB"),
        ("[" * 5000, "Tệp có giá trị không phải chữ"),
        ("1", "phải có các mục form, sections và rules."),
        ("form: {code: X}", "Dòng 1, Mục form: thiếu “version”."),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_saves_nothing(clerk, text, said):
    version()
    page = clerk.post(LIST + "upload/", file(text))
    assert page.status_code == 422
    assert said in words(page)
    assert not QuestionnaireVersion.objects.drafts().exists()


def test_the_comparison_looks_at_what_was_copied(clerk, made):
    edited(clerk, made, "question", "staff_total", max="6.000")
    page = words(clerk.get(url(made, "compare")))
    assert "Phiên bản 3 so với phiên bản 2" in page
    assert "1 mục khác nhau." in page
    assert "5.000 <span" in page


def test_the_preview_shows_what_answers_bring_up_and_stores_nothing(clerk, made):
    page = clerk.post(
        url(made, "preview"),
        {"left": "status", "qms_state": "declared", "seen-qms_state": "null"} | {"do": "stay"},
    )
    assert "Số, ký hiệu bản công bố mới nhất" in words(page)
    assert not AnnualReport.objects.exists()


def test_the_preview_carries_what_was_typed_to_the_next_section(clerk, made):
    sent = {"left": "attachments", "do": "stay", "answers": json.dumps(answers("C04"))}
    assert clerk.post(url(made, "preview"), sent).status_code == 200
    page = clerk.post(url(made, "preview"), sent | {"do": "go", "section": "scope"})
    assert "Số TTHC đã đưa vào hệ thống không được lớn hơn tổng số TTHC." in words(page)


@pytest.mark.parametrize("carried", ["{", "[1]", "null", '{"qms_state": {"a": [1]}, "nobody": 1}'])
def test_a_preview_that_was_tampered_with_is_shown_all_the_same(clerk, made, carried):
    assert clerk.post(url(made, "preview"), {"answers": carried, "left": "?"}).status_code == 200


def test_every_section_can_be_previewed_as_both_kinds_of_agency(clerk, made):
    for section in made.questions.sections:
        for mandate in ("mandatory", "encouraged"):
            sent = {"do": "go", "section": section.key, "mandate": mandate, "answers": json.dumps(answers())}
            assert section.title_vi in words(clerk.post(url(made, "preview"), sent))


def test_a_draft_with_problems_is_not_previewed(clerk, made):
    clerk.post(url(made, "question", "staff_total", "remove"))
    assert clerk.get(url(made, "preview")).url == url(made)


def test_a_cycle_that_nobody_began_takes_the_new_form(clerk, made, person):
    cycle = make.cycle()
    act.publish(made, by=person, at=make.NOW, from_year=2020)
    assert "Đổi biểu mẫu kỳ 2020" in words(clerk.get(url(made, "use")))
    page = clerk.post(url(made, "use"), {"cycle": cycle.pk}, follow=True)
    assert "Kỳ 2020 nay dùng BC-HTQLCL-NAM, phiên bản 3." in words(page)


def test_a_cycle_that_somebody_began_says_how_many(clerk, made, person):
    commune = make.agency()
    cycle = make.cycle()
    make.report(commune, cycle, state="draft")
    act.publish(made, by=person, at=make.NOW, from_year=2020)
    page = clerk.post(url(made, "use"), {"cycle": cycle.pk})
    assert page.status_code == 409
    assert "1 báo cáo của kỳ 2020 đã được bắt đầu" in words(page)


def test_the_department_finds_the_forms_beside_the_cycles(clerk, browse):
    make.cycle()
    assert f'href="{LIST}"' in words(clerk.get("/cycles/"))
    leader = browse(make.user(Role.LEADER, make.province()))
    assert f'href="{LIST}"' not in words(leader.get("/cycles/"))


@pytest.mark.parametrize("role", [Role.FINANCE, Role.LEADER, Role.OFFICER, Role.ADMINISTRATOR])
def test_nobody_else_sees_a_form(browse, made, role):
    other = browse(make.user(role, make.department()))
    for address in (LIST, LIST + "upload/", url(made), url(made, "preview"), url(version(), "use")):
        assert other.get(address).status_code == 404
    assert other.post(url(made, "publish"), {"from_year": "2021"}).status_code == 404
