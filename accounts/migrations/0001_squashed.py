import accounts.models.organisation
import common.identifiers
import common.text
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_api_keys"),
        ("accounts", "0003_rounds_and_second_factor"),
        ("accounts", "0004_invitations"),
        ("accounts", "0005_confirmed_phones"),
        ("accounts", "0006_kept_answers"),
        ("accounts", "0007_proof_settings"),
        ("accounts", "0008_confirmed_reporters"),
        ("accounts", "0009_moderated_photos"),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(blank=True, max_length=254, null=True, verbose_name='e-mail address')),
                ('phone', models.CharField(blank=True, help_text='In E.164: +27821234567.', max_length=16, null=True, verbose_name='phone')),
                ('phone_is_confirmed', models.BooleanField(default=False, editable=False, verbose_name='phone is confirmed')),
                ('full_name', models.CharField(max_length=150, validators=[common.text.refuse_control_characters], verbose_name='name')),
                ('language', models.CharField(choices=[('en', 'English'), ('af', 'Afrikaans'), ('zu', 'isiZulu'), ('nso', 'Sepedi'), ('tn', 'Setswana'), ('ts', 'Xitsonga')], default='en', max_length=10, verbose_name='language')),
                ('time_zone', models.CharField(default='Africa/Johannesburg', max_length=60, validators=[accounts.models.organisation.validate_time_zone], verbose_name='time zone')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may open the console')),
                ('is_service', models.BooleanField(default=False, editable=False, verbose_name='a program')),
                ('sign_in_round', models.PositiveIntegerField(default=0, editable=False, verbose_name='round of signing in')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='joined at')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'indexes': [models.Index(fields=['phone'], name='user_by_phone')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_is_unique', violation_error_message='Somebody already has this e-mail address.'), models.UniqueConstraint(condition=models.Q(('phone_is_confirmed', True)), fields=('phone',), name='user_confirmed_phone_is_unique', violation_error_message='Somebody already has this phone number.'), models.CheckConstraint(condition=models.Q(('phone_is_confirmed', False), ('phone__isnull', False), _connector='OR'), name='user_confirmed_phone_is_there'), models.CheckConstraint(condition=models.Q(('email', ''), _negated=True), name='user_email_is_null_rather_than_empty'), models.CheckConstraint(condition=models.Q(('phone__isnull', True), ('phone__regex', '^\\+[1-9][0-9]{6,14}$'), _connector='OR'), name='user_phone_is_e164'), models.CheckConstraint(condition=models.Q(('is_service', False), models.Q(('email__isnull', True), ('is_staff', False), ('is_superuser', False), ('phone__isnull', True)), _connector='OR'), name='user_service_cannot_sign_in')],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, validators=[django.core.validators.MinLengthValidator(2), common.text.refuse_control_characters], verbose_name='name')),
                ('slug', models.SlugField(max_length=60, unique=True, verbose_name='slug')),
                ('kind', models.CharField(choices=[('municipality', 'municipality'), ('company', 'company')], max_length=20, verbose_name='kind')),
                ('reference_prefix', models.CharField(max_length=5, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z]{2,5}$', 'Two to five capital letters.')], verbose_name='reference prefix')),
                ('domain', models.CharField(blank=True, max_length=253, verbose_name='domain')),
                ('accent', models.CharField(choices=[('jacaranda', 'jacaranda violet'), ('ocean', 'ocean blue'), ('forest', 'forest green'), ('clay', 'clay red'), ('slate', 'slate grey')], default='jacaranda', max_length=20, verbose_name='accent colour')),
                ('contact_phone', models.CharField(blank=True, max_length=40, validators=[django.core.validators.RegexValidator('^[0-9+][0-9 ()/-]{2,39}$', 'A phone number as people dial it.')], verbose_name='contact phone')),
                ('country', models.CharField(default='ZA', max_length=2, verbose_name='country')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='language')),
                ('time_zone', models.CharField(default='Africa/Johannesburg', max_length=60, validators=[accounts.models.organisation.validate_time_zone], verbose_name='time zone')),
                ('public_reports', models.BooleanField(default=False, verbose_name='residents may report publicly')),
                ('confirms_reporters', models.BooleanField(default=True, help_text='Whoever reports without an account types a code that is sent to them.', verbose_name='visitors confirm how they are reached')),
                ('moderates_photos', models.BooleanField(default=False, help_text='Until staff publish a photo of a public ticket, only the reporter and staff see it.', verbose_name='photos of residents are looked at first')),
                ('verification_required', models.BooleanField(default=True, verbose_name='resolutions are verified')),
                ('second_factor_required', models.BooleanField(default=False, verbose_name='staff need a second factor')),
                ('accountability_enabled', models.BooleanField(default=True, verbose_name='breaches and points are kept')),
                ('auto_close_days', models.PositiveSmallIntegerField(default=30, verbose_name='days before a responded ticket closes')),
                ('verification_days', models.PositiveSmallIntegerField(default=7, verbose_name='days to confirm a resolution')),
                ('verification_reminder_days', models.PositiveSmallIntegerField(default=3, help_text='0: nobody is asked twice.', verbose_name='days until it is asked again')),
                ('raise_at_supporters', models.PositiveIntegerField(default=10, help_text='So many make a ticket more urgent, once. 0: no number of them does.', verbose_name='supporters that raise the priority')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
            ],
            options={
                'verbose_name': 'organisation',
                'verbose_name_plural': 'organisations',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['municipality', 'company'])), name='organisation_kind_is_known'), models.CheckConstraint(condition=models.Q(('auto_close_days__gte', 1), ('verification_days__gte', 1)), name='organisation_waiting_days_are_positive'), models.UniqueConstraint(django.db.models.functions.text.Lower('domain'), condition=models.Q(('domain', ''), _negated=True), name='organisation_domain_is_unique')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('resident', 'resident'), ('agent', 'agent'), ('call_centre', 'call-centre agent'), ('department_admin', 'department admin'), ('organisation_admin', 'organisation admin'), ('auditor', 'auditor')], max_length=20, verbose_name='role')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user'), name='membership_is_one_per_organisation', violation_error_message='This person is already a member of the organisation.'), models.CheckConstraint(condition=models.Q(('role__in', ['resident', 'agent', 'call_centre', 'department_admin', 'organisation_admin', 'auditor'])), name='membership_role_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('phone', models.CharField(blank=True, help_text='In E.164: +27821234567.', max_length=16, verbose_name='phone')),
                ('serial', models.PositiveIntegerField(default=1, editable=False, verbose_name='number of the mail')),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='sent at')),
                ('expires_at', models.DateTimeField(verbose_name='expires at')),
                ('joined_at', models.DateTimeField(blank=True, null=True, verbose_name='joined at')),
                ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by')),
                ('membership', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='invitation', to='accounts.membership', verbose_name='membership')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'constraints': [models.UniqueConstraint(models.F('organisation'), django.db.models.functions.text.Lower('email'), condition=models.Q(('joined_at__isnull', True)), name='invitation_is_one_per_address'), models.CheckConstraint(condition=models.Q(('serial__gte', 1)), name='invitation_serial_is_positive'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('sent_at'))), name='invitation_expires_after_it_was_sent')],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, validators=[common.text.refuse_control_characters], verbose_name='name')),
                ('prefix', models.CharField(editable=False, max_length=10, unique=True, verbose_name='prefix')),
                ('digest', models.CharField(editable=False, max_length=64, verbose_name='hash of the secret')),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('tickets:create', 'log tickets for customers'), ('tickets:read', 'read every ticket and who reported it'), ('tickets:write', 'read and work on every ticket'), ('admin', 'everything, with people, settings and keys')], max_length=20), size=None, verbose_name='scopes')),
                ('is_secret', models.BooleanField(default=False, editable=False, verbose_name="the organisation's secret")),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires at')),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='revoked at')),
                ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last used at')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('replaces', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='replacement', to='accounts.apikey', verbose_name='replaces')),
                ('revoked_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='revoked by')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='key', to=settings.AUTH_USER_MODEL, verbose_name='acts as')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'key',
                'verbose_name_plural': 'keys',
                'constraints': [models.CheckConstraint(condition=models.Q(('scopes__contained_by', ['tickets:create', 'tickets:read', 'tickets:write', 'admin']), ('scopes__len__gt', 0)), name='apikey_scopes_are_known'), models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$'), ('prefix__regex', '^[a-z0-9]{10}$')), name='apikey_prefix_and_digest_have_their_shape'), models.CheckConstraint(condition=models.Q(('revoked_by__isnull', True), ('revoked_at__isnull', False), _connector='OR'), name='apikey_is_revoked_at_a_time')],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='vouched_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.organisation', verbose_name='signed up by'),
        ),
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(editable=False, max_length=64, unique=True, verbose_name='name')),
                ('fingerprint', models.CharField(editable=False, max_length=64, verbose_name='hash of the request')),
                ('contents', models.BinaryField(verbose_name='sealed answer')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('asker', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who asked')),
            ],
            options={
                'verbose_name': 'kept answer',
                'verbose_name_plural': 'kept answers',
                'indexes': [models.Index(fields=['created_at'], name='keptanswer_by_age')],
                'constraints': [models.CheckConstraint(condition=models.Q(('fingerprint__regex', '^[0-9a-f]{64}$'), ('name__regex', '^[0-9a-f]{64}$')), name='keptanswer_hashes_have_their_shape')],
            },
        ),
    ]
