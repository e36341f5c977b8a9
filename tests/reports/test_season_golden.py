"""The demonstration's season, 16/6 to 31/8/2021, played by its clock: who was told what, when, at which address.

The ledger of every day is a golden file that a person can read: tests/golden/season.txt. Made anew with
ISOTRACK_WRITE_GOLDEN=1.
"""

import os
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation

from agencies.models import Agency, User
from isotrack.journal.models import Entry, Notice
from isotrack.kit.clock import ZONE
from reports.actions.cycle import close_cycle
from reports.actions.demonstration import STARTS_AT, play, seed
from reports.actions.review import extend
from reports.models import AnnualReport, DirectiveDuty, ReportCycle
from reports.models.reminder import step_in_words
from tests import make

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "season.txt"
FROM, EXTENDED, CLOSED, UNTIL = STARTS_AT, "2021-06-25 09:00", "2021-07-08 09:00", "2021-08-31 18:00"
TOLD = {
    "report-missing": "quá hạn chưa gửi",
    "report-late": "đã gửi trễ",
    "report-extended": "được gia hạn",
    "cycle-closed": "kết thúc kỳ",
    "duty-opened": "giao nhiệm vụ",
    "duty-overdue": "nhiệm vụ quá hạn",
    "duty-recorded": "ghi văn bản",
    "address-dead": "địa chỉ không nhận thư",
}


def ledger():
    """Day → its lines, in order: what was put down, then who was told what at which address."""
    days = defaultdict(list)
    with translation.override("vi"):
        for entry in Entry.objects.filter(at__gt=FROM, verb__in=TOLD):
            letter = entry.changes.get("letter_number", [None, ""])[1]
            line = f"{TOLD[entry.verb]}: {entry.about_label} {letter and f'(số {letter})'}".rstrip()
            days[entry.at.astimezone(ZONE)].append(f"* {line}")
        for notice in Notice.objects.all():
            at = notice.sent_at or notice.planned_for
            if at <= FROM:
                continue
            said = f"{notice.get_state_display()}, {step_in_words(notice.step)}"
            to = f"{notice.recipient_label} <{notice.recipient}>"
            what = notice.subject if notice.state == "sent" else f"[{notice.reason}]"
            days[at.astimezone(ZONE)].append(f"→ {said}: {to}: {what}")
    return days


def in_words(days):
    """The ledger as it is read."""
    parts, last = [], None
    for at in sorted(days):
        if at.date() != last:
            parts.append(f"\n== {at:%d/%m/%Y}")
            last = at.date()
        parts.append(f"{at:%H:%M}")
        parts += sorted(days[at])
    return "\n".join(parts).strip() + "\n"


@pytest.fixture
def cycle(now, settings):
    now("2021-06-16 08:00")
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    seed()
    return ReportCycle.objects.get(year=2020)


def test_the_ledger_of_the_season(cycle):
    clerk = User.objects.get(username="sokhcn")
    until = {"until": make.at("2021-07-20").date(), "reason": "Chuyển trụ sở"}
    play(since=FROM, until=make.at(EXTENDED))
    report = AnnualReport.objects.get(cycle=cycle, agency__code="30340")
    document = make.document(of=cycle.province)
    extend(report, by=clerk, at=make.at(EXTENDED), document=document, **until)
    play(since=make.at(EXTENDED), until=make.at(CLOSED))
    close_cycle(cycle, by=clerk, at=make.at(CLOSED))
    play(since=make.at(CLOSED), until=make.at(UNTIL))
    text = in_words(ledger())
    if os.environ.get("ISOTRACK_WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
    assert_nobody_was_forgotten(cycle)


def assert_nobody_was_forgotten(cycle):
    """What must hold of any season: each step once, everybody who was behind flagged and in one letter."""
    behind = cycle.reports.overdue(make.at(CLOSED)) | cycle.reports.received_late(make.at(CLOSED))
    with_superior = set(behind.filter(superior__isnull=False).values_list("pk", flat=True))
    listed = set(DirectiveDuty.objects.in_cycle(cycle).values_list("items__report", flat=True))
    assert listed == with_superior
    assert not behind.filter(flagged_missing_at__isnull=True, flagged_late_at__isnull=True).exists()
    assert not Notice.objects.owed(make.at(UNTIL) + timedelta(days=1)).exists()
    assert Agency.objects.filter(directive_duties__flagged_overdue_at__isnull=False).exists()
