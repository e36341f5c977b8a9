"""What every page shows around its content: navigation by role, the clock, the look a person chose."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from agencies.models import Agency, Role, User
from isotrack.journal.pauses import banner
from isotrack.kit import clock
from plans.models import RolloutPlan
from reports.directive import Desk, desk_of

TEXT_SIZES = ("s", "m", "l")


@dataclass(frozen=True)
class Link:
    """One entry of the main navigation."""

    label: str
    url: str
    current: bool
    count: int | None = None


class Page:
    """Lazily found, so that a page that shows no navigation costs no query."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.path = request.get_full_path()

    @cached_property
    def now(self) -> datetime:
        """The instant this page goes by."""
        return clock.now()

    @property
    def demonstration(self) -> bool:
        """Whether the yellow clock is shown."""
        return clock.is_demonstration()

    @cached_property
    def pause(self) -> str:
        """Why nothing can be changed for now; nothing where it can."""
        return banner()

    @property
    def language(self) -> str:
        """vi or en."""
        return get_language() or "vi"

    @property
    def text_size(self) -> str:
        """s, m or l, kept in a cookie."""
        chosen = self.request.COOKIES.get(settings.TEXT_COOKIE_NAME, "m")
        return chosen if chosen in TEXT_SIZES else "m"

    @property
    def user(self) -> User | None:
        """Who is signed in."""
        user = getattr(self.request, "user", None)
        return user if isinstance(user, User) else None

    @property
    def offers_sign_in(self) -> bool:
        """Whether the head of the page leads a stranger to the sign-in; that page itself does not."""
        return self.user is None and self.request.path != reverse("account_login")

    @property
    def single_sign_on(self) -> str:
        """What the province's single sign-on is called; empty where there is none."""
        return settings.OIDC_NAME or (_("đăng nhập một lần của tỉnh") if settings.OIDC_URL else "")

    @cached_property
    def province_name(self) -> str:
        """ "tỉnh An Giang": the signed-in person's, that of a public page, or the only one there is."""
        shown = getattr(self.request, "province", None)  # a public page says whose it is
        own = self.user.agency if self.user else None
        provinces = [own.province if own else shown] if own or shown else _provinces()
        if len(provinces) != 1 or provinces[0] is None:
            return ""
        return provinces[0].in_lists.removeprefix("UBND ")

    @property
    def department(self) -> str:
        """Whose installation this is."""
        if not self.province_name:
            return _("Sở Khoa học và Công nghệ")
        return _("Sở Khoa học và Công nghệ %(province)s") % {"province": self.province_name}

    @property
    def department_short(self) -> str:
        """The same on a phone."""
        return " ".join([_("Sở KH&CN"), self._own_name]).strip()

    @property
    def province_short(self) -> str:
        """The letters in the crest's place: "AG"."""
        return "".join(word[0] for word in self._own_name.split()) or "ISO"

    @property
    def _own_name(self) -> str:
        return self.province_name.removeprefix("tỉnh ").removeprefix("thành phố ")

    @cached_property
    def nav(self) -> list[Link]:
        """The main navigation of this person's role, with counts of what waits for them."""
        user = self.user
        links = [] if user is None else [self._link(*entry) for entry in _NAVIGATION[Role(user.role)](user)]
        # "/agencies/documents/" lies under "/agencies/" as well: the nearest one is where the person is.
        here = max((link.url for link in links if link.current), key=len, default="")
        return [replace(link, current=link.url == here) for link in links]

    def _link(self, label: str, name: str, count: int | None = None) -> Link:
        url, reports = reverse(name), _rooms_of_reports()
        rooms = reports if url in reports else (url,)
        if name == "agencies:agency-list":
            rooms = (url, reverse("reports:succession-list"))
        path = reverse("reports:directive-list") if _CLOSING.match(self.request.path) else self.request.path
        here = path == url if url == "/" else path.startswith(rooms)
        return Link(label, url, here, count or None)


_CLOSING = re.compile(r"/cycles/\d+/clos(e|ing)/")  # pages of a cycle that belong to discipline


@cache
def _rooms_of_reports() -> tuple[str, ...]:
    """A report is in the same room as its cycle, whichever of the two the navigation names."""
    names = ("reports:cycle-list", "reports:report-list", "reports:questionnaire-list")
    return tuple(map(reverse, names))


def _provinces() -> list[Agency]:
    return list(Agency.objects.provinces().valid_on(clock.today()).order_by("pk")[:2])


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `page` for base.html."""
    return {"page": Page(request)}


Entries = list[tuple[Any, ...]]


def _staff(user: User) -> Entries:
    desk = desk_of(user, clock.today())
    return [
        (_("Trang chủ"), "home"),
        (pgettext("list", "Cơ quan"), "agencies:agency-list"),
        (pgettext("list", "Kế hoạch"), "plans:plan-list"),
        (pgettext("list", "Công bố"), "plans:declaration-list"),
        (pgettext("list", "Báo cáo"), "reports:cycle-list", desk.reports),
        *_letters(desk),
        (_("Tập huấn"), "plans:training-list"),
        (_("Kiểm tra"), "reports:inspection-list"),
        (pgettext("list", "Tư vấn"), "plans:consultant-list"),
        (pgettext("list", "Thông báo"), "reports:notice-list"),
        (pgettext("list", "Văn bản"), "agencies:document-list"),
        (_("Nhật ký"), "reports:entry-list"),
    ]


def _finance(user: User) -> Entries:
    waiting = RolloutPlan.objects.visible_to(user).in_finance_review().count()
    return [
        (_("Trang chủ"), "home"),
        (pgettext("list", "Kế hoạch"), "plans:plan-list", waiting),
        (pgettext("list", "Nguồn kinh phí"), "plans:source-list"),
        (pgettext("list", "Báo cáo"), "reports:cycle-list"),
        (pgettext("list", "Công bố"), "plans:declaration-list"),
        (_("Tập huấn"), "plans:training-list"),
        (pgettext("list", "Cơ quan"), "agencies:agency-list"),
        (pgettext("list", "Văn bản"), "agencies:document-list"),
    ]


def _leader(user: User) -> Entries:
    waiting = RolloutPlan.objects.visible_to(user).awaiting_approval().count()
    return [
        (_("Trang chủ"), "home"),
        (pgettext("list", "Kế hoạch"), "plans:plan-list", waiting),
        (pgettext("list", "Báo cáo"), "reports:cycle-list"),
        *_letters(desk_of(user, clock.today())),
        (_("Báo cáo tổng hợp"), "reports:snapshot-list"),
        (pgettext("list", "Công bố"), "plans:declaration-list"),
        (_("Tập huấn"), "plans:training-list"),
        (_("Kiểm tra"), "reports:inspection-list"),
        (pgettext("list", "Cơ quan"), "agencies:agency-list"),
        (pgettext("list", "Văn bản"), "agencies:document-list"),
    ]


def _officer(user: User) -> Entries:
    desk = desk_of(user, clock.today())
    return [
        (_("Trang chủ"), "home"),
        (pgettext("list", "Báo cáo năm"), "reports:report-list", desk.reports),
        *_letters(desk),
        (pgettext("list", "Kế hoạch"), "plans:plan-list"),
        (pgettext("list", "Công bố"), "plans:declaration-list"),
        (_("Tập huấn"), "plans:training-list"),
        (_("Kiểm tra"), "reports:inspection-list"),
        (pgettext("list", "Cơ quan"), "agencies:agency-list"),
        (pgettext("list", "Văn bản"), "agencies:document-list"),
    ]


def _letters(desk: Desk) -> Entries:
    """Letters to those that report late or not: for who has to do with them, with those that wait."""
    return [(_("Đôn đốc"), "reports:directive-list", desk.letters)] if desk.has_to_do else []


def _administrator(user: User) -> Entries:
    return [
        (_("Trang chủ"), "home"),
        (pgettext("list", "Tài khoản"), "agencies:account-list"),
        (pgettext("list", "Quy tắc nhắc"), "reports:rule-list"),
        (pgettext("list", "Cơ quan"), "agencies:agency-list"),
        (_("Nhật ký"), "reports:entry-list"),
        (_("Vận hành"), "reports:operations"),
    ]


_NAVIGATION = {
    Role.STAFF: _staff,
    Role.FINANCE: _finance,
    Role.LEADER: _leader,
    Role.OFFICER: _officer,
    Role.ADMINISTRATOR: _administrator,
}
