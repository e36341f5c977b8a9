"""What a consolidated report says: frozen once as plain values, read again for screen, paper and workbook.

`content_of` looks at the registers; from then on everything is written from the snapshot alone, so an old
code gives the same figures whatever is edited later. Every figure is made from the kept rows, so that each
leads to the agencies behind it.

As of an instant in the past a report counts with what had been sent by then: the newest sending, of those not
withdrawn, that arrived at that instant or before. Plans, money and training have no history of that kind and
are taken as they stand when the report is frozen; so are exemptions and extensions, as in `reports.rates`.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from agencies.models.agency import Mandate
from agencies.names import names_on
from isotrack.kit.clock import ZONE, day_of
from isotrack.kit.deadlines import Deadline
from isotrack.kit.papers import Official
from isotrack.kit.words import share
from plans.models.funding import SourceKind
from reports.chapters import Worded, worded
from reports.inspections import needed_on_site
from reports.models import Punctuality, ReportCycle, Snapshot, Submission
from reports.next_year import next_year_of
from reports.period import Period, usual_year
from reports.rates import Rates
from reports.statistics.picture import STATE, Picture, Year, year_as_json, year_from_json
from reports.statistics.rows import PROTOCOL, Row, rows_of, show_figure
from reports.statistics.sent import figures_as_sent
from reports.statistics.spread import Quartiles, quartiles_of
from reports.statistics.tally import comparable, numeric, shared, tally_of_rows
from reports.voices import voices_of
from reports.work import failed_inspection, named, work_of_year

UNBROKEN = "\u00a0"
# Of the kept values. What form 1 lacks is empty: words, voices, next year, rows of the work; form 2 lacks the
# quartiles, and the period of the report to the Ministry, which then is of its cycle's year.
FORM = 3
DEPARTMENT = "Sở Khoa học và Công nghệ"
TEMPLATES = {
    Snapshot.Kind.COMMITTEE: "print/consolidated_committee.html",
    Snapshot.Kind.MINISTRY: "print/consolidated_ministry.html",
}


# What is frozen


def content_of(
    cycle: ReportCycle, as_of: datetime, kind: str = Snapshot.Kind.COMMITTEE, year: int | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Figures and rows of a cycle as of an instant, as JSON values; a constant number of statements.

    `year` is that of the report, one of `reports.period.years_open_to`; the usual one where it is not given.
    """
    period = Period.of_report(kind, year or usual_year(cycle, kind, as_of), as_of)
    until = day_of(as_of)
    rows, this = _looked_at(cycle, as_of)
    last = ReportCycle.objects.filter(province=cycle.province_id, year=cycle.year - 1).first()
    before = None
    if last is not None:
        _rows, before = _looked_at(last, as_of)
        before = before.only(comparable(cycle.questions, last.questions))
    figures = {
        "form": FORM,
        "province": [cycle.province.code, cycle.province.name],
        "cutoff": cycle.cutoff.astimezone(ZONE).isoformat(),
        "due_before": cycle.due_before.isoformat(),
        "documents": [named(one) for one in cycle.documents.order_by("issued_on", "pk")],
        "this": year_as_json(this),
        "last": year_as_json(before) if before else None,
        "superiors": [
            [pk, name] for pk, name in names_on((stand[2] for stand in this.rates), day_of(as_of)).items()
        ],
        "quartiles": {
            key: one.as_json()
            for key, one in quartiles_of(cycle.questions, (row for row in rows if row.is_received)).items()
        },
        "work": work_of_year(cycle, kind, period, until),
        "next_year": next_year_of(
            cycle.province, period.year + 1, failed_inspection(cycle, kind, period, until)
        ),
        **voices_of(cycle, rows, as_of),
    }
    if kind == Snapshot.Kind.MINISTRY:
        figures["period"] = period.as_json()
    return figures, [asdict(row) for row in rows]


def picture_then(cycle: ReportCycle, last: ReportCycle | None, as_of: datetime) -> Picture:
    """The sums of a past instant for a page: those that a snapshot of it would hold."""
    _rows, this = _looked_at(cycle, as_of)
    before = None
    if last is not None:
        _rows, before = _looked_at(last, as_of)
        before = before.only(comparable(cycle.questions, last.questions))
    names = names_on((stand[2] for stand in this.rates), day_of(as_of))
    return Picture(this, before, cycle.questions, names)


def rows_then(cycle: ReportCycle, as_of: datetime) -> list[Row]:
    """The reports behind these sums, in protocol order, each with what had been sent by then."""
    return list(_as_they_were(cycle, as_of))


def digest_of(figures: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over the content in one fixed way of writing it."""
    written = json.dumps([figures, rows], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _looked_at(cycle: ReportCycle, as_of: datetime) -> tuple[list[Row], Year]:
    rows = list(_as_they_were(cycle, as_of))
    stands: dict[tuple[str, str, int | None], list[Row]] = defaultdict(list)
    for row in rows:
        stands[row.group, row.mandate, row.superior].append(row)
    rates = {stand: rates_of_rows(there) for stand, there in stands.items()}
    received = ((row.group, row.mandate, row.figures) for row in rows if row.is_received)
    return rows, Year(cycle.year, rates, tally_of_rows(received, cycle.questions))


def rates_of_rows(rows: Sequence[Row]) -> Rates:
    """Count kept rows as `reports.rates` counts reports."""
    counts = {kind.value: sum(row.punctuality == kind for row in rows) for kind in Punctuality}
    extended = sum(row.is_extended and row.punctuality != Punctuality.EXEMPT for row in rows)
    return Rates(expected=len(rows), nil=sum(row.is_nil for row in rows), extended=extended, **counts)


def _as_they_were(cycle: ReportCycle, as_of: datetime) -> Iterator[Row]:
    """Two statements: the reports, and the earlier sendings of those that were sent again since."""
    earlier = _sent_by(cycle, as_of)
    for row in rows_of(cycle.reports.order_by(*PROTOCOL), as_of):
        sending = earlier.get(row.report)
        yield row if sending is None else _with(row, sending, cycle)


def _sent_by(cycle: ReportCycle, as_of: datetime) -> dict[int, Submission]:
    """Report → what counted at the instant, where something newer counts today."""
    again = Submission.objects.valid().filter(
        report__cycle=cycle, report__submitted_at__gt=as_of, sent_at__lte=as_of
    )
    return {one.report_id: one for one in again.order_by("sent_at", "number")}


def _with(row: Row, sending: Submission, cycle: ReportCycle) -> Row:
    if sending.is_nil:
        return replace(row, is_nil=row.is_received, figures={})
    on = day_of(sending.sent_at)
    kept = figures_as_sent(cycle.questions, sending.answers, mandate=row.mandate, year=cycle.year, on=on)
    return replace(row, is_nil=False, figures=kept)


# What is read again


@dataclass(frozen=True)
class Source:
    """What came from one kind of source in the year, in đồng."""

    name: str
    approved: int
    allocated: int
    spent: int
    settled: int


@dataclass(frozen=True)
class Paper:
    """A document by number, day and abstract."""

    number: str
    issued_on: date
    abstract: str


@dataclass(frozen=True)
class Consolidated:
    """A snapshot as screen, paper and workbook read it; nothing here asks another table than its own cycle's
    questionnaire, which never changes."""

    snapshot: Snapshot

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Read a snapshot of kind COMMITTEE or MINISTRY."""
        return cls(snapshot)

    @cached_property
    def figures(self) -> dict[str, Any]:
        """The kept values."""
        return dict(self.snapshot.figures)

    @cached_property
    def picture(self) -> Picture:
        """The sums in lines."""
        questions = self.snapshot.cycle.questions
        last = self.figures["last"]
        return Picture(
            year_from_json(self.figures["this"], questions),
            year_from_json(last, questions) if last else None,
            questions,
            dict(self.figures["superiors"]),
        )

    @cached_property
    def rows(self) -> list[Row]:
        """One a report, in protocol order."""
        return [Row(**kept) for kept in self.snapshot.rows]

    @cached_property
    def quartiles(self) -> dict[str, Quartiles]:
        """Question → how its answers lie; empty for figures of an earlier form."""
        questions = self.picture.questions.by_key
        kept = self.figures.get("quartiles", {})
        return {key: Quartiles.from_json(questions[key], one) for key, one in kept.items()}

    @property
    def spread(self) -> list[Quartiles]:
        """Those whose answers differ, in the order of the form."""
        found = (one for one in self.quartiles.values() if one.is_spread)
        return sorted(found, key=lambda one: one.question.number)

    @property
    def listed(self) -> list[tuple[Row, str]]:
        """Every row with the state of its agency's system in words."""
        question = self.picture.questions.by_key.get(STATE)
        return [(row, show_figure(question, row.figures.get(STATE)) if question else "") for row in self.rows]

    @property
    def not_started(self) -> list[tuple[str, str]]:
        """Agencies that have not begun, and why."""
        return [(name, reason) for name, reason in self.figures["not_started"]]

    @property
    def difficulties(self) -> list[tuple[str, str]]:
        """Agencies that name difficulties, and which."""
        return [(name, text) for name, text in self.figures.get("difficulties", [])]

    @property
    def proposals(self) -> list[tuple[str, str]]:
        """Agencies that propose something, and what."""
        return [(name, text) for name, text in self.figures.get("proposals", [])]

    @property
    def voices(self) -> list[tuple[str, str, str]]:
        """Agency, difficulties and proposals, one line an agency that named either."""
        hard, wanted = dict(self.difficulties), dict(self.proposals)
        return [(name, hard.get(name, ""), wanted.get(name, "")) for name in {**hard, **wanted}]

    @property
    def tasks(self) -> dict[str, Any]:
        """What the agencies plan for the year after: `agencies`, `count`, `quarters`, `common`."""
        return dict(self.figures.get("tasks", {"agencies": 0, "count": 0, "quarters": [0] * 4, "common": []}))

    @property
    def tasks_year(self) -> int:
        """The year those are for: the one after the agencies' reports."""
        return self.cycle_year + 1

    @property
    def next_year(self) -> dict[str, Any]:
        """What the registers hold for the year after; see `reports.next_year`."""
        return dict(self.figures["next_year"])

    @property
    def is_worded(self) -> bool:
        """Whether words were frozen with the figures; those of the first form had none."""
        return "words" in self.figures

    @property
    def chapters(self) -> dict[str, Worded]:
        """The chapters with their frozen words, by key of the chapter."""
        return worded(self.snapshot.kind, self.figures.get("words", {}))

    @property
    def late(self) -> list[Row]:
        """Those that came late."""
        return [row for row in self.rows if row.punctuality == Punctuality.LATE]

    @property
    def missing(self) -> list[Row]:
        """Those that had not come although they were due."""
        return [row for row in self.rows if row.punctuality == Punctuality.MISSING]

    @property
    def cycle_year(self) -> int:
        """The year the agencies report on."""
        return self.picture.this.year

    @cached_property
    def period(self) -> Period | None:
        """The days counted, where they are not the calendar year of the cycle."""
        kept = self.figures.get("period")
        return Period.from_json(kept) if kept else None

    @property
    def year(self) -> int:
        """The year the report speaks of; also the fiscal year of its money."""
        return self.period.year if self.period else self.cycle_year

    @property
    def is_shifted(self) -> bool:
        """Whether the agencies' reports are of another year: those of December are of the year before."""
        return self.year != self.cycle_year

    @property
    def in_period(self) -> str:
        """When the work was done: "trong năm", or in the days counted."""
        return "trong kỳ số liệu" if self.period else "trong năm"

    @property
    def in_answers(self) -> str:
        """When it was done by the agencies' reports: "trong năm", or "trong năm 2020"."""
        return f"trong năm {self.cycle_year}" if self.is_shifted else "trong năm"

    @property
    def by_answers(self) -> str:
        """ "Theo báo cáo của các cơ quan", with their year where it is another one."""
        return f"Theo báo cáo{f' năm {self.cycle_year}' if self.is_shifted else ''} của các cơ quan"

    @property
    def before(self) -> str:
        """The report before the agencies' newest one: "năm trước", or "kỳ trước"."""
        return "kỳ trước" if self.is_shifted else "năm trước"

    @property
    def deadline(self) -> str:
        """ "trước ngày 30/6/2021 (hết ngày 29/6/2021)"."""
        cutoff = datetime.fromisoformat(self.figures["cutoff"])
        return Deadline.ending_at(cutoff).in_words(date.fromisoformat(self.figures["due_before"]))

    @property
    def province(self) -> str:
        """ "tỉnh An Giang"."""
        return str(self.figures["province"][1]).removeprefix("Ủy ban nhân dân").strip()

    @property
    def documents(self) -> list[Paper]:
        """What obliges the agencies to report."""
        return list(_papers(self.figures["documents"]))

    @property
    def issued(self) -> list[Paper]:
        """What the province issued in the year."""
        return list(_papers(self.work["issued"]))

    @property
    def work(self) -> dict[str, Any]:
        """What was done in the year beside the reports."""
        return dict(self.figures["work"])

    @property
    def sources(self) -> list[Source]:
        """The money of the year by source."""
        return [Source(str(SourceKind(kind).label), *amounts) for kind, *amounts in self.work["funding"]]

    @property
    def on_site(self) -> int:
        """How many obliged agencies were inspected at their seat: by the plan of inspections, else as they
        report it.
        """
        if self.on_site_by_plan:
            return int(self.work["inspections"]["obliged_on_site"])
        forms = self.picture.this.tally_of(mandate=Mandate.MANDATORY).shares.get("inspection_form", {})
        return forms.get("on_site", 0)

    @property
    def on_site_by_plan(self) -> bool:
        """Whether the plan of inspections knows of any held at an agency's seat."""
        return bool(self.work["inspections"].get("on_site"))

    @property
    def obliged(self) -> int:
        """How many agencies Decision 19 obliges."""
        return self.picture.this.of_mandate(Mandate.MANDATORY).expected

    @property
    def on_site_share(self) -> Decimal | None:
        """Inspected on site of the obliged, in percent."""
        return share(self.on_site, self.obliged)

    @property
    def on_site_needed(self) -> int:
        """How many obliged agencies must be inspected on site: a third, rounded up (TT 26/2014 Đ33 k2)."""
        return needed_on_site(self.obliged)

    @property
    def official(self) -> Official:
        """The letterhead; a draft until the paper has its number."""
        snapshot = self.snapshot
        to_ministry = snapshot.kind == Snapshot.Kind.MINISTRY
        common: dict[str, Any] = {
            "place": self.province.removeprefix("tỉnh ").removeprefix("thành phố "),
            "year": day_of(snapshot.made_at).year,
            "kind": "Báo cáo",
            "number": snapshot.letter_number,
            "dated": snapshot.letter_dated,
            "signer": snapshot.letter_signer,
        }
        return _by_committee(self, common) if to_ministry else _by_department(self, common)

    def paper(self) -> tuple[str, dict[str, Any]]:
        """The template of the paper and what it needs."""
        context = {
            "report": self,
            "paper": self.official,
            "picture": self.picture,
            "chapters": self.chapters,
            "numbers": {one.key: self.picture.number(one.key) for one in numeric(self.picture.questions)},
            "shares": {one.key: self.picture.shares(one.key) for one in shared(self.picture.questions)},
        }
        return TEMPLATES[Snapshot.Kind(self.snapshot.kind)], context


def _by_department(report: Consolidated, common: dict[str, Any]) -> Official:
    """The department's report to the People's Committee of the province."""
    snapshot = report.snapshot
    return Official(
        issuer_parent=f"UBND {report.province}",
        issuer=DEPARTMENT,
        symbol=snapshot.letter_symbol or "BC-SKHCN",
        abstract=(
            "Kết quả xây dựng, áp dụng và duy trì Hệ thống quản lý chất lượng theo TCVN ISO 9001 "
            f"trong cơ quan hành chính nhà nước {report.province} năm {report.year}"
        ),
        signing=_signing(snapshot.letter_position, "GIÁM ĐỐC"),
        recipients=(
            f"UBND {report.province} (để báo cáo)",
            "Sở Tài chính",
            "Cơ quan cấp trên của cơ quan báo cáo",
            "Lưu: VT, TĐC",
        ),
        **common,
    )


def _by_committee(report: Consolidated, common: dict[str, Any]) -> Official:
    """The province's report of December to the Ministry (QĐ 19/2014 Đ12 k6; TT 26/2014 Đ42 k4)."""
    snapshot = report.snapshot
    return Official(
        issuer_parent="",
        # The name of the province stays in one line.
        issuer=f"Ủy ban nhân dân {report.province.replace(' ', UNBROKEN)}",
        symbol=snapshot.letter_symbol or "BC-UBND",
        abstract=(
            "Tình hình xây dựng và áp dụng Hệ thống quản lý chất lượng theo TCVN ISO 9001 "
            f"trong cơ quan hành chính nhà nước {report.province} năm {report.year}"
        ),
        signing=("TM. ỦY BAN NHÂN DÂN", *_signing(snapshot.letter_position, "CHỦ TỊCH")),
        recipients=(
            "Bộ Khoa học và Công nghệ",
            "Chủ tịch, các Phó Chủ tịch UBND tỉnh",
            "Sở Khoa học và Công nghệ, Sở Tài chính",
            "Lưu: VT, TH",
        ),
        **common,
    )


def _signing(position: str, usual: str) -> tuple[str, ...]:
    """The lines above the name; a deputy signs for the head ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")."""
    given = position.upper() or usual
    return (f"KT. {given.removeprefix('PHÓ ')}", given) if given.startswith("PHÓ ") else (given,)


def _papers(kept: Iterable[Sequence[str]]) -> Iterator[Paper]:
    return (Paper(number, date.fromisoformat(day), abstract) for number, day, abstract in kept)
