"""Every agency's form at once: cut into parts, made by workers, joined into one archive."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from isotrack.journal.models import Job
from reports.jobs import forms
from reports.jobs.forms import Forms
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle():
    return make.reports(5)


def made(cycle) -> ZipFile:
    work, arguments = Forms(), {"cycle": cycle.pk}
    results = [work.make(arguments, part) for part in work.parts(arguments)]
    _name, content = work.join(arguments, results)
    return ZipFile(BytesIO(content))


def test_every_agency_gets_its_form(cycle, monkeypatch):
    monkeypatch.setattr(forms, "AT_ONCE", 2)
    archive = made(cycle)
    codes = cycle.reports.values_list("agency__code", flat=True)
    assert sorted(archive.namelist()) == sorted(f"bao-cao-2020-{code}.xlsx" for code in codes)
    assert "Báo cáo" in load_workbook(BytesIO(archive.read(archive.namelist()[0]))).sheetnames


def test_work_is_cut_into_parts(cycle, monkeypatch):
    monkeypatch.setattr(forms, "AT_ONCE", 2)
    assert [len(part["reports"]) for part in Forms().parts({"cycle": cycle.pk})] == [2, 2, 1]


def test_the_exempt_get_no_form(cycle):
    report = cycle.reports.first()
    make.report(report.agency, cycle, exempted_at=make.NOW, exemption_document=make.document())
    assert len(made(cycle).namelist()) == 4


def test_a_part_costs_the_same_for_one_report_and_for_five(cycle, django_assert_num_queries):
    keys = list(cycle.reports.values_list("pk", flat=True))
    Forms().make({}, {"reports": keys[:1]})  # reads the questionnaire once
    for part in (keys[:1], keys):
        with django_assert_num_queries(1):
            Forms().make({}, {"reports": part})


def test_a_cycle_without_reports_gives_an_empty_archive():
    assert made(make.cycle()).namelist() == []


def test_the_department_asks_for_it_with_a_button(cycle, browse, now):
    now("2021-06-16 08:00")
    client = browse(make.staff())
    response = client.post(f"/cycles/{cycle.year}/forms/")
    job = Job.objects.get()
    assert (job.kind, job.total, str(job.pk) in response.url) == ("report-forms", 1, True)


def test_an_officer_cannot_ask_for_it(cycle, browse, now):
    now("2021-06-16 08:00")
    lan = make.officer(cycle.reports.first().agency)
    assert browse(lan).post(f"/cycles/{cycle.year}/forms/").status_code == 404
    assert not Job.objects.exists()
