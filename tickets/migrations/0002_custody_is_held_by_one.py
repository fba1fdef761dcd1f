from django.db import migrations

# The model says so since the first migration. Where that one was applied before it was squashed, Django has
# dropped the index of the constraint together with the one of the foreign key, whose column is the same.
AGAIN = """
CREATE UNIQUE INDEX IF NOT EXISTS custody_is_held_by_one ON tickets_custody (ticket_id) WHERE ended_at IS NULL
"""


class Migration(migrations.Migration):

    dependencies = [("tickets", "0001_squashed")]

    operations = [migrations.RunSQL(AGAIN, migrations.RunSQL.noop)]
