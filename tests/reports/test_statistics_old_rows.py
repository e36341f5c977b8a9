"""Sendings from before figures and check codes were kept get both, once, as the receipt printed them."""

from importlib import import_module
from io import BytesIO

import pytest
from django.apps import apps

from reports.actions.report import attach, save_answers, submit
from reports.models import AnnualReport, Submission, make_check_code
from tests import make
from tests.reports.filled import answers

pytestmark = pytest.mark.django_db
keep = import_module("reports.migrations._figures").keep_figures_and_codes


@pytest.fixture
def sent():
    """A report that was sent as they are today, and then robbed of what older rows lack."""
    agency = make.agency()
    report = make.report(agency)
    lan, at = make.officer(agency), make.NOW
    save_answers(report, by=lan, at=at, answers=answers("C02") | {"qms_state": "declared"}, seen={})
    file = {"question": "signed_report_file", "content": BytesIO(b"%PDF"), "name": "a.pdf", "size": 4}
    attach(report, by=lan, at=at, **file, sha256="0" * 64)
    submit(report, by=lan, at=at)
    kept = AnnualReport.objects.get(pk=report.pk).figures
    AnnualReport.objects.update(figures={})
    Submission.objects.update(check_code="")
    return kept


def test_the_figures_are_those_a_sending_of_today_keeps(sent):
    keep(apps)
    assert sent["staff_total"] > 0
    assert AnnualReport.objects.get().figures == sent


def test_the_check_code_is_the_one_that_was_printed(sent):
    keep(apps)
    submission = Submission.objects.get()
    assert submission.check_code == make_check_code(submission.code, submission.sent_at)


def test_a_draft_that_was_changed_since_does_not_count(sent):
    AnnualReport.objects.update(answers={"staff_total": 1})
    keep(apps)
    assert AnnualReport.objects.get().figures == sent


def test_a_second_run_changes_nothing(sent):
    keep(apps)
    AnnualReport.objects.update(figures={"staff_total": 5})
    keep(apps)
    assert AnnualReport.objects.get().figures == {"staff_total": 5}
