import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_passed_on"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Narrative",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("committee", "Báo cáo tổng hợp gửi UBND tỉnh"),
                            ("ministry", "Báo cáo gửi Bộ Khoa học và Công nghệ"),
                            ("closing", "Danh sách trễ hạn và chưa gửi khi kết thúc kỳ"),
                        ],
                        help_text="Báo cáo gửi UBND tỉnh hay gửi Bộ.",
                        max_length=10,
                        verbose_name="loại",
                    ),
                ),
                (
                    "chapter",
                    models.CharField(
                        choices=[
                            ("direction", "Công tác chỉ đạo, ban hành kế hoạch"),
                            ("received", "Tình hình gửi báo cáo"),
                            ("results", "Kết quả xây dựng, áp dụng"),
                            ("upkeep", "Kết quả duy trì, cải tiến"),
                            ("training", "Đào tạo, tuyên truyền"),
                            ("inspection", "Kiểm tra"),
                            ("money", "Kinh phí"),
                            ("assessment", "Đánh giá chung"),
                            ("proposals", "Kiến nghị"),
                            ("next_year", "Nhiệm vụ năm sau"),
                        ],
                        help_text="Chương của báo cáo.",
                        max_length=12,
                        verbose_name="chương",
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True, help_text="Mỗi dòng là một đoạn của văn bản.", verbose_name="lời văn"
                    ),
                ),
                (
                    "drafted",
                    models.TextField(
                        blank=True,
                        help_text="Bản soạn từ số liệu lúc sửa, để biết số liệu đã đổi chưa.",
                        verbose_name="bản soạn sẵn",
                    ),
                ),
                ("changed_at", models.DateTimeField(help_text="Lần mới nhất.", verbose_name="sửa lúc")),
                (
                    "changed_by",
                    models.ForeignKey(
                        help_text="Người sửa lần mới nhất.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người sửa",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        help_text="Kỳ báo cáo.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="narratives",
                        to="reports.reportcycle",
                        verbose_name="kỳ",
                    ),
                ),
            ],
            options={
                "verbose_name": "lời văn báo cáo tổng hợp",
                "verbose_name_plural": "lời văn báo cáo tổng hợp",
                "ordering": ["cycle", "kind", "chapter"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cycle", "kind", "chapter"),
                        name="narrative_once_a_chapter",
                        violation_error_message="Chương này đã có lời văn.",
                    )
                ],
            },
        ),
    ]
