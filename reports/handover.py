"""What waits with a post when it changes hands, and what of its holder's own goes to somebody else.

The draft, the letters to write and the corrections belong to the agency and stay there: whoever holds the
post next finds them. Reviews given to one clerk of the department are that clerk's, so they are passed on.
"""

from collections.abc import Sequence
from copy import copy
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.mails import render_mail
from agencies.models import Post, Role, User
from isotrack.journal.models import Notice
from isotrack.journal.voices import NoLonger, Words
from isotrack.kit.calendars import CalendarDay
from isotrack.kit.clock import day_of
from plans.models import Participant
from reports.actions.review import assign
from reports.calendar import dates_of
from reports.models import AnnualReport


def waiting(post: Post, as_of: datetime) -> list[CalendarDay]:
    """What somebody who holds this post has to do, with its days; overdue first, classes left out."""
    return [day for day in dates_of(_holder_of(post), as_of) if day.last_day is None]


def pass_on(post: Post, *, by: User | None, at: datetime) -> None:
    """Give the open reviews of somebody who left the department to who follows, else to nobody."""
    if post.user.posts.on(day_of(at)).filter(agency__province=post.agency.province_id).exists():
        return
    next_post = post.followed_by.on(day_of(at)).filter(user__role=Role.STAFF, user__is_active=True).first()
    theirs = AnnualReport.objects.filter(assignee=post.user, cycle__province=post.agency.province_id)
    for report in theirs.exclude(state=AnnualReport.State.ACCEPTED).order_by("pk"):
        assign(report, by=by, at=at, to=next_post.user if next_post else None)


def newcomer_words(notices: Sequence[Notice], as_of: datetime) -> dict[int, Words | NoLonger]:
    """Tell whoever begins a post what waits there; nothing once they hold it no more."""
    keys = {notice.pk: int(notice.about.removeprefix("post:")) for notice in notices}
    posts = Post.objects.on(day_of(as_of)).select_related("user", "agency__province", "follows__user")
    found = posts.filter(user__is_active=True).in_bulk(keys.values())
    trained = set(
        Participant.objects.who_came()
        .filter(user__in={post.user_id for post in found.values()})
        .values_list("user_id", flat=True)
    )
    return {pk: _tell(found.get(post), trained, as_of) for pk, post in keys.items()}


def _tell(post: Post | None, trained: set[int], as_of: datetime) -> Words | NoLonger:
    if post is None:
        return NoLonger(_("Người này không còn giữ nhiệm vụ"))
    days = dates_of(_holder_of(post), as_of)
    context = {
        "post": post,
        "days": [day for day in days if day.last_day is None],
        "classes": [day for day in days if day.last_day is not None and day.day >= day_of(as_of)],
        "is_untrained": post.user.role == Role.OFFICER and post.user_id not in trained,
    }
    return render_mail("handover", post.agency.province, settings.SITE_URL + reverse("home"), **context)


def _holder_of(post: Post) -> User:
    """The holder as somebody who holds this post and no other, whatever day it is."""
    holder = copy(post.user)
    holder.post = post
    return holder
