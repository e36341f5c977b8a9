"""What of an address is worth keeping: each list's own filters say which values they know."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import QueryDict

from agencies.forms.filters import FilterForm
from agencies.models import ListPage, Role, User
from agencies.views.agency import agency_filter
from isotrack.journal.models import Notice
from isotrack.kit import clock
from isotrack.kit.text import clean
from reports.board import Sort, Wanted
from reports.forms.entry import EntryFilter
from reports.journal_words import KINDS, TECHNICAL_KINDS
from reports.models import ReportCycle
from reports.models.reminder import Audience

Pairs = list[tuple[str, str]]


def kept(page: str, user: User, query: str) -> str:
    """The filters of `query` that the list knows and can read, as a query; "" when none is left."""
    return urlencode(_READERS[ListPage(page)](user, QueryDict(query[:2000])))


def pages_of(user: User) -> list[ListPage]:
    """The lists this person may open."""
    opens = {
        ListPage.AGENCIES: user.agency is not None,
        ListPage.BOARD: user.role != Role.ADMINISTRATOR,
        ListPage.NOTICES: user.is_reviewer,
        ListPage.JOURNAL: user.reads_accounts,
    }
    return [page for page in ListPage if user.agency is not None and opens[page]]


def newest_year(user: User) -> int | None:
    """The cycle on whose board a saved view is shown from elsewhere."""
    return ReportCycle.objects.readable_by(user).order_by("-year").values_list("year", flat=True).first()


def _of_form(form: FilterForm, asked: QueryDict) -> Pairs:
    known = form.values
    return [(name, str(asked[name])) for name in form.fields if name in known and name in asked]


def _agencies(user: User, asked: QueryDict) -> Pairs:
    pairs = _of_form(agency_filter(user, asked, clock.today()), asked)
    return [*pairs, ("view", "tree")] if asked.get("view") == "tree" else pairs


def _board(user: User, asked: QueryDict) -> Pairs:
    wanted = Wanted.read(asked)
    read = {
        "q": wanted.words,
        "superior": wanted.superior,
        "group": wanted.group,
        "state": wanted.state,
        "contact": wanted.contact,
        "until": wanted.until,
        "kind": wanted.kind,
        "sort": wanted.sort != Sort.SUPERIOR,
    }
    return [(name, str(asked[name])) for name, value in read.items() if value]


def _notices(user: User, asked: QueryDict) -> Pairs:
    read = {
        "q": bool(clean(asked.get("q", ""))),
        "audience": asked.get("audience") in Audience,
        "state": asked.get("state") in Notice.State,
    }
    return [(name, str(asked[name])) for name, is_known in read.items() if is_known]


def _journal(user: User, asked: QueryDict) -> Pairs:
    kinds = TECHNICAL_KINDS if user.role == Role.ADMINISTRATOR else tuple(KINDS)
    return _of_form(EntryFilter(asked, kinds=kinds, people=User.objects.visible_to(user)), asked)


_READERS: dict[ListPage, Callable[[User, QueryDict], Pairs]] = {
    ListPage.AGENCIES: _agencies,
    ListPage.BOARD: _board,
    ListPage.NOTICES: _notices,
    ListPage.JOURNAL: _journal,
}
