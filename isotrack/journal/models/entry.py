"""Entry: who did what to which thing. Written once: triggers refuse UPDATE, DELETE and TRUNCATE."""

import re
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from isotrack.kit.text import fold

_BETWEEN = re.compile(r"[\s()\[\]{}“”\"'‘’,;:!?–—…]+")


def in_words(text: str) -> str:
    """Folded, with a space before every word, so that " an" finds An and not the end of Trần."""
    return " " + " ".join(_BETWEEN.sub(" ", fold(text)).split())


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries, newest first."""

    def of_province(self, *provinces: str) -> Self:
        """Those of one province, or of several that followed one another, named by their keys as text."""
        return self.filter(province__in=provinces)

    def about(self, kind: str, key: object) -> Self:
        """The history of one thing."""
        return self.filter(about_kind=kind, about_key=str(key))

    def about_any(self, keys: Mapping[str, Iterable[str]]) -> Self:
        """The history of several things: kind → their keys."""
        things = (Q(about_kind=kind, about_key__in=list(some)) for kind, some in keys.items())
        return self.filter(reduce(or_, things, Q(pk__in=[])))

    def of_kinds(self, kinds: Iterable[str]) -> Self:
        """Those about things of these kinds."""
        return self.filter(about_kind__in=list(kinds))

    def matching(self, words: str) -> Self:
        """Those in whose thing, actor or reason a word begins so, for every word typed; marks aside."""
        for word in in_words(words).split():
            self = self.filter(search__contains=f" {word}")
        return self

    def by_any_of(self, actors: Iterable[str]) -> Self:
        """Those that one of these accounts did, named by their keys as text."""
        return self.filter(actor_key__in=list(actors))

    def before(self, entry: "Entry") -> Self:
        """Those that come after `entry` in a list with the newest first."""
        # The first condition says nothing new, but lets the database begin at that place of its index.
        return self.filter(Q(at__lt=entry.at) | Q(pk__lt=entry.pk), at__lte=entry.at)

    def after(self, entry: "Entry") -> Self:
        """Those that come before `entry` in a list with the newest first."""
        return self.filter(Q(at__gt=entry.at) | Q(pk__gt=entry.pk), at__gte=entry.at)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """Keep the form to search in, as save() does."""
        entries = list(objs)
        for entry in entries:
            entry.search = entry.searchable
        return super().bulk_create(entries, *args, **options)


class Entry(models.Model):
    """One thing that was done: append-only."""

    at = models.DateTimeField(_("thời điểm"), help_text=_("Lúc việc được làm, giờ Việt Nam khi hiển thị."))
    province = models.CharField(
        _("tỉnh"), max_length=40, blank=True, help_text=_("Khóa của tỉnh mà việc này thuộc về.")
    )
    actor = models.CharField(
        _("người làm"), max_length=200, help_text=_("Họ tên người làm, hoặc “Hệ thống”.")
    )
    actor_key = models.CharField(
        _("khóa người làm"), max_length=40, blank=True, help_text=_("Khóa tài khoản.")
    )
    verb = models.CharField(_("việc"), max_length=60, help_text=_("Tên việc, ví dụ report-submitted."))
    about_kind = models.CharField(_("loại"), max_length=40, help_text=_("Loại đối tượng, ví dụ report."))
    about_key = models.CharField(_("khóa"), max_length=40, help_text=_("Khóa của đối tượng."))
    about_label = models.CharField(_("đối tượng"), max_length=300, help_text=_("Tên đối tượng lúc đó."))
    changes = models.JSONField(
        _("thay đổi"), default=dict, blank=True, help_text=_("Trường → [giá trị cũ, giá trị mới].")
    )
    reason = models.TextField(_("lý do"), blank=True, help_text=_("Lý do người làm đã ghi."))
    # Written with the row and never again; what inserts by statement alone says it there.
    search = models.TextField(editable=False, default="")

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("mục nhật ký")
        verbose_name_plural = _("nhật ký")
        indexes = [
            models.Index(fields=["about_kind", "about_key", "-at"], name="entry_of_thing"),
            models.Index(fields=["province", "-at", "-id"], name="entry_newest"),
            models.Index(fields=["province", "verb", "-at", "-id"], name="entry_of_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.verb} {self.about_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the form to search in."""
        self.search = self.searchable
        super().save(*args, **kwargs)

    @property
    def searchable(self) -> str:
        """What it is about, who did it and why, as `in_words` has it."""
        return in_words(f"{self.about_label} {self.actor} {self.reason}")
