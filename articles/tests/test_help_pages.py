from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.tests.factories import MembershipFactory, OrganisationFactory
from articles.models import Article, ArticleAnswer
from articles.tests.factories import ArticleFactory
from articles.tests.pages import City, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def article(city: City) -> Article:
    one: Article = ArticleFactory.create(
        organisation=city.organisation, slug="no-power", title="The power is off", source="A neighbour"
    )
    return one


def test_the_help_page_shows_articles_by_topic(city: City, article: Article) -> None:
    ArticleFactory.create(organisation=city.organisation, topic="Water", title="No water")
    ArticleFactory.create(organisation=city.organisation, is_published=False)
    ArticleFactory.create(organisation=OrganisationFactory.create())

    topics = city.client().get("/help/").context["topics"]

    assert [(topic, [row.title for row in rows]) for topic, rows in topics] == [
        ("Electricity", ["The power is off"]),
        ("Water", ["No water"]),
    ]


def test_the_search_forgives_typing_errors(city: City, article: Article) -> None:
    answer = city.client().get("/help/", {"q": "powre off"})

    assert answer.context["found"] == [article]


@pytest.mark.parametrize("typed", ["qwertz", "<script>", "\x07", "x" * 5000, "שלום"])
def test_a_search_without_a_match_says_so(city: City, article: Article, typed: str) -> None:
    answer = city.client().get("/help/", {"q": typed})

    assert (answer.status_code, answer.context["found"]) == (200, [])
    assert b"<script>" not in answer.content


def test_lists_ask_as_often_for_three_articles_as_for_one(city: City, article: Article) -> None:
    def asked() -> list[int]:
        counts = []
        for address in (
            "/help/",
            "/help/?q=power",
            "/api/v1/articles/?organisation=" + city.organisation.slug,
        ):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert city.client().get(address).status_code == 200
            counts.append(len(queries))
        return counts

    first = asked()
    for number in range(2):
        ArticleFactory.create(organisation=city.organisation, title=f"Power {number}")
    assert asked() == first


def test_an_article_is_read_and_answered_once_by_each_browser(city: City, article: Article) -> None:
    client = city.client()
    page = client.get("/help/no-power/")
    assert (page.status_code, page.context["answered"]) == (200, "")

    for helped in ("yes", "yes", "no"):
        answer = client.post("/help/no-power/answer/", {"helped": helped})
        assert (answer.status_code, answer["Location"]) == (302, "/help/no-power/")

    assert ArticleAnswer.objects.get().helped is False
    assert client.get("/help/no-power/").context["answered"] == "no"
    city.client().post("/help/no-power/answer/", {"helped": "yes"})
    assert ArticleAnswer.objects.count() == 2


def test_an_answer_that_is_neither_yes_nor_no_counts_for_nothing(city: City, article: Article) -> None:
    for typed in ({}, {"helped": "perhaps"}):
        city.client().post("/help/no-power/answer/", typed)

    assert ArticleAnswer.objects.count() == 0


def test_what_is_not_published_is_seen_by_its_writers_alone(city: City, article: Article) -> None:
    Article.objects.update(is_published=False)
    writer = MembershipFactory.create(organisation=city.organisation, role=Role.ORGANISATION_ADMIN).user

    assert city.client().get("/help/no-power/").status_code == 404
    assert city.client(city.agent).get("/help/no-power/").status_code == 404
    page = city.client(writer).get("/help/no-power/")
    assert (page.status_code, page.context["may_write"]) == (200, True)
    assert "it is not published yet" in page.content.decode()


def test_articles_of_another_organisation_are_not_there(city: City) -> None:
    ArticleFactory.create(slug="elsewhere", organisation=OrganisationFactory.create())

    assert city.client().get("/help/elsewhere/").status_code == 404
    assert city.client().post("/help/elsewhere/answer/", {"helped": "yes"}).status_code == 404


def test_the_api_lists_what_is_published_with_a_tag(city: City, article: Article) -> None:
    article.categories.add(city.category)
    ArticleFactory.create(organisation=city.organisation, is_published=False)
    address = f"/api/v1/articles/?organisation={city.organisation.slug}"

    answer = city.client().get(address)

    [row] = answer.json()["results"]
    assert (row["slug"], row["categories"]) == ("no-power", [city.category.code])
    again = city.client().get(address, headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    by_kind = city.client().get(f"{address}&category={city.category.code}").json()["results"]
    assert [row["slug"] for row in by_kind] == ["no-power"]
    detail = f"/api/v1/articles/{article.pk}/?organisation={city.organisation.slug}"
    assert city.client().get(detail).json()["title"] == "The power is off"
