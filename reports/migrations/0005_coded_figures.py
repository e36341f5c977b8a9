"""Figures as whole numbers beside the figures; a change of the one without the other drops the code."""

from django.db import migrations

import reports.models.whole_numbers
from isotrack.kit.vendors import vendor_sql

POSTGRESQL = [
    """
    CREATE FUNCTION report_code_goes_stale() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.coded := NULL; RETURN NEW; END $$
    """,
    """
    CREATE TRIGGER report_code_goes_stale BEFORE UPDATE OF figures ON reports_annualreport FOR EACH ROW
    WHEN (OLD.figures IS DISTINCT FROM NEW.figures AND OLD.coded IS NOT DISTINCT FROM NEW.coded)
    EXECUTE FUNCTION report_code_goes_stale()
    """,
]
UNDO = {
    "postgresql": [
        "DROP TRIGGER report_code_goes_stale ON reports_annualreport",
        "DROP FUNCTION report_code_goes_stale()",
    ],
    "sqlite": [],
}


class Migration(migrations.Migration):
    """Reports sent before have no code: they are added up from their figures."""

    dependencies = [("reports", "0004_narratives")]

    operations = [
        migrations.AddField(
            model_name="annualreport",
            name="coded",
            field=reports.models.whole_numbers.WholeNumbersField(
                blank=True,
                editable=False,
                help_text="Các số liệu trên theo thứ tự câu hỏi, để cộng nhanh; xem reports.statistics.coded.",
                null=True,
                verbose_name="số liệu dạng mã",
            ),
        ),
        vendor_sql(postgresql=POSTGRESQL, sqlite=[], undo=UNDO),
    ]
