"""The reform of 2025 on the registry of An Giang: what it ends with, and that no past figure moved."""

from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.db.models import F

from agencies.actions.registry import DATA, load_registry
from agencies.models import Agency, Post, Role, Succession, SuccessionDuty
from agencies.models.agency import Level
from isotrack.journal.models import Entry
from reports.actions.cycle import open_cycle
from reports.actions.directive import open_duties
from reports.actions.reform import apply_reform
from reports.actions.snapshot import freeze
from reports.management.commands._cycle import the_cycle, the_province
from reports.models import AnnualReport, DirectiveDuty, ReportCycle, Snapshot
from reports.rates import rates, rates_of_by
from tests import make

pytestmark = pytest.mark.django_db

FILE = DATA / "successions_2025.csv"
REFORM = date(2025, 7, 1)
AFTER = make.at("2025-07-02 08:00")
YEARS = range(2019, 2025)
DAY = timedelta(days=1)


def world():
    """The registry of 2020 with its cycles: four of five reports sent, one of them late, the fifth owed."""
    load_registry(DATA / "agencies_2020.csv", at=make.NOW)
    province = Agency.objects.get(code="89")
    make.reference()
    for year in YEARS:
        on = date(2020, 1, 1) if year == 2019 else None
        cycle, _created = open_cycle(year, province=province, by=None, at=make.NOW, expected_on=on)
        keys = list(cycle.reports.order_by("agency__code").values_list("pk", flat=True))
        for lot, offset in ((1, 3 * DAY), (2, -9 * DAY), (3, -20 * DAY), (4, -60 * DAY)):
            sent = F("cutoff") + offset
            cycle.reports.filter(pk__in=keys[lot::5]).update(
                state="submitted", first_submitted_at=sent, submitted_at=sent
            )
    return province


def figures():
    """Every rate of every year at instants before, at and after its deadline, whole and by its columns."""
    told = {}
    for cycle in ReportCycle.objects.order_by("year"):
        for as_of in (cycle.cutoff - 30 * DAY, cycle.cutoff, AFTER):
            whole = rates(cycle, as_of)
            told[cycle.year, as_of] = (asdict(whole), whole.rate, whole.rate_on_time)
            for column in ("group", "superior_id", "agency_name"):
                parts = rates_of_by(cycle.reports.all(), column, as_of=as_of)
                told[cycle.year, as_of, column] = {key: asdict(part) for key, part in parts.items()}
    return told


def apply(province, *, keep=True, at=AFTER):
    return apply_reform(FILE, province=province, at=at, keep=keep)


def test_the_reform_ends_with_the_registry_of_2025_and_no_past_figure_moved():
    province = world()
    officer = make.officer(Agency.objects.get(code="30355"))  # Phú Hội, which is split
    clerk = make.user(Role.STAFF, Agency.objects.get(code="AG-SKHCN"))
    last = ReportCycle.objects.get(year=2024)
    open_duties(last, by=None, at=make.at("2025-06-30 09:00"), due_on=date(2025, 7, 14))
    frozen, _new = freeze(last, Snapshot.Kind.COMMITTEE, by=None, at=AFTER, as_of=last.cutoff)
    before, kept = figures(), (frozen.figures, frozen.rows, frozen.digest)

    applied = apply(province)
    assert [one.message for one in applied.messages if one.level == "error"] == []
    assert (applied.rows, applied.counts["refused"], applied.counts["skipped"]) == (358, 0, 10)
    assert sum(applied.counts.values()) == 358

    # The registry of 2025.
    there = Agency.objects.valid_on(REFORM)
    assert there.filter(level=Level.COMMUNE).count() == 102
    assert not there.filter(level=Level.DISTRICT).exists()
    new = Agency.objects.get(code="91")
    assert there.filter(province=new).count() == 120 + 10
    assert there.filter(superior__valid_to__lt=REFORM).count() == 0
    assert Agency.objects.valid_on(date(2020, 12, 31)).count() == 203
    assert new.covered_by.code == "AG25-VPUBND"
    unchanged = Agency.objects.get(code="30313")
    assert (unchanged.superior, unchanged.province, unchanged.valid_from) == (new, new, date(2020, 1, 1))

    # Not one figure of any year moved, to the last digit, nor what was frozen.
    assert figures() == before
    frozen.refresh_from_db()
    assert (frozen.figures, frozen.rows, frozen.digest) == kept

    # Every open duty is somewhere: with somebody who lives, or listed for a decision.
    ended = Agency.objects.filter(valid_to__lt=REFORM)
    owed = AnnualReport.objects.filter(agency__in=ended, cycle__locks_at__gt=AFTER).exclude(state="accepted")
    asked = {
        int(key)
        for key in SuccessionDuty.objects.undecided()
        .filter(about_kind="report")
        .values_list("about_key", flat=True)
    }
    lost = [one for one in owed.filter(passed_to__isnull=True) if one.pk not in asked]
    assert owed.count() > 150 and lost == []
    assert not owed.filter(passed_to__valid_to__isnull=False).exists()
    assert {one.agency.code for one in SuccessionDuty.objects.undecided()} <= {
        "30355",
        "30358",
        "30334",
        "AG-SVHTTDL",
    }
    letters = DirectiveDuty.objects.open().filter(superior__in=ended)
    assert letters.exists() and not letters.filter(passed_to__isnull=True).exists()
    assert {m.code for m in applied.messages} >= {
        "unknown-fate",
        "undecided",
        "no-document",
        "outside",
        "renamed",
    }
    assert Succession.objects.undecided().count() == 10

    # People: the department's clerk works on in the department of today and reads the years before.
    assert clerk.posts.get(ends_on__isnull=True).agency.code == "AG25-SKHCN"
    assert officer.posts.get().ends_on == date(2025, 6, 30)
    clerk.post = Post.objects.select_related("agency__province").get(user=clerk, ends_on__isnull=True)
    assert ReportCycle.objects.visible_to(clerk).count() == len(YEARS)
    assert AnnualReport.objects.visible_to(clerk).count() == AnnualReport.objects.count()

    # A second run changes nothing.
    entries = Entry.objects.count()
    again = apply(province)
    assert (again.counts["unchanged"], again.counts["skipped"]) == (348, 10)
    assert Entry.objects.count() == entries

    # The next year is the new province's: the agencies of 31/12/2025.
    cycle, created = open_cycle(2025, province=new, by=None, at=make.at("2026-01-04 08:00"))
    assert created == 119 + 10
    # A past year opened late finds the agencies of its day, whoever moved since.
    assert open_cycle(2024, province=new, by=None, at=AFTER) == (last, 0)
    assert (the_province(None), the_cycle(2020, new).province) == (new, province)
    # Also one that nobody had opened before.
    ReportCycle.objects.filter(year=2022).delete()
    late, created = open_cycle(2022, province=new, by=None, at=AFTER)
    assert (late.province, created) == (province, 197)
    told = AnnualReport.objects.filter(cycle=late, agency__heir__isnull=False, passed_to__isnull=True)
    assert not told.exists()
