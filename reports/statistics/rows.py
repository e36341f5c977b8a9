"""The agencies behind a figure: the same question asked of today's reports and of the rows of a snapshot."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from django.db.models import F, Q, TextChoices
from django.db.models.fields.json import KeyTransform
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from agencies.models.agency import Group, Level, Mandate, in_lists
from isotrack.kit.clock import day_of
from isotrack.kit.deadlines import Deadline
from isotrack.kit.words import show_number, show_percent
from reports.models import Punctuality
from reports.models.report import ReportQuerySet, punctuality_is
from reports.questions import Question, Questionnaire
from reports.questions.parts import NUMERIC
from reports.statistics.picture import LEVELS, NO_SUPERIOR
from reports.statistics.tally import value_of, values_of

ROWS_A_PAGE = 50
COLUMNS = (
    "pk",
    "agency__code",
    "agency_name",
    "group",
    "mandate",
    "superior_id",
    "superior__name",
    "punctuality",
    "cutoff",
    "first_submitted_at",
    "is_nil",
    "extended_to",
    "figures",
)
# Superiors in the order of official lists, agencies without one last (databases differ about nothing).
PROTOCOL: tuple[Any, ...] = (
    F("superior__sort_order").asc(nulls_last=True),
    "superior__name_sort",
    "agency__sort_order",
    "agency__name_sort",
    "pk",
)


class Kind(TextChoices):
    """Which reports a count of the rates is made of."""

    RECEIVED = "received", gettext_lazy("Đã nhận")
    ON_TIME = "on_time", gettext_lazy("Đúng hạn")
    LATE = "late", gettext_lazy("Trễ hạn")
    MISSING = "missing", gettext_lazy("Chưa gửi")
    NOT_DUE = "not_due", gettext_lazy("Chưa đến hạn")
    EXEMPT = "exempt", gettext_lazy("Được miễn")
    NIL = "nil", gettext_lazy("Không phát sinh")
    EXTENDED = "extended", pgettext_lazy("report", "Được gia hạn")

    def condition(self, as_of: datetime) -> Q:
        """The reports of this kind as of an instant; the same as in `reports.rates`."""
        kinds = punctuality_is(as_of)
        received = kinds[Punctuality.ON_TIME] | kinds[Punctuality.LATE]
        not_exempt = Q(exempted_at__isnull=True) | Q(exempted_at__gt=as_of)
        across = {
            Kind.RECEIVED: received,
            Kind.NIL: received & Q(is_nil=True),
            Kind.EXTENDED: Q(extended_to__isnull=False) & not_exempt,
        }
        return across[self] if self in across else kinds[Punctuality(self.value)]

    def holds(self, row: "Row") -> bool:
        """The same of a kept row."""
        across = {
            Kind.RECEIVED: row.is_received,
            Kind.NIL: row.is_nil,
            Kind.EXTENDED: row.is_extended and row.punctuality != Punctuality.EXEMPT,
        }
        return across.get(self, row.punctuality == self.value)


@dataclass(frozen=True)
class Row:
    """One report as the figures count it; `days` are the calendar days by which it is late or missing."""

    report: int
    code: str
    name: str
    group: str
    mandate: str
    superior: int | None
    superior_name: str
    punctuality: str
    days: int
    is_nil: bool
    is_extended: bool
    sent_at: str
    """ISO 8601 in UTC, empty where nothing was received."""
    figures: Mapping[str, Any]

    @property
    def is_received(self) -> bool:
        """Whether it was received, on time or late."""
        return self.punctuality in (Punctuality.ON_TIME, Punctuality.LATE)

    @property
    def sent(self) -> datetime | None:
        """When it was received."""
        return datetime.fromisoformat(self.sent_at) if self.sent_at else None

    @property
    def group_name(self) -> str:
        """The group in words."""
        return str(Group(self.group).label)

    @property
    def mandate_name(self) -> str:
        """Whether the agency was obliged or encouraged, in words."""
        return str(Mandate(self.mandate).label)

    @property
    def punctuality_name(self) -> str:
        """The punctuality in words, without days."""
        return str(Punctuality(self.punctuality).label)


@dataclass(frozen=True)
class Wanted:
    """Which rows somebody asks for, read from an address; what cannot be read asks for nothing."""

    kind: Kind | None = None
    group: str = ""
    level: str = ""
    mandate: str = ""
    superior: int | None = None
    question: Question | None = None
    value: Any = None

    @classmethod
    def read(cls, query: QueryDict, questions: Questionnaire) -> Self:
        """Read ?kind=&group=&level=&mandate=&superior=&question=&value=."""
        question = questions.by_key.get(query.get("question", ""))
        if question is not None and question.type not in NUMERIC and not values_of(question):
            question = None
        return cls(
            kind=Kind(kind) if (kind := query.get("kind", "")) in Kind.values else None,
            group=_one_of(Group.values, query.get("group", "")),
            level=_one_of(Level.values, query.get("level", "")),
            mandate=_one_of(Mandate.values, query.get("mandate", "")),
            superior=_key(query.get("superior", "")),
            question=question,
            value=_value(question, query.get("value", "")),
        )

    @property
    def groups(self) -> list[str]:
        """The groups asked for, by themselves or as those of a level; none asks for all."""
        if self.group:
            return [self.group]
        return [group.value for group, level in LEVELS.items() if level == self.level]

    @property
    def is_number(self) -> bool:
        """Whether the rows show a number, and are sorted by it, the largest first."""
        return self.question is not None and self.question.type in NUMERIC

    def in_database(self, reports: ReportQuerySet, as_of: datetime) -> ReportQuerySet:
        """The reports asked for, in protocol order or by their answers."""
        found = reports.filter(self._condition(as_of))
        if self.question is not None:
            found = found.alias(asked=KeyTransform(self.question.key, "figures"))
            if self.value is not None:
                found = found.filter(asked=_stored(self.question, self.value))
        if self.is_number:
            return found.order_by(F("asked").desc(), *PROTOCOL)
        return found.order_by(*PROTOCOL)

    def among(self, rows: Iterable[Row]) -> list[Row]:
        """The same of kept rows, which are in protocol order."""
        found = [row for row in rows if self._fits(row)]
        if not self.is_number or self.question is None:
            return found
        key = self.question.key
        return sorted(found, key=lambda row: -Decimal(str(row.figures[key])))

    def _condition(self, as_of: datetime) -> Q:
        asked = self.kind.condition(as_of) if self.kind else Q()
        if self.groups:
            asked &= Q(group__in=self.groups)
        if self.mandate:
            asked &= Q(mandate=self.mandate)
        if self.superior is not None:
            asked &= Q(superior_id=self.superior or None) if self.superior else Q(superior__isnull=True)
        if self.question is not None:
            asked &= Kind.RECEIVED.condition(as_of) & Q(figures__has_key=self.question.key)
        return asked

    def _fits(self, row: Row) -> bool:
        if self.kind and not self.kind.holds(row):
            return False
        if self.groups and row.group not in self.groups:
            return False
        if self.mandate not in ("", row.mandate):
            return False
        if self.superior is not None and (row.superior or NO_SUPERIOR) != self.superior:
            return False
        return self.question is None or self._answers(self.question, row)

    def _answers(self, question: Question, row: Row) -> bool:
        if question.key not in row.figures or not row.is_received:
            return False
        given = row.figures[question.key]
        if self.value is None:
            return True
        if question.type in NUMERIC:
            return Decimal(str(given)) == self.value
        return value_of(given) == self.value

    def in_words(self, superiors: Mapping[int, str]) -> str:
        """ "Trễ hạn · UBND cấp xã", "Tình trạng hệ thống đến 31/12: Đã công bố"."""
        said = [
            self.kind and str(self.kind.label),
            self.group and str(Group(self.group).label),
            self.level and str(Level(self.level).label),
            self.mandate and str(Mandate(self.mandate).label),
            None if self.superior is None else superiors.get(self.superior) or _("Không có cấp trên"),
            self.question and self._question_in_words(self.question),
        ]
        return " · ".join(part for part in said if part) or _("Mọi cơ quan phải báo cáo")

    def _question_in_words(self, question: Question) -> str:
        label = question.label(get_language())
        return label if self.value is None else f"{label}: {show_figure(question, self.value)}"


def rows_of(reports: ReportQuerySet, as_of: datetime) -> Iterable[Row]:
    """Report rows as they are shown and kept, in the order of the queryset; one statement."""
    return read_rows(as_values(reports, as_of).iterator(chunk_size=1000), as_of)


def as_values(reports: ReportQuerySet, as_of: datetime) -> Any:
    """The columns that a row is read from; a paginator cuts and counts them."""
    return reports.with_punctuality(as_of).values(*COLUMNS)


def read_rows(values: Iterable[Mapping[str, Any]], as_of: datetime) -> Iterator[Row]:
    """Rows from such values."""
    return (_row(one, as_of) for one in values)


def with_answers(wanted: Wanted, rows: Iterable[Row]) -> list[tuple[Row, str]]:
    """Each row with what it answered to the question asked about; nothing where none is."""
    question = wanted.question
    if question is None:
        return [(row, "") for row in rows]
    return [(row, show_figure(question, row.figures.get(question.key))) for row in rows]


def show_figure(question: Question, figure: Any) -> str:
    """A figure as people read it: "1.234", "89,11 %", "Đã công bố", "Có"."""
    if figure is None:
        return ""
    if question.type == "percent":
        return show_percent(Decimal(str(figure)))
    if question.type in NUMERIC:
        return show_number(int(figure))
    labels = {choice.value: choice.label(get_language()) for choice in question.choices}
    labels |= {"true": _("Có"), "false": _("Không")}
    return labels.get(value_of(figure), value_of(figure))


def _row(values: Mapping[str, Any], as_of: datetime) -> Row:
    sent = values["first_submitted_at"]
    sent = sent if sent and sent <= as_of else None
    kind = values["punctuality"]
    is_behind = kind in (Punctuality.LATE, Punctuality.MISSING)
    return Row(
        report=values["pk"],
        code=values["agency__code"],
        name=in_lists(values["agency_name"]),
        group=values["group"],
        mandate=values["mandate"],
        superior=values["superior_id"],
        superior_name=in_lists(values["superior__name"] or ""),
        punctuality=kind,
        days=Deadline.ending_at(values["cutoff"]).offset(day_of(sent or as_of)) if is_behind else 0,
        is_nil=values["is_nil"] and sent is not None and kind != Punctuality.EXEMPT,
        is_extended=values["extended_to"] is not None,
        sent_at=sent.isoformat() if sent else "",
        figures=values["figures"] if sent else {},
    )


def _one_of(known: Sequence[str], typed: str) -> str:
    return typed if typed in known else ""


def _key(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def _value(question: Question | None, typed: str) -> Any:
    """A value of the question: a number, or what a choice is stored as; None asks for any."""
    if question is None or not typed:
        return None
    if question.type not in NUMERIC:
        return typed if typed in values_of(question) else None
    try:
        found = Decimal(typed)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**16 else None


def _stored(question: Question, value: Any) -> Any:
    if question.type in NUMERIC:
        return int(value) if value == value.to_integral_value() else float(value)
    return value == "true" if question.type == "boolean" else value
