"""Pages of a list whose number of rows is known already."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator


class CountedPaginator(Paginator):
    """A paginator that was told how many rows there are, because other sums of the page say it already."""

    def __init__(self, rows: Any, per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self._counted = count

    @cached_property
    def count(self) -> int:
        """The number it was told."""
        return self._counted
