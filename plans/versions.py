"""What was submitted, kept as data, and what changed between two submissions, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from isotrack.kit.words import read_date, say_date, show_money
from plans.models import LineKind, RolloutPlan
from plans.models.funding import Mode

Content = Mapping[str, Any]


def snapshot(plan: RolloutPlan) -> dict[str, Any]:
    """The plan as it stands now: its own fields, agencies, days of steps and lines of money.

    Amounts are whole đồng, days ISO 8601 text. Five statements, whatever the number of agencies.
    """
    entries = plan.entries.select_related("agency").prefetch_related(
        "steps__step", "steps__consultant", "lines__item", "lines__source"
    )
    kept = [_entry(entry) for entry in entries]
    return {
        "code": plan.code,
        "title": plan.title,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "standard": str(plan.standard),
        "entries": kept,
        "total": sum(line["estimate"] for entry in kept for line in entry["lines"]),
    }


def compare(old: Content, new: Content) -> list[str]:
    """What changed from one submission to a later one, a sentence each; nothing when they are equal."""
    before = {entry["agency"]: entry for entry in old["entries"]}
    after = {entry["agency"]: entry for entry in new["entries"]}
    said = list(_heading(old, new))
    said += [_added(after[key]) for key in after if key not in before]
    said += [_("Bỏ %(agency)s.") % {"agency": before[key]["name"]} for key in before if key not in after]
    for key in after:
        if key in before:
            said += _entry_changes(before[key], after[key])
    if old["total"] != new["total"]:
        said.append(
            _("Tổng dự toán từ %(old)s thành %(new)s.")
            % {"old": show_money(old["total"]), "new": show_money(new["total"])}
        )
    return said


def _entry(entry: Any) -> dict[str, Any]:
    return {
        "agency": entry.agency_id,
        "name": str(entry.agency),
        "mode": entry.mode,
        "processes": entry.processes,
        "note": entry.note,
        "steps": [_step(step) for step in entry.steps.all()],
        "lines": [_line(line) for line in entry.lines.all()],
    }


def _step(step: Any) -> dict[str, Any]:
    return {
        "code": step.step.code,
        "name": step.step.name_vi,
        "planned_on": step.planned_on.isoformat(),
        "is_hired": step.is_hired,
        "consultant": str(step.consultant or ""),
    }


def _line(line: Any) -> dict[str, Any]:
    return {
        "line": line.pk,
        "item": line.item.name_vi,
        "kind": line.kind,
        "quantity": str(line.quantity),
        "fiscal_year": line.fiscal_year,
        "source": str(line.source or ""),
        "estimate": line.estimate,
        "note": line.note,
    }


def _heading(old: Content, new: Content) -> Iterator[str]:
    if old["title"] != new["title"]:
        yield _("Đổi tên kế hoạch thành “%(title)s”.") % {"title": new["title"]}
    if old["standard"] != new["standard"]:
        yield _("Đổi tiêu chuẩn từ %(old)s thành %(new)s.") % {
            "old": old["standard"],
            "new": new["standard"],
        }
    if (old["starts_on"], old["ends_on"]) != (new["starts_on"], new["ends_on"]):
        yield _("Đổi thời gian từ %(old)s thành %(new)s.") % {"old": _period(old), "new": _period(new)}


def _added(entry: Content) -> str:
    total = sum(line["estimate"] for line in entry["lines"])
    return _("Thêm %(agency)s, dự toán %(money)s.") % {"agency": entry["name"], "money": show_money(total)}


def _entry_changes(old: Content, new: Content) -> Iterator[str]:
    agency = new["name"]
    if old["mode"] != new["mode"]:
        yield _("%(agency)s: đổi hình thức thành “%(mode)s”.") % {
            "agency": agency,
            "mode": Mode(new["mode"]).label,
        }
    if old["processes"] != new["processes"]:
        yield _("%(agency)s: số quy trình từ %(old)s thành %(new)s.") % {
            "agency": agency,
            "old": old["processes"],
            "new": new["processes"],
        }
    yield from _step_changes(agency, old["steps"], new["steps"])
    yield from _line_changes(agency, old["lines"], new["lines"])


def _step_changes(agency: str, old: list[Content], new: list[Content]) -> Iterator[str]:
    before = {step["code"]: step for step in old}
    for step in new:
        was = before.get(step["code"], step)
        words = {"agency": agency, "step": step["name"]}
        if was["planned_on"] != step["planned_on"]:
            days = {"old": _day(was["planned_on"]), "new": _day(step["planned_on"])}
            yield _("%(agency)s: bước “%(step)s” từ %(old)s thành %(new)s.") % (words | days)
        if was["is_hired"] != step["is_hired"] and step["is_hired"]:
            yield _("%(agency)s: bước “%(step)s” chuyển sang thuê tư vấn.") % words
        elif was["is_hired"] != step["is_hired"]:
            yield _("%(agency)s: bước “%(step)s” chuyển sang cơ quan tự làm.") % words
        elif was["consultant"] != step["consultant"]:
            yield _("%(agency)s: bước “%(step)s” đổi tư vấn.") % words


def _line_changes(agency: str, old: list[Content], new: list[Content]) -> Iterator[str]:
    before, after = {line["line"]: line for line in old}, {line["line"]: line for line in new}
    for key, line in after.items():
        words = {"agency": agency, "item": _item(line), "new": show_money(line["estimate"])}
        was = before.get(key)
        if was is None:
            yield _("%(agency)s: thêm khoản “%(item)s” %(new)s.") % words
        elif was["estimate"] != line["estimate"]:
            yield _("%(agency)s: khoản “%(item)s” từ %(old)s thành %(new)s.") % (
                words | {"old": show_money(was["estimate"])}
            )
        elif was != line:
            yield _("%(agency)s: khoản “%(item)s” đổi nội dung, số tiền giữ nguyên.") % words
    for key, line in before.items():
        if key not in after:
            yield _("%(agency)s: bỏ khoản “%(item)s” %(old)s.") % {
                "agency": agency,
                "item": _item(line),
                "old": show_money(line["estimate"]),
            }


def _item(line: Content) -> str:
    return f"{LineKind(line['kind']).label}: {line['item']}"


def _period(content: Content) -> str:
    return _("%(first)s đến %(last)s") % {
        "first": _day(content["starts_on"]),
        "last": _day(content["ends_on"]),
    }


def _day(text: str) -> str:
    return say_date(read_date(text))
