from django.db import migrations

REFUSE = """
CREATE FUNCTION accountability_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The points ledger is append-only: correct it with another entry.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER pointsentry_is_append_only BEFORE UPDATE OR DELETE ON accountability_pointsentry
    FOR EACH ROW EXECUTE FUNCTION accountability_refuse_change();
"""
ALLOW = """
DROP TRIGGER pointsentry_is_append_only ON accountability_pointsentry;
DROP FUNCTION accountability_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [("accountability", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
