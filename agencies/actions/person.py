"""Accounts and posts: opened, changed, begun, ended, handed over.

A post that has ended is settled once: its holder's sessions end, the secret address of their calendar dies,
and what was theirs alone is passed on (settings.HANDOVER names who knows of it). That happens at once where
the last day lies behind, else by the scheduler on the day after it.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from agencies.actions.calendar import revoke_calendar
from agencies.models import Agency, Post, Role, SignIn, User
from isotrack.journal.announce import announce
from isotrack.journal.record import record
from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.words import say_date

DAY = timedelta(days=1)
MORNING = time(7)  # when a newcomer is told what waits


@transaction.atomic
def open_account(
    *,
    by: User | None,
    at: datetime,
    username: str,
    full_name: str,
    email: str,
    role: str,
    agency: Agency,
    title: str = "",
    starts_on: date,
    is_head: bool = False,
    follows: Post | None = None,
    password_hash: str = "",
) -> User:
    """Open an account with its first post. Without `password_hash` the person sets a password by mail.

    The head of an agency confirms its report and is not the one who answers for writing it. An officer is
    responsible where nobody else is.
    """
    user = User.objects.create_user(username, full_name=full_name, email=email, role=role, date_joined=at)
    if password_hash:
        user.password = password_hash
        user.save(update_fields=["password"])
    _give(user, agency, title=title, starts_on=starts_on, is_head=is_head, follows=follows)
    _record("account-opened", user, agency, by=by, at=at, changes={"role": [None, role]})
    return user


@transaction.atomic
def change_account(user: User, *, by: User | None, at: datetime, reason: str = "", **values: Any) -> User:
    """Change name, e-mail, role or whether the account is in use; ends nothing, moves nothing.

    Who is locked is out at once, and opening the account again revives no old session. Only an officer is
    responsible: a new role takes that away.
    """
    changes = {name: [getattr(user, name), new] for name, new in values.items() if getattr(user, name) != new}
    for name, value in values.items():
        setattr(user, name, value)
    if "is_active" in changes:
        user.reopened_at = at if user.is_active else user.reopened_at
        end_sessions(user, at=at)
    user.save(update_fields=[*values, "reopened_at"])
    # The sign-in library remembers mailboxes that have opened the account: only the present one may again.
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    if "role" in changes and user.role != Role.OFFICER:
        for post in user.posts.responsible().overlapping(day_of(at), None):
            _split(post, day_of(at), is_responsible=False)
    if changes:
        agency = user.agency or (by.agency if by else None)
        _record("account-changed", user, agency, by=by, at=at, changes=changes, reason=reason)
    return user


def read_in(user: User, language: str) -> None:
    """Write to this person in that language from now on; a matter of taste that no journal keeps."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])


def end_sessions(user: User, *, at: datetime, but: int = 0) -> None:
    """Sign a person out everywhere: what is open now meets the login page at its next request.

    `but` names the sign-in whose session the caller lets go on (see agencies.actions.sign_in).
    """
    SignIn.objects.open().filter(user=user).exclude(pk=but).update(ended_at=at, ended=SignIn.Ended.TAKEN)
    User.objects.get_queryset().filter(pk=user.pk).update(session_round=F("session_round") + 1)


@transaction.atomic
def change_title(post: Post, *, by: User | None, at: datetime, title: str) -> Post:
    """Write what the holder of a post is called now; the post itself goes on."""
    before, post.title = post.title, title
    post.save(update_fields=["title"])
    changes = {"title": [before, title]}
    _record("post-changed", post.user, post.agency, by=by, at=at, changes=changes)
    return post


@transaction.atomic
def end_post(post: Post, *, by: User | None, at: datetime, last_day: date) -> Post:
    """End a post on `last_day`; what its holder may see and write ends with it, delegations too."""
    _close(post, by=by, at=at, last_day=last_day)
    settle(post, by=by, at=at)
    return post


def _close(post: Post, *, by: User | None, at: datetime, last_day: date) -> None:
    """End a post, to be settled once it is known who follows and where its holder goes."""
    before, post.ends_on = post.ends_on, last_day
    post.full_clean(validate_unique=False)
    post.save(update_fields=["ends_on"])
    changes = {"ends_on": [before and str(before), str(last_day)]}
    _record("post-ended", post.user, post.agency, by=by, at=at, changes=changes)
    theirs = post.user.posts.delegated().filter(agency=post.agency)
    for delegation in [*post.delegations.after_day(last_day), *theirs.after_day(last_day)]:
        cut_delegation(delegation, last_day)


def cut_delegation(delegation: Post, last_day: date) -> None:
    """Let a delegation end on `last_day`; one that has not begun by then never begins."""
    if delegation.starts_on > last_day:
        delegation.delete()
    else:
        delegation.ends_on = last_day
        delegation.save(update_fields=["ends_on"])
    latest = delegation.user.posts.delegated().order_by("-ends_on").first()
    User.objects.get_queryset().filter(pk=delegation.user_id).update(
        acting_until=latest.ends_on if latest else None
    )


@transaction.atomic
def begin_post(
    user: User,
    *,
    by: User | None,
    at: datetime,
    agency: Agency,
    title: str,
    starts_on: date,
    is_head: bool = False,
    takes_over: bool = False,
    follows: Post | None = None,
) -> Post:
    """Give a person a post from `starts_on`; their earlier open posts end the day before.

    With `takes_over` the person becomes the responsible one, and whoever was helps from that day on; without
    it only where nobody is. Raises ValidationError where somebody else becomes responsible later on.
    """
    left = list(user.posts.own().without_end().select_related("agency", "user"))
    for post in left:
        _close(post, by=by, at=at, last_day=starts_on - DAY)
    post = _give(
        user,
        agency,
        title=title,
        starts_on=starts_on,
        is_head=is_head,
        takes_over=takes_over,
        follows=follows,
    )
    changes: dict[str, list[Any]] = {"agency": [None, str(agency)]}
    changes |= {name: [False, True] for name in ("is_head", "is_responsible") if getattr(post, name)}
    _record("post-begun", user, agency, by=by, at=at, changes=changes)
    for one in left:
        settle(one, by=by, at=at)
    tell_newcomer(post, at=at)
    return post


@transaction.atomic
def hand_over(
    post: Post,
    *,
    by: User | None,
    at: datetime,
    last_day: date,
    successor: User | None = None,
    title: str = "",
) -> Post | None:
    """End a post on `last_day` and let `successor` begin it the day after; return the successor's post.

    The open draft stays with the agency, so whoever holds the post next goes on writing it; whoever follows
    the head is the head, whoever follows the responsible one is responsible. Somebody who already holds such
    a post of this agency needs no second one.
    """
    _close(post, by=by, at=at, last_day=last_day)
    begun = None if successor is None else _succeed(post, successor, title, by=by, at=at)
    settle(post, by=by, at=at)
    return begun


def _succeed(post: Post, successor: User, title: str, *, by: User | None, at: datetime) -> Post:
    """Let `successor` stand where `post`, which has its last day, stood."""
    assert post.ends_on is not None
    first_day = post.ends_on + DAY
    held = successor.posts.own().without_end().filter(agency=post.agency, is_head=post.is_head).first()
    if held is not None:
        return _raise_up(held, post, first_day, at=at)
    return begin_post(
        successor,
        by=by,
        at=at,
        agency=post.agency,
        title=title,
        starts_on=first_day,
        is_head=post.is_head,
        takes_over=post.is_responsible,
        follows=post,
    )


def settle(post: Post, *, by: User | None, at: datetime) -> bool:
    """Carry out the end of a post that lies behind; once. Returns whether there was something to do."""
    ended = Post.objects.unsettled(day_of(at)).filter(pk=post.pk)
    if not ended.update(settled_at=at):
        return False
    today = post.user.posts.on(day_of(at))
    if post.acting_for_id or today.own().filter(agency=post.agency_id).exists():
        return True
    end_sessions(post.user, at=at)
    if not today.exists():
        revoke_calendar(post.user, by=by, at=at)
    pass_on: Callable[..., None] = import_string(settings.HANDOVER["pass_on"])
    pass_on(post, by=by, at=at)
    return True


@transaction.atomic
def settle_posts(*, as_of: datetime) -> int:
    """Settle every post whose last day lies behind; returns how many."""
    ended = Post.objects.unsettled(day_of(as_of)).select_related("user", "agency").order_by("pk")
    return sum(settle(post, by=None, at=as_of) for post in ended)


def tell_newcomer(post: Post, *, at: datetime) -> None:
    """Owe whoever begins a post a mail with what waits there, on the morning of the first day."""
    if not post.user.email:
        return
    announce(
        voice="handover",
        about=f"post:{post.pk}",
        about_label=post.agency,
        step="post-begun",
        recipients=[(post.user.email, post.user.get_full_name())],
        province=post.agency.province_id,
        at=max(at, datetime.combine(post.starts_on, MORNING, ZONE)),
    )


def _give(
    user: User,
    agency: Agency,
    *,
    title: str,
    starts_on: date,
    is_head: bool,
    takes_over: bool = False,
    follows: Post | None = None,
) -> Post:
    writes = user.role == Role.OFFICER and not is_head
    if writes and takes_over:
        _step_back(agency, starts_on)
    others = agency.posts.responsible().overlapping(starts_on, None)
    return Post.objects.create(
        user=user,
        agency=agency,
        title=title,
        starts_on=starts_on,
        is_head=is_head,
        is_responsible=writes and not others.exists(),
        follows=follows,
    )


def _step_back(agency: Agency, first_day: date) -> None:
    """Whoever is responsible helps from `first_day` on. Raises ValidationError where one begins later."""
    for post in agency.posts.responsible().overlapping(first_day, None):
        if post.starts_on > first_day:
            told = {"person": post.user, "date": say_date(post.starts_on)}
            raise ValidationError(_("%(person)s đã được giao phụ trách chính từ ngày %(date)s.") % told)
        _split(post, first_day, is_responsible=False)


def _split(post: Post, day: date, *, is_responsible: bool) -> Post:
    """The same post, otherwise from `day` on; what was before stays as it was."""
    if post.starts_on >= day:
        post.is_responsible = is_responsible
        post.save(update_fields=["is_responsible"])
        return post
    later = Post(
        user=post.user,
        agency=post.agency,
        title=post.title,
        is_head=post.is_head,
        is_responsible=is_responsible,
        starts_on=day,
        ends_on=post.ends_on,
        follows=post.follows,
    )
    post.ends_on = day - DAY
    post.save(update_fields=["ends_on"])
    later.save()
    post.delegations.after_day(day - DAY).update(acting_for=later)
    return later


def _raise_up(held: Post, left: Post, first_day: date, *, at: datetime) -> Post:
    """Let somebody who is there already take the place of `left`."""
    if left.is_responsible and held.user.role == Role.OFFICER:
        held = _split(held, first_day, is_responsible=True)
    held.follows = left
    held.save(update_fields=["follows"])
    tell_newcomer(held, at=at)
    return held


def _record(verb: str, user: User, agency: Agency | None, **details: Any) -> None:
    province = agency.province_id if agency else ""
    record(verb, ("user", user.pk, user), province=province, **details)
