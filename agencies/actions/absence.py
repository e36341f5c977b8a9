"""Locking accounts nobody uses: warned twice by mail, locked, opened again by an administrator.

The days count from the last sign-in, or from when the account was opened, opened again or given a post.
Nobody is locked without a warning that lies `last_warning` days back, however long the scheduler was down.
Two are never locked: the last administrator of a province, and whoever alone answers for a report still owed
(the caller says who); of the latter the department is told.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from agencies.actions.person import change_account
from agencies.models import AbsenceRule, Agency, Role, User
from agencies.models.absence import usual_days
from isotrack.journal.models import Notice
from isotrack.journal.record import record
from isotrack.kit.clock import day_of
from isotrack.kit.words import say_date


@dataclass
class Swept:
    """How a run went: people warned, locked, and kept because nobody else could do their work."""

    warned: int = 0
    locked: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Absent:
    """Somebody who has not come for long: since when, and what the rule of their role says."""

    user: User
    since: date
    rule: AbsenceRule
    warned_on: dict[str, date]
    """Step of a warning of this absence → the day it was owed."""

    @property
    def locks_on(self) -> date:
        """The first day on which the account may be locked; never before a last warning had its time."""
        due = self.since + timedelta(days=self.rule.locks_after)
        if not self.user.email or not self.warned_on:
            return due
        return max(due, min(self.warned_on.values()) + self.rule.warnings[1])

    @property
    def steps(self) -> tuple[str, str]:
        """What the two warnings of this absence are called."""
        return f"absence-{self.since:%Y%m%d}-1", f"absence-{self.since:%Y%m%d}-2"

    def step_due(self, today: date) -> str:
        """The newest warning whose day has come and that nobody planned; "" where there is none."""
        first, last = self.rule.warnings
        if self.locks_on - today <= last:
            return "" if self.steps[1] in self.warned_on else self.steps[1]
        is_due = self.locks_on - today <= first
        return self.steps[0] if is_due and not self.warned_on else ""

    def may_be_locked(self, today: date) -> bool:
        """Whether the time is over and the person was told, where they can be."""
        return self.locks_on <= today and bool(self.warned_on or not self.user.email)


def rules_of(province: Agency) -> list[AbsenceRule]:
    """The rule of every role in a province, in the order of the roles: its row, or the usual one unsaved."""
    rows = {rule.role: rule for rule in AbsenceRule.objects.filter(province=province)}
    usual = {role: AbsenceRule(province=province, role=role, locks_after=usual_days(role)) for role in Role}
    return [rows.get(role.value, usual[role]) for role in Role]


@transaction.atomic
def set_rule(rule: AbsenceRule, *, by: User, at: datetime, **values: int | bool) -> AbsenceRule:
    """Change what holds for one role of a province."""
    changes = {name: [getattr(rule, name), new] for name, new in values.items() if getattr(rule, name) != new}
    for name, value in values.items():
        setattr(rule, name, value)
    rule.save()
    if changes:
        about = ("absence-rule", rule.pk, rule.get_role_display())
        record("absence-rule-changed", about, by=by, at=at, province=rule.province_id, changes=changes)
    return rule


def absent_in(province: Agency, as_of: datetime) -> Iterator[Absent]:
    """Accounts in use that nobody has used for so long that a warning is near; three statements."""
    rules = {rule.role: rule for rule in rules_of(province) if rule.is_on}
    users = User.objects.get_queryset().in_use().holding_post_in(province, day_of(as_of))
    found = [
        (user, rules[user.role], since)
        for user in users.filter(role__in=rules).annotate(newest=Max("posts__starts_on")).order_by("pk")
        if (since := _since(user)) <= day_of(as_of) - _before_warning(rules[user.role])
    ]
    warned = _warned(user for user, _rule, _since in found)
    for user, rule, since in found:
        own = {step: on for step, on in warned.get(user.pk, {}).items() if f"-{since:%Y%m%d}-" in step}
        yield Absent(user, since, rule, own)


@transaction.atomic
def sweep_absent(
    province: Agency, *, as_of: datetime, needed: Container[int] = (), dry_run: bool = False
) -> Swept:
    """Warn and lock those absent for long in one province; running it twice does nothing twice.

    `needed` holds the keys of people nobody else can stand in for.
    """
    today, swept = day_of(as_of), Swept()
    administrators = User.objects.get_queryset().in_use().filter(role=Role.ADMINISTRATOR)
    left = administrators.holding_post_in(province, today).distinct().count()
    notices: list[Notice] = []
    for absent in absent_in(province, as_of):
        is_administrator = absent.user.role == Role.ADMINISTRATOR
        if absent.may_be_locked(today) and (absent.user.pk in needed or (is_administrator and left == 1)):
            notices += _told_staff(province, absent, as_of)
            swept.kept += 1
        elif absent.may_be_locked(today):
            left -= is_administrator
            swept.locked += 1
            if not dry_run:
                _lock(absent, as_of)
        elif absent.user.email and (step := absent.step_due(today)):
            person = (absent.user.email, absent.user.get_full_name())
            notices.append(_notice("absence-warning", province, absent, step, person, as_of))
            swept.warned += 1
    if not dry_run:
        Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return swept


def _since(user: "User") -> date:
    """The day from which the absence of somebody (annotated with `newest`) counts."""
    instants = [user.date_joined, user.last_login, user.reopened_at]
    newest: date = user.newest  # type: ignore[attr-defined]
    return max(newest, *(day_of(instant) for instant in instants if instant is not None))


def _before_warning(rule: AbsenceRule) -> timedelta:
    return timedelta(days=rule.locks_after) - rule.warnings[0]


def _warned(users: Iterable[User]) -> dict[int, dict[str, date]]:
    """Person → the warnings ever planned for them, with their days; in one statement."""
    keys = {f"user:{user.pk}": user.pk for user in users}
    rows = Notice.objects.of_voice("absence-warning").filter(about__in=keys).order_by()
    found: dict[int, dict[str, date]] = {}
    for about, step, planned_for in rows.values_list("about", "step", "planned_for"):
        found.setdefault(keys[about], {})[step] = day_of(planned_for)
    return found


def _lock(absent: Absent, as_of: datetime) -> None:
    reason = _("Không đăng nhập từ ngày %(date)s.") % {"date": say_date(absent.since)}
    change_account(absent.user, by=None, at=as_of, is_active=False, reason=reason)


def _told_staff(province: Agency, absent: Absent, as_of: datetime) -> list[Notice]:
    """The department hears that somebody it depends on has not come for long."""
    staff = User.objects.get_queryset().in_use().filter(role=Role.STAFF).exclude(email="")
    readers = staff.holding_post_in(province, day_of(as_of)).distinct()
    step = f"absence-{absent.since:%Y%m%d}-kept"
    return [
        _notice("absence-kept", province, absent, step, (reader.email, reader.get_full_name()), as_of)
        for reader in readers
    ]


def _notice(
    voice: str, province: Agency, absent: Absent, step: str, to: tuple[str, str], as_of: datetime
) -> Notice:
    address, name = to
    return Notice(
        voice=voice,
        about=f"user:{absent.user.pk}",
        about_label=str(absent.user)[:300],
        step=step,
        recipient=address,
        recipient_label=name,
        province=str(province.pk),
        planned_for=as_of,
    )
