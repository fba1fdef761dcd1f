from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE tickets_reference_number START 1",
            reverse_sql="DROP SEQUENCE tickets_reference_number",
        ),
    ]
