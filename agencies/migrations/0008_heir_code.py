"""An open duty may be meant for an agency that its succession founds only on the day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0007_finding"),
    ]

    operations = [
        migrations.AddField(
            model_name="successionduty",
            name="heir_code",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Khi cơ quan làm tiếp đến ngày hiệu lực mới được lập.",
                max_length=20,
                verbose_name="mã cơ quan làm tiếp",
            ),
        ),
    ]
