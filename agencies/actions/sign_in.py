"""Signing in and out: what is kept of it, and how sessions are ended from elsewhere."""

from datetime import datetime, timedelta

from django.contrib.auth import update_session_auth_hash
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest

from agencies.actions.person import end_sessions
from agencies.models import FailedSignIn, SignIn, User
from isotrack.journal.record import record

KEY = "sign_in"  # in a session: which row is about it
KEPT = timedelta(days=400)  # a year and a month: from one report to the next
BROWSERS = {"Edg": "Edge", "coc_coc": "Cốc Cốc", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
SYSTEMS = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac OS": "macOS"}


def begin_sign_in(
    request: HttpRequest, user: User, *, means: list[str], at: datetime, lasts_until: datetime
) -> SignIn:
    """Keep that a session of `user` began at `at`; the session remembers which row is about it."""
    row = SignIn.objects.create(
        user=user,
        at=at,
        means=" ".join(dict.fromkeys(means))[:60],
        device=device_of(request.headers.get("User-Agent", "")),
        seen_at=at,
        lasts_until=lasts_until,
    )
    request.session[KEY] = row.pk
    return row


def keep_seen(request: HttpRequest, *, at: datetime, lasts_until: datetime) -> None:
    """The session was used at `at` and now lasts longer."""
    rows = SignIn.objects.open().filter(pk=request.session.get(KEY, 0))
    rows.update(seen_at=at, lasts_until=lasts_until)


def end_sign_in(request: HttpRequest, *, at: datetime, ended: SignIn.Ended) -> None:
    """The session of `request` ended."""
    SignIn.objects.open().filter(pk=request.session.get(KEY, 0)).update(ended_at=at, ended=ended)


def count_failure(user: User | None, step: FailedSignIn.Step, *, at: datetime) -> None:
    """Count a failed attempt in the hour of `at`; None for a name that nobody has, at the same price."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    rows = FailedSignIn.objects.filter(user=user, step=step, hour=hour)
    if rows.update(number=F("number") + 1, last_at=at):
        return
    try:
        with transaction.atomic():
            FailedSignIn.objects.create(user=user, step=step, hour=hour, last_at=at)
    except IntegrityError:  # another attempt of this hour came first
        rows.update(number=F("number") + 1, last_at=at)


@transaction.atomic
def end_all_sessions(user: User, *, by: User | None, at: datetime) -> None:
    """Sign `user` out everywhere, as an administrator or from the command line."""
    end_sessions(user, at=at)
    _record(user, by=by, at=at)


@transaction.atomic
def end_other_sessions(request: HttpRequest, user: User, *, at: datetime) -> None:
    """Sign `user` out everywhere but in the session of `request`, and keep in the journal that they did."""
    keep_only(request, user, at=at)
    _record(user, by=user, at=at)


def keep_only(request: HttpRequest, user: User, *, at: datetime) -> None:
    """The session of `request` goes on under a new key, all others of `user` are over."""
    end_sessions(user, at=at, but=request.session.get(KEY, 0))
    user.refresh_from_db(fields=["session_round"])
    update_session_auth_hash(request, user)


def drop_old_sign_ins(*, as_of: datetime) -> None:
    """Forget what is older than KEPT."""
    SignIn.objects.older_than(as_of - KEPT).delete()
    FailedSignIn.objects.filter(hour__lt=as_of - KEPT).delete()


def device_of(agent: str) -> str:
    """ "Chrome, Windows" of what a browser says it is: enough to know one's own, too little to follow one."""
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "")
    browser = browser or ("Safari" if "Safari" in agent else "")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return ", ".join(filter(None, [browser, system or ("Linux" if "Linux" in agent else "")]))


def _record(user: User, *, by: User | None, at: datetime) -> None:
    province = user.agency.province_id if user.agency else ""
    record("sessions-ended", ("user", user.pk, user), by=by, at=at, province=province)
