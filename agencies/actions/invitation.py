"""Asking somebody in who has no account yet: sent, sent again, withdrawn, run out, taken up."""

from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.actions.person import open_account, tell_newcomer
from agencies.models import Agency, Invitation, Post, User
from isotrack.journal.announce import announce
from isotrack.journal.record import record
from isotrack.kit.states import WrongState, move

State = Invitation.State
LONGEST_NAME = 60  # of User.username


@transaction.atomic
def invite(
    *,
    by: User | None,
    at: datetime,
    full_name: str,
    email: str,
    role: str,
    agency: Agency,
    title: str = "",
    is_head: bool = False,
    starts_on: date,
    follows: Post | None = None,
) -> Invitation:
    """Owe somebody a mail by which they open their account; the post begins with `starts_on`.

    Raises ValidationError where an invitation to this address and agency is open already.
    """
    invitation = Invitation(
        full_name=full_name,
        email=email,
        role=role,
        agency=agency,
        title=title,
        is_head=is_head,
        starts_on=starts_on,
        follows=follows,
        invited_by=by,
        sent_at=at,
        expires_at=_end(at),
    )
    invitation.validate_constraints()
    invitation.save()
    _record("person-invited", invitation, by=by, at=at, changes={"role": [None, role]})
    _owe_mail(invitation, at)
    return invitation


@transaction.atomic
def send_again(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Send it anew with its whole time; what an earlier mail said opens nothing any more."""
    number = invitation.round + 1
    move(invitation, State.OPEN, round=number, sent_at=at, expires_at=_end(at))
    _record("invitation-sent-again", invitation, by=by, at=at, changes={"round": [number - 1, number]})
    _owe_mail(invitation, at)
    return invitation


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User | None, at: datetime) -> Invitation:
    """Take it back; its address opens nothing any more."""
    before = invitation.state
    move(invitation, State.WITHDRAWN)
    _record("invitation-withdrawn", invitation, by=by, at=at, changes=_moved(before, State.WITHDRAWN))
    return invitation


@transaction.atomic
def accept(invitation: Invitation, *, password: str, at: datetime) -> User:
    """Open the account of whoever read the mail, with the password they chose; their post begins.

    Raises WrongState when it was taken up, withdrawn or has run out meanwhile, ValidationError where the
    mailbox has an account by now.
    """
    if invitation.expires_at <= at:
        raise WrongState(_("Lời mời đã hết hạn."))
    if User.objects.get_queryset().in_use().with_mailbox(invitation.email).exists():
        raise ValidationError(_("Hộp thư này đã có tài khoản: đăng nhập bằng tài khoản đó."), code="taken")
    user = open_account(
        by=None,
        at=at,
        username=free_name(invitation.email),
        full_name=invitation.full_name,
        email=invitation.email,
        role=invitation.role,
        agency=invitation.agency,
        title=invitation.title,
        starts_on=invitation.starts_on,
        is_head=invitation.is_head,
        follows=invitation.follows,
        password_hash=make_password(password),
    )
    # Whoever reads the mail has shown that the mailbox is theirs.
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    move(invitation, State.ACCEPTED, account=user)
    _record("invitation-accepted", invitation, by=user, at=at, changes=_moved(State.OPEN, State.ACCEPTED))
    tell_newcomer(user.posts.get(), at=at)
    return user


@transaction.atomic
def expire_invitations(*, as_of: datetime) -> int:
    """Mark what nobody took up in time; returns how many."""
    over = list(Invitation.objects.run_out(as_of).select_related("agency"))
    for invitation in over:
        move(invitation, State.EXPIRED)
        _record(
            "invitation-expired", invitation, by=None, at=as_of, changes=_moved(State.OPEN, State.EXPIRED)
        )
    return len(over)


def free_name(email: str) -> str:
    """A user name nobody has: the mailbox, or its left half, with a number where that is taken."""
    whole = email.lower()
    stem = whole if len(whole) <= LONGEST_NAME else whole.partition("@")[0][: LONGEST_NAME - 4]
    taken = set(
        User.objects.get_queryset().filter(username__startswith=stem).values_list("username", flat=True)
    )
    name, number = stem, 2
    while name in taken:
        name = f"{stem[: LONGEST_NAME - 4]}-{number}"
        number += 1
    return name


def _end(at: datetime) -> datetime:
    return at + timedelta(days=settings.INVITATION_DAYS)


def _owe_mail(invitation: Invitation, at: datetime) -> None:
    announce(
        voice="invitation",
        about=f"invitation:{invitation.pk}",
        about_label=invitation.agency,
        step=f"invitation-{invitation.round}",
        recipients=[(invitation.email, invitation.full_name)],
        province=invitation.agency.province_id,
        at=at,
    )


def _moved(before: str, after: str) -> dict[str, list[Any]]:
    return {"state": [str(before), str(after)]}


def _record(verb: str, invitation: Invitation, **details: Any) -> None:
    about = ("invitation", invitation.pk, invitation)
    record(verb, about, province=invitation.agency.province_id, **details)
