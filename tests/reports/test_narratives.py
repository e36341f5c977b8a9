"""The words of a consolidated report: drafted from figures, edited, frozen with them."""

from datetime import date

import pytest

from isotrack.journal.models import Entry
from isotrack.kit.states import WrongState
from plans.models import LineKind
from reports.actions.narrative import stamp_of, write_narrative
from reports.chapters import TITLES
from reports.consolidated import Consolidated
from reports.jobs.consolidated import paper_of
from reports.models import FileInspection, Narrative, Snapshot
from reports.narratives import drafts_of
from reports.voices import alike, says_nothing
from tests import make
from tests.plans import classes, money, planning
from tests.reports.pages import words
from tests.reports.papers import words as printed
from tests.reports.test_board_cost import questions

pytestmark = pytest.mark.django_db
AS_OF = "2021-07-05 09:00"
TASKS = [{"task": "Đánh giá nội bộ", "month": 9}, {"task": "Họp xem xét", "month": 12}]


@pytest.fixture(autouse=True)
def afterwards(now):
    now(AS_OF)


@pytest.fixture
def cycle():
    """Three communes and a department; two have sent, each with something to say."""
    communes = [make.agency(f"Ủy ban nhân dân xã Số {place}") for place in (1, 2, 3)]
    office = make.department("Sở Tư pháp", code="AG-STP")
    opened = make.cycle()
    hard = {"difficulties": "Thiếu kinh phí", "proposals": "Mở thêm lớp tập huấn", "next_year_tasks": TASKS}
    alone = hard | {"difficulties": "THIẾU KINH PHÍ.", "proposals": "Không.", "next_year_tasks": TASKS[:1]}
    state = {"qms_state": "declared", "standard_version": "2008"}
    make.report(communes[0], opened, sent="2021-06-10", figures=state, answers=hard)
    make.report(office, opened, sent="2021-06-12", figures=state, answers=alone)
    return opened


def chapters(cycle, kind="ministry", as_of=AS_OF) -> dict[str, str]:
    return {one.chapter.value: one.text for one in drafts_of(cycle, kind, make.at(as_of))}


def write(cycle, kind="ministry", seen=None, by=None, at=AS_OF, **texts):
    drafts = drafts_of(cycle, kind, make.at(AS_OF))
    given = {one.chapter.value: one.text for one in drafts} | texts
    stamp = stamp_of(list(Narrative.objects.about(cycle, kind))) if seen is None else seen
    told = {"drafts": drafts, "texts": given, "seen": stamp}
    return write_narrative(cycle, kind, by=by or make.staff(), at=make.at(at), **told)


# The draft


def test_equal_difficulties_are_counted_as_one_cause(cycle):
    said = "theo báo cáo của 2 cơ quan (Phụ lục V): Thiếu kinh phí (2 cơ quan)."
    assert said in chapters(cycle)["assessment"]


def test_proposals_are_what_the_agencies_proposed_and_the_figures_call_for(cycle):
    assert chapters(cycle)["proposals"].splitlines() == [
        "Đề nghị Bộ Khoa học và Công nghệ hướng dẫn chuyển đổi phiên bản tiêu chuẩn cho 2 cơ quan còn áp dụng"
        " TCVN ISO 9001:2008.",
        "Tổng hợp đề xuất, kiến nghị của 1 cơ quan (Phụ lục V):",
        "- Mở thêm lớp tập huấn.",
    ]


def test_without_proposals_it_says_so():
    assert chapters(make.reports(1))["proposals"].startswith("Không có kiến nghị")


@pytest.mark.parametrize("words", ["Không", "không có.", "KHÔNG", "Không có đề xuất, kiến nghị", " - "])
def test_words_that_say_nothing(words):
    assert says_nothing(words)


@pytest.mark.parametrize("words", ["Không có người phụ trách", "Thiếu máy", "0 đồng kinh phí"])
def test_words_that_say_something(words):
    assert not says_nothing(words)


def test_alike_ignores_tones_and_case_and_puts_the_frequent_first():
    found = alike(["Thiếu máy", "Thiếu người.", "thieu nguoi", ""])
    assert [(one.text, one.count) for one in found] == [("Thiếu người", 2), ("Thiếu máy", 1)]


def test_next_year_names_the_tasks_of_the_agencies_by_quarter(cycle):
    said = "2 cơ quan đăng ký 3 nhiệm vụ cho năm 2021 (quý III: 2, quý IV: 1)"
    assert f"{said}; nhiều nhất: Đánh giá nội bộ (2)." in chapters(cycle, "committee")["next_year"]


def test_next_year_names_who_is_still_building(cycle):
    planning.running(make.department("Ban Dân tộc"), code="KH-2020-BS1")
    text = chapters(cycle, "committee")["next_year"]
    assert "công bố hệ thống tại 1 cơ quan của các kế hoạch đã phê duyệt: Ban Dân tộc (KH-2020-BS1" in text


def test_next_year_names_plans_that_wait_for_a_decision(cycle):
    planning.drafted(make.department("Ban Dân tộc"), code="KH-2")
    said = "Hoàn tất thẩm định, phê duyệt và triển khai: Kế hoạch bổ sung năm cơ quan (KH-2, 1 cơ quan)."
    assert said in chapters(cycle, "committee")["next_year"]


def test_next_year_names_the_classes_planned_for_it(cycle):
    classes.training(date(2021, 7, 5))
    classes.training(date(2020, 7, 5))
    said = "Tổ chức 1 lớp tập huấn, 20 chỗ: Đánh giá nội bộ theo TCVN ISO 9001:2015 (từ ngày 05/7/2021)."
    assert said in chapters(cycle, "committee")["next_year"]


def test_next_year_adds_the_money_for_upkeep(cycle):
    plan = money.plan("approved")
    for name in ("Sở Một", "Sở Hai"):
        entry = money.entry(plan, make.department(name))
        money.line(entry, LineKind.MAINTENANCE, 15_000_000, year=2021, approved=12_000_000)
    money.line(entry, LineKind.MAINTENANCE, 9_000_000, year=2020)
    said = "Kinh phí năm 2021 trong các kế hoạch: duy trì, cải tiến 24.000.000 đồng cho 2 cơ quan."
    assert said in chapters(cycle, "committee")["next_year"]


def test_who_failed_the_file_inspection_is_first_to_be_visited(cycle):
    report = cycle.reports.get(agency__code="AG-STP")
    told = {"inspected_on": date(2021, 7, 1), "inspector": make.staff(), "result": "not_passed"}
    FileInspection.objects.create(report=report, remark="Bổ sung hồ sơ", **told)
    assert "chưa đạt khi kiểm tra qua hồ sơ: Sở Tư pháp." in chapters(cycle, "committee")["next_year"]


def test_a_cycle_that_is_not_over_is_not_compared_with_a_whole_one(cycle):
    after = make.cycle(year=2021)
    assert "so với năm trước" in chapters(after, "committee", "2022-07-05 09:00")["received"]
    assert "so với năm trước" not in chapters(after, "committee", "2022-06-20 09:00")["received"]


def test_what_was_not_sent_by_then_is_not_heard(cycle):
    assert "Các cơ quan không nêu khó khăn" in chapters(cycle, as_of="2021-06-01 08:00")["assessment"]


def test_a_withdrawn_sending_is_not_heard(cycle):
    report = cycle.reports.get(agency__code="AG-STP")
    report.submissions.update(withdrawn_at=make.NOW, withdrawal_reason="Nhầm")
    assert "của 1 cơ quan" in chapters(cycle)["assessment"]


@pytest.mark.parametrize("kind", list(TITLES))
def test_chapters_of_words_alone_never_start_empty(cycle, kind):
    found = chapters(cycle, kind)
    assert all(found[name] for name in ("assessment", "proposals", "next_year"))


# Editing


def test_what_is_written_stays_and_the_rest_follows_the_figures(cycle):
    write(cycle, proposals="Đề nghị Bộ cấp kinh phí.")
    cycle.reports.filter(agency__code="AG-STP").update(figures={"qms_state": "building"})
    found = chapters(cycle)
    assert found["proposals"] == "Đề nghị Bộ cấp kinh phí."
    assert "1 cơ quan đang xây dựng" in found["assessment"]


def test_words_equal_to_the_draft_are_not_kept(cycle):
    write(cycle, proposals="Đề nghị Bộ cấp kinh phí.")
    draft = next(one.draft for one in drafts_of(cycle, "ministry", make.at(AS_OF)) if one.written)
    write(cycle, proposals=draft)
    assert not Narrative.objects.exists()


def test_a_draft_that_has_changed_since_is_told(cycle):
    write(cycle, assessment="Tốt.")
    cycle.reports.filter(agency__code="AG-STP").update(figures={"qms_state": "building"})
    outdated = [one.chapter for one in drafts_of(cycle, "ministry", make.at(AS_OF)) if one.is_outdated]
    assert outdated == ["assessment"]


def test_the_two_reports_have_words_of_their_own(cycle):
    write(cycle, "ministry", assessment="Tốt.")
    assert chapters(cycle, "committee")["assessment"] != "Tốt."


def test_the_journal_keeps_the_old_and_the_new_words(cycle):
    write(cycle, proposals="Một.")
    write(cycle, proposals="Hai.", at="2021-07-05 10:00")
    entry = Entry.objects.filter(verb="narrative-written").latest("pk")
    assert entry.changes == {"narrative": ["VII. KIẾN NGHỊ: Một.", "VII. KIẾN NGHỊ: Hai."]}


def test_nothing_is_overwritten_unseen(cycle):
    before = stamp_of([])
    write(cycle, proposals="Của Bình.")
    with pytest.raises(WrongState):
        write(cycle, proposals="Của Hoa.", seen=before)
    assert Narrative.objects.get().text == "Của Bình."


# Frozen


def test_words_are_frozen_with_the_figures(cycle):
    write(cycle, proposals="Đề nghị Bộ cấp kinh phí.")
    snapshot = make.snapshot(cycle, "ministry", as_of=AS_OF)
    write(cycle, proposals="Khác.", at="2021-07-06")
    assert Consolidated.of(Snapshot.objects.get()).chapters["proposals"].text == "Đề nghị Bộ cấp kinh phí."
    assert make.snapshot(cycle, "ministry", as_of=AS_OF) != snapshot


def test_the_paper_prints_them_with_the_annex_of_voices(cycle):
    write(cycle, proposals="Đề nghị Bộ <b>cấp</b> kinh phí.\n- Một lớp.")
    paper = printed(paper_of(make.snapshot(cycle, "ministry", as_of=AS_OF)))
    assert "VII. KIẾN NGHỊ Đề nghị Bộ <b>cấp</b> kinh phí. - Một lớp." in paper
    assert "Khó khăn, vướng mắc và đề xuất, kiến nghị của các cơ quan" in paper


@pytest.mark.parametrize(
    ("kind", "said"),
    [("ministry", "Đề nghị Bộ Khoa học và Công nghệ tiếp tục"), ("committee", "V. NHẬN XÉT, KIẾN NGHỊ")],
)
def test_a_report_frozen_before_words_were_kept_prints_as_it_did(cycle, kind, said):
    snapshot = make.snapshot(cycle, kind, as_of=AS_OF)
    later = ("words", "period", "next_year", "difficulties", "proposals", "tasks")
    snapshot.figures = {name: value for name, value in snapshot.figures.items() if name not in later}
    del snapshot.figures["work"]["rows"]
    assert said in printed(paper_of(snapshot))


# The pages


@pytest.fixture
def clerk(cycle, browse):
    return browse(make.staff())


def sent(clerk, **typed):
    page = clerk.get("/cycles/2020/narratives/ministry/")
    form = page.context["form"]
    given = {f"text-{one.chapter.value}": one.text for one in form.drafts}
    return {"seen": page.context["stamp"]} | given | typed


def test_the_clerk_edits_and_freezes(clerk, cycle):
    typed = sent(clerk, **{"text-proposals": "Đề nghị  Bộ   cấp kinh phí.\r\n\r\n\r\n- Một lớp. "})
    page = clerk.post("/cycles/2020/narratives/ministry/", typed, follow=True)
    assert "Đã lưu lời văn: 1 chương thay đổi." in words(page)
    assert Narrative.objects.get().text == "Đề nghị Bộ cấp kinh phí.\n\n- Một lớp."
    assert "1 chương đã sửa tay" in words(clerk.get("/cycles/2020/snapshots/add/"))
    frozen = {"kind": "ministry", "as_of": "05/07/2021 09:00"}
    page = clerk.post("/cycles/2020/snapshots/add/", frozen, follow=True)
    assert "Đề nghị Bộ cấp kinh phí." in words(page)


def test_saving_the_draft_as_it_is_changes_nothing(clerk, cycle):
    page = clerk.post("/cycles/2020/narratives/ministry/", sent(clerk), follow=True)
    assert "Lời văn không thay đổi." in words(page)
    assert not Narrative.objects.exists()


def test_a_box_takes_the_draft_again(clerk, cycle):
    write(cycle, proposals="Khác.")
    clerk.post("/cycles/2020/narratives/ministry/", sent(clerk, **{"again-proposals": "on"}))
    assert not Narrative.objects.exists()


def test_an_empty_chapter_of_words_is_refused_and_the_others_are_kept_on_the_page(clerk, cycle):
    typed = sent(clerk, **{"text-proposals": " ", "text-assessment": "Đang viết dở"})
    page = clerk.post("/cycles/2020/narratives/ministry/", typed)
    assert page.status_code == 422
    assert "Ghi nội dung chương này" in words(page)
    assert "Đang viết dở" in words(page)
    assert not Narrative.objects.exists()


def test_two_at_once_see_both_texts_and_the_second_decides(clerk, cycle):
    typed = sent(clerk, **{"text-proposals": "Của tôi."})
    write(cycle, proposals="Của Hoa.", by=make.staff(full_name="Lê Thị Hoa"))
    page = clerk.post("/cycles/2020/narratives/ministry/", typed)
    assert page.status_code == 409
    assert "Lê Thị Hoa đã sửa lời văn" in words(page)
    assert "Của Hoa." in words(page)
    assert "Của tôi." in words(page)
    again = typed | {"seen": page.context["stamp"]}
    clerk.post("/cycles/2020/narratives/ministry/", again)
    assert Narrative.objects.get().text == "Của tôi."


def test_a_report_that_does_not_exist_has_no_words(clerk):
    assert clerk.get("/cycles/2020/narratives/closing/").status_code == 404
    assert clerk.get("/cycles/2020/narratives/other/").status_code == 404


def test_register_figures_lead_to_their_frozen_rows(clerk, cycle):
    office = make.department("Ban Dân tộc")
    planning.running(office, code="KH-2020-BS1")
    money.declared(office, date(2020, 5, 5))
    classes.came(classes.training(date(2021, 6, 7)), make.officer(office))
    code = make.snapshot(cycle, "ministry", as_of=AS_OF).code
    assert f'href="/snapshots/{code}/work/?table=plans"' in words(clerk.get(f"/snapshots/{code}/"))
    page = clerk.get(f"/snapshots/{code}/work/")
    plans = clerk.get(f"/snapshots/{code}/work/?table=plans")
    assert "<h2>Cơ quan trong kế hoạch đã phê duyệt</h2>" in words(plans)
    shown = {
        table.key: [[cell.text for cell in row] for row in table.rows] for table in page.context["tables"]
    }
    assert shown["plans"][0][:2] == ["Ban Dân tộc", "KH-2020-BS1"]
    assert shown["declarations"][0][0] == "Ban Dân tộc"
    assert shown["classes"][0][3] == "1"
    assert shown["attendance"] == [["Ban Dân tộc", "1", "1"]]
    assert shown["building"][0][0] == "Ban Dân tộc"
    assert ["UBND xã Số 1", "Thiếu kinh phí", "Mở thêm lớp tập huấn"] in shown["voices"]


def test_the_rows_of_the_registers_cost_no_question_of_their_own(clerk, cycle):
    code = make.snapshot(cycle, "ministry", as_of=AS_OF).code
    one = questions(clerk, f"/snapshots/{code}/work/")
    planning.running(*(make.department(f"Sở Số {n}") for n in range(5)))
    code = make.snapshot(cycle, "ministry", as_of=AS_OF).code
    assert questions(clerk, f"/snapshots/{code}/work/") == one
