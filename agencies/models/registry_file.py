"""A list of agencies that somebody sent in: kept from the preview to the confirmation, and after it."""

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from agencies.models.person import User


class RegistryFileQuerySet(models.QuerySet["RegistryFile"]):
    """Sentences about files."""

    def visible_to(self, user: "User") -> Self:
        """One's own, as long as one keeps the registry: nobody confirms what another has looked at."""
        return self.filter(owner=user) if user.is_reviewer and user.agency is not None else self.none()

    def waiting(self) -> Self:
        """Those that were neither confirmed nor dropped."""
        return self.filter(state=RegistryFile.State.WAITING)


class RegistryFile(models.Model):
    """One file with what came of it; what a person saw is the file that is committed."""

    class State(models.TextChoices):
        """Waiting for a decision → done, or dropped."""

        WAITING = "waiting", _("Chờ xác nhận")
        DONE = "done", _("Đã nhập")
        DROPPED = "dropped", _("Đã bỏ")

    FROM = {State.DONE: [State.WAITING], State.DROPPED: [State.WAITING]}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        "agencies.User",
        models.CASCADE,
        related_name="+",
        verbose_name=_("người tải lên"),
        help_text=_("Chỉ người này xem và xác nhận tệp."),
    )
    name = models.CharField(_("tên tệp"), max_length=120, help_text=_("Tên tệp như khi tải lên."))
    file = models.FileField(_("tệp"), upload_to="registry/%Y/", blank=True, help_text=_("Tệp Excel."))
    sha256 = models.CharField(_("mã băm"), max_length=64, help_text=_("SHA-256 của tệp, dạng hex."))
    on = models.DateField(_("có hiệu lực từ ngày"), help_text=_("Ngày các thay đổi trong tệp có hiệu lực."))
    uploaded_at = models.DateTimeField(_("tải lên lúc"), help_text=_("Lúc tệp được tải lên."))
    state = models.CharField(
        _("trạng thái"),
        max_length=10,
        choices=State,
        default=State.WAITING,
        help_text=_("Chờ xác nhận, đã nhập hoặc đã bỏ."),
    )
    closed_at = models.DateTimeField(
        _("kết thúc lúc"), null=True, blank=True, help_text=_("Lúc được xác nhận hoặc bỏ.")
    )
    counts = models.JSONField(
        _("kết quả"), default=dict, blank=True, help_text=_("Số dòng theo kết quả khi đã nhập.")
    )

    objects = RegistryFileQuerySet.as_manager()

    LARGE = 2_000  # rows; judging and writing so many takes more than about two seconds

    class Meta:
        ordering = ["-uploaded_at"]
        verbose_name = _("tệp danh bạ")
        verbose_name_plural = _("các tệp danh bạ")
        constraints = [
            models.CheckConstraint(
                name="registry_file_closed_with_time",
                condition=models.Q(state="waiting", closed_at__isnull=True)
                | models.Q(state__in=["done", "dropped"], closed_at__isnull=False),
                violation_error_message=_("Tệp đã nhập hoặc đã bỏ phải có thời điểm."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_large(self) -> bool:
        """Whether it is judged and written by the workers, because nobody should wait for a page so long."""
        return int(self.counts.get("rows", 0)) > self.LARGE
