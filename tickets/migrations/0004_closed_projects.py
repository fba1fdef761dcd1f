from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_follow")]

    operations = [
        migrations.AddField(
            "project",
            "closed_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="closed at"),
        ),
        migrations.RunSQL(
            "UPDATE tickets_project SET closed_at = now() WHERE is_archived",
            reverse_sql="UPDATE tickets_project SET is_archived = closed_at IS NOT NULL",
        ),
        migrations.RemoveField("project", "is_archived"),
    ]
