"""Invitations, delegations, absence; at most one responsible holder per agency and day."""

from copy import copy
from datetime import timedelta
from typing import Any

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from isotrack.kit import clock
from isotrack.kit.vendors import vendor_sql

POSTGRESQL = [
    """
    ALTER TABLE agencies_post ADD CONSTRAINT post_one_responsible
    EXCLUDE USING gist (agency_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&) WHERE (is_responsible)
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER post_one_responsible_{verb.split()[0].lower()} BEFORE {verb} ON agencies_post
    WHEN NEW.is_responsible AND EXISTS (
        SELECT 1 FROM agencies_post AS other
        WHERE other.agency_id = NEW.agency_id AND other.is_responsible AND other.id IS NOT NEW.id
        AND other.starts_on <= COALESCE(NEW.ends_on, '9999-12-31')
        AND COALESCE(other.ends_on, '9999-12-31') >= NEW.starts_on
    )
    BEGIN SELECT RAISE(ABORT, 'post_one_responsible'); END
    """
    for verb in ("INSERT", "UPDATE OF agency_id, is_responsible, starts_on, ends_on")
]
UNDO = {
    "postgresql": ["ALTER TABLE agencies_post DROP CONSTRAINT post_one_responsible"],
    "sqlite": ["DROP TRIGGER post_one_responsible_insert", "DROP TRIGGER post_one_responsible_update"],
}


def tidy(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Until now every post but a head's called itself responsible.

    Only officers are; of two at once the newer one is, and from that day the older one helps. What ended in
    the past has been carried out.
    """
    post: Any = apps.get_model("agencies", "Post")
    today = clock.today()
    post.objects.filter(ends_on__lt=today).update(settled_at=clock.now())
    post.objects.filter(models.Q(is_head=True) | ~models.Q(user__role="officer")).update(is_responsible=False)
    kept: dict[int, Any] = {}
    for one in post.objects.filter(is_responsible=True).order_by("agency", "-starts_on", "-pk"):
        newer = kept.get(one.agency_id)
        kept[one.agency_id] = copy(one)
        if newer is None or (one.ends_on is not None and one.ends_on < newer.starts_on):
            continue
        if one.starts_on == newer.starts_on:
            post.objects.filter(pk=one.pk).update(is_responsible=False)
            kept[one.agency_id] = newer
            continue
        until = newer.starts_on - timedelta(days=1)
        post.objects.filter(pk=one.pk).update(ends_on=until, settled_at=clock.now())
        if one.user_id != newer.user_id:
            one.pk, one.starts_on, one.is_responsible = None, newer.starts_on, False
            one.save(force_insert=True)


def check_at_once(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """PostgreSQL alters no table that still has references to check."""
    if editor.connection.vendor == "postgresql":
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    """Posts in time."""

    dependencies = [
        ("agencies", "0005_registry_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="AbsenceRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("staff", "Sở Khoa học và Công nghệ"),
                            ("finance", "Sở Tài chính"),
                            ("leader", "Lãnh đạo UBND tỉnh"),
                            ("officer", "Người phụ trách ISO"),
                            ("administrator", "Quản trị"),
                        ],
                        help_text="Vai trò áp dụng.",
                        max_length=14,
                        verbose_name="vai trò",
                    ),
                ),
                (
                    "locks_after",
                    models.PositiveSmallIntegerField(
                        help_text="Số ngày không đăng nhập; từ 30 đến 3650.",
                        validators=[
                            django.core.validators.MinValueValidator(30),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                        verbose_name="khóa sau (ngày)",
                    ),
                ),
                (
                    "first_warning",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Số ngày trước khi khóa; ví dụ 30.",
                        validators=[
                            django.core.validators.MinValueValidator(2),
                            django.core.validators.MaxValueValidator(180),
                        ],
                        verbose_name="báo trước lần đầu (ngày)",
                    ),
                ),
                (
                    "last_warning",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="Số ngày trước khi khóa, ít hơn lần đầu; ví dụ 7.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="báo trước lần cuối (ngày)",
                    ),
                ),
                (
                    "is_on",
                    models.BooleanField(
                        default=True,
                        help_text="Bỏ chọn để không khóa tài khoản của vai trò này.",
                        verbose_name="áp dụng",
                    ),
                ),
            ],
            options={
                "verbose_name": "quy tắc vắng mặt",
                "verbose_name_plural": "quy tắc vắng mặt",
                "ordering": ["province", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "full_name",
                    models.CharField(
                        help_text="Họ, tên đệm và tên của người được mời.",
                        max_length=200,
                        verbose_name="họ và tên",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        help_text="Hộp thư riêng của người được mời.",
                        max_length=254,
                        verbose_name="thư điện tử",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("staff", "Sở Khoa học và Công nghệ"),
                            ("finance", "Sở Tài chính"),
                            ("leader", "Lãnh đạo UBND tỉnh"),
                            ("officer", "Người phụ trách ISO"),
                            ("administrator", "Quản trị"),
                        ],
                        help_text="Tài khoản được làm những gì.",
                        max_length=14,
                        verbose_name="vai trò",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        blank=True, help_text="Ví dụ thư ký ISO.", max_length=100, verbose_name="chức vụ"
                    ),
                ),
                (
                    "is_head",
                    models.BooleanField(
                        default=False,
                        help_text="Xác nhận báo cáo của cơ quan.",
                        verbose_name="người đứng đầu",
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(
                        help_text="Ngày ghi trong quyết định.", verbose_name="nhận nhiệm vụ từ ngày"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Đang chờ nhận"),
                            ("accepted", "Đã nhận"),
                            ("withdrawn", "Đã rút"),
                            ("expired", "Đã hết hạn"),
                        ],
                        default="open",
                        help_text="Kết quả lời mời.",
                        max_length=10,
                        verbose_name="tình trạng",
                    ),
                ),
                (
                    "round",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Chỉ đường dẫn của lần gửi cuối còn dùng được.",
                        verbose_name="lần gửi",
                    ),
                ),
                ("sent_at", models.DateTimeField(help_text="Lúc gửi lần cuối.", verbose_name="gửi lúc")),
                (
                    "expires_at",
                    models.DateTimeField(
                        help_text="Sau lúc này đường dẫn không dùng được.", verbose_name="hết hạn lúc"
                    ),
                ),
            ],
            options={
                "verbose_name": "lời mời",
                "verbose_name_plural": "lời mời",
                "ordering": ["-sent_at", "-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="post",
            name="post_once",
        ),
        migrations.AddField(
            model_name="post",
            name="acting_for",
            field=models.ForeignKey(
                blank=True,
                help_text="Nhiệm vụ được ủy quyền trong thời gian này.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegations",
                to="agencies.post",
                verbose_name="thay mặt",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                help_text="Nhiệm vụ của người bàn giao.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followed_by",
                to="agencies.post",
                verbose_name="nhận bàn giao từ",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="settled_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Lúc phiên, lịch và việc riêng của người thôi giữ đã được xử lý.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="acting_until",
            field=models.DateField(
                blank=True,
                help_text="Ngày cuối cùng được ủy quyền thay mặt người khác; không thì để trống.",
                null=True,
                verbose_name="thay mặt đến ngày",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="reopened_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Lúc quản trị mở lại tài khoản; vắng mặt được tính lại từ đây.",
                null=True,
                verbose_name="mở khóa lúc",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="session_round",
            field=models.PositiveIntegerField(
                default=0, editable=False, help_text="Tăng lên là mọi phiên đang mở của người này kết thúc."
            ),
        ),
        migrations.RunPython(tidy, migrations.RunPython.noop),
        migrations.RunPython(check_at_once, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("acting_for__isnull", True)),
                fields=("user", "agency", "starts_on"),
                name="post_once",
                violation_error_message="Người này đã nhận nhiệm vụ ở cơ quan này từ ngày này.",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                fields=("user", "acting_for", "starts_on"),
                name="delegation_once",
                violation_error_message="Người này đã được ủy quyền nhiệm vụ này từ ngày này.",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("acting_for__isnull", True),
                    models.Q(("ends_on__isnull", False), ("is_responsible", False)),
                    _connector="OR",
                ),
                name="delegation_ends",
                violation_error_message="Ủy quyền phải có ngày kết thúc.",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_head", True), ("is_responsible", True), _negated=True),
                name="post_head_writes_not",
                violation_error_message="Người đứng đầu xác nhận báo cáo, không phụ trách lập báo cáo.",
            ),
        ),
        migrations.AddField(
            model_name="absencerule",
            name="province",
            field=models.ForeignKey(
                help_text="Tỉnh áp dụng.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="absence_rules",
                to="agencies.agency",
                verbose_name="tỉnh",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="account",
            field=models.ForeignKey(
                blank=True,
                help_text="Tài khoản đã mở từ lời mời này.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to=settings.AUTH_USER_MODEL,
                verbose_name="tài khoản",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="agency",
            field=models.ForeignKey(
                help_text="Cơ quan giao nhiệm vụ.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to="agencies.agency",
                verbose_name="cơ quan",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                help_text="Nhiệm vụ của người bàn giao.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.post",
                verbose_name="nhận bàn giao từ",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="invited_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Để trống khi mời bằng lệnh.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="người mời",
            ),
        ),
        migrations.AddConstraint(
            model_name="absencerule",
            constraint=models.UniqueConstraint(
                fields=("province", "role"),
                name="absence_rule_once",
                violation_error_message="Vai trò này đã có quy tắc.",
            ),
        ),
        migrations.AddConstraint(
            model_name="absencerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_warning__gt", models.F("last_warning")),
                    ("locks_after__gt", models.F("first_warning")),
                ),
                name="absence_rule_in_order",
                violation_error_message="Lần báo cuối phải gần ngày khóa hơn lần đầu, và cả hai trước ngày khóa.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                models.F("agency"),
                condition=models.Q(("state", "open")),
                name="invitation_open_once",
                violation_error_message="Người này đã có lời mời đang chờ ở cơ quan này.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account__isnull", False), ("state", "accepted")),
                    models.Q(models.Q(("state", "accepted"), _negated=True), ("account__isnull", True)),
                    _connector="OR",
                ),
                name="invitation_accepted_has_account",
                violation_error_message="Lời mời đã nhận phải có tài khoản.",
            ),
        ),
        vendor_sql(postgresql=POSTGRESQL, sqlite=SQLITE, undo=UNDO),
    ]
