"""The life of a report as a machine: whatever people do in whatever order, what must hold holds.

Hypothesis draws the acts; after each the row is compared with a reckoning of its own, made from nothing but
the sendings that were seen, the extension, the exemption and the switches.
"""

import io
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from agencies.models import Document, User
from isotrack.journal.models import Entry
from isotrack.kit.clock import ZONE
from isotrack.kit.states import WrongState
from reports.actions import report as agency_acts
from reports.actions import review as acts
from reports.actions.cycle import turn_switches
from reports.actions.overdue import flag_overdue
from reports.models import AnnualReport, Punctuality
from tests import make
from tests.reports.filled import answers

pytestmark = pytest.mark.django_db
State = AnnualReport.State
DAY = timedelta(days=1)
COMPLETE = answers("C02")
REFUSALS = (WrongState, agency_acts.NotReady, ValidationError)
SENT_FACTS = (
    "number",
    "code",
    "sent_at",
    "answers",
    "notes",
    "is_nil",
    "is_paper",
    "entered_at",
    "check_code",
)
FOR_GOOD = ("withdrawn_at", "withdrawal_reason")
FEW_DAYS = st.integers(0, 30)


@dataclass(frozen=True)
class People:
    """Who acts on the one report."""

    report: int
    lan: User
    head: User
    binh: User
    letter: Document


class ReportLife(RuleBasedStateMachine):
    """One report from the opening of its cycle, in a savepoint that the end of each story gives up."""

    people: People

    def __init__(self) -> None:
        super().__init__()
        self.story = transaction.savepoint()
        self.now = make.at("2021-06-01 08:00")
        self.sent: dict[int, dict[str, Any]] = {}
        self.extended_to: date | None = None
        self.is_exempt = False
        self.day_counts = False

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.story)

    @property
    def report(self) -> AnnualReport:
        return AnnualReport.objects.select_related("cycle", "agency").get(pk=self.people.report)

    def act(
        self, action: Any, *, by: User | None = None, entries: tuple[int, ...] = (1,), **told: Any
    ) -> bool:
        """Do it a minute later; refused it leaves no trace, done it leaves so many journal entries."""
        self.now += timedelta(minutes=1)
        before, seen = self.everything(), Entry.objects.count()
        try:
            with transaction.atomic():
                action(self.report, by=by or self.people.lan, at=self.now, **told)
        except REFUSALS:
            assert self.everything() == before
            assert Entry.objects.count() == seen
            return False
        assert Entry.objects.count() - seen in entries
        return True

    def everything(self) -> list[dict[str, Any]]:
        rows = AnnualReport.objects.filter(pk=self.people.report).values()
        return [*rows, *self.report.submissions.values(), *self.report.comments.values()]

    @rule(days=FEW_DAYS)
    def time_goes_on(self, days: int) -> None:
        self.now += days * DAY

    @rule(staff=st.integers(30, 60))
    def officer_types(self, staff: int) -> None:
        typed = {"staff_total": staff, "staff_in_scope": 20}
        self.act(agency_acts.save_answers, answers=typed, seen=dict(self.report.answers), entries=(0, 1))

    @rule()
    def officer_completes(self) -> None:
        filled = deepcopy(COMPLETE)
        self.act(agency_acts.save_answers, answers=filled, seen=dict(self.report.answers), entries=(0, 1))

    @rule()
    def officer_sends(self) -> None:
        self.act(agency_acts.submit)

    @rule()
    def officer_declares_nil(self) -> None:
        self.act(agency_acts.declare_nil, reason="Không có")

    @rule()
    def officer_withdraws(self) -> None:
        self.act(agency_acts.withdraw, reason="Nhầm")

    @rule(number=st.integers(1, 3))
    def officer_numbers(self, number: int) -> None:
        told = {"symbol": "BC-UBND", "dated": date(2021, 6, 1), "signer": "A", "position": "Chủ tịch"}
        self.act(agency_acts.number_letter, number=number, entries=(0, 1), **told)

    @rule()
    def head_confirms(self) -> None:
        self.act(agency_acts.confirm, by=self.people.head)

    @rule()
    def head_sends_back(self) -> None:
        self.act(agency_acts.send_back, by=self.people.head, reason="Sửa")

    @rule()
    def department_types_in(self) -> None:
        by, seen = self.people.binh, dict(self.report.answers)
        if self.report.paper_received_on is not None:
            told = {"answers": deepcopy(COMPLETE), "seen": seen, "entries": (0, 1)}
            self.act(agency_acts.save_answers, by=by, **told)
            self.act(agency_acts.submit, by=by)

    @rule()
    def department_accepts(self) -> None:
        self.act(acts.accept, by=self.people.binh)

    @rule(days=FEW_DAYS)
    def department_returns(self, days: int) -> None:
        by = self.people.binh
        self.act(acts.return_for_correction, by=by, comment="Sửa", correct_by=self.now.date() + days * DAY)

    @rule()
    def department_comments(self) -> None:
        self.act(acts.comment, by=self.people.binh, question="staff_total", text="Xem lại")

    @rule()
    def department_withdraws_for_the_agency(self) -> None:
        told = {"reason": "Theo đề nghị", "document": self.people.letter}
        self.act(agency_acts.withdraw, by=self.people.binh, **told)

    @rule(days=FEW_DAYS)
    def department_extends(self, days: int) -> None:
        until = date(2021, 7, 1) + days * DAY
        told = {"until": until, "document": self.people.letter, "reason": "Ngập"}
        if self.act(acts.extend, by=self.people.binh, **told):
            self.extended_to = until

    @rule()
    def department_exempts(self) -> None:
        told = {"document": self.people.letter, "reason": "Giải thể"}
        self.is_exempt = self.act(acts.exempt, by=self.people.binh, **told) or self.is_exempt

    @rule(days=FEW_DAYS)
    def department_reopens(self, days: int) -> None:
        until = self.now.date() + days * DAY
        told = {"until": until, "document": self.people.letter, "reason": "Bổ sung"}
        self.act(acts.reopen, by=self.people.binh, **told)

    @rule(days=FEW_DAYS)
    def department_takes_paper(self, days: int) -> None:
        day = max(self.now.date() - days * DAY, date(2021, 1, 10))
        file = {"content": io.BytesIO(b"%PDF-1.7"), "name": "quet.pdf", "size": 8, "sha256": "0" * 64}
        self.act(acts.take_paper, by=self.people.binh, received_on=day, entries=(2,), **file)

    @rule()
    def department_drops_paper(self) -> None:
        self.act(acts.drop_paper, by=self.people.binh, reason="Nhầm cơ quan")

    @rule(name=st.sampled_from(["day_itself_counts", "head_confirms", "scan_required"]), on=st.booleans())
    def department_switches(self, name: str, on: bool) -> None:
        told = {name: on}
        turn_switches(self.report.cycle, by=self.people.binh, at=self.now, reason="Thử", **told)
        self.day_counts = on if name == "day_itself_counts" else self.day_counts

    @rule()
    def system_flags(self) -> None:
        flag_overdue(as_of=self.now)

    # What must hold

    def valid(self) -> list[Any]:
        return [one for one in self.report.submissions.all() if one.withdrawn_at is None]

    def reckoned(self) -> Punctuality:
        """Product.md in other words: by the first sending that was not withdrawn."""
        if self.is_exempt:
            return Punctuality.EXEMPT
        usual = date(2021, 6, 30) if self.day_counts else date(2021, 6, 29)
        cutoff = datetime.combine((self.extended_to or usual) + DAY, time.min, ZONE)
        arrived = [one.sent_at for one in self.valid()]
        if arrived:
            return Punctuality.ON_TIME if min(arrived) < cutoff else Punctuality.LATE
        return Punctuality.MISSING if self.now >= cutoff else Punctuality.NOT_DUE

    @invariant()
    def punctuality_is_as_reckoned(self) -> None:
        reckoned = self.reckoned()
        assert self.report.punctuality_at(self.now) == reckoned
        assert AnnualReport.objects.being_punctual(reckoned, self.now).filter(pk=self.people.report).exists()

    @invariant()
    def the_first_sending_is_the_earliest_that_counts(self) -> None:
        arrived = [one.sent_at for one in self.valid()]
        assert self.report.first_submitted_at == min(arrived, default=None)
        assert (self.report.submitted_at is None) == (not arrived)

    @invariant()
    def what_was_sent_never_changes_but_can_be_withdrawn_once(self) -> None:
        for row in self.report.submissions.values("pk", *SENT_FACTS, *FOR_GOOD):
            known = self.sent.setdefault(row["pk"], row)
            assert {name: row[name] for name in SENT_FACTS} == {name: known[name] for name in SENT_FACTS}
            if known["withdrawn_at"] is not None:
                assert row == known
            self.sent[row["pk"]] = row
        assert len(self.sent) == self.report.submissions.count()

    @invariant()
    def the_state_agrees_with_what_stands(self) -> None:
        report, valid = self.report, self.valid()
        if report.state in (State.SUBMITTED, State.ACCEPTED, State.RETURNED):
            assert valid
        if report.state == State.NOT_STARTED:
            assert not report.submissions.exists()
        assert not (report.exempted_at and valid)
        assert (report.state == State.ACCEPTED) == (report.accepted_at is not None)

    @invariant()
    def only_answers_that_stand_are_counted(self) -> None:
        valid = self.valid()
        if not valid or valid[-1].is_nil:
            assert self.report.figures == {}
        else:
            assert self.report.figures["staff_total"] == valid[-1].answers["staff_total"]

    @invariant()
    def a_flag_never_contradicts_the_sending(self) -> None:
        report = self.report
        if self.reckoned() == Punctuality.ON_TIME:
            assert (report.flagged_late_at, report.flagged_missing_at) == (None, None)


def test_whatever_people_do_what_must_hold_holds():
    lan = make.officer(make.agency(code="30340"))
    head = make.officer(lan.agency, full_name="Trần Văn Thọ")
    report = make.report(lan.agency)
    ReportLife.people = People(report.pk, lan, head, make.staff(), make.document())
    story = settings(
        max_examples=10,
        stateful_step_count=30,
        deadline=None,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(ReportLife, settings=story)
