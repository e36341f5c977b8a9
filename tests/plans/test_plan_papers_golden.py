"""The papers of a plan and of a class, word for word; ISOTRACK_WRITE_GOLDEN=1 writes anew.

Compared is what pdftotext reads off the pages, line by line; how wide it draws a gap is its own affair.
"""

import os
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from agencies.models import Document
from isotrack.kit.papers import pdf
from plans.actions.training import take_attendance
from plans.models import LineKind, Mode
from plans.papers import paper_of
from plans.rolls import certificate_paper, list_paper
from tests import make
from tests.plans import classes, money, planning

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "print"
DAY = date(2020, 11, 25)


def agrees(name: str, paper: bytes) -> None:
    """Compare the words of a paper with the golden file; ~~~ ends a page."""
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True)
    lines = read.stdout.decode().replace("\f", "~~~\n").splitlines()
    text = "".join(f"{re.sub(' +', ' ', line).strip(' ')}\n" for line in lines if line.strip())
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("ISOTRACK_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def decision(number: str, issued_on: date) -> Document:
    """A decision of the People's Committee."""
    told = {"issuer": "UBND tỉnh An Giang", "abstract": "Phê duyệt kế hoạch"}
    return make.document(number, kind=Document.Kind.DECISION, issued_on=issued_on, **told)


@pytest.fixture
def plan():
    """A supplement of letter 1141: one agency builds, one extends its scope, one keeps what it declared."""
    builds, keeps = make.department("Ban Dân tộc"), make.department("Sở Nội vụ")
    extends = make.department("Chi cục Văn thư - Lưu trữ")
    first = decision("2010/QĐ-UBND", date(2020, 8, 27))
    letter = make.document("1141/UBND-TH", issued_on=date(2020, 10, 28), issuer="UBND tỉnh An Giang")
    base = money.plan("running", code="KH-2020", decision=first)
    made = planning.drafted(builds, extends, keeps, code="KH-2020-BS1", extends=base, consent=letter)
    made.entries.filter(agency=extends).update(mode=Mode.EXTENSION)
    money.line(made.entries.get(agency=builds), LineKind.HIRED, 33_000_000)
    money.line(made.entries.get(agency=builds), LineKind.OWN_WORK, 40_000_000, item="DOCUMENT_WRITING")
    money.line(made.entries.get(agency=extends), LineKind.HIRED, 12_500_000)
    money.line(made.entries.get(agency=keeps), LineKind.MAINTENANCE, 9_000_000, item="MAINTENANCE", year=2021)
    return made


@pytest.mark.parametrize("kind", ["submission", "annex", "decision"])
def test_the_papers_of_a_draft_read_as_they_should(plan, kind):
    agrees(kind, pdf(*paper_of(plan, kind, today=DAY)))


@pytest.mark.parametrize("kind", ["annex", "decision"])
def test_once_decided_they_carry_number_and_day(plan, kind):
    plan.decision = decision("2944/QĐ-UBND", date(2020, 12, 4))
    agrees(f"{kind}_numbered", pdf(*paper_of(plan, kind, today=DAY)))


@pytest.fixture
def training():
    """A class of three officers about letter 1141; two came."""
    letter = make.document("1141/UBND-TH", issued_on=date(2020, 10, 28), issuer="UBND tỉnh An Giang")
    made = classes.training(pk=12, documents=[letter])
    people = classes.came(made, *classes.officers(3), attended=None)
    marks = list(zip(people, [True, False, True], strict=True))
    take_attendance(made, marks, by=make.staff(), at=make.at("2021-07-06 17:00"))
    return made


def test_the_list_of_a_class_reads_as_it_should(training):
    agrees("training_list", list_paper(training, training.participants.all()))


def test_a_certificate_reads_as_it_should(training):
    agrees("training_certificate", certificate_paper(training.participants.get(certificate__startswith="03")))
