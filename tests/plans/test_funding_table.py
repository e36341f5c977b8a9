"""The funding table: who writes what, amounts as people type them, nothing typed is lost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Role
from isotrack.journal.models import Entry
from plans.models import FundingLine, LineKind
from tests import make
from tests.plans import money

pytestmark = pytest.mark.django_db


def address(plan):
    return reverse("plans:funding-table", args=[plan.pk])


def posted(line, column="estimate", **values):
    """What the page sends for one line that nobody touched, with these values typed over it."""
    stored = getattr(line, column)
    fields = {
        "seen": f"{'' if stored is None else stored}|{line.quantity}|{line.source_id or ''}",
        "amount": "" if stored is None else str(stored),
        "quantity": str(line.quantity).replace(".", ","),
        "source": str(line.source_id or ""),
    } | values
    return {f"l{line.pk}-{name}": value for name, value in fields.items()} | {"column": column, "act": "save"}


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1.234.567", 1_234_567),
        ("33000000", 33_000_000),
        ("33.000.000 đ", 33_000_000),
        ("33 triệu", 33_000_000),
        ("1,5 triệu đồng", 1_500_000),
    ],
)
def test_the_department_types_amounts_as_it_likes(browse, typed, amount):
    line = money.line(money.entry())
    browse(make.staff()).post(address(line.entry.plan), posted(line, amount=typed))
    line.refresh_from_db()
    assert line.estimate == amount


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-5", "không được âm"),
        ("0,5", "nguyên đồng"),
        ("1.234,5", "nguyên đồng"),
        ("1,234,567", "hàng nghìn cách bằng dấu chấm"),
        ("1.5 triệu", "hàng nghìn cách bằng dấu chấm"),
        ("ba mươi", "hàng nghìn cách bằng dấu chấm"),
    ],
)
def test_what_cannot_be_read_stays_in_its_field_with_the_form_expected(browse, typed, said):
    line = money.line(money.entry())
    page = browse(make.staff()).post(address(line.entry.plan), posted(line, amount=typed))
    assert f'value="{typed}"' in page.text and said in page.text
    assert f'id="id_l{line.pk}-amount-error"' in page.text
    line.refresh_from_db()
    assert line.estimate == 1_000_000


def test_one_bad_amount_keeps_the_whole_page_from_being_saved(browse):
    entry = money.entry()
    good, bad = money.line(entry), money.line(entry)
    data = posted(good, amount="2 triệu") | posted(bad, amount="-1")
    page = browse(make.staff()).post(address(entry.plan), data)
    assert 'value="2 triệu"' in page.text
    assert set(FundingLine.objects.values_list("estimate", flat=True)) == {1_000_000}


def new_line(entry, **values):
    usual = {
        "entry": entry.pk,
        "kind": LineKind.HIRED,
        "item": "",
        "quantity": "1",
        "fiscal_year": "2020",
        "source": "",
        "document": "",
        "estimate": "33 triệu",
        "note": "",
    }
    fields = {f"new0-{name}": value for name, value in (usual | values).items()}
    return fields | {"column": "estimate", "spare": "1", "act": "save"}


def test_the_department_adds_a_line_and_the_journal_says_so(browse):
    entry = money.entry()
    browse(make.staff()).post(address(entry.plan), new_line(entry))
    line = FundingLine.objects.get()
    assert (line.estimate, line.item.identifier) == (33_000_000, "CONSULT_DOCS")
    assert Entry.objects.filter(verb="funding-saved").count() == 1


def test_the_journal_tells_another_source_by_its_name(browse):
    line = money.line(money.entry())
    other = money.source(name="Viện trợ")
    browse(make.staff()).post(address(line.entry.plan), posted(line, source=str(other.pk)))
    (change,) = Entry.objects.get(verb="funding-saved").changes.values()
    assert change == [str(line.source), "Viện trợ (2020)"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": LineKind.OTHER}, "Chi theo quy định khác phải ghi văn bản."),
        ({"document": "99/QĐ-X"}, "Chưa có văn bản 99/QĐ-X trong sổ"),
        ({"quantity": "0"}, "Số lượng phải lớn hơn 0."),
        ({"fiscal_year": "2019"}, "Năm chi phải từ 2020"),
        ({"estimate": ""}, "trường này"),
    ],
)
def test_a_line_that_cannot_be_is_shown_again_with_everything_typed(browse, values, said):
    entry = money.entry()
    browse(make.staff()).post(address(entry.plan), new_line(entry, note="theo hợp đồng"))
    page = browse(make.staff()).post(address(entry.plan), new_line(entry, note="bản hai", **values))
    assert said.lower() in page.text.lower() and "bản hai" in page.text
    assert FundingLine.objects.count() == 1


def test_maintenance_cannot_hide_in_line_b(browse):
    entry = money.entry()
    item = money.CostItem.objects.get(identifier="MAINTENANCE")
    page = browse(make.staff()).post(
        address(entry.plan), new_line(entry, kind=LineKind.OWN_WORK, item=item.pk)
    )
    assert "không chi theo dòng" in page.text


def test_a_source_of_another_year_is_refused(browse):
    line = money.line(money.entry())
    other = money.source(year=2021)
    page = browse(make.staff()).post(address(line.entry.plan), posted(line, source=str(other.pk)))
    assert page.status_code == 200
    line.refresh_from_db()
    assert line.source.fiscal_year == 2020


def test_more_rows_come_without_script_and_keep_what_was_typed(browse):
    entry = money.entry()
    page = browse(make.staff()).post(address(entry.plan), new_line(entry, note="đang gõ") | {"act": "more"})
    assert "new3-kind" in page.text and "đang gõ" in page.text
    assert not FundingLine.objects.exists()


def test_a_line_is_removed_and_what_finance_said_of_it_stays(browse):
    line = money.line(money.entry(money.plan("returned")))
    line.comments.create(
        plan=line.entry.plan, text="Bỏ dòng này", written_at=make.NOW, written_by=money.finance()
    )
    browse(make.staff()).post(address(line.entry.plan), posted(line) | {f"l{line.pk}-remove": "on"})
    assert not FundingLine.objects.exists()
    assert line.entry.plan.comments.get().mended_at


def test_two_windows_do_not_overwrite_each_other_unseen(browse):
    line = money.line(money.entry())
    data = posted(line, amount="3 triệu")
    FundingLine.objects.update(estimate=2_000_000)
    page = browse(make.staff()).post(address(line.entry.plan), data)
    assert "Người khác vừa sửa ô này, số đang lưu là 2.000.000" in page.text
    assert 'value="3 triệu"' in page.text
    again = data | {f"l{line.pk}-seen": f"2000000|1.00|{line.source_id}"}
    browse(make.staff()).post(address(line.entry.plan), again)
    line.refresh_from_db()
    assert line.estimate == 3_000_000


def test_what_this_window_left_alone_keeps_what_another_saved(browse):
    line = money.line(money.entry())
    data = posted(line)
    FundingLine.objects.update(estimate=2_000_000)
    browse(make.staff()).post(address(line.entry.plan), data)
    line.refresh_from_db()
    assert line.estimate == 2_000_000


def test_an_edit_that_comes_after_the_approval_is_told_and_kept_on_the_page(browse):
    line = money.line(money.entry(money.plan("approved")))
    page = browse(make.staff()).post(address(line.entry.plan), posted(line, amount="3 triệu"))
    assert page.status_code == 409
    assert "Đã phê duyệt" in page.text and 'value="3 triệu"' in page.text
    line.refresh_from_db()
    assert line.estimate == 1_000_000


def test_an_estimate_that_is_mended_is_to_be_reviewed_again(browse):
    line = money.line(money.entry(money.plan("returned")), estimate=5_000_000, approved=4_000_000)
    browse(make.staff()).post(address(line.entry.plan), posted(line, amount="3 triệu"))
    line.refresh_from_db()
    assert (line.estimate, line.approved) == (3_000_000, None)


def test_finance_may_agree_to_less_but_not_to_more(browse):
    line = money.line(money.entry(money.plan("finance_review")))
    client = browse(money.finance())
    page = client.post(address(line.entry.plan), posted(line, "approved", amount="2 triệu"))
    assert "Số phê duyệt không được lớn hơn dự toán." in page.text
    client.post(address(line.entry.plan), posted(line, "approved", amount="900.000"))
    line.refresh_from_db()
    assert line.approved == 900_000


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("allocated", "Số phân bổ không được lớn hơn số phê duyệt."),
        ("spent", "Số đã chi không được lớn hơn số phân bổ."),
        ("settled", "Số quyết toán không được lớn hơn số đã chi."),
    ],
)
def test_no_amount_exceeds_the_one_before_it(browse, column, said):
    chain = {"approved": 900_000, "allocated": 800_000, "spent": 700_000, "settled": 600_000}
    line = money.line(money.entry(money.plan("running")), **chain)
    page = browse(money.finance()).post(address(line.entry.plan), posted(line, column, amount="950.000"))
    assert said in page.text


def test_only_the_column_of_ones_role_is_a_field(browse):
    line = money.line(money.entry())
    department = browse(make.staff()).get(address(line.entry.plan)).text
    finance = browse(money.finance()).get(address(line.entry.plan)).text
    assert f"l{line.pk}-amount" in department
    assert f"l{line.pk}-amount" not in finance


def test_the_excess_and_its_clause_stand_beside_the_line(browse):
    entry = money.entry(tier="2c")
    money.line(entry, LineKind.HIRED, 35_500_000)
    page = browse(money.finance()).get(address(entry.plan)).text
    clause = "điểm c khoản 2 Điều 4 TT 116/2015/TT-BTC"
    assert f"Vượt trần 33.000.000 đồng – {clause} (vượt 2.500.000 đồng)" in page


def test_an_officer_sees_only_the_money_of_their_own_agency(browse):
    plan = money.plan()
    own = money.line(money.entry(plan), estimate=1_111_111)
    money.line(money.entry(plan), estimate=2_222_222)
    page = browse(make.officer(own.entry.agency)).get(address(plan)).text
    assert "1.111.111" in page and "2.222.222" not in page and "3.333.333" not in page


def test_a_stranger_does_not_learn_that_the_plan_exists(browse):
    line = money.line(money.entry())
    elsewhere = make.province("91", "Ủy ban nhân dân tỉnh Kiên Giang")
    stranger = make.user(Role.STAFF, make.department("Sở Khác", superior=elsewhere))
    assert browse(stranger).get(address(line.entry.plan)).status_code == 404
    assert browse(stranger).post(address(line.entry.plan), posted(line)).status_code == 404


def queries_of(client, lines):
    plan = money.plan()
    entry = money.entry(plan)
    for _ in range(lines):
        money.line(entry)
    client.get(address(plan))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(plan)).status_code == 200
    return len(queries)


def test_a_long_table_costs_as_many_statements_as_a_short_one(browse):
    client = browse(make.staff())
    assert queries_of(client, 1) == queries_of(client, 50)


def test_saving_a_page_costs_as_many_statements_for_one_line_as_for_fifty(browse):
    client = browse(make.staff())

    def statements(number):
        entry = money.entry()
        data = {}
        for _ in range(number):
            data |= posted(money.line(entry), amount="2 triệu")
        with CaptureQueriesContext(connection) as queries:
            assert client.post(address(entry.plan), data).status_code == 302
        return len(queries)

    statements(1)
    assert statements(1) == statements(50)


def test_what_a_source_lacks_is_no_number_below_nothing(browse):
    money.source(300_000_000)
    line = money.line(money.entry(), estimate=387_000_000)
    page = browse(make.staff()).get(address(line.entry.plan)).text
    assert "Còn thiếu của nguồn" in page and ">87.000.000<" in page
    assert "-87.000.000" not in page and "−87.000.000" not in page
