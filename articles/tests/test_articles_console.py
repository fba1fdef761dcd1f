from __future__ import annotations

import pytest

from accounts.enums import Role
from accounts.tests.factories import MembershipFactory
from articles.models import Article
from articles.tests.factories import ArticleFactory
from articles.tests.pages import City, make_city
from departments.tests.factories import CategoryFactory, staff_member

pytestmark = pytest.mark.django_db

LIST = "/console/articles/article/"


@pytest.fixture
def city() -> City:
    return make_city()


def form(city: City, **fields: object) -> dict[str, object]:
    return {
        "organisation": city.organisation.pk,
        "title": "No water",
        "slug": "no-water",
        "summary": "Ask a neighbour.",
        "body": "Look at the meter.",
        "topic": "Water",
        "keywords": "dry taps",
        "categories": [city.category.pk],
        "language": "en",
        "source": "",
        "is_published": "on",
        **fields,
    }


def test_a_department_admin_writes_looks_and_publishes(city: City) -> None:
    admin = staff_member(city.category.department, role=Role.DEPARTMENT_ADMIN)
    client = city.client(admin)

    answer = client.post(f"{LIST}add/", form(city, is_published=""))

    article = Article.objects.get()
    assert (answer.status_code, article.is_published, list(article.categories.all())) == (
        302,
        False,
        [city.category],
    )
    page = client.get(f"{LIST}{article.pk}/change/").content.decode()
    assert f"/help/{article.slug}/" in page
    client.post(f"{LIST}{article.pk}/change/", form(city))
    article.refresh_from_db()
    assert article.is_published is True
    assert "0 yes, 0 no" in client.get(LIST).content.decode()


@pytest.mark.parametrize("role", [Role.AGENT, Role.CALL_CENTRE, Role.AUDITOR])
def test_who_sees_to_no_department_writes_no_articles(city: City, role: Role) -> None:
    user = MembershipFactory.create(organisation=city.organisation, role=role).user
    user.is_staff = True
    user.save()
    client = city.client(user)

    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}add/", form(city)).status_code == 403
    assert Article.objects.count() == 0


def test_articles_of_another_organisation_are_out_of_reach_and_so_are_its_kinds(city: City) -> None:
    client = city.client(staff_member(city.category.department, role=Role.DEPARTMENT_ADMIN))
    foreign = ArticleFactory.create()
    elsewhere = CategoryFactory.create()

    assert client.get(f"{LIST}{foreign.pk}/change/").status_code == 404
    answer = client.post(f"{LIST}add/", form(city, categories=[elsewhere.pk]))

    assert (answer.status_code, Article.objects.count()) == (200, 1)
    assert "categories" in answer.context["adminform"].form.errors


def test_two_articles_of_one_organisation_have_two_addresses(city: City) -> None:
    client = city.client(staff_member(city.category.department, role=Role.DEPARTMENT_ADMIN))
    ArticleFactory.create(organisation=city.organisation, slug="no-water")

    answer = client.post(f"{LIST}add/", form(city))

    assert (answer.status_code, Article.objects.count()) == (200, 1)
