"""A version of the questionnaire: a definition as data that never changes once it is published.

Versions that come with the installation belong to nobody and serve every province; what a department writes
belongs to its province and is seen by nobody else.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from plans.models import CostItem
from reports.questions import Choice, Problem, Questionnaire, find_problems

if TYPE_CHECKING:
    from agencies.models import User

LISTS_FROM_FILES = ("cost_item",)


class QuestionnaireQuerySet(models.QuerySet["QuestionnaireVersion"]):
    """Sentences about versions."""

    def visible_to(self, user: "User") -> Self:
        """Those the person's department may use: the installation's and its province's."""
        if not user.is_reviewer or user.agency is None:
            return self.none()
        return self.filter(Q(province__isnull=True) | Q(province__in=user.agency.realm))

    def editable_by(self, user: "User") -> Self:
        """Those the person's department may publish: its province's."""
        return self.visible_to(user).filter(province__isnull=False)

    def serving(self, province: int | None) -> Self:
        """The installation's and those of one province."""
        return self.filter(Q(province__isnull=True) | Q(province=province))

    def coded(self, code: str) -> Self:
        """The versions of one form."""
        return self.filter(code=code)

    def published(self) -> Self:
        """Those that cycles may use; they never change again."""
        return self.filter(published_at__isnull=False)

    def before(self, version: "QuestionnaireVersion") -> "QuestionnaireVersion | None":
        """The one that `version` was copied from, else the one before it by number."""
        earlier = self.filter(Q(pk=version.based_on_id) | Q(version__lt=version.version))
        based_on = Case(When(pk=version.based_on_id, then=Value(0)), default=Value(1))
        return earlier.order_by(based_on, "-version", "-pk").first()

    def drafts(self) -> Self:
        """Those still being written."""
        return self.filter(published_at__isnull=True)

    def for_year(self, year: int, province: Agency | None = None) -> Self:
        """Published ones that a cycle of this year and province may open with, the newest first."""
        serving = self.published().serving(province.pk if province else None)
        return serving.filter(from_year__lte=year).order_by("-from_year", "-version")


class QuestionnaireVersion(models.Model):
    """One version; cycles point at it, and their reports keep it for good."""

    province = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tỉnh"),
        help_text=_("Tỉnh soạn phiên bản này; để trống thì mọi tỉnh dùng được."),
    )
    code = models.CharField(_("mã biểu mẫu"), max_length=40, help_text=_("Ví dụ BC-HTQLCL-NAM."))
    version = models.PositiveSmallIntegerField(
        _("phiên bản"), help_text=_("1, 2, 3 … trong cùng một biểu mẫu.")
    )
    title = models.CharField(_("tên biểu mẫu"), max_length=300, help_text=_("Tên in trên báo cáo."))
    definition = models.JSONField(
        _("định nghĩa"), help_text=_("Phần, câu hỏi, điều kiện và quy tắc, dạng dữ liệu.")
    )
    from_year = models.PositiveSmallIntegerField(
        _("dùng từ năm báo cáo"),
        default=2000,
        help_text=_("Kỳ của năm này và các năm sau mở ra với phiên bản này, nếu không có bản mới hơn."),
    )
    based_on = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("chép từ"),
        help_text=_("Phiên bản mà bản này được chép ra để sửa."),
    )
    published_at = models.DateTimeField(
        _("phát hành lúc"), null=True, blank=True, help_text=_("Sau khi phát hành, phiên bản không đổi nữa.")
    )

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        verbose_name = _("phiên bản biểu mẫu")
        verbose_name_plural = _("phiên bản biểu mẫu")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                condition=Q(province__isnull=True),
                name="questionnaire_version_once",
                violation_error_message=_("Biểu mẫu đã có phiên bản này."),
            ),
            models.UniqueConstraint(
                fields=["province", "code", "version"],
                name="questionnaire_version_once_a_province",
                violation_error_message=_("Tỉnh đã có phiên bản này của biểu mẫu."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(code)s, phiên bản %(version)s") % {"code": self.code, "version": self.version}

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.published_at is None

    @cached_property
    def questions(self) -> Questionnaire:
        """The definition made ready to ask, with the lists that live elsewhere. Raises DefinitionError."""
        return Questionnaire.from_definition(self.definition, choices=lists_from_files())

    @cached_property
    def problems(self) -> list[Problem]:
        """Everything to mend before it can be published; nothing in a published version."""
        return find_problems(self.definition, LISTS_FROM_FILES) if self.is_draft else []


def questions_of(version_pk: int) -> Questionnaire:
    """The questions of a version. A published one never changes, so each process reads it once."""
    try:
        return _published_questions(version_pk)
    except QuestionnaireVersion.DoesNotExist:  # a draft that is looked at as an officer would see it
        return QuestionnaireVersion.objects.get(pk=version_pk).questions


@lru_cache(maxsize=32)
def _published_questions(version_pk: int) -> Questionnaire:
    return QuestionnaireVersion.objects.get(pk=version_pk, published_at__isnull=False).questions


def lists_from_files() -> dict[str, Sequence[Choice]]:
    """The lists of choices that live elsewhere, by their name in a definition (TT 116/2015/TT-BTC Đ3)."""
    return {"cost_item": _cost_items()}


def _cost_items() -> Sequence[Choice]:
    return [
        Choice(value=item.identifier, label_vi=item.name_vi, label_en=item.name_en)
        for item in CostItem.objects.all()
    ]
