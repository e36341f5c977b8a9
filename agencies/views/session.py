"""A person's sessions: what is shown of them, and the buttons that end them."""

from dataclasses import dataclass

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.actions.sign_in import KEY, end_all_sessions, end_other_sessions
from agencies.models import FailedSignIn, SignIn, User
from agencies.views import SignedRequest
from isotrack.kit import clock
from isotrack.kit.words import show_time

SHOWN = 10  # of each list, the newest


@dataclass(frozen=True)
class Line:
    """One sign-in with what became of it, in words."""

    sign_in: SignIn
    state: str
    is_live: bool


@dataclass(frozen=True)
class Sessions:
    """What a page shows of somebody's signing in; two questions to the database."""

    lines: list[Line]
    failures: list[FailedSignIn]

    @property
    def live(self) -> int:
        """How many of those shown can still be used."""
        return sum(line.is_live for line in self.lines)


def sessions_of(user: User, *, here: int = 0) -> Sessions:
    """The newest of `user`; `here` is the key of the sign-in whose session asks."""
    lines = [_line(row, here) for row in user.sign_ins.all()[:SHOWN]]
    return Sessions(lines, list(user.failed_sign_ins.all()[:SHOWN]))


def _line(row: SignIn, here: int) -> Line:
    is_live = row.is_live(clock.real_now())
    if row.ended_at is not None:
        words = _("%(how)s lúc %(time)s") % {
            "how": str(row.get_ended_display()).capitalize(),
            "time": show_time(row.ended_at),
        }
    elif row.pk == here:
        words = _("Phiên này")
    elif is_live:
        words = _("Đang mở, thấy lần cuối %(time)s") % {"time": show_time(row.seen_at)}
    else:
        words = _("Đã hết hạn")
    return Line(row, words, is_live)


@require_POST
@reauthentication_required
def end_others(request: SignedRequest) -> HttpResponse:
    """Sign me out everywhere else; asks for the password once more."""
    end_other_sessions(request, request.user, at=clock.now())
    messages.success(request, _("Đã kết thúc mọi phiên khác. Chỉ còn phiên này đang mở."))
    return redirect("agencies:account-own")


@require_POST
def end_all(request: SignedRequest, pk: int) -> HttpResponse:
    """An administrator signs somebody out everywhere; asks for their own password once more."""
    user = get_object_or_404(User.objects.editable_by(request.user).exclude(pk=request.user.pk), pk=pk)
    return _end_all(request, user)


@reauthentication_required
def _end_all(request: SignedRequest, user: User) -> HttpResponse:
    end_all_sessions(user, by=request.user, at=clock.now())
    messages.success(request, _("Đã kết thúc mọi phiên đang mở của %(name)s.") % {"name": user})
    return redirect("agencies:account-detail", user.pk)


def here(request: SignedRequest) -> int:
    """The key of the sign-in that the session of `request` goes back to."""
    key: int = request.session.get(KEY, 0)
    return key
