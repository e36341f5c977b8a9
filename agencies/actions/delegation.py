"""Letting a colleague act in one's place for a time; it ends by itself, or earlier by hand."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.actions.person import DAY, cut_delegation
from agencies.models import Post, User
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.words import say_date

LONGEST = 366  # days; whoever is away for longer hands the post over


@transaction.atomic
def delegate(post: Post, *, by: User, at: datetime, to: User, starts_on: date, ends_on: date) -> Post:
    """Let `to` stand for the holder of `post` from `starts_on` to `ends_on`, both included.

    Raises ValidationError, by field of the form, for a colleague who is not there all the time or has another
    role, for days behind, and where somebody else already stands in. Who writes a report never confirms it
    for the head.
    """
    _check_days(post, day_of(at), starts_on, ends_on)
    _check_colleague(post, to, starts_on, ends_on)
    delegation = Post.objects.create(
        user=to,
        agency=post.agency,
        title=post.title,
        is_head=post.is_head,
        is_responsible=False,
        starts_on=starts_on,
        ends_on=ends_on,
        acting_for=post,
    )
    if to.acting_until is None or to.acting_until < ends_on:
        to.acting_until = ends_on
        to.save(update_fields=["acting_until"])
    changes = {"starts_on": [None, str(starts_on)], "ends_on": [None, str(ends_on)]}
    _record("delegation-given", delegation, by=by, at=at, changes=changes)
    return delegation


@transaction.atomic
def end_delegation(delegation: Post, *, by: User, at: datetime) -> None:
    """End a delegation before its time: what has begun ends yesterday, what has not never begins."""
    changes = {"ends_on": [str(delegation.ends_on), str(day_of(at) - DAY)]}
    _record("delegation-ended", delegation, by=by, at=at, changes=changes)
    if delegation.starts_on >= day_of(at):
        cut_delegation(delegation, delegation.starts_on - DAY)
    else:
        cut_delegation(delegation, day_of(at) - DAY)


def _check_days(post: Post, today: date, starts_on: date, ends_on: date) -> None:
    if starts_on < today:
        raise ValidationError({"starts_on": _("Chỉ ủy quyền từ hôm nay trở đi.")})
    if ends_on < starts_on:
        raise ValidationError({"ends_on": _("Ngày kết thúc không được trước ngày bắt đầu.")})
    if (ends_on - starts_on).days >= LONGEST:
        raise ValidationError(
            {"ends_on": _("Ủy quyền nhiều nhất một năm; vắng lâu hơn thì bàn giao nhiệm vụ.")}
        )
    if starts_on < post.starts_on or (post.ends_on is not None and ends_on > post.ends_on):
        raise ValidationError({"ends_on": _("Chỉ ủy quyền trong thời gian giữ nhiệm vụ.")})
    other = post.delegations.overlapping(starts_on, ends_on).select_related("user").first()
    if other is not None and other.ends_on is not None:
        told = {"person": other.user, "date": say_date(other.ends_on)}
        raise ValidationError({"starts_on": _("%(person)s đã thay mặt đến hết ngày %(date)s.") % told})


def _check_colleague(post: Post, to: User, starts_on: date, ends_on: date) -> None:
    if to.pk == post.user_id or to.role != post.user.role or not to.is_active:
        raise ValidationError({"to": _("Chọn một đồng nghiệp cùng cơ quan, cùng vai trò.")})
    theirs = to.posts.own().filter(agency=post.agency)
    if not (theirs.on(starts_on).exists() and theirs.on(ends_on).exists()):
        raise ValidationError({"to": _("Người này không giữ nhiệm vụ ở cơ quan trong suốt thời gian đó.")})
    if post.is_head and theirs.responsible().overlapping(starts_on, ends_on).exists():
        raise ValidationError({"to": _("Người phụ trách lập báo cáo không xác nhận thay người đứng đầu.")})


def _record(verb: str, delegation: Post, **details: Any) -> None:
    assert delegation.acting_for is not None
    label = _("%(name)s thay mặt %(other)s") % {"name": delegation.user, "other": delegation.acting_for.user}
    about = ("user", delegation.user_id, label)
    record(verb, about, province=delegation.agency.province_id, **details)
