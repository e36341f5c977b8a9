"""Sessions in the database, with a copy in the cache that is believed for a short time only.

The copy saves a query a page. A page never needs it: while Redis is away the database answers. And because a
session that ended meanwhile (somebody signed out) could not be removed from a Redis that was away, no copy
lives longer than CACHED_FOR.
"""

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

CACHED_FOR = 5 * 60  # seconds


class _Briefly:
    """A cache that keeps nothing for long."""

    def __init__(self, cache: BaseCache) -> None:
        self._cache = cache

    def set(self, key: str, value: Any, timeout: int) -> None:
        """Keep it, at most for CACHED_FOR."""
        self._cache.set(key, value, min(timeout, CACHED_FOR))

    def __contains__(self, key: str) -> bool:
        return key in self._cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)


class SessionStore(CachedStore):
    """settings.SESSION_ENGINE where there is a Redis."""

    cache_key_prefix = "isotrack.session"

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._cache: Any = _Briefly(caches[settings.SESSION_CACHE_ALIAS])
