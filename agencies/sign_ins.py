"""Who is told what when somebody signs in, fails at it, goes on or leaves: receivers of others' signals.

A row for the person (agencies.models.sign_in), and one line for whoever watches the installation
(isotrack.kit.security).
"""

from datetime import timedelta
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models import Q
from django.db.models.functions import Lower
from django.http import HttpRequest

from agencies.actions.sign_in import begin_sign_in, count_failure, end_sign_in, keep_seen
from agencies.models import FailedSignIn, SignIn, User
from isotrack.kit import clock, lifetime, security

METHODS = "account_authentication_methods"  # where django-allauth notes by what means a session was opened


def connect() -> None:
    """Tell the signals, once, when the application is loaded. A session begins before its row is written."""
    user_logged_in.connect(lifetime.begin, dispatch_uid="session_begins")
    user_logged_in.connect(signed_in, dispatch_uid="sign_in_kept")
    user_logged_out.connect(signed_out, dispatch_uid="sign_out_kept")
    authentication_failed.connect(wrong_code, dispatch_uid="wrong_code_counted")
    authentication_step_completed.connect(lifetime.renew_key, dispatch_uid="session_key_renewed")
    lifetime.seen.connect(seen, dispatch_uid="session_seen")


def signed_in(sender: Any, request: HttpRequest, user: User, **details: Any) -> None:
    """Receiver of user_logged_in, after isotrack.kit.lifetime."""
    noted = request.session.get(METHODS, [])
    means = [str(one.get("type") or one["method"]) for one in noted]
    begin_sign_in(request, user, means=means, at=clock.now(), lasts_until=_end(request))
    security.note("signed in", who=user.pk, means=" ".join(means))


def seen(sender: Any, request: HttpRequest, **details: Any) -> None:
    """Receiver of isotrack.kit.lifetime.seen."""
    keep_seen(request, at=clock.now(), lasts_until=_end(request))


def signed_out(sender: Any, request: HttpRequest, user: User | None, **details: Any) -> None:
    """Receiver of user_logged_out, while the session is still there."""
    is_over = getattr(request, "is_session_over", False)
    end_sign_in(request, at=clock.now(), ended=SignIn.Ended.OVER if is_over else SignIn.Ended.OUT)
    security.note("session over" if is_over else "signed out", who=user.pk if user else None)


def wrong_code(sender: Any, request: HttpRequest, user: User, **details: Any) -> None:
    """Receiver of django-allauth's authentication_failed: the second factor."""
    failed(user, FailedSignIn.Step.CODE)


def failed(user: User | None, step: FailedSignIn.Step) -> None:
    """Count it, and say it in one line."""
    count_failure(user, step, at=clock.now())
    security.note("sign-in refused", who=user.pk if user else None, step=str(step))


def account_of(credentials: dict[str, Any]) -> User | None:
    """Whose account was tried; what was typed goes no further."""
    typed = [str(credentials[name]).lower() for name in ("username", "email") if credentials.get(name)]
    people = User.objects.get_queryset().alias(name=Lower("username"), mailbox=Lower("email"))
    return people.filter(Q(name__in=typed) | Q(mailbox__in=typed)).order_by("pk").first()


def _end(request: HttpRequest) -> Any:
    return clock.real_now() + timedelta(seconds=request.session.get_expiry_age())
