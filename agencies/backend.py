"""Who a session belongs to: the account, and the post that says what it may see, in one query a request."""

from datetime import date
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Model, QuerySet

from agencies.models import Agency, Post, User
from isotrack.kit import clock
from isotrack.kit.statements import Key, columns_of, instances, kept


class Backend(AuthenticationBackend):
    """Signs in as allauth does."""

    def get_user(self, user_id: Any) -> User | None:
        """The account with its `post` of today; None for an unknown or a locked one."""
        post = post_held_by(user_id, clock.today())
        if post is None:
            found: User | None = super().get_user(user_id)
            return found
        post.user.post = post
        return post.user if self.user_can_authenticate(post.user) else None


# What is read of a post: the rows that belong to it, each with the way from the post.
_WHOLE: tuple[tuple[str, type[Model]], ...] = (
    ("", Post),
    ("user__", User),
    ("agency__", Agency),
    ("agency__province__", Agency),
)


def post_held_by(user: int, day: date) -> Post | None:
    """The post of the person with this key on `day`, as `User.post`: with person, agency and province."""
    rows = _held_by(Key(user), day)
    if not rows:
        return None
    values, found = rows[0], list[Any]()
    for _way, model in _WHOLE:
        width = len(columns_of(model))
        found += instances(model, [values[:width]])
        values = values[width:]
    post, post.user, post.agency, post.agency.province = found
    return post


@kept(10)  # every request asks; composing it took longer than asking
def _held_by(user: Key, day: date) -> "QuerySet[Any, Any]":
    held = Post.objects.on(day).filter(user_id=user).order_by("-is_responsible", "-starts_on")
    return held.values_list(*(way + name for way, model in _WHOLE for name in columns_of(model)))[:1]
