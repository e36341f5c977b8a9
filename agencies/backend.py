"""Who a session belongs to: the account, and the post that says what it may see, in one query a request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from agencies.models import Post, User
from isotrack.kit import clock


class Backend(AuthenticationBackend):
    """Signs in as allauth does."""

    def get_user(self, user_id: Any) -> User | None:
        """The account with its `post` of today; None for an unknown or a locked one."""
        post = Post.objects.held_by(user_id, clock.today())
        if post is None:
            found: User | None = super().get_user(user_id)
            return found
        post.user.post = post
        return post.user if self.user_can_authenticate(post.user) else None
