import common.identifiers
import common.text
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("articles", "0001_initial"),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed'),
        ('accounts', '__first__'),
        ('departments', '0001_squashed'),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(help_text='The last part of the page’s address.', max_length=80, verbose_name='address')),
                ('title', models.CharField(max_length=120, validators=[common.text.refuse_control_characters], verbose_name='title')),
                ('summary', models.CharField(help_text='One or two sentences. Shown to who is about to report something that it may answer.', max_length=300, validators=[common.text.refuse_control_characters], verbose_name='in short')),
                ('body', models.TextField(help_text='Paragraphs with an empty line between them. ## begins a heading, - a line of a list.', max_length=20000, validators=[common.text.refuse_control_characters], verbose_name='text')),
                ('topic', models.CharField(max_length=60, validators=[common.text.refuse_control_characters], verbose_name='topic')),
                ('keywords', models.CharField(blank=True, help_text='Words residents use for it, separated by commas.', max_length=500, validators=[common.text.refuse_control_characters], verbose_name='keywords')),
                ('language', models.CharField(choices=[('en', 'English'), ('af', 'Afrikaans'), ('zu', 'isiZulu'), ('nso', 'Sepedi'), ('tn', 'Setswana'), ('ts', 'Xitsonga')], default='en', max_length=10, verbose_name='language')),
                ('source', models.CharField(blank=True, help_text='Where its facts come from.', max_length=300, verbose_name='source')),
                ('is_published', models.BooleanField(default=False, verbose_name='published')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('search', models.GeneratedField(db_persist=True, expression=django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.SearchVector('title', 'keywords', config='english', weight='A'), '||', django.contrib.postgres.search.SearchVector('summary', config='english', weight='B'), django.contrib.postgres.search.SearchConfig('english')), '||', django.contrib.postgres.search.SearchVector('body', config='english', weight='C'), django.contrib.postgres.search.SearchConfig('english')), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('names', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower(django.db.models.functions.text.Concat('title', models.Value(' '), 'keywords')), output_field=models.TextField())),
                ('categories', models.ManyToManyField(blank=True, help_text='Whoever reports one of these is shown the article sooner.', related_name='articles', to='departments.category', verbose_name='kinds of problem')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='articles', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'help article',
                'verbose_name_plural': 'help articles',
                'indexes': [models.Index(fields=['organisation', 'is_published', 'topic'], name='article_by_topic'), django.contrib.postgres.indexes.GinIndex(fields=['search'], name='article_search'), django.contrib.postgres.indexes.GinIndex(fields=['names'], name='article_trigrams', opclasses=['gin_trgm_ops'])],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'slug'), name='article_slug_is_unique'), models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('body', ''), _negated=True), models.Q(('topic', ''), _negated=True)), name='article_says_something')],
            },
        ),
        migrations.CreateModel(
            name='ArticleAnswer',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('visitor', models.CharField(blank=True, max_length=32, validators=[django.core.validators.RegexValidator('^([0-9a-f]{32})?$')], verbose_name='browser')),
                ('helped', models.BooleanField(verbose_name='helped')),
                ('in_a_report', models.BooleanField(default=False, help_text='Shown to somebody who was reporting something.', verbose_name='in a report')),
                ('answered_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='at')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='articles.article', verbose_name='help article')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'answer to an article',
                'verbose_name_plural': 'answers to articles',
                'constraints': [models.UniqueConstraint(condition=models.Q(('person__isnull', False)), fields=('article', 'person'), name='articleanswer_is_one_per_person'), models.UniqueConstraint(condition=models.Q(('visitor', ''), _negated=True), fields=('article', 'visitor'), name='articleanswer_is_one_per_browser'), models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('visitor', '')), models.Q(('person__isnull', True), ('visitor__regex', '^[0-9a-f]{32}$')), _connector='OR'), name='articleanswer_is_of_a_person_or_a_browser')],
            },
        ),
    ]
