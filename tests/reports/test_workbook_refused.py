"""Workbooks that are refused as a whole, each with its sentence."""

from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.test import override_settings
from openpyxl import Workbook

from isotrack.kit.sheets import SheetRefused
from reports.models import AnnualReport, QuestionnaireVersion
from reports.workbook import FormRefused
from tests import make
from tests.reports import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return make.report(make.agency(on=date(2019, 1, 1)))


def refusal(data, report):
    with pytest.raises(FormRefused) as refused:
        sheets.sent_in(data, report)
    return refused.value.code


def test_another_agencys(report):
    other = make.report(make.agency("Ủy ban nhân dân xã Phú Hội"), make.cycle(year=2021))
    mine = make.report(report.agency, other.cycle)
    assert refusal(sheets.drawn(other), mine) == "other_agency"


def test_another_years(report):
    before = make.report(report.agency, make.cycle(year=2019))
    assert refusal(sheets.drawn(before), report) == "other_year"


def test_an_older_versions(report):
    data = sheets.drawn(report)
    old = QuestionnaireVersion.objects.exclude(pk=report.cycle.questionnaire_id).earliest("version")
    report.cycle.questionnaire = old
    assert refusal(data, report) == "old_version"


def test_one_that_is_none_of_ours(report):
    assert refusal(sheets.saved(Workbook()), report) == "not_ours"


@pytest.mark.parametrize(("row", "value"), [(2, "2019"), (5, "99999"), (6, "1"), (7, "abc")])
def test_a_hidden_part_that_was_edited(row, value, report):
    def edit(book):
        book["isotrack"][f"B{row}"] = value

    assert refusal(sheets.changed(sheets.drawn(report), edit), report) == "changed"


def test_a_map_taken_from_another_installation(report):
    with override_settings(SECRET_KEY="another installation's secret"):
        data = sheets.drawn(report)
    assert refusal(data, report) == "changed"


def test_one_without_its_long_sheet(report):
    def edit(book):
        del book[sheets.LONG]

    assert refusal(sheets.changed(sheets.drawn(report), edit), report) == "rebuilt"


def test_one_whose_answers_have_no_column(report):
    def edit(book):
        book[sheets.LONG]["C6"] = None

    assert refusal(sheets.changed(sheets.drawn(report), edit), report) == "rebuilt"


def with_part(data, name, content):
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


def merged_everywhere(data):
    """A handful of letters that would unfold to seventeen billion cells."""
    book = sheets.opened(data)
    book[sheets.LONG].merge_cells("A2:B2")
    data, name = sheets.saved(book), "xl/worksheets/sheet2.xml"
    part = ZipFile(BytesIO(data)).read(name)
    assert b'ref="A2:B2"' in part
    return with_part(data, name, part.replace(b'ref="A2:B2"', b'ref="A1:XFD1048576"'))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda data: data[:-40], "bị hỏng"),
        (lambda data: b"", "không phải là Excel"),
        (lambda data: b"%PDF-1.7", "không phải là Excel"),
        (lambda data: with_part(data, "xl/vbaProject.bin", b"x"), "macro"),
        (lambda data: with_part(data, "xl/worksheets/sheet9.xml", bytes(30 * 1024**2)), "bất thường"),
        (merged_everywhere, "gộp ô quá lớn"),
        (lambda data: with_part(data, "xl/worksheets/sheet2.xml", b"<oops"), "bị hỏng"),
    ],
    ids=["cut off", "empty", "a pdf", "a macro", "a bomb", "merged everywhere", "broken inside"],
)
def test_a_file_that_cannot_be_read_safely(spoil, why, report):
    with pytest.raises(SheetRefused, match=why):
        sheets.sent_in(spoil(sheets.drawn(report)), report)


def test_a_refused_workbook_changes_nothing(report):
    before = AnnualReport.objects.values().get(pk=report.pk)
    refusal(sheets.saved(Workbook()), report)
    assert AnnualReport.objects.values().get(pk=report.pk) == before
