"""Names of earlier times are searched and sorted by like present ones; views that people keep."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from agencies.models.agency import own_name
from isotrack.kit.text import fold, sort_key

_BATCH = 1000


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Fold the names that standings bear already."""
    standings = apps.get_model("agencies", "Standing").objects
    rows = standings.select_related("agency").only("name", "agency__short_name", "agency__code")
    changed = []
    for row in rows.iterator(chunk_size=_BATCH):
        row.name_sort = sort_key(own_name(row.name))
        row.name_search = fold(f"{row.name} {row.agency.short_name} {row.agency.code}")
        changed.append(row)
    standings.bulk_update(changed, ["name_sort", "name_search"], batch_size=_BATCH)


class Migration(migrations.Migration):
    """The registry of a day is found by the names of that day; a search can be kept."""

    dependencies = [("agencies", "0006_people_in_time")]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="name_search",
            field=models.CharField(default="", editable=False, max_length=400),
        ),
        migrations.AddField(
            model_name="standing",
            name="name_sort",
            field=models.CharField(db_index=True, default="", editable=False, max_length=400),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="agency",
            index=models.Index(fields=["province", "sort_order", "name_sort", "id"], name="agency_in_order"),
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "page",
                    models.CharField(
                        choices=[
                            ("agencies", "Danh sách cơ quan"),
                            ("board", "Bảng theo dõi kỳ báo cáo"),
                            ("notices", "Sổ thông báo"),
                            ("journal", "Nhật ký"),
                        ],
                        help_text="Danh sách được lọc.",
                        max_length=10,
                        verbose_name="danh sách",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="Tên ngắn, ví dụ: Xã chưa có thư nhận tin.",
                        max_length=60,
                        verbose_name="tên",
                    ),
                ),
                (
                    "query",
                    models.CharField(
                        help_text="Các điều kiện lọc, như trong địa chỉ của trang.",
                        max_length=1000,
                        verbose_name="bộ lọc",
                    ),
                ),
                (
                    "is_shared",
                    models.BooleanField(
                        default=False,
                        help_text="Mọi người ở Sở Khoa học và Công nghệ của tỉnh đều thấy và sửa được.",
                        verbose_name="dùng chung",
                    ),
                ),
                (
                    "is_default",
                    models.BooleanField(
                        default=False,
                        help_text="Danh sách mở ra với bộ lọc này khi chưa chọn gì; chỉ với người lưu.",
                        verbose_name="mở đầu tiên",
                    ),
                ),
                (
                    "position",
                    models.PositiveIntegerField(
                        default=0, help_text="Thứ tự trong hàng nút.", verbose_name="thứ tự"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        help_text="Người lưu chế độ xem này.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người lưu",
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        help_text="Chế độ xem chung chỉ dùng trong tỉnh này.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="tỉnh",
                    ),
                ),
            ],
            options={
                "verbose_name": "chế độ xem",
                "verbose_name_plural": "chế độ xem",
                "ordering": ["page", "position", "name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "page", "name"),
                        name="view_named_once",
                        violation_error_message="Đã có chế độ xem mang tên này cho danh sách này.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("owner", "page"),
                        name="view_one_default",
                        violation_error_message="Mỗi danh sách chỉ có một chế độ xem mở đầu tiên.",
                    ),
                ],
            },
        ),
    ]
