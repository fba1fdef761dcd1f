from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from accounts.own_data import HOLDERS
from accounts.tests.factories import OrganisationFactory, UserFactory
from articles.actions import answer_article
from articles.cities import read_articles
from articles.models import Article, ArticleAnswer
from articles.queries import articles_by_topic, find_articles, fitting_articles
from articles.tests.factories import ArticleFactory
from articles.text import as_html, first_sentence
from departments.cities.loading import load_city
from departments.cities.tables import CITIES, read_city
from departments.tests.factories import CategoryFactory, DepartmentFactory

BROWSER, OTHER_BROWSER = "a" * 32, "b" * 32


def prepaid(**fields: object) -> Article:
    words = {"title": "The prepaid meter does not take my token", "keywords": "prepaid, token, voucher"}
    article: Article = ArticleFactory.create(**{**words, **fields})
    return article


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["prepaid token", "PREPAID", "prepayed tokn", "vouchers", "pull plugs"])
def test_an_article_is_found_by_its_words_mistyped_ones_too(typed: str) -> None:
    article = prepaid()
    ArticleFactory.create(organisation=article.organisation, title="Refuse was not collected", body="Wait.")

    assert find_articles(article.organisation, typed) == [article]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["", "  ", "qwertz", "the of and", "💧", "' OR 1=1 --", "!&|:*()", "x" * 500]
)
def test_words_that_say_nothing_find_nothing(typed: str) -> None:
    article = prepaid()

    assert find_articles(article.organisation, typed) == []
    assert fitting_articles(article.organisation, typed) == []


@pytest.mark.django_db
def test_an_article_fits_a_report_by_two_of_its_words_or_by_one_and_the_kind_of_problem() -> None:
    article = prepaid()
    kind = CategoryFactory.create(department=DepartmentFactory.create(organisation=article.organisation))
    article.categories.add(kind)
    city = article.organisation

    assert fitting_articles(city, "my token is refused by the prepaid meter since monday") == [article]
    assert fitting_articles(city, "the token") == []
    assert fitting_articles(city, "the token", kind=kind) == [article]
    assert fitting_articles(city, "something else altogether", kind=kind) == []
    assert fitting_articles(city, "prepaid token", without=[article.slug]) == []


@pytest.mark.django_db
def test_at_most_two_articles_are_offered_the_best_first() -> None:
    best = prepaid(keywords="prepaid, token, keypad, meter number")
    for number in range(3):
        prepaid(organisation=best.organisation, slug=f"other-{number}", title="Prepaid token")

    offered = fitting_articles(best.organisation, "prepaid token keypad meter")

    assert (len(offered), offered[0]) == (2, best)


@pytest.mark.django_db
def test_only_what_is_published_here_and_can_be_read_is_shown() -> None:
    article = prepaid()
    city = article.organisation
    prepaid(organisation=city, slug="draft", is_published=False)
    prepaid(organisation=city, slug="zulu", language="zu")
    prepaid(organisation=OrganisationFactory.create())

    assert find_articles(city, "prepaid") == [article]
    with translation.override("zu"):
        assert {row.slug for row in find_articles(city, "prepaid")} == {article.slug, "zulu"}
    assert [(topic, rows) for topic, rows in articles_by_topic(city)] == [("Electricity", [article])]


@pytest.mark.django_db
def test_nobody_counts_twice() -> None:
    article, person, visitor = prepaid(), UserFactory.create(), AnonymousUser()
    for helped in (True, True, False):
        answer_article(article, helped=helped, acting_user=person, visitor=BROWSER)
    answer_article(article, helped=True, acting_user=visitor, visitor=BROWSER)
    answer_article(article, helped=True, acting_user=visitor, visitor=BROWSER)
    answer_article(article, helped=True, acting_user=visitor, visitor=OTHER_BROWSER)

    counted = Article.objects.with_counts().get()
    assert (counted.helped, counted.not_helped) == (2, 1)  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_answers_are_handed_out_and_forgotten_with_their_person() -> None:
    article, person = prepaid(), UserFactory.create()
    answer_article(article, helped=True, acting_user=person, visitor=BROWSER)
    answer_article(article, helped=True, acting_user=AnonymousUser(), visitor=BROWSER)

    [told] = HOLDERS["articles"].export(person)
    assert (told["article"], told["helped"]) == (article.title, True)
    HOLDERS["articles"].erase(person)
    assert [answer.person for answer in ArticleAnswer.objects.all()] == [None]


@pytest.mark.django_db
def test_the_database_refuses_a_second_answer_and_one_of_nobody() -> None:
    article = prepaid()
    rows = [
        [ArticleAnswer(article=article, visitor=BROWSER, helped=True) for _ in range(2)],
        [ArticleAnswer(article=article, visitor="", helped=True)],
        [ArticleAnswer(article=article, person=UserFactory.create(), visitor=BROWSER, helped=True)],
    ]
    for refused in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            ArticleAnswer.objects.bulk_create(refused)
    assert ArticleAnswer.objects.count() == 0


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Two\n\nparagraphs", "<p>Two</p>\n<p>paragraphs</p>\n"),
        ("# Title", "<h2>Title</h2>\n"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        (
            "![x](https://elsewhere.example/x.png)",
            '<p>!<a href="https://elsewhere.example/x.png">x</a></p>\n',
        ),
    ],
)
def test_text_is_shown_as_html_that_breaks_no_page(written: str, shown: str) -> None:
    assert as_html(written) == shown


def test_the_first_sentence_ends_at_its_stop() -> None:
    assert first_sentence("Turn off the tap. Then call.") == "Turn off the tap."
    assert first_sentence("Turn off the tap") == "Turn off the tap"


# What a city brings along


@pytest.mark.django_db
def test_a_city_brings_its_articles_once_and_keeps_what_was_made_of_them() -> None:
    city, today = read_city("tshwane"), timezone.localdate()
    said: list[str] = []
    organisation = load_city(city, slug="tshwane", today=today, report=said.append)
    rows = read_articles(CITIES / "tshwane")
    assert f"{len(rows)} help articles" in said
    assert Article.objects.count() == len(rows) >= 12
    Article.objects.filter(slug="no-water").update(title="Ours")

    load_city(city, slug="tshwane", today=today, report=said.append)

    assert Article.objects.get(slug="no-water").title == "Ours"
    assert Article.objects.count() == len(rows)
    offered = fitting_articles(organisation, "My prepaid meter does not accept the token")
    assert [article.slug for article in offered] == ["prepaid-token-not-accepted"]


@pytest.mark.parametrize("row", read_articles(CITIES / "tshwane"), ids=lambda row: row.slug)
def test_every_article_of_the_city_says_where_it_comes_from(row: object) -> None:
    assert row.source  # type: ignore[attr-defined]
