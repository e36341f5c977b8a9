"""Job: long work that a person asked for, made in parts by the workers, with a file at the end."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=7)  # how long a finished file can be fetched


class JobQuerySet(models.QuerySet["Job"]):
    """Sentences about jobs."""

    def asked_by(self, user: Any) -> Self:
        """Those one person asked for."""
        return self.filter(owner_key=str(user.pk))

    def under_way(self) -> Self:
        """Neither finished, failed nor cancelled."""
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def whole(self) -> Self:
        """Under way although every part is made: the worker died before it joined them."""
        left = JobPart.objects.filter(job=OuterRef("pk"), made_at__isnull=True)
        return self.under_way().exclude(Exists(left)).filter(total__gt=0)

    def stalled(self, since: datetime) -> Self:
        """Under way without a part begun or made since a real instant: their tasks are lost.

        Those whose parts wait in a long queue are handed out once more, which does no harm; those that get
        on are left alone, so that a queue does not fill up with what it already holds.
        """
        begun = Q(claimed_at__gte=since) | Q(made_at__gte=since)
        return self.under_way().exclude(Exists(JobPart.objects.filter(begun, job=OuterRef("pk"))))

    def with_progress(self) -> Self:
        """Annotate `made`: how many parts are made."""
        return self.annotate(made=Count("parts", filter=Q(parts__made_at__isnull=False)))

    def over_since(self, instant: datetime) -> Self:
        """Those whose file need not be kept any more."""
        return self.filter(finished_at__lt=instant)


class Job(models.Model):
    """One piece of long work; settings.JOBS says what each kind does."""

    class State(models.TextChoices):
        """Queued → running → done, failed (why) or cancelled."""

        QUEUED = "queued", _("Đang chờ")
        RUNNING = "running", _("Đang làm")
        DONE = "done", _("Đã xong")
        FAILED = "failed", _("Không làm được")
        CANCELLED = "cancelled", _("Đã dừng")

    FROM = {
        State.RUNNING: [State.QUEUED],
        State.DONE: [State.RUNNING],
        State.FAILED: [State.QUEUED, State.RUNNING],
        State.CANCELLED: [State.QUEUED, State.RUNNING],
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("loại"), max_length=40, help_text=_("Loại việc, xem settings.JOBS."))
    label = models.CharField(_("tên"), max_length=300, help_text=_("Việc đang làm, bằng lời."))
    owner_key = models.CharField(_("người yêu cầu"), max_length=40, help_text=_("Khóa tài khoản."))
    province = models.CharField(_("tỉnh"), max_length=40, help_text=_("Khóa của tỉnh."))
    arguments = models.JSONField(_("đối số"), default=dict, help_text=_("Việc cần gì để làm."))
    back_url = models.CharField(
        _("trang quay lại"), max_length=300, blank=True, help_text=_("Trang đã yêu cầu việc này.")
    )
    state = models.CharField(
        _("trạng thái"), max_length=10, choices=State, default=State.QUEUED, help_text=_("Đang ở bước nào.")
    )
    total = models.PositiveIntegerField(_("số phần"), default=0, help_text=_("Bao nhiêu phần tất cả."))
    message = models.CharField(
        _("lời nhắn"), max_length=500, blank=True, help_text=_("Vì sao không làm được.")
    )
    file = models.FileField(_("tệp"), upload_to="jobs/%Y/%m/", blank=True, help_text=_("Kết quả."))
    name = models.CharField(_("tên tệp"), max_length=200, blank=True, help_text=_("Tên khi tải về."))
    asked_at = models.DateTimeField(_("yêu cầu lúc"), help_text=_("Lúc yêu cầu."))
    finished_at = models.DateTimeField(_("xong lúc"), null=True, blank=True, help_text=_("Lúc kết thúc."))

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        verbose_name = _("việc chạy nền")
        verbose_name_plural = _("việc chạy nền")
        constraints = [
            models.CheckConstraint(
                name="job_done_has_file",
                condition=~Q(state="done") | (~Q(file="") & Q(finished_at__isnull=False)),
                violation_error_message=_("Việc đã xong phải có tệp."),
            ),
            models.CheckConstraint(
                name="job_failed_says_why",
                condition=~Q(state="failed") | ~Q(message=""),
                violation_error_message=_("Việc không làm được phải nêu lý do."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in (self.State.QUEUED, self.State.RUNNING)


class JobPart(models.Model):
    """One part of a job: claimed by one worker, its result kept until the last part is made."""

    job = models.ForeignKey(
        Job, models.CASCADE, related_name="parts", verbose_name=_("việc"), help_text=_("Của việc nào.")
    )
    number = models.PositiveIntegerField(_("số thứ tự"), help_text=_("Từ 1."))
    arguments = models.JSONField(_("đối số"), default=dict, help_text=_("Phần này cần gì để làm."))
    claimed_at = models.DateTimeField(
        _("giữ lúc"), null=True, blank=True, help_text=_("Giờ máy; hết hạn thì nhả cho tiến trình khác.")
    )
    tries = models.PositiveSmallIntegerField(_("số lần thử"), default=0, help_text=_("Đã thử mấy lần."))
    result = models.BinaryField(_("kết quả"), null=True, editable=False)
    made_at = models.DateTimeField(_("làm xong lúc"), null=True, blank=True, help_text=_("Giờ máy."))

    class Meta:
        ordering = ["job", "number"]
        verbose_name = _("phần việc")
        verbose_name_plural = _("phần việc")
        constraints = [
            models.UniqueConstraint(
                fields=["job", "number"],
                name="job_part_once",
                violation_error_message=_("Phần việc này đã có."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.number}"
