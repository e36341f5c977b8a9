"""`report_form` and `import_report`, as administrators script them."""

import json

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from isotrack.kit.commands import BadInput, RefusalsListed
from tests import make
from tests.reports import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return make.report(make.agency(code="30340"))


@pytest.fixture
def form(report, tmp_path):
    file = tmp_path / "form.xlsx"
    file.write_bytes(sheets.drawn(report))
    return file


@pytest.fixture
def ask(capsys):
    """The answer and whether refusals were listed (exit status 1)."""

    def answer(*words):
        try:
            call_command(*map(str, words), "--format", "json")
        except RefusalsListed:
            return json.loads(capsys.readouterr().out), 1
        return json.loads(capsys.readouterr().out), 0

    return answer


AS_OF = ("--as-of", "2021-06-16T08:00")


def test_report_form(report, ask, tmp_path):
    file = tmp_path / "out.xlsx"
    assert ask("report_form", 2020, "30340", file) == ({"year": 2020, "agency": "30340", "questions": 64}, 0)
    assert sheets.LONG in load_workbook(file).sheetnames


def test_report_form_of_an_agency_that_owes_none(report, tmp_path):
    with pytest.raises(BadInput, match="99999"):
        call_command("report_form", "2020", "99999", str(tmp_path / "out.xlsx"))


def test_report_form_into_a_folder_that_is_not_there(report, tmp_path):
    with pytest.raises(BadInput, match="No such file"):
        call_command("report_form", "2020", "30340", str(tmp_path / "none" / "out.xlsx"))


def test_import_report_only_looks(report, form, ask):
    form.write_bytes(sheets.filled(form.read_bytes(), {"staff_total": 22}, report))
    answer, status = ask("import_report", form, *AS_OF)
    assert (answer["agency"], answer["year"], answer["answers"], status) == ("30340", 2020, 1, 0)
    assert {message["level"] for message in answer["messages"]} == {"info"}
    assert list(answer["messages"][0]) == ["sheet", "cell", "level", "code", "message"]
    report.refresh_from_db()
    assert (report.answers, report.state) == ({}, "not_started")


def test_import_report_commits(report, form, ask):
    form.write_bytes(sheets.filled(form.read_bytes(), {"staff_total": 22}, report))
    assert ask("import_report", form, "--commit", *AS_OF)[0]["answers"] == 1
    report.refresh_from_db()
    assert report.answers == {"staff_total": 22}


def test_import_report_lists_what_was_refused_and_marks_it(report, form, ask, tmp_path):
    form.write_bytes(sheets.filled(form.read_bytes(), {"staff_total": "nhiều", "head_name": "Lan"}, report))
    out = tmp_path / "out.xlsx"
    answer, status = ask("import_report", form, "--commit", "--annotated", out, *AS_OF)
    assert status == 1
    wrong = [message for message in answer["messages"] if message["level"] == "error"]
    assert [(message["sheet"], message["cell"]) for message in wrong] == [("Báo cáo", "C10")]
    assert sheets.cell_of(load_workbook(out), "staff_total").comment is not None
    report.refresh_from_db()
    assert report.answers == {"head_name": "Lan"}


def test_import_report_of_a_workbook_that_is_none_of_ours(report, tmp_path):
    file = tmp_path / "x.xlsx"
    file.write_bytes("Mã,Tên".encode())
    with pytest.raises(BadInput, match="không phải là Excel"):
        call_command("import_report", str(file), *AS_OF)


def test_import_report_of_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadInput, match="No such file"):
        call_command("import_report", str(tmp_path / "none.xlsx"), *AS_OF)


def test_import_report_after_the_cycle_locked(report, form):
    with pytest.raises(BadInput, match="đã khóa"):
        call_command("import_report", str(form), "--commit", "--as-of", "2023-06-16T08:00")
