"""Everything an agency may leave open when it ends, across the apps.

**Why no past rate changes.** A report row is the obligation of one agency in one cycle. It keeps its agency,
name, group, superior and cut-off for good; a succession neither moves, adds nor removes one. What is still
owed goes on being owed, in the predecessor's name, and is `passed_to` the heir, whose officers write and send
it: the row then counts as on time or late exactly as it would have. Only what is not yet due may be dropped,
as an exemption by the document of the succession: an exemption stays in what is expected, and of a deadline
that has passed nothing may be changed any more. So every figure of every instant before the succession is,
to the last digit, what it was.

A duty to write to subordinates is passed on in the same way; so are the steps of a plan (`plans`). Another
app adds its source to SOURCES.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Agency
from agencies.open_duties import Deed, OpenDuty, Source, tell
from isotrack.kit.words import say_time
from plans.open_duties import ENTRIES
from reports.models import AnnualReport, DirectiveDuty

State = AnnualReport.State


def open_reports(agencies: Sequence[int], at: datetime) -> Iterator[OpenDuty]:
    """Reports not accepted and not exempt, of cycles that are not locked at `at` or reopened. One query.

    What is sent but not decided on is among them: should it come back, somebody has to correct it.
    """
    owed = Q(agency__in=agencies, passed_to__isnull=True) | Q(passed_to__in=agencies)
    unlocked = Q(cycle__locks_at__gt=at) | Q(reopened_until__isnull=False)
    rows = AnnualReport.objects.filter(owed, unlocked, exempted_at__isnull=True)
    rows = rows.exclude(state=State.ACCEPTED).select_related("cycle")
    for report in rows.order_by("cycle__year", "agency_name", "pk"):
        yield OpenDuty(
            kind="report",
            key=report.pk,
            agency_pk=report.passed_to_id or report.agency_id,
            label=str(report),
            state=report.get_state_display(),
            province=report.cycle.province_id,
            undroppable=_why_it_stays(report, at),
        )


def _why_it_stays(report: AnnualReport, at: datetime) -> str:
    if report.first_submitted_at is not None or report.state == State.PENDING:
        return _("đã gửi: tỷ lệ đã tính")
    if report.cutoff <= at:
        return _("đã quá hạn từ %(moment)s: tỷ lệ đã tính") % {"moment": say_time(report.cutoff)}
    return ""


def _pass_report(duty: OpenDuty, heir: Agency, deed: Deed) -> Agency:
    """To the heir; where that is a People's Committee that reports through its Office, to the Office."""
    writer = heir.covered_by or heir
    AnnualReport.objects.filter(pk=duty.key).update(passed_to=writer)
    tell("report-passed-on", duty, deed, passed_to=[None, str(writer)])
    return writer


def _drop_report(duty: OpenDuty, reason: str, deed: Deed) -> None:
    """An exemption, by the document of the succession: it stays in what is expected."""
    AnnualReport.objects.filter(pk=duty.key).update(exempted_at=deed.at, exemption_document=deed.document)
    tell("report-exempted", duty, deed, reason=reason, document=[None, str(deed.document)])


def open_letters(agencies: Sequence[int], at: datetime) -> Iterator[OpenDuty]:
    """Letters superiors still have to write. One query."""
    rows = DirectiveDuty.objects.open().filter(
        Q(superior__in=agencies, passed_to__isnull=True) | Q(passed_to__in=agencies)
    )
    for letter in rows.select_related("superior", "cycle").order_by("pk"):
        yield OpenDuty(
            kind="duty",
            key=letter.pk,
            agency_pk=letter.passed_to_id or letter.superior_id,
            label=str(letter),
            state=letter.get_state_display(),
            province=letter.cycle.province_id,
        )


def _pass_letter(duty: OpenDuty, heir: Agency, deed: Deed) -> Agency:
    """The heir writes; the letter still names the agencies of the old superior."""
    DirectiveDuty.objects.filter(pk=duty.key).update(passed_to=heir)
    tell("duty-passed-on", duty, deed, passed_to=[None, str(heir)])
    return heir


def _drop_letter(duty: OpenDuty, reason: str, deed: Deed) -> None:
    """Taken back by the department, with the reason."""
    DirectiveDuty.objects.filter(pk=duty.key).update(
        state=DirectiveDuty.State.CANCELLED, cancel_reason=reason
    )
    tell("duty-cancelled", duty, deed, reason=reason)


SOURCES = (
    Source("report", gettext_lazy("Báo cáo năm"), open_reports, _pass_report, _drop_report),
    Source("duty", gettext_lazy("Văn bản nhắc nhở"), open_letters, _pass_letter, _drop_letter),
    ENTRIES,
)
BY_KIND = {source.kind: source for source in SOURCES}


def open_duties(agencies: Sequence[int], at: datetime) -> list[OpenDuty]:
    """What these agencies have not done at `at`; one query for each source, whatever their number."""
    return list(chain.from_iterable(source.find(agencies, at) for source in SOURCES))
