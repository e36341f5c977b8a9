"""Pages: the board, the homes, a section of the form, the statistics, and autosave, each beside its floor.

The floor of a page is the hand-written SQL for what it shows, and an empty signed-in page of ours.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory
from django.utils.crypto import get_random_string

from agencies.models import User
from isotrack.kit.clock import day_of
from reports.models import AnnualReport, ReportCycle
from reports.models.questionnaire import questions_of
from reports.statistics.tally import numeric, tally_in_database
from tests.bench.nation import LAST_YEAR, NOW, Nation, Tree
from tests.bench.table import Row, at_most, flat, no_more, page, peer, told
from tests.bench.timing import Cost, Pair, alternate, cost, in_turns, statements_of

EMPTY = "/bench/empty/"
PLAIN_BACKEND = "django.contrib.auth.backends.ModelBackend"  # asks for the account and nothing else
TIMES = 15
MOST_STATEMENTS = {"board": 6, "officer": 8}


class Visitor:
    """Somebody signed in, whose requests go through everything but a web server."""

    application = WSGIHandler()

    def __init__(self, user: User, backend: str = "") -> None:
        self.user = user
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store[SESSION_KEY], store[BACKEND_SESSION_KEY] = (
            str(user.pk),
            backend or settings.AUTHENTICATION_BACKENDS[0],
        )
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.save()
        self.secret = get_random_string(32)
        cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: store.session_key, "csrftoken": self.secret})
        self.cookies = "; ".join(f"{name}={one.value}" for name, one in cookies.items())
        self.requests = RequestFactory(HTTP_HOST="127.0.0.1", HTTP_COOKIE=self.cookies)

    def get(self, path: str) -> bytes:
        """What the page holds; anything but a page is a mistake of the measure."""
        return self._answer(self.requests.get(path).environ)

    def post(self, path: str, data: Mapping[str, str]) -> bytes:
        """The same for a form."""
        request = self.requests.post(
            path, urlencode(data), "application/x-www-form-urlencoded", headers={"X-CSRFToken": self.secret}
        )
        return self._answer(request.environ)

    def _answer(self, environ: dict[str, Any]) -> bytes:
        status: list[str] = []
        response = self.application(environ, lambda said, _headers: status.append(said))
        content = b"".join(response)
        response.close()
        assert status[0].startswith("200"), f"{environ['PATH_INFO']}: {status[0]} {content[:300]!r}"
        return content


@dataclass(frozen=True)
class Query:
    """A statement somebody would write by hand, with its values."""

    sql: str
    values: tuple[Any, ...] = ()

    def ask(self) -> list[Any]:
        """Every row of its answer."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values)
            return list(cursor.fetchall())


def compared(visitor: Visitor, path: str, floor: list[Query], times: int = TIMES) -> Pair:
    """A page of ours, and its floor."""

    def least() -> None:
        for query in floor:
            query.ask()
        visitor.get(EMPTY)

    return alternate(lambda: cost(lambda: visitor.get(path)), lambda: cost(least), times, warm=2)


# The board

# What each address asks, as conditions over r (report), a (agency) and s (superior).
BOARD = {
    "": "TRUE",
    "?page=4": "TRUE",
    "?q=khanh+an": "a.name_search LIKE '%%khanh%%' AND a.name_search LIKE '%%an%%'",
    "?kind=missing": f"r.first_submitted_at IS NULL AND r.exempted_at IS NULL AND r.cutoff <= '{NOW}'",
    "?kind=received": f"r.first_submitted_at <= '{NOW}' AND r.exempted_at IS NULL",
    "?group=ubnd_xa": "r.\"group\" = 'ubnd_xa'",
    "?state=draft": "r.state = 'draft'",
    "?superior={superior}": "r.superior_id = {superior}",
    "?contact=no-address": "a.contact_email = ''",
    "?contact=no-holder": "NOT EXISTS (SELECT FROM agencies_post p JOIN agencies_user u ON u.id = p.user_id "
    "WHERE p.agency_id = a.id AND p.is_responsible AND u.is_active AND p.starts_on <= '{today}' "
    "AND (p.ends_on IS NULL OR p.ends_on >= '{today}'))",
    "?sort=newest": "TRUE",
    "?q=khanh&group=ubnd_xa&state=accepted&sort=name": "a.name_search LIKE '%%khanh%%' "
    "AND r.\"group\" = 'ubnd_xa' AND r.state = 'accepted'",
}
ORDERS = {
    "sort=newest": "r.first_submitted_at DESC NULLS LAST, a.sort_order, a.name_sort, r.id",
    "sort=name": "a.name_sort, r.id",
    "": "s.sort_order NULLS FIRST, s.name_sort NULLS FIRST, r.superior_id, punctuality, a.sort_order, "
    "a.name_sort, r.id",
}
_FROM = (
    "FROM reports_annualreport r JOIN agencies_agency a ON a.id = r.agency_id "
    "LEFT JOIN agencies_agency s ON s.id = r.superior_id WHERE r.cycle_id = %s AND"
)
_ROWS = (
    'SELECT r.id, a.code, r.agency_name, r.superior_id, s.name, r."group", r.state, r.is_nil, '
    "r.first_submitted_at, r.cutoff, r.extended_to, CASE WHEN r.exempted_at IS NOT NULL THEN 4 "
    "WHEN r.first_submitted_at <= %s THEN CASE WHEN r.first_submitted_at < r.cutoff THEN 3 ELSE 1 END "
    "WHEN r.cutoff <= %s THEN 0 ELSE 2 END AS punctuality, (SELECT count(*) FROM journal_notice n "
    "WHERE n.about = 'report:' || r.id AND n.state = 'sent') "
)


def board_floor(cycle: ReportCycle, asked: str, where: str) -> list[Query]:
    """One page of rows and their count, by hand."""
    order = next(order for name, order in ORDERS.items() if name in asked)
    start = 50 * (int(asked.removeprefix("?page=")) - 1) if "page=" in asked else 0
    rows = f"{_ROWS} {_FROM} {where} ORDER BY {order} LIMIT 50 OFFSET {start}"
    return [Query(rows, (NOW, NOW, cycle.pk)), Query(f"SELECT count(*) {_FROM} {where}", (cycle.pk,))]


def board_pairs(
    tree: Tree, year: int = LAST_YEAR, times: int = TIMES, only: Collection[str] = BOARD
) -> "Iterator[tuple[str, Pair, int]]":
    """Each address: what it cost, and how many statements it took."""
    cycle, visitor = tree.cycle(year), Visitor(tree.clerk)
    superior = cycle.reports.filter(group="ubnd_xa").values_list("superior_id", flat=True)[0]
    for template in only:
        condition, asked = BOARD[template], template.format(superior=superior)
        where = condition.format(superior=superior, today=day_of(NOW)) if "{" in condition else condition
        path = f"/cycles/{year}/{asked}"
        pair = compared(visitor, path, board_floor(cycle, asked, where), times)
        yield asked, pair, len(statements_of(lambda path=path: visitor.get(path)))


def board(nation: Nation) -> "Iterator[Row]":
    """Every filter and search of a province's board, the statements it takes, and the admin's list."""
    tree, most = nation.provinces[0], 0
    for asked, pair, statements in board_pairs(tree):
        most = max(most, statements)
        yield page(f"board {asked or 'without a filter'}", pair, 2.0)
    yield no_more("board, most statements", most, MOST_STATEMENTS["board"])
    visitor, cycle = Visitor(tree.clerk), tree.cycle(LAST_YEAR)
    admin = f"/bench/admin/reports/annualreport/?cycle__id__exact={cycle.pk}"
    ours = f"/cycles/{LAST_YEAR}/"
    pair = alternate(lambda: cost(lambda: visitor.get(ours)), lambda: cost(lambda: visitor.get(admin)), TIMES)
    yield peer("board beside the Django admin's list", pair, 3.0)


def deep(nation: Nation) -> "Iterator[Row]":
    """The last page of the largest board: beside its floor, and beside the first one."""
    tree = nation.trees[-1]
    cycle, visitor, path = tree.cycle(LAST_YEAR), Visitor(tree.clerk), f"/cycles/{LAST_YEAR}/"
    last = f"?page={-(-cycle.reports.count() // 50)}"
    yield page(
        f"board {last}, {tree.agencies:,}",
        compared(visitor, path + last, board_floor(cycle, last, "TRUE"), 7),
        2.0,
    )
    # All of it is sorted for the last page, and for the first one only looked through.
    both = [_asking(visitor, path), _asking(visitor, path + last)]
    yield flat(f"board, first and last page, {tree.agencies:,}", _busy(both), 0.4)


def _asking(visitor: Visitor, path: str) -> Callable[[], Cost]:
    return lambda: cost(lambda: visitor.get(path))


def _busy(measures: Sequence[Callable[[], Cost]]) -> list[float]:
    return [found.busy for found in in_turns(measures, TIMES, warm=2)]


# The list of agencies and its tree

AGENCIES = {"": "TRUE", "?page=2": "TRUE", "?q=khanh+an": BOARD["?q=khanh+an"]}
_OF_PROVINCE = (
    "FROM agencies_agency a LEFT JOIN agencies_agency s ON s.id = a.superior_id WHERE a.province_id = %s "
    "AND a.valid_from <= %s AND (a.valid_to IS NULL OR a.valid_to >= %s) AND"
)
_NAMED = (
    "SELECT a.id, a.code, a.name, a.kind, a.mandate, a.reports_annually, a.contact_email, s.name, "
    "EXISTS (SELECT FROM agencies_agency o WHERE o.province_id = a.province_id AND o.name_sort = a.name_sort "
    "AND o.id <> a.id AND (o.valid_to IS NULL OR o.valid_to >= '{today}')), (SELECT u.full_name "
    "FROM agencies_post p JOIN agencies_user u ON u.id = p.user_id WHERE p.agency_id = a.id "
    "AND p.is_responsible AND p.starts_on <= '{today}' AND (p.ends_on IS NULL OR p.ends_on >= '{today}') "
    "ORDER BY p.starts_on DESC LIMIT 1) "
)


def agencies_floor(tree: Tree, asked: str, where: str) -> list[Query]:
    """One page of the registry and the counts of its groups, by hand: the page is found, then told."""
    today = day_of(NOW)
    values, start = (tree.root.pk, today, today), 50 if "page=2" in asked else 0
    order = "ORDER BY a.sort_order, a.name_sort, a.id"
    keys = f"SELECT a.id {_OF_PROVINCE} {where} {order} LIMIT 50 OFFSET {start}"
    rows = f"{_NAMED.format(today=today)} FROM agencies_agency a LEFT JOIN agencies_agency s "
    rows += f"ON s.id = a.superior_id WHERE a.id IN ({keys}) {order}"
    groups = f'SELECT a."group", count(*) {_OF_PROVINCE} {where} GROUP BY 1'
    return [Query(rows, values), Query(groups, values)]


def agencies_pair(tree: Tree, asked: str = "", times: int = TIMES) -> Pair:
    """The list of agencies, as one address asks for it."""
    return compared(
        Visitor(tree.clerk), f"/agencies/{asked}", agencies_floor(tree, asked, AGENCIES[asked]), times
    )


def tree_pair(tree: Tree, times: int = TIMES) -> Pair:
    """The same agencies as a tree, beside what it is grown from: every superior and how many are below it."""
    today = day_of(NOW)
    below = Query(
        f"SELECT a.superior_id, count(*) {_OF_PROVINCE} TRUE GROUP BY 1", (tree.root.pk, today, today)
    )
    return compared(Visitor(tree.clerk), "/agencies/?view=tree", [below], times)


def agencies(nation: Nation) -> "Iterator[Row]":
    """The registry of a province and of 15,000 agencies: its page carries no list that grows with it."""
    province, largest = nation.provinces[0], nation.trees[-1]
    for asked in AGENCIES:
        yield page(f"agencies {asked or 'of a province'}", agencies_pair(province, asked), 2.7)
        named = f"agencies {asked or 'in one list'}, {largest.agencies:,}"
        yield page(named, agencies_pair(largest, asked), 2.7)


# Of 15,000 more is shown: a search fills its page (50 rows, not 10), a tree has 200 branches, not 26.
SIZES_SEEN = {"agencies": ("", 0.3), "agencies searched": ("?q=khanh+an", 0.4), "tree": ("?view=tree", 0.4)}


def registry(nation: Nation) -> "Iterator[Row]":
    """The registry as it opens costs the same for every size of tree."""
    visitors = [Visitor(tree.clerk) for tree in nation.trees]
    sizes = ", ".join(f"{tree.agencies:,}" for tree in nation.trees)
    for name, (asked, within) in SIZES_SEEN.items():
        costs = _busy([_asking(visitor, f"/agencies/{asked}") for visitor in visitors])
        yield flat(f"{name} with {sizes} agencies", costs, within)


# The home of the department


REMEDIES_AT_HOME = f"""
SELECT count(*) FILTER (WHERE c.state = 'open' AND c.due_on < '{day_of(NOW)}'),
    count(*) FILTER (WHERE c.state = 'answered')
FROM reports_correctiveaction c JOIN agencies_agency a ON a.id = c.agency_id
WHERE a.province_id = %s AND c.state <> 'accepted'"""
PLANS_AT_HOME = """
SELECT p.id, p.code, p.title, p.state, count(e.id), count(e.id) FILTER (WHERE EXISTS (
    SELECT FROM plans_entrystep d JOIN plans_buildstep b ON b.id = d.step_id
    WHERE d.entry_id = e.id AND b.code = 'DECLARED' AND d.done_on IS NOT NULL))
FROM plans_rolloutplan p LEFT JOIN plans_planentry e ON e.plan_id = p.id
WHERE p.province_id = %s AND p.state <> 'closed' GROUP BY p.id"""
TRAINED_AT_HOME = f"""
SELECT a.level, count(DISTINCT p.user_id), count(DISTINCT p.user_id) FILTER (WHERE EXISTS (
    SELECT FROM plans_participant c JOIN plans_trainingclass t ON t.id = c.training_id
    WHERE c.user_id = p.user_id AND c.attended AND t.ends_on <= '{day_of(NOW)}'))
FROM agencies_post p JOIN agencies_agency a ON a.id = p.agency_id JOIN agencies_user u ON u.id = p.user_id
WHERE a.province_id = %s AND u.role = 'officer' AND u.is_active AND p.starts_on <= '{day_of(NOW)}'
AND (p.ends_on IS NULL OR p.ends_on >= '{day_of(NOW)}') GROUP BY a.level"""


def home_floor(tree: Tree) -> list[Query]:
    """The sums of the staff home, by hand."""
    cycle = tree.cycle(LAST_YEAR)
    last = ReportCycle.objects.filter(province=tree.root, year=LAST_YEAR - 1).first()
    sent = f"r.first_submitted_at <= '{NOW}' AND r.exempted_at IS NULL"
    owed = f"(r.first_submitted_at IS NULL OR r.first_submitted_at > '{NOW}') AND r.exempted_at IS NULL"
    conditions = (
        f"{sent} AND r.first_submitted_at < r.cutoff",
        f"{sent} AND r.first_submitted_at >= r.cutoff",
        f"{owed} AND r.cutoff <= '{NOW}'",
        f"{owed} AND r.cutoff > '{NOW}'",
        "r.exempted_at IS NOT NULL",
        f"{sent} AND r.is_nil",
        "r.extended_to IS NOT NULL AND r.exempted_at IS NULL",
    )
    sums = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions)
    of_cycle = "FROM reports_annualreport r WHERE r.cycle_id = %s"
    by_day = (
        f"SELECT (r.first_submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, count(*) {of_cycle} AND {sent}"
    )
    holder = BOARD["?contact=no-holder"].format(today=day_of(NOW))
    dead = "EXISTS (SELECT FROM journal_deadaddress d WHERE d.province = %s AND lower(d.address) = "
    unreached = (
        f"SELECT count(*) FILTER (WHERE a.contact_email = ''), count(*) FILTER (WHERE {holder}), "
        f"count(*) FILTER (WHERE {dead} lower(a.contact_email))) FROM reports_annualreport r "
        "JOIN agencies_agency a ON a.id = r.agency_id WHERE r.cycle_id = %s"
    )
    province = str(tree.root.pk)
    return [
        Query(
            "SELECT * FROM reports_reportcycle WHERE province_id = %s ORDER BY year DESC LIMIT 2",
            (tree.root.pk,),
        ),
        Query(f'SELECT r."group", r.superior_id, count(*), {sums} {of_cycle} GROUP BY 1, 2', (cycle.pk,)),
        Query(f"{by_day} GROUP BY 1", (cycle.pk,)),
        *([Query(f"{by_day} GROUP BY 1", (last.pk,))] if last else []),
        *([Query(f"SELECT count(*) {of_cycle} AND r.exempted_at IS NULL", (last.pk,))] if last else []),
        Query(f"SELECT count(*), min(submitted_at) {of_cycle} AND r.state = 'submitted'", (cycle.pk,)),
        Query("SELECT count(*) FROM journal_notice WHERE province = %s AND state = 'failed'", (province,)),
        Query(unreached, (province, cycle.pk)),
        Query(
            f"SELECT r.id, r.agency_name, a.contact_email {_FROM} {owed} "
            f"AND (a.contact_email = '' OR {holder})",
            (cycle.pk,),
        ),
        Query(
            "SELECT count(*) FROM agencies_agency a WHERE a.province_id = %s AND a.id <> a.province_id AND "
            f"a.reports_annually AND (a.contact_email = '' OR {dead} lower(a.contact_email)) OR a.id NOT IN "
            "(SELECT p.agency_id FROM agencies_agency n JOIN agencies_post p ON p.agency_id = n.id "
            "JOIN agencies_user u ON u.id = p.user_id WHERE n.province_id = %s AND p.is_responsible "
            f"AND u.is_active AND p.starts_on <= '{day_of(NOW)}' "
            f"AND (p.ends_on IS NULL OR p.ends_on >= '{day_of(NOW)}')))",
            (tree.root.pk, province, tree.root.pk),
        ),
        Query(
            "SELECT count(*), max(c.year) FROM reports_directiveduty d JOIN reports_reportcycle c "
            "ON c.id = d.cycle_id WHERE c.province_id = %s AND d.state = 'open' AND d.due_on < '2021-06-16'",
            (tree.root.pk,),
        ),
        Query(REMEDIES_AT_HOME, (tree.root.pk,)),
        Query(PLANS_AT_HOME, (tree.root.pk,)),
        Query(TRAINED_AT_HOME, (tree.root.pk,)),
    ]


def home_pair(tree: Tree, times: int = TIMES) -> Pair:
    """The staff home with rates and plots."""
    return compared(Visitor(tree.clerk), "/", home_floor(tree), times)


def home(nation: Nation) -> "Iterator[Row]":
    """Of a province."""
    yield page("staff home with rates and plots", home_pair(nation.provinces[0]), 2.0)


# Statistics


def plain_figures(cycle: ReportCycle) -> str:
    """A table of plain numeric columns with the same figures; its name."""
    numbers = numeric(questions_of(cycle.questionnaire_id))
    columns = ", ".join(f"(figures->>'{one.key}')::numeric::bigint AS \"{one.key}\"" for one in numbers)
    table = f"bench_figures_{cycle.pk}"
    with connection.cursor() as cursor:
        cursor.execute(
            f'CREATE TABLE IF NOT EXISTS {table} AS SELECT "group", mandate, first_submitted_at, '
            f"exempted_at, {columns} FROM reports_annualreport WHERE cycle_id = {cycle.pk}"
        )
        cursor.execute(f"VACUUM ANALYZE {table}")
    return table


def statistics_pair(tree: Tree, times: int = 7) -> Pair:
    """Count, sum, least and greatest of every numeric question over one received cycle."""
    cycle = tree.cycle(LAST_YEAR - 1)
    questions, table = cycle.questions, plain_figures(cycle)
    sums = ", ".join(
        f'count("{one.key}"), sum("{one.key}"), min("{one.key}"), max("{one.key}")'
        for one in numeric(questions)
    )
    where = "first_submitted_at <= %s AND exempted_at IS NULL"
    floor = Query(f'SELECT "group", mandate, {sums} FROM {table} WHERE {where} GROUP BY 1, 2', (NOW,))
    received = cycle.reports.received(NOW).counted()
    return alternate(
        lambda: cost(lambda: tally_in_database(received, questions)), lambda: cost(floor.ask), times
    )


def statistics(nation: Nation) -> "Iterator[Row]":
    """One cycle of the largest tree; and the whole page, for which nothing was promised."""
    tree = nation.trees[-1]
    yield at_most(f"statistics of one cycle, {tree.agencies:,} reports", statistics_pair(tree), 3.0)
    visitor, path = Visitor(tree.clerk), f"/cycles/{LAST_YEAR - 1}/statistics/"
    pair = compared(visitor, path, [], 3)
    yield told("page of statistics beside the empty page", pair)


# The officer


def officer(nation: Nation) -> "Iterator[Row]":
    """Home and one section of the form, for somebody whose report is a draft."""
    report = a_draft(nation.provinces[0])
    visitor = Visitor(User.objects.get(username=report.agency.code.lower()))
    most = 0
    for name, path in (
        ("officer home", "/"),
        ("report form, first section", f"/reports/{report.pk}/fill/general/"),
        ("report form, longest section", f"/reports/{report.pk}/fill/funding/"),
    ):
        yield at_most(name, compared(visitor, path, []), 4.0)
        most = max(most, len(statements_of(lambda path=path: visitor.get(path))))
    yield no_more("officer home and form, most statements", most, MOST_STATEMENTS["officer"])


def a_draft(tree: Tree) -> AnnualReport:
    """A report of a commune that somebody has begun and can still write in."""
    drafts = tree.cycle(LAST_YEAR).reports.filter(state="draft", group="ubnd_xa", exempted_at__isnull=True)
    return drafts.select_related("agency").order_by("pk")[0]


def autosave(nation: Nation) -> "Iterator[Row]":
    """One answer with its entry in the journal, beside any Django view that saves one row."""
    report = a_draft(nation.provinces[0])
    person = User.objects.get(username=report.agency.code.lower())
    visitor, anybody = Visitor(person), Visitor(person, PLAIN_BACKEND)
    stored = {"value": str(report.answers.get("staff_total", ""))}
    turn = iter(range(100, 100_000))

    def ours() -> Cost:
        typed = str(next(turn))
        data = {
            "key": "staff_total",
            "staff_total": typed,
            "seen-staff_total": stored["value"],
            "window": "w",
        }
        found = cost(lambda: visitor.post(f"/reports/{report.pk}/autosave/", data))
        stored["value"] = typed
        return found

    def floor() -> Cost:
        return cost(lambda: anybody.post(f"/bench/one-row/{report.pk}/", {"nil_reason": str(next(turn))}))

    pair = alternate(ours, floor, 60, warm=5)
    yield at_most("autosave of one answer with its entry", pair, 1.6)


__all__ = ["autosave", "board", "deep", "flat", "home", "officer", "registry", "statistics"]
