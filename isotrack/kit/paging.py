"""Pages of a list whose number of rows is known already."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator


class CountedPaginator(Paginator):
    """A paginator that was told how many rows there are, because other sums of the page say it already.

    `dress` makes of a queryset's slice the rows that are shown. What it adds is found for one page: in `rows`
    themselves it would be found for every row before it, too.
    """

    def __init__(
        self, rows: Any, per_page: int, count: int, *, dress: "Callable[[Any], Any] | None" = None
    ) -> None:
        super().__init__(rows, per_page)
        self._counted, self._dress = count, dress

    @cached_property
    def count(self) -> int:
        """The number it was told."""
        return self._counted

    def page(self, number: Any) -> Page:
        """One page. Raises InvalidPage for a number that does not exist."""
        page = super().page(number)
        if self._dress:
            page.object_list = self._dress(page.object_list)
        return page
