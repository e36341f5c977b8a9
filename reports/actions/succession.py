"""Carrying successions out: the registry changes, and every open duty ends somewhere.

The registry's part is `agencies.actions.succession.enter`; what the agencies left open is passed on, dropped
or listed for a decision here. Why no past rate changes is said in `reports.open_duties`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.actions.succession import ending, enter, in_order, pass_posts, write
from agencies.models import Agency, Succession, SuccessionDuty, User
from agencies.open_duties import Deed, OpenDuty
from isotrack.kit.clock import day_of
from isotrack.kit.states import WrongState
from plans.open_duties import scope_changed
from reports.models import ReminderRule
from reports.open_duties import BY_KIND, open_duties

Choice = SuccessionDuty.Choice


@dataclass(frozen=True)
class Decision:
    """What a person chose for one open duty; without `heir` it is the successor, where there is one.

    `heir_code` names a successor that the succession founds on its day.
    """

    choice: str
    heir: Agency | None = None
    reason: str = ""
    heir_code: str = ""


@transaction.atomic
def choose(succession: Succession, decisions: Mapping[str, Decision], *, at: datetime) -> None:
    """Keep what was chosen for the open duties of a planned succession, by their names ("report:17").

    Raises ValidationError for a duty that must not be dropped, WrongState when it is planned no more.
    """
    if not succession.is_planned:
        raise WrongState(_("Việc này không còn chờ thực hiện."))
    left = {duty.name: duty for duty in open_duties([one.pk for one in ending([succession])], at)}
    known = [(left[name], decision) for name, decision in decisions.items() if name in left]
    for duty, decision in known:
        _may(duty, decision, succession)
    SuccessionDuty.objects.bulk_create(
        SuccessionDuty(
            succession=succession,
            agency_id=duty.agency_pk,
            about_kind=duty.kind,
            about_key=str(duty.key),
            label=duty.label[:300],
            choice=decision.choice,
            heir=decision.heir,
            heir_code=decision.heir_code,
            reason=decision.reason,
        )
        for duty, decision in known
    )


@transaction.atomic
def carry_out(batch: Sequence[Succession], *, by: User | None, at: datetime) -> list[SuccessionDuty]:
    """Carry out planned successions of one day together; return what became of every open duty.

    Raises WrongState when one of them is planned no more or its day has not come, ValidationError when the
    registry refuses it; nothing is changed then.
    """
    batch = _locked(batch, day_of(at))
    left = defaultdict(list)
    for duty in open_duties([one.pk for one in ending(batch)], at):
        left[duty.agency_pk].append(duty)
    enter(batch, by=by, at=at)
    pass_posts(batch, by=by, at=at)
    settled = [duty for one in batch for duty in _settle(one, left, by=by, at=at)]
    for one in batch:
        _after(one, by=by, at=at)
        write("succession-done", one, by=by, at=at, reason=one.why)
    # Locked since they were read as planned: nobody moved them meanwhile.
    rows = Succession.objects.planned().filter(pk__in=[one.pk for one in batch])
    rows.update(state=Succession.State.DONE, done_at=at)
    return settled


def carry_out_due(*, as_of: datetime) -> int:
    """Carry out everything whose day has come, day by day; return how many. A second run finds nothing.

    Days on which nobody ran this are caught up in their order. What the registry refuses stays planned, for
    the department to see; it does not hold up the other days.
    """
    due = Succession.objects.due(day_of(as_of)).exclude(kind=Succession.Kind.UNKNOWN)
    done = 0
    for day in due.order_by("effective_on").values_list("effective_on", flat=True).distinct():
        batch = list(due.filter(effective_on=day))
        try:
            carry_out(batch, by=None, at=as_of)
        except (ValidationError, WrongState):
            done += sum(_alone(one, as_of) for one in batch)
        else:
            done += len(batch)
    return done


def _alone(succession: Succession, at: datetime) -> bool:
    """One of a day whose whole was refused: what can be done is done."""
    try:
        carry_out([succession], by=None, at=at)
    except (ValidationError, WrongState):
        return False
    return True


@transaction.atomic
def decide(duty: SuccessionDuty, decision: Decision, *, by: User | None, at: datetime) -> SuccessionDuty:
    """Decide on an open duty that waited for a person, for example of an agency that was split.

    Raises WrongState when it was decided or done meanwhile, ValidationError for what must not be dropped.
    """
    duty = SuccessionDuty.objects.select_for_update().get(pk=duty.pk)
    if not duty.is_undecided:
        raise WrongState(_("Việc này đã có quyết định."))
    found = [one for one in open_duties([duty.agency_id], at) if one.name == _name(duty)]
    if not found:
        raise WrongState(_("Việc này đã xong hoặc đã chuyển, không còn chờ quyết định."))
    _may(found[0], decision, duty.succession)
    if decision.choice == Choice.PASSED and decision.heir is None:
        raise ValidationError({"heir": _("Chọn cơ quan làm tiếp.")}, code="required")
    duty.choice, duty.heir, duty.reason = decision.choice, decision.heir, decision.reason
    _apply(duty, found[0], _deed(duty.succession, by, at))
    return duty


def _locked(batch: Sequence[Succession], today: date) -> list[Succession]:
    keys = [one.pk for one in batch]
    rows = Succession.objects.planned().filter(pk__in=keys).select_for_update(of=("self",))
    found = list(rows.select_related("document").prefetch_related("links__predecessor", "duties"))
    if len(found) < len(keys):
        raise WrongState(_("Việc này không còn chờ thực hiện."))
    if any(one.effective_on is None or one.effective_on > today for one in found):
        raise WrongState(_("Chưa đến ngày hiệu lực."))
    return in_order(found)


def _settle(
    succession: Succession, left: Mapping[int, list[OpenDuty]], *, by: User | None, at: datetime
) -> list[SuccessionDuty]:
    """Give every open duty of its predecessors an end, or put it down for a decision."""
    chosen = {_name(one): one for one in succession.duties.all()}
    heirs = Agency.objects.select_related("heir__covered_by").in_bulk(one.pk for one in ending([succession]))
    founded = {link.successor_code: link.successor for link in succession.all_links if link.successor}
    deed = _deed(succession, by, at)
    rows = []
    for agency in heirs.values():
        for duty in left.get(agency.pk, ()):
            row = chosen.pop(duty.name, None) or _row(succession, duty)
            row.heir = row.heir or founded.get(row.heir_code)
            _end(row, duty, agency.heir, deed)
            rows.append(row)
    for done in chosen.values():  # no longer open: the predecessor was quick enough
        done.choice, done.settled_at = Choice.BEFORE, at
        done.save(update_fields=["choice", "settled_at"])
    return rows


def _row(succession: Succession, duty: OpenDuty) -> SuccessionDuty:
    return SuccessionDuty(
        succession=succession,
        agency_id=duty.agency_pk,
        about_kind=duty.kind,
        about_key=str(duty.key),
        label=duty.label[:300],
        choice=Choice.PASSED,
    )


def _end(row: SuccessionDuty, duty: OpenDuty, heir: Agency | None, deed: Deed) -> None:
    """As chosen; what cannot be done any more goes to the heir, and without one it waits for a person."""
    if row.choice == Choice.BEFORE or (row.choice == Choice.CANCELLED and duty.undroppable):
        # It was to be done by now and is not, or has become due meanwhile.
        row.choice, row.reason = Choice.PASSED, ""
    if row.choice == Choice.PASSED:
        row.heir = row.heir or heir
        row.choice = Choice.PASSED if row.heir else Choice.UNDECIDED
    _apply(row, duty, deed)


def _apply(row: SuccessionDuty, duty: OpenDuty, deed: Deed) -> None:
    source = BY_KIND[duty.kind]
    if row.choice == Choice.PASSED and row.heir is not None:
        row.heir = source.pass_on(duty, row.heir, deed)
    elif row.choice == Choice.CANCELLED:
        source.drop(duty, row.reason, deed)
    row.settled_at = None if row.is_undecided else deed.at
    row.save()


def _may(duty: OpenDuty, decision: Decision, succession: Succession) -> None:
    if decision.choice != Choice.CANCELLED:
        return
    words = {"duty": duty.label, "why": duty.undroppable}
    if duty.undroppable:
        raise ValidationError({duty.name: _("%(duty)s không bỏ được: %(why)s.") % words}, code="undroppable")
    if not decision.reason:
        raise ValidationError({duty.name: _("%(duty)s: ghi lý do thôi không làm.") % words}, code="required")
    if succession.document is None and duty.kind == "report":
        said = _("%(duty)s: miễn báo cáo phải có văn bản trong sổ; ghi văn bản của việc sắp xếp trước.")
        raise ValidationError({duty.name: said % words}, code="no-document")


def _after(succession: Succession, *, by: User | None, at: datetime) -> None:
    """What follows for successors: declared systems change their scope, a new province reminds as the old."""
    day = succession.effective_on
    assert day is not None
    for successor in {link.successor for link in succession.all_links if link.successor}:
        if successor.valid_from < day and not succession.keeps_entity:
            scope_changed(successor, on=day, document=succession.document, by=by, at=at)
        if successor.is_province and successor.keeps:
            _copy_rules(successor)


def _copy_rules(province: Agency) -> None:
    if ReminderRule.objects.filter(province=province).exists():
        return
    for rule in ReminderRule.objects.filter(province__in=province.keeps).order_by("pk"):
        rule.pk, rule.province = None, province
        rule._state.adding = True
        rule.save()


def _deed(succession: Succession, by: User | None, at: datetime) -> Deed:
    return Deed(by, at, succession.document, succession.why)


def _name(row: SuccessionDuty) -> str:
    return f"{row.about_kind}:{row.about_key}"
