"""The plan as a workbook: its agencies with their money, their steps, and every line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.utils.translation import gettext as _

from isotrack.kit.sheets import DATE, MONEY, NUMBER, Column, Sheet, write_book
from isotrack.kit.words import show_date
from plans.models import EntryStep, FundingLine, PlanEntry, RolloutPlan
from plans.models.plan import EntryQuerySet
from plans.totals import Money, by_entry, totals


@dataclass(frozen=True)
class _Agency:
    """One row of the first sheet; the last one has no entry and holds the sums."""

    place: int | None
    entry: PlanEntry | None
    money: Money
    label: str = ""

    @property
    def steps(self) -> tuple[int, int] | None:
        """Done, and all."""
        if self.entry is None:
            return None
        steps = list(self.entry.steps.all())
        return sum(step.done_on is not None for step in steps), len(steps)


def plan_book(plan: RolloutPlan, entries: EntryQuerySet, *, today: date) -> bytes:
    """The workbook of these entries of a plan; its sums are those of the screen."""
    shown = entries.with_steps().in_protocol_order()
    notes = [
        f"{plan.code} – {plan.title}",
        _("Từ %(first)s đến %(last)s. Trạng thái: %(state)s. Lập ngày %(today)s. Đơn vị tính: đồng.")
        % {
            "first": show_date(plan.starts_on),
            "last": show_date(plan.ends_on),
            "state": plan.get_state_display(),
            "today": show_date(today),
        },
    ]
    sheets: list[Sheet] = [
        Sheet(_("Cơ quan và kinh phí"), _agency_columns(), _agency_rows(shown, entries), notes),
        Sheet(_("Tiến độ"), _step_columns(), _step_rows(shown)),
        Sheet(_("Dòng kinh phí"), _line_columns(), _lines(plan, entries)),
    ]
    out = BytesIO()
    write_book(out, sheets)
    return out.getvalue()


def _agency_rows(shown: EntryQuerySet, entries: EntryQuerySet) -> Iterator[_Agency]:
    money = by_entry(entries)
    for place, entry in enumerate(shown, start=1):
        yield _Agency(place, entry, money.get(entry.pk, Money()))
    yield _Agency(None, None, totals(entries), _("Cộng"))


def _step_rows(shown: EntryQuerySet) -> Iterator[tuple[PlanEntry, EntryStep]]:
    for entry in shown:
        for step in entry.steps.all():
            yield entry, step


def _lines(plan: RolloutPlan, entries: EntryQuerySet) -> Iterator[FundingLine]:
    lines = FundingLine.objects.of_plan(plan).filter(entry__in=entries)
    yield from lines.select_related("entry__agency", "item", "source", "document")


def _agency_columns() -> list[Column[_Agency]]:
    return [
        Column(_("TT"), lambda row: row.place, NUMBER, 6),
        Column(_("Cơ quan"), lambda row: str(row.entry.agency) if row.entry else row.label),
        Column(_("Mã"), lambda row: row.entry and row.entry.agency.code, width=12),
        Column(_("Cấp trên"), lambda row: row.entry and str(row.entry.agency.superior or "")),
        Column(_("Hình thức"), lambda row: row.entry and row.entry.get_mode_display(), width=20),
        Column(_("Số quy trình"), lambda row: row.entry and row.entry.processes, NUMBER),
        Column(_("Bước đã xong"), lambda row: "{}/{}".format(*row.steps) if row.steps else None, width=12),
        Column(_("Thuê tư vấn"), lambda row: row.money.hired, MONEY),
        Column(_("Cơ quan tự thực hiện"), lambda row: row.money.own, MONEY),
        Column(_("Duy trì, cải tiến"), lambda row: row.money.maintenance, MONEY),
        Column(_("Khác"), lambda row: row.money.other, MONEY),
        Column(_("Cộng dự toán"), lambda row: row.money.estimate, MONEY),
        Column(_("Phê duyệt"), lambda row: row.money.approved, MONEY),
    ]


def _step_columns() -> list[Column[tuple[PlanEntry, EntryStep]]]:
    return [
        Column(_("Cơ quan"), lambda row: str(row[0].agency)),
        Column(_("Bước"), lambda row: row[1].step.order, NUMBER, 8),
        Column(_("Nội dung"), lambda row: row[1].step.name, width=48),
        Column(_("Dự kiến xong"), lambda row: row[1].planned_on, DATE),
        Column(_("Xong ngày"), lambda row: row[1].done_on, DATE),
        Column(
            _("Cách làm"), lambda row: _("Thuê tư vấn") if row[1].is_hired else _("Cơ quan tự làm"), width=18
        ),
        Column(_("Người thực hiện"), lambda row: row[1].responsible),
        Column(_("Ghi chú"), lambda row: row[1].note),
    ]


def _line_columns() -> list[Column[FundingLine]]:
    return [
        Column(_("Cơ quan"), lambda line: str(line.entry.agency)),
        Column(_("Nội dung chi"), lambda line: line.item.name, width=48),
        Column(_("Dòng"), lambda line: line.get_kind_display()),
        Column(_("Năm"), lambda line: str(line.fiscal_year), width=8),
        Column(_("Nguồn"), lambda line: line.source and line.source.name),
        Column(_("Dự toán"), lambda line: line.estimate, MONEY),
        Column(_("Phê duyệt"), lambda line: line.approved, MONEY),
        Column(_("Phân bổ"), lambda line: line.allocated, MONEY),
        Column(_("Đã chi"), lambda line: line.spent, MONEY),
        Column(_("Quyết toán"), lambda line: line.settled, MONEY),
        Column(_("Ghi chú"), lambda line: line.note),
    ]
