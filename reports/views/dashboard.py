"""The first page of each role, and the look a person chose."""

from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_safe

from agencies.actions.person import read_in
from agencies.forms.day import DayForm
from agencies.models import Role, User
from isotrack.kit import clock
from reports.dashboard import AdministratorHome, OfficerHome, ProvinceHome, cycles_at_home
from reports.page import TEXT_SIZES

A_YEAR = 365 * 24 * 60 * 60  # seconds


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this person's role is here for; every number leads to its rows."""
    user = cast(User, request.user)
    if Role(user.role) in _OF_THE_PROVINCE:
        template, context = _province(user, DayForm(request.GET, today=clock.today()))
    else:
        template, context = _HOMES[Role(user.role)](user, clock.now())
    return render(request, template, context)


@login_not_required
@require_safe
def look(request: HttpRequest) -> HttpResponse:
    """Keep the size of text (?text=s|m|l) and the language (?language=vi|en), and go back to ?next=.

    A link of the page header, which works without script. The language is also the one of a person's mails.
    """
    response = redirect(safe_next(request, request.GET.get("next", "")) or "home")
    text, language = request.GET.get("text", ""), request.GET.get("language", "")
    secure = settings.SESSION_COOKIE_SECURE
    if text in TEXT_SIZES:
        name = settings.TEXT_COOKIE_NAME
        response.set_cookie(name, text, A_YEAR, secure=secure, httponly=True, samesite="Lax")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        name = settings.LANGUAGE_COOKIE_NAME
        response.set_cookie(name, language, A_YEAR, secure=secure, httponly=True, samesite="Lax")
        if isinstance(request.user, User):
            read_in(request.user, language)
    return response


def safe_next(request: HttpRequest, url: str) -> str:
    """`url` where it leads to a page of this installation, else nothing."""
    is_safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_safe else ""


def _province(user: User, asked: DayForm) -> tuple[str, dict[str, Any]]:
    """As of now, or as it was at the end of the day of ?on=: then nothing is to be done there."""
    as_of, acts = asked.instant(clock.now()), not asked.is_past
    cycle, last = cycles_at_home(user, as_of, looks_back=asked.is_past)
    context = {"acts": acts, "can_open": acts and user.is_reviewer, "cycle": cycle, "asked": asked}
    context["without_post"] = user.agency is None
    if cycle is None:
        return "reports/home_empty.html", context
    return "reports/home_province.html", context | {"home": ProvinceHome(cycle, last, user, as_of)}


def _officer(user: User, as_of: datetime) -> tuple[str, dict[str, Any]]:
    if user.agency is None:
        return "reports/home_empty.html", {"without_post": True}
    home = OfficerHome(user.agency, user, as_of)
    return "reports/home_officer.html", {"home": home}


def _administrator(user: User, as_of: datetime) -> tuple[str, dict[str, Any]]:
    return "reports/home_administrator.html", {"home": AdministratorHome(user, as_of)}


_OF_THE_PROVINCE = (Role.STAFF, Role.FINANCE, Role.LEADER)
_HOMES = {
    Role.OFFICER: _officer,
    Role.ADMINISTRATOR: _administrator,
}
