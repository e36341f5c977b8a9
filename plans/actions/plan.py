"""What happens to one plan: drafted, changed, submitted, returned, cleared, approved, started, closed.

Each verb locks the plan's row first, and every change of entries, steps and lines does the same, so that
nobody mends a plan while it is being approved. A supplement is a plan of its own: the plan that it extends
stays as it was approved.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import Agency, Document, User
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.states import WrongState, move
from isotrack.kit.words import say_date
from plans.judgement import Judgement, hold, judge
from plans.models import EntryStep, FundingLine, LineComment, PlanVersion, RolloutPlan
from plans.schedule import spread
from plans.versions import snapshot

State = RolloutPlan.State


class NotCleared(Exception):
    """The money of the plan breaks a ceiling or a balance; the message is every sentence of `judgement`."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(" ".join(judgement.sentences))
        self.judgement = judgement


@transaction.atomic
def draft(*, by: User | None, at: datetime, province: Agency, **values: Any) -> RolloutPlan:
    """Draft a plan, or a supplement when `values` name the plan it `extends`.

    Raises ValidationError when the code is taken, the days are in the wrong order, the extended plan is not
    approved, or the standard may no longer be applied.
    """
    plan = RolloutPlan(province=province, **values)
    _check(plan)
    _save(plan)
    _record("plan-drafted", plan, by=by, at=at)
    return plan


@transaction.atomic
def change(plan: RolloutPlan, *, by: User, at: datetime, **values: Any) -> RolloutPlan:
    """Change fields of a draft; steps still at their usual days move along with the plan's period.

    Raises WrongState when it is no longer the department's to write, ValidationError as `draft` does or when
    a step whose day was chosen by hand would lie outside the new period.
    """
    plan = locked(plan)
    must_be_editable(plan)
    before = (plan.starts_on, plan.ends_on)
    changes = {name: [_plain(getattr(plan, name)), _plain(new)] for name, new in values.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    for name, value in values.items():
        setattr(plan, name, value)
    _check(plan)
    _save(plan)
    if before != (plan.starts_on, plan.ends_on):
        _move_steps(plan, *before)
    if changes:
        _record("plan-changed", plan, by=by, at=at, changes=changes)
    return plan


@transaction.atomic
def submit(plan: RolloutPlan, *, by: User, at: datetime) -> PlanVersion:
    """Send the plan to the Department of Finance and keep what was sent (QĐ 19/2014 Đ12 k4).

    Raises WrongState when it is not a draft or returned any more, ValidationError when it names no agency.
    """
    plan = locked(plan)
    if not plan.entries.exists():
        raise ValidationError(_("Kế hoạch chưa có cơ quan nào. Thêm ít nhất một cơ quan rồi trình."))
    move(plan, State.FINANCE_REVIEW, submitted_at=at)
    version = PlanVersion.objects.create(
        plan=plan,
        number=plan.versions.count() + 1,
        submitted_at=at,
        submitted_by=by.get_full_name(),
        content=snapshot(plan),
    )
    _record("plan-submitted", plan, by=by, at=at, changes={"version": [None, version.number]})
    return version


@transaction.atomic
def return_for_correction(plan: RolloutPlan, *, by: User, at: datetime, reason: str = "") -> RolloutPlan:
    """Return a plan to the department; what to mend stands in the comments on its lines and in `reason`.

    A reason becomes a comment on the whole plan. Raises ValidationError when nothing says what to mend,
    WrongState when the plan is not in review any more.
    """
    plan = locked(plan)
    if reason:
        LineComment.objects.create(plan=plan, text=reason, written_at=at, written_by=by)
    if not plan.comments.unanswered().exists():
        raise ValidationError(_("Ghi ít nhất một góp ý để Sở Khoa học và Công nghệ biết cần sửa gì."))
    move(plan, State.RETURNED)
    _record("plan-returned", plan, by=by, at=at, reason=reason)
    return plan


@transaction.atomic
def clear(plan: RolloutPlan, *, by: User, at: datetime) -> RolloutPlan:
    """The Department of Finance agrees to the estimate of the plan.

    Raises NotCleared when an amount is over a ceiling or over what its source has left, ValidationError when
    a comment was not answered, WrongState when the plan is not in review any more.
    """
    plan = locked(plan)
    _must_be_answered(plan)
    hold(plan)
    _must_hold(plan, on=day_of(at))
    move(plan, State.CLEARED, cleared_at=at)
    _record("plan-cleared", plan, by=by, at=at)
    return plan


@transaction.atomic
def approve(
    plan: RolloutPlan,
    *,
    by: User | None,
    at: datetime,
    number: str,
    issued_on: date,
    abstract: str = "",
    file: Any = None,
) -> RolloutPlan:
    """Record the decision of the People's Committee: estimates become approved amounts.

    The rows of the sources are held while their balance is read, so that two approvals never spend the same
    money. Raises NotCleared when a ceiling or a balance would be broken, ValidationError for a decision of a
    day to come, WrongState when the plan is not cleared.
    """
    plan = locked(plan)
    if not number.strip():
        raise ValidationError({"number": _("Ghi số, ký hiệu của quyết định phê duyệt.")})
    if issued_on > day_of(at):
        raise ValidationError({"issued_on": _("Ngày quyết định không được sau hôm nay.")})
    hold(plan)
    lines = FundingLine.objects.filter(entry__plan=plan, approved__isnull=True)
    lines.update(approved=F("estimate"))
    _must_hold(plan, on=day_of(at))
    decision = _decision(plan, number=number.strip(), issued_on=issued_on, abstract=abstract)
    if file is not None:
        decision.file.save(file.name, file, save=True)
    move(plan, State.APPROVED, decision=decision, approved_at=at)
    _record("plan-approved", plan, by=by, at=at, changes={"decision": [None, str(decision)]})
    return plan


@transaction.atomic
def start(plan: RolloutPlan, *, by: User | None, at: datetime) -> RolloutPlan:
    """Begin to carry out an approved plan. Raises WrongState."""
    plan = locked(plan)
    move(plan, State.RUNNING)
    _record("plan-started", plan, by=by, at=at)
    return plan


@transaction.atomic
def close(plan: RolloutPlan, *, by: User | None, at: datetime, reason: str = "") -> RolloutPlan:
    """Close a running plan. Raises ValidationError when steps are open and no reason says why, WrongState."""
    plan = locked(plan)
    left = EntryStep.objects.filter(entry__plan=plan).open().count()
    if left and not reason.strip():
        raise ValidationError(
            ngettext(
                "Còn %(left)s bước chưa xong. Ghi lý do kết thúc kế hoạch.",
                "Còn %(left)s bước chưa xong. Ghi lý do kết thúc kế hoạch.",
                left,
            )
            % {"left": left}
        )
    move(plan, State.CLOSED, closed_at=at)
    _record("plan-closed", plan, by=by, at=at, reason=reason)
    return plan


def locked(plan: RolloutPlan) -> RolloutPlan:
    """The plan as it is now, held until the transaction ends."""
    rows = RolloutPlan.objects.select_related("province", "standard", "extends")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)


def must_be_editable(plan: RolloutPlan) -> None:
    """Raise WrongState for a plan that is no longer the department's to write."""
    if not plan.is_editable:
        raise WrongState(
            _("%(plan)s đang ở trạng thái “%(state)s”, không sửa được nữa. Những gì vừa nhập chưa được lưu.")
            % {"plan": plan.code, "state": plan.get_state_display()}
        )


def _must_hold(plan: RolloutPlan, *, on: date) -> None:
    judgement = judge(plan, on)
    if not judgement.is_clear:
        raise NotCleared(judgement)


def _must_be_answered(plan: RolloutPlan) -> None:
    open_ones = plan.comments.unanswered().count()
    if open_ones:
        raise ValidationError(
            ngettext(
                "Còn %(number)s góp ý chưa được trả lời.",
                "Còn %(number)s góp ý chưa được trả lời.",
                open_ones,
            )
            % {"number": open_ones}
        )


def _decision(plan: RolloutPlan, *, number: str, issued_on: date, abstract: str) -> Document:
    """The decision as it stands in the register, entered when it is not there yet."""
    kept, _created = Document.objects.get_or_create(
        number=number,
        issued_on=issued_on,
        issuer=plan.province.in_lists,
        defaults={
            "province": plan.province,
            "kind": Document.Kind.DECISION,
            "abstract": (abstract or _("Phê duyệt %(title)s") % {"title": plan.title})[:500],
        },
    )
    return kept


def _check(plan: RolloutPlan) -> None:
    base = plan.extends
    if base is not None and not base.is_approved:
        raise ValidationError({"extends": _("Chỉ bổ sung cho kế hoạch đã được phê duyệt.")})
    if base is not None and base.province_id != plan.province_id:
        raise ValidationError({"extends": _("Kế hoạch gốc không thuộc tỉnh này.")})
    if plan.ends_on < plan.starts_on:
        raise ValidationError({"ends_on": _("Ngày kết thúc không được trước ngày bắt đầu.")})
    until = plan.standard.apply_until
    if until is not None and until < plan.starts_on:
        raise ValidationError(
            {
                "standard": _("%(standard)s chỉ được áp dụng đến %(until)s. Chọn phiên bản còn hiệu lực.")
                % {"standard": plan.standard, "until": say_date(until)}
            }
        )


def _save(plan: RolloutPlan) -> None:
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError:
        raise ValidationError({"code": _("Mã này đã dùng cho một kế hoạch khác.")}, code="twice") from None


def _move_steps(plan: RolloutPlan, starts_on: date, ends_on: date) -> None:
    """Steps at their usual day of the old period go to that of the new one; others must still fit in."""
    steps = EntryStep.objects.filter(entry__plan=plan)
    old, new = spread(starts_on, ends_on), spread(plan.starts_on, plan.ends_on)
    for build_step, day in old.items():
        steps.filter(step=build_step, planned_on=day).update(planned_on=new[build_step])
    outside = steps.outside(plan.starts_on, plan.ends_on).select_related("entry__agency", "step").first()
    if outside is not None:
        raise ValidationError(
            {
                "starts_on": _(
                    "%(agency)s, bước “%(step)s” dự kiến xong %(day)s, nằm ngoài thời gian mới. "
                    "Sửa ngày của bước này trước."
                )
                % {
                    "agency": outside.entry.agency,
                    "step": outside.step.name,
                    "day": say_date(outside.planned_on),
                }
            }
        )


def _record(verb: str, plan: RolloutPlan, **details: Any) -> None:
    record(verb, ("plan", plan.pk, plan), province=plan.province_id, **details)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int)) else str(value)
