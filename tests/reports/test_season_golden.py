"""The demonstration's season, 16/6 to 31/8/2021, played by its clock: who was told what, when and where.

The ledger of every day is a golden file that a person can read: tests/golden/season.txt. Made anew with
ISOTRACK_WRITE_GOLDEN=1.
"""

import os
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import translation

from agencies.models import Agency, User
from isotrack.journal.models import Entry, Notice
from isotrack.kit.clock import ZONE
from reports.actions import demonstration
from reports.actions.cycle import close_cycle
from reports.actions.demonstration import STARTS_AT, play, seed
from reports.actions.directive import open_duties
from reports.actions.review import extend
from reports.models import AnnualReport, DirectiveDuty, ReportCycle
from reports.models.reminder import step_in_words
from reports.unreached import unreached_in
from tests import make
from tests.make import at

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "season.txt"
EXTENDED, OPENED, CLOSED = at("2021-06-25 09:00"), at("2021-07-05 09:00"), at("2021-08-02 09:00")
FROM, UNTIL = STARTS_AT, at("2021-08-31 18:00")
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
            when = notice.sent_at or notice.planned_for
            if when <= FROM:
                continue
            said = f"{notice.get_state_display()}, {step_in_words(notice.step)}"
            to = f"{notice.recipient_label} <{notice.recipient}>"
            what = notice.subject if notice.state == "sent" else f"[{notice.reason}]"
            days[when.astimezone(ZONE)].append(f"→ {said}: {to}: {what}")
    return days


def in_words(unreached, days):
    """The ledger as it is read; first those that only a letter on paper reaches."""
    parts, last = ["Không nhắc bằng thư được, phải gửi văn bản giấy", *unreached], None
    for when in sorted(days):
        if when.date() != last:
            parts.append(f"\n== {when:%d/%m/%Y}")
            last = when.date()
        parts.append(f"{when:%H:%M}")
        parts += sorted(days[when])
    return "\n".join(parts).strip() + "\n"


@pytest.fixture
def cycle(now, settings, monkeypatch):
    """The demonstration without what the season does not touch: last year, plans, training."""
    now("2021-06-16 08:00")
    for left_out in ("seed_plans", "seed_declarations", "seed_training", "_play_2019"):
        monkeypatch.setattr(demonstration, left_out, lambda *_words, **_named: 0)
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    seed()
    return ReportCycle.objects.get(year=2020)


def test_the_ledger_of_the_season(cycle):
    clerk = User.objects.get(username="sokhcn")
    with translation.override("vi"):
        paper = [f"! {one.name}: {', '.join(one.reasons)}" for one in unreached_in(cycle, FROM)]
    play(since=FROM, until=EXTENDED)
    report = AnnualReport.objects.get(cycle=cycle, agency__code="AG-SNV")
    words = {"until": date(2021, 7, 20), "document": make.document(of=cycle.province), "reason": "Lũ"}
    extend(report, by=clerk, at=EXTENDED, **words)
    play(since=EXTENDED, until=OPENED)
    open_duties(cycle, by=clerk, at=OPENED)
    play(since=OPENED, until=CLOSED)
    close_cycle(cycle, by=clerk, at=CLOSED)
    play(since=CLOSED, until=UNTIL)
    text = in_words(paper, ledger())
    if os.environ.get("ISOTRACK_WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
    assert_nobody_was_forgotten(cycle)


def assert_nobody_was_forgotten(cycle):
    """What must hold of any season: each step once, everybody who was behind flagged and in one letter."""
    told = cycle.reports.overdue(OPENED) | cycle.reports.received_late(OPENED)
    listed = set(DirectiveDuty.objects.in_cycle(cycle).values_list("items__report", flat=True))
    assert set(told.filter(superior__isnull=False).values_list("pk", flat=True)) <= listed
    behind = cycle.reports.overdue(CLOSED) | cycle.reports.received_late(CLOSED)
    assert not behind.filter(flagged_missing_at__isnull=True, flagged_late_at__isnull=True).exists()
    assert not Notice.objects.owed(UNTIL + timedelta(days=1)).exists()
    assert Agency.objects.filter(directive_duties__flagged_overdue_at__isnull=False).exists()
