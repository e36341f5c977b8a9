"""Pages of the registry: each begins with what this person may fetch."""

from django.http import HttpRequest

from agencies.models import User


class SignedRequest(HttpRequest):
    """A request behind the sign-in, where `user` is always an account of ours."""

    user: User
