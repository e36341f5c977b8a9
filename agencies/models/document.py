"""The register of documents that every plan, cycle, duty and rule points at."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models.agency import Agency
from isotrack.kit.text import fold
from isotrack.kit.words import say_date

if TYPE_CHECKING:
    from agencies.models.person import User


class DocumentQuerySet(models.QuerySet["Document"]):
    """Sentences about documents."""

    def visible_to(self, user: "User") -> Self:
        """National law, and the documents of the person's own province."""
        if user.agency is None:
            return self.none()
        return self.filter(Q(province__isnull=True) | Q(province_id__in=user.agency.realm))

    def without_file_of(self, user: "User") -> Self:
        """Those of the person's own province whose file the department may still add."""
        own = user.agency
        if own is None or not user.is_reviewer:
            return self.none()
        return self.filter(province_id=own.province_id, file="")

    def with_file(self) -> Self:
        """Those whose file we have."""
        return self.exclude(file="")

    def matching(self, words: str) -> Self:
        """Those whose number, issuer or abstract contain every word typed, whatever its marks and case."""
        for word in fold(words).split():
            self = self.filter(search__contains=word)
        return self


class Document(models.Model):
    """One official document: number and symbol, date, issuer, abstract, and its file where we have it."""

    class Kind(models.TextChoices):
        """Kinds of administrative and legal documents (NĐ 30/2020 Đ7)."""

        LETTER = "letter", _("Công văn")
        DECISION = "decision", _("Quyết định")
        CIRCULAR = "circular", _("Thông tư")
        DECREE = "decree", _("Nghị định")
        RESOLUTION = "resolution", _("Nghị quyết")
        PLAN = "plan", _("Kế hoạch")
        SUBMISSION = "submission", _("Tờ trình")
        REPORT = "report", _("Báo cáo")
        MINUTES = "minutes", _("Biên bản")

    province = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tỉnh"),
        help_text=_("Để trống với văn bản của trung ương, mọi tỉnh đều thấy."),
    )
    kind = models.CharField(_("loại"), max_length=12, choices=Kind, help_text=_("Loại văn bản."))
    number = models.CharField(_("số, ký hiệu"), max_length=60, help_text=_("Ví dụ 1141/UBND-TH."))
    issued_on = models.DateField(_("ngày ban hành"), help_text=_("Ngày ký ghi trên văn bản."))
    issuer = models.CharField(_("cơ quan ban hành"), max_length=200, help_text=_("Ví dụ UBND tỉnh An Giang."))
    abstract = models.CharField(_("trích yếu"), max_length=500, help_text=_("Nội dung chính của văn bản."))
    in_force_from = models.DateField(
        _("có hiệu lực từ"), null=True, blank=True, help_text=_("Với văn bản quy phạm pháp luật.")
    )
    file = models.FileField(
        _("tệp"),
        upload_to="documents/%Y/",
        blank=True,
        help_text=_("Bản PDF, tối đa 20 MB; không tải tài liệu mật."),
    )
    search = models.CharField(max_length=900, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "number"]
        verbose_name = _("văn bản")
        verbose_name_plural = _("văn bản")
        constraints = [
            models.UniqueConstraint(
                fields=["number", "issued_on", "issuer"],
                name="document_once",
                violation_error_message=_("Văn bản này đã có trong sổ."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(kind)s %(number)s ngày %(date)s") % {
            "kind": self.get_kind_display(),
            "number": self.number,
            "date": say_date(self.issued_on),
        }

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the form to search in."""
        self.search = fold(f"{self.number} {self.issuer} {self.abstract}")
        super().save(*args, **kwargs)  # type: ignore[arg-type]
