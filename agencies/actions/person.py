"""Accounts and posts."""

from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from agencies.models import Agency, Post, User
from isotrack.journal.record import record


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
    password_hash: str = "",
) -> User:
    """Open an account with its first post. Without `password_hash` the person sets a password by mail.

    The head of an agency confirms its report and is not the one who answers for writing it.
    """
    user = User.objects.create_user(username, full_name=full_name, email=email, role=role, date_joined=at)
    if password_hash:
        user.password = password_hash
        user.save(update_fields=["password"])
    Post.objects.create(user=user, agency=agency, title=title, starts_on=starts_on, **_duty(is_head))
    _record("account-opened", user, agency, by=by, at=at, changes={"role": [None, role]})
    return user


@transaction.atomic
def change_account(user: User, *, by: User, at: datetime, **values: Any) -> User:
    """Change name, e-mail, role or whether the account is in use; ends nothing, moves nothing."""
    changes = {name: [getattr(user, name), new] for name, new in values.items() if getattr(user, name) != new}
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=list(values))
    # The sign-in library remembers mailboxes that have opened the account: only the present one may again.
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    if changes:
        _record("account-changed", user, user.agency or by.agency, by=by, at=at, changes=changes)
    return user


def read_in(user: User, language: str) -> None:
    """Write to this person in that language from now on; a matter of taste that no journal keeps."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])


@transaction.atomic
def end_post(post: Post, *, by: User, at: datetime, last_day: date) -> Post:
    """End a post on `last_day`; what its holder may see and write ends with it."""
    post.ends_on = last_day
    post.full_clean(validate_unique=False)
    post.save(update_fields=["ends_on"])
    _record("post-ended", post.user, post.agency, by=by, at=at, changes={"ends_on": [None, str(last_day)]})
    return post


@transaction.atomic
def begin_post(
    user: User,
    *,
    by: User,
    at: datetime,
    agency: Agency,
    title: str,
    starts_on: date,
    is_head: bool = False,
) -> Post:
    """Give a person a post from `starts_on`; their earlier open posts end the day before."""
    user.posts.filter(ends_on__isnull=True).update(ends_on=starts_on - timedelta(days=1))
    post = Post.objects.create(user=user, agency=agency, title=title, starts_on=starts_on, **_duty(is_head))
    changes = {"agency": [None, str(agency)]} | ({"is_head": [False, True]} if is_head else {})
    _record("post-begun", user, agency, by=by, at=at, changes=changes)
    return post


@transaction.atomic
def hand_over(
    post: Post, *, by: User, at: datetime, last_day: date, successor: User | None = None, title: str = ""
) -> Post | None:
    """End a post on `last_day` and let `successor` begin it the day after; return the successor's post.

    The open draft stays with the agency, so whoever holds the post next goes on writing it; whoever follows
    the head is the head. Somebody who already holds such a post of this agency needs no second one.
    """
    end_post(post, by=by, at=at, last_day=last_day)
    if successor is None:
        return None
    held = successor.posts.without_end().filter(agency=post.agency, is_head=post.is_head).first()
    if held is not None:
        return held
    return begin_post(
        successor,
        by=by,
        at=at,
        agency=post.agency,
        title=title,
        starts_on=last_day + timedelta(days=1),
        is_head=post.is_head,
    )


def _duty(is_head: bool) -> dict[str, bool]:
    return {"is_head": is_head, "is_responsible": not is_head}


def _record(verb: str, user: User, agency: Agency | None, **details: Any) -> None:
    province = agency.province_id if agency else ""
    record(verb, ("user", user.pk, user), province=province, **details)
