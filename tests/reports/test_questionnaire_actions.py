"""A version is copied, edited, published and used; a published one never changes."""

import pytest

from isotrack.journal.models import Entry
from isotrack.kit.states import WrongState
from reports.actions import questionnaire as act
from reports.models import QuestionnaireVersion, ReportCycle
from reports.questions import DefinitionError, editing
from reports.questions.writing import write_definition
from tests import make
from tests.reports.drafts import draft, version
from tests.reports.filled import definition

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return make.staff()


def put(made, by, **attributes):
    """Save the question about the staff with some attributes typed anew."""
    before = editing.part(made.definition, "question", "staff_total")
    seen = editing.fingerprint(before)
    return act.put(made, "question", before | attributes, by=by, at=make.NOW, key="staff_total", seen=seen)


def published(by, **attributes):
    made = put(draft(by), by, **attributes or {"max": 6000})
    return act.publish(made, by=by, at=make.NOW, from_year=2020)


def test_a_copy_is_a_draft_of_the_province_with_the_next_number(clerk):
    made = draft(clerk, number=1)
    assert (made.version, made.is_draft, made.province, made.based_on) == (
        3,
        True,
        make.province(),
        version(1),
    )
    assert made.definition == definition(1) | {"form": definition(1)["form"] | {"version": 3}}
    assert Entry.objects.get(verb="questionnaire-copied").about_label == "BC-HTQLCL-NAM, phiên bản 3"


def test_each_province_counts_for_itself_and_sees_only_its_own(clerk):
    other = make.staff(make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang"))
    mine, theirs = draft(clerk), draft(other)
    assert (mine.version, theirs.version) == (3, 3)
    assert theirs not in QuestionnaireVersion.objects.visible_to(clerk)
    assert set(QuestionnaireVersion.objects.editable_by(clerk)) == {mine}


def test_an_edit_is_written_into_the_journal_in_words(clerk):
    put(draft(clerk), clerk, max=6000)
    [entry] = Entry.objects.filter(verb="questionnaire-changed")
    name = "Câu 3. Tổng số cán bộ, công chức, viên chức của cơ quan – Lớn nhất"
    assert entry.changes == {name: ["5.000", "6.000"]}


def test_an_edit_that_changes_nothing_is_not_written(clerk):
    put(draft(clerk), clerk, max=5000)
    assert not Entry.objects.filter(verb="questionnaire-changed").exists()


def test_what_another_hand_changed_meanwhile_is_not_overwritten(clerk):
    made = draft(clerk)
    put(made, clerk, max=6000)
    with pytest.raises(WrongState, match="Người khác vừa sửa mục này"):
        put(made, clerk, max=7000)  # `made` is what the page showed before
    made.refresh_from_db()
    assert editing.part(made.definition, "question", "staff_total")["max"] == 6000


def test_what_another_hand_took_out_meanwhile_cannot_be_saved(clerk):
    made = draft(clerk)
    act.remove(made, "question", "staff_total", by=clerk, at=make.NOW)
    with pytest.raises(WrongState, match="vừa được người khác bỏ"):
        put(made, clerk, max=7000)


def test_two_questions_never_have_one_key(clerk):
    with pytest.raises(WrongState, match="đã có trong biểu mẫu"):
        put(draft(clerk), clerk, key="head_name")


def test_a_draft_may_hold_problems_and_cannot_be_published_with_them(clerk):
    made = act.remove(draft(clerk), "question", "staff_total", by=clerk, at=make.NOW)
    assert [problem.sentence for problem in made.problems] == [
        "Quy tắc R01: không có câu “staff_total” ở phía trước."
    ]
    with pytest.raises(DefinitionError, match="R01"):
        act.publish(made, by=clerk, at=make.NOW, from_year=2021)
    made.refresh_from_db()
    assert made.is_draft


@pytest.mark.parametrize("verb", ["put", "remove", "move", "publish"])
def test_a_published_version_never_changes(verb, clerk):
    made = published(clerk)
    before = made.definition
    by = {"by": clerk, "at": make.NOW}
    tries = {
        "put": lambda: put(made, clerk, max=1),
        "remove": lambda: act.remove(made, "rule", "R01", **by),
        "move": lambda: act.move(made, "section", "scope", up=True, **by),
        "publish": lambda: act.publish(made, from_year=2030, **by),
    }
    with pytest.raises(WrongState, match="đã phát hành nên không đổi được nữa"):
        tries[verb]()
    made.refresh_from_db()
    assert (made.definition, made.from_year) == (before, 2020)


def test_the_next_cycle_opens_with_what_was_published_for_its_year(clerk):
    made = published(clerk)
    make.agency()
    assert make.cycle().questionnaire == made


def test_another_province_opens_with_its_own_form(clerk):
    published(clerk)
    elsewhere = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    make.agency(superior=elsewhere)
    assert make.cycle(elsewhere).questionnaire == version(2)


def test_a_file_comes_in_as_a_draft_with_the_next_number(clerk):
    made = act.upload(write_definition(version(1).definition), by=clerk, at=make.NOW)
    assert (made.version, made.is_draft) == (3, True)
    assert made.definition["form"]["version"] == 3


def test_what_went_out_comes_in_the_same(clerk):
    made = put(draft(clerk), clerk, label_vi="Tổng số: “người” # 1", help_en="- a\n- b")
    made.refresh_from_db()  # as the database gives it back
    out = write_definition(made.definition)
    again = act.upload(out.replace("version: 3\n", "version: 9\n"), by=clerk, at=make.NOW)
    assert write_definition(again.definition) == out.replace("version: 3\n", "version: 4\n")


@pytest.mark.parametrize("code", ["BC-KHAC", "B" * 40])
def test_a_file_of_another_form_is_refused(code, clerk):
    text = write_definition(version().definition).replace("BC-HTQLCL-NAM", code)
    with pytest.raises(DefinitionError, match="không có biểu mẫu nào mã"):
        act.upload(text, by=clerk, at=make.NOW)


def test_a_running_cycle_in_which_nobody_began_can_ask_otherwise(clerk):
    make.agency()
    cycle = make.cycle()
    made = published(clerk)
    assert act.use_in_cycle(cycle, made, by=clerk, at=make.NOW).questionnaire == made
    [entry] = Entry.objects.filter(verb="cycle-questionnaire-changed")
    assert entry.changes["questionnaire"] == ["BC-HTQLCL-NAM, phiên bản 2", "BC-HTQLCL-NAM, phiên bản 3"]


def test_a_cycle_in_which_somebody_began_keeps_its_form(clerk):
    commune = make.agency()
    cycle = make.cycle()
    make.report(commune, cycle, state="draft")
    with pytest.raises(WrongState, match="1 báo cáo của kỳ 2020 đã được bắt đầu"):
        act.use_in_cycle(cycle, published(clerk), by=clerk, at=make.NOW)
    cycle.refresh_from_db()
    assert cycle.questionnaire == version(2)


def test_a_draft_a_later_form_and_a_locked_cycle_are_refused(clerk):
    cycle = make.cycle()
    later = act.publish(draft(clerk), by=clerk, at=make.NOW, from_year=2021)
    for made, at, said in [
        (draft(clerk), make.NOW, "Phát hành phiên bản này trước"),
        (later, make.NOW, "dùng từ năm 2021"),
        (version(1), cycle.locks_at, "đã khóa hoặc đã kết thúc"),
        (version(2), make.NOW, "đang dùng phiên bản này"),
    ]:
        with pytest.raises(WrongState, match=said):
            act.use_in_cycle(cycle, made, by=clerk, at=at)


def test_cycles_count_what_was_begun():
    commune = make.agency()
    cycle = make.cycle()
    make.agency("Ủy ban nhân dân xã Phú Hội")
    assert ReportCycle.objects.with_begun().get().begun == 0
    make.report(commune, cycle, state="draft")
    assert ReportCycle.objects.with_begun().get().begun == cycle.reports.begun().count() == 1
