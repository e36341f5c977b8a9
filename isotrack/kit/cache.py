"""A Redis cache that no page depends on: while Redis is away it remembers nothing and refuses nothing."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """What is asked of it while Redis is away counts as not found, what is told as not kept.

    Limits that count in the cache do not hold during that time; nothing else is lost, as the database alone
    knows what is owed.
    """

    def add(self, *args: Any, **options: Any) -> bool:
        return bool(_or(True, super().add, *args, **options))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _or(default, super().get, key, default, version)

    def set(self, *args: Any, **options: Any) -> None:
        _or(None, super().set, *args, **options)

    def touch(self, *args: Any, **options: Any) -> bool:
        return bool(_or(False, super().touch, *args, **options))

    def delete(self, *args: Any, **options: Any) -> bool:
        return bool(_or(False, super().delete, *args, **options))

    def get_many(self, *args: Any, **options: Any) -> dict[Any, Any]:
        return dict(_or({}, super().get_many, *args, **options))

    def set_many(self, *args: Any, **options: Any) -> list[Any]:
        return list(_or([], super().set_many, *args, **options))

    def delete_many(self, *args: Any, **options: Any) -> None:
        _or(None, super().delete_many, *args, **options)

    def has_key(self, *args: Any, **options: Any) -> bool:
        return bool(_or(False, super().has_key, *args, **options))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(_or(delta, super().incr, key, delta, version))

    def clear(self) -> None:
        _or(None, super().clear)


def _or(instead: Any, ask: Any, *args: Any, **options: Any) -> Any:
    try:
        return ask(*args, **options)
    except (RedisError, OSError) as trouble:
        logger.warning("Cache is away: %s", trouble)
        return instead
