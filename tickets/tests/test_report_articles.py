from __future__ import annotations

import pytest

from articles.models import Article, ArticleAnswer
from articles.tests.factories import ArticleFactory
from tickets.models import Ticket
from tickets.tests.pages import City, make_city

pytestmark = pytest.mark.django_db

WORDS = "A burst pipe in front of the gate"


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def article(city: City) -> Article:
    one: Article = ArticleFactory.create(
        organisation=city.organisation,
        slug="burst-pipe",
        title="A pipe has burst",
        summary="Close the tap at the meter. Then call a plumber.",
    )
    return one


def test_an_article_that_fits_the_words_is_offered_with_its_first_sentence(
    city: City, article: Article
) -> None:
    answer = city.client().post("/report/", {"words": WORDS})

    [offered] = answer.context["articles"]
    assert (offered.slug, offered.sentence) == ("burst-pipe", "Close the tap at the meter.")
    assert city.client().post("/report/", {"words": "something else"}).context["articles"] == []


def test_yes_ends_the_report_and_counts_as_helped(city: City, article: Article) -> None:
    client = city.client()
    client.post("/report/", {"words": WORDS})

    answer = client.post("/report/article/", {"words": WORDS, "looked": "1", "helped": article.slug})

    assert (answer.status_code, "Good that this helped" in answer.content.decode()) == (200, True)
    said = ArticleAnswer.objects.get()
    assert (said.helped, said.in_a_report, said.article) == (True, True, article)
    assert "report" not in client.session
    assert Ticket.objects.count() == 0


def test_no_goes_on_with_the_same_words_and_without_the_article(city: City, article: Article) -> None:
    client = city.client()

    answer = client.post("/report/article/", {"words": WORDS, "not_helped": article.slug}, follow=True)

    assert answer.redirect_chain == [("/report/", 302)]
    assert (answer.context["form"].initial["words"], answer.context["articles"]) == (WORDS, [])
    assert [choice.name for choice in answer.context["proposals"]] == ["Burst pipe"]
    assert ArticleAnswer.objects.get().helped is False


@pytest.mark.parametrize("typed", [{}, {"helped": "nothing-of-the-kind"}, {"not_helped": "\x00"}])
def test_an_article_that_is_not_there_counts_for_nothing(
    city: City, article: Article, typed: dict[str, str]
) -> None:
    assert city.client().post("/report/article/", typed).status_code == 404
    assert ArticleAnswer.objects.count() == 0


def test_while_somebody_types_only_the_kinds_and_articles_come(city: City, article: Article) -> None:
    client = city.client()
    live = {"HX-Request": "true"}

    answer = client.post("/report/", {"words": WORDS}, headers=live)

    assert answer.templates[0].name == "tickets/_report_kinds.html"
    assert [choice.name for choice in answer.context["proposals"]] == ["Burst pipe"]
    assert [offered.slug for offered in answer.context["articles"]] == ["burst-pipe"]
    nothing = client.post("/report/", {"words": ""}, headers=live)
    assert (nothing.status_code, nothing.context["looked"], nothing.context["articles"]) == (200, False, [])
    too_long = client.post("/report/", {"words": "x" * 501}, headers=live)
    assert (too_long.status_code, too_long.content) == (204, b"")


def test_what_was_chosen_stays_chosen_while_somebody_types_on(city: City, article: Article) -> None:
    answer = city.client().post(
        "/report/", {"words": "qwertz", "category": city.category.pk}, headers={"HX-Request": "true"}
    )

    [group] = answer.context["category_groups"]
    assert (group.is_open, group.categories[0].is_chosen) == (True, True)
