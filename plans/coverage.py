"""Who of the people that hold a post today has been trained, and who needs the next class.

Officers rotate and the law changes, which is why classes are held every year (QĐ 19/2014/QĐ-TTg Đ12 k4b;
letter 1141/UBND-TH). A person is counted, not an agency: whoever takes over a post begins untrained. A class
refreshes its people only for documents that had been issued when it began.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Document, Post, Role
from agencies.models.agency import Level
from agencies.models.person import PostQuerySet
from isotrack.kit.plots import Plot
from isotrack.kit.statements import kept
from plans.bars import Bar, bars
from plans.models import Participant, TrainingClass

YEARS_SHOWN = 5


class Status(models.TextChoices):
    """How a holder of a post stands."""

    NEVER = "never", _("Chưa tập huấn")
    OUTDATED = "outdated", _("Cần cập nhật")
    CURRENT = "current", _("Đã cập nhật")


@dataclass(frozen=True)
class Attended:
    """One class somebody came to."""

    training: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a post today: since when, the newest class, the documents not learnt yet."""

    user: int
    name: str
    agency: Agency
    since: date
    last_on: date | None
    lacks: Sequence[Document]

    @property
    def status(self) -> Status:
        """Untrained, behind the law, or up to date."""
        if self.last_on is None:
            return Status.NEVER
        return Status.OUTDATED if self.lacks else Status.CURRENT

    @property
    def is_trained(self) -> bool:
        """Whether the person came to any class."""
        return self.last_on is not None


@dataclass(frozen=True)
class Coverage:
    """The post holders of one province on one day, and what they were taught."""

    today: date
    holders: Sequence[Holder]
    documents: Sequence[Document]
    years: Sequence[Bar]

    @cached_property
    def total(self) -> Bar:
        """Everybody."""
        return self._bar("", self.holders)

    @cached_property
    def counts(self) -> dict[Status, int]:
        """How many there are of each status, in the order of Status."""
        return {status: sum(one.status == status for one in self.holders) for status in Status}

    @cached_property
    def levels(self) -> list[Bar]:
        """By administrative level, those without anybody left out."""
        return [
            self._bar(str(level.label), found)
            for level in Level
            if (found := [one for one in self.holders if one.agency.level == level])
        ]

    @cached_property
    def by_document(self) -> list[tuple[Document, Bar]]:
        """For every document some class covers: how many holders were taught it after it was issued."""
        everybody = len(self.holders)
        return [
            (document, Bar(document.number, everybody - self._lacking(document), everybody))
            for document in self.documents
        ]

    @property
    def years_plot(self) -> Plot:
        """Coverage at the end of each year."""
        return bars(self.years)

    @property
    def levels_plot(self) -> Plot:
        """Coverage by level today."""
        return bars(self.levels)

    def needing(self, training: TrainingClass | None = None) -> list[Holder]:
        """Who should come next: the untrained first, then whoever waits longest.

        For a class: those it would teach something, its participants left out.
        """
        if training is None:
            found = [one for one in self.holders if one.status != Status.CURRENT]
        else:
            taught = set(training.documents.values_list("pk", flat=True))
            there = set(training.participants.values_list("user_id", flat=True))
            outside = (one for one in self.holders if one.user not in there)
            found = [one for one in outside if not one.is_trained or _lacks_any(one, taught)]
        return sorted(found, key=_need)

    def _lacking(self, document: Document) -> int:
        return sum(document in one.lacks for one in self.holders)

    @staticmethod
    def _bar(name: str, holders: Sequence[Holder]) -> Bar:
        return Bar(name, sum(one.is_trained for one in holders), len(holders))


def coverage_of(province: Agency, today: date) -> Coverage:
    """Everything about one province, in four queries whatever its size."""
    posts = list(_posts(province))
    attended = _attended(province, today)
    covers = _covers(province, today)
    documents = sorted({document for found in covers.values() for document in found}, key=_newest)
    holders = [
        _holder(post, attended.get(post.user_id, []), covers, documents)
        for post in _one_each(post for post in posts if _is_held(post, today) and post.user.is_active)
    ]
    return Coverage(today, holders, documents, _years(posts, attended, today))


def levels_today(province: Agency, today: date) -> list[Bar]:
    """Who holds a post today and has come to a class, by level as Coverage.levels says it; one statement."""
    found: dict[int, tuple[str, bool]] = {}
    for user, level, trained in _holders_today(province.pk, today):
        found.setdefault(user, (level, trained))
    by_level: dict[str, list[bool]] = defaultdict(list)
    for level, trained in found.values():
        by_level[level].append(trained)
    return [
        Bar(str(level.label), sum(people), len(people))
        for level in Level
        if (people := by_level.get(level.value))
    ]


@kept(100)  # composing it took longer than asking
def _holders_today(province: int, today: date) -> "QuerySet[Any, Any]":
    """Person, level and whether trained, of each post held today."""
    came = Participant.objects.who_came().filter(
        user=OuterRef("user"), training__province=province, training__ends_on__lte=today
    )
    held = _posts(province).on(today).filter(user__is_active=True, agency__in=Agency.objects.valid_on(today))
    return held.values_list("user_id", "agency__level", Exists(came))


def _posts(province: Agency | int) -> PostQuerySet:
    """Posts of ISO officers, past and present, the responsible and newest first, in protocol order."""
    posts = Post.objects.filter(agency__province=province, user__role=Role.OFFICER)
    return posts.select_related("user", "agency").order_by(
        "agency__sort_order", "agency__name_sort", "-is_responsible", "-starts_on", "pk"
    )


def _attended(province: Agency, today: date) -> dict[int, list[Attended]]:
    """Person → the finished classes they came to, the oldest first."""
    came = Participant.objects.who_came().filter(training__province=province, training__ends_on__lte=today)
    found: dict[int, list[Attended]] = defaultdict(list)
    rows = came.order_by("training__ends_on", "training_id").values_list(
        "user_id", "training_id", "training__starts_on", "training__ends_on"
    )
    for user, training, starts_on, ends_on in rows:
        found[user].append(Attended(training, starts_on, ends_on))
    return dict(found)


def _covers(province: Agency, today: date) -> dict[int, set[Document]]:
    """Class → the documents linked to it that were issued by today."""
    links = TrainingClass.documents.through.objects.filter(
        trainingclass__province=province, document__issued_on__lte=today
    )
    found: dict[int, set[Document]] = defaultdict(set)
    for link in links.select_related("document"):
        found[link.trainingclass_id].add(link.document)
    return dict(found)


def _holder(
    post: Post, attended: list[Attended], covers: dict[int, set[Document]], documents: list[Document]
) -> Holder:
    learnt = {
        document
        for one in attended
        for document in covers.get(one.training, ())
        if one.starts_on >= document.issued_on  # nobody teaches what is not issued yet
    }
    return Holder(
        user=post.user_id,
        name=str(post.user),
        agency=post.agency,
        since=post.starts_on,
        last_on=attended[-1].ends_on if attended else None,
        lacks=[document for document in documents if document not in learnt],
    )


def _one_each(posts: Iterable[Post]) -> Iterable[Post]:
    """One post a person: two posts make no second head to train."""
    seen: set[int] = set()
    for post in posts:
        if post.user_id not in seen:
            seen.add(post.user_id)
            yield post


def _is_held(post: Post, day: date) -> bool:
    """Whether the post, and the agency that gives it, exist on `day`."""
    ends = [last for last in (post.ends_on, post.agency.valid_to) if last is not None]
    return post.starts_on <= day and all(last >= day for last in ends)


def _years(posts: list[Post], attended: dict[int, list[Attended]], today: date) -> list[Bar]:
    """Of those who held a post at the end of each year (today for this one): who had been trained by then."""
    ended = [one.ends_on.year for classes in attended.values() for one in classes]
    first = max(min(ended, default=today.year), today.year - YEARS_SHOWN + 1)
    found = []
    for year in range(first, today.year + 1):
        day = min(date(year, 12, 31), today)
        people = {
            post.user_id for post in posts if _is_held(post, day) and (day < today or post.user.is_active)
        }
        trained = sum(any(one.ends_on <= day for one in attended.get(user, ())) for user in people)
        found.append(Bar(str(year), trained, len(people)))
    return found


def _lacks_any(holder: Holder, documents: set[int]) -> bool:
    return any(document.pk in documents for document in holder.lacks)


def _need(holder: Holder) -> tuple[date, int, str]:
    """The untrained before everybody; among equals protocol order."""
    return (holder.last_on or date.min, holder.agency.sort_order, holder.agency.name_sort)


def _newest(document: Document) -> tuple[int, str]:
    return (-document.issued_on.toordinal(), document.number)
