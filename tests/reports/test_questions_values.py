"""What an officer types is read the Vietnamese way; what cannot stand is kept and explained."""

import unicodedata
from datetime import datetime

import pytest

from reports.questions import Field, expected_form, read_typed, show, show_rows
from tests.reports.filled import answers, check, question

PERCENT = Field(key="share", type="percent", label_vi="Tỷ lệ", minimum=0, maximum=100)


def faults(key, value):
    """What the officer is told about one answer."""
    outcome = check(answers(**{key: value}))
    return [finding.message for finding in outcome.bad_values if finding.key == key]


@pytest.mark.parametrize(
    ("key", "typed", "stored"),
    [
        ("staff_total", "1.234", 1234),
        ("staff_total", " 22 ", 22),
        ("staff_total", "12,345,6", "12,345,6"),
        ("staff_total", "22,5", "22,5"),
        ("staff_total", "", None),
        ("funding_estimate", "33.000.000 đồng", 33_000_000),
        ("declaration_date", "5/7/2021", "2021-07-05"),
        ("declaration_date", "05-07-2021", "2021-07-05"),
        ("declaration_date", "5.7.2021", "2021-07-05"),
        ("declaration_date", "2021-07-05", "2021-07-05"),
        ("declaration_date", "31/2/2021", "31/2/2021"),
        ("declaration_date", "05/07/0202", "05/07/0202"),
        ("has_website", "true", True),
        ("has_website", "false", False),
        ("has_website", "Không", False),
        ("has_website", "có lẽ", "có lẽ"),
        ("qms_state", "declared", "declared"),
        ("qms_state", "Đã công bố", "declared"),
        ("qms_state", "xong", "xong"),
        ("head_name", "  Nguyễn   Văn Hòa ", "Nguyễn Văn Hòa"),
        ("difficulties", "Thiếu người.\r\nThiếu tiền.", "Thiếu người.\nThiếu tiền."),
        ("staff_total", ["7", "8"], 8),
    ],
)
def test_an_officers_typing_is_read(key, typed, stored):
    assert read_typed(question(key), typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("89,11", "89.11"), ("89,1 %", "89.10"), ("89.11", "89.11"), ("89,115", "89,115"), ("100", "100.00")],
)
def test_a_percentage_is_read_and_never_rounded_unseen(typed, stored):
    assert read_typed(PERCENT, typed) == stored


@pytest.mark.parametrize(
    ("key", "cell", "stored"),
    [
        ("staff_total", 22, 22),
        ("staff_total", 22.0, 22),
        ("staff_total", 22.5, "22,5"),
        ("declaration_date", datetime(2020, 9, 15, 0, 0), "2020-09-15"),  # noqa: DTZ001 - as workbooks give it
        ("standard_version", 2015, "2015"),
        ("declaration_number", 98, "98"),
    ],
)
def test_a_workbooks_cell_is_read(key, cell, stored):
    assert read_typed(question(key), cell) == stored


def test_what_cannot_be_stored_is_left_out_and_letters_are_composed():
    typed = unicodedata.normalize("NFD", "Trần\x00 Thị\ud800 Mỹ")
    assert read_typed(question("contact_name"), typed) == "Trần Thị Mỹ"


def test_rows_of_a_table_are_read_and_empty_ones_dropped():
    rows = [
        {"cost_item": "MAINTENANCE", "amount": "7.000.000", "note": ""},
        {"cost_item": "", "amount": " ", "note": ""},
        {"cost_item": "INTERNAL_AUDIT", "amount": "4,5 triệu", "note": "", "unknown": "x"},
    ]
    assert read_typed(question("spending_table"), rows) == [
        {"cost_item": "MAINTENANCE", "amount": 7_000_000},
        {"cost_item": "INTERNAL_AUDIT", "amount": "4,5 triệu"},
    ]


@pytest.mark.parametrize(
    ("key", "stored", "shown"),
    [
        ("staff_total", 1234, "1.234"),
        ("funding_estimate", 33_000_000, "33.000.000"),
        ("declaration_date", "2021-07-05", "05/07/2021"),
        ("has_website", True, "Có"),
        ("qms_state", "declared", "Đã công bố"),
        ("staff_total", "12,345,6", "12,345,6"),
        ("staff_total", None, ""),
        ("next_year_tasks", [{"task": "Đánh giá nội bộ", "month": 9}], "Đánh giá nội bộ · 9"),
    ],
)
def test_an_answer_is_shown_the_vietnamese_way(key, stored, shown):
    assert show(question(key), stored) == shown


def test_an_answer_is_shown_in_english_too():
    assert show(question("has_website"), False, "en") == "No"
    assert show(question("qms_state"), "declared", "en") == "Đã công bố"  # the definition has no English here


def test_a_table_goes_back_into_its_fields():
    rows = show_rows(question("spending_table"), [{"cost_item": "MAINTENANCE", "amount": 7_000_000}])
    assert rows == [{"cost_item": "Duy trì, cải tiến", "amount": "7.000.000", "note": ""}]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("staff_total", "12,345,6", "Nhập số nguyên từ 1 đến 5.000, ví dụ 22."),
        ("staff_total", 0, "Nhập số nguyên từ 1 đến 5.000, ví dụ 22."),
        ("staff_total", 5001, "Nhập số nguyên từ 1 đến 5.000, ví dụ 22."),
        ("staff_total", True, "Nhập số nguyên từ 1 đến 5.000, ví dụ 22."),
        ("funding_spent_total", 11_500_000.5, "không có phần lẻ"),
        ("declaration_date", "25 tháng 11", "dạng ngày/tháng/năm, ví dụ 25/11/2019."),
        ("declaration_date", "2019-02-30", "dạng ngày/tháng/năm"),
        ("has_website", "có lẽ", "Chọn Có hoặc Không."),
        ("qms_state", "xong", "Chọn một mục trong danh sách: Chưa triển khai; Đang xây dựng;"),
        ("published_url", "iso.angiang", "Chưa đúng dạng. Dán địa chỉ bắt đầu bằng http."),
        ("head_name", "A" * 501, "Dài 501 ký tự, tối đa 500 ký tự."),
        ("difficulties", "A" * 5001, "Dài 5.001 ký tự, tối đa 5.000 ký tự."),
        ("signed_report_file", 7, "Chọn lại tệp."),
    ],
)
def test_a_value_that_cannot_stand_is_explained(key, value, words):
    [message] = faults(key, value)
    assert words in message


@pytest.mark.parametrize(
    ("key", "value"), [("head_name", "A" * 500), ("staff_total", 1), ("staff_total", 5000)]
)
def test_a_value_at_its_limit_stands(key, value):
    assert faults(key, value) == []


def test_each_cell_of_a_table_is_checked_and_its_row_named():
    rows = [{"task": "Đánh giá nội bộ", "month": 9}, {"task": "", "month": None}, {"month": 13}]
    outcome = check(answers(next_year_tasks=rows))
    assert [(f.row, f.column) for f in outcome.bad_values] == [(3, "task"), (3, "month")]
    assert outcome.bad_values[0].message == "Dòng 3, cột “Nội dung công việc”. Chưa nhập."
    assert outcome.bad_values[1].line.startswith(
        "Câu 63: Dòng 3, cột “Tháng hoàn thành”. Nhập số nguyên từ 1"
    )


def test_a_table_of_empty_rows_is_missing():
    outcome = check(answers(next_year_tasks=[{"task": " "}, {}]))
    assert [finding.message for finding in outcome.missing] == ["Câu 63: chưa trả lời"]


def test_a_table_has_an_end():
    rows = [{"task": "Họp", "month": 1}] * 201
    assert faults("next_year_tasks", rows[:200]) == []
    assert faults("next_year_tasks", rows) == ["Bảng có 201 dòng, tối đa 200 dòng."]


def test_the_example_lies_within_the_limits():
    month = question("next_year_tasks").columns[1]
    assert expected_form(month) == "Nhập số nguyên từ 1 đến 12, ví dụ 12."
