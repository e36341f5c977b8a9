"""The national database: provinces, agencies, people, cycles, reports, mails and money, from a fixed seed.

Small tables are made as objects; those with a row a report are one INSERT … SELECT each, so that the whole
takes minutes. What "chance" decides is a hash of the row's own keys and SEED: the same every time.

Beside the provinces stand single *trees*, provinces of a size that no province has: what is said of "one
cycle of 15,000 agencies" is measured on the largest of them. A tree has two finished cycles and one that has
just been opened; a province has all of its years, the last of which is running at NOW.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count, product
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model

from agencies.models import Agency, Document, Post, Role, Standing, User
from agencies.models.agency import Group, Kind, Level, Mandate
from isotrack.journal.models import Entry, Notice
from isotrack.kit.clock import ZONE
from isotrack.kit.text import fold, sort_key
from plans.models import FundingLine, FundingSource, PlanEntry, RolloutPlan
from reports.actions.cycle import open_cycle
from reports.actions.reference import load_reference, load_rules
from reports.mails import officer_mail
from reports.models import AnnualReport, ReportCycle, Submission
from tests.bench.answers import SETS, sets

SEED = 1141
LAST_YEAR = 2020  # the reporting year whose cycle is running
NOW = datetime(2021, 6, 16, 8, tzinfo=ZONE)
BEGAN = date(2010, 1, 1)
FRESH_YEAR = LAST_YEAR + 1  # the cycle of a tree in which nobody has written yet
DEPARTMENTS = 20
ONSETS = [
    "Khánh",
    "Bình",
    "Vĩnh",
    "Phú",
    "Mỹ",
    "Tân",
    "Long",
    "Hòa",
    "An",
    "Thạnh",
    "Đông",
    "Tây",
    "Hưng",
    "Định",
    "Lương",
    "Châu",
    "Thới",
    "Nhơn",
    "Ô",
    "Núi",
]
ENDINGS = [
    "An",
    "Hòa",
    "Thành",
    "Lộc",
    "Phước",
    "Hội",
    "Mỹ",
    "Trung",
    "Đức",
    "Thuận",
    "Quới",
    "Lợi",
    "Phong",
    "Bình",
    "Tịnh",
    "Ngươn",
    "Chánh",
    "Trạch",
]


@dataclass(frozen=True)
class Size:
    """How much is built; `trees` are the agencies of each single tree."""

    name: str
    provinces: int
    agencies: int
    years: int
    trees: Sequence[int]
    lines: int

    @property
    def stages(self) -> Sequence[int]:
        """After how many stored years things are measured."""
        return tuple(sorted({1, (self.years + 1) // 2, self.years}))


SIZES = {
    "full": Size("full", 34, 15_000, 10, (200, 2_000, 15_000), 60_000),
    "small": Size("small", 3, 300, 3, (60, 120, 400), 1_200),
}


@dataclass(frozen=True)
class Tree:
    """One province and whom the measures ask."""

    root: Agency
    agencies: int

    @property
    def clerk(self) -> User:
        """Of its department."""
        return User.objects.get(username=f"{self.root.code.lower()}-so")

    @property
    def officer(self) -> User:
        """Of one of its communes."""
        return User.objects.get(username=f"{self.root.code.lower()}-{self.agencies - 1:05}")

    def cycle(self, year: int) -> ReportCycle:
        """Its cycle of a year."""
        return ReportCycle.objects.select_related("province", "questionnaire").get(
            province=self.root, year=year
        )


class Nation:
    """Builds the database stage by stage; `say` hears how far it is."""

    def __init__(self, size: Size, say: Callable[[str], None]) -> None:
        self.size, self.say = size, say
        self.provinces: list[Tree] = []
        self.trees: list[Tree] = []

    def found(self) -> None:
        """Schema, law, agencies, people and money; then the trees with their cycles."""
        call_command("migrate", verbosity=0)
        load_reference(at=NOW)
        self.say("agencies and people")
        keys = count(1)
        each = self.size.agencies // self.size.provinces
        sizes = [each] * (self.size.provinces - 1)
        sizes.append(self.size.agencies - sum(sizes))
        self.provinces = [_tree(f"P{n:02}", number, keys) for n, number in enumerate(sizes, start=1)]
        self.trees = [_tree(f"T{n:02}", number, keys) for n, number in enumerate(self.size.trees, start=1)]
        _reset_keys(Agency, User)
        for tree in [*self.provinces, *self.trees]:
            load_rules(tree.root)
        self._open_cycles()
        _stand()
        _answers()
        self.say("plans and money")
        _money(self.size.lines, [tree.root.pk for tree in self.provinces])
        self.say("the trees' reports")
        self._fill(self.trees, [LAST_YEAR - 1, LAST_YEAR, FRESH_YEAR])

    def store(self, years: int) -> None:
        """See to it that every province has so many years, the newest first; those stored stay."""
        stored = ReportCycle.objects.filter(province=self.provinces[0].root, reports__isnull=False).distinct()
        have = stored.count()
        self.say(f"reports of the provinces, {years} years")
        self._fill(self.provinces, range(LAST_YEAR - years + 1, LAST_YEAR - have + 1))

    def _open_cycles(self) -> None:
        """Opened before anybody owes a report: the cycles alone."""
        years = range(LAST_YEAR - self.size.years + 1, LAST_YEAR + 1)
        for tree, year in [
            *product(self.provinces, years),
            *product(self.trees, (LAST_YEAR - 1, LAST_YEAR, FRESH_YEAR)),
        ]:
            open_cycle(year, province=tree.root, by=None, at=NOW)
        ReportCycle.objects.filter(year__lt=LAST_YEAR).update(closed_at=NOW)

    def _fill(self, trees: Sequence[Tree], years: Sequence[int]) -> None:
        roots = [tree.root.pk for tree in trees]
        for year in years:
            _reports(roots, year)
        _after_reports()
        _vacuum()


# Agencies


def _tree(code: str, number: int, keys: "Iterator[int]") -> Tree:
    """`number` agencies under one root, as in a province: departments and what is below them, districts,
    and some thirty communes to a district; each with a mailbox, an officer and a post.
    """
    agencies = list(_agencies(code, number, keys))
    Agency.objects.bulk_create(agencies, batch_size=2000)
    people = [_officer(agency) for agency in agencies[1:]]
    people.append(User(username=f"{code.lower()}-so", full_name="Nguyễn Văn Bình", role=Role.STAFF))
    places = [*agencies[1:], agencies[1]]
    for person in people:
        person.password, person.date_joined = "!", NOW
        person.email = f"{person.username}@people.example"
    User.objects.bulk_create(people, batch_size=2000)
    posts = [
        Post(user=person, agency=agency, starts_on=BEGAN, is_responsible=person.role != Role.STAFF)
        for person, agency in zip(people, places, strict=True)
        if agency.sort_order % 50 != 49 or person.role == Role.STAFF  # some posts are empty
    ]
    Post.objects.bulk_create(posts, batch_size=2000)
    number_and_words = {"number": f"1/{code}", "abstract": "Về việc báo cáo năm", "issuer": "Sở KH&CN"}
    Document.objects.create(province=agencies[0], kind="letter", issued_on=BEGAN, **number_and_words)
    return Tree(agencies[0], number)


def _agencies(code: str, number: int, keys: "Iterator[int]") -> "Iterator[Agency]":
    root = _agency(code, 0, next(keys), None, f"Ủy ban nhân dân tỉnh Số {code[1:]}", "root")
    root.reports_annually = False
    yield root
    departments, districts = [], []
    below, towns = number // 8, max(1, number // 36)
    for place in range(1, number):
        if place <= DEPARTMENTS:
            agency = _agency(code, place, next(keys), root, f"Sở {_name(place)}", "department")
            departments.append(agency)
        elif place <= DEPARTMENTS + below:
            above = departments[place % len(departments)]
            agency = _agency(code, place, next(keys), above, f"Chi cục {_name(place)}", "sub")
        elif place <= DEPARTMENTS + below + towns:
            name = f"Ủy ban nhân dân huyện {_name(place)}"
            agency = _agency(code, place, next(keys), root, name, "district")
            districts.append(agency)
        else:
            above = districts[place % len(districts)]
            name = f"Ủy ban nhân dân xã {_name(place)}"
            agency = _agency(code, place, next(keys), above, name, "commune")
        yield agency


def _name(place: int) -> str:
    """Names repeat, as those of communes do."""
    lot = place * SEED % (len(ONSETS) * len(ENDINGS))
    onset, ending = divmod(lot, len(ENDINGS))
    return f"{ONSETS[onset]} {ENDINGS[ending]}"


_LIKE = {
    "root": (Kind.PEOPLES_COMMITTEE_PROVINCE, Level.PROVINCE, Group.NONE, Mandate.MANDATORY, "2a"),
    "department": (Kind.DEPARTMENT, Level.PROVINCE, Group.DEPARTMENT, Mandate.MANDATORY, "2b"),
    "sub": (Kind.SUB_DEPARTMENT, Level.PROVINCE, Group.SUB_DEPARTMENT, Mandate.MANDATORY, "2c"),
    "district": (Kind.PEOPLES_COMMITTEE_DISTRICT, Level.DISTRICT, Group.DISTRICT, Mandate.MANDATORY, "2b"),
    "commune": (Kind.PEOPLES_COMMITTEE_COMMUNE, Level.COMMUNE, Group.COMMUNE, Mandate.ENCOURAGED, "2d"),
}


def _agency(code: str, place: int, key: int, above: Agency | None, name: str, like: str) -> Agency:
    kind, level, group, mandate, tier = _LIKE[like]
    own_code = code if above is None else f"{code}-{place:05}"
    agency = Agency(
        pk=key,
        code=own_code,
        valid_from=BEGAN,
        name=name,
        kind=kind,
        level=level,
        group=group,
        mandate=mandate,
        ceiling_tier=tier,
        superior=above,
        sort_order=0 if like == "commune" else place,
        contact_email="" if place % 40 == 39 else f"{own_code.lower()}@agency.example",
        path=f"{above.path if above else '/'}{key}/",
    )
    agency.province_id = key if above is None else above.province_id
    agency.name_sort = sort_key(agency.own_name)
    agency.name_search = fold(f"{agency.name}  {agency.code}")
    return agency


def _officer(agency: Agency) -> User:
    return User(username=agency.code.lower(), full_name="Trần Thị Lan", role=Role.OFFICER)


def _stand() -> None:
    """How each agency stood: one standing since the beginning."""
    names = ("superior_id", "name", "kind", '"group"', "mandate", "ceiling_tier", "reports_annually")
    columns = {name.strip('"'): f"a.{name}" for name in names} | {"agency_id": "a.id"}
    put(Standing, columns | {"starts_on": "a.valid_from"}, "agencies_agency a")


# Reports

# One lot a report, 0 to 999, that its keys and the seed decide.
_LOT = f"(hashtextextended(s.agency_id::text || ':' || c.year, {SEED}) & 9223372036854775807) % 1000"


def _answers() -> None:
    """The sets of answers, for every version of the questionnaire in use."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_answers (questionnaire bigint, number int, mandate text, answers jsonb, "
            "figures jsonb, coded bigint[], PRIMARY KEY (questionnaire, mandate, number))"
        )
        for (version,) in ReportCycle.objects.order_by().values_list("questionnaire").distinct():
            rows = [(version, *row) for row in sets(version)]
            cursor.executemany("INSERT INTO bench_answers VALUES (%s, %s, %s, %s, %s, %s)", rows)


def _reports(roots: Sequence[int], year: int) -> None:
    """A report for each agency: finished years nearly all received, the last one a third, a fresh one none.

    Lots below `sent` have come (from 930 on late, where the year is over); one in four others is begun.
    """
    sent = {FRESH_YEAR: 0, LAST_YEAR: 350}.get(year, 970)
    lot = "r.lot"
    is_sent, is_nil = f"{lot} < {sent}", f"{lot} < {sent} AND {lot} % 50 = 7"
    begun = f"{sent} > 0 AND NOT {is_sent} AND {lot} % 4 = 0"
    is_extended, is_exempt = f"{lot} % 100 = 3", f"NOT {is_sent} AND {lot} % 60 = 1 AND {sent} > 0"
    # Received over five months, the more the nearer the cut-off; late ones up to twenty days after it.
    came = (
        f"CASE WHEN {is_sent} THEN r.cutoff + CASE WHEN {lot} >= 930 "
        f"THEN ({lot} % 20) * interval '1 day' + interval '9 hours' "
        f"ELSE -(14 + sqrt({lot}) * 4) * interval '1 day' + ({lot} % 540) * interval '1 minute' END END"
    )
    state = (
        f"CASE WHEN NOT ({is_sent}) THEN CASE WHEN {begun} THEN 'draft' ELSE 'not_started' END "
        f"WHEN {year} = {LAST_YEAR} AND {lot} % 4 = 0 THEN 'submitted' ELSE 'accepted' END"
    )
    filled = f"({is_sent} AND NOT ({is_nil})) OR ({begun})"
    document = "(SELECT min(d.id) FROM agencies_document d WHERE d.province_id = r.province_id)"
    columns = {
        "cycle_id": "r.cycle_id",
        "agency_id": "r.agency_id",
        "agency_name": "r.name",
        "group": 'r."group"',
        "mandate": "r.mandate",
        "superior_id": "r.superior_id",
        "cutoff": f"r.cutoff + CASE WHEN {is_extended} THEN interval '15 days' ELSE interval '0' END",
        "extended_to": f"CASE WHEN {is_extended} THEN (r.cutoff + interval '14 days')::date END",
        "extended_at": f"CASE WHEN {is_extended} THEN r.cutoff - interval '20 days' END",
        "extension_document_id": f"CASE WHEN {is_extended} THEN {document} END",
        "exempted_at": f"CASE WHEN {is_exempt} THEN r.cutoff - interval '40 days' END",
        "exemption_document_id": f"CASE WHEN {is_exempt} THEN {document} END",
        "state": state,
        "answers": f"CASE WHEN {filled} THEN r.answers ELSE '{{}}' END",
        "figures": f"CASE WHEN {is_sent} AND NOT ({is_nil}) THEN r.figures ELSE '{{}}' END",
        "coded": f"CASE WHEN {is_sent} AND NOT ({is_nil}) THEN r.coded END",
        "is_nil": is_nil,
        "nil_reason": f"CASE WHEN {is_nil} THEN 'Không phát sinh thủ tục.' ELSE '' END",
        "saved_at": came,
        "first_submitted_at": came,
        "submitted_at": came,
        "accepted_at": f"CASE WHEN {state} = 'accepted' THEN {came} + interval '3 days' END",
        "flagged_late_at": f"CASE WHEN {is_sent} AND {lot} >= 930 THEN {came} END",
        "flagged_missing_at": f"CASE WHEN NOT ({is_sent}) AND {year} < {LAST_YEAR} THEN r.cutoff END",
    }
    owed = (
        f"(SELECT s.*, c.id AS cycle_id, c.cutoff, c.province_id, {_LOT} AS lot, b.answers, b.figures, "
        "b.coded FROM reports_reportcycle c JOIN agencies_agency a ON a.province_id = c.province_id "
        "JOIN agencies_standing s ON s.agency_id = a.id AND s.reports_annually "
        "JOIN bench_answers b ON b.questionnaire = c.questionnaire_id AND b.mandate = s.mandate "
        f"AND b.number = ({_LOT}) % {SETS // 2} "
        "WHERE c.province_id = ANY(%s) AND c.year = %s ORDER BY c.id, a.sort_order, a.name_sort) r"
    )
    put(AnnualReport, columns, owed, [list(roots), year])


def _after_reports() -> None:
    """What follows from each new report: its sending, two entries in the journal, three mails."""
    new = "NOT EXISTS (SELECT 1 FROM journal_notice n WHERE n.about = 'report:' || r.id)"
    rows = "reports_annualreport r JOIN reports_reportcycle c ON c.id = r.cycle_id JOIN agencies_agency a "
    rows += f"ON a.id = r.agency_id WHERE c.year <= {LAST_YEAR} AND {new}"
    code = "'BC-' || c.year || '-' || a.code || '-1'"
    sending = {"report_id": "r.id", "number": "1", "code": code, "sent_at": "r.submitted_at"}
    sending |= {"answers": "r.answers", "is_nil": "r.is_nil", "check_code": "'0000 0000 0000 0000'"}
    put(Submission, sending, f"{rows} AND r.submitted_at IS NOT NULL")
    about = {"about_kind": "'report'", "about_key": "r.id::text", "province": "c.province_id::text"}
    about |= {"about_label": "'Báo cáo năm ' || c.year || ' – ' || r.agency_name", "actor": "'Trần Thị Lan'"}
    for verb in ("report-saved", "report-submitted"):
        entry = about | {"verb": f"'{verb}'", "at": "r.submitted_at", "changes": "'{}'"}
        put(Entry, entry, f"{rows} AND r.submitted_at IS NOT NULL")
    _mails(rows)


def _mails(rows: str) -> None:
    """Three reminders each, in the words of a real one; one in two hundred failed."""
    report = AnnualReport.objects.select_related("cycle", "agency", "superior").first()
    assert report is not None
    words = officer_mail(report, NOW)
    failed = f"(r.id % 200 = 5 AND c.year = {LAST_YEAR})"
    notice = {
        "voice": "'report-reminder'",
        "about": "'report:' || r.id",
        "about_label": "'Kỳ báo cáo năm ' || c.year",
        "step": "'officer' || step.days",
        "recipient": "lower(a.code) || '@agency.example'",
        "recipient_label": "r.agency_name",
        "province": "c.province_id::text",
        "planned_for": "c.cutoff + step.days * interval '1 day'",
        "state": f"CASE WHEN {failed} THEN 'failed' ELSE 'sent' END",
        "reason": f"CASE WHEN {failed} THEN '550 no such mailbox' ELSE '' END",
        "sent_at": f"CASE WHEN NOT {failed} THEN c.cutoff + step.days * interval '1 day' END",
        "tries": "1",
        "message_id": "'<notice-' || r.id || step.days || '@isotrack.example>'",
        "subject": "%s",
        "body_text": "%s",
        "body_html": "%s",
    }
    steps = "(VALUES (-30), (-14), (-7)) AS step(days)"
    put(
        Notice,
        notice,
        rows.replace("WHERE", f"CROSS JOIN {steps} WHERE"),
        [words.subject, words.text, words.html],
    )


# Plans and money


def _money(lines: int, roots: Sequence[int]) -> None:
    """One plan in each province with every agency in it, and so many lines in all, spread evenly."""
    provinces = "agencies_agency p WHERE p.id = ANY(%s)"
    plan = {"province_id": "p.id", "code": "'KH-' || p.code", "title": "'Kế hoạch xây dựng HTQLCL'"}
    plan |= {"starts_on": "'2020-01-01'", "ends_on": "'2021-12-31'", "state": "'running'"}
    plan |= {"standard_id": "(SELECT max(id) FROM plans_standardversion)", "approved_at": "'2020-02-01'"}
    plan |= {"decision_id": "(SELECT min(d.id) FROM agencies_document d WHERE d.province_id = p.id)"}
    put(RolloutPlan, plan, provinces, [list(roots)])
    source = {"province_id": "p.id", "fiscal_year": "2020", "kind": "'local_budget'", "amount": "10^12"}
    put(FundingSource, source | {"name": "'Sự nghiệp KH&CN 2020'"}, provinces, [list(roots)])
    entry = {"plan_id": "p.id", "agency_id": "a.id", "processes": "20"}
    put(PlanEntry, entry, "plans_rolloutplan p JOIN agencies_agency a ON a.province_id = p.province_id")
    each = lines // max(1, PlanEntry.objects.count())
    line = {
        "entry_id": "e.id",
        "item_id": "(SELECT min(id) FROM plans_costitem)",
        "kind": "(ARRAY['A', 'B', 'maintenance', 'self_build'])[1 + n % 4]",
        "fiscal_year": "2020",
        "source_id": "s.id",
        "estimate": "5000000 + (e.id * 7 + n) % 9000000",
        "approved": "4000000",
    }
    rows = "plans_planentry e JOIN plans_rolloutplan p ON p.id = e.plan_id JOIN plans_fundingsource s "
    put(FundingLine, line, f"{rows} ON s.province_id = p.province_id, generate_series(1, {each}) AS n")


# SQL


def put(model: type[Model], columns: Mapping[str, str], rows: str, params: Sequence[Any] = ()) -> int:
    """INSERT … SELECT with `columns` (name → SQL) over `rows`; other columns get their field's default.

    `params` are those of the columns, in their order, then those of the rows. Returns how many were written.
    """
    chosen = {
        field.column: columns[field.column]
        for field in model._meta.concrete_fields
        if field.column in columns
    }
    assert len(chosen) == len(columns), set(columns) - set(chosen)
    defaults = {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if field.column not in columns and not field.null and not field.primary_key
    }
    names = ", ".join(f'"{name}"' for name in [*chosen, *defaults])
    values = ", ".join([*chosen.values(), *["%s"] * len(defaults)])
    inside = sum(text.count("%s") for text in chosen.values())
    ordered = [*params[:inside], *defaults.values(), *params[inside:]]
    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {values} FROM {rows}'
    statement = statement.replace("%", "%%").replace("%%s", "%s") if ordered else statement
    with transaction.atomic(), connection.cursor() as cursor:
        # Neither foreign keys row by row nor the journal's triggers: what is written here is right.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, ordered or None)
        return int(cursor.rowcount)


def _reset_keys(*models: type[Model]) -> None:
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def _vacuum() -> None:
    """Figures right after a great insert tell nothing."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
