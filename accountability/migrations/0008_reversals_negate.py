from django.db import migrations

REFUSE = """
CREATE FUNCTION accountability_check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM accountability_pointsentry e
        WHERE e.id = NEW.reverses_id AND e.reverses_id IS NULL AND e.points = -NEW.points
        AND e.rule_id = NEW.rule_id AND e.event_id = NEW.event_id AND e.department_id = NEW.department_id
        AND e.person_id IS NOT DISTINCT FROM NEW.person_id AND e.occurred_at = NEW.occurred_at;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A reversal negates one entry, and is none itself.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER pointsentry_reversal_negates BEFORE INSERT ON accountability_pointsentry
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION accountability_check_reversal();
"""
ALLOW = """
DROP TRIGGER pointsentry_reversal_negates ON accountability_pointsentry;
DROP FUNCTION accountability_check_reversal();
"""


class Migration(migrations.Migration):

    dependencies = [("accountability", "0007_reversals_and_appeals")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
