"""What staff do with reminder rules: add one, change it, switch it off and on. None is ever deleted."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction

from agencies.models import Agency, User
from isotrack.journal.record import record
from reports.models import ReminderRule


@transaction.atomic
def add_rule(province: Agency, values: Mapping[str, Any], *, by: User, at: datetime) -> ReminderRule:
    """Remind at one more step. Raises IntegrityError for a step that has its rule already."""
    rule = ReminderRule.objects.create(province=province, **values)
    _record("rule-added", rule, by=by, at=at, changes={"at": [None, f"{rule.at:%H:%M}"]})
    return rule


@transaction.atomic
def change_rule(rule: ReminderRule, values: Mapping[str, Any], *, by: User, at: datetime) -> ReminderRule:
    """Change when a rule speaks or what it says; what was planned or sent stays as it is."""
    rule = ReminderRule.objects.select_for_update().get(pk=rule.pk)
    changes = {
        name: [_plain(getattr(rule, name)), _plain(new)]
        for name, new in values.items()
        if getattr(rule, name) != new
    }
    for name, value in values.items():
        setattr(rule, name, value)
    rule.save(update_fields=list(values))
    if changes:
        _record("rule-changed", rule, by=by, at=at, changes=changes)
    return rule


@transaction.atomic
def switch_rule(rule: ReminderRule, *, by: User, at: datetime, on: bool) -> ReminderRule:
    """Stop reminding at a step, or begin again; a second press changes nothing."""
    if ReminderRule.objects.filter(pk=rule.pk, is_active=not on).update(is_active=on):
        rule.refresh_from_db(fields=["is_active"])
        _record("rule-switched", rule, by=by, at=at, changes={"is_active": [not on, on]})
    return rule


def _record(verb: str, rule: ReminderRule, *, by: User, at: datetime, changes: dict[str, list[Any]]) -> None:
    record(verb, ("rule", rule.pk, rule), by=by, at=at, province=rule.province_id, changes=changes)


def _plain(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, time) else value
