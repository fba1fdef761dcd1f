from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_closed_projects")]

    operations = [
        migrations.AddField(
            "ticketevent",
            "update_key",
            models.UUIDField(
                editable=False, help_text="Events of one update share it.", null=True, verbose_name="update"
            ),
        ),
    ]
